//! OpenClaw as the node sees it: its files before a start, its command, its probes, its admin calls, its own backups.
//! Everything that knows a name of OpenClaw's is here, so that a new version is one place to look at.
//!
//! What a running gateway is told goes through its admin calls, one writer at a time (`rpc`); what it reads at its start
//! are files (`render`). Both are made from the same specification, and what is sent is always the whole of what the
//! specification decides (`apply`): sent twice, it changes nothing.

mod apply;
mod archive;
mod check;
mod command;
mod devices;
mod files;
mod install;
mod probe;
mod redact;
mod render;
mod rpc;
#[cfg(test)]
mod tests;
mod usage;
mod values;

use std::path::PathBuf;

pub use check::{Finding, Grade, check};
pub use install::{install, is_installed};
pub use redact::redact;
pub use values::{Applied, Asking, Devices, Health, OpenClawError, OpenClawSettings, Paired, RenderedFile, Trouble, Usage, When};

/// The version of OpenClaw this node is made for and installs.
pub const VERSION: &str = "2026.9.6";
/// The Node it runs on.
pub const NODE_VERSION: &str = "26.10.0";

/// The installed OpenClaw.
pub struct OpenClaw {
    settings: OpenClawSettings,
    /// The folder of the version that is used.
    home: PathBuf,
    admin: rpc::Admin,
}

impl OpenClaw {
    /// The installed OpenClaw below `settings.dir`; a sentence when there is none.
    pub fn new(settings: OpenClawSettings) -> Result<OpenClaw, OpenClawError> {
        let home = settings.dir.join(VERSION);
        if !is_installed(&settings.dir) {
            let why = format!("OpenClaw {VERSION} is not installed in {}: run `clawnode install`", settings.dir.display());
            return Err(OpenClawError::Broken(why));
        }
        Ok(OpenClaw { home, admin: rpc::Admin::new()?, settings })
    }

    /// A claw is no more: nothing is kept of it.
    pub fn forget(&self, slug: &str) {
        self.admin.forget(slug);
    }

    /// The version that new starts use.
    pub fn version(&self) -> &'static str {
        VERSION
    }

    /// Every version that is installed whole, the newest first.
    pub fn versions(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.settings.dir) else { return Vec::new() };
        let whole = entries.flatten().filter(|entry| entry.path().join(MARK).is_file());
        let mut versions: Vec<String> = whole.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        versions.sort_unstable_by_key(|version| std::cmp::Reverse(numbers(version)));
        versions
    }
}

/// The file that is written last into a version's folder. Without it the folder is not whole.
pub const MARK: &str = "complete";

/// `2026.10.1` comes after `2026.9.6`.
fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or_default()).collect()
}
