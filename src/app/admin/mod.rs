//! The operator's commands: who may give them, what is asked before they are done, and what is shown while they run.
//! They end in the same use cases as the person's own buttons.

mod deprovision;
mod fleet;
mod provision;
mod watch;

use serde_json::json;

use crate::{
    app::{Act, App, Event, Result, Sender, Tapped, new_id, offers::right_of},
    domain::{
        admin::{AdminAct, AdminCommand, AdminNotice, CONFIRM_WITHIN, FleetLine, PersonLine},
        claw::{Claw, status},
        ids::ConfirmationId,
        notice::{Notice, Slot, Toast},
        person::Person,
        refusal::Refusal,
        shown::Shown,
        wizard::Expecting,
    },
    store::{Confirmation, ConfirmationState},
};

/// A person as admins see them.
pub(crate) fn person_line(person: &Person) -> PersonLine {
    PersonLine { telegram: person.telegram, name: person.name.clone(), reachable: person.reachable }
}

impl App {
    /// Takes an admin's command, or what someone thinks is one. Others get their own help, and the attempt is noted.
    pub async fn command(
        &self,
        event: &Event,
        sender: &Sender,
        name: &str,
        read: std::result::Result<AdminCommand, Refusal>,
    ) -> Result<()> {
        if !self.is_admin(sender.id) {
            let (mut act, person) = self.act_of(event, sender).await?;
            act.audit("admin.refused", Some(person.id), None, json!({ "command": name })).await?;
            act.screen(&person, Tapped::Typed, Notice::Help { admin: false }).await?;
            return act.commit().await;
        }
        match read? {
            AdminCommand::Provision { person, model, days } => self.ask_provision(event, sender, person, model, days).await,
            AdminCommand::Deprovision(target) => self.ask_deprovision(event, sender, target).await,
            AdminCommand::Fleet => self.show_fleet(event, sender, Tapped::Typed, 0).await,
            AdminCommand::Trace(code) => self.trace(event, sender, code).await,
        }
    }

    /// The reason an admin typed for what they are about to confirm.
    pub async fn take_reason(&self, event: &Event, sender: &Sender, id: ConfirmationId, typed: &str) -> Result<()> {
        let (mut act, admin) = self.act_of(event, sender).await?;
        let held = act.tx.hold_confirmation(id).await?;
        let asked = held.filter(|asked| asked.admin == sender.id && self.is_admin(sender.id));
        let Some(mut asked) = asked.filter(|asked| asked.state == ConfirmationState::Asking) else {
            act.draw_home(&admin, Tapped::Typed).await?;
            return act.commit().await;
        };
        // One that lies further ahead than any lives was made while the clock was wrong.
        if act.now >= asked.expires || asked.expires > act.now + CONFIRM_WITHIN {
            asked.state = ConfirmationState::Withdrawn;
            act.tx.save_confirmation(&asked).await?;
            act.expect(&admin, Expecting::Nothing).await?;
            act.draw_operation(&asked, true, AdminNotice::Expired).await?;
            return act.commit().await;
        }
        let text: String = typed.trim().chars().take(200).collect();
        match &mut asked.act {
            AdminAct::Provision { reason, .. } | AdminAct::Deprovision { reason, .. } => *reason = Some(text),
        }
        asked.state = ConfirmationState::Open;
        asked.expires = act.now + CONFIRM_WITHIN;
        act.tx.save_confirmation(&asked).await?;
        act.expect(&admin, Expecting::Nothing).await?;
        let notice = act.confirmation_card(&asked).await?;
        act.draw_operation(&asked, true, notice).await?;
        act.commit().await
    }

    /// The button of a confirmation: bound to its admin, its arguments and its five minutes, and good for once.
    pub async fn confirm(&self, event: &Event, sender: &Sender, id: ConfirmationId, shown: Shown) -> Result<Option<Toast>> {
        let (mut act, admin) = self.act_of(event, sender).await?;
        act.by_admin(sender.id);
        let Some(mut asked) =
            act.tx.hold_confirmation(id).await?.filter(|asked| asked.admin == sender.id && self.is_admin(sender.id))
        else {
            act.audit("admin.refused", Some(admin.id), None, json!({ "confirmation": id })).await?;
            act.commit().await?;
            return Ok(Some(Toast::NotYours));
        };
        match asked.state {
            // One that would live longer than it may was made under a clock that ran ahead.
            ConfirmationState::Open
                if act.now < asked.expires && asked.expires <= act.now + CONFIRM_WITHIN && !self.is_stale(event) => {}
            ConfirmationState::Open | ConfirmationState::Asking => {
                asked.state = ConfirmationState::Withdrawn;
                act.tx.save_confirmation(&asked).await?;
                act.draw_operation(&asked, false, AdminNotice::Expired).await?;
                act.commit().await?;
                return Ok(Some(Toast::Expired));
            }
            ConfirmationState::Given | ConfirmationState::Withdrawn | ConfirmationState::Finished => {
                act.commit().await?;
                return Ok(Some(Toast::AlreadyDone));
            }
        }
        let card = act.confirmation_card(&asked).await?;
        if card.shown() != Some(shown) {
            // Its yes would do something else by now than it said.
            act.draw_operation(&asked, false, card).await?;
            act.commit().await?;
            return Ok(Some(Toast::Changed));
        }
        asked.given = Some(act.now);
        match asked.act.clone() {
            AdminAct::Provision { person, model, days, reason } => act.provision(asked, person, model, days, reason).await?,
            AdminAct::Deprovision { claw, reason } => act.deprovision(asked, claw, reason).await?,
        }
        act.commit().await?;
        Ok(None)
    }

    pub async fn withdraw(&self, event: &Event, sender: &Sender, id: ConfirmationId) -> Result<Option<Toast>> {
        let (mut act, admin) = self.act_of(event, sender).await?;
        act.by_admin(sender.id);
        let held = act.tx.hold_confirmation(id).await?.filter(|asked| asked.admin == sender.id);
        let toast = match held {
            Some(mut asked) if matches!(asked.state, ConfirmationState::Asking | ConfirmationState::Open) => {
                asked.state = ConfirmationState::Withdrawn;
                act.tx.save_confirmation(&asked).await?;
                act.audit("admin.withdraw", asked.person, asked.claw, json!({ "confirmation": id })).await?;
                act.draw_operation(&asked, false, AdminNotice::Withdrawn).await?;
                None
            }
            Some(_) => Some(Toast::AlreadyDone),
            None => Some(Toast::NotYours),
        };
        if act.tx.load_desk(admin.id).await?.expecting == Expecting::Reason(id) {
            act.expect(&admin, Expecting::Nothing).await?;
        }
        act.commit().await?;
        Ok(toast)
    }

    /// A person without a right asks an admin for one: admins hear of it once a day.
    pub async fn ask_admin(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let day = crate::app::line::day_of(act.now).0;
        for admin in self.rules.admins.clone() {
            let notice = Notice::Admin(AdminNotice::PersonAsks { person: person_line(&person) });
            act.queue(admin.chat(), None, false, notice, Some(format!("asks:{}:{admin}:{day}", person.id))).await?;
        }
        act.note("person.ask_admin", person.id, None).await?;
        act.screen(&person, tapped, Notice::AdminAsked).await?;
        act.commit().await
    }
}

impl Act<'_> {
    /// Stores what an admin wants to do and asks for the reason.
    async fn ask_reason(&mut self, admin: &Person, wanted: AdminAct, person: &Person, claw: Option<&Claw>) -> Result<()> {
        let Some(telegram) = admin.telegram else { return Ok(()) };
        let asked = Confirmation {
            id: ConfirmationId(new_id()),
            admin: telegram,
            act: wanted.clone(),
            state: ConfirmationState::Asking,
            person: Some(person.id),
            claw: claw.map(|claw| claw.id),
            expires: self.now + CONFIRM_WITHIN,
            given: None,
            created: self.now,
        };
        self.tx.add_confirmation(&asked).await?;
        self.audit("admin.ask", Some(person.id), asked.claw, json!({ "act": kind(&wanted), "confirmation": asked.id })).await?;
        self.expect(admin, Expecting::Reason(asked.id)).await?;
        let notice = AdminNotice::AskReason { id: asked.id, act: wanted, person: person_line(person) };
        self.draw_operation(&asked, false, notice).await
    }

    async fn confirmation_card(&mut self, asked: &Confirmation) -> Result<AdminNotice> {
        match &asked.act {
            AdminAct::Provision { person, model, days, reason } => {
                self.provision_card(asked, *person, model.as_deref(), *days, reason.clone().unwrap_or_default()).await
            }
            AdminAct::Deprovision { claw, reason } => {
                let claw = self.tx.hold_claw(*claw).await?.ok_or(Refusal::ClawGone)?;
                let line = self.fleet_line(&claw).await?;
                // Where a claw sleeps beside its data, taking it down is what erases it.
                let keeps_data = claw.keeps_data && !self.app.drivers.capabilities(&claw.driver).keeps_data;
                let (id, expires) = (asked.id, asked.expires);
                let shown = Shown::of(&(claw.id, &line.bot, keeps_data));
                let reason = reason.clone().unwrap_or_default();
                Ok(AdminNotice::ConfirmDeprovision { id, line, reason, keeps_data, expires, shown })
            }
        }
    }

    /// Draws into the one message of a confirmed command.
    pub(crate) async fn draw_operation(&mut self, asked: &Confirmation, fresh: bool, notice: AdminNotice) -> Result<()> {
        self.queue(asked.admin.chat(), Some(Slot::Operation(asked.id)), fresh, Notice::Admin(notice), None).await.map(drop)
    }

    pub(crate) async fn fleet_line(&mut self, claw: &Claw) -> Result<FleetLine> {
        let person = self.tx.load_person(claw.person).await?;
        let periods = self.tx.list_periods(claw.person).await?;
        Ok(FleetLine {
            claw: claw.id,
            handle: claw.handle(),
            person: person_line(&person),
            bot: self.brief(claw.spec.bot).await?.username,
            model: self.app.rules.catalogue.name_of(&claw.spec.model),
            status: status(claw),
            right: right_of(&periods, self.now),
            since: claw.created,
        })
    }
}

/// The word for an act in the audit trail.
pub(crate) fn kind(act: &AdminAct) -> &'static str {
    match act {
        AdminAct::Provision { .. } => "provision",
        AdminAct::Deprovision { .. } => "deprovision",
    }
}
