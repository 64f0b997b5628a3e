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
    /// What it made; empty when that needs no name.
    pub made: String,
}

impl Tx {
    /// The operation under this key, if it was done.
    pub async fn operation(&mut self, key: &str) -> Result<Option<Done>> {
        let found = sqlx::query("SELECT body, COALESCE(made, '') AS made FROM operations WHERE key = $1").bind(key);
        let Some(row) = found.fetch_optional(&mut *self.inner).await? else { return Ok(None) };
        Ok(Some(Done { body: row.try_get("body")?, made: row.try_get("made")? }))
    }

    /// Remembers an operation.
    pub async fn note_operation(&mut self, key: &str, body: &[u8], slug: &str, made: &str) -> Result<()> {
        let text = "INSERT INTO operations (key, body, slug, made, at) VALUES ($1, $2, $3, $4, $5)";
        sqlx::query(text).bind(key).bind(body).bind(slug).bind(made).bind(self.now.0).execute(&mut *self.inner).await?;
        Ok(())
    }

    /// Forgets operations from before `until`.
    pub async fn forget_operations(&mut self, until: Time) -> Result<u64> {
        let done = sqlx::query("DELETE FROM operations WHERE at < $1").bind(until.0).execute(&mut *self.inner).await?;
        Ok(done.rows_affected())
    }
}
