//! What the node does for itself: backups beyond their number or age go, and so do old events and operations; and what
//! keeps claws apart on the network is put up again when somebody has taken it down.

use std::{sync::Arc, time::Duration};

use crate::{
    domain::time::DAY,
    node::{
        host::Node,
        store::{Backup, BackupState},
    },
};

const EVERY: Duration = Duration::from_secs(10 * 60);
/// Somebody else's rules may take ours away, and nobody says so.
const FENCE_AGAIN: Duration = Duration::from_secs(30);
/// How long events and operations are remembered.
const EVENTS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const OPERATIONS: Duration = DAY;

/// Until the node ends.
pub async fn run(node: Arc<Node>) {
    loop {
        if let Err(error) = tidy(&node).await {
            tracing::error!("tidying up failed and is done again later: {error:#}");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = node.stop.cancelled() => return,
        }
    }
}

/// Until the node ends: the claws' fence stands.
pub async fn watch_fence(node: Arc<Node>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(FENCE_AGAIN) => {}
            () = node.stop.cancelled() => return,
        }
        if let Err(error) = node.fence().await {
            tracing::error!("claws may not be kept apart on the network: {error}");
        }
    }
}

/// Once.
pub async fn tidy(node: &Node) -> anyhow::Result<()> {
    let now = node.clock.now();
    let finished = node.store.finished_backups().await?;
    for backup in
        superfluous(finished, node.settings.backups_kept, |backup| now.since(backup.created_at) > node.settings.backup_age)
    {
        let file = node.backups_of(&backup.slug).join(&backup.id);
        if let Err(error) = std::fs::remove_file(&file)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(error.into());
        }
        let mut tx = node.store.begin(now).await?;
        tx.forget_backup(&backup.id).await?;
        tx.commit().await?;
    }
    let mut tx = node.store.begin(now).await?;
    tx.forget_events(now - EVENTS).await?;
    tx.forget_operations(now - OPERATIONS).await?;
    tx.commit().await?;
    Ok(())
}

/// Those that need not be kept, of a list in which the newest of each claw come first. What failed takes no place among
/// those that are kept, and the newest good one stays however old it is: it is all there is to go back to.
fn superfluous(backups: Vec<Backup>, kept: u32, is_old: impl Fn(&Backup) -> bool) -> Vec<Backup> {
    let (mut slug, mut good) = (String::new(), 0);
    let mut gone = Vec::new();
    for backup in backups {
        if backup.slug != slug {
            (slug, good) = (backup.slug.clone(), 0);
        }
        let goes = match backup.state {
            BackupState::Running => false,
            BackupState::Failed => is_old(&backup) || good >= kept,
            BackupState::Ready => {
                good += 1;
                good > kept || good > 1 && is_old(&backup)
            }
        };
        if goes {
            gone.push(backup);
        }
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::superfluous;
    use crate::{
        domain::time::Time,
        node::store::{Backup, BackupState},
    };

    #[test]
    fn the_newest_good_ones_are_kept() {
        let make = |slug: &str, at: i64, state| Backup {
            id: format!("{slug}{at}"),
            slug: slug.into(),
            state,
            created_at: Time(at),
            size_bytes: 1,
            tries: 1,
            reason: None,
        };
        let (ready, failed, running) = (BackupState::Ready, BackupState::Failed, BackupState::Running);
        let list = vec![
            make("a", 9, running),
            make("a", 8, failed),
            make("a", 7, ready),
            make("a", 6, ready),
            make("a", 5, ready),
            make("a", 4, failed),
            make("b", 1, ready),
            make("b", 0, ready),
        ];
        let gone = superfluous(list, 2, |backup| backup.created_at < Time(3));
        assert_eq!(gone.iter().map(|backup| backup.id.as_str()).collect::<Vec<_>>(), ["a5", "a4", "b0"]);
    }
}
