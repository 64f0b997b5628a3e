//! Operations whose caller gave them a key (`Idempotency-Key`). One that was done is not done again: if something else
//! has been wished since, a late repeat must not undo it.

use sqlx::Row as _;

use crate::{
    domain::time::Time,
    node::store::{Result, Tx},
};

/// An operation that was done before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The digest of what it asked for.
    pub body: Vec<u8>,
    /// What it came to, in a word of whoever noted it.
    pub outcome: String,
}

impl Tx {
    /// The operation under this key, if it was done.
    pub async fn operation(&mut self, key: &str) -> Result<Option<Done>> {
        let found = sqlx::query("SELECT body, outcome FROM operations WHERE key = $1").bind(key);
        let Some(row) = found.fetch_optional(&mut *self.inner).await? else { return Ok(None) };
        Ok(Some(Done { body: row.try_get("body")?, outcome: row.try_get("outcome")? }))
    }

    /// Remembers an operation, or what came of one that is remembered.
    pub async fn note_operation(&mut self, key: &str, body: &[u8], slug: &str, outcome: &str) -> Result<()> {
        let text = "INSERT INTO operations (key, body, slug, at, outcome) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (key) DO UPDATE SET outcome = excluded.outcome";
        let noted = sqlx::query(text).bind(key).bind(body).bind(slug).bind(self.now.0).bind(outcome);
        noted.execute(&mut *self.inner).await?;
        Ok(())
    }

    /// Forgets operations from before `until`.
    pub async fn forget_operations(&mut self, until: Time) -> Result<u64> {
        let done = sqlx::query("DELETE FROM operations WHERE at < $1").bind(until.0).execute(&mut *self.inner).await?;
        Ok(done.rows_affected())
    }
}
