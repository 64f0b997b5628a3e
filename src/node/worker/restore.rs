//! Going back to a backup: it is laid out beside the claw's folder, put in its place, and has to prove itself by a boot.
//! One that does not come up makes way for what was there before. Every stage is in the row before the next begins.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context as _;

use super::{Job, Next, backup::place, erase::remove};
use crate::node::{
    claw::{Claw, Restoring, Seen, Stage},
    disk, openclaw,
    runtime::lay::Layout,
    store::{BackupState, Restored, Row, Told},
};

impl Job<'_> {
    /// Everything of this claw among the claws' folders.
    pub(super) fn places(&self) -> [PathBuf; 4] {
        [self.cell.paths.dir.clone(), self.beside("fresh"), self.beside("old"), self.beside("archive")]
    }

    /// Beside the claw's folder, where only the node can make anything.
    fn beside(&self, what: &str) -> PathBuf {
        self.cell.paths.dir.with_extension(what)
    }

    pub(super) async fn unpack(&self, id: &str) -> anyhow::Result<Next> {
        let backups = self.node.store.backups(self.slug()).await?;
        let Some(backup) = backups.into_iter().find(|backup| backup.id == id && backup.state == BackupState::Ready) else {
            return self.restore_failed(id, "there is no such backup any more").await;
        };
        let (fresh, old, archive) = (self.beside("fresh"), self.beside("old"), self.beside("archive"));
        for left in [&fresh, &old, &archive] {
            remove(left).await?;
        }
        let layout = Layout { folders: self.cell.paths.folders(), files: Vec::new() };
        if let Err(error) = self.node.runtime.lay(&self.cell, layout).await {
            return self.restore_failed(id, &error.to_string()).await;
        }
        let (vault, place, user) = (Arc::clone(&self.node.vault), place(&backup), self.cell.user);
        let (sealed, plain, empty) = (self.node.backups_of(self.slug()).join(id), archive.clone(), fresh.clone());
        let opened = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
            fs::DirBuilder::new().mode(0o700).create(&empty)?;
            std::os::unix::fs::chown(&empty, user, user)?;
            vault.open_file(&sealed, &plain, &place)?;
            fs::set_permissions(&plain, fs::Permissions::from_mode(0o400))?;
            std::os::unix::fs::chown(&plain, user, user)?;
            Ok(())
        });
        let opened = opened.await?;
        crash_point!("node-restore-opened");
        let unpacked = match opened {
            Ok(()) => {
                let unpack = self.node.openclaw.restore(&*self.node.runtime, &self.spec, &self.cell, &archive, &fresh);
                unpack.await.map_err(anyhow::Error::new)
            }
            Err(error) => Err(error.context("opening the backup")),
        };
        remove(&archive).await?;
        if let Err(error) = unpacked {
            remove(&fresh).await?;
            return self.restore_failed(id, &format!("{error:#}")).await;
        }
        crash_point!("node-restore-unpacked");
        let restoring = Some(Restoring { backup: id.to_owned(), stage: Stage::Unpacked });
        self.save(Claw { restoring, ..self.row.claw.clone() }).await
    }

    /// May be begun again after any of its lines.
    pub(super) async fn swap(&self) -> anyhow::Result<Next> {
        let (dir, fresh, old) = (self.cell.paths.dir.clone(), self.beside("fresh"), self.beside("old"));
        if fresh.exists() {
            if dir.exists() && !old.exists() {
                fs::rename(&dir, &old).context("putting the old content aside")?;
            }
            crash_point!("node-restore-put-aside");
            // With the old content aside, what stands here has been laid since, and nothing of the claw's is in it.
            remove(&dir).await?;
            fs::rename(&fresh, &dir).context("putting the backup in its place")?;
        }
        crash_point!("node-restore-swapped");
        let claw = &self.row.claw;
        let restoring = claw.restoring.clone().map(|restoring| Restoring { stage: Stage::Proving, ..restoring });
        self.save(Claw { restoring, ..self.as_new() }).await
    }

    pub(super) async fn keep(&self) -> anyhow::Result<Next> {
        let Some(restoring) = self.row.claw.restoring.clone() else { return Ok(Next::Now) };
        remove(&self.beside("old")).await?;
        crash_point!("node-restore-kept");
        tracing::info!(claw.slug = self.slug(), "claw {} has gone back to a backup", self.slug());
        self.restore_over(self.row.claw.clone(), restoring.backup, None).await
    }

    pub(super) async fn put_back(&self) -> anyhow::Result<Next> {
        let Some(restoring) = self.row.claw.restoring.clone() else { return Ok(Next::Now) };
        let (dir, fresh, old) = (self.cell.paths.dir.clone(), self.beside("fresh"), self.beside("old"));
        if old.exists() {
            remove(&fresh).await?;
            match fs::rename(&dir, &fresh) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).context("taking what did not come up out of the way");
                }
                Ok(()) | Err(_) => {}
            }
            crash_point!("node-restore-taken-out");
            fs::rename(&old, &dir).context("putting the old content back")?;
        }
        remove(&fresh).await?;
        let reason = match &self.row.claw.seen {
            Seen::Broken { why, .. } => format!("the claw did not come up with it: {}", why.detail),
            Seen::Absent | Seen::Down { .. } | Seen::Up { .. } | Seen::Ending { .. } => {
                "the claw did not come up with it".to_owned()
            }
        };
        tracing::error!(claw.slug = self.slug(), "claw {} is back to what it was: {reason}", self.slug());
        self.restore_over(self.as_new(), restoring.backup, Some(reason)).await
    }

    /// Nothing was changed; it comes up again as it was.
    async fn restore_failed(&self, id: &str, why: &str) -> anyhow::Result<Next> {
        let reason = disk::reason(&openclaw::redact(why));
        tracing::error!(claw.slug = self.slug(), "claw {} does not go back to a backup: {reason}", self.slug());
        self.restore_over(self.as_new(), id.to_owned(), Some(reason)).await
    }

    async fn restore_over(&self, claw: Claw, backup_id: String, failed: Option<String>) -> anyhow::Result<Next> {
        let row = Row { claw: Claw { restoring: None, ..claw }, ..self.row.clone() };
        let restored = Restored { backup_id: backup_id.clone(), key: row.restore_key.clone(), failed: failed.clone() };
        let told = match failed {
            None => Told::Restored { backup_id },
            Some(reason) => Told::RestoreFailed { backup_id, reason },
        };
        let now = self.node.clock.now();
        let mut tx = self.node.store.begin(now).await?;
        tx.end_restore(self.slug(), &restored).await?;
        tx.save_seen(&row).await?;
        tx.tell(now, &row.claw, told).await?;
        tx.commit().await?;
        self.node.has_changed();
        Ok(Next::Now)
    }

    /// The row of a claw whose folder has other content than before: nothing that failed counts, and its configuration
    /// is looked at anew.
    fn as_new(&self) -> Claw {
        let claw = self.row.claw.clone();
        let seen = Seen::Down { boot: claw.boot, at: self.node.clock.now(), after: None };
        Claw { seen, fails: 0, starts: Vec::new(), applied_rev: 0, ..claw }
    }
}
