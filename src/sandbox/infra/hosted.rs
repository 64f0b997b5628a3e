//! What the stand-in shows of itself: its claws, what happens to them, and the rules it can be told.

use std::time::Duration;

use serde::Serialize;

use crate::domain::{bot_token::BotToken, ids::BotId};

/// How a claw on the host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HostStatus {
    Starting,
    Ready,
    /// It ended by itself and was not started again.
    Stopped,
    /// It was put to sleep and keeps what it knows.
    Suspended,
    Deleting,
}

/// A claw as its host knows it. Times are milliseconds since 1970 UTC by the stand-in's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hosted {
    pub user_id: String,
    pub claw_id: String,
    /// Whose it really is; another than `user_id` only for one put there by hand.
    pub owner: String,
    /// Its name on the host.
    pub slug: String,
    pub model: String,
    pub allow_from: Vec<String>,
    #[serde(skip)]
    pub bot_id: BotId,
    /// Fingerprint of the bot's token.
    #[serde(skip)]
    pub token: String,
    /// Fingerprint of the AI gateway key.
    #[serde(skip)]
    pub ai_gateway_key: String,
    pub status: HostStatus,
    /// Counts its changes from 1.
    pub generation: u64,
    pub created_at: i64,
    pub ready_at: Option<i64>,
    /// It found the data of an earlier claw of its name.
    pub restored: bool,
}

/// Something that happened to a claw.
#[derive(Clone, Debug)]
pub enum HostEvent {
    /// It runs, newly or with another order. From now on it answers as the bot this token opens.
    Up { claw: Hosted, token: BotToken },
    /// It no longer answers.
    Down { claw: Hosted },
}

/// How the stand-in behaves when nothing goes wrong. Spans are of its own clock, except `wait`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// From an order to a claw that is ready.
    pub boot_time: Duration,
    /// How long a call really waits for that before it answers 202.
    pub wait: Duration,
    /// How long a removal goes on.
    pub removal_time: Duration,
    /// How long a removed claw's data is kept; nothing: not at all.
    pub retention: Option<Duration>,
    /// The name every call must carry as `Host`.
    pub host: Option<String>,
    /// The only models it runs.
    pub models: Option<Vec<String>>,
    /// The most claws it holds.
    pub capacity: Option<usize>,
    /// A second order for a claw changes it; otherwise it is refused because the claw exists.
    pub upsert: bool,
    /// It cannot be asked what it runs, and answers the question with this status.
    pub unlisted: Option<u16>,
    /// It is a clawnode, and knows much more than the two calls and the list.
    pub clawnode: bool,
    /// A clawnode that answers every question with this status.
    pub deaf: Option<u16>,
    /// How long a backup is being made, and a restart or the putting back of a backup goes on.
    pub tending_time: Duration,
    /// Backups, and putting them back, fail for this reason.
    pub tending_fails: Option<&'static str>,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            boot_time: Duration::ZERO,
            wait: Duration::ZERO,
            removal_time: Duration::ZERO,
            retention: None,
            host: None,
            models: None,
            capacity: None,
            upsert: true,
            unlisted: None,
            clawnode: false,
            deaf: None,
            tending_time: Duration::ZERO,
            tending_fails: None,
        }
    }
}
