//! The small wishes: start, stop, restart, suspend, resume, a backup, going back to one.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    Refused, Taken,
    once::{Once, done_before, is_done},
};
use crate::node::{
    claw::{Claw, Seen, Wish},
    host::Node,
    store::{Backup, BackupState, LastRestore, RestoreState, Row},
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

/// Takes the wish.
pub async fn act(node: &Arc<Node>, slug: &str, act: Act, once: Option<&Once>) -> Result<Taken, Refused> {
    node.takes_work()?;
    let mut tx = node.store.begin(node.clock.now()).await?;
    let row = tx.find(slug).await?.ok_or(Refused::NoSuchClaw)?;
    if done_before(&mut tx, once).await?.is_some() {
        return Ok(Taken { row, changed: true });
    }
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
        node.has_room(&mut tx).await?;
    }
    let row = Row { claw: Claw { wish, boot: row.claw.boot + u32::from(again), ..row.claw }, ..row };
    tx.save_wish(&row).await?;
    is_done(&mut tx, once, slug, "").await?;
    crash_point!("node-wish-uncommitted");
    tx.commit().await?;
    crash_point!("node-wish-committed");
    node.has_changed();
    node.wake(slug);
    Ok(Taken { row, changed: true })
}

/// A backup is wished, unless one is being made already.
pub async fn back_up(node: &Arc<Node>, slug: &str, once: Option<&Once>) -> Result<Backup, Refused> {
    node.takes_work()?;
    let now = node.clock.now();
    let mut tx = node.store.begin(now).await?;
    let row = tx.find(slug).await?.ok_or(Refused::NoSuchClaw)?;
    if let Some(made) = done_before(&mut tx, once).await? {
        return tx.find_backup(&made).await?.ok_or(Refused::NoSuchBackup);
    }
    if let Some(backup) = tx.wanted_backup(slug).await? {
        is_done(&mut tx, once, slug, &backup.id).await?;
        tx.commit().await?;
        return Ok(backup);
    }
    match (row.claw.wish, &row.claw.seen) {
        (Wish::Gone, _) => return Err(Refused::Deleting),
        (Wish::Trash { .. }, _) => return Err(Refused::InTrash),
        (Wish::Running | Wish::Stopped | Wish::Suspended, Seen::Absent) => return Err(Refused::NotRunning),
        (Wish::Running | Wish::Stopped | Wish::Suspended, _) => {}
    }
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
    is_done(&mut tx, once, slug, &backup.id).await?;
    crash_point!("node-wish-uncommitted");
    tx.commit().await?;
    crash_point!("node-wish-committed");
    node.wake(slug);
    Ok(backup)
}

/// Going back to a backup is wished.
pub async fn restore(node: &Arc<Node>, slug: &str, backup: &str, once: Option<&Once>) -> Result<Taken, Refused> {
    node.takes_work()?;
    let ready = node.store.backups(slug).await?.into_iter().any(|known| known.id == backup && known.state == BackupState::Ready);
    let mut tx = node.store.begin(node.clock.now()).await?;
    let row = tx.find(slug).await?.ok_or(Refused::NoSuchClaw)?;
    if done_before(&mut tx, once).await?.is_some() {
        return Ok(Taken { row, changed: false });
    }
    match row.claw.wish {
        Wish::Gone => return Err(Refused::Deleting),
        Wish::Trash { .. } => return Err(Refused::InTrash),
        Wish::Suspended => return Err(Refused::Suspended),
        Wish::Stopped => return Err(Refused::NotRunning),
        Wish::Running => {}
    }
    if !ready {
        return Err(Refused::NoSuchBackup);
    }
    match row.claw.restore_wish.as_deref() {
        None => {}
        Some(wished) if wished == backup && once.is_none() => return Ok(Taken { row, changed: false }),
        Some(_) => return Err(Refused::Busy),
    }
    let claw = Claw { restore_wish: Some(backup.to_owned()), ..row.claw };
    let key = once.map(|once| once.key().to_owned());
    let last_restore = Some(LastRestore { backup_id: backup.to_owned(), key, state: RestoreState::Running, reason: None });
    let row = Row { claw, last_restore, ..row };
    tx.save_wish(&row).await?;
    is_done(&mut tx, once, slug, "").await?;
    crash_point!("node-wish-uncommitted");
    tx.commit().await?;
    crash_point!("node-wish-committed");
    node.has_changed();
    node.wake(slug);
    Ok(Taken { row, changed: true })
}

/// Whether a device's request was decided under this name before; it is not there any more, and that was us.
pub async fn decided_before(node: &Arc<Node>, once: Option<&Once>) -> Result<bool, Refused> {
    let mut tx = node.store.begin(node.clock.now()).await?;
    Ok(done_before(&mut tx, once).await?.is_some())
}

/// A device's request is about to be decided under this name.
pub async fn decides(node: &Arc<Node>, slug: &str, once: Option<&Once>) -> Result<(), Refused> {
    node.takes_work()?;
    let mut tx = node.store.begin(node.clock.now()).await?;
    if done_before(&mut tx, once).await?.is_none() {
        is_done(&mut tx, once, slug, "").await?;
        tx.commit().await?;
    }
    Ok(())
}
