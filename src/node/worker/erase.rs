//! A claw is erased: its processes, its folder with OpenClaw's own trash in it, its backups, its row. Nothing else is
//! touched: every path is made here from its short name.

use std::{io, path::Path};

use anyhow::Context as _;

use super::Job;

impl Job<'_> {
    pub(super) async fn erase(&self) -> anyhow::Result<()> {
        self.node.runtime.forget(&self.cell).await?;
        crash_point!("node-forgotten");
        for place in self.places() {
            remove(&place).await?;
            crash_point!("node-folder-removed");
        }
        remove(&self.node.backups_of(self.slug())).await?;
        crash_point!("node-backups-removed");
        let mut tx = self.node.store.begin(self.node.clock.now()).await?;
        tx.erase(&self.row).await?;
        crash_point!("node-erased-uncommitted");
        tx.commit().await?;
        // What it leaves is a pair nobody has any more; the next look at the fence takes it as well.
        if let Err(error) = self.node.fence().await {
            tracing::error!("the network was not fenced anew and is soon: {error}");
        }
        tracing::info!(claw.slug = self.slug(), "claw {} is erased", self.slug());
        Ok(())
    }
}

/// Removes a folder, or whatever stands in its place, without following links. Not there is done.
pub(super) async fn remove(place: &Path) -> anyhow::Result<()> {
    let path = place.to_owned();
    let removed = tokio::task::spawn_blocking(move || match std::fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(meta) if meta.is_dir() => std::fs::remove_dir_all(&path),
        Ok(_) => std::fs::remove_file(&path),
    });
    removed.await?.with_context(|| format!("removing {}", place.display()))
}
