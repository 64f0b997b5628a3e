//! What its owner does with a claw that runs: restart it, back it up, put a backup back, let devices in, read what it wrote.
//! Whatever changes something is a row first and is carried out by the worker; whatever is only looked at is asked
//! outside before anything is opened.

mod backups;
mod devices;
mod events;
mod logs;
mod told;
mod work;

use std::{future::Future, time::Duration};

use serde_json::json;

use crate::{
    app::{Act, App, Event, Result, Sender, Tapped, claws::Applied, new_id},
    domain::{
        claw::{Capabilities, Claw, Status, Trouble, status},
        ids::{ClawId, OperationId},
        notice::{Busy, Done, Toast},
        operation::{Deed, Operation, Stage},
        person::Person,
        refusal::Refusal,
    },
    drivers::claws::ClawDriver,
};

pub(crate) use events::EVENTS;

/// How long a person waits for something that is only looked at.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a wish came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    Now,
    /// The same is being done already.
    Before,
}

/// How the card says that a claw is busy with it. Devices come and go beside everything else.
pub(crate) fn busy_with(deed: &Deed) -> Option<Busy> {
    match deed {
        Deed::Restart => Some(Busy::Restarting),
        Deed::Backup => Some(Busy::BackingUp),
        Deed::Restore { .. } => Some(Busy::Restoring),
        Deed::LetIn { .. } | Deed::TurnAway { .. } => None,
    }
}

/// Whether whoever runs it can do that.
fn can_do(can: Capabilities, deed: &Deed) -> bool {
    match deed {
        Deed::Restart => can.restart,
        Deed::Backup | Deed::Restore { .. } => can.backup,
        Deed::LetIn { .. } | Deed::TurnAway { .. } => can.devices,
    }
}

impl App {
    pub async fn restart_claw(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId) -> Result<Option<Toast>> {
        self.with_own_claw(event, sender, tapped, id, None, async |act, person, claw| {
            Ok(Applied::Done(match act.begin(person, &claw, Deed::Restart).await? {
                Begun::Now => Done::Restarting,
                Begun::Before => Done::Nothing,
            }))
        })
        .await
    }

    /// A claw of this person's that runs, looked at without holding anything, and who can be asked about it.
    async fn own_running_claw(
        &self,
        sender: &Sender,
        id: ClawId,
        can: fn(Capabilities) -> bool,
    ) -> Result<(Claw, std::sync::Arc<dyn ClawDriver>)> {
        let mut tx = self.db.look().await?;
        let person = tx.find_person_by_telegram(sender.id).await?.ok_or(Refusal::NotYours)?;
        let claw = match tx.hold_claw(id).await? {
            Some(claw) if claw.person != person.id => return Err(Refusal::NotYours.into()),
            Some(claw) if claw.destroyed.is_none() => claw,
            Some(_) | None => return Err(Refusal::ClawGone.into()),
        };
        let driver = self.drivers.named(&claw.driver).filter(|driver| can(driver.capabilities()));
        // A button of an older card: its claw is somewhere else by now, or asleep.
        let driver = driver.filter(|_| is_up(&claw)).ok_or(Refusal::NotAwake)?;
        Ok((claw, std::sync::Arc::clone(driver)))
    }

    /// An answer within the patience of somebody who waits. A silence is told to them and to the log.
    async fn hears<T>(&self, claw: ClawId, asked: impl Future<Output = std::result::Result<Option<T>, Trouble>>) -> Result<T> {
        let heard = tokio::time::timeout(PATIENCE, asked).await;
        let heard = heard.unwrap_or_else(|_| Err(Trouble::NoAnswer("it took too long".into())));
        match heard {
            Ok(Some(heard)) => Ok(heard),
            // It is looked at anyway, and then it is brought back.
            Ok(None) => Err(Refusal::NotAwake.into()),
            Err(trouble) => {
                tracing::info!(claw.id = %claw, why = %trouble, "claw {claw} could not be asked about");
                Err(Refusal::InfraSilent.into())
            }
        }
    }
}

/// Whether it runs as wished, so that something can be done to it.
fn is_up(claw: &Claw) -> bool {
    match status(claw) {
        Status::Ready | Status::Degraded => true,
        Status::Pending
        | Status::Provisioning
        | Status::Updating
        | Status::Pausing
        | Status::Paused
        | Status::Suspended
        | Status::Waiting
        | Status::Error
        | Status::Destroying
        | Status::Destroyed => false,
    }
}

impl Act<'_> {
    /// Writes down that this is wished of a claw, which is held.
    pub(crate) async fn begin(&mut self, person: &Person, claw: &Claw, deed: Deed) -> Result<Begun> {
        if !self.may_begin(claw, &deed).await? {
            return Ok(Begun::Before);
        }
        let id = OperationId(new_id());
        let stage = Stage::Wished { since: self.now, maybe_arrived: false };
        let wished = Operation { id, claw: claw.id, person: person.id, deed, stage, tries: 0, created: self.now };
        self.tx.add_operation(&wished, Some(self.now)).await?;
        self.wished(&wished).await?;
        Ok(Begun::Now)
    }

    /// Whether it can be begun now. False when the same is at work already.
    async fn may_begin(&mut self, claw: &Claw, deed: &Deed) -> Result<bool> {
        if !can_do(self.app.drivers.capabilities(&claw.driver), deed) || !is_up(claw) {
            return Err(Refusal::NotAwake.into());
        }
        let open = self.tx.list_operations(claw.id).await?;
        if open.iter().any(|it| it.deed.kind() == deed.kind() && it.deed.subject() == deed.subject()) {
            return Ok(false);
        }
        if deed.is_heavy() && open.iter().any(|it| it.deed.is_heavy()) {
            return Err(Refusal::ClawBusy.into());
        }
        Ok(true)
    }

    /// It is wished from now on: noted, and the worker is woken.
    async fn wished(&mut self, operation: &Operation) -> Result<()> {
        self.operations_due();
        let detail = json!({ "operation": operation.id, "subject": operation.deed.subject() });
        let action = format!("claw.{}", operation.deed.kind());
        self.audit(&action, Some(operation.person), Some(operation.claw), detail).await
    }

    /// What this claw is busy with.
    pub(crate) async fn busy(&mut self, claw: ClawId) -> Result<Option<Busy>> {
        Ok(self.tx.list_operations(claw).await?.iter().find_map(|it| busy_with(&it.deed)))
    }
}
