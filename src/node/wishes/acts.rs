//! The small wishes: start, stop, restart, suspend, resume.

use std::sync::Arc;

use super::{Operation, Refused, Taken};
use crate::node::{
    claw::{Claw, Seen, Wish},
    host::Node,
    store::{Row, Tx},
};

/// A small wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Start,
    Stop,
    Restart,
    Suspend,
    Resume,
}

impl Act {
    /// As paths spell it.
    fn word(self) -> &'static str {
        match self {
            Act::Start => "start",
            Act::Stop => "stop",
            Act::Restart => "restart",
            Act::Suspend => "suspend",
            Act::Resume => "resume",
        }
    }

    /// The wish it leaves.
    fn leaves(self) -> Wish {
        match self {
            Act::Start | Act::Restart | Act::Resume => Wish::Running,
            Act::Stop => Wish::Stopped,
            Act::Suspend => Wish::Suspended,
        }
    }
}

/// What is noted of one that changed something, and of one that did not.
const CHANGED: &str = "changed";
const UNCHANGED: &str = "unchanged";

/// Takes the wish. Under a key it is taken once.
pub async fn act(node: &Arc<Node>, slug: &str, act: Act, key: Option<&str>) -> Result<Taken, Refused> {
    node.takes_work()?;
    let operation = key.map(|key| Operation::on(key, act.word(), slug, &[]));
    let mut tx = node.store.begin(node.clock.now()).await?;
    let row = tx.find(slug).await?.ok_or(Refused::NoSuchClaw)?;
    if let Some(operation) = &operation
        && let Some(outcome) = operation.done(&mut tx).await?
    {
        // A late repeat must not undo what was wished since.
        let still = row.claw.wish == act.leaves();
        return if still { Ok(Taken { row, changed: outcome == CHANGED }) } else { Err(Refused::Superseded) };
    }
    let taken = take(node, &mut tx, row, act).await?;
    if let Some(operation) = &operation {
        operation.note(&mut tx, slug, if taken.changed { CHANGED } else { UNCHANGED }).await?;
    }
    node.takes(tx, slug).await?;
    Ok(taken)
}

async fn take(node: &Node, tx: &mut Tx, row: Row, act: Act) -> Result<Taken, Refused> {
    let (before, broken) = (row.claw.wish, matches!(row.claw.seen, Seen::Broken { .. }));
    let (wish, again) = match (before, act) {
        (Wish::Gone, _) => return Err(Refused::Deleting),
        (Wish::Trash { .. }, _) => return Err(Refused::InTrash),
        (Wish::Running, Act::Restart) => (Wish::Running, true),
        (Wish::Running, Act::Start | Act::Resume) => (Wish::Running, broken),
        (Wish::Stopped, Act::Start) | (Wish::Suspended, Act::Resume) => (Wish::Running, true),
        (Wish::Running | Wish::Stopped, Act::Stop) => (Wish::Stopped, false),
        (Wish::Running | Wish::Stopped | Wish::Suspended, Act::Suspend) => (Wish::Suspended, false),
        (Wish::Stopped, Act::Restart | Act::Resume) => return Err(Refused::NotRunning),
        (Wish::Suspended, Act::Start | Act::Stop | Act::Restart) => return Err(Refused::Suspended),
    };
    if wish == before && !again {
        return Ok(Taken { row, changed: false });
    }
    if wish == Wish::Running && before != Wish::Running {
        node.has_room(tx).await?;
    }
    let row = Row { claw: Claw { wish, boot: row.claw.boot + u32::from(again), ..row.claw }, ..row };
    tx.save_wish(&row).await?;
    Ok(Taken { row, changed: true })
}
