//! Bringing OpenClaw from npm while somebody waits: what is done and how far it is, on the terminal.

use std::{
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
    pin::pin,
    time::Duration,
};

use anyhow::Context as _;

use crate::{
    cli,
    node::openclaw::{self, NODE_VERSION, VERSION},
};

/// How much of the disk it takes in the end, in megabytes.
const ALL_MB: u64 = 860;
/// How often a terminal is told how far it is.
const TOLD: Duration = Duration::from_secs(2);

/// Installs OpenClaw below `dir`, telling how far it is. Says and does nothing when it is there.
pub(super) async fn bring(dir: &Path) -> anyhow::Result<()> {
    if openclaw::is_installed(dir) {
        return Ok(());
    }
    cli::say(&format!("Bringing OpenClaw {VERSION} and Node {NODE_VERSION} from npm to {} ({ALL_MB} MB, once).", dir.display()));
    let mut installed = pin!(openclaw::install(dir));
    let on_a_terminal = io::stdout().is_terminal();
    let done = loop {
        tokio::select! {
            done = &mut installed => break done,
            () = tokio::time::sleep(TOLD), if on_a_terminal => {
                let folder = dir.to_owned();
                let size = tokio::task::spawn_blocking(move || size_of(&folder)).await.unwrap_or_default();
                write(&format!("\r  {} of about {ALL_MB} MB", size / (1024 * 1024)));
            }
        }
    };
    if on_a_terminal {
        write("\r\x1b[K");
    }
    done.context("installing OpenClaw")
}

fn write(text: &str) {
    let mut out = io::stdout().lock();
    // A terminal that is gone needs no news.
    let _gone = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The bytes below a folder, as far as they can be counted while somebody else is at work there.
fn size_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => size_of(&entry.path()),
        Ok(_) => entry.metadata().map(|meta| meta.len()).unwrap_or_default(),
        Err(_) => 0,
    });
    sizes.sum()
}
