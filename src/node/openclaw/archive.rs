//! A claw's backup as OpenClaw makes it, and its way back. OpenClaw takes consistent copies of its databases while the
//! gateway runs; files copied by ourselves would be torn. It never restores in place, so what it unpacks is put where it
//! belongs in a fresh folder.
//!
//! The archive holds what the claw knows: state, workspace, configuration. Secrets lie outside of it, and the
//! configuration is written anew from the specification.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use crate::node::{
    cell::{Cell, Paths},
    openclaw::{
        OpenClaw, OpenClawError,
        command::{last_words, read_json},
    },
    runtime::Runtime,
    spec::Spec,
};

/// A large workspace takes minutes to pack.
const AT_MOST: Duration = Duration::from_secs(900);
/// Where an archive is unpacked, inside the fresh folder.
const UNPACKED: &str = "unpacked";

/// What `backup create --json` prints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    archive_path: PathBuf,
    verified: bool,
}

/// What `backup restore --json` prints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Restored {
    ok: bool,
    archive_root: PathBuf,
}

#[derive(Deserialize)]
struct Manifest {
    assets: Vec<Asset>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asset {
    kind: String,
    archive_path: PathBuf,
}

impl OpenClaw {
    /// Makes an archive of the claw below its outbox, and has OpenClaw prove that it can be read.
    pub async fn backup(&self, runtime: &dyn Runtime, _spec: &Spec, cell: &Cell) -> Result<PathBuf, OpenClawError> {
        let outbox = cell.paths.outbox.display().to_string();
        let args = ["backup", "create", "--output", &outbox, "--verify", "--json"];
        let end = self.tool(runtime, cell, &args, AT_MOST).await?;
        let broken = |why: &str| OpenClawError::Broken(format!("the backup failed: {why}"));
        if end.code != Some(0) {
            return Err(broken(&last_words(&end)));
        }
        let created: Created = read_json(&end.stdout).ok_or_else(|| broken("its answer makes no sense"))?;
        let inside = created.archive_path.parent() == Some(&cell.paths.outbox);
        let is_file = fs::symlink_metadata(&created.archive_path).is_ok_and(|found| found.is_file());
        match created.verified && inside && is_file {
            true => Ok(created.archive_path),
            false => Err(broken("the archive is not where it was asked for")),
        }
    }

    /// Unpacks an archive into the empty folder `fresh`, laid out as the claw's own. OpenClaw proves the archive first:
    /// of a damaged one nothing is written.
    pub async fn restore(
        &self,
        runtime: &dyn Runtime,
        _spec: &Spec,
        cell: &Cell,
        archive: &Path,
        fresh: &Path,
    ) -> Result<(), OpenClawError> {
        let target = fresh.join(UNPACKED);
        let (from, to) = (archive.display().to_string(), target.display().to_string());
        let end = self.tool(runtime, cell, &["backup", "restore", &from, "--target", &to, "--json"], AT_MOST).await?;
        let broken = |why: String| OpenClawError::Broken(format!("the backup cannot be restored: {why}"));
        let restored = read_json::<Restored>(&end.stdout).filter(|restored| restored.ok && end.code == Some(0));
        let Some(restored) = restored else { return Err(broken(last_words(&end))) };
        put_in_place(&target, &restored.archive_root, &Paths::below(fresh)).map_err(|error| broken(error.to_string()))
    }
}

/// Moves what was unpacked to where a claw has it. The manifest tells which is which, wherever the claw lay back then.
fn put_in_place(unpacked: &Path, root: &Path, paths: &Paths) -> io::Result<()> {
    let manifest = fs::read(inside(unpacked, &root.join("manifest.json"))?)?;
    let manifest: Manifest = serde_json::from_slice(&manifest)?;
    for asset in &manifest.assets {
        let place = match asset.kind.as_str() {
            "state" => &paths.state,
            "workspace" => &paths.workspace,
            // The configuration is written anew; credentials are part of the state.
            _ => continue,
        };
        let found = inside(unpacked, &asset.archive_path)?;
        if place.exists() {
            fs::remove_dir(place)?;
        }
        fs::rename(found, place)?;
    }
    if !paths.state.is_dir() || !paths.workspace.is_dir() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it holds no whole claw"));
    }
    fs::remove_dir_all(unpacked)
}

/// A path inside `folder`, every step of it a real folder or file: a link in an archive leads nowhere.
fn inside(folder: &Path, path: &Path) -> io::Result<PathBuf> {
    let mut at = folder.to_owned();
    for step in path.components() {
        let Component::Normal(name) = step else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a path in it leads out of it"));
        };
        at.push(name);
        if fs::symlink_metadata(&at)?.is_symlink() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a link stands where a folder should"));
        }
    }
    Ok(at)
}
