//! What a row says of itself: its name at the infra, whether it should be down, which bots it may be running with, and
//! its place among its person's.

use super::*;

fn up(generation: u32) -> Seen {
    Seen::Running { generation, health: Health::Good }
}

#[test]
fn people_are_told_these_times() {
    assert_eq!((DEADLINE, UNDO), (20 * MINUTE, 10 * MINUTE));
    assert_eq!((ASK_FULL_AGAIN, LOOK_AGAIN), (5 * MINUTE, MINUTE));
    assert_eq!(MOST_PEOPLE, 50);
}

#[test]
fn only_names_we_gave_are_read_as_ours() {
    for number in [1, 7, 42, i64::MAX] {
        let claw = Claw { number, ..fresh() };
        assert_eq!(claw.handle(), format!("claw-{number}"));
        assert_eq!(Claw::number_in(&claw.handle()), Some(number));
    }
    for name in
        ["", "claw-", "claw-0", "claw--1", "claw-01", "claw-+1", "claw-1 ", "claw-one", "Claw-1", "1", "other-1", "claw-claw-1"]
    {
        assert_eq!(Claw::number_in(name), None, "{name}");
    }
}

#[test]
fn what_sleeps_or_is_gone_should_be_down_and_nothing_else() {
    for (wished, wish) in wishes() {
        for (name, seen) in sights() {
            let claw = claw(wish, seen);
            let asleep = ["paused", "suspended"].contains(&wished) && ["absent", "stopped"].contains(&name);
            assert_eq!(claw.should_be_down(), asleep, "{wished}, {name}");
            assert!(claw.erased(NOW).should_be_down(), "{wished}, {name}, erased");
        }
    }
}

#[test]
fn a_sleeper_found_running_is_taken_down_anew() {
    for (wish, right) in [(Wish::Paused, right()), (Wish::Suspended { since: NOW }, no_right())] {
        let sleeper = Claw { tries: 4, late: true, working_since: None, ..claw(wish, Seen::Absent) };
        let found = sleeper.found_running(NOW + HOUR);
        assert_eq!((&found.seen, found.wish), (&up(2), wish));
        assert_eq!((found.working_since, found.late, found.tries), (Some(NOW + HOUR), false, 0), "a deadline of its own");
        assert!(!found.should_be_down());
        assert_eq!(next_step(&found, &right, PLAIN, NOW + HOUR), Step::Deprovision);
    }
}

#[test]
fn each_wish_begins_anew_and_only_what_is_to_run_is_a_new_generation() {
    let tired = || Claw { tries: 5, late: true, warned: Some(NOW), working_since: Some(NOW - DAY), ..claw(Wish::Paused, up(1)) };
    let later = NOW + HOUR;
    for (wished, generation, warned) in [
        (tired().run(later), 3, None),
        (tired().pause(later), 2, Some(NOW)),
        (tired().suspend(later), 2, Some(NOW)),
        (tired().delete(later + UNDO, later), 2, Some(NOW)),
    ] {
        assert_eq!((wished.tries, wished.late, wished.working_since), (0, false, Some(later)), "{:?}", wished.wish);
        assert_eq!((wished.generation, wished.warned), (generation, warned), "{:?}", wished.wish);
    }
    assert_eq!(tired().run(later).wish, Wish::Running { generation: 3 });
    assert_eq!(tired().suspend(later).wish, Wish::Suspended { since: later });
    // Who is there already has nothing to do.
    assert_eq!(claw(Wish::Running { generation: 2 }, Seen::Absent).pause(later).working_since, None);
    assert_eq!(claw(Wish::Running { generation: 2 }, Seen::Stopped).suspend(later).working_since, None);
}

#[test]
fn a_claw_is_leaving_once_it_is_wished_gone() {
    let leaving: Vec<_> =
        wishes().into_iter().filter(|(_, wish)| claw(*wish, up(2)).is_leaving()).map(|(name, _)| name).collect();
    assert_eq!(leaving, ["leaving", "gone"]);
    assert!(claw(Wish::Paused, Seen::Absent).erased(NOW).is_leaving());
}

#[test]
fn only_what_slept_its_whole_time_goes_by_itself() {
    let end = NOW + KEPT_AFTER_END;
    let asleep = Before::Suspended { since: NOW };
    for (not_before, before, by_itself) in [
        (end, asleep, true),
        (end + 2 * DAY, asleep, true),
        (end - MINUTE, asleep, false),
        (NOW, asleep, false),
        (end, Before::Running, false),
        (end, Before::Paused, false),
    ] {
        assert_eq!(claw(Wish::Gone { not_before, before }, up(2)).goes_by_itself(), by_itself, "{not_before:?} {before:?}");
    }
    for (_, wish) in &wishes()[..3] {
        assert!(!claw(*wish, up(2)).goes_by_itself());
    }
}

#[test]
fn a_deletion_that_came_at_once_is_never_taken_back() {
    for (not_before, back) in [(NOW, false), (NOW - MINUTE, false), (NOW + MINUTE, true)] {
        let leaving = claw(Wish::Paused, up(2)).delete(not_before, NOW);
        // The clock stands before all of it.
        assert_eq!(leaving.clone().undelete(NOW - HOUR).is_some(), back, "{not_before:?}");
        assert_eq!(leaving.erased(NOW).undelete(NOW - HOUR), None, "nothing is left of it");
    }
}

#[test]
fn whoever_was_refused_meanwhile_is_asked_for_anew_after_an_undo() {
    let leaving = claw(Wish::Running { generation: 2 }, broken(2, Reason::TokenDead)).delete(NOW + UNDO, NOW);
    let back = leaving.undelete(NOW + MINUTE).expect("in time");
    assert_eq!((back.generation, back.wish), (3, Wish::Running { generation: 3 }));
    let leaving = claw(Wish::Running { generation: 2 }, up(1)).delete(NOW + UNDO, NOW);
    let back = leaving.undelete(NOW + MINUTE).expect("in time");
    assert_eq!((back.generation, back.working_since), (2, Some(NOW + MINUTE)), "the older one is still to be replaced");
}

#[test]
fn a_bot_is_held_until_the_infra_has_let_go_of_it() {
    let moved = |claw: Claw, bot| claw.change(Spec { bot: BotId(bot), ..spec("first") }, NOW);
    for (name, seen) in sights() {
        let moving = moved(claw(Wish::Running { generation: 2 }, seen), 8);
        let held = if ["absent", "stopped"].contains(&name) { vec![] } else { vec![BotId(7)] };
        assert_eq!(moving.held, held, "{name}");
        assert!(moving.has_bot(BotId(8)) && !moving.has_bot(BotId(9)));
        assert_eq!(moving.has_bot(BotId(7)), !held.is_empty(), "{name}");
        assert!(!moving.erased(NOW).has_bot(BotId(8)), "what is gone has none");
    }
    let running = claw(Wish::Running { generation: 2 }, up(2));
    assert_eq!(running.clone().change(spec("second"), NOW).held, [], "the same bot with another model");
    let there_and_back = moved(moved(moved(running, 8), 7), 8);
    assert_eq!(there_and_back.held, [BotId(7), BotId(8)], "each once");
}

#[test]
fn a_change_goes_on_from_what_ran_first() {
    let ran = Claw { first_ready: Some(NOW), ..claw(Wish::Suspended { since: NOW }, Seen::Absent) };
    for wish in [Wish::Suspended { since: NOW }, Wish::Gone { not_before: NOW, before: Before::Running }] {
        let changed = Claw { wish, ..ran.clone() }.change(spec("second"), NOW);
        assert_eq!((changed.wish, changed.generation), (wish, 2), "it does not wake for that");
        assert_eq!((changed.previous, changed.spec), (Some(spec("first")), spec("second")));
    }
    let nothing_ran = claw(Wish::Running { generation: 2 }, Seen::Absent).heal_back(NOW);
    assert_eq!((nothing_ran.spec, nothing_ran.generation), (spec("first"), 3), "what there is, is tried again");
}

#[test]
fn rights_go_to_those_awake_first_and_then_to_the_older() {
    let one =
        |number: u8, wish: Wish| Claw { id: ClawId(Uuid::from_u128(number.into())), number: number.into(), ..claw(wish, up(2)) };
    let (awake, asleep) = (Wish::Running { generation: 2 }, Wish::Suspended { since: NOW });
    let gone = Wish::Gone { not_before: NOW, before: Before::Running };
    let theirs = [one(1, asleep), one(2, gone), one(3, Wish::Paused), one(4, awake), one(5, asleep)];
    let ranks: Vec<usize> = theirs.iter().map(|claw| rank_of(&theirs, claw.id)).collect();
    assert_eq!(ranks, [2, 4, 0, 1, 3], "one on its way out stands behind all");
    assert_eq!(rank_of(&theirs, ClawId(Uuid::from_u128(9))), 4, "and so does one that is not there");
    let erased = Claw { destroyed: Some(NOW), ..one(3, Wish::Paused) };
    assert_eq!(rank_of(&[erased, one(4, awake)], ClawId(Uuid::from_u128(4))), 0);
}
