//! Everything that reached us from outside, stored before it is acknowledged and done once. Rows of one lane (a chat)
//! are taken one after the other in the order of their numbers, and one that comes late waits for whichever is at
//! work; lanes do not wait for each other.

use crate::{
    domain::time::Time,
    store::{Backlog, Result, Row, Sql, StoreError, Tx, Value, claim::claim, statement::statements, tx::values},
};

statements! {
    KNOWN = "SELECT COUNT(*) FROM inbox WHERE id = $1";
    ADD = "INSERT INTO inbox (id, seq, lane, body, received_at, due_at) VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (id) DO NOTHING";
    CLAIM = claim!(sqlite, "inbox", "300000", "(t.due_at <= $1 OR t.due_at > $1 + 7200000)", "t.done_at IS NULL AND t.dead_at IS NULL AND NOT EXISTS (SELECT 1 FROM inbox e WHERE e.lane = t.lane AND e.id <> t.id AND (e.seq < t.seq OR e.lease_until > $1) AND e.done_at IS NULL AND e.dead_at IS NULL)", "t.received_at, t.seq", "id, body, received_at, fence, tries"),
        postgres claim!(postgres, "inbox", "300000", "(t.due_at <= $1 OR t.due_at > $1 + 7200000)", "t.done_at IS NULL AND t.dead_at IS NULL AND NOT EXISTS (SELECT 1 FROM inbox e WHERE e.lane = t.lane AND e.id <> t.id AND (e.seq < t.seq OR e.lease_until > $1) AND e.done_at IS NULL AND e.dead_at IS NULL)", "t.received_at, t.seq", "id, body, received_at, fence, tries");
    DONE = "UPDATE inbox SET done_at = $3, body = NULL, lease_until = NULL WHERE id = $1 AND fence = $2 AND done_at IS NULL AND dead_at IS NULL";
    RETRY = "UPDATE inbox SET due_at = $3, tries = tries + $4, lease_until = NULL WHERE id = $1 AND fence = $2 AND done_at IS NULL AND dead_at IS NULL";
    DEAD = "UPDATE inbox SET dead_at = $3, lease_until = NULL WHERE id = $1 AND fence = $2 AND done_at IS NULL AND dead_at IS NULL";
    SWEEP = "DELETE FROM inbox WHERE received_at < $1 AND (done_at IS NOT NULL OR dead_at IS NOT NULL)";
    OPEN = "SELECT COUNT(*) AS waiting, MIN(received_at) AS oldest FROM inbox WHERE done_at IS NULL AND dead_at IS NULL";
}

/// One event to be kept.
#[derive(Clone, Debug)]
pub struct NewInbox {
    /// Where it came from and its number there: `telegram:42`.
    pub id: String,
    pub seq: i64,
    pub lane: String,
    pub body: Vec<u8>,
}

/// One event to be handled, under a lease.
#[derive(Clone, Debug)]
pub struct InboxRow {
    pub id: String,
    pub body: Vec<u8>,
    pub received: Time,
    pub fence: i64,
    /// How often it failed before.
    pub tries: i64,
}

impl Tx {
    pub async fn is_known(&mut self, id: &str) -> Result<bool> {
        Ok(self.number(KNOWN, values![id]).await? > 0)
    }

    /// False when it was there before.
    pub async fn add_inbox(&mut self, event: NewInbox, now: Time) -> Result<bool> {
        Ok(self.run(ADD, values![event.id, event.seq, event.lane, event.body, now]).await? == 1)
    }

    pub async fn claim_inbox(&mut self, now: Time, until: Time, most: i64) -> Result<Vec<InboxRow>> {
        let read = |row: &Row| {
            Ok(InboxRow {
                id: row.text("id")?,
                body: row.maybe_bytes("body")?.unwrap_or_default(),
                received: row.time("received_at")?,
                fence: row.int("fence")?,
                tries: row.int("tries")?,
            })
        };
        self.all(CLAIM, values![now, until, most]).await?.iter().map(read).collect()
    }

    /// It is handled: its bytes are dropped, its number stays. An error when the lease was lost: then somebody else
    /// handles it, and nothing of this transaction may stand.
    pub async fn finish_inbox(&mut self, id: &str, fence: i64, now: Time) -> Result<()> {
        self.end_inbox(DONE, id, values![id, fence, now]).await
    }

    /// It is to be handled again; `failed` counts the tries. An error when the lease was lost.
    pub async fn retry_inbox(&mut self, id: &str, fence: i64, at: Time, failed: bool) -> Result<()> {
        self.end_inbox(RETRY, id, values![id, fence, at, failed]).await
    }

    /// It cannot be handled: put aside, so that its lane goes on. An error when the lease was lost.
    pub async fn bury_inbox(&mut self, id: &str, fence: i64, now: Time) -> Result<()> {
        self.end_inbox(DEAD, id, values![id, fence, now]).await
    }

    async fn end_inbox(&mut self, sql: Sql, id: &str, values: Vec<Value>) -> Result<()> {
        match self.run(sql, values).await? {
            1 => Ok(()),
            _ => Err(StoreError::LeaseLost { table: "inbox", id: id.to_owned() }),
        }
    }

    pub async fn sweep_inbox(&mut self, before: Time) -> Result<u64> {
        self.run(SWEEP, values![before]).await
    }

    /// What is not handled yet.
    pub async fn inbox_backlog(&mut self) -> Result<Backlog> {
        Backlog::read(self.find(OPEN, values![]).await?)
    }
}
