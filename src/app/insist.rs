//! What came of an outside call or of a failed update is known to this process alone until it is written down. A
//! database that is away for a while must not make us forget it: the message would be sent a second time, the update
//! wait for its lease to end. So it is written again and again, until it stands or the row turns out to be somebody
//! else's by now.

use std::time::Duration;

use crate::{app::Error, store::StoreError};

/// The first wait; it doubles.
const FIRST: Duration = Duration::from_millis(100);
/// The longest wait, and so how soon after the database's return everything goes on.
const LONGEST: Duration = Duration::from_secs(1);

/// One thing to be written down.
#[derive(Debug)]
pub(crate) struct Insist {
    what: &'static str,
    wait: Duration,
}

impl Insist {
    /// `what` stands in the log: "a delivery".
    pub(crate) fn on(what: &'static str) -> Insist {
        Insist { what, wait: FIRST }
    }

    /// Whether writing it may go better soon; true only after a wait.
    pub(crate) async fn again(&mut self, error: &Error) -> bool {
        let Error::Store(StoreError::Again(why)) = error else { return false };
        if self.wait == FIRST {
            tracing::warn!(why, "{} could not be written down yet; it will be", self.what);
        }
        // By chance a little shorter: many wait for the same database.
        tokio::time::sleep(self.wait.mul_f64(1.0 - rand::random::<f64>() / 2.0)).await;
        self.wait = (self.wait * 2).min(LONGEST);
        true
    }
}

impl Error {
    /// Whether somebody else has the row by now. Then what they make of it counts, and it is no failure of ours.
    pub(crate) fn is_lost(&self) -> bool {
        let Error::Store(StoreError::LeaseLost { table, id }) = self else { return false };
        metrics::counter!("leases_lost_total", "table" => *table).increment(1);
        tracing::info!(table, id, "the lease on {table} {id} is lost; nothing was written, whoever holds it goes on");
        true
    }
}
