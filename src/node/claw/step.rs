//! What to do next for a claw. Pure: the same row at the same time gives the same step.

use std::time::Duration;

use crate::{
    domain::time::{MINUTE, Time},
    node::claw::{Claw, Ended, Reason, ReasonCode, Seen, Stage, Wellness, Wish},
};

/// How long a gateway may take to end when it is asked to, before it is made to.
pub const GRACE: Duration = Duration::from_secs(30);
/// The exit code by which OpenClaw says that it is set up wrongly.
pub const EXIT_CONFIG: i32 = 78;
/// So many starts nobody asked for within [`BUDGET_SPAN`] are too many.
const BUDGET: usize = 5;
/// How far the budget looks back, and how long a claw must be well for its failures to be forgotten.
pub const BUDGET_SPAN: Duration = Duration::from_secs(10 * 60);
/// The longest wait between two starts: 1 s, 2 s, 4 s and so on until then.
const LONGEST_WAIT: Duration = MINUTE;
/// How often a running gateway is looked at, and one that comes up.
const PATROL: Duration = Duration::from_secs(5);
const WATCH: Duration = Duration::from_millis(500);

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make its folder.
    Prepare,
    /// Write its files and start its gateway.
    Start,
    /// See how its gateway is, and again so soon afterwards.
    Look(Duration),
    /// Make the running gateway follow the changed specification.
    Apply,
    /// Ask its gateway to end.
    Ask,
    /// Make it end.
    Kill,
    /// Give this boot up.
    GiveUp(Reason),
    /// Lay the wished backup out beside its folder.
    Unpack(String),
    /// Put what was laid out into its place.
    Swap,
    /// The backup has proved itself: clear the old content away.
    Keep,
    /// It has not: put the old content back.
    PutBack,
    /// It was kept for long enough: from now on it shall be gone.
    Expire,
    /// Erase all of it, and its row.
    Erase,
    /// Nothing, until then or until something is wished.
    Rest(Option<Time>),
}

/// What follows from a claw's row.
pub fn next_step(claw: &Claw, now: Time) -> Step {
    match claw.wish {
        Wish::Running => match (&claw.restoring, &claw.restore_wish) {
            (Some(restoring), _) => match (restoring.stage, &claw.seen) {
                (Stage::Unpacked, seen) => quiet(seen, now).unwrap_or(Step::Swap),
                (Stage::Proving, Seen::Broken { boot, .. }) if *boot == claw.boot => Step::PutBack,
                (Stage::Proving, Seen::Up { health: Wellness::Ready | Wellness::Degraded { .. }, .. }) => Step::Keep,
                (Stage::Proving, _) => run(claw, now),
            },
            (None, Some(backup)) => quiet(&claw.seen, now).unwrap_or_else(|| Step::Unpack(backup.clone())),
            (None, None) => run(claw, now),
        },
        Wish::Stopped | Wish::Suspended => quiet(&claw.seen, now).unwrap_or(Step::Rest(None)),
        Wish::Trash { until } => {
            quiet(&claw.seen, now).unwrap_or_else(|| if until <= now { Step::Expire } else { Step::Rest(Some(until)) })
        }
        Wish::Gone => match &claw.seen {
            // Nothing it could still write is worth waiting for.
            Seen::Up { .. } => Step::Kill,
            Seen::Ending { killed: false, .. } => Step::Kill,
            Seen::Ending { killed: true, .. } => quiet(&claw.seen, now).unwrap_or(Step::Erase),
            Seen::Absent | Seen::Down { .. } | Seen::Broken { .. } => Step::Erase,
        },
    }
}

/// The steps that bring a claw up and keep it up.
fn run(claw: &Claw, now: Time) -> Step {
    match &claw.seen {
        Seen::Absent => Step::Prepare,
        Seen::Down { boot, .. } if *boot != claw.boot => Step::Start,
        Seen::Down { after: None, .. } => Step::Start,
        Seen::Down { after: Some(Ended::Exit(EXIT_CONFIG)), .. } => Step::GiveUp(Reason::new(
            ReasonCode::ConfigInvalid,
            "OpenClaw ended with code 78: it does not accept its configuration",
        )),
        Seen::Down { after: Some(after), at, .. } => {
            let lately = claw.starts.iter().filter(|start| **start <= now && now.since(**start) < BUDGET_SPAN).count();
            // Room comes back by itself, and no start was spent on it.
            if lately >= BUDGET && *after != Ended::NoRoom {
                return Step::GiveUp(given_up(*after));
            }
            let due = *at + wait(claw.fails);
            // A wall that went back leaves nobody waiting for longer than a wait can be.
            if due <= now || due > now + LONGEST_WAIT { Step::Start } else { Step::Rest(Some(due)) }
        }
        Seen::Up { boot, .. } if *boot != claw.boot => Step::Ask,
        Seen::Up { health: Wellness::Ready | Wellness::Degraded { .. }, .. } if claw.applied_rev != claw.spec_rev => Step::Apply,
        Seen::Up { health: Wellness::Coming { .. }, .. } => Step::Look(WATCH),
        Seen::Up { health: Wellness::Ready | Wellness::Degraded { .. }, .. } => Step::Look(PATROL),
        Seen::Ending { .. } => quiet(&claw.seen, now).unwrap_or(Step::Rest(None)),
        Seen::Broken { boot, .. } if *boot != claw.boot => Step::Start,
        Seen::Broken { .. } => Step::Rest(None),
    }
}

/// The steps that bring a claw down; nothing when it is.
fn quiet(seen: &Seen, now: Time) -> Option<Step> {
    match seen {
        Seen::Up { .. } => Some(Step::Ask),
        // Nor does a wall that went back keep it waiting: what lies further ahead than the grace is not to be believed.
        Seen::Ending { killed: false, since, .. } if now.since(*since) >= GRACE || *since > now + GRACE => Some(Step::Kill),
        Seen::Ending { .. } => Some(Step::Look(WATCH)),
        Seen::Absent | Seen::Down { .. } | Seen::Broken { .. } => None,
    }
}

/// How long to wait after so many failures.
fn wait(fails: u32) -> Duration {
    Duration::from_secs(1 << fails.saturating_sub(1).min(6)).min(LONGEST_WAIT)
}

fn given_up(after: Ended) -> Reason {
    match after {
        Ended::OutOfMemory => Reason::new(ReasonCode::OutOfMemory, "it needed more memory than it may have, again and again"),
        Ended::Exit(code) => {
            Reason::new(ReasonCode::CrashLoop, &format!("it ended by itself again and again, last with code {code}"))
        }
        Ended::Signal(signal) => {
            Reason::new(ReasonCode::CrashLoop, &format!("it was ended again and again, last by signal {signal}"))
        }
        Ended::Hung => Reason::new(ReasonCode::CrashLoop, "it stopped answering again and again"),
        Ended::Lost => Reason::new(ReasonCode::CrashLoop, "it could not be started, again and again"),
        Ended::NoRoom => Reason::new(ReasonCode::DiskFull, "the host had no room for it, again and again"),
    }
}
