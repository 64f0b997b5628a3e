//! The program killed at each of its named points, by itself, in a build that has them: on an embedded database, where no
//! wire can be listened to.

use std::{collections::BTreeSet, path::PathBuf, time::Instant};

use clawhatch::chaos::POINTS;

use super::{Ended, die_all, leaves_nothing_out, plain, street::Death, walks::Walk};
use crate::{process::PROGRAM, world::On};

/// On which walks the program dies where, so that every point is met.
const MET: &[(Walk, &[&str])] = &[
    (
        Walk::Start,
        &[
            "start-migrated",
            "start-leases-freed",
            "start-introduced",
            "start-planned",
            "poller-taken",
            "update-received",
            "update-stored-uncommitted",
            "update-stored",
            "update-taken",
            "act-uncommitted",
            "act-committed",
            "lane-uncommitted",
            "lane-committed",
            "messages-taken",
            "message-sent",
            "message-written-down",
            "chore-taken",
            "chore-done",
            "audit-sealed-uncommitted",
        ],
    ),
    (
        Walk::Hatch,
        &[
            "token-inspected",
            "handled-tap-unanswered",
            "act-uncommitted",
            "act-committed",
            "claws-taken",
            "claw-intended",
            "claw-called",
            "claw-recorded",
            "claw-ready-uncommitted",
            "claw-inner-step-taken",
        ],
    ),
    (Walk::OneTap, &["managed-token-fetched", "access-set"]),
    (
        Walk::Expiry,
        &[
            "claw-suspended-uncommitted",
            "claw-warned-uncommitted",
            "claw-destroyed-uncommitted",
            "claw-erased-uncommitted",
            "claw-intended",
            "claw-called",
            "claw-recorded",
        ],
    ),
    (Walk::Deletion, &["claw-intended", "claw-called", "claw-recorded", "claw-erased-uncommitted"]),
    (
        Walk::Tending,
        &[
            "operations-taken",
            "operation-intended",
            "operation-asked",
            "events-read",
            "events-taken-up",
            "act-uncommitted",
            "act-committed",
        ],
    ),
    (Walk::Forgetting, &["person-erased-uncommitted", "claw-called", "claw-erased-uncommitted"]),
];

/// The program with its points.
#[expect(clippy::disallowed_methods, reason = "the test script says where it is")]
fn program() -> PathBuf {
    std::env::var("CLAWHATCH_TEST_CHAOS").map(PathBuf::from).expect(
        "CLAWHATCH_TEST_CHAOS is not set: run the tests by scripts/test.sh, which builds the program with its crash points",
    )
}

fn death(name: &str, time: usize) -> Death {
    Death::Point { program: program(), at: format!("{name}:{time}") }
}

#[test]
fn each_point_is_met_and_mended() {
    let began = Instant::now();
    let met: BTreeSet<_> = MET.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    assert_eq!(met, POINTS.iter().copied().collect(), "every point is met on some walk");
    for (walk, names) in MET {
        let plain = plain(*walk, On::Sqlite);
        let ended = die_all(*walk, On::Sqlite, &plain, names.iter().map(|name| death(name, 1)), false);
        assert_eq!((ended.runs, ended.untouched), (names.len(), Vec::new()), "{walk:?}: a point was not met");
    }
    eprintln!(
        "{} points, {} deaths, in {:?}",
        POINTS.len(),
        MET.iter().map(|(_, names)| names.len()).sum::<usize>(),
        began.elapsed()
    );
}

/// Each time a point is reached, on every walk.
#[test]
fn each_meeting_with_a_point_is_mended() {
    let began = Instant::now();
    // Without being told to leave nothing out: the commits of a hatching, of which there are most.
    let all = leaves_nothing_out();
    let (walks, names): (Vec<Walk>, &[&str]) = match all {
        true => (MET.iter().map(|(walk, _)| *walk).collect(), POINTS),
        false => (vec![Walk::Hatch], &["act-uncommitted", "message-sent"]),
    };
    let mut runs = 0;
    for walk in walks {
        let plain = plain(walk, On::Sqlite);
        for name in names {
            let Ended { runs: more, untouched } = die_all(walk, On::Sqlite, &plain, (1..).map(|time| death(name, time)), true);
            runs += more - untouched.len();
        }
    }
    eprintln!("{runs} deaths at points, in {:?}", began.elapsed());
    assert!(runs > 10, "{runs} deaths");
}

/// What ships has no trace of them: neither the setting nor a name.
#[test]
fn what_ships_has_no_points() {
    let holds = |program: &[u8], name: &str| program.windows(name.len()).any(|part| part == name.as_bytes());
    let ships = std::fs::read(PROGRAM).expect("the program");
    let dies = std::fs::read(program()).expect("the program with its points");
    for name in POINTS.iter().copied().chain(["CRASH_AT"]) {
        assert!(holds(&dies, name), "{name} is not in the program that has them: this test sees nothing");
        assert!(!holds(&ships, name), "{name} is in the program that ships");
    }
}
