//! What is asked of a claw that runs, beside bringing it up and taking it down: to start anew, to be backed up or put back,
//! to let a device in. Each is a row from the moment it is wished until its end is told; the row's id is the name of its
//! effect, so that asking again is never a second one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::{
    claw::{Claw, Trouble, Wish, backoff},
    ids::{ClawId, OperationId, PersonId},
    time::{HOUR, MINUTE, Time},
};

/// What surely never reached the node within this time is not done any more: its owner wished it then, not now.
pub const SENT_WITHIN: Duration = Duration::from_secs(10 * 60);
/// How soon an operation the node works on is asked after. What the node tells by itself comes sooner.
pub const ASK_AFTER: Duration = Duration::from_secs(5);

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Deed {
    Restart,
    Backup,
    /// Everything the claw knows becomes what it knew then.
    Restore {
        backup: String,
        made: Time,
    },
    LetIn {
        request: String,
    },
    TurnAway {
        request: String,
    },
}

impl Deed {
    /// Its name in the row and in the audit trail.
    pub fn kind(&self) -> &'static str {
        match self {
            Deed::Restart => "restart",
            Deed::Backup => "backup",
            Deed::Restore { .. } => "restore",
            Deed::LetIn { .. } => "let_in",
            Deed::TurnAway { .. } => "turn_away",
        }
    }

    /// What tells it from another of its kind for the same claw.
    pub fn subject(&self) -> &str {
        match self {
            Deed::Restart | Deed::Backup | Deed::Restore { .. } => "",
            Deed::LetIn { request } | Deed::TurnAway { request } => request,
        }
    }

    /// Whether the whole claw is busy with it, so that no other of these fits beside it.
    pub fn is_heavy(&self) -> bool {
        match self {
            Deed::Restart | Deed::Backup | Deed::Restore { .. } => true,
            Deed::LetIn { .. } | Deed::TurnAway { .. } => false,
        }
    }

    /// How long the node may work on it.
    fn may_take(&self) -> Duration {
        match self {
            Deed::Restart => 20 * MINUTE,
            Deed::Backup | Deed::Restore { .. } => HOUR,
            Deed::LetIn { .. } | Deed::TurnAway { .. } => SENT_WITHIN,
        }
    }
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Its owner is asked for a yes.
    Asking,
    /// Wished. `maybe_arrived`: an attempt may have reached the node.
    Wished {
        since: Time,
        maybe_arrived: bool,
    },
    /// The node is at work on it, under this name of its own.
    Working {
        since: Time,
        name: Option<String>,
    },
    Done {
        at: Time,
    },
    Failed {
        at: Time,
        why: Mishap,
    },
}

/// Why it came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mishap {
    /// The claw, the backup or the request is not there any more.
    Gone,
    /// The node's disk is full.
    DiskFull,
    /// The node would not, or could not.
    Failed,
    /// The node could not be reached in time; nothing was done.
    Unreached,
    /// Nobody knows whether it was done.
    Unknown,
    /// The claw was put to sleep or deleted first.
    Overtaken,
}

/// What the node answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    Done,
    /// It is at work on it.
    Working {
        name: Option<String>,
    },
    Refused(Mishap),
    /// It surely did not happen.
    Unreached(Trouble),
    /// It may have happened.
    Unclear(Trouble),
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    pub id: OperationId,
    pub claw: ClawId,
    pub person: PersonId,
    pub deed: Deed,
    pub stage: Stage,
    /// Failures in a row.
    pub tries: u32,
    pub created: Time,
}

/// What to do next for an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask the node for it.
    Ask,
    /// Ask the node how far it is.
    Watch,
    /// It comes to nothing.
    GiveUp(Mishap),
    /// It waits for a yes, or is over.
    Nothing,
}

impl Operation {
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Done { .. } | Stage::Failed { .. })
    }

    /// What to do next. The same row, claw and hour give the same answer.
    pub fn next(&self, claw: &Claw, now: Time) -> Next {
        let runs = matches!(claw.wish, Wish::Running { .. }) && claw.destroyed.is_none();
        match &self.stage {
            Stage::Asking | Stage::Done { .. } | Stage::Failed { .. } => Next::Nothing,
            Stage::Wished { maybe_arrived: false, .. } if !runs => Next::GiveUp(Mishap::Overtaken),
            Stage::Wished { since, maybe_arrived: false } if now >= *since + SENT_WITHIN => Next::GiveUp(Mishap::Unreached),
            Stage::Wished { since, .. } | Stage::Working { since, .. } if now >= *since + self.deed.may_take() => {
                Next::GiveUp(Mishap::Unknown)
            }
            Stage::Wished { .. } => Next::Ask,
            // What was on its way when the claw was put to sleep ends with it.
            Stage::Working { .. } if !runs => Next::GiveUp(Mishap::Overtaken),
            Stage::Working { .. } => Next::Watch,
        }
    }

    /// The row before the node is asked: from now on it may have arrived. Gives also whether it might have before.
    pub fn intended(mut self) -> (Operation, bool) {
        let mut before = true;
        if let Stage::Wished { maybe_arrived, .. } = &mut self.stage {
            before = std::mem::replace(maybe_arrived, true);
        }
        (self, before)
    }

    /// Writes down what the node said; `before` is what [`Operation::intended`] gave, or true when it was watched.
    /// Gives also when to look again.
    pub fn replied(mut self, reply: &Reply, before: bool, dice: u64, now: Time) -> (Operation, Option<Time>) {
        match reply {
            Reply::Done => self.stage = Stage::Done { at: now },
            Reply::Refused(why) => self.stage = Stage::Failed { at: now, why: *why },
            Reply::Working { name } => {
                self.tries = 0;
                self.stage = match self.stage {
                    Stage::Working { since, name: known } => Stage::Working { since, name: name.clone().or(known) },
                    Stage::Asking | Stage::Wished { .. } | Stage::Done { .. } | Stage::Failed { .. } => {
                        Stage::Working { since: now, name: name.clone() }
                    }
                };
                return (self, Some(now + ASK_AFTER));
            }
            Reply::Unreached(_) | Reply::Unclear(_) => {
                self.tries = self.tries.saturating_add(1);
                if let (Stage::Wished { maybe_arrived, .. }, Reply::Unreached(_)) = (&mut self.stage, reply) {
                    *maybe_arrived = before;
                }
                let due = now + backoff(self.tries, dice).min(MINUTE);
                return (self, Some(due));
            }
        }
        (self, None)
    }

    /// The node's name for what it works on.
    pub fn name(&self) -> Option<&str> {
        match &self.stage {
            Stage::Working { name, .. } => name.as_deref(),
            Stage::Asking | Stage::Wished { .. } | Stage::Done { .. } | Stage::Failed { .. } => None,
        }
    }

    pub fn give_up(mut self, why: Mishap, now: Time) -> Operation {
        self.stage = Stage::Failed { at: now, why };
        self
    }
}

#[cfg(test)]
mod tests;
