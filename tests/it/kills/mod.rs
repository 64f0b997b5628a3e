//! Killed at every single moment that anybody outside could tell from another: before each chunk of bytes that crosses a
//! socket of the program, and at each of its named points. Started again, it mends everything by itself: one claw, each
//! message once, nothing left behind. A message may stand there twice when a death took the answer to its sending, and
//! then its row says so.
//!
//! `scripts/test.sh` kills a first conversation and a whole hatching before every chunk (a hatching on PostgreSQL before
//! every seventh), and the other walks before some; `scripts/crash.sh` leaves nothing out.

mod books;
mod broken;
mod checker;
mod cuts;
mod evidence;
mod points;
mod spoken;
mod street;
mod walks;
mod wire;

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use clawhatch::{app::verify_audit, store::Db};

use self::{
    books::Books,
    evidence::Evidence,
    street::{Death, Street},
    walks::{ANN, Walk},
};
use crate::{postgres::drop_database, world::On};

/// Runs side by side: most of their time they wait.
const LANES: usize = 5;
/// So many that fail are enough to tell.
const MOST_FAILURES: usize = 8;

/// One run of a walk that ended.
struct Ran {
    evidence: Evidence,
    /// Where it died, or its connection was cut.
    struck: Vec<String>,
    /// Chunks, or commits, that crossed since the last death.
    passed: usize,
}

/// How runs with deaths ended, taken together.
struct Ended {
    runs: usize,
    /// Those that ended before their death came.
    untouched: Vec<Death>,
}

/// Whether nothing is to be left out.
#[expect(clippy::disallowed_methods, reason = "the script says how much is to be done")]
pub fn leaves_nothing_out() -> bool {
    std::env::var("CLAWHATCH_TEST_KILLS").is_ok_and(|how| how == "all")
}

/// What `clawhatch audit verify` would say.
async fn verified(url: &str) -> String {
    let db = Db::open(url).await.expect("the database");
    let found = verify_audit(&db).await.expect("an answer");
    db.close().await;
    found.map_or_else(|row| format!("row {row} was changed or taken out"), |rows| format!("{rows} rows, unbroken."))
}

async fn run(walk: Walk, on: On, death: Death) -> Ran {
    let street = Street::new(on, walk, death).await;
    let url = street.around.names["DATABASE_URL"].clone();
    let mut books = None;
    if walk.begins_with_the_program() {
        street.is_armed();
    }
    street
        .plays(async {
            walk.prepares(&street).await;
            if !walk.begins_with_the_program() {
                street.begins().await;
            }
            walk.goes(&street).await;
            let mut open = Books::open(&url).await;
            street.rests(&mut open).await;
            books = Some(open);
        })
        .await;
    let mut books = books.expect("the walk ended");
    let mut evidence = Evidence::of(&street, &mut books, &[ANN]).await;
    let struck: Vec<String> = street.died_before().into_iter().chain(street.cut_at()).collect();
    evidence.verified = match leaves_nothing_out() || struck.is_empty() {
        true => street.around.shell(&["audit", "verify"]).await.text,
        // The same without the start of a program, of which there are thousands.
        false => verified(&url).await,
    };
    books.close().await;
    if on == On::Postgres {
        drop_database(&url).await;
    }
    Ran { evidence, struck, passed: street.passed() }
}

/// The same on a thread and a runtime of its own, which take everything of the run away with them; an error is what it
/// panicked with.
fn run_apart(walk: Walk, on: On, death: Death) -> Result<Ran, String> {
    let apart = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(run(walk, on, death))
    });
    apart.join().map_err(|panic| match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => other.downcast::<&str>().map_or_else(|_| "a panic".to_owned(), |text| (*text).to_owned()),
    })
}

/// A walk without a death, which the others are held against.
fn plain(walk: Walk, on: On) -> Ran {
    let plain = run_apart(walk, on, Death::Chunks(Vec::new())).expect("a walk without a death");
    assert_eq!(checker::faults(&plain.evidence, &plain.evidence), Vec::<String>::new(), "without a death");
    plain
}

/// Runs a walk with each of these deaths, side by side, and judges every run. Where a run ends before its death comes and
/// `until_untouched`, no more are begun.
fn die_all(walk: Walk, on: On, plain: &Ran, deaths: impl Iterator<Item = Death> + Send, until_untouched: bool) -> Ended {
    let (deaths, over, runs) = (Mutex::new(deaths), AtomicBool::new(false), AtomicUsize::new(0));
    let next = || deaths.lock().unwrap_or_else(PoisonError::into_inner).next();
    let lane = || {
        let (mut failures, mut untouched) = (Vec::new(), Vec::new());
        while !over.load(Ordering::SeqCst)
            && failures.len() < MOST_FAILURES
            && let Some(death) = next()
        {
            runs.fetch_add(1, Ordering::SeqCst);
            match run_apart(walk, on, death.clone()) {
                Ok(ran) => {
                    if ran.struck.is_empty() {
                        over.fetch_or(until_untouched, Ordering::SeqCst);
                        untouched.push(death.clone());
                    }
                    let faults = checker::faults(&ran.evidence, &plain.evidence);
                    if !faults.is_empty() {
                        failures.push(format!("{death:?}, at {:?}:\n  {}", ran.struck, faults.join("\n  ")));
                    }
                }
                Err(panic) => failures.push(format!("{death:?}: {panic}")),
            }
        }
        (failures, untouched)
    };
    let (failures, untouched): (Vec<_>, Vec<_>) = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().map(|lane| lane.join().expect("a lane")).unzip()
    });
    let failures: Vec<String> = failures.into_iter().flatten().collect();
    assert!(failures.is_empty(), "{walk:?} on {on:?}, {} runs failed:\n{}", failures.len(), failures.join("\n"));
    Ended { runs: runs.load(Ordering::SeqCst), untouched: untouched.into_iter().flatten().collect() }
}

/// Before every chunk, or every so many, until a walk ends before its death comes.
fn every_chunk(walk: Walk, on: On, step: usize) {
    let began = Instant::now();
    let plain = plain(walk, on);
    let step = if leaves_nothing_out() { 1 } else { step };
    let ended = die_all(walk, on, &plain, (0..).step_by(step).map(|at| Death::Chunks(vec![at])), true);
    eprintln!(
        "{walk:?} on {on:?}: {} chunks, killed before each {step}: {} runs in {:?}",
        plain.passed,
        ended.runs,
        began.elapsed()
    );
    assert!(!ended.untouched.is_empty() && ended.runs * step > plain.passed / 2, "{} runs", ended.runs);
}

/// A second death while the program mends the first.
fn two_deaths(walk: Walk, on: On) {
    let began = Instant::now();
    let plain = plain(walk, on);
    let pairs = if leaves_nothing_out() { 240 } else { 12 };
    let all = plain.passed;
    // The first deaths over the whole walk, the second ones soon after the first and late.
    let deaths = (0..pairs).map(|n| Death::Chunks(vec![n * all / pairs, n * 7 % 60]));
    let ended = die_all(walk, on, &plain, deaths, false);
    eprintln!("{walk:?} on {on:?}: killed twice, {} runs in {:?}", ended.runs, began.elapsed());
}

macro_rules! enumerated {
    ($($name:ident: $walk:ident on $on:ident by $step:literal;)*) => { $(
        #[test]
        fn $name() {
            every_chunk(Walk::$walk, On::$on, $step);
        }
    )* };
}

enumerated! {
    a_start_on_sqlite: Start on Sqlite by 1;
    a_start_on_postgres: Start on Postgres by 1;
    a_first_start_on_postgres: FirstStart on Postgres by 29;
    a_hatching_on_sqlite: Hatch on Sqlite by 1;
    a_hatching_on_postgres: Hatch on Postgres by 7;
    a_bot_in_one_tap_on_sqlite: OneTap on Sqlite by 5;
    a_bot_in_one_tap_on_postgres: OneTap on Postgres by 97;
    an_expiry_on_sqlite: Expiry on Sqlite by 11;
    an_expiry_on_postgres: Expiry on Postgres by 197;
    a_deletion_on_sqlite: Deletion on Sqlite by 5;
    a_deletion_on_postgres: Deletion on Postgres by 97;
    a_forgetting_on_sqlite: Forgetting on Sqlite by 5;
    a_forgetting_on_postgres: Forgetting on Postgres by 97;
    a_tended_claw_on_sqlite: Tending on Sqlite by 5;
    a_tended_claw_on_postgres: Tending on Postgres by 97;
}

#[test]
fn two_deaths_on_sqlite() {
    two_deaths(Walk::Hatch, On::Sqlite);
}

#[test]
fn two_deaths_on_postgres() {
    two_deaths(Walk::Hatch, On::Postgres);
}
