//! Everything that reached us from outside, stored before it is acknowledged and done once. Rows of one lane (a chat)
//! are taken one after the other in the order of their numbers, and one that comes late waits for whichever is at
//! work; lanes do not wait for each other.

use crate::{
    domain::time::Time,
    store::{
        Backlog, Lease, Result, Row, Sql, StoreError, Tx, Value, Work, claim::claim, later::Later, statement::statements,
        tx::values,
    },
};

statements! {
    ADD = "INSERT INTO inbox (id, seq, lane, body, received_at, due_at) VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (id) DO NOTHING RETURNING id";
    CLAIM = claim!(sqlite, "inbox", "300000", "(t.due_at <= $1 OR t.due_at > $1 + 7200000) AND t.due_at > 0", "t.done_at IS NULL AND t.dead_at IS NULL AND (SELECT e.id FROM inbox e WHERE e.lane = t.lane AND e.done_at IS NULL AND e.dead_at IS NULL ORDER BY e.seq LIMIT 1) = t.id AND (SELECT e.id FROM inbox e WHERE e.lane = t.lane AND e.id <> t.id AND e.lease_until > $1 AND e.lease_until <= $1 + 300000 AND e.done_at IS NULL AND e.dead_at IS NULL ORDER BY e.seq LIMIT 1) IS NULL", " ORDER BY t.due_at, t.seq", "id, body, received_at, fence, tries"),
        postgres claim!(postgres, "inbox", "300000", "(t.due_at <= $1 OR t.due_at > $1 + 7200000) AND t.due_at > 0", "t.done_at IS NULL AND t.dead_at IS NULL AND (SELECT e.id FROM inbox e WHERE e.lane = t.lane AND e.done_at IS NULL AND e.dead_at IS NULL ORDER BY e.seq LIMIT 1) = t.id AND (SELECT e.id FROM inbox e WHERE e.lane = t.lane AND e.id <> t.id AND e.lease_until > $1 AND e.lease_until <= $1 + 300000 AND e.done_at IS NULL AND e.dead_at IS NULL ORDER BY e.seq LIMIT 1) IS NULL", "", "id, body, received_at, fence, tries");
    DONE = "UPDATE inbox SET done_at = $3, body = NULL, lease_until = NULL WHERE id = $1 AND fence = $2 AND done_at IS NULL AND dead_at IS NULL";
    RETRY = "UPDATE inbox SET due_at = $3, tries = tries + $4, lease_until = NULL WHERE id = $1 AND fence = $2 AND done_at IS NULL AND dead_at IS NULL";
    DEAD = "UPDATE inbox SET dead_at = $3, lease_until = NULL WHERE id = $1 AND fence = $2 AND done_at IS NULL AND dead_at IS NULL";
    SWEEP = "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE received_at < $1 AND (done_at IS NOT NULL OR dead_at IS NOT NULL) ORDER BY received_at LIMIT $2)";
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
    /// The end of its lease when it was taken.
    pub until: Time,
}

impl InboxRow {
    /// The lease as it was written.
    pub fn lease(&self) -> Lease {
        Lease { work: Work::Inbox, id: (&self.id).into(), fence: self.fence, until: self.until }
    }
}

impl Tx {
    /// False when it was there before.
    pub async fn add_inbox(&mut self, event: NewInbox, now: Time) -> Result<bool> {
        Ok(self.add_inboxes(vec![event], now).await?.len() == 1)
    }

    /// Keeps many at once; gives the ids of those that were not there before.
    pub async fn add_inboxes(&mut self, events: Vec<NewInbox>, now: Time) -> Result<Vec<String>> {
        let rows = events.into_iter().map(|event| values![event.id, event.seq, event.lane, event.body, now]).collect();
        self.all_many(ADD, rows).await?.iter().map(|row| row.text("id")).collect()
    }

    pub async fn claim_inbox(&mut self, now: Time, until: Time, most: i64) -> Result<Vec<InboxRow>> {
        let read = |row: &Row| {
            Ok(InboxRow {
                id: row.text("id")?,
                body: row.maybe_bytes("body")?.unwrap_or_default(),
                received: row.time("received_at")?,
                fence: row.int("fence")?,
                tries: row.int("tries")?,
                until,
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

    /// The same as the last thing of its transaction, whose commit then fails when the lease was lost.
    pub async fn finish_inbox_last(&mut self, id: &str, fence: i64, now: Time) -> Result<()> {
        self.put_off(vec![Later::must("inbox", DONE, values![id, fence, now], id)]).await
    }

    async fn end_inbox(&mut self, sql: Sql, id: &str, values: Vec<Value>) -> Result<()> {
        match self.run(sql, values).await? {
            1 => Ok(()),
            _ => Err(StoreError::LeaseLost { table: "inbox", id: id.to_owned() }),
        }
    }

    /// Forgets at most so many of what was received before `before`.
    pub async fn sweep_inbox(&mut self, before: Time, most: i64) -> Result<u64> {
        self.run(SWEEP, values![before, most]).await
    }

    /// What is not handled yet.
    pub async fn inbox_backlog(&mut self) -> Result<Backlog> {
        Backlog::read(self.find(OPEN, values![]).await?)
    }
}
