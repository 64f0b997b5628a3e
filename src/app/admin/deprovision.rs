//! /deprovision: takes a claw away, with the right that carried it when nothing else does.

use serde_json::json;

use crate::{
    app::{Act, App, Event, Result, Sender, Tapped, admin::person_line, told::taken_away},
    domain::{
        admin::{AdminAct, AdminNotice, Target},
        claw::status,
        ids::ClawId,
        notice::Notice,
        refusal::Refusal,
    },
    store::{Confirmation, ConfirmationState},
};

impl App {
    pub(super) async fn ask_deprovision(&self, event: &Event, sender: &Sender, target: Target) -> Result<()> {
        let (mut act, admin) = self.act_of(event, sender).await?;
        act.by_admin(sender.id);
        let claws = match target {
            Target::Claw(id) => act.tx.hold_claw(id).await?.into_iter().filter(|claw| claw.destroyed.is_none()).collect(),
            Target::Person(telegram) => {
                let person = act.tx.find_person_by_telegram(telegram).await?.ok_or(Refusal::PersonUnknown)?;
                act.tx.list_claws(person.id).await?
            }
        };
        match &claws[..] {
            [] => return Err(Refusal::NoClaw.into()),
            [claw] => {
                let person = act.tx.load_person(claw.person).await?;
                act.ask_reason(&admin, AdminAct::Deprovision { claw: claw.id, reason: None }, &person, Some(claw)).await?;
            }
            several => {
                let mut lines = Vec::new();
                for claw in several {
                    lines.push(act.fleet_line(claw).await?);
                }
                act.screen(&admin, Tapped::Typed, Notice::Admin(AdminNotice::PickClaw { lines })).await?;
            }
        }
        act.commit().await
    }

    /// One of several claws was picked.
    pub async fn pick_deprovision(&self, event: &Event, sender: &Sender, id: ClawId) -> Result<()> {
        if !self.is_admin(sender.id) {
            return self.command(event, sender, "deprovision", Err(Refusal::NotYours)).await;
        }
        self.ask_deprovision(event, sender, Target::Claw(id)).await
    }
}

impl Act<'_> {
    /// Confirmed: the claw goes at once, without an undo; so does the right, if it carried only this claw.
    pub(super) async fn deprovision(&mut self, mut asked: Confirmation, id: ClawId, _reason: Option<String>) -> Result<()> {
        let claw = self.tx.hold_claw(id).await?.filter(|claw| claw.destroyed.is_none());
        let Some(claw) = claw else {
            asked.state = ConfirmationState::Finished;
            self.tx.save_confirmation(&asked).await?;
            return self.draw_operation(&asked, false, AdminNotice::Withdrawn).await;
        };
        let person = self.tx.load_person(claw.person).await?;
        let others = self.tx.list_claws(person.id).await?.iter().filter(|other| other.id != id && !other.is_leaving()).count();
        if others == 0 {
            self.tx.revoke_periods(person.id, self.now).await?;
        }
        let bot = self.brief(claw.spec.bot).await?.username;
        let leaving = claw.delete(self.now, self.now);
        self.save_claw(&leaving, Some(self.now)).await?;
        self.audit("admin.deprovision", Some(person.id), Some(id), json!({ "revoked": others == 0 })).await?;
        self.say(&person, taken_away(id), Notice::ClawTakenAway { bot }).await?;
        asked.state = ConfirmationState::Given;
        asked.claw = Some(id);
        self.tx.save_confirmation(&asked).await?;
        let working = AdminNotice::Working {
            act: asked.act.clone(),
            person: person_line(&person),
            status: status(&leaving),
            since: self.now,
        };
        self.draw_operation(&asked, false, working).await
    }
}
