//! The office of the poller, which one replica holds at a time, and alarms that doors raise.

use crate::{
    app::{
        App, Result,
        held::{Keeping, LEASE},
    },
    domain::admin::Alert,
    store::ScheduleLease,
};

pub(crate) const POLLER: &str = "poller";

impl App {
    /// Becomes the poller, if nobody is.
    pub async fn take_poller(&self) -> Result<Option<ScheduleLease>> {
        let mut taking = self.begin_taking().await?;
        let now = self.clock.now();
        let lease = taking.tx.take_schedule(POLLER, now, now + LEASE).await?;
        self.commit_taken(taking, lease.iter().map(ScheduleLease::lease)).await?;
        crash_point!("poller-taken");
        Ok(lease)
    }

    /// Keeps the office while a poll is waited for, however long that takes.
    pub fn stays_poller(&self, lease: &ScheduleLease) -> Keeping {
        self.held.keep(lease.lease(), &self.clock)
    }

    /// Stays the poller for another while; false when somebody else has become it.
    pub async fn keep_poller(&self, lease: &ScheduleLease) -> Result<bool> {
        let until = self.clock.now() + LEASE;
        let mut tx = self.db.begin_single().await?;
        let kept = tx.keep_schedule(lease, until).await?;
        tx.commit().await?;
        Ok(kept)
    }

    pub async fn leave_poller(&self, lease: &ScheduleLease) -> Result<()> {
        let mut tx = self.db.begin_single().await?;
        tx.give_back_schedule(lease, self.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    pub async fn alarm(&self, name: &str, alert: Alert) -> Result<()> {
        if matches!(alert, Alert::BotTokenDead) {
            self.token_doubted.store(true, std::sync::atomic::Ordering::SeqCst);
        }
        let mut act = self.act().await?;
        act.raise(name, alert, None).await?;
        act.commit().await
    }

    /// Polling works (again): what was said about it is over.
    pub async fn polling_works(&self) -> Result<()> {
        let open = self.db.look().await?.list_open_alerts().await?;
        let over: Vec<_> =
            open.into_iter().filter(|alert| matches!(alert.alert, Alert::SecondPoller | Alert::BotTokenDead)).collect();
        if over.is_empty() {
            return Ok(());
        }
        let mut act = self.act().await?;
        for alert in over {
            act.resolve(&alert.name).await?;
        }
        act.commit().await
    }
}
