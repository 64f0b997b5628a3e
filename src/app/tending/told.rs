//! What came of what was asked of a claw, and what ails it, as its owner, admins and the audit trail are told.

use serde_json::json;

use super::busy_with;
use crate::{
    app::{Act, Result, admin::person_line},
    domain::{
        admin::Alert,
        claw::{Ailment, Claw, Facts},
        device::DeviceState,
        notice::{Busy, Notice},
        operation::{Deed, Mishap, Operation, Reply, Stage},
        person::Person,
        tending::TendNotice,
    },
};

impl Act<'_> {
    /// An operation is over: whoever asked is told, once.
    pub(super) async fn tell_end(&mut self, claw: &Claw, over: &Operation, reply: Option<&Reply>) -> Result<()> {
        let person = self.tx.load_person(claw.person).await?;
        let kind = over.deed.kind();
        let (action, why) = match &over.stage {
            Stage::Failed { why, .. } => ("operation.failed", Some(*why)),
            Stage::Done { .. } => ("operation.done", None),
            Stage::Asking | Stage::Wished { .. } | Stage::Working { .. } => return Ok(()),
        };
        let detail = json!({ "operation": over.id, "kind": kind, "why": why });
        self.audit(action, Some(person.id), Some(claw.id), detail).await?;
        metrics::counter!("operations_ended_total", "kind" => kind, "well" => if why.is_none() { "1" } else { "0" }).increment(1);
        match (&over.deed, busy_with(&over.deed)) {
            (Deed::LetIn { request }, _) => self.end_device(&person, claw, request, DeviceState::LetIn, why).await?,
            (Deed::TurnAway { request }, _) => self.end_device(&person, claw, request, DeviceState::TurnedAway, why).await?,
            (Deed::Restart | Deed::Backup | Deed::Restore { .. }, Some(what)) => {
                self.tell_outcome(&person, claw, over, what, why, reply).await?;
            }
            (Deed::Restart | Deed::Backup | Deed::Restore { .. }, None) => {}
        }
        self.redraw_card(&person, claw).await
    }

    async fn tell_outcome(
        &mut self,
        person: &Person,
        claw: &Claw,
        over: &Operation,
        what: Busy,
        why: Option<Mishap>,
        reply: Option<&Reply>,
    ) -> Result<()> {
        let bot = self.brief(claw.spec.bot).await?.username;
        let notice = match why {
            None => TendNotice::Done { claw: claw.id, bot, what },
            // They put it to sleep or deleted it themselves.
            Some(Mishap::Overtaken) => return Ok(()),
            Some(why) => {
                let code = match why {
                    Mishap::Gone | Mishap::Unreached | Mishap::Overtaken => None,
                    Mishap::DiskFull | Mishap::Failed | Mishap::Unknown => {
                        let chain = format!("{} came to {why:?} ({reply:?})", over.deed.kind());
                        Some(self.incident(Some(person.id), Some(claw.id), "tending a claw", &chain).await?)
                    }
                };
                TendNotice::Failed { claw: claw.id, bot, what, why, code }
            }
        };
        self.say(person, format!("operation:{}", over.id), Notice::Tend(notice)).await?;
        Ok(())
    }

    /// What ails a claw that runs, compared with what ailed it before.
    pub(crate) async fn tell_ailment(&mut self, person: &Person, claw: &Claw, before: Option<&Facts>) -> Result<()> {
        let now = claw.facts.as_ref().and_then(|facts| facts.ailment.zip(facts.since));
        if now.map(|(ailment, _)| ailment) == before.and_then(|facts| facts.ailment) {
            return Ok(());
        }
        let alert = format!("unwell:{}", claw.id);
        let Some((ailment, since)) = now else { return self.resolve(&alert).await };
        self.audit("claw.ailing", Some(person.id), Some(claw.id), json!({ "ailment": ailment })).await?;
        if ailment.is_token_trouble() || ailment == Ailment::Crashes {
            let bot = self.brief(claw.spec.bot).await?.username;
            let notice = Notice::Tend(TendNotice::Ailing { claw: claw.id, bot, ailment });
            self.say(person, format!("ailing:{}:{ailment:?}:{}", claw.id, since.0), notice).await?;
        }
        if ailment.is_for_operators() {
            let unwell = Alert::ClawUnwell { claw: claw.id, person: person_line(person), ailment };
            self.raise(&alert, unwell, None).await?;
        } else {
            self.resolve(&alert).await?;
        }
        Ok(())
    }
}
