//! A claw as the node keeps it: what is wished of it, and what was last seen of it. The API writes only wishes, the
//! claw's own worker writes only what it has seen, and [`next_step`] says what follows from both. Nothing else decides,
//! so that a node killed between any two lines goes on from the row.

mod record;
mod shown;
mod step;

use serde::{Deserialize, Serialize};

pub use record::{Looked, Silence, ended, looked};
pub use shown::{Reason, ReasonCode, State, state};
pub use step::{EXIT_CONFIG, GRACE, Step, next_step};

use crate::{
    domain::time::Time,
    node::runtime::{Ending, How},
};

/// A claw's row, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claw {
    pub slug: String,
    pub user_id: String,
    pub claw_id: String,
    pub created_at: Time,
    pub wish: Wish,
    /// Counts what provisioning has changed; a caller may bring numbers of its own.
    pub generation: u64,
    /// Which boot is wished: a gateway of an older one is started anew.
    pub boot: u32,
    /// Counts the changes of the specification.
    pub spec_rev: u32,
    /// A backup this claw is to go back to.
    pub restore_wish: Option<String>,
    pub seen: Seen,
    /// The number of the latest start. Numbers are never used twice.
    pub start: u32,
    /// When the latest starts were, as far as the budget looks back.
    pub starts: Vec<Time>,
    /// Ends nobody asked for, since it last ran well for long.
    pub fails: u32,
    /// Starts beyond the first that nobody asked for, ever.
    pub restarts: u32,
    /// The specification the gateway has.
    pub applied_rev: u32,
    /// How far going back to a backup has come.
    pub restoring: Option<Restoring>,
}

/// What is wished of a claw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Running,
    /// Until somebody starts it.
    Stopped,
    /// Until somebody resumes it.
    Suspended,
    /// Removed; what it knows is kept until then.
    Trash {
        until: Time,
    },
    /// Erased, with everything it knows.
    Gone,
}

/// What was last seen of a claw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Seen {
    /// Nothing of it is on this host.
    Absent,
    /// It has its folder, and nothing runs.
    Down { boot: u32, at: Time, after: Option<Ended> },
    /// Its gateway runs, as far as we know.
    Up { boot: u32, since: Time, ready_at: Option<Time>, health: Wellness },
    /// Its gateway was asked to end.
    Ending { boot: u32, since: Time, killed: bool },
    /// This boot will not come up by itself.
    Broken { boot: u32, at: Time, why: Reason },
}

/// How a running gateway is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Wellness {
    /// On its way up, and perhaps late.
    Coming {
        late: bool,
    },
    Ready,
    Degraded {
        why: Reason,
    },
}

/// An end nobody asked for, as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "number", rename_all = "snake_case")]
pub enum Ended {
    Exit(i32),
    Signal(i32),
    OutOfMemory,
    /// Silent for too long, or never up: we ended it.
    Hung,
    /// It could not be started, or left no trace.
    Lost,
    /// The host had no room to start it.
    NoRoom,
}

/// How far going back to a backup has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restoring {
    pub backup: String,
    pub stage: Stage,
}

/// The stages of going back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Its content lies ready beside the claw's folder.
    Unpacked,
    /// It stands in the claw's place and has to prove itself by a boot; the old one lies beside it.
    Proving,
}

impl From<Ending> for Ended {
    fn from(ending: Ending) -> Ended {
        match ending.how {
            How::Exited(code) => Ended::Exit(code),
            How::Killed(signal) => Ended::Signal(signal),
            How::OutOfMemory => Ended::OutOfMemory,
        }
    }
}

impl Seen {
    /// Whether something of this claw may be running.
    pub fn may_run(&self) -> bool {
        match self {
            Seen::Up { .. } | Seen::Ending { .. } => true,
            Seen::Absent | Seen::Down { .. } | Seen::Broken { .. } => false,
        }
    }
}

impl Wish {
    /// Whether a claw with this wish takes its share of the host's memory.
    pub fn takes_room(self) -> bool {
        match self {
            Wish::Running => true,
            Wish::Stopped | Wish::Suspended | Wish::Trash { .. } | Wish::Gone => false,
        }
    }
}

#[cfg(test)]
mod tests;
