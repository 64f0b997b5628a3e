//! The connection to PostgreSQL is cut around a commit, and the program lives on: before the commit reaches the server,
//! when nothing stands, or after it is made and before its answer, when everything does. Nobody told the program which of
//! the two it was, and it repeats and forgets nothing. A commit is a COMMIT or a write that stands by itself.

use std::time::Instant;

use super::{checker, die_all, leaves_nothing_out, run_apart, street::Death, walks::Walk, wire::Blow};
use crate::world::On;

/// Around every commit, or every so many, until a walk ends before its hour comes.
fn every_commit(walk: Walk, step: usize) {
    for blow in [Blow::CutBefore, Blow::CutAfter] {
        let began = Instant::now();
        let plain = run_apart(walk, On::Postgres, Death::Cut(blow, usize::MAX)).expect("a walk without a cut");
        assert_eq!(checker::faults(&plain.evidence, &plain.evidence), Vec::<String>::new(), "without a cut");
        let step = if leaves_nothing_out() { 1 } else { step };
        let ended = die_all(walk, On::Postgres, &plain, (0..).step_by(step).map(|at| Death::Cut(blow, at)), true);
        eprintln!("{walk:?}: {} commits, {blow:?} at each {step}: {} runs in {:?}", plain.passed, ended.runs, began.elapsed());
        assert!(plain.passed > 10, "{} commits", plain.passed);
        assert!(!ended.untouched.is_empty() && ended.runs * step > plain.passed / 2, "{} runs", ended.runs);
    }
}

macro_rules! cut {
    ($($name:ident: $walk:ident by $step:literal;)*) => { $(
        #[test]
        fn $name() {
            every_commit(Walk::$walk, $step);
        }
    )* };
}

cut! {
    around_commits_of_a_hatching: Hatch by 1;
    around_commits_of_a_bot_in_one_tap: OneTap by 7;
    around_commits_of_an_expiry: Expiry by 7;
    around_commits_of_a_deletion: Deletion by 7;
    around_commits_of_a_forgetting: Forgetting by 7;
}
