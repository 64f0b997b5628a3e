//! Sealing the audit trail: committed rows get numbers and are linked by hash, so that a row changed or taken out
//! afterwards is noticed.

use sha2::{Digest as _, Sha256};

use crate::{
    app::{App, Result},
    store::{AuditRow, Db, StoreError},
};

/// How many rows one round seals.
const ROUND: i64 = 500;

/// The link of a row: SHA-256 over the previous link and every field, each with its length.
fn link(previous: &str, number: i64, row: &AuditRow) -> String {
    let mut hash = Sha256::new();
    let person = row.person.map(|id| id.to_string()).unwrap_or_default();
    let claw = row.claw.map(|id| id.to_string()).unwrap_or_default();
    let (number, at) = (number.to_string(), row.at.0.to_string());
    for field in [previous, &number, &row.id, &at, &row.actor, &row.action, &person, &claw, &row.detail] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    }
    hex::encode(hash.finalize())
}

impl App {
    /// Numbers and links what is committed and not yet sealed; says how many rows.
    pub async fn seal_audit(&self) -> Result<usize> {
        let mut tx = self.db.begin().await?;
        let (mut number, mut previous) = tx.audit_head().await?.unwrap_or((0, String::new()));
        let rows = tx.list_unsealed_audit(ROUND).await?;
        let many = rows.len();
        let mut sealed = Vec::with_capacity(many);
        for row in rows {
            number += 1;
            previous = link(&previous, number, &row);
            sealed.push((row.id, number, previous.clone()));
        }
        tx.seal_audit(sealed).await?;
        crash_point!(many > 0, "audit-sealed-uncommitted");
        tx.commit().await?;
        Ok(many)
    }
}

/// Walks the chain from its beginning. The first row that does not fit is named; otherwise how many rows hold.
pub async fn verify(db: &Db) -> std::result::Result<std::result::Result<i64, i64>, StoreError> {
    let mut tx = db.look().await?;
    let (mut number, mut previous) = (0, String::new());
    loop {
        let rows = tx.list_sealed_audit(number, ROUND).await?;
        if rows.is_empty() {
            return Ok(Ok(number));
        }
        for row in rows {
            let expected = link(&previous, number + 1, &row);
            if row.number != Some(number + 1) || row.hash.as_deref() != Some(&expected) {
                return Ok(Err(number + 1));
            }
            number += 1;
            previous = expected;
        }
    }
}
