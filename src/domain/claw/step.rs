//! What to do next for a claw. Pure: the same claw, right and hour give the same step. A lost event therefore costs
//! minutes, never a claw: whoever asks next gets the same answer.

use std::time::Duration;

use crate::domain::{
    claw::{Ask, Capabilities, Claw, DEADLINE, Reason, Seen, Wish},
    entitlement::{EndingIn, Entitlement, KEPT_AFTER_END, WARNED_BEFORE_DESTROY},
    time::Time,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask the infra to run the present specification.
    Provision,
    /// Ask the infra to take it down.
    Deprovision,
    /// Ask the infra how it is.
    Look,
    /// The right to it has ended: let it sleep.
    Suspend,
    /// The right to it is back: wake it.
    Wake,
    /// It slept for seven days: wish it gone.
    Destroy,
    /// It is gone from the infra: erase its secrets.
    Erase,
    /// The new specification would not run: go back to the one that did.
    HealBack,
    /// It should have been up long ago: say so, once.
    ReportLate,
    /// Nothing until then, or until something happens.
    Rest { until: Option<Time> },
}

impl Step {
    /// Whether what it does cannot be taken back, so that a clock that jumped must not decide it alone.
    pub fn irreversible(&self, claw: &Claw) -> bool {
        match self {
            Step::Destroy | Step::Erase => true,
            Step::Deprovision => matches!(claw.wish, Wish::Gone { .. }),
            Step::Provision | Step::Look | Step::Suspend | Step::Wake | Step::HealBack | Step::ReportLate | Step::Rest { .. } => {
                false
            }
        }
    }
}

/// The next step for `claw`.
pub fn next_step(claw: &Claw, right: &Entitlement, can: Capabilities, now: Time) -> Step {
    if claw.destroyed.is_some() {
        return Step::Rest { until: None };
    }
    match claw.wish {
        Wish::Running { generation } if right.covers_now() => towards_running(claw, generation, right, can, now),
        Wish::Paused if right.covers_now() => towards_asleep(claw, next_notice(right, now)),
        Wish::Running { .. } | Wish::Paused => Step::Suspend,
        Wish::Suspended { .. } if right.covers_now() => Step::Wake,
        Wish::Suspended { since } => {
            let warn_at = since + (KEPT_AFTER_END - WARNED_BEFORE_DESTROY);
            let destroy_at = since + KEPT_AFTER_END;
            if now >= destroy_at {
                return Step::Destroy;
            }
            towards_asleep(claw, Some(if now < warn_at { warn_at } else { destroy_at }))
        }
        Wish::Gone { not_before, .. } if now < not_before => Step::Rest { until: Some(not_before) },
        Wish::Gone { .. } => match claw.seen {
            Seen::Absent => Step::Erase,
            Seen::Asked { .. } | Seen::Running { .. } | Seen::Stopped | Seen::Broken { .. } => Step::Deprovision,
        },
    }
}

fn towards_running(claw: &Claw, generation: u32, right: &Entitlement, can: Capabilities, now: Time) -> Step {
    let overdue = !claw.late && claw.working_since.is_some_and(|since| now >= since + DEADLINE);
    // A claw that runs well has nothing to be late for.
    let hurry = |step: Step| match (overdue, &claw.previous) {
        (false, _) => step,
        (true, Some(_)) => Step::HealBack,
        (true, None) => Step::ReportLate,
    };
    let replace = if can.updates_in_place { Step::Provision } else { Step::Deprovision };
    match &claw.seen {
        Seen::Absent | Seen::Stopped => hurry(Step::Provision),
        Seen::Asked { what: Ask::Provision, generation: asked, .. } if *asked == generation => hurry(Step::Provision),
        Seen::Asked { what: Ask::Provision, maybe_arrived: false, .. } => hurry(Step::Provision),
        Seen::Asked { what: Ask::Provision, .. } => hurry(replace),
        Seen::Asked { what: Ask::Deprovision, .. } => hurry(Step::Deprovision),
        Seen::Running { generation: seen, .. } if *seen == generation => {
            if can.status {
                Step::Look
            } else {
                Step::Rest { until: next_notice(right, now) }
            }
        }
        Seen::Running { .. } => hurry(replace),
        Seen::Broken { generation: refused, .. } if *refused != generation => hurry(Step::Provision),
        // Waiting for room is no delay: its person and the admins know why, and no other specification would help.
        Seen::Broken { reason: Reason::NoCapacity, .. } => Step::Provision,
        Seen::Broken { retryable: true, .. } => hurry(Step::Provision),
        Seen::Broken { retryable: false, .. } if claw.previous.is_some() => Step::HealBack,
        Seen::Broken { retryable: false, .. } => Step::Rest { until: next_notice(right, now) },
    }
}

/// Paused and suspended look alike from the infra: it shall not run there.
fn towards_asleep(claw: &Claw, until: Option<Time>) -> Step {
    match claw.seen {
        Seen::Absent | Seen::Stopped => Step::Rest { until },
        Seen::Asked { .. } | Seen::Running { .. } | Seen::Broken { .. } => Step::Deprovision,
    }
}

fn next_notice(right: &Entitlement, now: Time) -> Option<Time> {
    match right {
        Entitlement::Running(period) => EndingIn::next_after(period, now).or(period.ends()),
        Entitlement::None | Entitlement::Waiting(_) | Entitlement::Ended(_) => None,
    }
}

/// How long to wait after so many failures in a row: 2 s, 4 s, 8 s, … at most ten minutes, each shortened by up to
/// half, as `dice` (any random number) has it, so that claws that failed together do not come back together.
pub fn backoff(tries: u32, dice: u64) -> Duration {
    let full = Duration::from_secs(2u64 << tries.saturating_sub(1).min(10)).min(Duration::from_secs(600));
    full - full.mul_f64((dice % 1000) as f64 / 2000.0)
}
