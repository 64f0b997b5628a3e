//! /provision: a grant for a person, and a claw in their connected bot. Without a bot the grant waits, and the person
//! is asked to connect one; a token is never an argument.

use serde_json::json;

use crate::{
    app::{Act, App, Event, Result, Sender, admin::person_line, new_id, offers::right_of},
    domain::{
        admin::{AdminAct, AdminNotice},
        claw::{Claw, Spec, Wish},
        entitlement::{DEFAULT_GRANT, Entitlement, Period, PeriodKind, claws_allowed},
        ids::{PeriodId, TelegramId},
        notice::{GrantedFor, Notice},
        person::Person,
        refusal::Refusal,
        shown::Shown,
        time::DAY,
    },
    store::{Confirmation, ConfirmationState},
};

impl App {
    pub(super) async fn ask_provision(
        &self,
        event: &Event,
        sender: &Sender,
        telegram: TelegramId,
        model: Option<String>,
        days: Option<u32>,
    ) -> Result<()> {
        let model = match model {
            Some(typed) => Some(self.rules.catalogue.search(&typed).ok_or(Refusal::ModelUnknown { typed })?.id.clone()),
            None => None,
        };
        let days = days.unwrap_or((DEFAULT_GRANT.as_secs() / DAY.as_secs()) as u32);
        let (mut act, admin) = self.act_of(event, sender).await?;
        act.by_admin(sender.id);
        let person = if telegram == sender.id { admin.clone() } else { act.person_by_number(telegram).await? };
        act.ask_reason(&admin, AdminAct::Provision { person: telegram, model, days, reason: None }, &person, None).await?;
        act.commit().await
    }
}

impl Act<'_> {
    pub(super) async fn provision_card(
        &mut self,
        asked: &Confirmation,
        telegram: TelegramId,
        model: Option<&str>,
        days: u32,
        reason: String,
    ) -> Result<AdminNotice> {
        let person = self.person_by_number(telegram).await?;
        let claw = self.claw_to_grant(&person).await?;
        let bot = match &claw {
            Some(claw) => Some(self.brief(claw.spec.bot).await?.username),
            None => self.tx.list_free_bots(person.id).await?.into_iter().next().map(|bot| bot.brief.username),
        };
        let wanted = model.or(claw.as_ref().map(|claw| claw.spec.model.as_str()));
        let catalogue = &self.app.rules.catalogue;
        let model = catalogue.name_of(wanted.unwrap_or(&catalogue.default_model().id));
        let line = match &claw {
            Some(claw) => Some(self.fleet_line(claw).await?),
            None => None,
        };
        let before = right_of(&self.tx.list_periods(person.id).await?, self.now);
        let (id, expires, person) = (asked.id, asked.expires, person_line(&person));
        let shown = Shown::of(&(line.as_ref().map(|line| line.claw), &bot, &model, days, &before));
        Ok(AdminNotice::ConfirmProvision { id, person, bot, claw: line, model, days, reason, before, expires, shown })
    }

    /// The claw a grant is for: one that sleeps or would soon, rather than a second one.
    async fn claw_to_grant(&mut self, person: &Person) -> Result<Option<Claw>> {
        let periods = self.tx.list_periods(person.id).await?;
        let claws: Vec<Claw> = self.tx.list_claws(person.id).await?.into_iter().filter(|claw| !claw.is_leaving()).collect();
        let grants = periods.iter().filter(|p| p.kind == PeriodKind::Grant && (p.waits() || p.runs(self.now))).count();
        // Each live grant carries a claw; one more grant first carries a claw that no grant carries yet.
        Ok(if claws.len() > grants { claws.into_iter().next() } else { None })
    }

    /// Confirmed: the grant is written, and whatever hatches or wakes by it is watched.
    pub(super) async fn provision(
        &mut self,
        mut asked: Confirmation,
        telegram: TelegramId,
        model: Option<String>,
        days: u32,
        reason: Option<String>,
    ) -> Result<()> {
        let person = self.person_by_number(telegram).await?;
        let existing = self.claw_to_grant(&person).await?;
        let before = Entitlement::of(&self.tx.list_periods(person.id).await?, self.now);
        let grant = Period {
            id: PeriodId(new_id()),
            person: person.id,
            kind: PeriodKind::Grant,
            length: days * DAY,
            started: None,
            revoked: None,
            granted_by: Some(asked.admin),
            reason,
            created: self.now,
        };
        self.tx.add_period(&grant).await?;
        self.audit("admin.grant", Some(person.id), existing.as_ref().map(|c| c.id), json!({ "days": days, "model": model }))
            .await?;
        // Whether a claw that is there was covered before, too.
        let carries_on = existing.as_ref().map(|_| before.covers_now());
        let claw = match existing {
            Some(claw) => Some(self.carry_on(claw, model).await?),
            None => self.hatch_granted(&person, model).await?,
        };
        let given_for = match (&claw, carries_on) {
            (None, _) => GrantedFor::NoBot,
            (Some(_), None) => GrantedFor::Hatching,
            (Some(claw), Some(covered)) => {
                let (claw, bot) = (claw.id, self.brief(claw.spec.bot).await?.username);
                if covered { GrantedFor::GoingOn { claw, bot } } else { GrantedFor::Waking { claw, bot } }
            }
        };
        self.say(&person, format!("granted:{}", grant.id), Notice::Granted { days, claw: given_for }).await?;
        asked.state = if claw.is_some() { ConfirmationState::Given } else { ConfirmationState::Finished };
        asked.claw = claw.as_ref().map(|claw| claw.id);
        self.tx.save_confirmation(&asked).await?;
        match claw {
            // A claw that runs already may never change: what is to be seen of it is seen now.
            Some(claw) => self.tell_watchers(&claw).await,
            None => self.draw_operation(&asked, false, AdminNotice::GrantWaits { person: person_line(&person), days }).await,
        }
    }

    /// A claw that is there gets the grant: it is looked at now, and with another model if one was named.
    async fn carry_on(&mut self, claw: Claw, model: Option<String>) -> Result<Claw> {
        let spec = Spec { model: model.unwrap_or_else(|| claw.spec.model.clone()), ..claw.spec.clone() };
        let claw = if spec == claw.spec { claw } else { claw.change(spec, self.now) };
        // Suspended claws are woken by the reconciler, which sees the right; nothing else is needed here.
        debug_assert!(!matches!(claw.wish, Wish::Gone { .. }));
        self.save_claw(&claw, Some(self.now)).await?;
        self.tx.hold_claw(claw.id).await?.ok_or_else(|| Refusal::ClawGone.into())
    }

    /// Hatches in the person's connected bot, if there is one and the grant leaves room.
    async fn hatch_granted(&mut self, person: &Person, model: Option<String>) -> Result<Option<Claw>> {
        let periods = self.tx.list_periods(person.id).await?;
        let living = self.tx.list_claws(person.id).await?.iter().filter(|claw| !claw.is_leaving()).count();
        if !Entitlement::of(&periods, self.now).covers_now() || claws_allowed(&periods, self.now) <= living {
            return Ok(None);
        }
        let Some(bot) = self.tx.list_free_bots(person.id).await?.into_iter().next() else { return Ok(None) };
        let model = model.unwrap_or_else(|| self.app.rules.catalogue.default_model().id.clone());
        let claw = self.make_claw(person, Spec { bot: bot.brief.id, model, people: Vec::new() }).await?;
        let mut desk = self.tx.load_desk(person.id).await?;
        desk.wizard = None;
        self.tx.put_desk(person.id, &desk).await?;
        Ok(Some(claw))
    }
}
