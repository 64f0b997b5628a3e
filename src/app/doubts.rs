//! Taking work, when it is not known afterwards whether it was taken: the connection broke between the COMMIT and its
//! answer. What may be ours without our knowing is given back in the next transaction that takes anything.

use std::sync::{Mutex, PoisonError};

use crate::{
    app::{App, Result},
    store::{Doubt, Tx},
};

/// Leases that may stand and that nobody works under.
#[derive(Debug, Default)]
pub struct Doubts(Mutex<Vec<Doubt>>);

impl Doubts {
    fn take(&self) -> Vec<Doubt> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, more: impl IntoIterator<Item = Doubt>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(more);
    }
}

impl App {
    /// Commits the taking of work, and gives back whatever was taken before without our knowing. An error means that nobody works on it, whether it stands or not.
    pub(crate) async fn commit_taken(&self, mut tx: Tx, taken: impl IntoIterator<Item = Doubt>) -> Result<()> {
        let doubtful = self.doubts.take();
        let committed = async {
            for doubt in &doubtful {
                if tx.free_doubtful(doubt).await? {
                    tracing::info!(?doubt, "a lease nobody knew of was given back");
                }
            }
            tx.commit().await
        };
        committed.await.map_err(|error| {
            self.doubts.add(doubtful.into_iter().chain(taken));
            error.into()
        })
    }
}
