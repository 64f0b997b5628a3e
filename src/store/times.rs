//! Due times that a clock left behind which ran ahead and was put right: nobody means to wait for them.

use std::time::Duration;

use crate::{
    domain::time::{Time, millis},
    store::{Result, Tx, statement::statements, tx::values},
};

statements! {
    // No update waits a minute to be tried again, and no access list longer than six hours to be looked at.
    INBOX = "UPDATE inbox SET due_at = $1 WHERE done_at IS NULL AND dead_at IS NULL AND due_at > CAST($1 AS BIGINT) + 60000";
    BOTS = "UPDATE bots SET due_at = $1 WHERE due_at > CAST($1 AS BIGINT) + 21600000";
    // A claw that is worked on is never left alone for longer than ten minutes; those at rest are woken by the patrol.
    CLAWS = "UPDATE claws SET due_at = $1 WHERE working_since IS NOT NULL AND destroyed_at IS NULL AND due_at > CAST($1 AS BIGINT) + 660000";
    // What a node works on is asked after every minute at the latest.
    OPERATIONS = "UPDATE operations SET due_at = $1 WHERE ended_at IS NULL AND due_at > CAST($1 AS BIGINT) + 120000";
    OUTBOX = "UPDATE outbox SET due_at = $1 WHERE done_at IS NULL AND due_at > CAST($1 AS BIGINT) + $2";
}

impl Tx {
    /// Brings forward what lies further ahead than it can have been meant to; messages when it is more than `longest`.
    pub async fn mend_times(&mut self, now: Time, longest: Duration) -> Result<()> {
        self.run(INBOX, values![now]).await?;
        self.run(BOTS, values![now]).await?;
        self.run(CLAWS, values![now]).await?;
        self.run(OPERATIONS, values![now]).await?;
        self.run(OUTBOX, values![now, millis(longest)]).await.map(drop)
    }
}
