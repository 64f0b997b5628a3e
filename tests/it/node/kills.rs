//! The node killed with SIGKILL in the middle of things, started again, and asked whether everything mended.

mod points;
mod walks;

use std::{fs, time::Duration};

use serde_json::json;

use super::House;
use crate::process::until;

/// One claw that is what was asked for, and one gateway of it.
async fn is_whole(house: &House, when: &str) {
    house.is("u1", "claw-1", "ready").await;
    let held = house.papers_of("u1", "claw-1").held().expect(when);
    assert!(held.keeper.is_there() && held.gateway.is_some_and(|gateway| gateway.is_there()), "{when}");
    // A tool of the dead node may still be on its way out.
    until(&format!("{when}: one folder, one gateway"), async || {
        let claws = fs::read_dir(house.data().join("claws")).expect("a folder").count();
        (claws, runners(house)) == (1, 1)
    })
    .await;
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
