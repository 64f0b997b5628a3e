//! Backups of the stand-in for a gateway: archives laid out as the real one's, made and read by `tar`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde_json::json;
use tokio::process::Command;

use super::{Place, VERSION, say};
use crate::drivers::clock::Clock;

pub(super) async fn create(place: &Place, output: Option<&str>) -> ExitCode {
    let name = format!("{}-openclaw-backup", Clock::system().now().0);
    match packed(place, output, &name).await {
        Ok(archive) => {
            say(&json!({ "archiveRoot": name, "archivePath": archive, "dryRun": false, "verified": true }).to_string());
            ExitCode::SUCCESS
        }
        Err(error) => failed(&format!("Backup failed: {error}")),
    }
}

pub(super) async fn restore(archive: &str, target: Option<&str>) -> ExitCode {
    let Some(target) = target.map(Path::new) else { return failed("--target is required") };
    // The real one proves an archive before it writes any of it.
    let listed = Command::new("tar").args(["-tzf", archive]).output().await;
    let root = listed.ok().filter(|listed| listed.status.success()).and_then(|listed| {
        let names = String::from_utf8(listed.stdout).ok()?;
        names.lines().find_map(|name| name.strip_suffix("/manifest.json").map(str::to_owned))
    });
    let Some(root) = root else {
        return failed(&format!("Backup archive verification failed: {archive}. Archive could not be read or parsed."));
    };
    let full = fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some());
    if full || fs::create_dir_all(target).is_err() {
        return failed("the target must not exist or be empty");
    }
    let unpacked = Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(target).output().await;
    if !unpacked.is_ok_and(|done| done.status.success()) {
        let _gone = fs::remove_dir_all(target);
        return failed("Archive could not be read or parsed.");
    }
    let restored =
        json!({ "ok": true, "archivePath": archive, "archiveRoot": root, "runtimeVersion": VERSION, "targetPath": target });
    say(&restored.to_string());
    ExitCode::SUCCESS
}

fn failed(message: &str) -> ExitCode {
    say(&json!({ "ok": false, "error": { "type": "cli_error", "message": message } }).to_string());
    ExitCode::FAILURE
}

async fn packed(place: &Place, output: Option<&str>, name: &str) -> io::Result<PathBuf> {
    let missing = || io::Error::new(io::ErrorKind::NotFound, "--output must name a folder");
    let output = PathBuf::from(output.ok_or_else(missing)?);
    let workspace = workspace_of(place)?;
    let staged = output.join(format!(".{name}"));
    let root = staged.join(name);
    let mut assets = Vec::new();
    for (kind, source) in [("state", &place.state), ("workspace", &workspace), ("config", &place.config)] {
        let below = Path::new("payload/posix").join(source.strip_prefix("/").unwrap_or(source));
        copy(source, &root.join(&below))?;
        assets.push(json!({ "kind": kind, "sourcePath": source, "archivePath": Path::new(name).join(below) }));
    }
    let manifest = json!({ "schemaVersion": 1, "archiveRoot": name, "runtimeVersion": VERSION, "assets": assets });
    fs::write(root.join("manifest.json"), serde_json::to_vec(&manifest)?)?;
    let archive = output.join(format!("{name}.tar.gz"));
    let done = Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(&staged).arg(name).output().await?;
    fs::remove_dir_all(&staged)?;
    if !done.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&done.stderr).into_owned()));
    }
    Ok(archive)
}

fn workspace_of(place: &Place) -> io::Result<PathBuf> {
    let config: serde_json::Value = serde_json::from_slice(&fs::read(&place.config)?)?;
    let workspace = config["agents"]["defaults"]["workspace"].as_str();
    workspace.map(PathBuf::from).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the configuration has no workspace"))
}

/// Files and folders alike; links are left out.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let kind = fs::symlink_metadata(from)?;
    if kind.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if kind.is_file() {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(from, to)?;
    }
    Ok(())
}
