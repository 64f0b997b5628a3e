//! When a claw is looked at again, and what is said of one that takes too long on its way out or to sleep.

use super::*;

#[test]
fn a_failure_waits_unless_something_else_is_wished_meanwhile() {
    let wish = Wish::Running { generation: 2 };
    let failed = Claw { tries: 1, ..claw(wish, Seen::Absent) };
    let well = Claw { tries: 0, ..failed.clone() };
    let asked_to_wait = Some(5 * MINUTE);
    let backed_off = retry_at(&failed, 0, NOW);
    assert!(backed_off > NOW);
    for (name, after, wished, wait, again) in [
        ("it failed", &failed, wish, None, backed_off),
        ("nothing failed", &well, wish, None, NOW),
        ("it failed, and sleep is wished now", &failed, Wish::Paused, None, NOW),
        ("it failed, and a newer one is wished now", &failed, Wish::Running { generation: 1 }, None, NOW),
        ("the infra asked to wait", &failed, wish, asked_to_wait, NOW + 5 * MINUTE),
        ("it runs and is looked at", &well, Wish::Paused, asked_to_wait, NOW + 5 * MINUTE),
    ] {
        assert_eq!(look_again(after, wished, wait, 0, NOW), again, "{name}");
    }
}

#[test]
fn what_does_not_go_down_in_time_is_reported_once() {
    let late = NOW + DEADLINE;
    for (wished, wish, right) in [
        ("paused", Wish::Paused, right()),
        ("suspended", Wish::Suspended { since: NOW }, no_right()),
        ("gone", Wish::Gone { not_before: NOW, before: Before::Running }, right()),
    ] {
        for (name, seen) in sights() {
            let waits = claw(wish, seen);
            let step = |claw: &Claw, time| next_step(claw, &right, PLAIN, time);
            let usual = step(&waits, late - MINUTE);
            let goes_down = usual == Step::Deprovision;
            assert_eq!(step(&waits, late), if goes_down { Step::ReportLate } else { usual.clone() }, "{wished}, {name}");
            let reported = Claw { late: true, ..waits };
            assert_eq!(step(&reported, late), usual, "{wished}, {name}: it goes on after the report");
        }
    }
}

#[test]
fn what_may_be_there_of_the_same_wish_is_asked_for_again_and_of_an_older_one_replaced() {
    for (refused, plain, rich) in [(2, Step::Provision, Step::Provision), (1, Step::Deprovision, Step::Provision)] {
        let seen = Seen::Broken { generation: refused, reason: Reason::Deleting, retryable: true, maybe_there: true };
        let waits = claw(Wish::Running { generation: 2 }, seen);
        for (can, step) in [(PLAIN, plain), (RICH, rich)] {
            assert_eq!(next_step(&waits, &right(), can, NOW), step, "refused at {refused}");
        }
    }
}

#[test]
fn one_that_was_up_and_changes_nothing_is_not_updating() {
    for (name, seen) in sights() {
        let fresh = claw(Wish::Running { generation: 2 }, seen);
        let was_up = Claw { first_ready: Some(NOW), ..fresh.clone() };
        let never_up = Claw { previous: Some(spec("first")), ..fresh.clone() };
        assert_eq!((status(&was_up), status(&never_up)), (status(&fresh), status(&fresh)), "{name}");
    }
}
