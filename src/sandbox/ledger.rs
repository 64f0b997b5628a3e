//! What the product has written into its database, looked at once a second and only to read.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    domain::claw::Claw,
    store::{AuditRow, Glance, OutboxGlance, StoreError},
};

const EVERY: Duration = Duration::from_secs(1);
const ROWS: i64 = 30;

/// The newest rows, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pages {
    pub outbox: Vec<OutboxGlance>,
    /// Rows of the outbox that still wait.
    pub open: i64,
    pub audit: Vec<AuditRow>,
    pub claws: Vec<Claw>,
}

/// Keeps looking until it is dropped.
pub(super) struct Ledger {
    pages: watch::Receiver<Arc<Pages>>,
    _looking: AbortOnDropHandle<()>,
}

impl Ledger {
    /// Looks into `file`, which the product makes when it first starts.
    pub fn of(file: &Path) -> Ledger {
        let glance = Glance::at(file);
        let (write, pages) = watch::channel(Arc::new(Pages::default()));
        let looking = tokio::spawn(async move {
            let mut clock = interval(EVERY);
            clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                clock.tick().await;
                // While there is no database, or it is being migrated, the pages stay as they were.
                let Ok(found) = read(&glance).await else { continue };
                write.send_if_modified(|known| {
                    let news = **known != found;
                    if news {
                        *known = Arc::new(found);
                    }
                    news
                });
            }
        });
        Ledger { pages, _looking: AbortOnDropHandle::new(looking) }
    }

    pub fn pages(&self) -> Arc<Pages> {
        Arc::clone(&self.pages.borrow())
    }

    pub fn changed(&self) -> watch::Receiver<Arc<Pages>> {
        self.pages.clone()
    }
}

async fn read(glance: &Glance) -> Result<Pages, StoreError> {
    let mut tx = glance.look().await?;
    Ok(Pages {
        outbox: tx.list_latest_messages(ROWS).await?,
        open: tx.outbox_backlog().await?.waiting,
        audit: tx.list_latest_audit(ROWS).await?,
        claws: tx.list_fleet(ROWS, 0).await?,
    })
}
