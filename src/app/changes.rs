//! Changing a living claw: its model, its people, its bot. Where the infra can only take it down and bring it up anew,
//! the person is told what may be lost and asked; the new specification is stored before anything is touched.

use serde_json::json;

use crate::{
    app::{Act, App, Event, Result, Sender, Tapped, claws::Applied},
    domain::{
        claw::{Claw, Guest, Seen, Spec},
        ids::{BotId, ClawId, TelegramId},
        notice::{Change, Done, Notice, Toast},
        person::Person,
        refusal::Refusal,
        shown::Shown,
        tap::Minute,
        wizard::{Expecting, Purpose, print_of},
    },
};

impl App {
    /// One page of the catalogue. Page 0 is the first.
    pub(crate) fn model_page(&self, purpose: Purpose, chosen: Option<&str>, page: u8) -> Notice {
        let catalogue = &self.rules.catalogue;
        let per_page = super::hatch::MODELS_PER_PAGE;
        let pages = catalogue.all().len().div_ceil(per_page).min(255) as u8;
        let page = page.min(pages.saturating_sub(1));
        let models = catalogue.all().iter().enumerate().skip(usize::from(page) * per_page).take(per_page);
        Notice::ChooseModel {
            purpose,
            models: models.map(|(at, model)| (at.min(255) as u8, model.clone())).collect(),
            fingerprint: catalogue.fingerprint(),
            chosen: chosen.map(str::to_owned),
            default: catalogue.default_model().id.clone(),
            page,
            pages,
        }
    }

    pub async fn show_models(&self, event: &Event, sender: &Sender, tapped: Tapped, purpose: Purpose, page: u8) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        match purpose {
            Purpose::Hatch => act.step_to_models(&person, tapped, page).await?,
            Purpose::Claw(claw) => {
                let chosen = act.own_claw(&person, claw).await?.spec.model;
                act.screen(&person, tapped, self.model_page(purpose, Some(&chosen), page)).await?;
            }
        }
        act.commit().await
    }

    /// A model was picked for a living claw: say what that means and ask.
    pub async fn ask_model(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        id: ClawId,
        index: u8,
        fingerprint: u8,
    ) -> Result<()> {
        let model = self.model_at(index, fingerprint)?;
        let (mut act, person) = self.act_of(event, sender).await?;
        let claw = act.own_claw(&person, id).await?;
        if claw.spec.model == model {
            act.draw_card(&person, tapped, id, None).await?;
        } else {
            let name = self.rules.catalogue.name_of(&model);
            act.ask_change(&person, tapped, &claw, Change::Model { index, fingerprint, name }).await?;
        }
        act.commit().await
    }

    pub async fn apply_model(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        id: ClawId,
        choice: (u8, u8),
        drawn: Minute,
    ) -> Result<Option<Toast>> {
        let model = self.model_at(choice.0, choice.1)?;
        self.with_own_claw(event, sender, tapped, id, Some(drawn), async |act, person, claw| {
            let spec = Spec { model, ..claw.spec.clone() };
            act.change(person, claw, spec, "claw.model").await.map(Applied::Done)
        })
        .await
    }

    /// Opens the list of people of a living claw for editing, or goes on with one that is not saved yet.
    pub async fn show_people(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let claw = act.own_claw(&person, id).await?;
        let mut desk = act.tx.load_desk(person.id).await?;
        if desk.people.as_ref().is_none_or(|(edited, _)| *edited != id) {
            desk.people = Some((id, claw.spec.people));
        }
        act.tx.put_desk(person.id, &desk).await?;
        act.draw_people(&person, tapped, Purpose::Claw(id), None).await?;
        act.commit().await
    }

    /// Opens Telegram's picker of people in the place of the list, and waits for someone.
    pub async fn ask_person(&self, event: &Event, sender: &Sender, tapped: Tapped, purpose: Purpose) -> Result<Option<Toast>> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let mut desk = act.tx.load_desk(person.id).await?;
        match purpose {
            Purpose::Hatch if desk.wizard.as_ref().is_none_or(|wizard| wizard.missing(person.agreed()).is_some()) => {
                // An old button: that claw has begun to hatch, or its wizard is not that far.
                act.draw_wizard(&person, tapped, &desk).await?;
                act.commit().await?;
                return Ok(Some(Toast::Redrawn));
            }
            Purpose::Hatch => {}
            Purpose::Claw(id) => {
                let claw = act.own_claw(&person, id).await?;
                if desk.people.as_ref().is_none_or(|(edited, _)| *edited != id) {
                    desk.people = Some((id, claw.spec.people));
                }
            }
        }
        act.tx.put_desk(person.id, &desk).await?;
        act.screen(&person, tapped, Notice::AskPerson { purpose, refusal: None }).await?;
        act.commit().await?;
        Ok(None)
    }

    /// The picker was closed without a choice: back to the list it was opened from.
    pub async fn close_picker(&self, event: &Event, sender: &Sender, tapped: Tapped, purpose: Purpose) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.draw_people(&person, tapped, purpose, None).await?;
        act.commit().await
    }

    /// Someone was shared, forwarded or typed.
    pub async fn add_person(&self, event: &Event, sender: &Sender, guest: Guest) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let Expecting::Person(purpose) = act.tx.load_desk(person.id).await?.expecting else {
            act.draw_home(&person, Tapped::Typed).await?;
            return act.commit().await;
        };
        act.invite(&person, purpose, guest).await?;
        act.draw_people(&person, Tapped::Typed, purpose, None).await?;
        act.commit().await
    }

    pub async fn remove_person(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        purpose: Purpose,
        id: TelegramId,
    ) -> Result<Option<Toast>> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let mut desk = act.tx.load_desk(person.id).await?;
        let people = match (purpose, &mut desk.wizard, &mut desk.people) {
            (Purpose::Hatch, Some(wizard), _) => Some(&mut wizard.people),
            (Purpose::Claw(claw), _, Some((edited, people))) if claw == *edited => Some(people),
            (Purpose::Hatch | Purpose::Claw(_), ..) => None,
        };
        let Some(people) = people else {
            // That list is not being edited any more.
            match purpose {
                Purpose::Hatch => act.draw_home(&person, tapped).await?,
                Purpose::Claw(_) => act.draw_people(&person, tapped, purpose, None).await?,
            }
            act.commit().await?;
            return Ok(Some(Toast::Redrawn));
        };
        people.retain(|guest| guest.id != id);
        act.tx.put_desk(person.id, &desk).await?;
        act.draw_people(&person, tapped, purpose, None).await?;
        act.commit().await?;
        Ok(Some(Toast::Removed))
    }

    /// The edited list is finished: say what applying it means and ask.
    pub async fn ask_people(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let claw = act.own_claw(&person, id).await?;
        match act.tx.load_desk(person.id).await?.people {
            Some((edited, people)) if edited == id && people != claw.spec.people => {
                act.ask_change(&person, tapped, &claw, to_people(&people)).await?;
            }
            Some(_) | None => act.draw_card(&person, tapped, id, None).await?,
        }
        act.commit().await
    }

    pub async fn apply_people(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        id: ClawId,
        drawn: Minute,
        shown: Shown,
    ) -> Result<Option<Toast>> {
        self.with_own_claw(event, sender, tapped, id, Some(drawn), async |act, person, claw| {
            let mut desk = act.tx.load_desk(person.id).await?;
            let Some((_, people)) = desk.people.take().filter(|(edited, _)| *edited == id) else {
                return Ok(applied_before(shown == print_of(&claw.spec.people)));
            };
            if shown != print_of(&people) {
                return Ok(Applied::NotAsShown(Some(to_people(&people))));
            }
            act.tx.put_desk(person.id, &desk).await?;
            let spec = Spec { people, ..claw.spec.clone() };
            act.change(person, claw, spec, "claw.people").await.map(Applied::Done)
        })
        .await
    }

    /// The bot found on the desk becomes the claw's bot; also the same bot with a new token.
    pub async fn apply_bot(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        id: ClawId,
        drawn: Minute,
        shown: Shown,
    ) -> Result<Option<Toast>> {
        self.with_own_claw(event, sender, tapped, id, Some(drawn), async |act, person, claw| {
            let mut desk = act.tx.load_desk(person.id).await?;
            let Some((_, bot)) = desk.found.take().filter(|(meant, _)| *meant == Purpose::Claw(id)) else {
                return Ok(applied_before(shown == Shown::of(&claw.spec.bot)));
            };
            if shown != Shown::of(&bot) {
                let change = act.bot_change(bot).await?;
                return Ok(Applied::NotAsShown(Some(change)));
            }
            act.tx.put_desk(person.id, &desk).await?;
            let spec = act.with_bot(person, &claw.spec, bot).await?;
            act.rewish(person, claw, spec, "claw.bot").await.map(Applied::Done)
        })
        .await
    }
}

/// Nothing waits to be applied: it was, if the claw is as the yes wanted it; otherwise something came between.
fn applied_before(as_wanted: bool) -> Applied {
    if as_wanted { Applied::Done(Done::Nothing) } else { Applied::NotAsShown(None) }
}

/// The change to these people, as the question names it.
fn to_people(people: &[Guest]) -> Change {
    Change::People { guests: people.len() as u32, shown: print_of(people) }
}

impl Act<'_> {
    pub(crate) async fn draw_people(
        &mut self,
        person: &Person,
        tapped: Tapped,
        purpose: Purpose,
        refusal: Option<Refusal>,
    ) -> Result<()> {
        let desk = self.tx.load_desk(person.id).await?;
        let (guests, changed) = match purpose {
            Purpose::Hatch => (desk.wizard.map(|wizard| wizard.people).unwrap_or_default(), false),
            Purpose::Claw(claw) => {
                let claw = self.own_claw(person, claw).await?;
                let people = desk
                    .people
                    .filter(|(edited, _)| *edited == claw.id)
                    .map_or_else(|| claw.spec.people.clone(), |(_, people)| people);
                let changed = people != claw.spec.people;
                (people, changed)
            }
        };
        self.screen(person, tapped, Notice::People { purpose, guests, refusal, changed }).await
    }

    /// The change to another bot, or to the same one's new token, as the question names it.
    pub(crate) async fn bot_change(&mut self, bot: BotId) -> Result<Change> {
        Ok(Change::Bot { username: self.brief(bot).await?.username, shown: Shown::of(&bot) })
    }

    pub(crate) async fn ask_change(&mut self, person: &Person, tapped: Tapped, claw: &Claw, change: Change) -> Result<()> {
        let bot = self.brief(claw.spec.bot).await?.username;
        let can = self.app.drivers.capabilities(&claw.driver);
        let keeps_data = can.keep(claw) || can.updates_in_place;
        let (stays_awake, drawn) = (can.updates_in_place, self.now);
        self.screen(person, tapped, Notice::ConfirmChange { claw: claw.id, bot, change, keeps_data, stays_awake, drawn }).await
    }

    /// Stores another specification, unless it is the present one.
    async fn change(&mut self, person: &Person, claw: Claw, spec: Spec, action: &str) -> Result<Done> {
        if claw.is_leaving() || claw.spec == spec {
            return Ok(Done::Nothing);
        }
        self.rewish(person, claw, spec, action).await
    }

    /// Stores a specification as a new wish, even if it reads the same: a token may have changed behind it.
    async fn rewish(&mut self, person: &Person, claw: Claw, spec: Spec, action: &str) -> Result<Done> {
        if claw.is_leaving() {
            return Ok(Done::Nothing);
        }
        let claw = claw.change(spec, self.now);
        self.save_claw(&claw, Some(self.now)).await.map_err(|error| match error {
            crate::app::Error::Store(crate::store::StoreError::Taken(_)) => Refusal::BotBusy.into(),
            other => other,
        })?;
        self.tx.access_is_due(claw.spec.bot, self.now).await?;
        let detail = json!({ "bot": claw.spec.bot, "model": claw.spec.model, "guests": claw.spec.people.len(), "generation": claw.generation });
        self.audit(action, Some(person.id), Some(claw.id), detail).await?;
        let awake = self.app.drivers.capabilities(&claw.driver).updates_in_place && matches!(claw.seen, Seen::Running { .. });
        Ok(if awake { Done::ChangingAwake } else { Done::Changing })
    }
}
