//! What happened, numbered: whoever remembers the last number read misses nothing and reads nothing twice.

use serde_json::{Value, json};
use sqlx::Row as _;

use crate::{
    domain::time::Time,
    node::{
        claw::{Claw, Reason, State},
        store::{Result, Store, StoreError, Tx},
    },
};

/// One thing that happened to a claw.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub seq: i64,
    pub at: Time,
    pub user_id: String,
    pub claw_id: String,
    pub kind: String,
    pub detail: Value,
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    State {
        state: State,
        reason: Option<Reason>,
    },
    /// It was started anew without anybody asking for it.
    Restarted {
        restarts: u32,
    },
    DeviceRequested {
        request_id: String,
        name: String,
        platform: String,
    },
    DeviceGone {
        request_id: String,
    },
    BackupReady {
        backup_id: String,
        size_bytes: i64,
    },
    BackupFailed {
        backup_id: String,
        reason: String,
    },
    Restored {
        backup_id: String,
    },
    RestoreFailed {
        backup_id: String,
        reason: String,
    },
    Erased,
}

impl Told {
    fn spelled(&self) -> (&'static str, Value) {
        match self {
            Told::State { state, reason } => ("state", json!({"state": state, "reason": reason})),
            Told::Restarted { restarts } => ("restarted", json!({"restarts": restarts})),
            Told::DeviceRequested { request_id, name, platform } => {
                ("device_requested", json!({"request_id": request_id, "name": name, "platform": platform}))
            }
            Told::DeviceGone { request_id } => ("device_gone", json!({"request_id": request_id})),
            Told::BackupReady { backup_id, size_bytes } => {
                ("backup_ready", json!({"backup_id": backup_id, "size_bytes": size_bytes}))
            }
            Told::BackupFailed { backup_id, reason } => ("backup_failed", json!({"backup_id": backup_id, "reason": reason})),
            Told::Restored { backup_id } => ("restored", json!({"backup_id": backup_id})),
            Told::RestoreFailed { backup_id, reason } => ("restore_failed", json!({"backup_id": backup_id, "reason": reason})),
            Told::Erased => ("erased", json!({})),
        }
    }
}

impl Store {
    /// The number of the latest event; zero before the first.
    pub(super) async fn last_event(&self) -> Result<i64> {
        let kept = "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)";
        Ok(sqlx::query_scalar(kept).fetch_one(&self.pool).await?)
    }

    /// The number of the oldest event that is kept, or the next one when there is none.
    pub async fn first_event(&self) -> Result<i64> {
        let first: Option<i64> = sqlx::query_scalar("SELECT MIN(seq) FROM events").fetch_one(&self.pool).await?;
        match first {
            Some(first) => Ok(first),
            None => Ok(self.last_event().await? + 1),
        }
    }

    /// Events after this number, in order.
    pub async fn events(&self, after: i64, most: u32) -> Result<Vec<Event>> {
        let text = "SELECT seq, at, user_id, claw_id, kind, detail FROM events WHERE seq > $1 ORDER BY seq LIMIT $2";
        let rows = sqlx::query(text).bind(after).bind(most).fetch_all(&self.pool).await?;
        let events = rows.iter().map(|row| {
            let detail: String = row.try_get("detail")?;
            let seq: i64 = row.try_get("seq")?;
            let bad = || StoreError::Inconsistent { table: "events", column: "detail", slug: seq.to_string() };
            Ok(Event {
                seq,
                at: Time(row.try_get("at")?),
                user_id: row.try_get("user_id")?,
                claw_id: row.try_get("claw_id")?,
                kind: row.try_get("kind")?,
                detail: serde_json::from_str(&detail).map_err(|_| bad())?,
            })
        });
        events.collect()
    }
}

impl Tx {
    /// Writes down what happened.
    pub async fn tell(&mut self, at: Time, claw: &Claw, told: Told) -> Result<()> {
        let (kind, detail) = told.spelled();
        let text = "INSERT INTO events (at, user_id, claw_id, kind, detail) VALUES ($1, $2, $3, $4, $5)";
        let done = sqlx::query(text)
            .bind(at.0)
            .bind(&claw.user_id)
            .bind(&claw.claw_id)
            .bind(kind)
            .bind(detail.to_string())
            .execute(&mut *self.inner)
            .await?;
        self.told = Some(done.last_insert_rowid());
        Ok(())
    }

    /// Forgets events from before `until`.
    pub async fn forget_events(&mut self, until: Time) -> Result<u64> {
        let done = sqlx::query("DELETE FROM events WHERE at < $1").bind(until.0).execute(&mut *self.inner).await?;
        Ok(done.rows_affected())
    }
}
