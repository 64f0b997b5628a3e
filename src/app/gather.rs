//! Updates that are brought one by one are stored together: while some are being written, those that come meanwhile
//! wait and are the next to be written, all at once. Under load the way to the disk is shared; alone nobody waits.

use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::{
    app::{App, Result, inbox::Arrived},
    store::StoreError,
};

/// As many as Telegram brings at once, and some.
const MOST: usize = 64;

/// Those who wait to be written.
#[derive(Default)]
pub struct Gather {
    waiting: Mutex<Vec<Waiting>>,
    /// Held by whoever writes.
    turn: tokio::sync::Mutex<()>,
}

struct Waiting {
    update: Arrived,
    tell: oneshot::Sender<Result<()>>,
}

impl Gather {
    fn push(&self, waiting: Waiting) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(waiting);
    }

    fn take(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let many = waiting.len().min(MOST);
        waiting.drain(..many).collect()
    }
}

impl App {
    /// Stores one update. When this returns, it may be acknowledged.
    pub async fn accept_one(&self, update: Arrived) -> Result<()> {
        let (tell, mut told) = oneshot::channel();
        self.gather.push(Waiting { update, tell });
        loop {
            tokio::select! {
                biased;
                done = &mut told => {
                    // Whoever wrote it went away in the middle: nobody knows what stands, so it has to come again.
                    return done.unwrap_or_else(|_| Err(StoreError::Again("an update was not stored".into()).into()));
                }
                _turn = self.gather.turn.lock() => self.accept_gathered().await,
            }
        }
    }

    async fn accept_gathered(&self) {
        let (updates, tells): (Vec<_>, Vec<_>) = self.gather.take().into_iter().map(|one| (one.update, one.tell)).unzip();
        if updates.is_empty() {
            return;
        }
        let alone = updates.len() == 1;
        let mut done = self.accept(updates.clone()).await;
        for (update, tell) in updates.into_iter().zip(tells) {
            let mut outcome = std::mem::replace(&mut done, Ok(()));
            if outcome.is_err() && !alone {
                done = Err(StoreError::Again("one of many".into()).into());
                // One that cannot be stored must not turn the others away.
                outcome = self.accept(vec![update]).await;
            }
            // Whoever asked may have gone away; what they brought is stored, or comes again.
            let _ = tell.send(outcome);
        }
    }
}
