//! The database behind `DATABASE_URL`: an embedded SQLite file or PostgreSQL.

use std::{str::FromStr, time::Duration};

use sqlx::{
    PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::store::{Result, Tx, lane::Lane, patience, tx::Line};

#[derive(Clone)]
pub enum Db {
    Sqlite { lane: Lane, read: SqlitePool },
    Postgres(PgPool),
}

impl Db {
    /// Opens `sqlite:<path>` (made when missing) or `postgres://…`. Does not migrate.
    pub async fn open(url: &str) -> Result<Db> {
        if url.starts_with("sqlite:") {
            // FULL: what is acknowledged is on disk.
            let options = SqliteConnectOptions::from_str(url)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(5));
            let lane = Lane::open(&options).await?;
            let read =
                SqlitePoolOptions::new().max_connections(8).test_before_acquire(false).connect_lazy_with(options.read_only(true));
            Ok(Db::Sqlite { lane, read })
        } else {
            let options = PgConnectOptions::from_str(url)?.options([
                ("statement_timeout", "15s"),
                ("lock_timeout", "10s"),
                ("idle_in_transaction_session_timeout", "30s"),
                // Ours are many small statements. To start helpers or to compile costs more than any of them.
                ("max_parallel_workers_per_gather", "0"),
                ("jit", "off"),
            ]);
            let pool = PgPoolOptions::new()
                .max_connections(24)
                // So long a silent server keeps whoever wants a connection waiting after its return.
                .acquire_timeout(Duration::from_secs(3))
                .test_before_acquire(false)
                .before_acquire(|connection, resting| Box::pin(patience::wake(connection, resting)))
                .after_release(|connection, _| Box::pin(patience::look_back(connection)))
                .connect_with(options)
                .await?;
            Ok(Db::Postgres(pool))
        }
    }

    /// Opens a transaction that may write.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx::on(match self {
            Db::Sqlite { lane, .. } => Line::Lane(Box::new(lane.begin().await?)),
            Db::Postgres(pool) => Line::Idle(pool.clone()),
        }))
    }

    /// Opens a transaction for a single statement. PostgreSQL needs no BEGIN and no COMMIT for it; whoever makes more
    /// than one has each stand by itself.
    pub async fn begin_single(&self) -> Result<Tx> {
        match self {
            Db::Sqlite { .. } => self.begin().await,
            Db::Postgres(pool) => Ok(Tx::on(Line::Single(pool.acquire().await?))),
        }
    }

    /// Opens a look at what is committed. On SQLite it waits for no writer and cannot write.
    pub async fn look(&self) -> Result<Tx> {
        Ok(Tx::on(match self {
            Db::Sqlite { read, .. } => Line::Look(read.acquire().await?),
            Db::Postgres(pool) => Line::Single(pool.acquire().await?),
        }))
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Db::Sqlite { .. })
    }

    pub async fn close(&self) {
        match self {
            Db::Sqlite { read, .. } => read.close().await,
            Db::Postgres(pool) => pool.close().await,
        }
    }
}
