//! Bringing the schema up to date. Migrations only add, each in a transaction of its own, under a lock (PostgreSQL's
//! advisory lock; SQLite's own write lock), so that two starting at once do no harm and a killed one starts over.

use std::borrow::Cow;

use sqlx::migrate::{Migrate as _, MigrateError, Migration, MigrationType, Migrator};

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
    let done = match db {
        Db::Sqlite { lane, .. } => migrator.run_direct(None, lane.alone().await.connection(), false).await,
        Db::Postgres(pool) => migrator.run(pool).await,
    };
    done.map_err(|error| StoreError::Database(sqlx::Error::Migrate(Box::new(error))))
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
