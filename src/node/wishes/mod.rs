//! What a caller can wish of a claw. Each wish is one transaction that changes the wished half of the row; the claw's
//! worker is then woken and does the rest.

mod acts;
mod backups;
mod change;
mod decide;
mod once;
mod provision;
mod remove;

pub use acts::{Act, act};
pub use backups::{back_up, restore};
pub use change::change;
pub use decide::{Answer, Undecided, decide};
pub use once::Operation;
pub use provision::{Provision, provision};
pub use remove::{Removed, remove};

use std::sync::Arc;

use crate::node::{
    disk,
    host::Node,
    spec::{BadSpec, Spec},
    store::{Row, StoreError, Tx},
};

/// Why a wish is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    Invalid(String),
    #[error("another claw on this node has this bot")]
    TokenInUse,
    #[error("the claw is being erased")]
    Deleting,
    #[error("the claw is removed; provision it to have it back")]
    InTrash,
    #[error("the claw is suspended; resume it")]
    Suspended,
    #[error("the claw is not running")]
    NotRunning,
    #[error("this node has no room for another claw")]
    NoCapacity,
    #[error("this model is not offered here")]
    ModelNotAllowed,
    #[error("there is no such claw")]
    NoSuchClaw,
    #[error("a newer generation was asked for before")]
    StaleGeneration,
    #[error("this Idempotency-Key was used for something else")]
    KeyReused,
    #[error("a later call wished something else of this claw")]
    Superseded,
    #[error("there is no such backup, or it is not ready")]
    NoSuchBackup,
    #[error("the claw goes back to another backup now")]
    Busy,
    #[error("this node's disk is full")]
    DiskFull,
    #[error("the node is about to end and takes nothing new")]
    Draining,
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Refused {
        if disk::is_told_of_by(&error.to_string()) { Refused::DiskFull } else { Refused::Internal(error.into()) }
    }
}

impl From<BadSpec> for Refused {
    fn from(bad: BadSpec) -> Refused {
        Refused::Invalid(bad.0)
    }
}

/// A wish that was taken.
#[derive(Debug)]
pub struct Taken {
    pub row: Row,
    pub changed: bool,
}

impl Node {
    fn takes_work(&self) -> Result<(), Refused> {
        if self.is_draining() { Err(Refused::Draining) } else { Ok(()) }
    }

    /// Makes a wish stand, and wakes whoever carries it out.
    async fn takes(self: &Arc<Self>, tx: Tx, slug: &str) -> Result<(), Refused> {
        crash_point!("node-wish-uncommitted");
        tx.commit().await?;
        crash_point!("node-wish-committed");
        self.has_changed();
        self.wake(slug);
        Ok(())
    }

    fn offers(&self, model: &str) -> Result<(), Refused> {
        let offered = &self.settings.models;
        if offered.is_empty() || offered.iter().any(|known| known == model) { Ok(()) } else { Err(Refused::ModelNotAllowed) }
    }

    async fn has_room(&self, tx: &mut Tx) -> Result<(), Refused> {
        if tx.running().await? < self.most_claws() && !self.disk_is_full() { Ok(()) } else { Err(Refused::NoCapacity) }
    }
}

async fn bot_is_free(tx: &mut Tx, spec: &Spec, slug: &str) -> Result<(), Refused> {
    if tx.is_taken(spec.bot_token.bot.0, slug).await? { Err(Refused::TokenInUse) } else { Ok(()) }
}
