//! What was promised, and whether it holds: judged by what people asked for, by what the infra and the chats show and
//! by a count of rights of its own, without asking the machine what it meant to do.

use std::collections::HashMap;

use super::{
    infra::Address,
    rows::{Rows, Word},
    world::World,
};
use crate::domain::{
    claw::{Ask, Call, Outcome, Reason, Seen, Spec, Step, Wish},
    entitlement::PeriodKind,
    ids::{BotId, PersonId},
    time::{DAY, HOUR, MINUTE, Time},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Never two claws for one bot, and none that no row knows.
    OneClaw,
    /// Nothing is brought up, or left running, without a right.
    RightFirst,
    /// Whoever has a right and wants a claw has it, as they chose it last.
    RightMeansClaw,
    /// Each notice once; again only where nobody learnt that it arrived.
    SaidOnce,
    /// What people have to know they are told.
    Told,
    TrialOnce,
    /// A repeat has the same key, and another intention another.
    OneKeyOneIntention,
    /// Nothing is destroyed before its time, without a warning, or right after the clock was moved.
    NotTooEarly,
    /// Nobody keeps what was destroyed.
    LeavesNothing,
    /// What we believe to run, or not to, is so.
    TrueBelief,
    ComesToRest,
    /// Each update is handled, and once.
    HandledOnce,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Want {
    Run,
    Paused,
    Gone { from: Time },
}

/// What is asked of one claw.
struct Wanted {
    want: Want,
    before: Want,
    spec: Spec,
    suspended: Option<Time>,
    warned: Option<Time>,
}

struct Key {
    row: usize,
    what: Ask,
    generation: u32,
    answered: bool,
}

#[derive(Default)]
pub struct Promises {
    pub broken: Option<(Promise, String)>,
    wanted: Vec<Wanted>,
    keys: HashMap<String, Key>,
    last: HashMap<usize, String>,
    trials: Vec<(usize, BotId)>,
}

impl Promises {
    pub fn breaks(&mut self, promise: Promise, how: String) {
        self.broken.get_or_insert((promise, how));
    }

    pub fn hatches(&mut self, spec: &Spec) {
        let (want, spec) = (Want::Run, spec.clone());
        self.wanted.push(Wanted { want, before: want, spec, suspended: None, warned: None });
    }

    pub fn wants_run(&mut self, row: usize) {
        self.wanted[row].want = Want::Run;
    }

    pub fn wants_pause(&mut self, row: usize) {
        self.wanted[row].want = Want::Paused;
    }

    pub fn wants_gone(&mut self, row: usize, from: Time) {
        let wanted = &mut self.wanted[row];
        let before = match wanted.want {
            Want::Run | Want::Paused => wanted.want,
            Want::Gone { .. } => wanted.before,
        };
        (wanted.before, wanted.want) = (before, Want::Gone { from });
    }

    pub fn wants_it_back(&mut self, row: usize) {
        self.wanted[row].want = self.wanted[row].before;
    }

    pub fn wants_spec(&mut self, row: usize, spec: &Spec) {
        self.wanted[row].spec = spec.clone();
    }

    /// Its person was told that it goes on as before.
    pub fn went_back(&mut self, row: usize, spec: &Spec) {
        self.wants_spec(row, spec);
    }

    /// One that slept wakes to run, whatever it did before.
    pub fn was_suspended(&mut self, row: usize, now: Time) {
        let wanted = &mut self.wanted[row];
        (wanted.want, wanted.suspended, wanted.warned) = (Want::Run, Some(now), None);
    }

    pub fn was_warned(&mut self, row: usize, now: Time) {
        self.wanted[row].warned = Some(now);
    }

    pub fn begins_trial(&mut self, who: usize, bot: BotId) {
        if self.trials.iter().any(|(person, known)| *person == who || *known == bot) {
            self.breaks(Promise::TrialOnce, format!("a second trial for person {who} or bot {bot}"));
        }
        self.trials.push((who, bot));
    }

    /// A call is about to be made.
    pub fn intends(&mut self, row: usize, call: &Call) {
        let (what, generation) = (call.what, call.generation);
        let same = |key: &Key| (key.row, key.what, key.generation) == (row, what, generation);
        match self.keys.get(&call.key) {
            Some(known) if !same(known) || known.answered => {
                self.breaks(Promise::OneKeyOneIntention, format!("one key for two things: {call:?}"));
            }
            Some(_) => return,
            None => {
                let before = self.last.get(&row).and_then(|last| self.keys.get(last));
                if before.is_some_and(|before| same(before) && !before.answered) {
                    self.breaks(Promise::OneKeyOneIntention, format!("a repeat under another key: {call:?}"));
                }
            }
        }
        self.keys.insert(call.key.clone(), Key { row, what, generation, answered: false });
        self.last.insert(row, call.key.clone());
    }

    /// What came of a call is known.
    pub fn hears(&mut self, call: &Call, outcome: &Outcome) {
        let answered = match outcome {
            Outcome::Up(_) | Outcome::Down { .. } | Outcome::Asleep | Outcome::Refused { .. } => true,
            Outcome::Starting | Outcome::Unreached(_) | Outcome::Unclear(_) => false,
        };
        if let Some(key) = self.keys.get_mut(&call.key) {
            key.answered |= answered;
        }
        if matches!(outcome, Outcome::Refused { reason: Reason::Foreign, .. }) {
            self.breaks(Promise::TrueBelief, format!("its own claw was met as a stranger's: {call:?}"));
        }
    }
}

/// How many claws this person has a right to at `now`.
fn rights(rows: &Rows, person: PersonId, now: Time) -> usize {
    let is_over = |at: Option<Time>| at.is_some_and(|at| at <= now);
    let counts = |kind| {
        let live = rows.periods.iter().filter(|period| period.person == person && period.kind == kind);
        live.filter(|period| period.revoked.is_none() && !is_over(period.started.map(|start| start + period.length))).count()
    };
    counts(PeriodKind::Trial).min(1) + counts(PeriodKind::Grant)
}

impl World {
    pub fn breaks(&mut self, promise: Promise, row: usize, how: &str) {
        self.promises.breaks(promise, format!("{how}: {:?}", self.rows.claws[row].claw));
    }

    /// A step is about to be taken.
    pub fn check_step(&mut self, of: usize, row: usize, step: &Step) {
        let (now, at) = (self.now(), self.address(row));
        let wanted = &self.promises.wanted[row];
        let is_gone_wanted = matches!(wanted.want, Want::Gone { from } if now >= from);
        let slept = wanted.suspended.is_some_and(|since| now >= since + 7 * DAY);
        let was_warned = wanted.warned.is_some_and(|at| now >= at + (2 * DAY - HOUR));
        let may_go = is_gone_wanted || slept && was_warned;
        let moved = self.processes[of].moved.is_some_and(|at| self.steady < at + MINUTE);
        match step {
            Step::Destroy if !may_go => self.breaks(Promise::NotTooEarly, row, "destroyed too early"),
            Step::Erase if !may_go => self.breaks(Promise::NotTooEarly, row, "erased too early"),
            Step::Erase if self.infra.asleep.contains(&at) => {
                self.breaks(Promise::LeavesNothing, row, "erased, and it sleeps on");
            }
            Step::Erase if self.infra.may_run(at) => self.breaks(Promise::OneClaw, row, "erased, and it runs"),
            Step::Deprovision if matches!(self.rows.claws[row].claw.wish, Wish::Gone { .. }) && !may_go => {
                self.breaks(Promise::NotTooEarly, row, "taken down for good too early");
            }
            Step::Provision | Step::Wake if rights(&self.rows, at.0, now) == 0 => {
                self.breaks(Promise::RightFirst, row, "brought up without a right");
            }
            _ => {}
        }
        if moved && step.irreversible(&self.rows.claws[row].claw) {
            self.breaks(Promise::NotTooEarly, row, "done for good right after the clock was moved");
        }
    }

    /// It is said to rest.
    pub fn check_rest(&mut self, row: usize) {
        let (now, at) = (self.now(), self.address(row));
        let can_be_undone = matches!(self.promises.wanted[row].want, Want::Gone { from } if now < from);
        if !can_be_undone && rights(&self.rows, at.0, now) == 0 && self.infra.may_run(at) {
            self.breaks(Promise::RightFirst, row, "it rests and runs without a right");
        }
    }

    /// What is believed to run is what runs, and what is believed gone is gone.
    pub fn check_belief(&mut self, row: usize) {
        let at = self.address(row);
        let runs = self.infra.find(at).map(|live| live.generation);
        let holds = match self.rows.claws[row].claw.seen {
            Seen::Running { generation, .. } => runs == Some(generation) || self.infra.vanished.contains(&at),
            Seen::Absent => !self.infra.may_run(at),
            Seen::Asked { .. } | Seen::Stopped | Seen::Broken { .. } => true,
        };
        if !holds {
            self.breaks(Promise::TrueBelief, row, &format!("what runs is {runs:?}"));
        }
    }

    /// The faults have stopped and all has settled.
    pub fn check_the_end(&mut self) {
        let now = self.now();
        for live in 0..self.infra.live.len() {
            let at = self.infra.live[live].at;
            if !self.rows.claws.iter().any(|row| (row.claw.person, row.claw.number) == at && row.claw.destroyed.is_none()) {
                self.promises.breaks(Promise::OneClaw, format!("nobody knows the claw at {at:?}"));
            }
        }
        for at in self.infra.asleep.clone() {
            if !self.rows.claws.iter().any(|row| (row.claw.person, row.claw.number) == at && row.claw.destroyed.is_none()) {
                self.promises.breaks(Promise::LeavesNothing, format!("nobody knows the claw that sleeps at {at:?}"));
            }
        }
        let mut people: Vec<PersonId> = self.rows.claws.iter().map(|row| row.claw.person).collect();
        people.sort_unstable();
        people.dedup();
        for person in people {
            let is_theirs = |row: &usize| self.rows.claws[*row].claw.person == person;
            let theirs: Vec<usize> = (0..self.rows.claws.len()).filter(is_theirs).collect();
            let staying = theirs.iter().filter(|row| !self.rows.claws[**row].claw.is_leaving()).count();
            let mut carried = rights(&self.rows, person, now).min(staying);
            for row in theirs {
                self.check_claw_at_the_end(row, &mut carried);
            }
            if carried > 0 {
                self.promises.breaks(Promise::RightMeansClaw, format!("{carried} rights of {person} carry no claw"));
            }
        }
        self.check_messages();
    }

    fn check_claw_at_the_end(&mut self, row: usize, carried: &mut usize) {
        let (now, at) = (self.now(), self.address(row));
        let wanted = &self.promises.wanted[row];
        let (want, spec) = (wanted.want, wanted.spec.clone());
        let claw = &self.rows.claws[row].claw;
        let runs = self.infra.find(at);
        let vanished = !self.can.status && self.infra.vanished.contains(&at);
        if claw.destroyed.is_some() {
            let told =
                self.rows.outbox.iter().any(|message| {
                    message.word == Word::Destroyed { claw: row } || message.word == Word::TakenAway { claw: row }
                });
            if self.rows.reader(row).is_some() && !told && !self.was_blocked {
                self.breaks(Promise::Told, row, "gone, and its person was not told");
            }
            return;
        }
        match (want, claw.wish) {
            (Want::Gone { from }, _) if now < from => {}
            (Want::Gone { .. }, _) => self.breaks(Promise::ComesToRest, row, "it shall be gone and is not"),
            (_, Wish::Suspended { .. }) if runs.is_some() => self.breaks(Promise::RightFirst, row, "it sleeps and runs"),
            (_, Wish::Suspended { .. }) => {}
            (_, Wish::Gone { .. }) => self.breaks(Promise::NotTooEarly, row, "it goes, and nobody wanted that"),
            (_, _) if *carried == 0 => self.breaks(Promise::RightFirst, row, "it is awake without a right"),
            (Want::Run, _) => {
                *carried -= 1;
                if !vanished && runs.is_none_or(|live| live.spec != spec) {
                    self.breaks(Promise::RightMeansClaw, row, &format!("{spec:?} is wanted and not there"));
                }
                let said = |word: Word| word == Word::Ready { claw: row };
                if !self.was_blocked && !self.rows.outbox.iter().any(|message| said(message.word)) {
                    self.breaks(Promise::Told, row, "it runs, and its person was not told");
                }
            }
            (Want::Paused, _) => {
                *carried -= 1;
                if self.infra.may_run(at) {
                    self.breaks(Promise::RightMeansClaw, row, "it is paused and runs");
                }
            }
        }
    }

    fn check_messages(&mut self) {
        for at in 0..self.chats.shown.len() {
            let (chat, word) = (self.chats.shown[at].chat, self.chats.shown[at].word);
            let known =
                self.chats.shown[at..].iter().filter(|shown| shown.chat == chat && shown.word == word && shown.known).count();
            let may = match word {
                Word::Woken { claw } => self.ups(self.address(claw)),
                _ => 1,
            };
            if known > may {
                self.promises.breaks(Promise::SaidOnce, format!("said {known} times: {word:?}"));
            }
        }
        if let Some(row) = self.rows.inbox.iter().find(|row| !row.done) {
            self.promises.breaks(Promise::HandledOnce, format!("not handled: {:?}", row.update));
        }
        let mut answers: Vec<u32> = self.answered.clone();
        answers.sort_unstable();
        if let Some(twice) = answers.windows(2).find(|two| two[0] == two[1]) {
            self.promises.breaks(Promise::HandledOnce, format!("update {} was handled twice", twice[0]));
        }
        if let Some(row) = self.rows.outbox.iter().find(|row| !row.done) {
            self.promises.breaks(Promise::Told, format!("not said: {row:?}"));
        }
    }

    fn ups(&self, at: Address) -> usize {
        self.infra.ups.iter().filter(|(known, _)| *known == at).count()
    }
}
