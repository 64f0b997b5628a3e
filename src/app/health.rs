//! How we are, for /readyz and the metrics.

use serde::Serialize;

use crate::{
    app::{App, Result, offices::POLLER},
    domain::{admin::Alert, time::Time},
    store::{self, Backlog, Pending},
};

/// What is working. The first two decide whether this replica should be given work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    pub database: bool,
    pub migrations: &'static str,
    /// Some replica polls Telegram. Not needed with a webhook.
    pub polled: bool,
    /// No alert about the infra is open.
    pub infra: bool,
    /// No alert about our bot's token or its updates is open.
    pub telegram: bool,
    pub inbox: Waiting,
    pub outbox: Waiting,
    pub claws: Waiting,
}

/// Rows that wait, and how long the oldest has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Waiting {
    pub waiting: i64,
    pub oldest_ms: u64,
}

impl Waiting {
    fn of(backlog: Backlog, now: Time) -> Waiting {
        let oldest_ms = backlog.oldest.map_or(0, |oldest| now.since(oldest).as_millis() as u64);
        Waiting { waiting: backlog.waiting, oldest_ms }
    }
}

impl Health {
    pub fn serves(&self) -> bool {
        self.database && self.migrations != "behind"
    }
}

impl App {
    /// Looks around; a database that does not answer is what the answer then says.
    pub async fn health(&self) -> Health {
        self.look_around().await.unwrap_or(Health { migrations: "unknown", ..Health::default() })
    }

    async fn look_around(&self) -> Result<Health> {
        let migrations = match store::pending(&self.db).await? {
            Pending::UpToDate => "up to date",
            Pending::Ahead => "ahead",
            Pending::Behind(_) => "behind",
        };
        let now = self.clock.now();
        let mut tx = self.db.look().await?;
        let open = tx.list_open_alerts().await?;
        let infra = !open.iter().any(|it| matches!(it.alert, Alert::InfraFailing { .. } | Alert::InfraLockedOut));
        let telegram = !open.iter().any(|it| matches!(it.alert, Alert::SecondPoller | Alert::BotTokenDead));
        Ok(Health {
            database: true,
            migrations,
            infra,
            telegram,
            inbox: Waiting::of(tx.inbox_backlog().await?, now),
            outbox: Waiting::of(tx.outbox_backlog().await?, now),
            claws: Waiting::of(tx.claws_backlog(now).await?, now),
            polled: tx.is_schedule_held(POLLER, now).await?,
        })
    }
}
