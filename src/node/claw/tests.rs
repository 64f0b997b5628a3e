//! The machine of a claw, row by row, and what it promises whatever happens.

use std::time::Duration;

use proptest::prelude::*;

use super::{
    Claw, EXIT_CONFIG, Ended, GRACE, Looked, Reason, ReasonCode, Restoring, Seen, Silence, Stage, State, Step, Wellness, Wish,
    ended, looked, next_step, state,
};
use crate::{
    domain::time::{DAY, MINUTE, Time},
    node::{
        openclaw::{Health, Trouble},
        runtime::{Ending, How},
    },
};

const NOW: Time = Time(1_800_000_000_000);

fn claw(wish: Wish, seen: Seen) -> Claw {
    Claw {
        slug: "slug".into(),
        user_id: "u".into(),
        claw_id: "c".into(),
        created_at: NOW,
        wish,
        generation: 1,
        boot: 1,
        spec_rev: 1,
        restore_wish: None,
        seen,
        start: 1,
        starts: vec![NOW],
        fails: 0,
        restarts: 0,
        applied_rev: 1,
        restoring: None,
    }
}

fn down(after: Option<Ended>) -> Seen {
    Seen::Down { boot: 1, at: NOW, after }
}

fn up(health: Wellness) -> Seen {
    Seen::Up { boot: 1, since: NOW, ready_at: None, health }
}

fn ending(killed: bool) -> Seen {
    Seen::Ending { boot: 1, since: NOW, killed }
}

fn broken(code: ReasonCode) -> Seen {
    Seen::Broken { boot: 1, at: NOW, why: Reason::new(code, "why") }
}

#[test]
fn each_pair_of_wish_and_sight_has_its_step() {
    let trash = Wish::Trash { until: NOW + DAY };
    let (crashed, all_of_it) = (broken(ReasonCode::CrashLoop), [Wish::Stopped, Wish::Suspended, trash]);
    let coming = up(Wellness::Coming { late: false });
    assert_eq!(next_step(&claw(Wish::Running, Seen::Absent), NOW), Step::Prepare);
    assert_eq!(next_step(&claw(Wish::Running, down(None)), NOW), Step::Start);
    assert_eq!(next_step(&claw(Wish::Running, coming.clone()), NOW), Step::Look(Duration::from_millis(500)));
    assert_eq!(next_step(&claw(Wish::Running, up(Wellness::Ready)), NOW), Step::Look(Duration::from_secs(5)));
    assert_eq!(next_step(&claw(Wish::Running, crashed.clone()), NOW), Step::Rest(None));
    for wish in all_of_it {
        assert_eq!(next_step(&claw(wish, coming.clone()), NOW), Step::Ask, "{wish:?}");
        assert_eq!(next_step(&claw(wish, ending(false)), NOW + GRACE), Step::Kill, "{wish:?}");
        for seen in [Seen::Absent, down(None), down(Some(Ended::Exit(1))), crashed.clone()] {
            assert!(matches!(next_step(&claw(wish, seen), NOW), Step::Rest(_)), "{wish:?}");
        }
    }
    assert_eq!(next_step(&claw(trash, down(None)), NOW + DAY), Step::Expire);
    for (seen, step) in [
        (Seen::Absent, Step::Erase),
        (down(None), Step::Erase),
        (crashed, Step::Erase),
        (coming, Step::Kill),
        (ending(false), Step::Kill),
        (ending(true), Step::Look(Duration::from_millis(500))),
    ] {
        assert_eq!(next_step(&claw(Wish::Gone, seen), NOW), step);
    }
}

#[test]
fn a_newer_boot_and_a_changed_specification_are_followed() {
    let newer = |seen| Claw { boot: 2, fails: 5, ..claw(Wish::Running, seen) };
    assert_eq!(next_step(&newer(up(Wellness::Ready)), NOW), Step::Ask);
    assert_eq!(next_step(&newer(broken(ReasonCode::CrashLoop)), NOW), Step::Start);
    assert_eq!(next_step(&newer(down(Some(Ended::Exit(1)))), NOW), Step::Start, "no waiting for what somebody asked for");
    let begun = newer(broken(ReasonCode::CrashLoop)).starting(NOW);
    assert_eq!((begun.fails, begun.starts, begun.restarts, begun.start), (0, vec![NOW], 0, 2));
    let changed = |health| Claw { spec_rev: 2, ..claw(Wish::Running, up(health)) };
    assert_eq!(next_step(&changed(Wellness::Ready), NOW), Step::Apply);
    assert!(matches!(next_step(&changed(Wellness::Coming { late: false }), NOW), Step::Look(_)), "first it comes up");
}

#[test]
fn failures_are_waited_for_longer_and_longer_and_then_given_up() {
    let mut it = Claw { starts: Vec::new(), ..claw(Wish::Running, down(None)) };
    let (mut now, mut waits) = (NOW, Vec::new());
    let given_up = loop {
        match next_step(&it, now) {
            Step::Start => it = it.starting(now),
            Step::Rest(Some(at)) => {
                waits.push(now.until(at).as_secs());
                now = at;
            }
            Step::GiveUp(why) => break why,
            Step::Look(_) => it = ended(&it, Some(Ending { how: How::Exited(1), at: now }), now),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((waits, it.start, it.restarts), (vec![1, 2, 4, 8], 6, 4));
    assert_eq!(given_up.code, ReasonCode::CrashLoop);
    // Ten minutes later the budget would be whole again; but nobody starts a claw that was given up.
    let over = Claw { seen: broken(ReasonCode::CrashLoop), ..it };
    assert_eq!(next_step(&over, now + 60 * MINUTE), Step::Rest(None));
}

#[test]
fn a_wrong_configuration_is_never_tried_again() {
    let it = claw(Wish::Running, down(Some(Ended::Exit(EXIT_CONFIG))));
    let Step::GiveUp(why) = next_step(&it, NOW) else { panic!("{:?}", next_step(&it, NOW)) };
    assert_eq!(why.code, ReasonCode::ConfigInvalid);
    let shown = Claw { seen: Seen::Broken { boot: 1, at: NOW, why }, ..it };
    assert_eq!(state(&shown).0, State::ConfigError);
}

#[test]
fn want_of_memory_is_told_apart() {
    let it = ended(&claw(Wish::Running, up(Wellness::Ready)), Some(Ending { how: How::OutOfMemory, at: NOW }), NOW);
    let (shown, reason) = state(&it);
    assert_eq!((shown, reason.map(|reason| reason.code)), (State::Starting, Some(ReasonCode::OutOfMemory)));
    let spent = Claw { starts: vec![NOW; 5], fails: 5, ..it };
    let Step::GiveUp(why) = next_step(&spent, NOW + MINUTE) else { panic!("not given up") };
    assert_eq!(why.code, ReasonCode::OutOfMemory);
}

#[test]
fn a_host_without_room_is_asked_again_for_ever() {
    let mut it = claw(Wish::Running, down(None));
    let mut now = NOW;
    for _ in 0..50 {
        it = it.failed(Ended::NoRoom, now);
        assert_eq!(state(&it).1.map(|reason| reason.code), Some(ReasonCode::DiskFull));
        let Step::Rest(Some(at)) = next_step(&it, now) else { panic!("{:?}", next_step(&it, now)) };
        assert!(now.until(at) <= MINUTE);
        now = at;
        assert_eq!(next_step(&it, now), Step::Start);
    }
}

#[test]
fn a_host_that_was_started_anew_is_no_failure() {
    let it = ended(&claw(Wish::Running, up(Wellness::Ready)), None, NOW);
    assert_eq!((next_step(&it, NOW), it.fails), (Step::Start, 0));
}

#[test]
fn a_wall_that_goes_back_keeps_nobody_waiting() {
    let it = Claw { fails: 3, ..claw(Wish::Running, down(Some(Ended::Exit(1)))) };
    assert_eq!(next_step(&it, NOW - DAY), Step::Start);
    assert_eq!(next_step(&claw(Wish::Stopped, ending(false)), NOW - DAY), Step::Kill, "it was asked to end long ago, or never");
    let counted = Claw { starts: vec![NOW; 5], fails: 5, ..claw(Wish::Running, down(Some(Ended::Exit(1)))) };
    assert_eq!(next_step(&counted, NOW - DAY), Step::Start, "starts of tomorrow are not counted");
    let coming = claw(Wish::Running, up(Wellness::Coming { late: false }));
    let back = NOW - DAY;
    let Looked::As(again) = looked(&coming, Health::Starting, &mut Silence::default(), back) else { panic!("it hangs") };
    assert_eq!(looked(&again, Health::Starting, &mut Silence::default(), back + 10 * MINUTE), Looked::Hangs);
}

#[test]
fn each_answer_of_a_gateway_has_its_meaning() {
    let look = |it: &Claw, health, now| match looked(it, health, &mut Silence::default(), now) {
        Looked::As(after) => state(&after),
        Looked::Hangs => panic!("it hangs"),
    };
    let coming = claw(Wish::Running, up(Wellness::Coming { late: false }));
    let ready = claw(Wish::Running, up(Wellness::Ready));
    let silent = || Health::Silent("refused".into());
    let plain = |state| (state, None);
    assert_eq!(look(&coming, silent(), NOW), plain(State::Starting));
    assert_eq!(look(&coming, Health::Starting, NOW), plain(State::Starting));
    assert_eq!(look(&coming, Health::Unready(None), NOW), plain(State::Starting), "its first connection takes a moment");
    assert_eq!(look(&coming, Health::Unready(None), NOW + MINUTE).0, State::Degraded);
    assert_eq!(look(&coming, Health::Ready, NOW), plain(State::Ready));
    let (late, why) = look(&coming, Health::Starting, NOW + 3 * MINUTE);
    assert_eq!((late, why.map(|why| why.code)), (State::Starting, Some(ReasonCode::SlowStart)));
    for (trouble, code) in [
        (Trouble::BotTokenRejected, ReasonCode::BotTokenRejected),
        (Trouble::BotTokenUsedElsewhere, ReasonCode::BotTokenUsedElsewhere),
        (Trouble::ModelAuthFailed, ReasonCode::ModelAuthFailed),
        (Trouble::Other("x".into()), ReasonCode::Other),
    ] {
        for it in [&coming, &ready] {
            let (shown, why) = look(it, Health::Unready(Some(trouble.clone())), NOW);
            assert_eq!((shown, why.map(|why| why.code)), (State::Degraded, Some(code)));
        }
    }
    assert_eq!(look(&ready, silent(), NOW), plain(State::Ready), "one missed answer is no news");
    let healed = claw(Wish::Running, up(Wellness::Degraded { why: Reason::new(ReasonCode::BotTokenRejected, "") }));
    assert_eq!(look(&healed, Health::Ready, NOW), plain(State::Ready));
}

#[test]
fn silence_has_to_last_before_a_gateway_hangs() {
    let ready = claw(Wish::Running, up(Wellness::Ready));
    let mut silence = Silence::default();
    let silent = || Health::Silent("no answer".into());
    assert!(matches!(looked(&ready, silent(), &mut silence, NOW), Looked::As(_)));
    assert!(matches!(looked(&ready, silent(), &mut silence, NOW + 2 * MINUTE), Looked::As(_)), "a wall that leapt is no silence");
    assert_eq!(looked(&ready, silent(), &mut silence, NOW + 2 * MINUTE), Looked::Hangs);
    let mut silence = Silence::default();
    for second in 0..80 {
        let at = NOW + Duration::from_secs(second);
        assert!(matches!(looked(&ready, silent(), &mut silence, at), Looked::As(_)), "{second}");
    }
    assert!(matches!(looked(&ready, Health::Ready, &mut silence, NOW + MINUTE), Looked::As(_)));
    assert_eq!(silence, Silence::default(), "one answer ends it");
    let never = claw(Wish::Running, up(Wellness::Coming { late: true }));
    assert_eq!(looked(&never, Health::Starting, &mut Silence::default(), NOW + 10 * MINUTE), Looked::Hangs);
}

#[test]
fn failures_are_forgotten_after_ten_good_minutes() {
    let seen = Seen::Up { boot: 1, since: NOW, ready_at: Some(NOW), health: Wellness::Ready };
    let it = Claw { fails: 4, starts: vec![NOW; 4], ..claw(Wish::Running, seen) };
    let after = |now| match looked(&it, Health::Ready, &mut Silence::default(), now) {
        Looked::As(after) => (after.fails, after.starts.len()),
        Looked::Hangs => panic!("it hangs"),
    };
    assert_eq!((after(NOW + 9 * MINUTE), after(NOW + 10 * MINUTE)), ((4, 4), (0, 0)));
}

#[test]
fn a_backup_is_laid_out_put_in_place_and_proved() {
    let wished = |seen| Claw { restore_wish: Some("b".into()), ..claw(Wish::Running, seen) };
    let at = |stage, seen| Claw { restoring: Some(Restoring { backup: "b".into(), stage }), ..wished(seen) };
    assert_eq!(next_step(&wished(up(Wellness::Ready)), NOW), Step::Ask);
    assert_eq!(next_step(&wished(down(None)), NOW), Step::Unpack("b".into()));
    assert_eq!(next_step(&at(Stage::Unpacked, down(None)), NOW), Step::Swap);
    assert_eq!(next_step(&at(Stage::Proving, down(None)), NOW), Step::Start);
    assert!(matches!(next_step(&at(Stage::Proving, up(Wellness::Coming { late: false })), NOW), Step::Look(_)));
    assert_eq!(next_step(&at(Stage::Proving, up(Wellness::Ready)), NOW), Step::Keep);
    assert_eq!(next_step(&at(Stage::Proving, broken(ReasonCode::ConfigInvalid)), NOW), Step::PutBack);
    let unwished = Claw { wish: Wish::Suspended, ..at(Stage::Unpacked, down(None)) };
    assert_eq!(next_step(&unwished, NOW), Step::Rest(None), "no boot without a right to run");
}

fn any_seen() -> impl Strategy<Value = Seen> {
    let after = prop_oneof![
        Just(None),
        Just(Some(Ended::Exit(1))),
        Just(Some(Ended::Exit(EXIT_CONFIG))),
        Just(Some(Ended::OutOfMemory)),
        Just(Some(Ended::NoRoom)),
        Just(Some(Ended::Lost)),
    ];
    prop_oneof![
        Just(Seen::Absent),
        after.prop_map(down),
        Just(up(Wellness::Coming { late: false })),
        Just(up(Wellness::Ready)),
        any::<bool>().prop_map(ending),
        Just(broken(ReasonCode::CrashLoop)),
    ]
}

fn any_wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        Just(Wish::Running),
        Just(Wish::Stopped),
        Just(Wish::Suspended),
        Just(Wish::Trash { until: NOW + MINUTE }),
        Just(Wish::Gone),
    ]
}

proptest! {
    /// Whatever is wished and seen, a world in which every step works comes to rest where it was wished to.
    #[test]
    fn every_wish_comes_true(wish in any_wish(), seen in any_seen(), boot in 1_u32..3, fails in 0_u32..9) {
        let mut it = Claw { boot, fails, ..claw(wish, seen) };
        let mut now = NOW;
        let mut erased = false;
        for _ in 0..200 {
            match next_step(&it, now) {
                Step::Prepare => it.seen = Seen::Down { boot: it.boot, at: now, after: None },
                Step::Start => {
                    prop_assert!(!it.seen.may_run(), "never two at once");
                    it = it.starting(now);
                }
                Step::Look(again) => {
                    now = now + again;
                    let health = Health::Ready;
                    it = match &it.seen {
                        Seen::Ending { .. } => ended(&it, None, now),
                        _ => match looked(&it, health, &mut Silence::default(), now) {
                            Looked::As(after) => *after,
                            Looked::Hangs => it.failed(Ended::Hung, now),
                        },
                    };
                }
                Step::Apply => it.applied_rev = it.spec_rev,
                Step::Ask => it.seen = ending(false),
                Step::Kill => it.seen = ending(true),
                Step::GiveUp(why) => it.seen = Seen::Broken { boot: it.boot, at: now, why },
                Step::Expire => it.wish = Wish::Gone,
                Step::Erase => { erased = true; break }
                Step::Rest(None) => break,
                Step::Rest(Some(at)) => { prop_assert!(at > now); now = at }
                Step::Unpack(_) | Step::Swap | Step::Keep | Step::PutBack => prop_assert!(false, "no backup was wished"),
            }
        }
        match wish {
            Wish::Running => prop_assert!(matches!(it.seen, Seen::Up { health: Wellness::Ready, .. } | Seen::Broken { .. }), "{:?}", it.seen),
            Wish::Stopped | Wish::Suspended => prop_assert!(!it.seen.may_run()),
            Wish::Trash { .. } | Wish::Gone => prop_assert!(erased),
        }
    }
}
