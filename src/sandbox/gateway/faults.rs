//! How the stand-in for a gateway can be made to misbehave, from outside and while it runs.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};

/// The file in the claw's home.
const FILE: &str = "stand-in.json";

/// What is wrong with it. Nothing, by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// How long a start takes.
    pub boot_ms: u64,
    /// It lives and never finishes starting.
    pub never_ready: bool,
    /// Every answer is a page, and says 200.
    pub garbage: bool,
    /// It ends at once with this code.
    pub exit: Option<u8>,
    /// It does not end when it is told to.
    pub ignore_sigterm: bool,
    /// It ends by itself, with code 1, after so long.
    pub crash_after_ms: Option<u64>,
    /// Memory it takes and does not need.
    pub eat_mb: usize,
    /// It takes its bot's token for a bad one, whatever Telegram says.
    pub bad_token: bool,
    /// It says so many times that it is not available before it does what it is asked.
    pub unavailable: u32,
    /// Somebody changes its configuration right before so many writes.
    pub stale: u32,
    /// Devices that ask to be let in.
    pub asking: Vec<Asking>,
}

/// A device that asks to be let in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Asking {
    pub request_id: String,
    pub name: String,
    pub platform: String,
}

impl Faults {
    /// What the file in `home` says; nothing when there is none, or one that cannot be read.
    pub fn read(home: &Path) -> Faults {
        fs::read(home.join(FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Makes the claw that lives in `home` misbehave from now on.
    pub fn write(&self, home: &Path) -> io::Result<()> {
        // Beside it and then over it: it is read all the time.
        let beside = home.join("stand-in.new");
        fs::write(&beside, serde_json::to_vec(self)?)?;
        fs::rename(beside, home.join(FILE))
    }
}
