//! Whole lives of a claw in a world kept in memory: taps, rights that begin and end, an infra that accepts, refuses,
//! is full, loses calls and answers, crashes of ours between asking and recording, calls that arrive twice, and time.
//! Whatever happened, the promises hold after every step, and when the faults stop the wish comes true.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// What happens next in the world.
#[derive(Clone, Copy, Debug)]
enum Event {
    Tap(Tap),
    /// A right begins, or all of them end.
    Right(bool),
    /// How the infra behaves from now on.
    Infra(Mood),
    /// The claw is looked at until it rests or waits.
    Work,
    /// As `Work`, and the process dies after this many writes or calls.
    WorkAndCrash(u8),
    /// The last call arrives once more.
    Duplicate,
    Pass(Duration),
}

#[derive(Clone, Copy, Debug)]
enum Tap {
    Run,
    Pause,
    Delete,
    Undo,
    Change,
}

/// How the infra treats a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mood {
    Well,
    /// Does it, and takes its time to say so.
    Slow,
    /// Does it; the answer is lost.
    Mute,
    /// The call is lost.
    Deaf,
    /// Surely not reached.
    Away,
    Full,
    RefusesOrders(Reason),
    RefusesRemovals,
}

/// The infra: at most one claw under one name, and the answers it gave.
#[derive(Default)]
struct Host {
    /// The generation of the specification that runs there.
    live: Option<u32>,
    upsert: bool,
    /// The generation of each key that was answered for good, with the answer.
    kept: HashMap<String, Outcome>,
    accepted: bool,
}

impl Host {
    /// Does what a call asks; the answer, if one is given for good.
    fn take(&mut self, call: &Call, mood: Mood) -> Outcome {
        if let Some(kept) = self.kept.get(&call.key) {
            return kept.clone();
        }
        let refused = |reason| Outcome::Refused { reason, retry_after: None };
        let done = match (call.what, mood) {
            (Ask::Provision, Mood::RefusesOrders(reason)) if self.live.is_none() => return refused(reason),
            (Ask::Provision, Mood::Full) if self.live.is_none() => return refused(Reason::NoCapacity),
            (Ask::Deprovision, Mood::RefusesRemovals) if self.live.is_some() => return refused(Reason::Rejected),
            (Ask::Provision, _) if self.live.is_some() && !self.upsert => {
                // What the driver makes of "it exists": ours if an earlier attempt may have arrived, foreign otherwise.
                return if call.maybe_arrived { Outcome::Up(Health::Good) } else { refused(Reason::Foreign) };
            }
            (Ask::Provision, Mood::Slow) if !std::mem::replace(&mut self.accepted, true) => {
                self.live = Some(call.generation);
                return Outcome::Starting;
            }
            (Ask::Provision, _) => {
                self.live = Some(call.generation);
                Outcome::Up(Health::Good)
            }
            (Ask::Deprovision, _) => {
                self.live = None;
                self.accepted = false;
                Outcome::Down { keeps_data: false }
            }
        };
        self.kept.insert(call.key.clone(), done.clone());
        done
    }
}

struct World {
    claw: Claw,
    can: Capabilities,
    period: Option<Period>,
    host: Host,
    mood: Mood,
    now: Time,
    due: Time,
    last: Option<Call>,
    /// What each key was for, and whether it was answered.
    keys: HashMap<String, (Ask, u32, bool)>,
}

impl World {
    fn new(can: Capabilities) -> World {
        let host = Host { upsert: can.updates_in_place, ..Host::default() };
        let period = Some(Period { length: 30 * DAY, ..running(Some(NOW)) });
        World { claw: fresh(), can, period, host, mood: Mood::Well, now: NOW, due: NOW, last: None, keys: HashMap::new() }
    }

    fn right(&self) -> Entitlement {
        Entitlement::of(self.period.as_slice(), self.now)
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Tap(tap) => self.tap(tap),
            Event::Right(true) => {
                self.period = Some(Period { length: 30 * DAY, ..running(Some(self.now)) });
                self.due = self.now;
            }
            Event::Right(false) => {
                self.period = self.period.take().map(|period| Period { revoked: Some(self.now), ..period });
                self.due = self.now;
            }
            Event::Infra(mood) => self.mood = mood,
            Event::Work => self.work(u8::MAX),
            Event::WorkAndCrash(after) => self.work(after),
            Event::Duplicate => {
                // Only a call that was answered: one still on its way is the same as one that arrives late.
                if let Some(call) = self.last.clone().filter(|call| self.host.kept.contains_key(&call.key)) {
                    let before = self.host.live;
                    self.host.take(&call, self.mood);
                    assert_eq!(self.host.live, before, "an answered call does nothing when it comes again");
                }
            }
            Event::Pass(span) => self.now = self.now + span,
        }
    }

    /// What the use cases let a person do.
    fn tap(&mut self, tap: Tap) {
        let claw = self.claw.clone();
        let tapped = match (tap, claw.wish) {
            (_, _) if claw.destroyed.is_some() => None,
            (Tap::Run, Wish::Paused) if self.right().covers_now() => Some(claw.run(self.now)),
            (Tap::Pause, Wish::Running { .. }) => Some(claw.pause(self.now)),
            (Tap::Delete, Wish::Running { .. } | Wish::Paused | Wish::Suspended { .. }) => {
                Some(claw.delete(self.now + UNDO, self.now))
            }
            (Tap::Undo, Wish::Gone { .. }) => claw.undelete(self.now),
            (Tap::Change, Wish::Running { .. } | Wish::Paused | Wish::Suspended { .. }) => {
                let model = format!("model {}", claw.version);
                Some(claw.change(spec(&model), self.now))
            }
            (Tap::Run | Tap::Pause | Tap::Delete | Tap::Undo | Tap::Change, _) => None,
        };
        if let Some(tapped) = tapped {
            self.save(tapped);
            self.due = self.now;
        }
    }

    fn save(&mut self, claw: Claw) {
        self.claw = Claw { version: self.claw.version + 1, ..claw };
    }

    /// What the reconciler does, up to `writes` writes; what it would do afterwards is lost with it.
    fn work(&mut self, writes: u8) {
        let mut left = writes;
        for _ in 0..30 {
            if self.now < self.due || left == 0 {
                return;
            }
            left -= 1;
            let step = next_step(&self.claw, &self.right(), self.can, self.now);
            self.check_step(&step);
            if let Some((asked, call)) = ask(self.claw.clone(), &step, self.now) {
                self.check_call(&call);
                self.save(asked);
                if left == 0 {
                    return;
                }
                left -= 1;
                let outcome = self.deliver(&call);
                if left == 0 {
                    return;
                }
                left -= 1;
                self.recorded(&call, outcome);
                continue;
            }
            let claw = self.claw.clone();
            match step {
                Step::Rest { until } => {
                    self.due = until.unwrap_or(Time(i64::MAX));
                    return;
                }
                Step::Look => {
                    let call =
                        Call { what: Ask::Provision, generation: claw.generation, key: String::new(), maybe_arrived: true };
                    let outcome = match (self.mood, self.host.live) {
                        (Mood::Mute | Mood::Deaf | Mood::Away, _) => Outcome::Unreached(Trouble::Overloaded(503)),
                        (_, Some(_)) => Outcome::Up(Health::Good),
                        (_, None) => Outcome::Down { keeps_data: false },
                    };
                    self.recorded(&call, outcome);
                }
                Step::Confirm => self.save(claw.confirm(self.now)),
                Step::StartClock => self.period = self.period.take().map(|period| Period { started: Some(self.now), ..period }),
                Step::Warn => self.save(Claw { warned: Some(self.now), ..claw }),
                Step::Suspend => self.save(claw.suspend(self.now)),
                Step::Wake => self.save(claw.run(self.now)),
                Step::Destroy => self.save(claw.delete(self.now, self.now)),
                Step::Erase => self.save(claw.erased(self.now)),
                Step::HealBack => self.save(claw.heal_back(self.now)),
                Step::ReportLate => self.save(Claw { late: true, ..claw }),
                Step::Provision | Step::Deprovision => unreachable!("these are asked"),
            }
        }
        panic!("it never comes to rest: {:?}", self.claw);
    }

    fn deliver(&mut self, call: &Call) -> Outcome {
        self.last = Some(call.clone());
        match self.mood {
            Mood::Away => Outcome::Unreached(Trouble::NoConnection("refused".to_owned())),
            Mood::Deaf => Outcome::Unclear(Trouble::NoAnswer("silence".to_owned())),
            Mood::Mute => {
                self.host.take(call, Mood::Well);
                Outcome::Unclear(Trouble::NoAnswer("silence".to_owned()))
            }
            Mood::Well | Mood::Slow | Mood::Full | Mood::RefusesOrders(_) | Mood::RefusesRemovals => {
                self.host.take(call, self.mood)
            }
        }
    }

    fn recorded(&mut self, call: &Call, outcome: Outcome) {
        assert_ne!(
            outcome,
            Outcome::Refused { reason: Reason::Foreign, retry_after: None },
            "its own claw was met as a stranger's: {:?}",
            self.claw
        );
        if let Outcome::Up(_) | Outcome::Down { .. } | Outcome::Refused { .. } = outcome
            && let Some((.., answered)) = self.keys.get_mut(&call.key)
        {
            *answered = true;
        }
        let (after, _, wait) = record(self.claw.clone(), call, outcome, self.now);
        self.due = self.now + wait.unwrap_or(if after.tries > 0 { backoff(after.tries, 7) } else { Duration::ZERO });
        self.save(after);
        if let Seen::Running { generation, .. } = self.claw.seen {
            assert_eq!(self.host.live, Some(generation), "what is believed to run is what runs");
        }
    }

    fn check_step(&self, step: &Step) {
        let week_over = |since: Time| self.now >= since + KEPT_AFTER_END;
        match (step, self.claw.wish) {
            (Step::Destroy, Wish::Suspended { since }) => assert!(week_over(since), "destroyed before its week was over"),
            (Step::Erase, Wish::Gone { not_before, .. }) => {
                assert!(self.now >= not_before, "erased while it could be undone");
                assert_eq!(self.host.live, None, "its secrets were erased and it still runs");
            }
            (Step::Deprovision, Wish::Gone { not_before, .. }) => assert!(self.now >= not_before, "taken down too early"),
            (Step::Destroy | Step::Erase, wish) => panic!("{step:?} is not wished: {wish:?}"),
            (Step::Provision | Step::Wake, _) => assert!(self.right().covers_now(), "{step:?} without a right"),
            (_, _) => {}
        }
    }

    fn check_call(&mut self, call: &Call) {
        let known = self.keys.insert(call.key.clone(), (call.what, call.generation, false));
        let last = self.last.as_ref().filter(|last| (last.what, last.generation) == (call.what, call.generation));
        match known {
            Some(known) => assert_eq!(known, (call.what, call.generation, false), "a key was used for two things: {call:?}"),
            // A new key: the last attempt at the same thing was answered, or there was none.
            None => {
                assert!(last.is_none_or(|last| self.keys[&last.key].2), "a repeat under another key: {call:?} after {last:?}");
            }
        }
    }

    /// Faults stop; time goes on until nothing is left to do now.
    fn settle(&mut self) {
        self.mood = Mood::Well;
        self.due = self.now;
        for _ in 0..200 {
            self.work(u8::MAX);
            // The last of these is looked at every minute, for ever.
            let far = self.due > self.now + 15 * MINUTE;
            if far || matches!(self.claw.wish, Wish::Running { .. }) && status(&self.claw) == Status::Ready {
                return;
            }
            self.now = self.now.max(self.due);
        }
        panic!("it does not settle: {:?}", self.claw);
    }
}

fn event() -> impl Strategy<Value = Event> {
    let tap = prop_oneof![Just(Tap::Run), Just(Tap::Pause), Just(Tap::Delete), Just(Tap::Undo), Just(Tap::Change)];
    let mood = prop_oneof![
        4 => Just(Mood::Well),
        1 => Just(Mood::Slow),
        2 => Just(Mood::Mute),
        1 => Just(Mood::Deaf),
        1 => Just(Mood::Away),
        1 => Just(Mood::Full),
        1 => Just(Mood::RefusesOrders(Reason::TokenDead)),
        1 => Just(Mood::RefusesOrders(Reason::Deleting)),
        1 => Just(Mood::RefusesRemovals),
    ];
    let span = prop_oneof![
        5 => (0..20_u32).prop_map(|seconds| seconds * Duration::from_secs(1)),
        3 => (1..40_u32).prop_map(|minutes| minutes * MINUTE),
        1 => (1..9_u32).prop_map(|days| days * DAY),
    ];
    prop_oneof![
        3 => tap.prop_map(Event::Tap),
        1 => any::<bool>().prop_map(Event::Right),
        3 => mood.prop_map(Event::Infra),
        5 => Just(Event::Work),
        3 => (1..7_u8).prop_map(Event::WorkAndCrash),
        1 => Just(Event::Duplicate),
        4 => span.prop_map(Event::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_wish_comes_true_in_the_end(rich in any::<bool>(), life in prop::collection::vec(event(), 1..60)) {
        let mut world = World::new(if rich { RICH } else { PLAIN });
        for event in life {
            world.happens(event);
        }
        world.settle();
        // One that was refused for good waits for its person, who changes something.
        if matches!(world.claw.seen, Seen::Broken { retryable: false, .. }) {
            world.tap(Tap::Change);
            world.settle();
        }
        let claw = &world.claw;
        match claw.wish {
            _ if claw.destroyed.is_some() => assert_eq!(world.host.live, None),
            Wish::Running { generation } => {
                assert!(world.right().covers_now());
                assert_eq!(world.host.live, Some(generation), "{claw:?}");
                assert_eq!((status(claw), claw.working_since), (Status::Ready, None), "{claw:?}");
            }
            Wish::Paused => assert_eq!((world.host.live, status(claw)), (None, Status::Paused)),
            Wish::Suspended { since } => {
                assert!(!world.right().covers_now());
                assert_eq!(world.host.live, None);
                world.now = world.now.max(since + (KEPT_AFTER_END - crate::domain::entitlement::WARNED_BEFORE_DESTROY));
                world.settle();
                let warned = world.claw.warned.expect("nothing is destroyed without a warning");
                world.now = world.now.max(destroy_at(since, warned));
                world.settle();
                assert!(world.claw.destroyed.is_some(), "a week later nothing is left: {:?}", world.claw);
            }
            Wish::Gone { .. } => panic!("it should be erased by now: {claw:?}"),
        }
    }
}
