//! The node killed at each of its named points, by itself, in a build that has them. Whoever got no answer asks again
//! under the same key, and everything is as if nothing had happened.

use std::{collections::BTreeSet, fs, path::PathBuf, time::Duration};

use clawhatch::{
    chaos::NODE_POINTS,
    sandbox::gateway::{Asking, Faults},
};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};

use super::is_whole;
use crate::{
    node::{House, KEY},
    process::until,
};

/// Houses side by side: most of their time they wait.
const LANES: usize = 4;

/// What is going on when the node dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Walk {
    Provision,
    Stop,
    Hang,
    /// A change OpenClaw takes up while it runs, and one that needs a restart.
    Change,
    Resize,
    LetIn,
    BackUp,
    Restore,
    /// To a backup that does not come up.
    RestoreInVain,
    Erase,
}

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

async fn die_and_mend(walk: Walk, points: Vec<&str>) {
    let when = format!("{walk:?} died at {points:?}");
    let house = House::new().await;
    let backup = prepare(&house, walk).await;
    for point in &points {
        let mut doomed = house.program_with(&program(), &[("CRASH_AT", *point)]);
        until(&format!("{when}: the doomed node answers, or is dead"), async || {
            doomed.has_ended() || house.ask("GET", "/healthz", None).await.is_some()
        })
        .await;
        walks(&house, walk, &backup).await;
        use std::os::unix::process::ExitStatusExt as _;
        assert_eq!(doomed.ended().await.signal(), Some(9), "{when}: {}", doomed.said());
    }
    let _node = house.node().await;
    // Whoever got no answer asks again.
    let (status, body) = walks(&house, walk, &backup).await.unwrap_or_else(|| panic!("{when}: no answer"));
    assert!((200..300).contains(&status), "{when}: {status} {body}");
    judge(&house, walk, &when).await;
    is_whole(&house, &when).await;
}

/// What was there before. The id of the backup, where the walk needs one.
async fn prepare(house: &House, walk: Walk) -> String {
    if walk == Walk::Provision {
        return String::new();
    }
    let node = house.node().await;
    house.hatches("u1", "claw-1").await;
    let mut backup = String::new();
    match walk {
        Walk::Restore | Walk::RestoreInVain => {
            fs::write(memory(house), "of then").expect("a memory");
            backup = house.backs_up("u1", "claw-1").await;
            fs::write(memory(house), "of now").expect("a memory");
            if walk == Walk::RestoreInVain {
                house.no_gateway_comes_up(true);
            }
        }
        Walk::Erase => {
            house.hatches("u1", "claw-2").await;
            house.backs_up("u1", "claw-2").await;
        }
        Walk::LetIn => {
            let asking = vec![Asking { request_id: "r1".into(), name: "Phone".into(), platform: "ios".into() }];
            house.breaks("u1", "claw-1", Faults { asking, ..Faults::default() });
        }
        Walk::Hang => house.breaks("u1", "claw-1", Faults { garbage: true, ..Faults::default() }),
        Walk::Provision | Walk::Stop | Walk::Change | Walk::Resize | Walk::BackUp => {}
    }
    node.dies().await;
    backup
}

fn memory(house: &House) -> PathBuf {
    house.folder_of("u1", "claw-1").join("workspace/MEMORY.md")
}

/// Asks for it, under the same key each time. Nothing when nobody lives to answer.
async fn walks(house: &House, walk: Walk, backup: &str) -> Option<(u16, Value)> {
    let bearer = format!("Bearer {KEY}");
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "once")];
    let call = async |method: &str, path: &str, body: Value| house.ask_with(method, path, Some(body.to_string()), &headers).await;
    match walk {
        Walk::Provision => call("POST", "/provision", house.order("u1", "claw-1")).await,
        Walk::Stop => call("POST", "/claws/u1/claw-1/stop", json!({})).await,
        Walk::Change => call("PATCH", "/claws/u1/claw-1/spec", json!({ "model": "other/model" })).await,
        Walk::Resize => call("PATCH", "/claws/u1/claw-1/spec", json!({ "limits": { "memory_mb": 1024 } })).await,
        Walk::LetIn => {
            // A node that was started anew has to meet the claw first.
            let path = "/claws/u1/claw-1/devices/r1/approve";
            call("POST", path, json!({})).await
        }
        Walk::BackUp => call("POST", "/claws/u1/claw-1/backups", json!({})).await,
        Walk::Restore | Walk::RestoreInVain => call("POST", "/claws/u1/claw-1/restore", json!({ "backup_id": backup })).await,
        Walk::Erase => call("POST", "/deprovision", json!({ "user_id": "u1", "claw_id": "claw-2", "purge": true })).await,
        Walk::Hang => {
            let claw = async || house.ask("GET", "/claws/u1/claw-1", None).await;
            if claw().await?.1["claw"]["restarts"] == 0 {
                // It is silent for two looks, and then for long.
                until("it is degraded, or nobody says so", async || {
                    claw().await.is_none_or(|(_, body)| body["claw"]["state"] != "ready")
                })
                .await;
                house.clock_is_ahead(Duration::from_secs(120));
                until("it was ended, or nobody is there", async || {
                    claw().await.is_none_or(|(_, body)| body["claw"]["restarts"] != 0)
                })
                .await;
            }
            house.breaks("u1", "claw-1", Faults::default());
            claw().await
        }
    }
}

/// Whether what was asked for has become so, once.
async fn judge(house: &House, walk: Walk, when: &str) {
    let told = async |kind: &str| house.story("claw-1").await.iter().filter(|known| *known == kind).count();
    let config = || fs::read_to_string(house.folder_of("u1", "claw-1").join("config/openclaw.json")).unwrap_or_default();
    match walk {
        Walk::Provision => {}
        Walk::Hang => {
            house.is("u1", "claw-1", "ready").await;
            assert_eq!(house.claw("u1", "claw-1").await["restarts"], json!(1), "{when}");
        }
        Walk::Stop => {
            house.is("u1", "claw-1", "stopped").await;
            assert!(house.papers_of("u1", "claw-1").held().is_none_or(|held| !held.keeper.is_there()), "{when}: nothing runs");
            house.act("u1", "claw-1", "start").await;
        }
        Walk::Change => {
            assert_eq!(house.is("u1", "claw-1", "ready").await["model"], json!("other/model"), "{when}");
            until(&format!("{when}: its gateway has it"), async || config().contains("other/model")).await;
        }
        Walk::Resize => {
            assert_eq!(house.is("u1", "claw-1", "ready").await["limits"]["memory_mb"], json!(1024), "{when}");
            let start = house.papers_of("u1", "claw-1").held().map(|held| held.start);
            assert!(start >= Some(2), "{when}: another start, {start:?}");
        }
        Walk::LetIn => {
            let (_, devices) = house.call("GET", "/claws/u1/claw-1/devices", None).await;
            assert_eq!((&devices["pending"], &devices["paired"][0]["name"]), (&json!([]), &json!("Phone")), "{when}");
        }
        Walk::BackUp => {
            let list = async || house.call("GET", "/claws/u1/claw-1/backups", None).await.1["backups"].clone();
            until(&format!("{when}: it is ready"), async || list().await[0]["state"] == "ready").await;
            assert_eq!(list().await.as_array().map(Vec::len), Some(1), "{when}: one key, one backup");
            assert_eq!(told("backup_ready").await, 1, "{when}");
            let slug = house.claw("u1", "claw-1").await["slug"].as_str().expect("a short name").to_owned();
            assert_eq!(fs::read_dir(house.data().join("backups").join(slug)).expect("a folder").count(), 1, "{when}");
            assert!(!house.folder_of("u1", "claw-1").join("outbox").exists(), "{when}: nothing plain is left");
        }
        Walk::Restore => {
            until(&format!("{when}: it has gone back"), async || told("restored").await > 0).await;
            house.is("u1", "claw-1", "ready").await;
            assert_eq!((told("restored").await, told("restore_failed").await), (1, 0), "{when}");
            assert_eq!(fs::read_to_string(memory(house)).expect("a memory"), "of then", "{when}");
            let claw = house.claw("u1", "claw-1").await;
            assert_eq!((&claw["restore"]["state"], &claw["restore"]["key"]), (&json!("done"), &json!("once")), "{when}");
        }
        Walk::RestoreInVain => {
            until(&format!("{when}: it is told"), async || told("restore_failed").await > 0).await;
            // Nor does the old content come up, as long as nothing does.
            house.is("u1", "claw-1", "config_error").await;
            house.no_gateway_comes_up(false);
            house.act("u1", "claw-1", "restart").await;
            house.is("u1", "claw-1", "ready").await;
            assert_eq!((told("restored").await, told("restore_failed").await), (0, 1), "{when}");
            assert_eq!(fs::read_to_string(memory(house)).expect("a memory"), "of now", "{when}: the old content is back");
        }
        Walk::Erase => {
            assert!(!house.folder_of("u1", "claw-2").exists(), "{when}");
            assert_eq!(house.call("GET", "/claws/u1/claw-2", None).await.0, 404, "{when}");
            assert_eq!(house.story("claw-2").await.iter().filter(|kind| *kind == "erased").count(), 1, "{when}");
            let backups = house.data().join("backups");
            assert_eq!(fs::read_dir(backups).map_or(0, Iterator::count), 0, "{when}: nothing is left of its backups");
        }
    }
}
