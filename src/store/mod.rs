//! SQL, and nothing else: one real store on SQLite or PostgreSQL. A function takes an open transaction and values,
//! and gives values; what to write together is decided by the use case that opened the transaction.

mod alerts;
mod audit;
mod bots;
mod claim;
mod claws;
mod confirmations;
mod db;
mod devices;
mod erase;
mod error;
mod glance;
mod inbox;
mod incidents;
mod lane;
mod later;
mod leases;
mod line;
mod many;
mod meta;
mod migrate;
mod operations;
mod outbox;
mod patience;
mod periods;
mod persons;
mod schedules;
mod statement;
mod survey;
mod times;
mod tx;

pub use alerts::OpenAlert;
pub use audit::AuditRow;
pub use bots::{Bot, BotLease};
pub use claws::ClawLease;
pub use confirmations::{Confirmation, ConfirmationState};
pub use db::Db;
pub use error::StoreError;
pub use glance::Glance;
pub use inbox::{InboxRow, NewInbox};
pub use leases::{Lease, Work};
pub use line::InLine;
pub use migrate::{Pending, migrate, pending};
pub use operations::{HeldOperation, OperationLease};
pub use outbox::{Act, Message, NewMessage, OutboxGlance, Outcome};
pub use schedules::ScheduleLease;
pub use statement::Sql;
pub use survey::RunningClaw;
pub use tx::{Row, Tx, Value};

/// How much waits, and since when the oldest of it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    pub waiting: i64,
    pub oldest: Option<crate::domain::time::Time>,
}

impl Backlog {
    fn read(row: Option<Row>) -> Result<Backlog> {
        let Some(row) = row else { return Ok(Backlog::default()) };
        Ok(Backlog { waiting: row.int("waiting")?, oldest: row.maybe_time("oldest")? })
    }
}

/// Every statement, file by file.
pub fn statements() -> Vec<Sql> {
    [
        alerts::ALL,
        audit::ALL,
        bots::ALL,
        claws::ALL,
        confirmations::ALL,
        devices::ALL,
        erase::ALL,
        inbox::ALL,
        incidents::ALL,
        leases::ALL,
        line::ALL,
        meta::ALL,
        operations::ALL,
        outbox::ALL,
        periods::ALL,
        persons::ALL,
        schedules::ALL,
        survey::ALL,
        times::ALL,
    ]
    .concat()
}

pub type Result<T> = std::result::Result<T, StoreError>;
