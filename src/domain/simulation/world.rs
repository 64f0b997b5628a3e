//! Everything together: the machine, the rows, two processes, the infra, the chats, and two clocks. What happens is
//! told by events; then the faults stop, time goes on, and the promises are looked at.

use std::time::Duration;

use super::{
    chats::Chats,
    history::{Event, History, Mood, Weather},
    infra::{Address, Infra},
    promises::{Promise, Promises},
    rows::{ClawRow, Guards, InboxRow, Once, Rows, Word, Work},
    worker::Process,
};
use crate::domain::{
    claw::{self, Call, Capabilities, Claw, Effect, Outcome, Seen, Spec, Step, Wish},
    entitlement::{self, EndingIn, Entitlement, Period},
    ids::BotId,
    time::{HOUR, Time},
};

const BEGIN: Time = Time(1_800_000_000_000);
/// Nothing that comes by itself lies further ahead than this, when nothing is wrong.
const SOON: Duration = Duration::from_secs(15 * 60);

type Recorded = (Claw, Vec<Effect>, Option<Duration>);

/// The pure functions under test, each of which a test may sabotage.
#[derive(Clone, Copy)]
pub struct Machine {
    pub next_step: fn(&Claw, &Entitlement, Capabilities, Time) -> Step,
    pub ask: fn(Claw, &Step, Time) -> Option<(Claw, Call)>,
    pub record: fn(Claw, &Call, Outcome, Time) -> Recorded,
    pub right_at: fn(&[Period], usize, Time) -> Entitlement,
    pub ending: fn(&Period, Time) -> Option<EndingIn>,
    pub guards: Guards,
}

impl Machine {
    /// As it ships.
    pub const REAL: Machine = Machine {
        next_step: claw::next_step,
        ask: claw::ask,
        record: claw::record,
        right_at: entitlement::right_at,
        ending: EndingIn::due,
        guards: Guards::ALL,
    };
}

pub struct World {
    pub machine: Machine,
    pub can: Capabilities,
    pub rows: Rows,
    pub processes: [Process; 2],
    pub infra: Infra,
    pub chats: Chats,
    pub promises: Promises,
    /// The clock nobody can move, and how far ahead of it the other is.
    pub steady: Duration,
    shift: i64,
    numbers: u32,
    /// The bot each person means when they change a claw's.
    pub desks: [BotId; 2],
    /// The updates that were handled, in this order.
    pub answered: Vec<u32>,
    pub was_blocked: bool,
}

impl World {
    /// Lives one history through to its end; what it broke, if it did.
    pub fn lives(history: &History, machine: Machine) -> Result<(), (Promise, String)> {
        let mut world = World::new(history, machine);
        for event in &history.events {
            world.happens(*event);
            if let Some(broken) = world.broken() {
                return Err(broken);
            }
        }
        world.ends();
        world.broken().map_or(Ok(()), Err)
    }

    fn new(history: &History, machine: Machine) -> World {
        let can = Capabilities {
            updates_in_place: history.rich,
            status: history.rich,
            keeps_data: history.rich,
            ..Capabilities::default()
        };
        let process = || Process::new(BEGIN, Duration::ZERO);
        World {
            machine,
            can,
            rows: Rows::new(machine.guards),
            processes: [process(), process()],
            infra: Infra::new(history.rich, history.knows_keys),
            chats: Chats::new(),
            promises: Promises::default(),
            steady: Duration::ZERO,
            shift: 0,
            numbers: 0,
            desks: [BotId(0); 2],
            answered: Vec::new(),
            was_blocked: false,
        }
    }

    pub fn now(&self) -> Time {
        Time(BEGIN.0 + self.shift) + self.steady
    }

    pub fn next_number(&mut self) -> u32 {
        self.numbers += 1;
        self.numbers
    }

    pub fn address(&self, row: usize) -> Address {
        let claw = &self.rows.claws[row].claw;
        (claw.person, claw.number)
    }

    pub fn add(&mut self, claw: Claw) {
        let work = Work::due(self.now());
        self.rows.claws.push(ClawRow { claw, work });
    }

    pub fn save(&mut self, row: usize, claw: Claw, due: Option<Time>) {
        let row = &mut self.rows.claws[row];
        row.claw = Claw { version: row.claw.version + 1, ..claw };
        row.work.due = due;
    }

    /// Tells a claw's person something, once.
    pub fn say_of(&mut self, row: usize, word: Word, once: Once) {
        let now = self.now();
        if let Some(reader) = self.rows.reader(row) {
            let said = self.rows.say(reader, word, Some(once), now);
            if said && self.rows.people[reader].unreachable {
                // Known to have been due, and not due again.
                self.rows.outbox.last_mut().expect("just queued").done = true;
            }
        }
    }

    /// The right of one claw among its person's.
    pub fn right_of(&self, row: usize) -> Entitlement {
        let claw = &self.rows.claws[row].claw;
        let theirs: Vec<Claw> = self.rows.living(claw.person).into_iter().map(|at| self.rows.claws[at].claw.clone()).collect();
        (self.machine.right_at)(&self.rows.periods_of(claw.person), claw::rank_of(&theirs, claw.id), self.now())
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Says(who, wants) => self.says(who, wants),
            Event::Fetches { acked } => self.fetches(acked),
            Event::Works { process, pieces } => {
                for _ in 0..pieces {
                    if !self.piece(usize::from(process % 2)) {
                        break;
                    }
                }
            }
            Event::Dies(process) => self.processes[usize::from(process % 2)] = Process::new(self.now(), self.steady),
            Event::Passes { seconds } => self.steady += Duration::from_secs(u64::from(seconds)),
            Event::Jumps { minutes } => {
                self.shift += i64::from(minutes) * 60_000;
                self.processes.iter_mut().for_each(|process| process.shifted += i64::from(minutes) * 60_000);
            }
            Event::Infra(mood) => self.infra.mood = mood,
            Event::Telegram(weather) => {
                self.was_blocked |= weather == Weather::Blocked;
                self.chats.weather = weather;
            }
            Event::CatchesUp => self.infra.catch_up(None),
            Event::Repeats => self.infra.repeat(),
            Event::Vanishes(which) => self.infra.vanish(usize::from(which)),
            Event::Grants { who, hours } => self.grants(who, hours),
            Event::TakesAway(who) => self.takes_away(who),
            Event::Patrols => self.patrols(),
        }
    }

    fn broken(&mut self) -> Option<(Promise, String)> {
        self.infra.broken.take().or_else(|| self.promises.broken.take())
    }

    /// Telegram hands out what waits, and each update becomes a row.
    fn fetches(&mut self, acked: bool) {
        let now = self.now();
        for update in &self.chats.updates {
            let known = self.rows.inbox.iter().any(|row| row.update.number == update.number);
            if !(known && self.rows.guards.update_numbers) {
                let (update, work) = (update.clone(), Work::due(now));
                self.rows.inbox.push(InboxRow { update, received: now, work, done: false });
            }
        }
        if acked {
            self.chats.updates.clear();
        }
    }

    fn patrols(&mut self) {
        let now = self.now();
        for row in self.rows.claws.iter_mut().filter(|row| row.claw.destroyed.is_none()) {
            row.work.due = Some(row.work.due.map_or(now, |due| due.min(now)));
        }
    }

    /// The faults stop; what is left to do is done, and all time runs out.
    fn ends(&mut self) {
        self.infra.mood = Mood::Well;
        self.chats.weather = Weather::Fine;
        self.infra.catch_up(None);
        self.settles();
        // What was refused for good waits for its person, who was told and changes something.
        for row in 0..self.rows.claws.len() {
            let claw = self.rows.claws[row].claw.clone();
            if claw.destroyed.is_none() && matches!((claw.wish, &claw.seen), (Wish::Running { .. }, Seen::Broken { .. })) {
                self.check_told_stuck(row);
                let spec = Spec { model: "another".to_owned(), ..claw.spec.clone() };
                self.promises.wants_spec(row, &spec);
                let now = self.now();
                self.save(row, claw.change(spec, now), Some(now));
            }
        }
        self.settles();
        self.check_the_end();
        for _ in 0..24 {
            if !self.waits_for_the_next_end() {
                break;
            }
            self.settles();
        }
        self.check_the_end();
    }

    fn check_told_stuck(&mut self, row: usize) {
        let generation = self.rows.claws[row].claw.generation;
        let tells = |word: Word| matches!(word, Word::Stuck { claw, generation: told, .. } if claw == row && told == generation);
        if self.rows.reader(row).is_some() && !self.was_blocked && !self.rows.outbox.iter().any(|message| tells(message.word)) {
            self.breaks(Promise::Told, row, "it does not run, and its person was not told");
        }
    }

    /// Goes to when the next period ends, or the next sleeping claw is warned of or gone. False when there is none.
    fn waits_for_the_next_end(&mut self) -> bool {
        let now = self.now();
        let ends = self.rows.periods.iter().filter(|period| period.runs(now)).filter_map(Period::ends);
        let claws = self.rows.claws.iter().filter(|row| row.claw.destroyed.is_none());
        let sleeps = claws.filter(|row| matches!(row.claw.wish, Wish::Suspended { .. } | Wish::Gone { .. }));
        let next = ends.chain(sleeps.filter_map(|row| row.work.due)).filter(|at| *at > now).min();
        if let Some(at) = next {
            self.steady += now.until(at);
        }
        next.is_some()
    }

    /// Both processes work until nothing is left that comes by itself soon.
    fn settles(&mut self) {
        self.patrols();
        for _ in 0..300 {
            self.fetches(true);
            let mut pieces = 0;
            while self.piece(0) | self.piece(1) {
                pieces += 1;
                if pieces > 3000 {
                    return self.promises.breaks(
                        Promise::ComesToRest,
                        format!("work without end: {:?}", self.rows.claws.last().map(|row| &row.claw)),
                    );
                }
            }
            if self.promises.broken.is_some() || self.infra.broken.is_some() {
                return;
            }
            let now = self.now();
            match self.next_due().filter(|at| *at <= now + SOON || self.is_waiting(*at)) {
                Some(at) => self.steady += now.until(at).max(Duration::from_millis(1)),
                None => return,
            }
        }
        self.promises
            .breaks(Promise::ComesToRest, format!("it does not settle: {:?}", self.rows.claws.last().map(|row| &row.claw)));
    }

    /// Whether what waits until then waits for a lease or a moved clock, which is no rest.
    fn is_waiting(&self, at: Time) -> bool {
        let open = self.rows.inbox.iter().any(|row| !row.done) || self.rows.outbox.iter().any(|row| !row.done);
        at <= self.now() + 2 * HOUR && open || self.rows.claws.iter().any(|row| row.work.lease.is_some_and(|lease| lease == at))
    }
}
