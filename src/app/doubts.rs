//! Taking work, when it is not known afterwards whether it was taken: the connection broke between the COMMIT and its
//! answer. What may be ours without our knowing is given back in the next transaction that takes anything.

use std::sync::{Mutex, PoisonError};

use crate::{
    app::{App, Result, held::Taking},
    store::Lease,
};

/// Leases that may stand and that nobody works under.
#[derive(Debug, Default)]
pub struct Doubts(Mutex<Vec<Lease>>);

impl Doubts {
    fn take(&self) -> Vec<Lease> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, more: impl IntoIterator<Item = Lease>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(more);
    }
}

impl App {
    /// Commits the taking of work, and gives back whatever was taken before without our knowing. An error means that nobody works on it, whether it stands or not.
    pub(crate) async fn commit_taken(&self, taking: Taking, taken: impl IntoIterator<Item = Lease>) -> Result<()> {
        let Taking { mut tx, kept } = taking;
        let doubtful = self.doubts.take();
        let committed = async {
            for doubt in &doubtful {
                if tx.free_lease(doubt).await? {
                    tracing::info!(?doubt, "a lease nobody knew of was given back");
                }
            }
            tx.commit().await
        };
        match committed.await {
            Ok(()) => {
                self.held.are_kept(kept);
                Ok(())
            }
            Err(error) => {
                self.doubts.add(doubtful.into_iter().chain(taken));
                Err(error.into())
            }
        }
    }
}
