//! What a look at a running gateway does to a claw's row. Pure: what was seen comes in, the new row comes out.

use std::time::Duration;

use crate::{
    domain::time::Time,
    node::{
        claw::{Claw, Ended, Reason, ReasonCode, Seen, Wellness, step::BUDGET_SPAN},
        openclaw::{Health, Trouble},
        runtime,
    },
};

/// A gateway that is not up by then is late; one that is still not up by the other is ended and started anew.
const LATE: Duration = Duration::from_secs(3 * 60);
const TOO_LATE: Duration = Duration::from_secs(10 * 60);
/// How long a gateway that has started may need for its first connection to Telegram before that is trouble.
const FIRST_CONNECTION: Duration = Duration::from_secs(20);
/// How long and how often a gateway that was up may be silent before it is ended and started anew.
const SILENT: Duration = Duration::from_secs(90);
const SILENT_LOOKS: u32 = 3;

/// What a look came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// The row, perhaps changed.
    As(Box<Claw>),
    /// It hangs: it has to be ended, and that counts as an end nobody asked for.
    Hangs,
}

/// How often in a row a gateway was silent, and since when. Kept by the worker, not in the row: a node that was away
/// has not heard silence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Silence {
    since: Option<Time>,
    looks: u32,
}

/// The row after a running gateway was asked how it is.
pub fn looked(claw: &Claw, health: Health, silence: &mut Silence, now: Time) -> Looked {
    let Seen::Up { boot, since, ready_at, health: before } = &claw.seen else { return Looked::As(Box::new(claw.clone())) };
    let silent = matches!(health, Health::Silent(_));
    if silent {
        silence.since.get_or_insert(now);
        silence.looks += 1;
    } else {
        *silence = Silence::default();
    }
    // A wall that went back must not keep a gateway young for ever.
    let since = &(*since).min(now);
    let up_for = now.since(*since);
    let coming = Wellness::Coming { late: up_for >= LATE };
    let was_up = match before {
        Wellness::Ready | Wellness::Degraded { .. } => true,
        Wellness::Coming { .. } => false,
    };
    let wellness = match health {
        Health::Ready => Wellness::Ready,
        Health::Unready(Some(trouble)) => Wellness::Degraded { why: reason(trouble) },
        Health::Unready(None) if !was_up && up_for < FIRST_CONNECTION => coming,
        Health::Unready(None) => {
            Wellness::Degraded { why: Reason::new(ReasonCode::Other, "its connection to Telegram does not work") }
        }
        Health::Silent(_) | Health::Starting if !was_up => {
            if up_for >= TOO_LATE {
                return Looked::Hangs;
            }
            coming
        }
        Health::Starting => Wellness::Degraded { why: Reason::new(ReasonCode::Other, "it is starting anew inside") },
        Health::Silent(why) => {
            let long = silence.since.is_some_and(|since| now.since(since) >= SILENT);
            if long && silence.looks >= SILENT_LOOKS {
                return Looked::Hangs;
            }
            // One missed answer is no news: a busy gateway may take a while.
            if silence.looks < 2 { before.clone() } else { Wellness::Degraded { why: Reason::new(ReasonCode::Other, &why) } }
        }
    };
    let mut after = claw.clone();
    let ready_at = match (&wellness, ready_at) {
        (_, Some(at)) => Some(*at),
        (Wellness::Ready, None) => Some(now),
        (Wellness::Coming { .. } | Wellness::Degraded { .. }, None) => None,
    };
    if wellness == Wellness::Ready && ready_at.is_some_and(|at| now.since(at) >= BUDGET_SPAN) {
        (after.fails, after.starts) = (0, Vec::new());
    }
    after.seen = Seen::Up { boot: *boot, since: *since, ready_at, health: wellness };
    Looked::As(Box::new(after))
}

/// The row after a gateway was found to have ended. Asked for or not, its state says.
pub fn ended(claw: &Claw, how: Option<runtime::Ending>, now: Time) -> Claw {
    let mut after = claw.clone();
    match &claw.seen {
        Seen::Ending { boot, .. } => after.seen = Seen::Down { boot: *boot, at: now, after: None },
        Seen::Up { boot, .. } => {
            let ended = how.map_or(Ended::Lost, Ended::from);
            // A host that was started anew is no fault of the claw.
            if ended != Ended::Lost {
                after.fails += 1;
            }
            let after_what = (ended != Ended::Lost).then_some(ended);
            after.seen = Seen::Down { boot: *boot, at: now, after: after_what };
        }
        Seen::Absent | Seen::Down { .. } | Seen::Broken { .. } => {}
    }
    after
}

impl Claw {
    /// The row after this boot did not come to be, or was ended by us because it hung.
    pub fn failed(&self, how: Ended, now: Time) -> Claw {
        let mut after = self.clone();
        after.fails += 1;
        after.seen = Seen::Down { boot: self.boot, at: now, after: Some(how) };
        after
    }

    /// The row once a start is decided, before anything is started: its number is taken.
    pub fn starting(&self, now: Time) -> Claw {
        let mut after = self.clone();
        let unasked = match &self.seen {
            Seen::Down { boot, after: Some(_), .. } => *boot == self.boot,
            Seen::Down { .. } | Seen::Absent | Seen::Broken { .. } | Seen::Up { .. } | Seen::Ending { .. } => false,
        };
        if unasked {
            after.restarts += 1;
        } else {
            (after.fails, after.starts) = (0, Vec::new());
        }
        after.starts.retain(|start| *start <= now && now.since(*start) < BUDGET_SPAN);
        after.starts.push(now);
        after.start += 1;
        after.applied_rev = self.spec_rev;
        after.seen = Seen::Up { boot: self.boot, since: now, ready_at: None, health: Wellness::Coming { late: false } };
        after
    }
}

fn reason(trouble: Trouble) -> Reason {
    match trouble {
        Trouble::BotTokenRejected => Reason::new(ReasonCode::BotTokenRejected, "Telegram does not accept the bot's token"),
        Trouble::BotTokenUsedElsewhere => {
            Reason::new(ReasonCode::BotTokenUsedElsewhere, "somebody else takes this bot's messages")
        }
        Trouble::ModelAuthFailed => Reason::new(ReasonCode::ModelAuthFailed, "the model's service does not accept the key"),
        Trouble::Other(why) => Reason::new(ReasonCode::Other, &why),
    }
}
