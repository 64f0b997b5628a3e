//! OpenClaw as the node sees it: its files before a start, its command, its probes, its admin calls, its own backups.
//! Everything that knows a name of OpenClaw's is here, so that a new version is one place to look at.

use std::path::{Path, PathBuf};

use crate::{
    domain::secret::Secret,
    node::{
        cell::Cell,
        runtime::{Program, Runtime},
        spec::Spec,
    },
};

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

/// The installed OpenClaw.
pub struct OpenClaw {
    settings: OpenClawSettings,
}

/// A file to be written before a start. `keep` leaves one that is there already as it is.
#[derive(Clone, Debug)]
pub struct RenderedFile {
    /// From the root, below the claw's folder.
    pub path: PathBuf,
    pub bytes: Secret<Vec<u8>>,
    pub mode: u32,
    pub keep: bool,
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

const NOT_YET: &str = "this part of the node is not built yet";

impl OpenClaw {
    /// The installed OpenClaw below `settings.dir`; a sentence when there is none.
    pub fn new(settings: OpenClawSettings) -> Result<OpenClaw, OpenClawError> {
        Ok(OpenClaw { settings })
    }

    /// The version that new starts use.
    pub fn version(&self) -> &str {
        "2026.9.6"
    }

    /// The files a start needs.
    pub fn render(&self, _spec: &Spec, cell: &Cell) -> Vec<RenderedFile> {
        vec![RenderedFile { path: cell.paths.config.clone(), bytes: Secret::new(b"{}".to_vec()), mode: 0o600, keep: false }]
    }

    /// The gateway in the foreground.
    pub fn gateway(&self, _spec: &Spec, cell: &Cell) -> Program {
        let node = self.settings.dir.join(self.version()).join("bin").join("node");
        Program { program: node, args: vec![cell.port.to_string()], env: Vec::new(), dir: cell.paths.home.clone() }
    }

    /// Whether OpenClaw accepts the written configuration.
    pub async fn validate(&self, _runtime: &dyn Runtime, _spec: &Spec, _cell: &Cell) -> Result<(), OpenClawError> {
        Ok(())
    }

    /// How the gateway answers, by the bodies of its probes.
    pub async fn probe(&self, _cell: &Cell) -> Health {
        Health::Silent(NOT_YET.into())
    }

    /// Makes a running gateway follow a changed specification.
    pub async fn apply(&self, _old: &Spec, _new: &Spec, _cell: &Cell) -> Result<Applied, OpenClawError> {
        Ok(Applied::NeedsRestart)
    }

    /// The claw's devices.
    pub async fn devices(&self, _cell: &Cell) -> Result<Devices, OpenClawError> {
        Err(OpenClawError::Unavailable(NOT_YET.into()))
    }

    /// Lets a device in; false when nobody asks under this id.
    pub async fn approve(&self, _cell: &Cell, _request_id: &str) -> Result<bool, OpenClawError> {
        Err(OpenClawError::Unavailable(NOT_YET.into()))
    }

    /// Turns a device away; false when nobody asks under this id.
    pub async fn reject(&self, _cell: &Cell, _request_id: &str) -> Result<bool, OpenClawError> {
        Err(OpenClawError::Unavailable(NOT_YET.into()))
    }

    /// What the claw has used.
    pub async fn usage(&self, _cell: &Cell) -> Result<Usage, OpenClawError> {
        Err(OpenClawError::Unavailable(NOT_YET.into()))
    }

    /// Makes an archive of the claw below its outbox, and proves it.
    pub async fn backup(&self, _runtime: &dyn Runtime, _spec: &Spec, _cell: &Cell) -> Result<PathBuf, OpenClawError> {
        Err(OpenClawError::Unavailable(NOT_YET.into()))
    }

    /// Unpacks an archive into the empty folder `fresh`, laid out as the claw's own.
    pub async fn restore(
        &self,
        _runtime: &dyn Runtime,
        _spec: &Spec,
        _cell: &Cell,
        _archive: &Path,
        _fresh: &Path,
    ) -> Result<(), OpenClawError> {
        Err(OpenClawError::Unavailable(NOT_YET.into()))
    }

    /// A line of the log without anything secret.
    pub fn redact(&self, line: &str) -> String {
        line.to_owned()
    }
}
