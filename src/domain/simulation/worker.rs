//! A process: what it holds in memory between two commits or calls, and how it goes on from there. One piece of its
//! work is one commit or one outside call; between two pieces it may die, or stand still for longer than its lease.

use std::time::Duration;

use super::{
    history::Weather,
    infra::{Order, Parcel},
    promises::Promise,
    rows::{Lease, Word},
    world::World,
};
use crate::domain::{
    claw::{Ask, Call, Claw, Outcome, Step, Wish, destroy_at, look_again},
    entitlement::{Entitlement, KEPT_AFTER_END},
    prudence::SecondLook,
    time::Time,
};

const LONGEST_CALL: Duration = Duration::from_secs(120);
const CLAW_LEASE: Duration = Duration::from_secs(150);
const LEASE: Duration = Duration::from_secs(60);

pub struct Process {
    claw: Hand,
    update: Option<Lease>,
    message: Sending,
    prudence: SecondLook,
    /// By how much the wall clock was moved since this process last minded, and when it did.
    pub shifted: i64,
    pub moved: Option<Duration>,
    turn: u8,
}

enum Hand {
    Empty,
    Holds(Lease),
    /// The intention is written down, and nothing sent yet.
    Asks(Asked),
    /// The answer is there, and not written down.
    Heard(Asked, Outcome),
}

struct Asked {
    lease: Lease,
    call: Call,
    wish: Wish,
    /// Nothing to send: it is only looked at.
    parcel: Option<Parcel>,
}

enum Sending {
    Nothing,
    Holds(Lease),
    Heard(Lease, Weather, Option<usize>),
}

impl Process {
    pub fn new(now: Time, steady: Duration) -> Process {
        let prudence = SecondLook::new(now, steady);
        Process { claw: Hand::Empty, update: None, message: Sending::Nothing, prudence, shifted: 0, moved: None, turn: 0 }
    }
}

impl World {
    /// One commit or one outside call. False when this process has nothing to do.
    pub fn piece(&mut self, of: usize) -> bool {
        (0..3).any(|_| {
            let turn = self.processes[of].turn;
            self.processes[of].turn = (turn + 1) % 3;
            match turn {
                0 => self.on_updates(of),
                1 => self.on_messages(of),
                _ => self.on_claws(of),
            }
        })
    }

    fn on_updates(&mut self, of: usize) -> bool {
        let (now, steady) = (self.now(), self.steady);
        let Some(lease) = self.processes[of].update.take() else {
            self.processes[of].update = self.rows.claim_update(now, steady, LEASE);
            return self.processes[of].update.is_some();
        };
        let row = &self.rows.inbox[lease.row];
        if row.done && self.rows.guards.fences || !self.rows.holds(&row.work, &lease) {
            return true;
        }
        let (update, received) = (row.update.clone(), row.received);
        self.handle(&update, received);
        self.rows.inbox[lease.row].done = true;
        true
    }

    fn on_messages(&mut self, of: usize) -> bool {
        let (now, steady) = (self.now(), self.steady);
        match std::mem::replace(&mut self.processes[of].message, Sending::Nothing) {
            Sending::Nothing => match self.rows.claim_message(now, steady, LEASE) {
                None => return false,
                Some(lease) => self.processes[of].message = Sending::Holds(lease),
            },
            Sending::Holds(lease) => {
                let row = &self.rows.outbox[lease.row];
                let (chat, word) = (row.chat, row.word);
                let (heard, shown) = self.chats.take(chat, word);
                self.processes[of].message = Sending::Heard(lease, heard, shown);
            }
            Sending::Heard(lease, heard, shown) => self.was_sent(&lease, heard, shown),
        }
        true
    }

    fn on_claws(&mut self, of: usize) -> bool {
        let (now, steady) = (self.now(), self.steady);
        let next = match std::mem::replace(&mut self.processes[of].claw, Hand::Empty) {
            Hand::Empty => {
                self.looks_at_the_clock(of);
                self.processes[of].prudence.allows(now, steady);
                match self.rows.claim_claw(now, steady, CLAW_LEASE) {
                    None => return false,
                    Some(lease) => Hand::Holds(lease),
                }
            }
            Hand::Holds(lease) => self.step(of, lease),
            // Frozen here, or robbed by a clock that leapt, it must not call any more.
            Hand::Asks(asked) if steady + LONGEST_CALL > asked.lease.until || self.is_robbed(&asked.lease) => {
                self.rows.release_claw(&asked.lease, Some(now));
                Hand::Empty
            }
            Hand::Asks(asked) => {
                let at = self.address(asked.lease.row);
                let outcome = match &asked.parcel {
                    Some(parcel) => self.infra.take(parcel.clone()),
                    None => self.infra.look(at),
                };
                Hand::Heard(asked, outcome)
            }
            Hand::Heard(asked, outcome) => self.recorded(asked, outcome),
        };
        self.processes[of].claw = next;
        true
    }

    fn is_robbed(&self, lease: &Lease) -> bool {
        self.rows.guards.look_before_call && !self.rows.holds(&self.rows.claws[lease.row].work, lease)
    }

    /// One look at the row, and the step that follows from it, up to the call.
    fn step(&mut self, of: usize, lease: Lease) -> Hand {
        let (now, row) = (self.now(), lease.row);
        if !self.rows.holds(&self.rows.claws[row].work, &lease) {
            return Hand::Empty;
        }
        let claw = self.rows.claws[row].claw.clone();
        let right = self.right_of(row);
        self.tell_ending(row, &right);
        let step = (self.machine.next_step)(&claw, &right, self.can, now);
        self.looks_at_the_clock(of);
        if step.irreversible(&claw) && !self.processes[of].prudence.allows(now, self.steady) {
            self.rows.release_claw(&lease, Some(now + Duration::from_secs(15)));
            return Hand::Empty;
        }
        self.check_step(of, row, &step);
        if let Some((asked, call)) = (self.machine.ask)(claw.clone(), &step, now) {
            if self.steady + LONGEST_CALL > lease.until {
                self.rows.release_claw(&lease, Some(now));
                return Hand::Empty;
            }
            let order = match (call.what, claw.wish) {
                (Ask::Provision, _) => Order::Up(claw.spec.clone()),
                (_, Wish::Gone { .. }) => Order::Down,
                (_, Wish::Running { .. } | Wish::Paused | Wish::Suspended { .. }) => Order::Sleep,
            };
            self.promises.intends(row, &call);
            self.save(row, asked, Some(now));
            let parcel = Parcel { call: call.clone(), at: self.address(row), order };
            return Hand::Asks(Asked { lease, call, wish: claw.wish, parcel: Some(parcel) });
        }
        match step {
            Step::Rest { until } => {
                self.check_rest(row);
                self.rows.release_claw(&lease, until);
                Hand::Empty
            }
            Step::Look => {
                let call = Call { what: Ask::Provision, generation: claw.generation, key: String::new(), maybe_arrived: true };
                Hand::Asks(Asked { lease, call, wish: claw.wish, parcel: None })
            }
            Step::Provision
            | Step::Deprovision
            | Step::Confirm
            | Step::StartClock
            | Step::Suspend
            | Step::Wake
            | Step::Warn
            | Step::Destroy
            | Step::Erase
            | Step::HealBack
            | Step::ReportLate => {
                self.inner(row, claw, &step, &right);
                Hand::Holds(lease)
            }
        }
    }

    /// For the promises: when this process could first know that the clock was moved by more than five minutes.
    fn looks_at_the_clock(&mut self, of: usize) {
        let process = &mut self.processes[of];
        if process.shifted.abs() > 5 * 60_000 {
            (process.shifted, process.moved) = (0, Some(self.steady));
        }
    }

    fn inner(&mut self, row: usize, claw: Claw, step: &Step, right: &Entitlement) {
        let now = self.now();
        let (id, generation) = (claw.id.0.as_u128(), claw.generation);
        let mut once = None;
        let after = match step {
            Step::Confirm => {
                let word = if claw.first_ready.is_none() { Word::Ready { claw: row } } else { Word::Woken { claw: row } };
                once = Some((word, ("ready", id, i64::from(generation))));
                self.start_clock(right);
                claw.confirm(now)
            }
            Step::StartClock => {
                self.start_clock(right);
                claw
            }
            Step::Warn => {
                let Wish::Suspended { since } = claw.wish else {
                    return self.breaks(Promise::NotTooEarly, row, "one that is awake is warned");
                };
                self.promises.was_warned(row, now);
                once = Some((Word::DestroySoon { claw: row, at: destroy_at(since, now) }, ("destroy-soon", id, since.0)));
                Claw { warned: Some(now), ..claw }
            }
            Step::Suspend => {
                once = Some((Word::Asleep { claw: row, kept_until: now + KEPT_AFTER_END }, ("asleep", id, now.0)));
                self.promises.was_suspended(row, now);
                claw.suspend(now)
            }
            Step::Wake => claw.run(now),
            Step::Destroy => claw.delete(now, now),
            Step::Erase => {
                if !self.rows.said.contains(&("taken", id, 0)) {
                    once = Some((Word::Destroyed { claw: row }, ("destroyed", id, 0)));
                }
                claw.erased(now)
            }
            Step::HealBack => match self.heals_to_a_free_bot(row) {
                false => Claw { previous: None, ..claw },
                true => {
                    once = Some((Word::Healed { claw: row, generation }, ("healed", id, i64::from(generation))));
                    let back = claw.heal_back(now);
                    self.promises.went_back(row, &back.spec);
                    back
                }
            },
            Step::ReportLate => {
                if matches!(claw.wish, Wish::Running { .. }) {
                    once = Some((Word::Late { claw: row, generation }, ("late", id, i64::from(generation))));
                }
                Claw { late: true, ..claw }
            }
            Step::Provision | Step::Deprovision | Step::Look | Step::Rest { .. } => claw,
        };
        self.save(row, after, if matches!(step, Step::Erase) { None } else { Some(now) });
        if let Some((word, once)) = once {
            self.say_of(row, word, once);
        }
    }

    /// Whether the bot of the specification before is not another claw's by now.
    fn heals_to_a_free_bot(&self, row: usize) -> bool {
        let Some(bot) = self.rows.claws[row].claw.previous.as_ref().map(|spec| spec.bot) else { return true };
        !self.rows.claws.iter().enumerate().any(|(at, other)| at != row && other.claw.has_bot(bot))
    }

    fn start_clock(&mut self, right: &Entitlement) {
        let now = self.now();
        if let Entitlement::Waiting(waiting) = right {
            for period in self.rows.periods.iter_mut().filter(|period| period.id == waiting.id && period.started.is_none()) {
                period.started = Some(now);
            }
        }
    }

    /// Writes down what a call came to, on the claw as it is now.
    fn recorded(&mut self, asked: Asked, outcome: Outcome) -> Hand {
        let Asked { lease, call, wish, .. } = asked;
        let (now, row) = (self.now(), lease.row);
        if !self.rows.holds(&self.rows.claws[row].work, &lease) {
            return Hand::Empty;
        }
        self.promises.hears(&call, &outcome);
        let before = self.rows.claws[row].claw.clone();
        let (after, effects, wait) = (self.machine.record)(before, &call, outcome, now);
        let due = look_again(&after, wish, wait, 7, now);
        for effect in effects {
            self.tell_effect(row, &after, &effect);
        }
        self.save(row, after, Some(due));
        self.check_belief(row);
        if due <= now {
            return Hand::Holds(lease);
        }
        self.rows.release_claw(&lease, Some(due));
        Hand::Empty
    }
}
