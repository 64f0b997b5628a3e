//! A backup is wished, and going back to one.

use std::sync::Arc;

use uuid::Uuid;

use super::{Operation, Refused, Taken};
use crate::node::{
    claw::{Claw, Seen, Wish},
    host::Node,
    store::{Backup, BackupState, Row},
};

/// A backup is wished; one that is being made already is that one. Under a key it is one backup, however often it is
/// asked for.
pub async fn back_up(node: &Arc<Node>, slug: &str, key: Option<&str>) -> Result<Backup, Refused> {
    node.takes_work()?;
    let operation = key.map(|key| Operation::on(key, "backups", slug, &[]));
    let now = node.clock.now();
    let mut tx = node.store.begin(now).await?;
    if let Some(operation) = &operation
        && let Some(id) = operation.done(&mut tx).await?
    {
        return tx.find_backup(slug, &id).await?.ok_or(Refused::Superseded);
    }
    let row = tx.find(slug).await?.ok_or(Refused::NoSuchClaw)?;
    let backup = match tx.wanted_backup(slug).await? {
        Some(backup) => backup,
        None => {
            may_be_packed(node, &row)?;
            let backup = Backup {
                id: Uuid::now_v7().to_string(),
                slug: slug.to_owned(),
                state: BackupState::Running,
                created_at: now,
                size_bytes: 0,
                tries: 0,
                reason: None,
            };
            tx.save_backup(&backup).await?;
            backup
        }
    };
    if let Some(operation) = &operation {
        operation.note(&mut tx, slug, &backup.id).await?;
    }
    node.takes(tx, slug).await?;
    Ok(backup)
}

fn may_be_packed(node: &Node, row: &Row) -> Result<(), Refused> {
    match (row.claw.wish, &row.claw.seen) {
        (Wish::Gone, _) => Err(Refused::Deleting),
        (Wish::Trash { .. }, _) => Err(Refused::InTrash),
        (Wish::Running | Wish::Stopped | Wish::Suspended, Seen::Absent) => Err(Refused::NotRunning),
        (Wish::Running | Wish::Stopped | Wish::Suspended, _) if node.disk_is_full() => Err(Refused::DiskFull),
        (Wish::Running | Wish::Stopped | Wish::Suspended, _) => Ok(()),
    }
}

/// Going back to a backup is wished. Under a key it is done once.
pub async fn restore(node: &Arc<Node>, slug: &str, id: &str, key: Option<&str>) -> Result<Taken, Refused> {
    node.takes_work()?;
    let operation = key.map(|key| Operation::on(key, "restore", slug, id.as_bytes()));
    let mut tx = node.store.begin(node.clock.now()).await?;
    let row = tx.find(slug).await?.ok_or(Refused::NoSuchClaw)?;
    if let Some(operation) = &operation
        && operation.done(&mut tx).await?.is_some()
    {
        return Ok(Taken { row, changed: false });
    }
    match row.claw.wish {
        Wish::Gone => return Err(Refused::Deleting),
        Wish::Trash { .. } => return Err(Refused::InTrash),
        Wish::Suspended => return Err(Refused::Suspended),
        Wish::Stopped => return Err(Refused::NotRunning),
        Wish::Running => {}
    }
    match &row.claw.restore_wish {
        Some(other) if other != id => return Err(Refused::Busy),
        // Somebody else has asked for the same, under a name of their own.
        Some(_) if key.is_some() && row.restore_key.as_deref() != key => return Err(Refused::Busy),
        Some(_) => return Ok(Taken { row, changed: false }),
        None => {}
    }
    let backup = tx.find_backup(slug, id).await?.filter(|backup| backup.state == BackupState::Ready);
    backup.ok_or(Refused::NoSuchBackup)?;
    let claw = Claw { restore_wish: Some(id.to_owned()), ..row.claw };
    let row = Row { claw, restore_key: key.map(str::to_owned), ..row };
    tx.save_wish(&row).await?;
    if let Some(operation) = &operation {
        operation.note(&mut tx, slug, "").await?;
    }
    node.takes(tx, slug).await?;
    Ok(Taken { row, changed: true })
}
