//! Machines and databases broken on purpose. Each mistake breaks the promise it should within some thousand histories:
//! were it made for real, the simulation would say so.

use std::time::Duration;

use super::{
    Promise,
    history::History,
    once_failed::ROBBED_BEFORE_ITS_CALL,
    rows::Guards,
    world::{Machine, World},
};
use crate::domain::{
    claw::{Ask, Call, Capabilities, Claw, Effect, Outcome, Reason, Seen, Step, Wish, ask, next_step, record},
    entitlement::{EndingIn, Entitlement, Period},
    time::Time,
};

/// How many histories a mistake may hide in.
const MOST: u64 = 20_000;

const REAL: Machine = Machine::REAL;

/// The first of the histories in which this machine breaks that promise; another one it breaks does not count.
#[track_caller]
fn breaks(promise: Promise, machine: Machine) {
    let broken = |number: u64| World::lives(&History::number(number), machine).err().map(|(broken, _)| broken);
    let mut others = Vec::new();
    for number in 0..MOST {
        match broken(number) {
            Some(found) if found == promise => {
                println!("history {number} breaks it");
                return;
            }
            Some(other) => others.push(other),
            None => {}
        }
    }
    panic!("{promise:?} holds in {MOST} histories; broken were {others:?}");
}

fn guards(without: impl FnOnce(&mut Guards)) -> Machine {
    let mut guards = Guards::ALL;
    without(&mut guards);
    Machine { guards, ..REAL }
}

#[test]
fn a_right_that_is_not_asked_for() {
    fn step(claw: &Claw, right: &Entitlement, can: Capabilities, now: Time) -> Step {
        match (claw.wish, &claw.seen) {
            (Wish::Running { .. }, Seen::Absent) => Step::Provision,
            _ => next_step(claw, right, can, now),
        }
    }
    breaks(Promise::RightFirst, Machine { next_step: step, ..REAL });
}

#[test]
fn a_claw_that_is_not_put_to_sleep() {
    fn step(claw: &Claw, right: &Entitlement, can: Capabilities, now: Time) -> Step {
        match next_step(claw, right, can, now) {
            Step::Suspend => Step::Rest { until: None },
            step => step,
        }
    }
    breaks(Promise::RightFirst, Machine { next_step: step, ..REAL });
}

#[test]
fn a_sleeper_that_is_not_woken() {
    fn step(claw: &Claw, right: &Entitlement, can: Capabilities, now: Time) -> Step {
        match next_step(claw, right, can, now) {
            Step::Wake => Step::Rest { until: None },
            step => step,
        }
    }
    breaks(Promise::RightMeansClaw, Machine { next_step: step, ..REAL });
}

#[test]
fn an_older_generation_taken_for_the_wished_one() {
    fn step(claw: &Claw, right: &Entitlement, can: Capabilities, now: Time) -> Step {
        match (claw.wish, &claw.seen) {
            (Wish::Running { .. }, Seen::Running { .. }) => Step::Rest { until: None },
            _ => next_step(claw, right, can, now),
        }
    }
    breaks(Promise::RightMeansClaw, Machine { next_step: step, ..REAL });
}

#[test]
fn an_answer_written_down_as_the_wished_generation() {
    fn records(claw: Claw, call: &Call, outcome: Outcome, now: Time) -> (Claw, Vec<Effect>, Option<Duration>) {
        let call = Call { generation: claw.generation, ..call.clone() };
        record(claw, &call, outcome, now)
    }
    breaks(Promise::TrueBelief, Machine { record: records, ..REAL });
}

#[test]
fn a_lost_answer_taken_for_a_lost_call() {
    fn records(claw: Claw, call: &Call, outcome: Outcome, now: Time) -> (Claw, Vec<Effect>, Option<Duration>) {
        let outcome = match outcome {
            Outcome::Unclear(trouble) => Outcome::Unreached(trouble),
            other => other,
        };
        record(claw, call, outcome, now)
    }
    breaks(Promise::TrueBelief, Machine { record: records, ..REAL });
}

#[test]
fn a_silent_removal_taken_for_done() {
    fn records(claw: Claw, call: &Call, outcome: Outcome, now: Time) -> (Claw, Vec<Effect>, Option<Duration>) {
        let outcome = match (call.what, outcome) {
            (Ask::Deprovision, Outcome::Unclear(_)) => Outcome::Down { keeps_data: false },
            (_, other) => other,
        };
        record(claw, call, outcome, now)
    }
    breaks(Promise::TrueBelief, Machine { record: records, ..REAL });
}

#[test]
fn an_earlier_attempt_forgotten_by_a_refusal() {
    fn records(claw: Claw, call: &Call, outcome: Outcome, now: Time) -> (Claw, Vec<Effect>, Option<Duration>) {
        let (mut after, effects, wait) = record(claw, call, outcome, now);
        if let Seen::Broken { maybe_there, .. } = &mut after.seen {
            *maybe_there = false;
        }
        (after, effects, wait)
    }
    breaks(Promise::TrueBelief, Machine { record: records, ..REAL });
}

#[test]
fn a_claw_that_sleeps_taken_for_gone() {
    fn records(claw: Claw, call: &Call, outcome: Outcome, now: Time) -> (Claw, Vec<Effect>, Option<Duration>) {
        let forgets = matches!(outcome, Outcome::Asleep);
        record(claw, call, if forgets { Outcome::Down { keeps_data: true } } else { outcome }, now)
    }
    breaks(Promise::LeavesNothing, Machine { record: records, ..REAL });
}

#[test]
fn a_new_key_for_each_attempt() {
    fn asks(claw: Claw, step: &Step, now: Time) -> Option<(Claw, Call)> {
        let (mut asked, mut call) = ask(claw, step, now)?;
        asked.asks += 1;
        call.key = format!("{}:{}", asked.id, asked.asks);
        if let Seen::Asked { key, .. } = &mut asked.seen {
            key.clone_from(&call.key);
        }
        Some((asked, call))
    }
    breaks(Promise::OneKeyOneIntention, Machine { ask: asks, ..REAL });
}

#[test]
fn one_key_for_all_attempts() {
    fn asks(claw: Claw, step: &Step, now: Time) -> Option<(Claw, Call)> {
        let (asked, call) = ask(claw, step, now)?;
        let key = asked.id.to_string();
        Some((asked, Call { key, ..call }))
    }
    breaks(Promise::OneKeyOneIntention, Machine { ask: asks, ..REAL });
}

#[test]
fn an_intention_that_is_not_written_down() {
    fn asks(claw: Claw, step: &Step, now: Time) -> Option<(Claw, Call)> {
        let before = claw.seen.clone();
        let (asked, call) = ask(claw, step, now)?;
        Some((Claw { seen: before, ..asked }, call))
    }
    breaks(Promise::OneKeyOneIntention, Machine { ask: asks, ..REAL });
}

#[test]
fn a_destruction_without_a_warning() {
    fn step(claw: &Claw, right: &Entitlement, can: Capabilities, now: Time) -> Step {
        match next_step(claw, right, can, now) {
            Step::Warn => Step::Destroy,
            step => step,
        }
    }
    breaks(Promise::NotTooEarly, Machine { next_step: step, ..REAL });
}

#[test]
fn a_deletion_that_cannot_be_undone() {
    fn step(claw: &Claw, right: &Entitlement, can: Capabilities, now: Time) -> Step {
        let at = match claw.wish {
            Wish::Gone { not_before, .. } => now.max(not_before),
            Wish::Running { .. } | Wish::Paused | Wish::Suspended { .. } => now,
        };
        next_step(claw, right, can, at)
    }
    breaks(Promise::NotTooEarly, Machine { next_step: step, ..REAL });
}

#[test]
fn secrets_erased_before_it_is_down() {
    fn step(claw: &Claw, right: &Entitlement, can: Capabilities, now: Time) -> Step {
        match (claw.wish, next_step(claw, right, can, now)) {
            (Wish::Gone { .. }, Step::Deprovision) => Step::Erase,
            (_, step) => step,
        }
    }
    breaks(Promise::OneClaw, Machine { next_step: step, ..REAL });
}

#[test]
fn a_refusal_nobody_hears_of() {
    fn records(claw: Claw, call: &Call, outcome: Outcome, now: Time) -> (Claw, Vec<Effect>, Option<Duration>) {
        let (after, mut effects, wait) = record(claw, call, outcome, now);
        effects.retain(|effect| !matches!(effect, Effect::Refused { reason: Reason::TokenDead, .. }));
        (after, effects, wait)
    }
    breaks(Promise::Told, Machine { record: records, ..REAL });
}

#[test]
fn a_grant_for_everybody() {
    fn right(periods: &[Period], _rank: usize, now: Time) -> Entitlement {
        crate::domain::entitlement::right_at(periods, 0, now)
    }
    breaks(Promise::RightFirst, Machine { right_at: right, ..REAL });
}

#[test]
fn a_refused_claw_asked_for_at_once_and_for_ever() {
    fn records(claw: Claw, call: &Call, outcome: Outcome, now: Time) -> (Claw, Vec<Effect>, Option<Duration>) {
        let (after, effects, _) = record(claw, call, outcome, now);
        (Claw { tries: 0, ..after }, effects, None)
    }
    fn step(claw: &Claw, right: &Entitlement, can: Capabilities, now: Time) -> Step {
        match next_step(claw, right, can, now) {
            Step::Rest { .. } if matches!(claw.wish, Wish::Running { .. }) => Step::Provision,
            step => step,
        }
    }
    breaks(Promise::ComesToRest, Machine { next_step: step, record: records, ..REAL });
}

#[test]
fn a_database_without_names_for_what_is_said_once() {
    breaks(Promise::SaidOnce, guards(|guards| guards.once_keys = false));
}

#[test]
fn a_notice_of_the_end_that_follows_every_hour() {
    fn ending(period: &Period, now: Time) -> Option<EndingIn> {
        EndingIn::due(period, now).map(|_| EndingIn::Hour)
    }
    // Said once all the same: the name under which it is said guards it.
    let machine = Machine { ending, ..REAL };
    for number in 0..2_000 {
        assert_eq!(World::lives(&History::number(number), machine), Ok(()));
    }
}

#[test]
fn a_database_without_fences() {
    breaks(Promise::HandledOnce, guards(|guards| guards.fences = false));
}

#[test]
fn a_database_that_takes_an_update_twice() {
    breaks(Promise::HandledOnce, guards(|guards| guards.update_numbers = false));
}

#[test]
fn a_database_that_forgets_trials() {
    breaks(Promise::TrialOnce, guards(|guards| guards.trial_marks = false));
}

#[test]
fn a_bot_given_to_two_claws() {
    breaks(Promise::OneClaw, guards(|guards| guards.one_claw_per_bot = false));
}

#[test]
fn a_bot_given_away_while_its_claw_still_runs_with_it() {
    breaks(Promise::OneClaw, guards(|guards| guards.held_bots = false));
}

#[test]
fn a_call_under_a_lease_that_was_lost() {
    let machine = guards(|guards| guards.look_before_call = false);
    let history = History { number: 0, rich: true, knows_keys: true, events: ROBBED_BEFORE_ITS_CALL.to_vec() };
    let broken = World::lives(&history, machine).expect_err("the claw comes up when it is gone");
    assert_eq!(broken.0, Promise::OneClaw, "{}", broken.1);
}
