//! Leases that may stand though nobody knows of holding them: PostgreSQL went away between a COMMIT and its answer.
//! Whoever took them gives them back as soon as the database answers again, or the rows would wait for the leases'
//! end. Number and end of the lease must both be those that were written, so a lease of somebody else stays.

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
}

/// Where work is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
pub struct Doubt {
    pub work: Work,
    /// The row's id, of whatever type its table has.
    pub id: Value,
    pub fence: i64,
    pub until: Time,
}

impl Tx {
    /// Gives the lease back, if it stands.
    pub async fn free_doubtful(&mut self, doubt: &Doubt) -> Result<bool> {
        let sql: Sql = match doubt.work {
            Work::Inbox => FREE_INBOX,
            Work::Outbox => FREE_OUTBOX,
            Work::Claws => FREE_CLAW,
            Work::Bots => FREE_BOT,
            Work::Operations => FREE_OPERATION,
            Work::Schedules => FREE_SCHEDULE,
        };
        Ok(self.run(sql, values![doubt.id.clone(), doubt.fence, doubt.until]).await? == 1)
    }
}
