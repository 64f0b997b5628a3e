//! Chores of the whole fleet, each done by one replica at a time: waking every claw now and then, calling people from
//! the line, finding what should not be, forgetting what is old, sealing the audit trail. None of them touches a whole
//! table at once: what has to see every row walks through it a slice at a time.

use std::time::Duration;

use crate::{
    app::{App, Result, admin::person_line, held::LEASE, insist::Insist, survey::SURVEY, tending::EVENTS, walk::Walk},
    domain::{
        admin::Alert,
        time::{DAY, HOUR, MINUTE},
    },
    store::ScheduleLease,
};

/// Rows one transaction of the sweep deletes, of each table.
const SWEPT_AT_ONCE: i64 = 500;

/// One chore: its name, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chore {
    /// The next claws are looked at again, whatever their rows say about when.
    WakeAll,
    /// The elapsed time on hatching messages moves.
    DrawProgress,
    CallLine,
    FindDrift,
    /// Pasted tokens nobody claimed within the hour are erased.
    ErasePending,
    Sweep,
    SealAudit,
}

impl Chore {
    pub const ALL: [Chore; 7] = [
        Chore::WakeAll,
        Chore::DrawProgress,
        Chore::CallLine,
        Chore::FindDrift,
        Chore::ErasePending,
        Chore::Sweep,
        Chore::SealAudit,
    ];
    fn name(self) -> &'static str {
        match self {
            Chore::WakeAll => "wake-all",
            Chore::DrawProgress => "draw-progress",
            Chore::CallLine => "call-line",
            Chore::FindDrift => "find-drift",
            Chore::ErasePending => "erase-pending",
            Chore::Sweep => "sweep",
            Chore::SealAudit => "seal-audit",
        }
    }

    fn every(self) -> Duration {
        match self {
            Chore::CallLine => MINUTE / 2,
            Chore::ErasePending => 5 * MINUTE,
            Chore::Sweep => HOUR,
            Chore::WakeAll | Chore::FindDrift | Chore::SealAudit | Chore::DrawProgress => MINUTE / 12,
        }
    }
}

impl App {
    /// Makes sure that every chore has its row.
    pub async fn plan_chores(&self) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        for name in Chore::ALL.map(Chore::name).into_iter().chain(["poller", "places", SURVEY, EVENTS]) {
            tx.add_schedule(name, now).await?;
        }
        // A clock that ran ahead while somebody was here before us leaves times that nobody should wait for.
        for chore in Chore::ALL {
            tx.cap_schedule(chore.name(), now + chore.every()).await?;
        }
        tx.cap_schedule(SURVEY, now + HOUR).await?;
        tx.cap_schedule(EVENTS, now + HOUR).await?;
        tx.mend_times(now, HOUR).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Does whatever chore is due. One that fails is logged and comes again.
    pub async fn do_chores(&self) -> Result<()> {
        if self.prudence.went_back(&self.clock) {
            tracing::warn!("the clock went back: whatever waits is looked at anew");
            let now = self.clock.now();
            let mut tx = self.db.begin().await?;
            tx.bring_schedules_forward(now).await?;
            tx.mend_times(now, Duration::ZERO).await?;
            tx.commit().await?;
        }
        let due = self.db.look().await?.list_due_schedules(self.clock.now()).await?;
        for chore in Chore::ALL.into_iter().filter(|chore| due.iter().any(|name| name == chore.name())) {
            let mut taking = self.begin_taking().await?;
            let now = self.clock.now();
            let lease = taking.tx.take_schedule(chore.name(), now, now + LEASE).await?;
            self.commit_taken(taking, lease.iter().map(ScheduleLease::lease)).await?;
            let Some(lease) = lease else { continue };
            let _keeping = self.held.keep(lease.lease(), &self.clock);
            crash_point!("chore-taken");
            if let Err(error) = self.do_chore(chore).await {
                tracing::error!(chore = chore.name(), error = %crate::app::act::redact(&format!("{error:#}")), "a chore failed");
            }
            crash_point!("chore-done");
            let mut insist = Insist::on("that a chore is done");
            while let Err(error) = self.chore_is_done(chore, &lease).await {
                if !insist.again(&error).await {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn chore_is_done(&self, chore: Chore, lease: &ScheduleLease) -> Result<()> {
        let mut tx = self.db.begin_single().await?;
        tx.give_back_schedule(lease, self.clock.now() + chore.every()).await?;
        Ok(tx.commit().await?)
    }

    async fn do_chore(&self, chore: Chore) -> Result<()> {
        match chore {
            Chore::DrawProgress => self.draw_progress().await,
            Chore::WakeAll => {
                let mut act = self.act().await?;
                if let Some((after, last)) = act.next_slice(Walk::Claws).await? {
                    act.tx.wake_slice(&after, &last, act.now).await?;
                }
                act.commit().await?;
                self.bells.claws.notify_one();
                Ok(())
            }
            Chore::CallLine => self.call_next_in_line().await,
            Chore::FindDrift => self.find_drift().await,
            // What is erased cannot be brought back: not by a clock that was just moved.
            Chore::ErasePending | Chore::Sweep if !self.prudence.allows(&self.clock) => Ok(()),
            Chore::ErasePending => {
                let mut act = self.act().await?;
                act.tx.erase_pending_tokens_before(act.now - HOUR).await?;
                act.tx.sweep_forgotten().await?;
                act.commit().await
            }
            Chore::Sweep => self.sweep().await,
            Chore::SealAudit => self.seal_audit().await.map(drop),
        }
    }

    /// A right that runs without any claw behind it: a row was lost, and somebody should know.
    async fn find_drift(&self) -> Result<()> {
        let mut act = self.act().await?;
        act.calm_infra().await?;
        let slice = act.next_slice(Walk::Persons).await?;
        let found = match &slice {
            Some((after, last)) => act.tx.list_entitled_without_claw(after, last, act.now).await?,
            None => Vec::new(),
        };
        for person in found {
            let what = "a period runs and there is no claw".to_owned();
            let alert = Alert::Drift { claw: None, person: person_line(&person), what };
            act.raise(&format!("drift:{}", person.id), alert, None).await?;
        }
        act.commit().await
    }

    async fn sweep(&self) -> Result<()> {
        let now = self.clock.now();
        // A part at a time, so that whoever wants to write waits for a part and not for all.
        loop {
            let mut act = self.act().await?;
            let swept = act.tx.sweep_inbox(now - 7 * DAY, SWEPT_AT_ONCE).await?
                + act.tx.sweep_messages(now - 30 * DAY, SWEPT_AT_ONCE).await?;
            act.commit().await?;
            if swept == 0 {
                break;
            }
        }
        let mut act = self.act().await?;
        act.tx.sweep_texts(now - 30 * DAY).await?;
        act.tx.sweep_alerts(now - 30 * DAY).await?;
        act.tx.sweep_incidents(now - 30 * DAY).await?;
        act.tx.sweep_confirmations(now - 30 * DAY).await?;
        act.tx.sweep_operations(now - 30 * DAY).await?;
        act.tx.sweep_devices(now - 30 * DAY).await?;
        act.tx.sweep_events(now - 30 * DAY).await?;
        act.commit().await?;
        self.floods.tidy(now);
        self.pace.tidy();
        Ok(())
    }
}
