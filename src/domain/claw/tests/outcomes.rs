//! What is written down before a call, and what each outcome changes after it.

use super::*;

fn begun(claw: &Claw, step: Step) -> (Claw, Call) {
    ask(claw.clone(), &step, NOW).expect("this step calls")
}

fn key(claw: &Claw) -> &str {
    match &claw.seen {
        Seen::Asked { key, .. } => key,
        Seen::Absent | Seen::Running { .. } | Seen::Stopped | Seen::Broken { .. } => panic!("nothing is asked: {:?}", claw.seen),
    }
}

fn up(health: Health) -> Outcome {
    Outcome::Up(health)
}

fn refused(reason: Reason) -> Outcome {
    Outcome::Refused { reason, retry_after: None }
}

fn trouble() -> Trouble {
    Trouble::NoAnswer("silence".to_owned())
}

#[test]
fn only_two_steps_call_and_both_are_written_down_as_perhaps_arrived() {
    for (step, what) in [(Step::Provision, Ask::Provision), (Step::Deprovision, Ask::Deprovision)] {
        let (asked, call) = begun(&fresh(), step);
        assert_eq!((call.what, call.generation, call.maybe_arrived), (what, 1, false));
        assert_eq!(
            asked.seen,
            Seen::Asked { what, generation: 1, key: call.key, since: NOW, maybe_arrived: true, accepted: false }
        );
        assert_eq!(asked.asks, 1);
    }
    for step in [
        Step::Look,
        Step::Suspend,
        Step::Wake,
        Step::Destroy,
        Step::Erase,
        Step::HealBack,
        Step::ReportLate,
        Step::Rest { until: None },
    ] {
        assert!(ask(fresh(), &step, NOW).is_none(), "{step:?}");
    }
}

#[test]
fn a_repeat_has_the_same_name_and_a_new_intention_another() {
    let (once, first) = begun(&fresh(), Step::Provision);
    let (again, repeat) = begun(&once, Step::Provision);
    assert_eq!((&repeat.key, repeat.maybe_arrived, again.asks), (&first.key, true, 1));
    let (_, down) = begun(&again, Step::Deprovision);
    let (_, next) = begun(&again.clone().run(NOW), Step::Provision);
    let (surely_not, _, _) = record(once, &first, Outcome::Unreached(trouble()), NOW);
    let (_, once_more) = begun(&surely_not, Step::Provision);
    assert_eq!((&once_more.key, once_more.maybe_arrived), (&first.key, false), "it did not happen, so it is the same intention");
    let (answered, _, _) = record(again, &repeat, refused(Reason::NoCapacity), NOW);
    let (_, after) = begun(&answered, Step::Provision);
    assert_ne!(first.key, down.key);
    assert_ne!(first.key, next.key);
    assert_ne!(first.key, after.key, "what was answered is over");
}

#[test]
fn up_begins_the_period_once() {
    let (asked, call) = begun(&Claw { tries: 3, late: true, previous: Some(spec("old")), ..fresh() }, Step::Provision);
    let (seen, effects, wait) = record(asked, &call, up(Health::Good), NOW + MINUTE);
    assert_eq!((effects, wait), (vec![], None));
    assert_eq!(seen.seen, Seen::Running { generation: 1, health: Health::Good });
    assert_eq!(next_step(&seen, &right(), PLAIN, NOW + MINUTE), Step::Confirm, "and is said once");
    let ready = seen.confirm(NOW + MINUTE);
    assert_eq!((ready.first_ready, ready.working_since, ready.late, ready.tries), (Some(NOW + MINUTE), None, false, 0));
    assert_eq!(ready.previous, None, "the new specification is proven");
    let (asked, call) = begun(&ready.run(NOW), Step::Provision);
    let (again, _, _) = record(asked, &call, up(Health::Poor), NOW + HOUR);
    assert_eq!(again.confirm(NOW + HOUR).first_ready, Some(NOW + MINUTE));
}

#[test]
fn a_look_that_finds_nothing_new_is_no_news() {
    let runs = claw(Wish::Running { generation: 2 }, Seen::Running { generation: 2, health: Health::Good });
    let runs = Claw { working_since: None, first_ready: Some(NOW), ..runs };
    let look = Call { what: Ask::Provision, generation: 2, key: String::new(), maybe_arrived: true };
    let (poor, effects, wait) = record(runs.clone(), &look, up(Health::Poor), NOW);
    assert_eq!((effects, wait), (vec![], Some(LOOK_AGAIN)));
    assert_eq!(status(&poor), Status::Degraded);
    let (gone, effects, _) = record(runs.clone(), &look, Outcome::Down { keeps_data: false }, NOW);
    assert_eq!((effects, &gone.seen, gone.working_since), (vec![], &Seen::Absent, Some(NOW)), "it has to come up again, in time");
    assert_eq!(next_step(&gone, &right(), RICH, NOW), Step::Provision);
    let (silent, effects, _) = record(runs.clone(), &look, Outcome::Unclear(trouble()), NOW);
    assert_eq!((silent.seen, silent.tries), (runs.seen, 1), "silence says nothing about the claw");
    assert_eq!(effects, [Effect::Failing { trouble: trouble(), tries: 1 }]);
}

#[test]
fn up_for_an_older_wish_is_seen_and_not_announced() {
    let (asked, call) = begun(&fresh(), Step::Provision);
    for moved in [asked.clone().run(NOW), asked.clone().pause(NOW), asked.clone().delete(NOW, NOW), asked.suspend(NOW)] {
        let (after, effects, wait) = record(moved.clone(), &call, up(Health::Good), NOW);
        assert_eq!((effects, wait, after.first_ready), (vec![], None, None), "{:?}", moved.wish);
        assert_eq!(after.seen, Seen::Running { generation: 1, health: Health::Good });
    }
}

#[test]
fn starting_is_asked_again_soon_under_the_same_name() {
    let (asked, call) = begun(&Claw { tries: 2, ..fresh() }, Step::Provision);
    let (waits, effects, wait) = record(asked, &call, Outcome::Starting, NOW);
    assert_eq!((effects, wait, waits.tries), (vec![], Some(Duration::from_secs(3)), 0));
    assert!(matches!(waits.seen, Seen::Asked { accepted: true, maybe_arrived: true, .. }));
    let (again, repeat) = begun(&waits, Step::Provision);
    assert_eq!((repeat.key, repeat.maybe_arrived), (call.key, true));
    assert!(matches!(again.seen, Seen::Asked { accepted: true, .. }), "what was accepted stays so");
}

#[test]
fn down_is_told_only_where_it_was_wished() {
    let up = Seen::Running { generation: 2, health: Health::Good };
    for (wish, effects) in [
        (Wish::Paused, vec![Effect::Asleep]),
        (Wish::Suspended { since: NOW }, vec![Effect::Asleep]),
        (Wish::Running { generation: 2 }, vec![]),
        (Wish::Gone { not_before: NOW, before: Before::Running }, vec![]),
    ] {
        let (asked, call) = begun(&claw(wish, up.clone()), Step::Deprovision);
        let (after, told, wait) = record(asked, &call, Outcome::Down { keeps_data: true }, NOW);
        assert_eq!((told, wait, after.seen, after.keeps_data), (effects, None, Seen::Absent, true), "{wish:?}");
    }
}

#[test]
fn each_refusal_of_an_order_is_kept_with_whether_asking_again_can_help() {
    for reason in [
        Reason::TokenInUse,
        Reason::TokenDead,
        Reason::Deleting,
        Reason::ModelNotAllowed,
        Reason::NoCapacity,
        Reason::Foreign,
        Reason::Rejected,
    ] {
        let (asked, call) = begun(&fresh(), Step::Provision);
        let (after, effects, wait) = record(asked, &call, refused(reason), NOW);
        let retryable = matches!(reason, Reason::Deleting | Reason::NoCapacity);
        assert_eq!(after.seen, Seen::Broken { generation: 1, reason, retryable, maybe_there: false });
        assert_eq!((effects, after.tries), (vec![Effect::Refused { generation: 1, reason }], 1));
        assert_eq!(wait, (reason == Reason::NoCapacity).then_some(ASK_FULL_AGAIN));
        let step = next_step(&after, &right(), PLAIN, NOW);
        assert_eq!(step == Step::Provision, retryable, "{reason:?}: {step:?}");
    }
    let (asked, call) = begun(&fresh(), Step::Provision);
    let retry_after = Some(Duration::from_secs(40));
    let full = Outcome::Refused { reason: Reason::NoCapacity, retry_after };
    assert_eq!(record(asked.clone(), &call, full.clone(), NOW).2, retry_after, "the infra knows better");
    assert_eq!(record(asked.pause(NOW), &call, full, NOW).2, None, "what is wished now does not wait for that");
}

#[test]
fn a_refusal_does_not_undo_an_earlier_attempt_that_may_have_arrived() {
    let (asked, call) = begun(&fresh(), Step::Provision);
    let (unclear, _, _) = record(asked, &call, Outcome::Unclear(trouble()), NOW);
    let (again, repeat) = begun(&unclear, Step::Provision);
    let (full, _, _) = record(again, &repeat, refused(Reason::NoCapacity), NOW);
    assert!(matches!(full.seen, Seen::Broken { maybe_there: true, .. }));
    let (_, once_more) = begun(&full, Step::Provision);
    assert!(once_more.maybe_arrived, "what is met there may be our own");
    let moved = full.change(spec("other"), NOW);
    assert_eq!(next_step(&moved, &right(), PLAIN, NOW), Step::Deprovision, "first what may be there goes");
}

#[test]
fn only_the_same_wish_once_more_may_meet_what_an_earlier_attempt_left() {
    let refused = |generation, maybe_there| Seen::Broken { generation, reason: Reason::NoCapacity, retryable: true, maybe_there };
    for (generation, maybe_there, step, maybe_arrived) in [
        (2, true, Step::Provision, true),
        (2, false, Step::Provision, false),
        (1, true, Step::Provision, false),
        (1, false, Step::Provision, false),
        (2, true, Step::Deprovision, false),
    ] {
        let (_, call) = begun(&claw(Wish::Running { generation: 2 }, refused(generation, maybe_there)), step);
        assert_eq!(call.maybe_arrived, maybe_arrived, "{generation} {maybe_there} {:?}", call.what);
    }
}

#[test]
fn what_stands_between_us_and_the_infra_is_told_in_words() {
    let why = || "why".to_owned();
    for (trouble, words) in [
        (Trouble::LockedOut, "the infra does not accept our key"),
        (Trouble::NoConnection(why()), "no connection: why"),
        (Trouble::Overloaded(503), "the infra answered 503"),
        (Trouble::NoAnswer(why()), "no answer: why"),
        (Trouble::BadAnswer(why()), "an answer we cannot read: why"),
    ] {
        assert_eq!(trouble.to_string(), words);
    }
}

#[test]
fn a_refused_removal_leaves_the_claw_there() {
    for wish in [Wish::Paused, Wish::Running { generation: 2 }, Wish::Gone { not_before: NOW, before: Before::Running }] {
        let runs = claw(wish, Seen::Running { generation: 1, health: Health::Good });
        let (asked, call) = begun(&runs, Step::Deprovision);
        let (after, effects, _) = record(asked, &call, refused(Reason::Rejected), NOW);
        assert_eq!((effects, after.tries), (vec![Effect::Stays(Reason::Rejected)], 1));
        assert_ne!(key(&after), call.key, "it was answered: asking again is an intention of its own");
        for can in [PLAIN, RICH] {
            assert_eq!(next_step(&after, &right(), can, NOW), Step::Deprovision, "{wish:?}: nothing comes up beside it");
        }
        let (_, again) = begun(&after, Step::Deprovision);
        assert_eq!((again.key.as_str(), again.maybe_arrived), (key(&after), false));
    }
    let leaving = claw(Wish::Gone { not_before: NOW, before: Before::Running }, broken(2, Reason::Foreign));
    let (asked, call) = begun(&leaving, Step::Deprovision);
    let (after, effects, _) = record(asked, &call, refused(Reason::Foreign), NOW);
    assert_eq!((effects, &after.seen), (vec![Effect::Stays(Reason::Foreign)], &Seen::Absent), "nothing of ours is there");
    assert_eq!(next_step(&after, &right(), PLAIN, NOW), Step::Erase);
}

#[test]
fn silence_keeps_what_may_be_and_counts() {
    let (asked, call) = begun(&fresh(), Step::Provision);
    let (unclear, effects, wait) = record(asked.clone(), &call, Outcome::Unclear(trouble()), NOW);
    assert_eq!((effects, wait), (vec![Effect::Failing { trouble: trouble(), tries: 1 }], None));
    assert!(matches!(unclear.seen, Seen::Asked { maybe_arrived: true, .. }));
    let (unreached, _, _) = record(asked, &call, Outcome::Unreached(trouble()), NOW);
    assert!(matches!(unreached.seen, Seen::Asked { maybe_arrived: false, .. }), "this attempt surely did not");
    let (again, repeat) = begun(&unclear, Step::Provision);
    let (after, effects, _) = record(again, &repeat, Outcome::Unreached(trouble()), NOW);
    assert!(matches!(after.seen, Seen::Asked { maybe_arrived: true, .. }), "the earlier one may have");
    assert_eq!(effects, [Effect::Failing { trouble: trouble(), tries: 2 }]);
}
