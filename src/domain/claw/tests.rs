//! Every pair of a wish and what was seen, with the step that follows and the word for it; what each outcome changes;
//! and the ways back: undo, healing back, the deadline.

mod outcomes;
mod row;
mod waits;

use uuid::Uuid;

use super::*;
use crate::domain::{
    entitlement::{Entitlement, KEPT_AFTER_END, Period, PeriodKind},
    ids::PeriodId,
    time::{DAY, HOUR, MINUTE},
};

const NOW: Time = Time(1_800_000_000_000);
/// The infra of today: it is asked to bring a claw up and to take it down, and can nothing else.
const PLAIN: Capabilities = Capabilities {
    updates_in_place: false,
    status: false,
    keeps_data: false,
    restart: false,
    devices: false,
    backup: false,
    logs: false,
    usage: false,
    events: false,
    chat: false,
};
/// One that changes a claw as it runs and says how it is.
const RICH: Capabilities = Capabilities { updates_in_place: true, status: true, ..PLAIN };

fn spec(model: &str) -> Spec {
    Spec { bot: BotId(7), model: model.to_owned(), people: Vec::new() }
}

fn fresh() -> Claw {
    Claw::new(ClawId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)), 1, "infra_api", spec("first"), NOW)
}

/// A claw in its second generation that just began to work towards `wish`.
fn claw(wish: Wish, seen: Seen) -> Claw {
    Claw { generation: 2, wish, seen, ..fresh() }
}

fn running(started: Option<Time>) -> Period {
    Period {
        id: PeriodId(Uuid::from_u128(3)),
        person: PersonId(Uuid::from_u128(2)),
        kind: PeriodKind::Trial,
        length: 2 * DAY,
        started,
        revoked: None,
        granted_by: None,
        reason: None,
        created: NOW,
    }
}

fn right() -> Entitlement {
    Entitlement::Running(running(Some(NOW)))
}

fn no_right() -> Entitlement {
    Entitlement::Ended(running(Some(NOW - 3 * DAY)))
}

fn asked(what: Ask, generation: u32, maybe_arrived: bool) -> Seen {
    Seen::Asked { what, generation, key: "key".to_owned(), since: NOW, maybe_arrived, accepted: false }
}

fn broken(generation: u32, reason: Reason) -> Seen {
    Seen::Broken { generation, reason, retryable: reason.retryable(), maybe_there: false }
}

fn wishes() -> [(&'static str, Wish); 5] {
    [
        ("running", Wish::Running { generation: 2 }),
        ("paused", Wish::Paused),
        ("suspended", Wish::Suspended { since: NOW }),
        ("leaving", Wish::Gone { not_before: NOW + UNDO, before: Before::Running }),
        ("gone", Wish::Gone { not_before: NOW, before: Before::Running }),
    ]
}

fn sights() -> Vec<(&'static str, Seen)> {
    vec![
        ("absent", Seen::Absent),
        ("asked up", asked(Ask::Provision, 2, true)),
        ("asked up, surely not there", asked(Ask::Provision, 2, false)),
        ("asked up, older", asked(Ask::Provision, 1, true)),
        ("asked up, older, surely not there", asked(Ask::Provision, 1, false)),
        ("asked down", asked(Ask::Deprovision, 2, true)),
        ("asked down, older", asked(Ask::Deprovision, 1, true)),
        ("up", Seen::Running { generation: 2, health: Health::Good }),
        ("up, poorly", Seen::Running { generation: 2, health: Health::Poor }),
        ("up, older", Seen::Running { generation: 1, health: Health::Good }),
        ("stopped", Seen::Stopped),
        ("no room", broken(2, Reason::NoCapacity)),
        ("an earlier one goes", broken(2, Reason::Deleting)),
        ("refused", broken(2, Reason::TokenDead)),
        ("refused, older", broken(1, Reason::TokenDead)),
    ]
}

fn word(step: &Step) -> String {
    match step {
        Step::Provision => "up".to_owned(),
        Step::Deprovision => "down".to_owned(),
        Step::Look => "look".to_owned(),
        Step::Confirm => "confirm".to_owned(),
        Step::StartClock => "start clock".to_owned(),
        Step::Warn => "warn".to_owned(),
        Step::Suspend => "suspend".to_owned(),
        Step::Wake => "wake".to_owned(),
        Step::Destroy => "destroy".to_owned(),
        Step::Erase => "erase".to_owned(),
        Step::HealBack => "heal back".to_owned(),
        Step::ReportLate => "report".to_owned(),
        Step::Rest { until: None } => "rest".to_owned(),
        Step::Rest { until: Some(at) } if *at < NOW + HOUR => format!("rest {}m", NOW.until(*at).as_secs() / 60),
        Step::Rest { until: Some(at) } => format!("rest {}h", NOW.until(*at).as_secs() / 3600),
    }
}

/// One line for each sight, one column for each wish.
fn table(cell: impl Fn(&Claw) -> String) -> String {
    let line = |name: &str, cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!("{cell:>14}")).collect();
        format!("{name:<34}{cells}\n")
    };
    let head = line("", wishes().map(|(name, _)| name.to_owned()).to_vec());
    let rows =
        sights().into_iter().map(|(name, seen)| line(name, wishes().map(|(_, wish)| cell(&claw(wish, seen.clone()))).to_vec()));
    std::iter::once(head).chain(rows).collect()
}

#[test]
fn each_step_with_a_right() {
    insta::assert_snapshot!(table(|claw| word(&next_step(claw, &right(), PLAIN, NOW))), @"
                                             running        paused     suspended       leaving          gone
    absent                                        up      rest 24h          wake      rest 10m         erase
    asked up                                      up          down          wake      rest 10m          down
    asked up, surely not there                    up          down          wake      rest 10m          down
    asked up, older                             down          down          wake      rest 10m          down
    asked up, older, surely not there             up          down          wake      rest 10m          down
    asked down                                  down          down          wake      rest 10m          down
    asked down, older                           down          down          wake      rest 10m          down
    up                                       confirm          down          wake      rest 10m          down
    up, poorly                               confirm          down          wake      rest 10m          down
    up, older                                   down          down          wake      rest 10m          down
    stopped                                       up      rest 24h          wake      rest 10m          down
    no room                                       up          down          wake      rest 10m          down
    an earlier one goes                           up          down          wake      rest 10m          down
    refused                                 rest 24h          down          wake      rest 10m          down
    refused, older                                up          down          wake      rest 10m          down
    ");
}

#[test]
fn each_step_with_a_right_at_an_infra_that_can_more() {
    insta::assert_snapshot!(table(|claw| word(&next_step(claw, &right(), RICH, NOW))), @"
                                             running        paused     suspended       leaving          gone
    absent                                        up      rest 24h          wake      rest 10m         erase
    asked up                                      up          down          wake      rest 10m          down
    asked up, surely not there                    up          down          wake      rest 10m          down
    asked up, older                               up          down          wake      rest 10m          down
    asked up, older, surely not there             up          down          wake      rest 10m          down
    asked down                                  down          down          wake      rest 10m          down
    asked down, older                           down          down          wake      rest 10m          down
    up                                       confirm          down          wake      rest 10m          down
    up, poorly                               confirm          down          wake      rest 10m          down
    up, older                                     up          down          wake      rest 10m          down
    stopped                                       up      rest 24h          wake      rest 10m          down
    no room                                       up          down          wake      rest 10m          down
    an earlier one goes                           up          down          wake      rest 10m          down
    refused                                 rest 24h          down          wake      rest 10m          down
    refused, older                                up          down          wake      rest 10m          down
    ");
}

#[test]
fn each_step_without_a_right() {
    let steps = |can| table(|claw| word(&next_step(claw, &no_right(), can, NOW)));
    assert_eq!(steps(PLAIN), steps(RICH), "what an infra can does not matter when it is not to run");
    insta::assert_snapshot!(steps(PLAIN), @"
                                             running        paused     suspended       leaving          gone
    absent                                   suspend       suspend     rest 120h      rest 10m         erase
    asked up                                 suspend       suspend          down      rest 10m          down
    asked up, surely not there               suspend       suspend          down      rest 10m          down
    asked up, older                          suspend       suspend          down      rest 10m          down
    asked up, older, surely not there        suspend       suspend          down      rest 10m          down
    asked down                               suspend       suspend          down      rest 10m          down
    asked down, older                        suspend       suspend          down      rest 10m          down
    up                                       suspend       suspend          down      rest 10m          down
    up, poorly                               suspend       suspend          down      rest 10m          down
    up, older                                suspend       suspend          down      rest 10m          down
    stopped                                  suspend       suspend     rest 120h      rest 10m          down
    no room                                  suspend       suspend          down      rest 10m          down
    an earlier one goes                      suspend       suspend          down      rest 10m          down
    refused                                  suspend       suspend          down      rest 10m          down
    refused, older                           suspend       suspend          down      rest 10m          down
    ");
}

#[test]
fn each_word() {
    insta::assert_snapshot!(table(|claw| format!("{:?}", status(claw)).to_lowercase()), @"
                                             running        paused     suspended       leaving          gone
    absent                                   pending        paused     suspended    destroying    destroying
    asked up                            provisioning       pausing     suspended    destroying    destroying
    asked up, surely not there          provisioning       pausing     suspended    destroying    destroying
    asked up, older                     provisioning       pausing     suspended    destroying    destroying
    asked up, older, surely not there   provisioning       pausing     suspended    destroying    destroying
    asked down                              updating       pausing     suspended    destroying    destroying
    asked down, older                       updating       pausing     suspended    destroying    destroying
    up                                         ready       pausing     suspended    destroying    destroying
    up, poorly                              degraded       pausing     suspended    destroying    destroying
    up, older                               updating       pausing     suspended    destroying    destroying
    stopped                                  pending        paused     suspended    destroying    destroying
    no room                                  waiting       pausing     suspended    destroying    destroying
    an earlier one goes                 provisioning       pausing     suspended    destroying    destroying
    refused                                    error       pausing     suspended    destroying    destroying
    refused, older                      provisioning       pausing     suspended    destroying    destroying
    ");
    let gone = claw(Wish::Gone { not_before: NOW, before: Before::Running }, Seen::Absent).erased(NOW);
    assert_eq!(status(&gone), Status::Destroyed);
    assert_eq!(next_step(&gone, &right(), RICH, NOW + 99 * DAY), Step::Rest { until: None }, "nothing more, for ever");
}

#[test]
fn a_claw_that_was_up_once_and_changes_is_updating() {
    for (name, seen) in sights() {
        let ready = Claw { first_ready: Some(NOW), previous: Some(spec("first")), ..claw(Wish::Running { generation: 2 }, seen) };
        let expected = match name {
            "up" => Status::Ready,
            "up, poorly" => Status::Degraded,
            "no room" => Status::Waiting,
            "an earlier one goes" => Status::Provisioning,
            "refused" => Status::Error,
            _ => Status::Updating,
        };
        assert_eq!(status(&ready), expected, "{name}");
    }
}

#[test]
fn a_right_that_only_waits_is_a_right() {
    let waiting = Entitlement::Waiting(running(None));
    assert_eq!(next_step(&fresh(), &waiting, PLAIN, NOW), Step::Provision);
    assert_eq!(next_step(&fresh(), &Entitlement::None, PLAIN, NOW), Step::Suspend);
    let up = claw(Wish::Running { generation: 2 }, Seen::Running { generation: 2, health: Health::Good }).confirm(NOW);
    assert_eq!(next_step(&up, &waiting, PLAIN, NOW), Step::StartClock, "what runs uses time up");
}

#[test]
fn what_sleeps_is_warned_of_and_then_destroyed() {
    let asleep = claw(Wish::Suspended { since: NOW }, Seen::Absent);
    let at = |time| next_step(&asleep, &no_right(), PLAIN, time);
    let end = NOW + KEPT_AFTER_END;
    assert_eq!(at(NOW), Step::Rest { until: Some(end - 2 * DAY) }, "for the warning");
    assert_eq!(at(end - 2 * DAY), Step::Warn);
    assert_eq!(at(end + DAY), Step::Warn, "never without a warning, however late");
    let warned = |warned, time| next_step(&Claw { warned: Some(warned), ..asleep.clone() }, &no_right(), PLAIN, time);
    let in_time = end - 2 * DAY + MINUTE;
    assert_eq!(warned(in_time, end - MINUTE), Step::Rest { until: Some(end) });
    assert_eq!(warned(in_time, end), Step::Destroy);
    assert_eq!(warned(end, end), Step::Rest { until: Some(end + 2 * DAY) }, "two days from a late warning");
    assert_eq!(warned(end, end + 2 * DAY), Step::Destroy);
    assert_eq!(next_step(&asleep, &right(), PLAIN, end), Step::Wake, "a right that comes in the last moment saves it");
}

#[test]
fn only_what_cannot_be_taken_back_waits_for_a_second_look() {
    let (up, gone) = (Seen::Running { generation: 2, health: Health::Good }, wishes()[4].1);
    assert!(Step::Deprovision.irreversible(&claw(gone, up.clone())));
    assert!(!Step::Deprovision.irreversible(&claw(Wish::Paused, up.clone())));
    assert!(!Step::Deprovision.irreversible(&claw(Wish::Suspended { since: NOW }, up.clone())));
    for step in [Step::Destroy, Step::Erase] {
        assert!(step.irreversible(&claw(gone, Seen::Absent)), "{step:?}");
    }
    for step in
        [Step::Provision, Step::Look, Step::Confirm, Step::Suspend, Step::Wake, Step::Warn, Step::HealBack, Step::ReportLate]
    {
        assert!(!step.irreversible(&claw(gone, up.clone())), "{step:?}");
    }
}

#[test]
fn a_deletion_is_taken_back_until_its_time_comes() {
    let until = NOW + UNDO;
    for (before, after) in [
        (Wish::Running { generation: 2 }, Wish::Running { generation: 2 }),
        (Wish::Paused, Wish::Paused),
        (Wish::Suspended { since: NOW - HOUR }, Wish::Suspended { since: NOW - HOUR }),
    ] {
        let leaving = claw(before, Seen::Absent).delete(until, NOW);
        assert!(leaving.is_leaving());
        let twice = leaving.clone().delete(until, NOW);
        for leaving in [leaving, twice] {
            let back = leaving.clone().undelete(until - MINUTE).expect("in time");
            assert_eq!((back.wish, back.is_leaving()), (after, false));
            assert_eq!(leaving.undelete(until), None, "too late");
        }
    }
    assert_eq!(fresh().undelete(NOW), None, "nothing to take back");
    let erased = fresh().delete(until, NOW).erased(NOW);
    assert_eq!(erased.undelete(NOW), None, "nothing is left");
}

#[test]
fn what_never_stopped_is_not_late_after_an_undo() {
    let up = claw(Wish::Running { generation: 2 }, Seen::Running { generation: 2, health: Health::Good });
    let back = up.delete(NOW + UNDO, NOW).undelete(NOW + MINUTE).expect("in time");
    assert_eq!(back.working_since, None);
    let starting = claw(Wish::Running { generation: 2 }, asked(Ask::Provision, 2, true));
    let back = starting.delete(NOW + UNDO, NOW).undelete(NOW + MINUTE).expect("in time");
    assert_eq!(back.working_since, Some(NOW + MINUTE), "it gets its whole time again");
}

#[test]
fn a_change_keeps_the_last_specification_that_ran() {
    let never_up = fresh().change(spec("second"), NOW);
    assert_eq!((never_up.previous.as_ref(), never_up.generation), (None, 2), "nothing ran yet");
    let up = Claw { first_ready: Some(NOW), ..fresh() };
    let twice = up.clone().change(spec("second"), NOW).change(spec("third"), NOW);
    assert_eq!((twice.previous.as_ref(), twice.spec.model.as_str()), (Some(&spec("first")), "third"));
    let back = twice.heal_back(NOW);
    assert_eq!((&back.spec, &back.previous, back.generation), (&spec("first"), &None, 4));
    let asleep = Claw { wish: Wish::Paused, ..up }.change(spec("second"), NOW);
    assert_eq!(
        (asleep.wish, asleep.generation, asleep.spec.model.as_str()),
        (Wish::Paused, 1, "second"),
        "it takes it when it wakes"
    );
}

#[test]
fn the_deadline_heals_back_or_reports_once() {
    let late = NOW + DEADLINE;
    for (name, seen) in sights() {
        let waits = claw(Wish::Running { generation: 2 }, seen);
        let step = |claw: &Claw, time| next_step(claw, &right(), PLAIN, time);
        let usual = step(&waits, NOW);
        assert_eq!(word(&step(&waits, late - MINUTE)), word(&usual), "{name}");
        // What runs, what was refused for good and what waits for room is not on its way.
        let on_its_way = !matches!(usual, Step::Rest { .. } | Step::Confirm) && name != "no room";
        let overdue = if on_its_way { Step::ReportLate } else { usual.clone() };
        assert_eq!(step(&waits, late), overdue, "{name}");
        let changed = Claw { previous: Some(spec("first")), ..waits.clone() };
        let stays = name == "no room" || name.starts_with("up") && !on_its_way;
        assert_eq!(step(&changed, late), if stays { usual.clone() } else { Step::HealBack }, "{name}");
        let reported = Claw { late: true, ..waits };
        assert_eq!(step(&reported, late), usual, "{name}: it goes on after the report");
    }
}

#[test]
fn waits_grow_to_ten_minutes_and_never_meet() {
    for tries in 0..=40_u32 {
        let full = Duration::from_secs(2).saturating_mul(1 << tries.clamp(1, 20).saturating_sub(1)).min(10 * MINUTE);
        for dice in [0, 1, 499, 500, 999, 1000, u64::MAX] {
            let wait = backoff(tries, dice);
            assert!(wait > full / 2 && wait <= full, "{tries} {dice}: {wait:?} of {full:?}");
        }
        assert_ne!(backoff(tries, 0), backoff(tries, 1));
    }
    assert_eq!(backoff(u32::MAX, 0), 10 * MINUTE);
}

#[test]
fn no_wait_reaches_past_the_deadline() {
    let failing = Claw { tries: 10, ..claw(Wish::Running { generation: 1 }, Seen::Absent) };
    let since = failing.working_since.expect("it is worked on");
    let late = since + DEADLINE;
    assert_eq!(retry_at(&failing, 0, late - MINUTE), late, "it is looked at when it has to be reported");
    assert_eq!(retry_at(&failing, 0, since), since + 10 * MINUTE, "a shorter wait stays as it is");
    assert_eq!(retry_at(&failing, 0, late), late + 10 * MINUTE, "the moment is over");
    assert_eq!(retry_at(&Claw { late: true, ..failing }, 0, late - MINUTE), late + 9 * MINUTE, "it was reported");
}
