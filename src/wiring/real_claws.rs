//! What has to be there before real claws can be hatched in the sandbox: the program clawnode, OpenClaw, and folders that
//! claws can reach. What is missing is brought, or said in one line with the way to mend it.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf, absolute},
};

use anyhow::{Context as _, bail, ensure};
use rustix::process::geteuid;

use super::openclaw;
use crate::{
    cli,
    config::{cache_dir, process_env},
    sandbox::{Infra, Installed},
};

/// Where OpenClaw is kept when root asks for it: claws have users of their own, who cannot enter root's home.
const OF_THE_MACHINE: &str = "/var/cache";

/// The infra of a sandbox with real claws. `program` is this one, `folder` where the sandbox is.
pub(super) async fn infra(
    program: &Path,
    clawnode: Option<PathBuf>,
    openclaw_dir: Option<PathBuf>,
    folder: Option<&Path>,
) -> anyhow::Result<Infra> {
    let clawnode = match clawnode {
        Some(named) => named,
        None => program.with_file_name("clawnode"),
    };
    ensure!(
        clawnode.is_file(),
        "there is no program clawnode at {}: build it (`cargo build --bins`), or name it with --clawnode",
        clawnode.display()
    );
    let root = geteuid().is_root();
    let cache = || if root { Some(PathBuf::from(OF_THE_MACHINE)) } else { cache_dir(&process_env) };
    let openclaw = match (openclaw_dir, cache()) {
        (Some(named), _) => named,
        (None, Some(cache)) => cache.join("clawhatch").join("openclaw"),
        (None, None) => bail!("there is no home to keep OpenClaw in: name a folder with --openclaw-dir"),
    };
    let openclaw = absolute(&openclaw).with_context(|| format!("reading the path {}", openclaw.display()))?;
    if root {
        let temporary = std::env::temp_dir();
        for (place, option) in [(openclaw.as_path(), "--openclaw-dir"), (folder.unwrap_or(&temporary), "--folder")] {
            if let Some(closed) = closed_above(&absolute(place)?) {
                bail!(
                    "claws run as users of their own, who cannot enter {}: name another place with {option}, or open it (`chmod a+x`)",
                    closed.display()
                );
            }
        }
    } else {
        cli::say("Not started as root: all claws here run as you and can read what the others know. `sudo` keeps them apart.");
    }
    openclaw::bring(&openclaw).await?;
    Ok(Infra::OpenClaw(Installed { clawnode: absolute(&clawnode)?, openclaw }))
}

/// The first folder on the way to a place that does not let everybody through. What is not there yet is ours to make.
fn closed_above(place: &Path) -> Option<&Path> {
    let folders = place.ancestors().skip(1);
    let closed = |folder: &&Path| folder.metadata().is_ok_and(|found| found.permissions().mode() & 0o001 == 0);
    folders.filter(closed).last()
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::{closed_above, infra};

    #[test]
    fn a_closed_folder_on_the_way_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("a/b");
        fs::create_dir_all(&inner).expect("folders");
        let mode = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).expect("changed");
        mode(0o711);
        assert_eq!(closed_above(&inner.join("not/there")), None);
        mode(0o700);
        assert_eq!(closed_above(&inner), Some(folder.path()));
    }

    #[tokio::test]
    async fn a_missing_clawnode_is_told_with_its_fix() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = infra(&folder.path().join("clawhatch"), None, None, None).await.expect_err("nothing is there");
        let told = format!("{told:#}");
        assert!(told.contains("cargo build --bins") && told.contains("--clawnode") && !told.contains('\n'), "{told}");
    }
}
