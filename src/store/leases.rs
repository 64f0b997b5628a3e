//! Leases after they were taken. Whoever works on a row makes its lease longer for as long as that takes, so that a lease
//! itself can be short, and the work of a process that died is soon done by another. And a lease may stand though nobody
//! knows of holding it: PostgreSQL went away between a COMMIT and its answer. It is given back as soon as the database
//! answers again.
//!
//! The fencing number says whose a lease is; one that was given back or taken by somebody else is never made longer.

use crate::{
    domain::time::Time,
    store::{Result, Sql, Tx, Value, statement::statements, tx::values},
};

statements! {
    FREE_INBOX = "UPDATE inbox SET lease_until = NULL WHERE id = $1 AND fence = $2 AND lease_until = $3";
    FREE_OUTBOX = "UPDATE outbox SET lease_until = NULL WHERE id = $1 AND fence = $2 AND lease_until = $3";
    FREE_CLAW = "UPDATE claws SET lease_until = NULL WHERE id = $1 AND fence = $2 AND lease_until = $3";
    FREE_BOT = "UPDATE bots SET lease_until = NULL WHERE id = $1 AND fence = $2 AND lease_until = $3";
    FREE_OPERATION = "UPDATE operations SET lease_until = NULL WHERE id = $1 AND fence = $2 AND lease_until = $3";
    FREE_SCHEDULE = "UPDATE schedules SET lease_until = NULL WHERE name = $1 AND fence = $2 AND lease_until = $3";
    KEEP_INBOX = "UPDATE inbox SET lease_until = $3 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
    KEEP_OUTBOX = "UPDATE outbox SET lease_until = $3 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
    KEEP_CLAW = "UPDATE claws SET lease_until = $3 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
    KEEP_BOT = "UPDATE bots SET lease_until = $3 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
    KEEP_OPERATION = "UPDATE operations SET lease_until = $3 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
    KEEP_SCHEDULE = "UPDATE schedules SET lease_until = $3 WHERE name = $1 AND fence = $2 AND lease_until IS NOT NULL";
}

/// Where work is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    Inbox,
    Outbox,
    Claws,
    Bots,
    Operations,
    Schedules,
}

/// A lease as it was written.
#[derive(Clone, Debug)]
pub struct Lease {
    pub work: Work,
    /// The row's id, of whatever type its table has.
    pub id: Value,
    pub fence: i64,
    pub until: Time,
}

impl Lease {
    /// The row's id as text.
    pub fn key(&self) -> String {
        match &self.id {
            Value::Int(Some(id)) => id.to_string(),
            Value::Text(Some(id)) => id.clone(),
            Value::Int(None) | Value::Text(None) | Value::Bytes(_) => String::new(),
        }
    }
}

impl Tx {
    /// Gives the lease back, if it stands. Number and end must both be those that were written, so a lease of somebody
    /// else stays.
    pub async fn free_lease(&mut self, lease: &Lease) -> Result<bool> {
        let sql: Sql = match lease.work {
            Work::Inbox => FREE_INBOX,
            Work::Outbox => FREE_OUTBOX,
            Work::Claws => FREE_CLAW,
            Work::Bots => FREE_BOT,
            Work::Operations => FREE_OPERATION,
            Work::Schedules => FREE_SCHEDULE,
        };
        Ok(self.run(sql, values![lease.id.clone(), lease.fence, lease.until]).await? == 1)
    }

    /// Makes a lease last until then; false when it is not its holder's any more.
    pub async fn keep_lease(&mut self, lease: &Lease, until: Time) -> Result<bool> {
        let sql: Sql = match lease.work {
            Work::Inbox => KEEP_INBOX,
            Work::Outbox => KEEP_OUTBOX,
            Work::Claws => KEEP_CLAW,
            Work::Bots => KEEP_BOT,
            Work::Operations => KEEP_OPERATION,
            Work::Schedules => KEEP_SCHEDULE,
        };
        Ok(self.run(sql, values![lease.id.clone(), lease.fence, until]).await? == 1)
    }
}
