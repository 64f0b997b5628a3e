//! The list of backups. The archives themselves are encrypted files beside the database.

use sqlx::{Row as _, sqlite::SqliteRow};

use crate::{
    domain::time::Time,
    node::store::{Result, Store, StoreError, Tx},
};

/// One backup of a claw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    pub id: String,
    pub slug: String,
    pub state: BackupState,
    pub created_at: Time,
    /// Of the archive, before it is encrypted.
    pub size_bytes: i64,
    /// How often it was begun.
    pub tries: u32,
    pub reason: Option<String>,
}

/// How a backup stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupState {
    Running,
    Ready,
    Failed,
}

impl BackupState {
    fn text(self) -> &'static str {
        match self {
            BackupState::Running => "running",
            BackupState::Ready => "ready",
            BackupState::Failed => "failed",
        }
    }
}

const COLUMNS: &str = "id, slug, state, created_at, size_bytes, tries, reason";

impl Store {
    /// A claw's backups, the newest first.
    pub async fn backups(&self, slug: &str) -> Result<Vec<Backup>> {
        let text = format!("SELECT {COLUMNS} FROM backups WHERE slug = $1 ORDER BY created_at DESC, id DESC");
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(slug).fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// The oldest backup of a claw that is still to be made.
    pub async fn wanted_backup(&self, slug: &str) -> Result<Option<Backup>> {
        let text = format!("SELECT {COLUMNS} FROM backups WHERE slug = $1 AND state = 'running' ORDER BY created_at, id LIMIT 1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(slug).fetch_optional(&self.pool).await?;
        row.as_ref().map(read).transpose()
    }

    /// Backups that are finished, of all claws: the newest of each first.
    pub async fn finished_backups(&self) -> Result<Vec<Backup>> {
        let text = format!("SELECT {COLUMNS} FROM backups WHERE state <> 'running' ORDER BY slug, created_at DESC, id DESC");
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }
}

impl Tx {
    /// A claw's backup that is still to be made.
    pub async fn wanted_backup(&mut self, slug: &str) -> Result<Option<Backup>> {
        let text = format!("SELECT {COLUMNS} FROM backups WHERE slug = $1 AND state = 'running' ORDER BY created_at, id LIMIT 1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(slug).fetch_optional(&mut *self.inner).await?;
        row.as_ref().map(read).transpose()
    }

    /// One backup of a claw.
    pub async fn find_backup(&mut self, slug: &str, id: &str) -> Result<Option<Backup>> {
        let text = format!("SELECT {COLUMNS} FROM backups WHERE slug = $1 AND id = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(slug).bind(id).fetch_optional(&mut *self.inner).await?;
        row.as_ref().map(read).transpose()
    }

    /// Writes a backup down, new or changed.
    pub async fn save_backup(&mut self, backup: &Backup) -> Result<()> {
        let text = "INSERT INTO backups (id, slug, state, created_at, size_bytes, tries, reason) \
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET state = excluded.state, \
            size_bytes = excluded.size_bytes, tries = excluded.tries, reason = excluded.reason";
        sqlx::query(text)
            .bind(&backup.id)
            .bind(&backup.slug)
            .bind(backup.state.text())
            .bind(backup.created_at.0)
            .bind(backup.size_bytes)
            .bind(backup.tries)
            .bind(&backup.reason)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Takes a backup out of the list.
    pub async fn forget_backup(&mut self, id: &str) -> Result<()> {
        sqlx::query("DELETE FROM backups WHERE id = $1").bind(id).execute(&mut *self.inner).await?;
        Ok(())
    }
}

fn read(row: &SqliteRow) -> Result<Backup> {
    let slug: String = row.try_get("slug")?;
    let state = match row.try_get::<String, _>("state")?.as_str() {
        "running" => BackupState::Running,
        "ready" => BackupState::Ready,
        "failed" => BackupState::Failed,
        _ => return Err(StoreError::Inconsistent { table: "backups", column: "state", slug }),
    };
    Ok(Backup {
        id: row.try_get("id")?,
        slug,
        state,
        created_at: Time(row.try_get("created_at")?),
        size_bytes: row.try_get("size_bytes")?,
        tries: row.try_get("tries")?,
        reason: row.try_get("reason")?,
    })
}
