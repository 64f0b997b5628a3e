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
/// For how long after a silence every connection that comes back is asked; and after a break, every one that is older.
const WARY: Duration = Duration::from_secs(60);

/// When the database last fell silent, as this process knows.
static FELL_SILENT: Moment = Moment::new();
/// When a connection last broke. A server that was restarted has broken all of them, and each would fail somebody.
static BROKE: Moment = Moment::new();

/// When something last happened.
struct Moment(Mutex<Option<Instant>>);

impl Moment {
    const fn new() -> Moment {
        Moment(Mutex::new(None))
    }

    fn is_now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// How long ago it was, if that matters still.
    fn lately(&self) -> Option<Duration> {
        let at = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        at.map(|at| at.elapsed()).filter(|ago| *ago < WARY)
    }
}

/// Waits for the database, but not for ever. What was asked may have been done all the same.
pub(super) async fn patiently<T>(asked: impl Future<Output = std::result::Result<T, sqlx::Error>>) -> Result<T> {
    match timeout(SILENCE, asked).await {
        Ok(answered) => answered.map_err(|error| {
            if is_break(&error) {
                BROKE.is_now();
            }
            error.into()
        }),
        Err(_) => {
            FELL_SILENT.is_now();
            Err(StoreError::Again(format!("the database was silent for {SILENCE:?}")))
        }
    }
}

/// Whether the connection is gone: broken off, or the server said goodbye.
fn is_break(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(said) => said.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("08")),
        _ => false,
    }
}

/// Before a connection is taken from the pool: after a restart of the server, those from before are dead.
pub(super) async fn wake(
    connection: &mut PgConnection,
    resting: PoolConnectionMetadata,
) -> std::result::Result<bool, sqlx::Error> {
    let doubtful = resting.idle_for >= RESTED || BROKE.lately().is_some_and(|ago| resting.age > ago);
    if doubtful { lives(connection).await } else { Ok(true) }
}

/// Before a connection goes back to the pool: one left in the middle of a silence must not keep its place.
pub(super) async fn look_back(connection: &mut PgConnection) -> std::result::Result<bool, sqlx::Error> {
    if FELL_SILENT.lately().is_some() { lives(connection).await } else { Ok(true) }
}

async fn lives(connection: &mut PgConnection) -> std::result::Result<bool, sqlx::Error> {
    match timeout(SIGN_OF_LIFE, connection.ping()).await {
        Ok(answered) => answered.map(|()| true),
        // An error, unlike a no, throws the connection away without a goodbye.
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}
