//! One run of a walk: the program as a process among the stand-ins, somebody who starts it again whenever it dies, and
//! a clock that can be moved. Nobody else helps: what the program does not mend by itself stays broken.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    os::unix::process::ExitStatusExt as _,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use clawhatch::drivers::clock::Clock;
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;

use super::{
    books::Books,
    spoken::Tongue,
    walks::Walk,
    wire::{Blow, Count, Wires},
};
use crate::{
    postgres::{migrated_database, postgres_database},
    process::{Around, PROGRAM, Process, until},
    world::On,
};

/// After a death on PostgreSQL the clock goes on by so much, past every lease the dead process held.
const LEASES: Duration = Duration::from_secs(31);
/// The clock's own work is done every five seconds; a walk that waits for it does not wait so long.
const CHORES: Duration = Duration::from_secs(6);
/// How long to wait for the clock's work before moving the clock on.
const ROUND: Duration = Duration::from_millis(1300);

/// How the program dies in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Death {
    /// Just before these chunks cross the wire, each counted from the life before.
    Chunks(Vec<usize>),
    /// Not at all: only its connection to the database ends, around this commit.
    Cut(Blow, usize),
    /// At a named point of its own, `name:n` for the nth time it gets there, in a build that has them.
    Point { program: PathBuf, at: String },
}

pub struct Street {
    pub around: Around,
    pub on: On,
    death: Death,
    state: Mutex<State>,
    lives: watch::Sender<usize>,
    folder: tempfile::TempDir,
}

#[derive(Default)]
struct State {
    /// Counts what crosses until the next death.
    count: Arc<Count>,
    /// Deaths that are still to come, the next one last.
    to_come: Vec<usize>,
    armed: bool,
    running: Option<Pid>,
    /// A stop that was asked for, and how far the clock moves meanwhile.
    asked: Option<Duration>,
    died_before: Vec<String>,
    /// How far the world's clock is moved, and how much further the program's.
    moved: Duration,
    ahead: Duration,
}

impl Street {
    pub async fn new(on: On, walk: Walk, death: Death) -> Street {
        let folder = tempfile::tempdir().expect("a folder");
        let mut around = Around::at(On::Sqlite, Clock::shifted(folder.path().join("world-clock"))).await;
        if walk.is_on_a_clawnode() {
            around.infra.rule(|rules| rules.clawnode = true);
            around.set("DEFAULT_DRIVER", "clawnode");
        }
        match (on, walk == Walk::FirstStart) {
            (On::Sqlite, _) => {}
            (On::Postgres, true) => around.set("DATABASE_URL", &postgres_database().await),
            (On::Postgres, false) => around.set("DATABASE_URL", &migrated_database().await),
        }
        around.set("SANDBOX_CLOCK_FILE", &folder.path().join("clock").display().to_string());
        for name in ["INFRA_PROVISION_TIMEOUT", "INFRA_DEPROVISION_TIMEOUT"] {
            around.set(name, "20");
        }
        let (blow, mut to_come) = match &death {
            Death::Chunks(chunks) => (Blow::Kill, chunks.clone()),
            Death::Cut(blow, at) => (*blow, vec![*at]),
            Death::Point { .. } => (Blow::Kill, Vec::new()),
        };
        to_come.reverse();
        let count = Arc::new(Count::striking(blow, to_come.pop()));
        let state = Mutex::new(State { count, to_come, ..State::default() });
        Street { around, on, death, state, lives: watch::Sender::new(0), folder }
    }

    /// Plays `script` on a street where the program runs and is started again when it dies.
    pub async fn plays(&self, script: impl Future<Output = ()>) {
        tokio::select! {
            () = script => {}
            () = self.keeps_running() => {}
        }
    }

    async fn keeps_running(&self) {
        loop {
            let (mut process, wires) = self.starts().await;
            let end = process.ended().await;
            drop(wires);
            let mut state = self.lock();
            state.running = None;
            let killed = state.count.struck().filter(|_| matches!(self.death, Death::Chunks(_)));
            if let Some(struck) = killed {
                state.died_before.push(struck);
                let next = state.to_come.pop();
                state.count = Arc::new(Count::striking(Blow::Kill, next));
                if next.is_some() {
                    state.count.begin();
                }
                state.ahead += self.leases();
            } else if let Death::Point { at, .. } = &self.death
                && state.armed
                && state.died_before.is_empty()
                && end.signal() == Some(Signal::KILL.as_raw())
            {
                state.died_before.push(at.clone());
                state.ahead += self.leases();
            } else {
                assert!(state.asked.is_some(), "it ended by itself, {end}:\n{}", process.said());
            }
            if let Some(span) = state.asked.take() {
                state.moved += span;
            }
        }
    }

    async fn starts(&self) -> (Process, Option<Wires>) {
        self.write_clocks();
        let mut names = self.around.names.clone();
        let (count, armed, alive) = {
            let state = self.lock();
            (Arc::clone(&state.count), state.armed, state.died_before.is_empty())
        };
        let (program, wires) = match &self.death {
            Death::Chunks(_) | Death::Cut(..) => (PathBuf::from(PROGRAM), Some(self.wired(&mut names, count).await)),
            Death::Point { program, at } => {
                if armed && alive {
                    names.insert("CRASH_AT".to_owned(), at.clone());
                }
                (program.clone(), None)
            }
        };
        let process = self.around.start_program(&program, &["run"], &names);
        if let Some(wires) = &wires {
            wires.belongs_to(process.id());
        }
        self.lock().running = i32::try_from(process.id()).ok().and_then(Pid::from_raw);
        self.lives.send_modify(|lives| *lives += 1);
        (process, wires)
    }

    /// Leads every address of the settings over a wire.
    async fn wired(&self, names: &mut BTreeMap<String, String>, count: Arc<Count>) -> Wires {
        let wires = Wires::new(count);
        let postgres = [("DATABASE_URL", Tongue::Postgres)].into_iter().filter(|_| self.on == On::Postgres);
        for (name, tongue) in [("TELEGRAM_API_URL", Tongue::Http), ("INFRA_API_URL", Tongue::Http)].into_iter().chain(postgres) {
            let mut url = url::Url::parse(&names[name]).expect("a URL");
            let to = SocketAddr::from(([127, 0, 0, 1], url.port().expect("a port")));
            let door = wires.door(name.trim_end_matches("_URL"), tongue, to).await.expect("a door");
            url.set_port(Some(door.port())).expect("a port");
            names.insert(name.to_owned(), url.as_str().trim_end_matches('/').to_owned());
        }
        wires
    }

    /// From its next start on it may die at its point; on the wire from here on.
    pub fn is_armed(&self) {
        let mut state = self.lock();
        state.armed = true;
        state.count.begin();
    }

    /// From here on it may die.
    pub async fn begins(&self) {
        self.is_armed();
        if matches!(self.death, Death::Point { .. }) {
            self.passes(Duration::ZERO).await;
        }
    }

    /// It has begun to do what it does at every start.
    pub async fn is_introduced(&self) {
        until("it has introduced itself", async || self.around.telegram.calls_of("setMyShortDescription").len() >= 5).await;
    }

    /// Stops the program, lets so much time pass, and starts it again.
    pub async fn passes(&self, span: Duration) {
        let mut lives = self.lives.subscribe();
        let before = *lives.borrow_and_update();
        let running = {
            let mut state = self.lock();
            state.asked = Some(span);
            state.running
        };
        if let Some(running) = running {
            // It may just have died.
            let _ = kill_process(running, Signal::TERM);
        }
        lives.wait_for(|now| *now > before && self.lock().asked.is_none()).await.expect("it is started again");
    }

    /// Waits until nothing is left to do, between two acts.
    pub async fn comes_to_rest(&self) {
        let mut books = Books::open(&self.around.names["DATABASE_URL"]).await;
        self.rests(&mut books).await;
        books.close().await;
    }

    /// Waits until nothing is left to do, and nothing unsealed.
    pub async fn rests(&self, books: &mut Books) {
        let began = Instant::now();
        let mut looked = Instant::now();
        loop {
            let now = self.around.telegram.now() + self.ahead();
            let (waits, unsealed) = books.at_work(now).await;
            let waiting = self.around.telegram.waiting_updates(self.around.bot.id).len();
            if waits.is_empty() && !unsealed && waiting == 0 {
                return;
            }
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "it does not come to rest: {waits:?}, {waiting} updates wait, unsealed: {unsealed}"
            );
            if looked.elapsed() > ROUND || (waits.is_empty() && waiting == 0 && looked == began) {
                looked = Instant::now();
                self.lock().ahead += CHORES;
                self.write_clocks();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Before what it died, one after the other.
    pub fn died_before(&self) -> Vec<String> {
        self.lock().died_before.clone()
    }

    /// Where its connection was cut.
    pub fn cut_at(&self) -> Option<String> {
        self.lock().count.struck().filter(|_| matches!(self.death, Death::Cut(..)))
    }

    /// Chunks, or commits, counted since the last death.
    pub fn passed(&self) -> usize {
        self.lock().count.passed()
    }

    /// How far the program's clock is ahead of the world's, in milliseconds.
    pub fn ahead(&self) -> i64 {
        i64::try_from(self.lock().ahead.as_millis()).expect("a short time")
    }

    fn write_clocks(&self) {
        let state = self.lock();
        let write = |name: &str, offset: Duration| {
            let beside = self.folder.path().join(format!("{name}.new"));
            std::fs::write(&beside, offset.as_millis().to_string()).expect("a written clock");
            std::fs::rename(beside, self.folder.path().join(name)).expect("a moved clock");
        };
        write("world-clock", state.moved);
        write("clock", state.moved + state.ahead);
    }

    fn leases(&self) -> Duration {
        if self.on == On::Postgres { LEASES } else { Duration::ZERO }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
