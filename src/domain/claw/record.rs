//! Writing down what was asked of the infra, before the call, and what came of it, after. What a change means for
//! people is returned as effects; the caller turns them into notices, audit rows and incidents in the same transaction.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::{
    claw::{ASK_FULL_AGAIN, Ask, Claw, Health, LOOK_AGAIN, Reason, Seen, Step, Wish},
    time::Time,
};

/// One call to make, with the name under which it may be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub what: Ask,
    pub generation: u32,
    /// The same for every repeat of one intention, so that the infra can tell a repeat from a new wish.
    pub key: String,
    /// An earlier attempt of this same generation may have reached the infra.
    pub maybe_arrived: bool,
}

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It runs.
    Up(Health),
    /// Accepted; it is not ready yet.
    Starting,
    /// It is not there (any more).
    Down { keeps_data: bool },
    /// It is there with all it knows, and does not run.
    Asleep,
    /// The infra answered that it will not.
    Refused { reason: Reason, retry_after: Option<Duration> },
    /// It surely did not happen: not connected, not let in, turned away as overloaded.
    Unreached(Trouble),
    /// It may have happened: no answer, or one we cannot read.
    Unclear(Trouble),
}

/// What stands between us and the infra. The text is for the incident, never for a person, and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// It does not accept our key.
    LockedOut,
    /// No connection, or one whose certificate does not hold.
    NoConnection(String),
    /// It answered 429 or 5xx.
    Overloaded(u16),
    /// No answer in time, or the connection broke after we sent.
    NoAnswer(String),
    /// An answer we cannot read.
    BadAnswer(String),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::LockedOut => f.write_str("the infra does not accept our key"),
            Trouble::NoConnection(why) => write!(f, "no connection: {why}"),
            Trouble::Overloaded(status) => write!(f, "the infra answered {status}"),
            Trouble::NoAnswer(why) => write!(f, "no answer: {why}"),
            Trouble::BadAnswer(why) => write!(f, "an answer we cannot read: {why}"),
        }
    }
}

/// What a recorded outcome means to the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is asleep as wished.
    Asleep,
    /// The infra refused to run this generation, for a reason its person should know.
    Refused { generation: u32, reason: Reason },
    /// The infra refused to take it down: it may still run, and an operator should know.
    Stays(Reason),
    /// Something of ours or the infra's is broken; after a few times in a row it deserves an alert.
    Failing { trouble: Trouble, tries: u32 },
}

/// Writes the intention of `step` down, before the call. Nothing for steps that call nobody.
pub fn ask(mut claw: Claw, step: &Step, now: Time) -> Option<(Claw, Call)> {
    let what = match step {
        Step::Provision => Ask::Provision,
        Step::Deprovision => Ask::Deprovision,
        Step::Look
        | Step::Confirm
        | Step::StartClock
        | Step::Suspend
        | Step::Wake
        | Step::Warn
        | Step::Destroy
        | Step::Erase
        | Step::HealBack
        | Step::ReportLate
        | Step::Rest { .. } => {
            return None;
        }
    };
    let repeat = match &claw.seen {
        Seen::Asked { what: before, generation, key, maybe_arrived, accepted, .. }
            if *before == what && *generation == claw.generation =>
        {
            Some((key.clone(), *maybe_arrived, *accepted))
        }
        Seen::Absent | Seen::Asked { .. } | Seen::Running { .. } | Seen::Stopped | Seen::Broken { .. } => None,
    };
    // A refusal does not undo an earlier attempt of the same generation that may have arrived.
    let may_be_there = match &claw.seen {
        Seen::Broken { generation, maybe_there, .. } => *maybe_there && *generation == claw.generation && what == Ask::Provision,
        Seen::Absent | Seen::Asked { .. } | Seen::Running { .. } | Seen::Stopped => false,
    };
    let (key, maybe_arrived, accepted) = repeat.unwrap_or_else(|| (new_key(&mut claw, what, now), may_be_there, false));
    let call = Call { what, generation: claw.generation, key: key.clone(), maybe_arrived };
    // Until an answer says otherwise, the call may have arrived: a crash right after this row leaves it so.
    claw.seen = Seen::Asked { what, generation: claw.generation, key, since: now, maybe_arrived: true, accepted };
    Some((claw, call))
}

/// The name of one more intention. The hour is part of it: a database that was restored from a backup counts from where
/// it stood then, and must not use the names of what it forgot.
fn new_key(claw: &mut Claw, what: Ask, now: Time) -> String {
    let verb = match what {
        Ask::Provision => "provision",
        Ask::Deprovision => "deprovision",
    };
    claw.asks += 1;
    format!("{}:{}:{}:{verb}", claw.id, claw.asks, now.0)
}

/// Writes the outcome of `call` down on the claw as it is now (its wish may have changed meanwhile).
/// Returns it with what follows and, where the infra or a refusal asks for it, how long to wait before the next step.
pub fn record(mut claw: Claw, call: &Call, outcome: Outcome, now: Time) -> (Claw, Vec<Effect>, Option<Duration>) {
    let mut effects = Vec::new();
    let mut wait = None;
    // What was wished meanwhile does not wait for what the infra said of the earlier wish.
    let still_wanted = match call.what {
        Ask::Provision => claw.wish == (Wish::Running { generation: call.generation }),
        Ask::Deprovision => true,
    };
    match outcome {
        Outcome::Up(health) => {
            let known = matches!(claw.seen, Seen::Running { generation, .. } if generation == call.generation);
            claw.seen = Seen::Running { generation: call.generation, health };
            claw.tries = 0;
            if !known {
                // What was said of another generation does not hold for this one.
                claw.facts = None;
            }
            if call.generation == claw.generation {
                claw.held.clear();
            }
            wait = known.then_some(LOOK_AGAIN);
        }
        Outcome::Starting => {
            if let Seen::Asked { accepted, .. } = &mut claw.seen {
                *accepted = true;
            }
            // A claw that starts is asked after every three seconds; one that goes down, ever more rarely.
            match call.what {
                Ask::Provision => {
                    claw.tries = 0;
                    wait = Some(Duration::from_secs(3));
                }
                Ask::Deprovision => claw.tries = claw.tries.saturating_add(1),
            }
        }
        Outcome::Down { keeps_data } => claw = went_down(claw, Seen::Absent, keeps_data, &mut effects, now),
        Outcome::Asleep => claw = went_down(claw, Seen::Stopped, true, &mut effects, now),
        // The name is somebody else's: nothing of ours is there, which is all a removal wants.
        Outcome::Refused { reason: Reason::Foreign, .. } if call.what == Ask::Deprovision => {
            claw.seen = Seen::Absent;
            claw.tries = 0;
            claw.held.clear();
            effects.push(Effect::Stays(Reason::Foreign));
        }
        // It is as much there as before. The refusal was an answer, so asking again is an intention of its own.
        Outcome::Refused { reason, retry_after } if call.what == Ask::Deprovision => {
            let (what, generation, key) = (call.what, call.generation, new_key(&mut claw, call.what, now));
            claw.seen = Seen::Asked { what, generation, key, since: now, maybe_arrived: false, accepted: false };
            claw.tries = claw.tries.saturating_add(1);
            wait = retry_after;
            effects.push(Effect::Stays(reason));
        }
        Outcome::Refused { reason, retry_after } => {
            let (generation, retryable) = (call.generation, reason.retryable());
            claw.seen = Seen::Broken { generation, reason, retryable, maybe_there: call.maybe_arrived };
            claw.tries = claw.tries.saturating_add(1);
            wait = retry_after.or((reason == Reason::NoCapacity).then_some(ASK_FULL_AGAIN));
            effects.push(Effect::Refused { generation, reason });
        }
        Outcome::Unreached(trouble) => {
            claw.tries = claw.tries.saturating_add(1);
            if let Seen::Asked { maybe_arrived, .. } = &mut claw.seen {
                *maybe_arrived = call.maybe_arrived;
            }
            effects.push(Effect::Failing { trouble, tries: claw.tries });
        }
        Outcome::Unclear(trouble) => {
            claw.tries = claw.tries.saturating_add(1);
            effects.push(Effect::Failing { trouble, tries: claw.tries });
        }
    }
    (claw, effects, wait.filter(|_| still_wanted))
}

/// It does not run: what that means depends on what is wished of it.
fn went_down(mut claw: Claw, seen: Seen, keeps_data: bool, effects: &mut Vec<Effect>, now: Time) -> Claw {
    claw.seen = seen;
    claw.tries = 0;
    claw.held.clear();
    claw.keeps_data = keeps_data;
    claw.facts = None;
    match claw.wish {
        Wish::Paused | Wish::Suspended { .. } => {
            claw.working_since = None;
            claw.late = false;
            effects.push(Effect::Asleep);
        }
        // One that ran and was found gone has to come up again, in time.
        Wish::Running { .. } => {
            claw.working_since.get_or_insert(now);
        }
        Wish::Gone { .. } => {}
    }
    claw
}
