//! Histories that once broke a promise, as short as they could be made.

use super::{
    history::{Event, History, Mood, Wants},
    world::{Machine, World},
};

const HATCH: Event = Event::Says(0, Wants::Hatch { bot: 0, model: 0 });
const FETCH: Event = Event::Fetches { acked: true };

/// A call that was written down and not sent yet, when the wall clock leapt and another process took the claw over.
pub const ROBBED_BEFORE_ITS_CALL: [Event; 6] =
    [HATCH, FETCH, works(1, 26), Event::TakesAway(0), Event::Jumps { minutes: 3 }, works(0, 33)];

fn holds(events: &[Event]) {
    for (rich, knows_keys) in [(false, false), (false, true), (true, false), (true, true)] {
        let history = History { number: 0, rich, knows_keys, events: events.to_vec() };
        assert_eq!(World::lives(&history, Machine::REAL), Ok(()), "rich: {rich}, knows keys: {knows_keys}");
    }
}

const fn works(process: u8, pieces: u8) -> Event {
    Event::Works { process, pieces }
}

/// The clock was put back, and a person undid what an admin had done at once.
#[test]
fn nobody_takes_back_what_was_never_to_be_taken_back() {
    let undone = [works(1, 99), Event::TakesAway(0), works(1, 99), Event::Says(0, Wants::Undo(0))];
    holds(&[&[HATCH, FETCH], &undone[..], &[Event::Jumps { minutes: -60 }]].concat());
    holds(&[HATCH, FETCH, works(1, 99), Event::TakesAway(0), Event::Jumps { minutes: -60 }, Event::Says(0, Wants::Undo(0))]);
}

/// A refusal that came while a deletion could be undone was told to nobody, and nobody was told after the undo.
#[test]
fn who_takes_a_deletion_back_hears_why_it_does_not_run() {
    holds(&[
        HATCH,
        FETCH,
        Event::Infra(Mood::Deaf),
        works(1, 40),
        Event::Says(0, Wants::Delete(0)),
        Event::Infra(Mood::TokenDead),
        Event::Passes { seconds: 180 },
        FETCH,
        works(0, 35),
        Event::Says(0, Wants::Undo(0)),
    ]);
}

/// A claw moved to another bot still ran with the old one, and that was given to the next claw.
#[test]
fn a_bot_waits_until_its_claw_has_let_go_of_it() {
    let moves = [Event::Says(0, Wants::Bot(0, 2)), Event::Says(0, Wants::Delete(0)), HATCH];
    holds(&[&[HATCH, FETCH, works(0, 26)], &moves[..]].concat());
}

/// It brought up, late, what the other had taken down for good.
#[test]
fn nobody_calls_under_a_lease_that_is_lost() {
    holds(&ROBBED_BEFORE_ITS_CALL);
}
