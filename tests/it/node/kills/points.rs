//! The node killed at each of its named points, by itself, in a build that has them. Whoever got no answer asks again
//! under the same key, and everything is as if nothing had happened.

use std::{
    collections::BTreeSet,
    os::unix::process::ExitStatusExt as _,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use clawhatch::chaos::NODE_POINTS;
use futures::{StreamExt as _, stream};

use super::{
    is_whole,
    walks::{Walk, is_over, judge, prepare, walks},
};
use crate::{kills::leaves_nothing_out, node::House, process::until};

/// Houses side by side: most of their time they wait.
const LANES: usize = 4;

/// On which walks the node dies where, so that every point is met.
const MET: &[(Walk, &[&str])] = &[
    (
        Walk::Provision,
        &[
            "node-wish-uncommitted",
            "node-wish-committed",
            "node-prepared",
            "node-files-written",
            "node-start-numbered",
            "node-started",
        ],
    ),
    (Walk::Stop, &["node-wish-uncommitted", "node-wish-committed", "node-ending", "node-asked", "node-end-seen"]),
    (Walk::Hang, &["node-hung-ended"]),
    (Walk::Change, &["node-wish-uncommitted", "node-wish-committed", "node-change-written", "node-change-applied"]),
    (Walk::Resize, &["node-ending", "node-asked", "node-end-seen", "node-files-written", "node-start-numbered", "node-started"]),
    (Walk::LetIn, &["node-device-decided"]),
    (
        Walk::BackUp,
        &[
            "node-wish-uncommitted",
            "node-wish-committed",
            "node-backup-begun",
            "node-backup-packed",
            "node-backup-sealed",
            "node-backup-uncommitted",
        ],
    ),
    (
        Walk::Restore,
        &[
            "node-wish-uncommitted",
            "node-wish-committed",
            "node-end-seen",
            "node-restore-opened",
            "node-restore-unpacked",
            "node-restore-put-aside",
            "node-restore-swapped",
            "node-start-numbered",
            "node-started",
            "node-restore-kept",
        ],
    ),
    (Walk::RestoreInVain, &["node-restore-swapped", "node-started", "node-end-seen", "node-restore-taken-out"]),
    (
        Walk::Erase,
        &[
            "node-wish-uncommitted",
            "node-wish-committed",
            "node-killing",
            "node-forgotten",
            "node-folder-removed",
            "node-backups-removed",
            "node-erased-uncommitted",
        ],
    ),
];

/// The node with its points.
#[expect(clippy::disallowed_methods, reason = "the test script says where it is")]
fn program() -> PathBuf {
    std::env::var("CLAWHATCH_TEST_CHAOS_NODE").map(PathBuf::from).expect(
        "CLAWHATCH_TEST_CHAOS_NODE is not set: run the tests by scripts/test.sh, which builds the node with its crash points",
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_dies_at_each_of_its_points_and_mends() {
    let met: BTreeSet<&str> = MET.iter().flat_map(|(_, points)| points.iter().copied()).collect();
    assert_eq!(met, NODE_POINTS.iter().copied().collect(), "every point is met on some walk");
    let deaths = MET.iter().flat_map(|(walk, points)| points.iter().map(|point| (*walk, *point)));
    stream::iter(deaths).for_each_concurrent(LANES, |(walk, point)| die_and_mend(walk, vec![point])).await;
}

/// Dying again at the same place while it mends what the first death left.
#[tokio::test(flavor = "multi_thread")]
async fn the_node_dies_twice_and_mends() {
    let deaths = [
        (Walk::Provision, "node-start-numbered"),
        (Walk::BackUp, "node-backup-sealed"),
        (Walk::Restore, "node-restore-opened"),
        (Walk::Restore, "node-restore-kept"),
        (Walk::RestoreInVain, "node-restore-taken-out"),
        (Walk::Erase, "node-folder-removed"),
    ];
    stream::iter(deaths).for_each_concurrent(LANES, |(walk, point)| die_and_mend(walk, vec![point, point])).await;
}

/// Each time a point is reached, on every walk; the later times of some, without being told to leave nothing out.
#[tokio::test(flavor = "multi_thread")]
async fn each_meeting_of_the_node_with_a_point_is_mended() {
    let some = [
        (Walk::Erase, "node-folder-removed"),
        (Walk::Resize, "node-end-seen"),
        (Walk::Restore, "node-start-numbered"),
        (Walk::RestoreInVain, "node-end-seen"),
    ];
    let all = MET.iter().flat_map(|(walk, _)| NODE_POINTS.iter().map(|point| (*walk, *point)));
    let pairs: Vec<(Walk, &str)> = if leaves_nothing_out() { all.collect() } else { some.to_vec() };
    let deaths = AtomicUsize::new(0);
    let each = |(walk, point): (Walk, &'static str)| {
        let deaths = &deaths;
        async move {
            for time in 1.. {
                let at = format!("{point}:{time}");
                if !dies_and_mends(walk, vec![&at]).await {
                    break;
                }
                deaths.fetch_add(1, Ordering::SeqCst);
            }
        }
    };
    stream::iter(pairs).for_each_concurrent(LANES, each).await;
    let deaths = deaths.into_inner();
    eprintln!("{deaths} deaths of the node at points");
    assert!(deaths > 8, "{deaths} deaths");
}

async fn die_and_mend(walk: Walk, points: Vec<&str>) {
    let when = format!("{walk:?} at {points:?}");
    assert!(dies_and_mends(walk, points).await, "{when}: a point was not met");
}

/// Whether it died each time. It mends in any case.
async fn dies_and_mends(walk: Walk, points: Vec<&str>) -> bool {
    let when = format!("{walk:?} died at {points:?}");
    let house = House::new().await;
    let backup = prepare(&house, walk).await;
    let mut died = true;
    for point in &points {
        let mut doomed = house.program_with(&program(), &[("CRASH_AT", *point)]);
        until(&format!("{when}: the doomed node answers, or is dead"), async || {
            doomed.has_ended() || house.ask("GET", "/healthz", None).await.is_some()
        })
        .await;
        walks(&house, walk, &backup).await;
        until(&format!("{when}: it is dead, or nothing is left to be done"), async || {
            doomed.has_ended() || is_over(&house, walk).await.unwrap_or(false)
        })
        .await;
        if doomed.has_ended() {
            assert_eq!(doomed.ended().await.signal(), Some(9), "{when}: {}", doomed.said());
        } else {
            died = false;
            doomed.dies().await;
        }
    }
    let _node = house.node().await;
    // Whoever got no answer asks again.
    let (status, body) = walks(&house, walk, &backup).await.unwrap_or_else(|| panic!("{when}: no answer"));
    assert!((200..300).contains(&status), "{when}: {status} {body}");
    judge(&house, walk, &when).await;
    is_whole(&house, &when).await;
    died
}
