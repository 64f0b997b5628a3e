//! What to do next for a claw. Pure: the same claw, right and hour give the same step. A lost event therefore costs
//! minutes, never a claw: whoever asks next gets the same answer.

use std::time::Duration;

use crate::domain::{
    claw::{Ask, Capabilities, Claw, DEADLINE, Reason, Seen, Wish},
    entitlement::{EndingIn, Entitlement, KEPT_AFTER_END, WARNED_BEFORE_DESTROY},
    time::{HOUR, Time},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask the infra to run the present specification.
    Provision,
    /// Ask the infra to take it down.
    Deprovision,
    /// Ask the infra how it is.
    Look,
    /// It runs as wished, and nobody has said so yet.
    Confirm,
    /// It runs, and the period that carries it now has not begun: begin it.
    StartClock,
    /// The right to it has ended: let it sleep.
    Suspend,
    /// The right to it is back: wake it.
    Wake,
    /// It will be destroyed in two days: warn its owner.
    Warn,
    /// It slept for seven days, and its owner was warned two days ago: wish it gone.
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
            Step::Provision
            | Step::Look
            | Step::Confirm
            | Step::StartClock
            | Step::Suspend
            | Step::Wake
            | Step::Warn
            | Step::HealBack
            | Step::ReportLate
            | Step::Rest { .. } => false,
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
        Wish::Paused if right.covers_now() => towards_asleep(claw, next_notice(right, now), now),
        Wish::Running { .. } | Wish::Paused => Step::Suspend,
        Wish::Suspended { .. } if right.covers_now() => Step::Wake,
        Wish::Suspended { since } => {
            let warn_at = since + (KEPT_AFTER_END - WARNED_BEFORE_DESTROY);
            let destroy_at = claw.warned.map(|warned| destroy_at(since, warned));
            match destroy_at {
                None if now >= warn_at => Step::Warn,
                Some(at) if now >= at => Step::Destroy,
                None | Some(_) => towards_asleep(claw, destroy_at.or(Some(warn_at)), now),
            }
        }
        Wish::Gone { not_before, .. } if now < not_before => Step::Rest { until: Some(not_before) },
        Wish::Gone { .. } => match claw.seen {
            Seen::Absent => Step::Erase,
            Seen::Asked { .. } | Seen::Running { .. } | Seen::Stopped | Seen::Broken { .. } if is_overdue(claw, now) => {
                Step::ReportLate
            }
            Seen::Asked { .. } | Seen::Running { .. } | Seen::Stopped | Seen::Broken { .. } => Step::Deprovision,
        },
    }
}

/// When a claw that sleeps since `since` and whose owner was warned at `warned` is destroyed: after seven days; but
/// whoever was warned more than an hour late, because we were down, has two days from then.
pub fn destroy_at(since: Time, warned: Time) -> Time {
    let planned = since + KEPT_AFTER_END;
    let in_time = warned <= planned - WARNED_BEFORE_DESTROY + HOUR;
    if in_time { planned } else { warned + WARNED_BEFORE_DESTROY }
}

/// Whether we have worked towards the wish for too long, and nobody was told.
fn is_overdue(claw: &Claw, now: Time) -> bool {
    !claw.late && claw.working_since.is_some_and(|since| now >= since + DEADLINE)
}

fn towards_running(claw: &Claw, generation: u32, right: &Entitlement, can: Capabilities, now: Time) -> Step {
    let hurry = |step: Step| match (is_overdue(claw, now), &claw.previous) {
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
        Seen::Running { generation: seen, .. }
            if *seen == generation && (claw.working_since.is_some() || claw.first_ready.is_none()) =>
        {
            Step::Confirm
        }
        Seen::Running { generation: seen, .. } if *seen == generation => {
            if matches!(right, Entitlement::Waiting(_)) {
                Step::StartClock
            } else if can.status {
                Step::Look
            } else {
                Step::Rest { until: next_notice(right, now) }
            }
        }
        Seen::Running { .. } => hurry(replace),
        Seen::Broken { generation: refused, maybe_there: true, .. } if *refused != generation => hurry(replace),
        Seen::Broken { generation: refused, .. } if *refused != generation => hurry(Step::Provision),
        // Waiting for room is no delay: its person and the admins know why, and no other specification would help.
        Seen::Broken { reason: Reason::NoCapacity, .. } => Step::Provision,
        Seen::Broken { retryable: true, .. } => hurry(Step::Provision),
        Seen::Broken { retryable: false, .. } if claw.previous.is_some() => Step::HealBack,
        Seen::Broken { retryable: false, .. } => Step::Rest { until: next_notice(right, now) },
    }
}

/// Paused and suspended look alike from the infra: it shall not run there.
fn towards_asleep(claw: &Claw, until: Option<Time>, now: Time) -> Step {
    match claw.seen {
        Seen::Absent | Seen::Stopped => Step::Rest { until },
        Seen::Asked { .. } | Seen::Running { .. } | Seen::Broken { .. } if is_overdue(claw, now) => Step::ReportLate,
        Seen::Asked { .. } | Seen::Running { .. } | Seen::Broken { .. } => Step::Deprovision,
    }
}

fn next_notice(right: &Entitlement, now: Time) -> Option<Time> {
    match right {
        Entitlement::Running(period) => EndingIn::next_after(period, now).or(period.ends()),
        Entitlement::None | Entitlement::Waiting(_) | Entitlement::Ended(_) => None,
    }
}

/// When to try again after a failure: after the backoff, and not later than the moment at which somebody has to hear
/// that it takes too long.
pub fn retry_at(claw: &Claw, dice: u64, now: Time) -> Time {
    let planned = now + backoff(claw.tries, dice);
    match claw.working_since {
        Some(since) if !claw.late && now < since + DEADLINE => planned.min(since + DEADLINE),
        Some(_) | None => planned,
    }
}

/// When a claw is looked at again once a call was written down on it: when the outcome asked to wait, then; after a
/// failure, later; else at once. `wish` is what was wished when the call was made.
pub fn look_again(after: &Claw, wish: Wish, wait: Option<Duration>, dice: u64, now: Time) -> Time {
    match wait {
        Some(wait) => now + wait,
        // Something else is wished meanwhile, which has no failures of its own yet.
        None if after.tries > 0 && after.wish == wish => retry_at(after, dice, now),
        None => now,
    }
}

/// How long to wait after so many failures in a row: 2 s, 4 s, 8 s, … at most ten minutes, each shortened by up to
/// half, as `dice` (any random number) has it, so that claws that failed together do not come back together.
pub fn backoff(tries: u32, dice: u64) -> Duration {
    let full = Duration::from_secs(2u64 << tries.saturating_sub(1).min(10)).min(Duration::from_secs(600));
    full - full.mul_f64((dice % 1000) as f64 / 2000.0)
}
