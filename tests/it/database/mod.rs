//! Bad days of the database: gone, silent, cut off around a COMMIT, locked and full. What was acknowledged is never
//! lost, what is said is said once, and everything goes on by itself within seconds.

mod cuts;
mod full;
pub mod hitch;
mod outages;

use std::time::Duration;

use clawhatch::{bot, store::StoreError};
use sqlx::PgPool;

use crate::world::World;

/// The longest anything may take to go on once the database is back.
pub const RECOVERY: Duration = Duration::from_secs(5);

/// Does everything there is to do on PostgreSQL, whatever the database makes of it, and lets leases run out where they have to.
/// Says how often they had to.
pub async fn muddle_through(w: &World, direct: &PgPool) -> usize {
    let mut waits = 0;
    loop {
        while round(w).await {}
        let soon = w.clock.now().0 + 10_000;
        let open = "SELECT (SELECT COUNT(*) FROM inbox WHERE done_at IS NULL AND dead_at IS NULL) \
                    + (SELECT COUNT(*) FROM outbox WHERE done_at IS NULL) \
                    + (SELECT COUNT(*) FROM claws WHERE lease_until IS NOT NULL OR due_at < $1)";
        if sqlx::query_scalar::<_, i64>(open).bind(soon).fetch_one(direct).await.expect("a look") == 0 {
            return waits;
        }
        waits += 1;
        assert!(waits < 300, "it does not come to rest");
        w.clock.advance(Duration::from_secs(1));
    }
}

/// One round of every loop, as the loops do it: what fails is left for the next. False when nothing was done.
async fn round(w: &World) -> bool {
    let app = w.app();
    let mut busy = false;
    let (offset, _) = bot::poll_once(app, &w.product.api, w.offset(), 0).await;
    busy |= w.move_offset(offset);
    match app.take_updates(50).await {
        Ok(rows) => {
            for row in rows {
                busy = true;
                w.product.door.handle(row).await;
            }
        }
        Err(error) => busy |= passes(&error),
    }
    match app.take_claws(50).await {
        Ok(leases) => {
            for lease in leases {
                busy = true;
                if let Err(error) = app.reconcile(lease).await {
                    passes(&error);
                }
            }
        }
        Err(error) => busy |= passes(&error),
    }
    match app.take_messages(50).await {
        Ok(messages) => {
            for message in messages {
                busy = true;
                app.deliver(message).await.expect("a delivery is written down in the end");
            }
        }
        Err(error) => busy |= passes(&error),
    }
    busy
}

/// Only the database may stand in the way here.
fn passes(error: &clawhatch::app::Error) -> bool {
    assert!(matches!(error, clawhatch::app::Error::Store(StoreError::Again(_))), "{error:?}");
    true
}
