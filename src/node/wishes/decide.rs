//! A device is let in or turned away. This is no wish: the gateway does it at once or not at all. Under a key it is
//! written down before the gateway is asked and when it has answered, so that a repeat after a lost answer knows that
//! nobody asks any more because the first one was heard.

use std::sync::Arc;

use super::{Operation, Refused};
use crate::node::{cell::Cell, host::Node, openclaw::OpenClawError};

const BEGUN: &str = "begun";
const DONE: &str = "done";
const UNKNOWN: &str = "unknown";

/// What is to become of a device that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    LetIn,
    TurnAway,
}

impl Answer {
    /// As paths spell it.
    fn word(self) -> &'static str {
        match self {
            Answer::LetIn => "approve",
            Answer::TurnAway => "reject",
        }
    }
}

/// Why a device was not decided about.
#[derive(Debug, thiserror::Error)]
pub enum Undecided {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Gateway(#[from] OpenClawError),
    #[error("no device asks under this id")]
    NoSuchRequest,
}

/// Has the claw's gateway decide.
pub async fn decide(node: &Arc<Node>, cell: &Cell, request_id: &str, answer: Answer, key: Option<&str>) -> Result<(), Undecided> {
    let operation = key.map(|key| Operation::on(key, answer.word(), &cell.slug, request_id.as_bytes()));
    let before = match &operation {
        None => None,
        Some(operation) => begun(node, cell, operation).await?,
    };
    match before.as_deref() {
        Some(DONE) => return Ok(()),
        Some(UNKNOWN) => return Err(Undecided::NoSuchRequest),
        Some(_) | None => {}
    }
    let known = match answer {
        Answer::LetIn => node.openclaw.approve(cell, request_id).await?,
        Answer::TurnAway => node.openclaw.reject(cell, request_id).await?,
    };
    crash_point!("node-device-decided");
    let done = known || before.is_some();
    if let Some(operation) = &operation {
        let mut tx = node.store.begin(node.clock.now()).await.map_err(Refused::from)?;
        operation.note(&mut tx, &cell.slug, if done { DONE } else { UNKNOWN }).await?;
        tx.commit().await.map_err(Refused::from)?;
    }
    node.wake(&cell.slug);
    if done { Ok(()) } else { Err(Undecided::NoSuchRequest) }
}

/// What is written down of it; that it is begun, if nothing was.
async fn begun(node: &Arc<Node>, cell: &Cell, operation: &Operation) -> Result<Option<String>, Refused> {
    let mut tx = node.store.begin(node.clock.now()).await?;
    let before = operation.done(&mut tx).await?;
    if before.is_none() {
        operation.note(&mut tx, &cell.slug, BEGUN).await?;
        tx.commit().await?;
    }
    Ok(before)
}
