//! How we are, for /readyz and the metrics.

use serde::Serialize;

use crate::{
    app::{App, Result},
    domain::admin::Alert,
    store::{self, Pending},
};

/// What is working. The first two decide whether this replica should be given work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    pub database: bool,
    pub migrations: &'static str,
    /// Some replica polls Telegram. Not needed with a webhook.
    pub polled: bool,
    /// No alert about the infra is open.
    pub infra: bool,
    pub updates_waiting: i64,
    pub messages_waiting: i64,
}

impl Health {
    pub fn serves(&self) -> bool {
        self.database && self.migrations != "behind"
    }
}

impl App {
    pub async fn health(&self) -> Health {
        self.look_around().await.unwrap_or(Health {
            database: false,
            migrations: "unknown",
            polled: false,
            infra: false,
            updates_waiting: 0,
            messages_waiting: 0,
        })
    }

    async fn look_around(&self) -> Result<Health> {
        let migrations = match store::pending(&self.db).await? {
            Pending::UpToDate => "up to date",
            Pending::Ahead => "ahead",
            Pending::Behind(_) => "behind",
        };
        let (updates_waiting, messages_waiting) = self.backlog().await?;
        let open = self.db.look().await?.list_open_alerts().await?;
        let infra = !open.iter().any(|open| matches!(open.alert, Alert::InfraFailing { .. } | Alert::InfraLockedOut));
        Ok(Health { database: true, migrations, polled: self.is_polled().await?, infra, updates_waiting, messages_waiting })
    }
}
