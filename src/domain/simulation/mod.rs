//! A hundred thousand small worlds. In each, two people hatch, pause, change and delete claws, while an infra accepts,
//! refuses, is full, loses calls and answers and does things late; Telegram does much the same; two processes die, or
//! stand still past their leases and wake; updates and calls come twice; and the clock is moved. Then the faults stop,
//! time goes on, and every promise in [`promises`] must hold: they are judged by what people asked for and by what the
//! infra and the chats show, not by what the machine says of itself.
//!
//! The machine is the real one: [`Machine::REAL`](world::Machine) holds the pure functions of this ground, and of the
//! rows only what a database does is written anew here. One assumption is made of the infra: calls for one claw take
//! effect in the order in which they were sent. Its two calls carry nothing by which it could tell an old one.
//!
//! A history is a function of its number and of nothing else: no clock, no environment, no thread decides anything. A
//! failure names its number and shows the history made as short as it goes. The same number fails again until the fault
//! is mended; the short history, which is printed as the code that makes it, goes to `once_failed.rs` and stays.

mod chats;
mod history;
mod infra;
mod once_failed;
mod person;
mod promises;
mod rows;
mod sabotage;
mod told;
mod worker;
mod world;

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
};

use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use history::{History, Shorter};
use promises::Promise;
use world::{Machine, World};

const HISTORIES: u64 = 100_000;
/// Lived through first: a rule that is quite wrong shows within them, and within a second.
const FIRST: u64 = 5_000;
/// Taken by the threads in bundles, so that none waits for another at the end.
const BUNDLE: u64 = 250;

#[test]
fn the_first_histories_break_no_promise() {
    live_through(0..FIRST);
}

#[test]
fn a_hundred_thousand_histories_break_no_promise() {
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().min(8));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let first = next.fetch_add(BUNDLE, Ordering::Relaxed);
                    if first >= HISTORIES {
                        return;
                    }
                    live_through(first..first + BUNDLE);
                }
            });
        }
    });
}

/// Lives these histories; of one that breaks a promise, the shortest form that still does is shown.
fn live_through(numbers: Range<u64>) {
    let config = Config { failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let mut runner = TestRunner::new(config);
    for number in numbers {
        let lived = runner.run_one(Shorter::of(History::number(number)), |history| {
            World::lives(&history, Machine::REAL).map_err(|(promise, how)| TestCaseError::fail(format!("{promise:?}: {how}")))
        });
        match lived {
            Ok(_) => {}
            Err(TestError::Fail(why, history)) => panic!("history {number} broke a promise.\n{why}\n{history:#?}"),
            Err(TestError::Abort(why)) => panic!("history {number}: {why}"),
        }
    }
}
