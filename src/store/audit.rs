//! The audit trail: one plain row for each change, written in the change's own transaction. A sealer numbers
//! committed rows afterwards and links them by hash, so that no write waits on a global lock.

use crate::{
    domain::{
        ids::{ClawId, PersonId},
        time::Time,
    },
    store::{Result, Row, Tx, later::Later, statement::statements, tx::values},
};

/// What is read of a row. By name: a column that a newer version adds must not change what a statement gives.
macro_rules! columns {
    () => {
        "id, at, actor, action, person_id, claw_id, detail, number, hash"
    };
}

statements! {
    ADD = "INSERT INTO audit (id, at, actor, action, person_id, claw_id, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    HEAD = "SELECT number, hash FROM audit WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1";
    UNSEALED = concat!("SELECT ", columns!(), " FROM audit WHERE number IS NULL ORDER BY id LIMIT $1");
    SEAL = "UPDATE audit SET number = v.column2, hash = v.column3 FROM (VALUES ($1, CAST($2 AS BIGINT), $3)) AS v \
            WHERE audit.id = v.column1 AND audit.number IS NULL";
    SEALED_AFTER = concat!("SELECT ", columns!(), " FROM audit WHERE number > $1 ORDER BY number LIMIT $2");
    LATEST = concat!("SELECT ", columns!(), " FROM audit ORDER BY id DESC LIMIT $1");
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    pub id: String,
    pub at: Time,
    /// `person:<id>`, `admin:<telegram id>` or `system`.
    pub actor: String,
    pub action: String,
    pub person: Option<PersonId>,
    pub claw: Option<ClawId>,
    /// JSON without names, texts or secrets.
    pub detail: String,
    pub number: Option<i64>,
    pub hash: Option<String>,
}

fn audit(row: &Row) -> Result<AuditRow> {
    Ok(AuditRow {
        id: row.text("id")?,
        at: row.time("at")?,
        actor: row.text("actor")?,
        action: row.text("action")?,
        person: row.maybe_text("person_id")?.and_then(|id| id.parse().ok()),
        claw: row.maybe_text("claw_id")?.and_then(|id| id.parse().ok()),
        detail: row.text("detail")?,
        number: row.maybe_int("number")?,
        hash: row.maybe_text("hash")?,
    })
}

impl Tx {
    pub async fn add_audit(&mut self, row: &AuditRow) -> Result<()> {
        let values = values![&row.id, row.at, &row.actor, &row.action, row.person, row.claw, &row.detail];
        self.put_off(vec![Later::new("audit", ADD, values)]).await
    }

    /// The last number and hash of the chain.
    pub async fn audit_head(&mut self) -> Result<Option<(i64, String)>> {
        self.find(HEAD, values![]).await?.map(|row| Ok((row.int("number")?, row.text("hash")?))).transpose()
    }

    pub async fn list_unsealed_audit(&mut self, most: i64) -> Result<Vec<AuditRow>> {
        self.all(UNSEALED, values![most]).await?.iter().map(audit).collect()
    }

    /// Gives rows their numbers and hashes.
    pub async fn seal_audit(&mut self, rows: Vec<(String, i64, String)>) -> Result<()> {
        let rows = rows.into_iter().map(|(id, number, hash)| values![id, number, hash]).collect();
        self.all_many(SEAL, rows).await.map(drop)
    }

    pub async fn list_sealed_audit(&mut self, after: i64, most: i64) -> Result<Vec<AuditRow>> {
        self.all(SEALED_AFTER, values![after, most]).await?.iter().map(audit).collect()
    }

    /// The newest rows, newest first.
    pub async fn list_latest_audit(&mut self, most: i64) -> Result<Vec<AuditRow>> {
        self.all(LATEST, values![most]).await?.iter().map(audit).collect()
    }
}
