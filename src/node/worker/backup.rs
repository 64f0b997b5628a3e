//! A backup: OpenClaw packs what the claw knows, we seal it under the node's keys, and only then does it leave the
//! claw's folder. One that was interrupted is begun again; one that is interrupted again and again has failed.

use std::{
    fs::{self, File},
    os::{fd::AsRawFd as _, unix::fs::DirBuilderExt as _},
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context as _;
use rustix::fs::OFlags;

use super::{Job, Next, erase::remove};
use crate::{
    drivers::vault::Place,
    node::{
        claw::Wish,
        disk, openclaw,
        reach::open_inside,
        runtime::lay::Layout,
        store::{Backup, BackupState, Told},
    },
};

/// How often a backup is begun.
const TRIES: u32 = 3;

/// Where a backup's archive is sealed to.
pub(super) fn place(backup: &Backup) -> Place {
    Place { table: "backups", column: "archive", owner: format!("{}/{}", backup.slug, backup.id) }
}

impl Job<'_> {
    pub(super) async fn back_up(&self, backup: Backup) -> anyhow::Result<Next> {
        if backup.tries >= TRIES {
            return self.backup_failed(backup, "it was interrupted again and again").await;
        }
        if self.node.disk_is_full() {
            return self.backup_failed(backup, "disk_full: this host has no room for it").await;
        }
        let begun = Backup { tries: backup.tries + 1, ..backup };
        let mut tx = self.node.store.begin(self.node.clock.now()).await?;
        tx.save_backup(&begun).await?;
        tx.commit().await?;
        crash_point!("node-backup-begun");
        let made = tokio::select! {
            made = self.pack(&begun) => made,
            () = self.unwanted() => return Ok(Next::Now),
        };
        // The plain archive has no business here any more, whatever came of it.
        remove(&self.cell.paths.outbox).await?;
        match made {
            Ok(size) => {
                let size_bytes = i64::try_from(size).unwrap_or(i64::MAX);
                let ready = Backup { state: BackupState::Ready, size_bytes, ..begun };
                let mut tx = self.node.store.begin(self.node.clock.now()).await?;
                tx.save_backup(&ready).await?;
                tx.tell(self.node.clock.now(), &self.row.claw, Told::BackupReady { backup_id: ready.id.clone(), size_bytes })
                    .await?;
                crash_point!("node-backup-uncommitted");
                tx.commit().await?;
                tracing::info!(claw.slug = self.slug(), size_bytes, "a backup of claw {} is made", self.slug());
                Ok(Next::Now)
            }
            Err(error) => {
                let why = openclaw::redact(&format!("{error:#}"));
                tracing::error!(claw.slug = self.slug(), "a backup of claw {} failed: {why}", self.slug());
                self.backup_failed(begun, &why).await
            }
        }
    }

    async fn backup_failed(&self, backup: Backup, why: &str) -> anyhow::Result<Next> {
        let reason = disk::reason(why);
        let failed = Backup { state: BackupState::Failed, reason: Some(reason.clone()), ..backup };
        let mut tx = self.node.store.begin(self.node.clock.now()).await?;
        tx.save_backup(&failed).await?;
        tx.tell(self.node.clock.now(), &self.row.claw, Told::BackupFailed { backup_id: failed.id.clone(), reason }).await?;
        tx.commit().await?;
        Ok(Next::Now)
    }

    /// Packs and seals; gives the length of the plain archive.
    async fn pack(&self, backup: &Backup) -> anyhow::Result<u64> {
        remove(&self.cell.paths.outbox).await?;
        let folders = vec![self.cell.paths.outbox.clone()];
        self.node.runtime.lay(&self.cell, Layout { folders, files: Vec::new() }).await?;
        let archive = self.node.openclaw.backup(&*self.node.runtime, &self.spec, &self.cell).await?;
        crash_point!("node-backup-packed");
        let (claws, owner) = (self.node.settings.data_dir.join("claws"), self.cell.user);
        let (vault, place) = (Arc::clone(&self.node.vault), place(backup));
        let folder = self.node.backups_of(self.slug());
        let (part, whole) = (folder.join(format!("{}.part", backup.id)), folder.join(&backup.id));
        let sealed = tokio::task::spawn_blocking(move || -> anyhow::Result<u64> {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
            if part.exists() {
                fs::remove_file(&part)?;
            }
            let plain = open_inside(&claws, &archive, owner, OFlags::RDONLY).context("opening the archive")?;
            let size = plain.metadata()?.len();
            // By its handle: what stands under the name may have been changed since.
            vault.seal_file(&PathBuf::from(format!("/proc/self/fd/{}", plain.as_raw_fd())), &part, &place)?;
            fs::rename(&part, &whole)?;
            File::open(&folder)?.sync_all()?;
            Ok(size)
        });
        let size = sealed.await??;
        crash_point!("node-backup-sealed");
        Ok(size)
    }

    /// Comes when the claw shall be gone: nobody waits for its backup any more.
    async fn unwanted(&self) {
        let mut changes = self.node.changes();
        loop {
            match self.node.store.find(self.slug()).await {
                Ok(Some(row)) if row.claw.wish != Wish::Gone => {}
                Ok(Some(_) | None) => return,
                Err(_) => {}
            }
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}
