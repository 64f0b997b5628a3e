//! How long PostgreSQL may be silent. A server whose machine or network is gone answers nothing and refuses nothing;
//! without an end to waiting, every connection of the pool would hang until the system gives it up, a quarter of an
//! hour later.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{Connection as _, PgConnection, pool::PoolConnectionMetadata};
use tokio::time::timeout;

use crate::store::{Result, StoreError};

/// Longer than the server itself lets a statement or a wait for a lock last.
const SILENCE: Duration = Duration::from_secs(20);
/// A connection unused for so long is asked whether it lives before it is trusted. Under load none ever rests so long.
const RESTED: Duration = Duration::from_secs(1);
/// How long it may take to say so.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);
/// For how long after a silence every connection that comes back is asked.
const WARY: Duration = Duration::from_secs(60);

/// When the database last fell silent, as this process knows.
static FELL_SILENT: Mutex<Option<Instant>> = Mutex::new(None);

/// Waits for the database, but not for ever. What was asked may have been done all the same.
pub(super) async fn patiently<T>(asked: impl Future<Output = std::result::Result<T, sqlx::Error>>) -> Result<T> {
    match timeout(SILENCE, asked).await {
        Ok(answered) => Ok(answered?),
        Err(_) => {
            *FELL_SILENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            Err(StoreError::Again(format!("the database was silent for {SILENCE:?}")))
        }
    }
}

/// Before a connection is taken from the pool: after a restart of the server, those that rested are dead.
pub(super) async fn wake(
    connection: &mut PgConnection,
    resting: PoolConnectionMetadata,
) -> std::result::Result<bool, sqlx::Error> {
    if resting.idle_for >= RESTED { lives(connection).await } else { Ok(true) }
}

/// Before a connection goes back to the pool: one left in the middle of a silence must not keep its place.
pub(super) async fn look_back(connection: &mut PgConnection) -> std::result::Result<bool, sqlx::Error> {
    let silent = *FELL_SILENT.lock().unwrap_or_else(PoisonError::into_inner);
    if silent.is_some_and(|at| at.elapsed() < WARY) { lives(connection).await } else { Ok(true) }
}

async fn lives(connection: &mut PgConnection) -> std::result::Result<bool, sqlx::Error> {
    match timeout(SIGN_OF_LIFE, connection.ping()).await {
        Ok(answered) => answered.map(|()| true),
        // An error, unlike a no, throws the connection away without a goodbye.
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}
