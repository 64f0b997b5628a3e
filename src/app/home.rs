//! The first screen, and the ones that only explain.

use crate::{
    app::{Act, App, Error, Event, Result, Sender, Tapped},
    domain::{
        ids::ChatId,
        locale::Locale,
        notice::{Notice, Toast},
        person::{Person, StartCode},
        refusal::Refusal,
        wizard::{Desk, Expecting, Purpose},
    },
};

impl App {
    /// /start, with whatever the link carried. A code we do not know is counted and otherwise ignored.
    pub async fn start(&self, event: &Event, sender: &Sender, code: &str) -> Result<()> {
        let code = StartCode::parse(code);
        if code.is_some() {
            metrics::counter!("start_codes_total").increment(1);
        }
        let mut act = self.act_for(event).await?;
        let person = act.know_with(sender, code.as_ref().map(|code| code.0.as_str())).await?;
        act.catch_up_admin(sender.id).await?;
        act.draw_home(&person, Tapped::Typed).await?;
        act.commit().await
    }

    pub async fn show_home(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.draw_home(&person, tapped).await?;
        act.commit().await
    }

    pub async fn explain(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.screen(&person, tapped, Notice::HowItWorks { trial_hours: self.rules.trial_hours }).await?;
        act.commit().await
    }

    pub async fn help(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.screen(&person, tapped, Notice::Help { admin: self.is_admin(sender.id) }).await?;
        act.commit().await
    }

    /// Leaves whatever was being asked; the wizard's answers stay for later.
    pub async fn cancel(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let was = act.tx.load_desk(person.id).await?.expecting;
        act.clear_desk(&person).await?;
        match was {
            Expecting::Person(Purpose::Claw(claw)) | Expecting::Token(Purpose::Claw(claw)) | Expecting::Title(claw) => {
                act.draw_card(&person, tapped, claw, None).await?;
            }
            Expecting::Nothing
            | Expecting::Person(Purpose::Hatch)
            | Expecting::Token(Purpose::Hatch)
            | Expecting::Zone
            | Expecting::Reason(_) => {
                act.draw_home(&person, tapped).await?;
            }
        }
        act.commit().await
    }

    /// What the next text of this person is meant for.
    pub async fn expecting(&self, sender: &Sender) -> Result<Expecting> {
        let mut tx = self.db.look().await?;
        match tx.find_person_by_telegram(sender.id).await? {
            Some(person) => Ok(tx.load_desk(person.id).await?.expecting),
            None => Ok(Expecting::Nothing),
        }
    }

    /// The language to answer a tap in.
    pub async fn locale_of(&self, sender: &Sender) -> Locale {
        let found = async { self.db.look().await?.find_person_by_telegram(sender.id).await }.await;
        found.ok().flatten().map_or_else(|| Locale::guess(sender.language.as_deref()), |person| person.locale)
    }

    /// A command in a group: we work in private chats only, said once a day.
    pub async fn only_in_private(&self, event: &Event, chat: ChatId) -> Result<()> {
        let mut act = self.act_for(event).await?;
        let day = crate::app::line::day_of(act.now).0;
        act.queue(chat, None, false, Notice::PrivateOnly, Some(format!("private:{chat}:{day}"))).await?;
        act.commit().await
    }

    /// A text nobody asked for.
    pub async fn not_understood(&self, event: &Event, sender: &Sender) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.screen(&person, Tapped::Typed, Notice::NotUnderstood).await?;
        act.commit().await
    }

    /// Shows a refusal and ends the update that met it. Where the person was asked something they stay at that
    /// screen, with the refusal above it, and can try again.
    pub async fn refuse(&self, event: &Event, sender: &Sender, tapped: Tapped, refusal: Refusal) -> Result<Option<Toast>> {
        let (mut act, person) = self.act_of(event, sender).await?;
        if refusal == Refusal::NotYours {
            act.note("tap.not_yours", person.id, None).await?;
            act.commit().await?;
            return Ok(Some(Toast::NotYours));
        }
        if refusal == Refusal::ClawGone {
            // What was asked about that claw needs no answer any more.
            act.clear_desk(&person).await?;
            act.screen(&person, tapped, Notice::Refused(refusal)).await?;
            act.commit().await?;
            return Ok(None);
        }
        let asked = act.tx.load_desk(person.id).await?.expecting;
        match act.ask_again(&person, tapped, &asked, &refusal).await {
            Ok(true) => {}
            Ok(false) => act.screen(&person, tapped, Notice::Refused(refusal)).await?,
            // What it was asked for is gone meanwhile.
            Err(Error::Refused(gone)) => {
                act.clear_desk(&person).await?;
                act.screen(&person, tapped, Notice::Refused(gone)).await?;
            }
            Err(other) => return Err(other),
        }
        act.commit().await?;
        Ok(None)
    }
}

impl Act<'_> {
    /// Takes everything off the desk but the wizard's answers. What was asked last is over with the next screen.
    pub(crate) async fn clear_desk(&mut self, person: &Person) -> Result<()> {
        let desk = self.tx.load_desk(person.id).await?;
        let kept = Desk { wizard: desk.wizard, expecting: desk.expecting, ..Desk::default() };
        Ok(self.tx.put_desk(person.id, &kept).await?)
    }

    /// Asks once more what was answered in a way we had to refuse, with the refusal above. False where the refusal is no
    /// answer to a question of ours.
    async fn ask_again(&mut self, person: &Person, tapped: Tapped, asked: &Expecting, refusal: &Refusal) -> Result<bool> {
        let again = asked.is_tried_again_after(refusal);
        let refused = Some(refusal.clone());
        let notice = match *asked {
            // Who is on the list, or fills it, is seen in the list.
            Expecting::Person(purpose) if matches!(refusal, Refusal::PersonKnown | Refusal::TooManyPeople { .. }) => {
                self.draw_people(person, tapped, purpose, refused).await?;
                return Ok(true);
            }
            Expecting::Token(purpose) if again => Notice::BotGuide { purpose, refusal: refused },
            Expecting::Person(purpose) if again => {
                if let Purpose::Claw(claw) = purpose {
                    self.own_claw(person, claw).await?;
                }
                Notice::AskPerson { purpose, refusal: refused }
            }
            Expecting::Title(claw) if again => {
                let bot = self.own_claw(person, claw).await?.spec.bot;
                Notice::AskTitle { claw, bot: self.brief(bot).await?.username, refusal: refused }
            }
            Expecting::Zone if again => Notice::AskZone { current: person.zone.clone(), refusal: refused },
            Expecting::Nothing
            | Expecting::Token(_)
            | Expecting::Person(_)
            | Expecting::Title(_)
            | Expecting::Zone
            | Expecting::Reason(_) => return Ok(false),
        };
        self.screen(person, tapped, notice).await?;
        Ok(true)
    }

    pub async fn draw_home(&mut self, person: &Person, tapped: Tapped) -> Result<()> {
        let (offer, _, claws) = self.offer(person).await?;
        let wizard_open = self.tx.load_desk(person.id).await?.wizard.is_some_and(|wizard| wizard.has_answers());
        self.screen(person, tapped, Notice::Home { offer, claws: claws.len() as u32, wizard_open }).await
    }
}
