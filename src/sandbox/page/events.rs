//! Tells an open page which of its regions have changed, one line each. It looks again whenever anything happens on
//! the stage, and once a second, for the clock goes on by itself.

use std::{
    convert::Infallible,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use axum::response::{
    Sse,
    sse::{Event, KeepAlive},
};
use futures::{Stream, StreamExt, stream};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::sandbox::{
    ledger::Pages,
    page::{
        here::Here,
        regions::{REGIONS, draw},
    },
};

const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Changes come in bundles: an update, its answer, the journal's line.
const BUNDLE: Duration = Duration::from_millis(60);

struct Watching {
    here: Here,
    telegram: u64,
    infra: watch::Receiver<u64>,
    product: watch::Receiver<u64>,
    stage: watch::Receiver<u64>,
    ledger: watch::Receiver<Arc<Pages>>,
    /// What each region looked like last; nothing before the first look.
    looks: [Option<u64>; REGIONS.len()],
}

/// The names of regions as they change; all of them at first.
pub(super) fn stream(here: Here) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let watching = Watching {
        telegram: 0,
        infra: here.stage.backstage.changed(),
        product: here.stage.product.changed(),
        stage: here.stage.changed(),
        ledger: here.stage.ledger.changed(),
        looks: [None; REGIONS.len()],
        here,
    };
    let bundles = stream::unfold(watching, |mut watching| async {
        let names = watching.next().await;
        Some((stream::iter(names.into_iter().map(|name| Ok(Event::default().data(name)))), watching))
    });
    Sse::new(bundles.flatten()).keep_alive(KeepAlive::default())
}

impl Watching {
    async fn next(&mut self) -> Vec<&'static str> {
        loop {
            let changed = self.look();
            if !changed.is_empty() {
                return changed;
            }
            // The time is up: the clock may have moved on.
            let _time_is_up = timeout(LOOK_AGAIN, self.wait()).await;
            sleep(BUNDLE).await;
        }
    }

    /// Until anything happens. The senders live as long as the stage, so a closed channel cannot be met.
    async fn wait(&mut self) {
        tokio::select! {
            seen = self.here.stage.telegram.changed(self.telegram) => self.telegram = seen,
            _ = self.infra.changed() => {}
            _ = self.product.changed() => {}
            _ = self.stage.changed() => {}
            _ = self.ledger.changed() => {}
        }
    }

    fn look(&mut self) -> Vec<&'static str> {
        let mut changed = Vec::new();
        for (name, look) in REGIONS.into_iter().zip(&mut self.looks) {
            // A region of what is not there.
            let Some(drawn) = draw(&self.here, name) else { continue };
            let mut hasher = DefaultHasher::new();
            drawn.hash(&mut hasher);
            if look.replace(hasher.finish()) != Some(hasher.finish()) {
                changed.push(name);
            }
        }
        changed
    }
}
