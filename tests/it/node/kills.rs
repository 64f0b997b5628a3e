//! The node killed with SIGKILL in the middle of things, started again, and asked whether everything mended.

use std::{fs, time::Duration};

use serde_json::json;

use super::House;
use crate::process::until;

/// One claw that is what was asked for, and one gateway of it.
async fn is_whole(house: &House, when: &str) {
    house.is("u1", "claw-1", "ready").await;
    let held = house.papers_of("u1", "claw-1").held().expect(when);
    assert!(held.keeper.is_there() && held.gateway.is_some_and(|gateway| gateway.is_there()), "{when}");
    let claws = fs::read_dir(house.data().join("claws")).expect("a folder").count();
    assert_eq!((claws, runners(house)), (1, 1), "{when}: one folder, one gateway");
}

/// Processes that keep or are claws of this house, by the folder their order names.
fn runners(house: &House) -> usize {
    let place = house.data().join("claws").display().to_string();
    let processes = fs::read_dir("/proc").expect("processes").flatten().filter_map(|entry| {
        let environment = fs::read(entry.path().join("environ")).ok()?;
        String::from_utf8_lossy(&environment).contains(&place).then_some(())
    });
    processes.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provision_is_killed_at_any_moment() {
    for ms in [0, 5, 15, 30, 50, 80, 120, 180, 260, 400, 700] {
        let house = House::new().await;
        let node = house.node().await;
        let order = house.order("u1", "claw-1");
        let provision = house.ask("POST", "/provision", Some(&order));
        let death = async {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            node.dies().await;
        };
        tokio::join!(provision, death);
        let _node = house.node().await;
        // Whoever got no answer asks again.
        let (status, body) = house.call("POST", "/provision", Some(order)).await;
        assert_eq!(status, 200, "killed after {ms} ms: {body}");
        is_whole(&house, &format!("killed after {ms} ms")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_is_killed_at_any_moment() {
    for ms in [0, 5, 15, 30, 60, 100, 200] {
        let house = House::new().await;
        let node = house.node().await;
        house.hatches("u1", "claw-1").await;
        house.hatches("u1", "claw-2").await;
        let body = json!({"user_id": "u1", "claw_id": "claw-2", "purge": true});
        let remove = house.ask("POST", "/deprovision", Some(&body));
        let death = async {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            node.dies().await;
        };
        tokio::join!(remove, death);
        let _node = house.node().await;
        house.call("POST", "/deprovision", Some(body)).await;
        until("its folder is gone", async || !house.folder_of("u1", "claw-2").exists()).await;
        assert_eq!(house.call("GET", "/claws/u1/claw-2", None).await.0, 404);
        is_whole(&house, &format!("killed after {ms} ms")).await;
    }
}

/// In a build that has the points at which the node can be made to die.
#[cfg(feature = "chaos")]
mod points {
    use std::{collections::BTreeSet, fs, time::Duration};

    use clawhatch::{chaos::NODE_POINTS, sandbox::gateway::Faults};
    use serde_json::json;

    use super::is_whole;
    use crate::{
        node::{House, Node},
        process::until,
    };

    /// What is going on when the node dies.
    #[derive(Clone, Copy, Debug)]
    enum Walk {
        Provision,
        Stop,
        Hang,
        Change,
        BackUp,
        Restore,
        RestoreInVain,
        Erase,
    }

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
        (Walk::Change, &["node-wish-uncommitted", "node-change-written", "node-change-applied"]),
        (Walk::BackUp, &["node-backup-begun", "node-backup-packed", "node-backup-sealed", "node-backup-uncommitted"]),
        (
            Walk::Restore,
            &[
                "node-restore-opened",
                "node-restore-unpacked",
                "node-restore-put-aside",
                "node-restore-swapped",
                "node-restore-kept",
                "node-start-numbered",
            ],
        ),
        (Walk::RestoreInVain, &["node-restore-taken-out"]),
        (
            Walk::Erase,
            &[
                "node-wish-uncommitted",
                "node-killing",
                "node-forgotten",
                "node-folder-removed",
                "node-backups-removed",
                "node-erased-uncommitted",
            ],
        ),
    ];

    #[tokio::test(flavor = "multi_thread")]
    async fn the_node_dies_at_each_of_its_points_and_mends() {
        let met: BTreeSet<&str> = MET.iter().flat_map(|(_, points)| points.iter().copied()).collect();
        assert_eq!(met, NODE_POINTS.iter().copied().collect(), "every point is met on some walk");
        for (walk, points) in MET {
            for point in *points {
                die_and_mend(*walk, point).await;
            }
        }
    }

    async fn die_and_mend(walk: Walk, point: &str) {
        let when = format!("{walk:?} died at {point}");
        let house = House::new().await;
        let mut backup = String::new();
        if !matches!(walk, Walk::Provision) {
            let node = house.node().await;
            house.hatches("u1", "claw-1").await;
            match walk {
                Walk::Restore | Walk::RestoreInVain => backup = house.backs_up("u1", "claw-1").await,
                Walk::Erase => drop(house.hatches("u1", "claw-2").await),
                Walk::Provision | Walk::Stop | Walk::Hang | Walk::Change | Walk::BackUp => {}
            }
            if matches!(walk, Walk::RestoreInVain) {
                house.no_gateway_comes_up(true);
            }
            node.dies().await;
        }
        let doomed = house.node_with(&[("CRASH_AT", point)]);
        until("the doomed node answers", async || house.ask("GET", "/healthz", None).await.is_some()).await;
        walks(&house, walk, &backup).await;
        died(doomed, &when).await;
        let _node = house.node().await;
        // Whoever got no answer asks again.
        let again = walks(&house, walk, &backup).await;
        match walk {
            Walk::Provision | Walk::Hang => {}
            Walk::Change => assert_eq!(house.is("u1", "claw-1", "ready").await["model"], json!("other/model"), "{when}"),
            Walk::Stop => {
                house.is("u1", "claw-1", "stopped").await;
                house.act("u1", "claw-1", "start").await;
            }
            Walk::BackUp => {
                let path = "/claws/u1/claw-1/backups";
                until(&format!("{when}: a backup is ready"), async || {
                    let (_, body) = house.call("GET", path, None).await;
                    body["backups"].as_array().is_some_and(|all| !all.is_empty() && all.iter().all(|one| one["state"] == "ready"))
                })
                .await;
            }
            Walk::Restore => {
                until(&format!("{when}: it has gone back"), async || {
                    house.story("claw-1").await.iter().any(|kind| kind == "restored")
                })
                .await;
            }
            Walk::RestoreInVain => {
                until(&format!("{when}: it is told"), async || {
                    house.story("claw-1").await.iter().any(|kind| kind == "restore_failed")
                })
                .await;
                house.no_gateway_comes_up(false);
                house.is("u1", "claw-1", "config_error").await;
                house.act("u1", "claw-1", "restart").await;
                let memory = house.folder_of("u1", "claw-1").join("workspace/MEMORY.md");
                assert_eq!(fs::read_to_string(memory).expect("a memory"), "it remembers", "{when}: the old content is back");
            }
            Walk::Erase => {
                assert_eq!(again, 200, "{when}");
                until(&format!("{when}: its folder is gone"), async || !house.folder_of("u1", "claw-2").exists()).await;
            }
        }
        is_whole(&house, &when).await;
    }

    /// Goes on until there is an answer, or nobody to give one. The status of the last answer.
    async fn walks(house: &House, walk: Walk, backup: &str) -> u16 {
        let call = async |method: &str, path: &str, body| house.ask(method, path, body).await.map_or(0, |(status, _)| status);
        match walk {
            Walk::Provision => call("POST", "/provision", Some(&house.order("u1", "claw-1"))).await,
            Walk::Stop => call("POST", "/claws/u1/claw-1/stop", None).await,
            Walk::Change => call("PATCH", "/claws/u1/claw-1/spec", Some(&json!({"model": "other/model"}))).await,
            Walk::BackUp => call("POST", "/claws/u1/claw-1/backups", None).await,
            Walk::Restore => call("POST", "/claws/u1/claw-1/restore", Some(&json!({"backup_id": backup}))).await,
            Walk::RestoreInVain => {
                let memory = house.folder_of("u1", "claw-1").join("workspace/MEMORY.md");
                if house.ask("GET", "/healthz", None).await.is_some()
                    && house.story("claw-1").await.iter().all(|kind| kind != "stopping")
                {
                    fs::write(memory, "it remembers").expect("a memory");
                }
                call("POST", "/claws/u1/claw-1/restore", Some(&json!({"backup_id": backup}))).await
            }
            Walk::Hang => {
                house.breaks("u1", "claw-1", Faults { garbage: true, ..Faults::default() });
                // It is silent for two looks, and then for long.
                until("it is degraded, or nobody says so", async || {
                    let answer = house.ask("GET", "/claws/u1/claw-1", None).await;
                    answer.is_none_or(|(_, body)| body["claw"]["state"] != "ready")
                })
                .await;
                house.clock_is_ahead(Duration::from_secs(120));
                until("it was ended, or nobody is there", async || {
                    let answer = house.ask("GET", "/claws/u1/claw-1", None).await;
                    answer.is_none_or(|(_, body)| body["claw"]["restarts"] != 0)
                })
                .await;
                house.breaks("u1", "claw-1", Faults::default());
                200
            }
            Walk::Erase => {
                call("POST", "/deprovision", Some(&json!({"user_id": "u1", "claw_id": "claw-2", "purge": true}))).await
            }
        }
    }

    async fn died(mut node: Node, when: &str) {
        use std::os::unix::process::ExitStatusExt as _;
        assert_eq!(node.ended().await.signal(), Some(9), "{when}: {}", node.said());
    }
}
