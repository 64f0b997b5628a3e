//! Whatever is asked of a claw under a name takes effect once, and a repeat is answered as the first was.

use clawhatch::sandbox::gateway::{Asking, Faults};
use serde_json::{Value, json};

use super::{House, KEY};
use crate::process::until;

/// A call under a name.
async fn named(house: &House, key: &str, path: &str, body: Value) -> (u16, Value) {
    let bearer = format!("Bearer {KEY}");
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
    house.ask_with("POST", &format!("/claws/u1/claw-1/{path}"), Some(body.to_string()), &headers).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_one_however_often_it_is_asked_for() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    let first = house.gateway_of("u1", "claw-1");
    assert_eq!(named(&house, "r-1", "restart", json!({})).await.0, 202);
    until("another gateway", async || {
        house.papers_of("u1", "claw-1").held().and_then(|it| it.gateway).is_some_and(|it| it.pid != first)
    })
    .await;
    house.is("u1", "claw-1", "ready").await;
    let second = house.gateway_of("u1", "claw-1");
    let boots = house.story("claw-1").await;
    // Its caller did not hear the answer.
    assert_eq!(named(&house, "r-1", "restart", json!({})).await.0, 202);
    assert_eq!(house.claw("u1", "claw-1").await["state"], json!("ready"));
    assert_eq!((house.gateway_of("u1", "claw-1"), house.story("claw-1").await), (second, boots));
    // The same name for something else is a mistake of the caller's.
    for (path, body) in [("suspend", json!({})), ("backups", json!({})), ("restore", json!({"backup_id": "b"}))] {
        let (status, answer) = named(&house, "r-1", path, body).await;
        assert_eq!((status, &answer["code"]), (422, &json!("idempotency_key_reused")), "{path}");
    }
    // A late repeat of a pause does not put it to sleep again.
    assert_eq!(named(&house, "s-1", "suspend", json!({})).await.0, 202);
    house.is("u1", "claw-1", "suspended").await;
    house.act("u1", "claw-1", "resume").await;
    house.is("u1", "claw-1", "ready").await;
    assert_eq!(named(&house, "s-1", "suspend", json!({})).await.0, 202);
    assert_eq!(house.claw("u1", "claw-1").await["state"], json!("ready"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_and_its_way_back_are_one() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    let made = named(&house, "b-1", "backups", json!({})).await.1["backup"].clone();
    let id = made["id"].as_str().expect("its name").to_owned();
    let is_ready = async |id: &str| {
        until("it is made", async || {
            let (_, list) = house.call("GET", "/claws/u1/claw-1/backups", None).await;
            list["backups"].as_array().is_some_and(|all| all.iter().any(|it| it["id"] == id && it["state"] == "ready"))
        })
        .await;
    };
    is_ready(&id).await;
    let (status, again) = named(&house, "b-1", "backups", json!({})).await;
    assert_eq!((status, &again["backup"]["id"], &again["backup"]["state"]), (202, &json!(id), &json!("ready")));
    let other = named(&house, "b-2", "backups", json!({})).await.1["backup"]["id"].clone();
    assert_ne!(other, json!(id));
    is_ready(other.as_str().expect("its name")).await;

    assert_eq!(house.claw("u1", "claw-1").await["restore"], json!(null));
    let back = json!({ "backup_id": id });
    assert_eq!(named(&house, "w-1", "restore", back.clone()).await.0, 202);
    // While it goes back there is no other way.
    let (status, busy) = named(&house, "w-2", "restore", json!({ "backup_id": other })).await;
    assert_eq!((status, &busy["code"]), (409, &json!("busy")));
    assert_eq!(named(&house, "w-1", "restore", back.clone()).await.0, 202);
    until("it is back", async || house.claw("u1", "claw-1").await["restore"]["state"] == "done").await;
    let restored = json!({ "backup_id": id, "key": "w-1", "state": "done", "reason": null });
    assert_eq!(house.claw("u1", "claw-1").await["restore"], restored);
    assert_eq!(named(&house, "w-1", "restore", back).await.0, 202);
    house.is("u1", "claw-1", "ready").await;
    assert_eq!(house.story("claw-1").await.iter().filter(|it| *it == "restored").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_decided_on_once() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    let asks = |id: &str| Asking { request_id: id.to_owned(), name: "Phone".into(), platform: "ios".into() };
    house.breaks("u1", "claw-1", Faults { asking: vec![asks("req-1"), asks("req-2")], ..Faults::default() });
    until("they are counted", async || house.claw("u1", "claw-1").await["pending_devices"] == 2).await;
    for _ in 0..2 {
        assert_eq!(named(&house, "d-1", "devices/req-1/approve", json!({})).await.0, 200);
        assert_eq!(named(&house, "d-2", "devices/req-2/reject", json!({})).await.0, 200);
    }
    let (_, devices) = house.call("GET", "/claws/u1/claw-1/devices", None).await;
    assert_eq!((devices["pending"].as_array().map(Vec::len), devices["paired"].as_array().map(Vec::len)), (Some(0), Some(1)));
    for key in ["d-3", "d-3"] {
        let (status, body) = named(&house, key, "devices/req-9/approve", json!({})).await;
        assert_eq!((status, &body["code"]), (404, &json!("no_such_request")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_words_are_written_once_and_then_the_claws_own() {
    let house = House::new().await;
    let _node = house.node().await;
    let mut order = house.order("u1", "claw-1");
    order["workspace_files"] = json!({ "SOUL.md": "I am Helper." });
    assert_eq!(house.call("POST", "/provision", Some(order.clone())).await.0, 200);
    let soul = house.folder_of("u1", "claw-1").join("workspace").join("SOUL.md");
    let read = || std::fs::read_to_string(&soul).expect("its first words");
    assert_eq!(read(), "I am Helper.");
    std::fs::write(&soul, "I am Helper, and I have learned.").expect("its own words");
    order["workspace_files"] = json!({ "SOUL.md": "Soy Helper." });
    let (status, body) = house.call("POST", "/provision", Some(order.clone())).await;
    assert_eq!((status, &body["changed"]), (200, &json!(false)), "{body}");
    assert_eq!(read(), "I am Helper, and I have learned.");
    // Who wants to change them says so.
    let change = json!({ "workspace_files": { "SOUL.md": "You are new." } });
    assert_eq!(house.call("PATCH", "/claws/u1/claw-1/spec", Some(change)).await.0, 200);
    assert_eq!(read(), "You are new.");
}
