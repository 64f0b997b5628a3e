//! Bringing the schema up to date. Migrations only add, in a transaction (on PostgreSQL each in one of its own), under a
//! lock (PostgreSQL's advisory lock; SQLite's own write lock), so that two starting at once do no harm and a killed one
//! starts over.

use std::borrow::Cow;

use sqlx::{
    Connection as _, PgConnection,
    migrate::{Migrate as _, MigrateError, Migration, MigrationType, Migrator},
};

use crate::store::{Db, Result, StoreError};

/// Number, name, SQLite's text, PostgreSQL's text.
const MIGRATIONS: &[(i64, &str, &str, &str)] = &[
    (
        1,
        "ground",
        include_str!("../../migrations/sqlite/0001_ground.sql"),
        include_str!("../../migrations/postgres/0001_ground.sql"),
    ),
    (
        2,
        "held_bots",
        include_str!("../../migrations/sqlite/0002_held_bots.sql"),
        include_str!("../../migrations/postgres/0002_held_bots.sql"),
    ),
    (3, "wide", include_str!("../../migrations/sqlite/0003_wide.sql"), include_str!("../../migrations/postgres/0003_wide.sql")),
    (
        4,
        "tending",
        include_str!("../../migrations/sqlite/0004_tending.sql"),
        include_str!("../../migrations/postgres/0004_tending.sql"),
    ),
];

/// How the schema stands to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// So many migrations are to be run.
    Behind(usize),
    UpToDate,
    /// The database was migrated by a newer version. Ours runs on it: migrations only add.
    Ahead,
}

fn migrator(sqlite: bool) -> Migrator {
    let migrations = MIGRATIONS.iter().map(|(version, name, lite, postgres)| {
        let text = if sqlite { *lite } else { *postgres };
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, sqlx::SqlSafeStr::into_sql_str(text), false)
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    // An older program on a newer schema finds migrations it does not know.
    migrator.set_ignore_missing(true);
    migrator
}

/// Runs what is missing.
pub async fn migrate(db: &Db) -> Result<()> {
    let migrator = migrator(db.is_sqlite());
    match db {
        Db::Sqlite { lane, .. } => {
            // Whoever writes the file at the same time is waited for before anything is looked at.
            let mut alone = lane.alone().await;
            let mut tx = alone.connection().begin_with("BEGIN IMMEDIATE").await?;
            migrator.run_direct(None, &mut *tx, false).await.map_err(told)?;
            tx.commit().await?;
        }
        Db::Postgres(pool) => {
            // On a big database a migration takes longer than anything may in the daily work, and so does waiting for
            // another replica's.
            let patient = (*pool.connect_options()).clone().options([
                ("statement_timeout", "0"),
                ("lock_timeout", "0"),
                ("idle_in_transaction_session_timeout", "0"),
            ]);
            let mut connection = PgConnection::connect_with(&patient).await?;
            migrator.run_direct(None, &mut connection, false).await.map_err(told)?;
            connection.close().await?;
        }
    }
    Ok(())
}

fn told(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMismatch(version) => StoreError::AnotherSchema(version),
        other => StoreError::Database(sqlx::Error::Migrate(Box::new(other))),
    }
}

/// How far the database is, without changing it.
pub async fn pending(db: &Db) -> Result<Pending> {
    let listed = match db {
        Db::Sqlite { read, .. } => read.acquire().await?.list_applied_migrations("_sqlx_migrations").await,
        Db::Postgres(pool) => pool.acquire().await?.list_applied_migrations("_sqlx_migrations").await,
    };
    let applied = match listed {
        Ok(applied) => applied,
        // No table yet: nothing was ever run.
        Err(MigrateError::Execute(sqlx::Error::Database(error)))
            if error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table") =>
        {
            Vec::new()
        }
        Err(MigrateError::Execute(error)) => return Err(error.into()),
        Err(error) => return Err(StoreError::Database(sqlx::Error::Migrate(Box::new(error)))),
    };
    let known = |version: i64| MIGRATIONS.iter().any(|(ours, ..)| *ours == version);
    let missing = MIGRATIONS.iter().filter(|(version, ..)| !applied.iter().any(|done| done.version == *version)).count();
    Ok(match missing {
        0 if applied.iter().any(|done| !known(done.version)) => Pending::Ahead,
        0 => Pending::UpToDate,
        missing => Pending::Behind(missing),
    })
}
