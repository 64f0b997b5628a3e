//! The hatch wizard, from the terms to the tap that starts it all. Every answer is a row at once; any step can be come
//! back to after a restart or a week.

use serde_json::json;

use crate::{
    app::{Act, App, Event, Result, Sender, Tapped, new_id},
    domain::{
        claw::{Claw, Guest, Spec},
        entitlement::{Period, PeriodKind},
        ids::{BotId, ClawId, PeriodId, TelegramId},
        notice::{HatchStage, LineReason, Notice, Offer, Slot, Toast},
        person::{BotBrief, Person, TERMS_VERSION},
        refusal::Refusal,
        shown::Shown,
        time::HOUR,
        wizard::{Desk, Expecting, Purpose, Wizard, WizardStep, add_guest},
    },
    store::StoreError,
};

/// How many models one page shows.
pub(crate) const MODELS_PER_PAGE: usize = 6;

impl App {
    /// Opens the wizard where it was left, or at its beginning. Nobody is led through it who could not start at its end.
    pub async fn hatch(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        if act.tx.load_desk(person.id).await?.wizard.is_none() {
            match act.offer(&person).await?.0 {
                Offer::Trial { .. } | Offer::Entitled(_) => {}
                Offer::HasClaw => return Err(Refusal::ClawLimit.into()),
                Offer::AskAdmin => return Err(Refusal::NotEntitled.into()),
            }
        }
        act.step(&person, tapped, Ok).await?;
        act.commit().await
    }

    pub async fn agree(&self, event: &Event, sender: &Sender, tapped: Tapped, version: u32) -> Result<()> {
        let (mut act, mut person) = self.act_of(event, sender).await?;
        if version == TERMS_VERSION {
            act.tx.put_terms(person.id, version).await?;
            act.audit("terms.agree", Some(person.id), None, json!({ "version": version })).await?;
            person.terms = version;
        }
        act.step(&person, tapped, |wizard| Ok(if version == TERMS_VERSION { wizard.agree() } else { wizard })).await?;
        act.commit().await
    }

    /// Back to the choice of a bot.
    pub async fn choose_bot(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        self.move_wizard(event, sender, tapped, |wizard| Ok(Wizard { step: WizardStep::Bot, ..wizard })).await
    }

    pub async fn pick_model(&self, event: &Event, sender: &Sender, tapped: Tapped, index: u8, fingerprint: u8) -> Result<()> {
        let model = self.model_at(index, fingerprint)?;
        self.move_wizard(event, sender, tapped, move |wizard| Ok(wizard.pick_model(&model))).await
    }

    pub async fn people_done(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        self.move_wizard(event, sender, tapped, |wizard| Ok(wizard.people_done())).await
    }

    pub async fn back(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let mut desk = act.tx.load_desk(person.id).await?;
        desk.found = None;
        let earlier = desk.wizard.clone().and_then(|wizard| wizard.back(person.agreed()));
        let goes_home = earlier.is_none();
        // Whoever goes back past the first step keeps what they chose.
        desk.wizard = earlier.or(desk.wizard);
        act.tx.put_desk(person.id, &desk).await?;
        if goes_home {
            act.draw_home(&person, tapped).await?;
        } else {
            act.draw_wizard(&person, tapped, &desk).await?;
        }
        act.commit().await
    }

    /// The model a button means, unless the list has changed since it was drawn.
    pub(crate) fn model_at(&self, index: u8, fingerprint: u8) -> Result<String> {
        let catalogue = &self.rules.catalogue;
        let model = catalogue.at(usize::from(index)).filter(|_| catalogue.fingerprint() == fingerprint);
        Ok(model.ok_or(Refusal::ModelGone)?.id.clone())
    }

    async fn move_wizard(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        to: impl FnOnce(Wizard) -> Result<Wizard>,
    ) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.step(&person, tapped, to).await?;
        act.commit().await
    }

    /// The last tap: the right is checked, the claw's row is written, and the hatching begins. It stands for the summary
    /// it was given on: if another one would be shown by now, that is shown and nothing begins.
    pub async fn begin_hatching(&self, event: &Event, sender: &Sender, tapped: Tapped, shown: Shown) -> Result<Option<Toast>> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let desk = act.tx.load_desk(person.id).await?;
        let Some(wizard) = desk.wizard.clone() else {
            if act.tx.list_claws(person.id).await?.is_empty() {
                // A button of long ago: what it started is gone.
                act.draw_home(&person, tapped).await?;
                act.commit().await?;
                return Ok(Some(Toast::Redrawn));
            }
            // The second of two quick taps: the first one has already begun, and shows how far it is in this message.
            if !act.is_hatching_on(&person, tapped).await? {
                act.draw_claws(&person, tapped).await?;
            }
            act.commit().await?;
            return Ok(Some(Toast::AlreadyDone));
        };
        let (Some(bot), Some(model), None) = (wizard.bot, wizard.model.clone(), wizard.missing(person.agreed())) else {
            act.draw_wizard(&person, tapped, &desk).await?;
            act.commit().await?;
            return Ok(Some(Toast::Redrawn));
        };
        if self.rules.catalogue.find(&model).is_none() {
            return Err(Refusal::ModelGone.into());
        }
        let (offer, ..) = act.offer(&person).await?;
        if shown != wizard.shown(&offer) {
            act.draw_summary(&person, tapped, &wizard, None).await?;
            act.commit().await?;
            return Ok(Some(Toast::Changed));
        }
        match offer {
            Offer::Entitled(_) => {}
            Offer::Trial { .. } => {
                if let Some(reason) = act.no_place(&person).await? {
                    let place = act.tx.join_line(person.id, reason, act.now).await?;
                    act.note("line.join", person.id, None).await?;
                    act.screen(&person, tapped, Notice::InLine { place, reason }).await?;
                    act.commit().await?;
                    return Ok(None);
                }
                act.begin_trial(&person, bot).await?;
            }
            Offer::HasClaw => return Err(Refusal::ClawLimit.into()),
            Offer::AskAdmin => return Err(Refusal::NotEntitled.into()),
        }
        let claw = act.make_claw(&person, Spec { bot, model, people: wizard.people }).await?;
        let was = act.expect(&person, Expecting::Nothing).await?;
        act.tx.put_desk(person.id, &Desk::default()).await?;
        match person.telegram {
            // A picker of people cannot be edited into anything.
            Some(telegram) if matches!(was, Expecting::Person(_)) => act.clear(telegram.chat(), &Slot::Screen).await?,
            // The summary becomes the hatching, in place; if the tap was elsewhere, the summary is simply taken over.
            Some(telegram) => act.tx.rename_slot(telegram.chat(), &Slot::Screen, &Slot::Hatching(claw.id)).await?,
            None => {}
        }
        act.draw_hatching(&person, &claw).await?;
        act.commit().await?;
        Ok(None)
    }
}

impl Act<'_> {
    /// Moves the wizard one step, keeps it and draws it.
    async fn step(&mut self, person: &Person, tapped: Tapped, to: impl FnOnce(Wizard) -> Result<Wizard>) -> Result<()> {
        let desk = self.move_to(person, to).await?;
        self.draw_wizard(person, tapped, &desk).await
    }

    /// The same for one page of the models.
    pub(crate) async fn step_to_models(&mut self, person: &Person, tapped: Tapped, page: u8) -> Result<()> {
        let desk = self.move_to(person, |wizard| Ok(Wizard { step: WizardStep::Model, ..wizard })).await?;
        match &desk.wizard {
            Some(wizard) if wizard.step == WizardStep::Model => {
                let models = self.app.model_page(Purpose::Hatch, wizard.model.as_deref(), page);
                self.screen(person, tapped, models).await
            }
            Some(_) | None => self.draw_wizard(person, tapped, &desk).await,
        }
    }

    /// Moves the wizard and keeps it. A jump ahead lands on the first step that lacks an answer.
    async fn move_to(&mut self, person: &Person, to: impl FnOnce(Wizard) -> Result<Wizard>) -> Result<Desk> {
        let mut desk = self.tx.load_desk(person.id).await?;
        let wizard = to(desk.wizard.take().unwrap_or_else(|| Wizard::begin(person.agreed())))?;
        let step = wizard.missing(person.agreed()).map_or(wizard.step, |missing| missing.min(wizard.step));
        desk.wizard = Some(Wizard { step, ..wizard });
        self.tx.put_desk(person.id, &desk).await?;
        Ok(desk)
    }

    pub(crate) async fn draw_wizard(&mut self, person: &Person, tapped: Tapped, desk: &Desk) -> Result<()> {
        let Some(wizard) = &desk.wizard else { return self.draw_home(person, tapped).await };
        let notice = match wizard.step {
            WizardStep::Terms => Notice::Terms { version: TERMS_VERSION },
            WizardStep::Bot => self.bot_step(person, None).await?,
            WizardStep::Model => self.app.model_page(Purpose::Hatch, wizard.model.as_deref(), 0),
            WizardStep::People => {
                Notice::People { purpose: Purpose::Hatch, guests: wizard.people.clone(), refusal: None, changed: false }
            }
            WizardStep::Summary => return self.draw_summary(person, tapped, wizard, None).await,
        };
        self.screen(person, tapped, notice).await
    }

    pub(crate) async fn bot_step(&mut self, person: &Person, refusal: Option<Refusal>) -> Result<Notice> {
        let free = self.tx.list_free_bots(person.id).await?.into_iter().map(|bot| bot.brief).collect();
        let create_url = self.app.own.can_manage_bots.then(|| self.app.creation_link(person));
        Ok(Notice::ChooseBot { create_url, free, refusal })
    }

    async fn draw_summary(&mut self, person: &Person, tapped: Tapped, wizard: &Wizard, refusal: Option<Refusal>) -> Result<()> {
        let (offer, ..) = self.offer(person).await?;
        let bot = match wizard.bot {
            Some(id) => self.brief(id).await?,
            None => BotBrief::forgotten(BotId(0)),
        };
        let model = self.app.rules.catalogue.name_of(wizard.model.as_deref().unwrap_or_default());
        let guests = wizard.people.len() as u32;
        // What the infra keeps is known only once it has taken a claw down; until then we promise nothing.
        let shown = wizard.shown(&offer);
        self.screen(person, tapped, Notice::Summary { bot, model, guests, offer, keeps_data: false, refusal, shown }).await
    }

    pub(crate) async fn brief(&mut self, id: BotId) -> Result<BotBrief> {
        Ok(self.tx.find_bot(id).await?.map_or_else(|| BotBrief::forgotten(id), |bot| bot.brief))
    }

    /// Whether the message tapped on tells of a hatching.
    async fn is_hatching_on(&mut self, person: &Person, tapped: Tapped) -> Result<bool> {
        let (Some(telegram), Tapped::On(message)) = (person.telegram, tapped) else { return Ok(false) };
        for claw in self.tx.list_claws(person.id).await? {
            if self.tx.find_slot(telegram.chat(), &Slot::Hatching(claw.id).name()).await? == Some(message) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Why there is no place for one more trial now, if there is none. Asked under a lock that counts as one.
    async fn no_place(&mut self, person: &Person) -> Result<Option<LineReason>> {
        self.tx.hold_places().await?;
        if self.tx.find_in_line(person.id).await?.is_some_and(|line| line.told.is_some()) {
            return Ok(None);
        }
        let (full, trials) = self.places_left().await?;
        // Whoever comes while others wait goes behind them.
        let others_wait = self.tx.line_length().await? > 0;
        Ok(match (full, trials) {
            (0, _) => Some(LineReason::Full),
            (_, 0) => Some(LineReason::TrialsToday),
            (_, _) if others_wait => Some(LineReason::Full),
            (_, _) => None,
        })
    }

    /// One trial per person and per bot, for ever.
    async fn begin_trial(&mut self, person: &Person, bot: BotId) -> Result<()> {
        let telegram = person.telegram.ok_or(Refusal::NotEntitled)?;
        for (kind, id, used) in [("person", telegram.0, Refusal::TrialUsed), ("bot", bot.0, Refusal::BotTrialUsed)] {
            let mark = self.app.pepper.mark(kind, id);
            if !self.tx.mark_trial(&mark, kind, self.now).await? {
                return Err(used.into());
            }
        }
        let period = Period {
            id: PeriodId(new_id()),
            person: person.id,
            kind: PeriodKind::Trial,
            length: self.app.rules.trial_hours * HOUR,
            started: None,
            revoked: None,
            granted_by: None,
            reason: None,
            created: self.now,
        };
        self.newcomer = None;
        self.tx.add_period(&period).await?;
        self.note("trial.begin", person.id, None).await
    }

    /// Writes the claw's row; the reconciler does the rest.
    pub(crate) async fn make_claw(&mut self, person: &Person, spec: Spec) -> Result<Claw> {
        let usable = self.tx.find_bot(spec.bot).await?.is_some_and(|bot| bot.person == person.id && bot.token.is_some());
        if !usable {
            return Err(Refusal::TokenForgotten.into());
        }
        if self.tx.find_claw_with_bot(spec.bot).await?.is_some() {
            return Err(Refusal::BotBusy.into());
        }
        let number = self.tx.next_claw_number(person.id).await?;
        let claw = Claw::new(ClawId(new_id()), person.id, number, self.app.drivers.first().name(), spec, self.now);
        match self.add_claw(&claw).await {
            Err(crate::app::Error::Store(StoreError::Taken(_))) => return Err(Refusal::BotBusy.into()),
            added => added?,
        }
        // However it came about: whoever has a claw does not wait for one.
        self.tx.leave_line(person.id).await?;
        self.tx.access_is_due(claw.spec.bot, self.now).await?;
        let detail = json!({ "bot": claw.spec.bot, "model": claw.spec.model, "guests": claw.spec.people.len() });
        self.audit("claw.hatch", Some(person.id), Some(claw.id), detail).await?;
        Ok(claw)
    }

    pub(crate) async fn draw_hatching(&mut self, person: &Person, claw: &Claw) -> Result<()> {
        let bot = self.brief(claw.spec.bot).await?.username;
        let since = claw.working_since.unwrap_or(self.now);
        let notice = Notice::Hatching { claw: claw.id, bot, stage: stage(claw), since, slow: is_slow(claw, self.now) };
        self.draw(person, Slot::Hatching(claw.id), notice).await
    }

    /// Adds a guest to the list being made: the wizard's, or the one of a living claw.
    pub(crate) async fn invite(&mut self, person: &Person, purpose: Purpose, guest: Guest) -> Result<()> {
        let owner = person.telegram.unwrap_or(TelegramId(0));
        let mut desk = self.tx.load_desk(person.id).await?;
        match (purpose, &mut desk.wizard, &mut desk.people) {
            (Purpose::Hatch, Some(wizard), _) => add_guest(&mut wizard.people, guest, owner)?,
            (Purpose::Claw(claw), _, Some((edited, people))) if *edited == claw => add_guest(people, guest, owner)?,
            (Purpose::Hatch | Purpose::Claw(_), ..) => return Err(Refusal::WizardIncomplete.into()),
        }
        Ok(self.tx.put_desk(person.id, &desk).await?)
    }
}

/// How far a hatching is, as its message shows it.
fn stage(claw: &Claw) -> HatchStage {
    use crate::domain::claw::{Ask, Seen};
    match &claw.seen {
        Seen::Absent | Seen::Stopped | Seen::Broken { .. } => HatchStage::Sealed,
        Seen::Asked { what: Ask::Deprovision, .. } => HatchStage::Sealed,
        Seen::Asked { what: Ask::Provision, accepted: false, .. } => HatchStage::Asked,
        Seen::Asked { what: Ask::Provision, accepted: true, .. } | Seen::Running { .. } => HatchStage::Starting,
    }
}

/// Whether a calm sentence about the delay is due.
fn is_slow(claw: &Claw, now: crate::domain::time::Time) -> bool {
    claw.tries >= 2 || claw.working_since.is_some_and(|since| now.since(since).as_secs() >= 90)
}
