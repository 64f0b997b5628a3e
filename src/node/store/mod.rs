//! The node's own SQLite file. Acknowledged means on disk. What the API writes of a claw and what its worker writes are
//! different columns, so that neither ever undoes the other.

mod backups;
mod claws;
mod events;
mod operations;

use std::{borrow::Cow, path::Path, time::Duration};

use sqlx::{
    Connection as _, Sqlite, SqliteConnection, SqlitePool, Transaction,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::watch;

use crate::domain::time::Time;

pub use backups::{Backup, BackupState};
pub use claws::{Restored, Row};
pub use events::{Event, Told};

/// Number, name, text.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "ground", include_str!("../../../migrations/node/0001_ground.sql")),
    (2, "once", include_str!("../../../migrations/node/0002_once.sql")),
];

/// What goes wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the node's database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("bringing the node's database up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A row that none of our versions writes.
    #[error("the row of {slug} in {table}.{column} cannot be read")]
    Inconsistent { table: &'static str, column: &'static str, slug: String },
    /// Another hand was there in between.
    #[error("the row of {0} is not there any more")]
    Vanished(String),
}

/// A result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The database.
#[derive(Clone)]
pub struct Store {
    pool: SqlitePool,
    /// The number of the latest event, for whoever waits for one.
    latest: watch::Sender<i64>,
}

/// A transaction that may write. Dropped without [`Tx::commit`], nothing of it stands.
pub struct Tx {
    inner: Transaction<'static, Sqlite>,
    latest: watch::Sender<i64>,
    told: Option<i64>,
    now: Time,
}

impl Store {
    /// Opens the file, made when missing, and brings it up to date.
    pub async fn open(file: &Path) -> Result<Store> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .test_before_acquire(false)
            .after_release(|connection, _| Box::pin(is_clean(connection)))
            .connect_with(options)
            .await?;
        let migrations = MIGRATIONS.iter().map(|(version, name, text)| {
            let text = sqlx::SqlSafeStr::into_sql_str(*text);
            Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, text, false)
        });
        let mut migrator = Migrator::with_migrations(migrations.collect());
        migrator.set_ignore_missing(true);
        migrator.run(&pool).await?;
        let store = Store { pool, latest: watch::Sender::new(0) };
        store.latest.send_replace(store.last_event().await?);
        Ok(store)
    }

    /// Opens a transaction; `now` stands in its events. There is one writer at a time.
    pub async fn begin(&self, now: Time) -> Result<Tx> {
        let inner = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Tx { inner, latest: self.latest.clone(), told: None, now })
    }

    /// Whether the file can be read.
    pub async fn answers(&self) -> Result<()> {
        sqlx::query("SELECT name FROM meta LIMIT 1").fetch_optional(&self.pool).await?;
        Ok(())
    }

    /// Whoever waits for events.
    pub fn events_come(&self) -> watch::Receiver<i64> {
        self.latest.subscribe()
    }

    /// A value kept under a name.
    pub async fn meta(&self, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(sqlx::query_scalar("SELECT value FROM meta WHERE name = $1").bind(name).fetch_optional(&self.pool).await?)
    }

    /// Closes the file well.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Whether a connection can be used again. A full disk makes SQLite end a transaction by itself; the rollback that follows
/// finds none and fails, and the connection would be taken for one inside a transaction for ever.
async fn is_clean(connection: &mut SqliteConnection) -> std::result::Result<bool, sqlx::Error> {
    // The rollback of a dropped transaction is done before this is answered.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

impl Tx {
    /// Makes all of it stand, on disk, and wakes whoever waits for its events.
    pub async fn commit(self) -> Result<()> {
        let Tx { inner, latest, told, now: _ } = self;
        inner.commit().await?;
        if let Some(seq) = told {
            latest.send_if_modified(|known| {
                let newer = *known < seq;
                *known = seq.max(*known);
                newer
            });
        }
        Ok(())
    }

    /// Keeps a value under a name.
    pub async fn set_meta(&mut self, name: &str, value: &[u8]) -> Result<()> {
        sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
            .bind(name)
            .bind(value)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }
}
