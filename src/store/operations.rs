//! What is asked of claws that run, from the wish to its end: claimed by the worker under a lease, as every waiting work.

use crate::{
    domain::{
        ids::{ClawId, OperationId},
        operation::{Operation, Stage},
        time::Time,
    },
    store::{
        Lease, Result, Row, StoreError, Tx, Work,
        claim::claim,
        statement::statements,
        tx::{to_json, values},
    },
};

/// What is read of a row. By name: a column that a newer version adds must not change what a statement gives.
macro_rules! columns {
    () => {
        "id, claw_id, person_id, deed, stage, tries, created_at, fence"
    };
}

statements! {
    ADD = "INSERT INTO operations (id, claw_id, person_id, kind, subject, deed, stage, tries, created_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    // Still under its lease.
    INTEND = "UPDATE operations SET stage = $3, tries = $4 WHERE id = $1 AND fence = $2 AND ended_at IS NULL";
    SAVE = "UPDATE operations SET stage = $3, tries = $4, due_at = $5, ended_at = $6, lease_until = NULL WHERE id = $1 AND fence = $2 AND ended_at IS NULL";
    FIND = concat!("SELECT ", columns!(), " FROM operations WHERE id = $1");
    HOLD = concat!("SELECT ", columns!(), " FROM operations WHERE id = $1"), postgres concat!("SELECT ", columns!(), " FROM operations WHERE id = $1 FOR UPDATE");
    OPEN_OF = concat!("SELECT ", columns!(), " FROM operations WHERE claw_id = $1 AND ended_at IS NULL AND due_at IS NOT NULL ORDER BY id");
    CLAIM = claim!(sqlite, "operations", "7200000", "t.due_at <= $1", "t.ended_at IS NULL", " ORDER BY t.due_at", "id, claw_id, fence"),
        postgres claim!(postgres, "operations", "7200000", "t.due_at <= $1", "t.ended_at IS NULL", " ORDER BY t.due_at", "id, claw_id, fence");
    WAKE = "UPDATE operations SET due_at = $2 WHERE claw_id = $1 AND ended_at IS NULL AND due_at > $2";
    SWEEP = "DELETE FROM operations WHERE created_at < $1 AND (ended_at IS NOT NULL OR due_at IS NULL)";
}

/// An operation taken for one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationLease {
    pub id: OperationId,
    pub claw: ClawId,
    pub fence: i64,
    /// Its end when it was taken.
    pub until: Time,
}

impl OperationLease {
    /// The lease as it was written.
    pub fn lease(&self) -> Lease {
        Lease { work: Work::Operations, id: self.id.into(), fence: self.fence, until: self.until }
    }
}

/// An operation as it stands, with the number a write to it must name.
pub struct HeldOperation {
    pub operation: Operation,
    pub fence: i64,
}

fn operation(row: &Row) -> Result<HeldOperation> {
    Ok(HeldOperation {
        operation: Operation {
            id: row.parsed("operations", "id")?,
            claw: row.parsed("operations", "claw_id")?,
            person: row.parsed("operations", "person_id")?,
            deed: row.json("operations", "deed")?,
            stage: row.json("operations", "stage")?,
            tries: u32::try_from(row.int("tries")?).unwrap_or(u32::MAX),
            created: row.time("created_at")?,
        },
        fence: row.int("fence")?,
    })
}

impl Tx {
    /// Adds one. `Taken` when one of its kind is open for this claw.
    pub async fn add_operation(&mut self, new: &Operation, due: Option<Time>) -> Result<()> {
        let values = values![
            new.id,
            new.claw,
            new.person,
            new.deed.kind(),
            new.deed.subject(),
            to_json(&new.deed),
            to_json(&new.stage),
            new.tries,
            new.created,
            due,
        ];
        self.run(ADD, values).await.map(drop)
    }

    pub async fn find_operation(&mut self, id: OperationId) -> Result<Option<Operation>> {
        Ok(self.find(FIND, values![id]).await?.as_ref().map(operation).transpose()?.map(|held| held.operation))
    }

    /// The operation as it is now, held until the transaction ends.
    pub async fn hold_operation(&mut self, id: OperationId) -> Result<Option<HeldOperation>> {
        self.find(HOLD, values![id]).await?.as_ref().map(operation).transpose()
    }

    /// The same of a lease; an error when the lease was lost to somebody else.
    pub async fn hold_leased_operation(&mut self, lease: &OperationLease) -> Result<Operation> {
        let lost = || StoreError::LeaseLost { table: "operations", id: lease.id.to_string() };
        let held = self.hold_operation(lease.id).await?.filter(|held| held.fence == lease.fence).ok_or_else(lost)?;
        Ok(held.operation)
    }

    /// Writes one back under the number it was read with. With `due` it is given back and looked at again then; one that is
    /// over is let go of. An error when it is somebody else's by now.
    pub async fn save_operation(&mut self, to: &Operation, fence: i64, due: Option<Time>) -> Result<()> {
        let ended = match &to.stage {
            Stage::Done { at } | Stage::Failed { at, .. } => Some(*at),
            Stage::Asking | Stage::Wished { .. } | Stage::Working { .. } => None,
        };
        let (id, stage) = (to.id, to_json(&to.stage));
        let saved = match due.or(ended) {
            None => self.run(INTEND, values![id, fence, stage, to.tries]).await?,
            due @ Some(_) => self.run(SAVE, values![id, fence, stage, to.tries, due, ended]).await?,
        };
        match saved {
            1 => Ok(()),
            _ => Err(StoreError::LeaseLost { table: "operations", id: to.id.to_string() }),
        }
    }

    /// What is being done to this claw, the oldest first.
    pub async fn list_operations(&mut self, claw: ClawId) -> Result<Vec<Operation>> {
        self.all(OPEN_OF, values![claw]).await?.iter().map(|row| operation(row).map(|held| held.operation)).collect()
    }

    pub async fn claim_operations(&mut self, now: Time, until: Time, most: i64) -> Result<Vec<OperationLease>> {
        let lease = |row: &Row| {
            let (id, claw) = (row.parsed("operations", "id")?, row.parsed("operations", "claw_id")?);
            Ok(OperationLease { id, claw, fence: row.int("fence")?, until })
        };
        self.all(CLAIM, values![now, until, most]).await?.iter().map(lease).collect()
    }

    /// Something happened to the claw: look after what is being done to it now.
    pub async fn wake_operations(&mut self, claw: ClawId, now: Time) -> Result<()> {
        self.run(WAKE, values![claw, now]).await.map(drop)
    }

    pub async fn sweep_operations(&mut self, before: Time) -> Result<u64> {
        self.run(SWEEP, values![before]).await
    }
}
