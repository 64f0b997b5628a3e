//! The word the API says of a claw. Worked out from the row and stored nowhere.

use serde::{Deserialize, Serialize};

use crate::node::claw::{Claw, Ended, Seen, Wellness, Wish};

/// The longest detail that is told.
const LONGEST_DETAIL: usize = 300;

/// A claw's state, as the API spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Requested,
    Preparing,
    Starting,
    Ready,
    Degraded,
    Stopping,
    Stopped,
    Suspended,
    Crashed,
    ConfigError,
    Deleting,
    Trash,
}

/// Why a claw is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: ReasonCode,
    /// A sentence without secrets.
    pub detail: String,
}

/// The kinds of reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    BotTokenRejected,
    BotTokenUsedElsewhere,
    OutOfMemory,
    CrashLoop,
    ConfigInvalid,
    SlowStart,
    ModelAuthFailed,
    DiskFull,
    Other,
}

impl Reason {
    /// A reason with its sentence, cut to a length that can be shown.
    pub fn new(code: ReasonCode, detail: &str) -> Reason {
        let detail: String = detail.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_DETAIL).collect();
        Reason { code, detail }
    }
}

impl State {
    /// All of them.
    pub const ALL: [State; 12] = [
        State::Requested,
        State::Preparing,
        State::Starting,
        State::Ready,
        State::Degraded,
        State::Stopping,
        State::Stopped,
        State::Suspended,
        State::Crashed,
        State::ConfigError,
        State::Deleting,
        State::Trash,
    ];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Requested => "requested",
            State::Preparing => "preparing",
            State::Starting => "starting",
            State::Ready => "ready",
            State::Degraded => "degraded",
            State::Stopping => "stopping",
            State::Stopped => "stopped",
            State::Suspended => "suspended",
            State::Crashed => "crashed",
            State::ConfigError => "config_error",
            State::Deleting => "deleting",
            State::Trash => "trash",
        }
    }
}

/// What is said of a claw.
pub fn state(claw: &Claw) -> (State, Option<Reason>) {
    let plain = |state| (state, None);
    match (&claw.seen, claw.wish) {
        (_, Wish::Gone) => plain(State::Deleting),
        (Seen::Up { .. } | Seen::Ending { .. }, Wish::Stopped | Wish::Suspended | Wish::Trash { .. }) => plain(State::Stopping),
        (Seen::Absent | Seen::Down { .. } | Seen::Broken { .. }, Wish::Stopped) => plain(State::Stopped),
        (Seen::Absent | Seen::Down { .. } | Seen::Broken { .. }, Wish::Suspended) => plain(State::Suspended),
        (Seen::Absent | Seen::Down { .. } | Seen::Broken { .. }, Wish::Trash { .. }) => plain(State::Trash),
        (Seen::Absent, Wish::Running) => plain(State::Requested),
        (Seen::Down { after: None, .. }, Wish::Running) if claw.start == 0 => plain(State::Preparing),
        (Seen::Down { boot, after, .. }, Wish::Running) => {
            (State::Starting, after.filter(|_| *boot == claw.boot).and_then(between))
        }
        (Seen::Ending { .. }, Wish::Running) => plain(State::Stopping),
        (Seen::Up { boot, .. }, Wish::Running) if *boot != claw.boot => plain(State::Stopping),
        (Seen::Up { health, .. }, Wish::Running) => match health {
            Wellness::Coming { late: false } => plain(State::Starting),
            Wellness::Coming { late: true } => {
                (State::Starting, Some(Reason::new(ReasonCode::SlowStart, "it takes longer than usual to come up")))
            }
            Wellness::Ready => plain(State::Ready),
            Wellness::Degraded { why } => (State::Degraded, Some(why.clone())),
        },
        (Seen::Broken { boot, .. }, Wish::Running) if *boot != claw.boot => plain(State::Starting),
        (Seen::Broken { why, .. }, Wish::Running) => match why.code {
            ReasonCode::ConfigInvalid => (State::ConfigError, Some(why.clone())),
            ReasonCode::BotTokenRejected
            | ReasonCode::BotTokenUsedElsewhere
            | ReasonCode::OutOfMemory
            | ReasonCode::CrashLoop
            | ReasonCode::SlowStart
            | ReasonCode::ModelAuthFailed
            | ReasonCode::DiskFull
            | ReasonCode::Other => (State::Crashed, Some(why.clone())),
        },
    }
}

/// What is worth telling between an end nobody asked for and the next start.
fn between(after: Ended) -> Option<Reason> {
    match after {
        Ended::OutOfMemory => {
            Some(Reason::new(ReasonCode::OutOfMemory, "it needed more memory than it may have, and is started again"))
        }
        Ended::NoRoom => Some(Reason::new(ReasonCode::DiskFull, "the host has no room for it; it starts as soon as there is")),
        Ended::Exit(_) | Ended::Signal(_) | Ended::Hung | Ended::Lost => None,
    }
}
