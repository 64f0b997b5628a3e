//! What goes in and out of OpenClaw, in the node's own words.

use std::path::PathBuf;

use crate::domain::secret::Secret;

/// What the node tells OpenClaw about the host.
#[derive(Clone, Debug)]
pub struct OpenClawSettings {
    /// A folder for each installed version.
    pub dir: PathBuf,
    /// Without a slash at its end.
    pub telegram_api_url: String,
    /// An OpenAI-compatible service; without it, OpenRouter.
    pub model_url: Option<String>,
}

/// A file of a claw.
#[derive(Clone, Debug)]
pub struct RenderedFile {
    /// From the root, below the claw's folder.
    pub path: PathBuf,
    pub bytes: Secret<Vec<u8>>,
    pub mode: u32,
    pub when: When,
}

/// When a file may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Only while no gateway runs: a running one holds the file for its own. Whatever it has kept beside the file goes:
    /// OpenClaw takes a file that it has not written itself for damaged, and puts its own copy from before its last change
    /// in its place.
    Stopped,
    /// At any time: other contents have another name.
    Always,
    /// Only where none is yet: what the claw has made of it is the claw's.
    Missing,
}

/// How a gateway answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nothing, or nothing that makes sense.
    Silent(String),
    /// It lives and has not finished starting.
    Starting,
    /// It has started, and something it needs is not well.
    Unready(Option<Trouble>),
    Ready,
}

/// What keeps a gateway from being ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    BotTokenRejected,
    BotTokenUsedElsewhere,
    ModelAuthFailed,
    Other(String),
}

/// Whether a change needs a restart to be felt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    Hot,
    NeedsRestart,
}

/// A device that asks to be let in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Asking {
    pub request_id: String,
    pub name: String,
    pub platform: String,
    pub role: String,
    /// RFC 3339.
    pub requested_at: String,
}

/// A device that is let in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Paired {
    pub device_id: String,
    pub name: String,
    pub platform: String,
    /// RFC 3339.
    pub paired_at: String,
}

/// The devices of one claw.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Devices {
    pub pending: Vec<Asking>,
    pub paired: Vec<Paired>,
}

/// What a claw has used.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cost_usd: f64,
    /// The numbers are still being worked out.
    pub refreshing: bool,
}

/// Why something did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenClawError {
    /// Ask again later.
    #[error("the gateway cannot answer now: {0}")]
    Unavailable(String),
    /// The configuration is not accepted; a restart does not help.
    #[error("the configuration is not accepted: {0}")]
    ConfigInvalid(String),
    /// It was understood and refused.
    #[error("refused: {0}")]
    Refused(String),
    /// A tool failed, or an archive is damaged.
    #[error("{0}")]
    Broken(String),
}
