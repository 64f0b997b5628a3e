//! What only a claw's own gateway or its folder can tell, as the API passes it on: devices, the log, the small API of one
//! claw, and the numbers of the node.

use std::{fs, io::Write as _, time::Duration};

use clawhatch::{
    node::logs::MOST_BYTES,
    sandbox::gateway::{Asking, Faults},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};

use super::{House, KEY};
use crate::process::until;

fn asking(ids: &[&str]) -> Faults {
    let device = |id: &&str| Asking { request_id: (*id).to_owned(), name: format!("Phone {id}"), platform: "ios".into() };
    Faults { asking: ids.iter().map(device).collect(), ..Faults::default() }
}

/// The events of devices: what happened, and to which.
async fn of_devices(house: &House) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let events = house.events().await;
    let of_devices = events.iter().filter(|event| text(&event["kind"]).starts_with("device_"));
    of_devices.map(|event| (text(&event["kind"]), text(&event["detail"]["request_id"]))).collect()
}

fn told(kind: &str, id: &str) -> (String, String) {
    (kind.to_owned(), id.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_that_ask_are_told_of_once_and_decided_about_once() {
    let house = House::new().await;
    let node = house.node().await;
    house.hatches("u1", "claw-1").await;
    house.breaks("u1", "claw-1", asking(&["r1", "r2", "r3"]));
    house.clock_is_ahead(Duration::from_secs(60));
    until("all three are told of", async || of_devices(&house).await.len() == 3).await;
    let requested = ["r1", "r2", "r3"].map(|id| told("device_requested", id));
    assert_eq!(of_devices(&house).await, requested);
    let events = house.events().await;
    let first = events.iter().find(|event| event["kind"] == "device_requested").expect("an event");
    assert_eq!(first["detail"], json!({ "request_id": "r1", "name": "Phone r1", "platform": "ios" }));
    assert_eq!(house.claw("u1", "claw-1").await["pending_devices"], json!(3));
    // A node that was killed tells of nobody a second time, and of whoever went meanwhile.
    node.dies().await;
    house.breaks("u1", "claw-1", asking(&["r1", "r2"]));
    let _node = house.node().await;
    until("the third is gone", async || of_devices(&house).await.contains(&told("device_gone", "r3"))).await;
    assert_eq!(of_devices(&house).await.len(), 4);

    let bearer = format!("Bearer {KEY}");
    let decide = async |id: &str, what: &str, key: &str| {
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
        let path = format!("/claws/u1/claw-1/devices/{id}/{what}");
        let (status, body) = house.ask_with("POST", &path, None, &headers).await.expect("an answer");
        (status, body["code"].clone())
    };
    assert_eq!(decide("r1", "approve", "k1").await, (200, Value::Null));
    assert_eq!(decide("r1", "approve", "k1").await, (200, Value::Null), "the answer was lost, and it was let in");
    assert_eq!(decide("r1", "approve", "k2").await, (404, json!("no_such_request")), "somebody else comes too late");
    assert_eq!(decide("r1", "approve", "k2").await, (404, json!("no_such_request")), "and is told so again");
    assert_eq!(decide("r2", "reject", "k3").await, (200, Value::Null));
    assert_eq!(decide("r9", "reject", "k4").await.0, 404);
    assert_eq!(decide("r2", "reject", "").await.0, 400, "a key that is none");
    let (_, devices) = house.call("GET", "/claws/u1/claw-1/devices", None).await;
    assert_eq!((&devices["pending"], devices["paired"].as_array().map(Vec::len)), (&json!([]), Some(1)));
    house.clock_is_ahead(Duration::from_secs(120));
    until("both are told of as gone", async || of_devices(&house).await.len() == 6).await;
    assert_eq!(house.claw("u1", "claw-1").await["pending_devices"], json!(0));
}

/// The token of one claw, worked out as an operator would who has the node's key.
fn service_token(slug: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(KEY.as_bytes()).expect("any key");
    mac.update(b"clawnode service token 1\0");
    mac.update(slug.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_small_api_of_one_claw_opens_to_its_own_token_alone() {
    let house = House::new().await;
    let _node = house.node().await;
    let slug = |claw: &Value| claw["slug"].as_str().expect("a short name").to_owned();
    let (one, other) = (slug(&house.hatches("u1", "claw-1").await), slug(&house.hatches("u1", "claw-2").await));
    house.breaks("u1", "claw-1", asking(&["r1"]));
    let (ours, theirs) = (service_token(&one), service_token(&other));
    let ask = async |method: &str, path: &str, token: &str| {
        let path = format!("/r/{one}/v1/{path}");
        house.ask_with(method, &path, None, &[("x-service-token", token)]).await.expect("an answer")
    };
    for wrong in ["", "x", &theirs, &ours[1..], KEY] {
        let (status, body) = ask("GET", "status", wrong).await;
        assert_eq!((status, &body["ok"], &body["error"]["code"]), (401, &json!(false), &json!("unauthorized")), "{body}");
    }
    // It opens this claw and nothing else of the node.
    for path in ["/claws", "/claws/u1/claw-1", &format!("/r/{other}/v1/status"), "/capacity", "/events"] {
        let (status, _) = house.ask_with("GET", path, None, &[("x-service-token", &ours)]).await.expect("an answer");
        assert_eq!(status, 401, "{path}");
    }
    let (status, body) = ask("GET", "status", &ours).await;
    assert_eq!((status, &body["ok"]), (200, &json!(true)), "{body}");
    assert_eq!((&body["data"]["gateway"]["status"], &body["data"]["lastBackup"]), (&json!("running"), &json!(null)));
    let as_bearer = [("authorization", format!("Bearer {ours}"))];
    let as_bearer = as_bearer.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (status, again) = house.ask_with("GET", &format!("/r/{one}/v1/status"), None, &as_bearer).await.expect("an answer");
    assert_eq!((status, again), (200, body));

    let (status, body) = ask("GET", "devices", &ours).await;
    assert_eq!((status, &body["data"]["pending"][0]["requestId"]), (200, &json!("r1")), "{body}");
    assert_eq!(ask("POST", "devices/r1/approve", &ours).await.1["data"], json!({ "approved": true, "requestId": "r1" }));
    let (status, body) = ask("POST", "devices/r1/approve", &ours).await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("no_such_request")));
    assert_eq!(ask("GET", "devices", &ours).await.1["data"]["paired"][0]["client"]["name"], json!("Phone r1"));

    let (status, body) = ask("POST", "storage/backup", &ours).await;
    assert_eq!((status, &body["ok"]), (200, &json!(true)), "{body}");
    let id = body["data"]["backupId"].as_str().expect("an id").to_owned();
    until("it is made", async || house.backup("u1", "claw-1", &id).await["state"] == "ready").await;
    assert!(ask("GET", "status", &ours).await.1["data"]["lastBackup"].is_string());

    let before = house.gateway_of("u1", "claw-1");
    assert_eq!(ask("POST", "gateway/restart", &ours).await.0, 200);
    until("it is another gateway", async || {
        house.papers_of("u1", "claw-1").held().is_some_and(|held| held.gateway.is_some_and(|life| life.pid != before))
    })
    .await;
    house.is("u1", "claw-1", "ready").await;
    house.act("u1", "claw-1", "stop").await;
    house.is("u1", "claw-1", "stopped").await;
    assert_eq!(ask("GET", "status", &ours).await.1["data"]["gateway"]["status"], json!("stopped"));
    let (status, body) = ask("GET", "devices", &ours).await;
    assert_eq!((status, &body["error"]["code"]), (503, &json!("claw_unavailable")));
    assert_eq!(ask("POST", "gateway/restart", &ours).await.0, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_a_listener_of_their_own() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    house.hatches("u1", "claw-2").await;
    house.act("u1", "claw-2", "stop").await;
    house.is("u1", "claw-2", "stopped").await;
    let ask = async |path: &str| {
        let url = format!("http://{}{path}", house.names["CLAWNODE_METRICS_ADDR"]);
        let answer = reqwest::get(url).await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    };
    let (status, text) = ask("/metrics").await;
    assert_eq!(status, 200);
    for line in [
        r#"clawnode_claws{state="ready"} 1"#,
        r#"clawnode_claws{state="stopped"} 1"#,
        r#"clawnode_claws{state="crashed"} 0"#,
        "clawnode_claws_max 8",
    ] {
        assert!(text.lines().any(|told| told == line), "{line}\n{text}");
    }
    let number = |name: &str| -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}\n{text}"));
        line.trim().parse().expect("a number")
    };
    assert!(number("clawnode_disk_free_mb ") > 0.0 && number("clawnode_memory_available_mb ") > 0.0);
    assert!(!text.contains("CANARY"), "{text}");
    // Neither is told where the other is.
    assert_eq!(ask("/claws").await.0, 404);
    assert_eq!(house.call("GET", "/metrics", None).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claw_that_talks_without_end_does_not_fill_the_disk() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    house.hatches("u1", "claw-2").await;
    let log = |claw: &str| house.folder_of("u1", claw).join("log/gateway.log");
    let gateway = house.gateway_of("u1", "claw-1");
    let talks = || {
        let mut file = fs::OpenOptions::new().append(true).open(log("claw-1")).expect("its log");
        for _ in 0..=MOST_BYTES / 1024 {
            file.write_all(format!("{}\n", "blah".repeat(256)).as_bytes()).expect("said");
        }
        file.write_all(b"the last word, with a token 123456789:AAfakefakefakefakefakefakefakefake1\n").expect("said");
    };
    talks();
    let length = |claw: &str| fs::metadata(log(claw)).expect("its log").len();
    until("it is cut down", async || length("claw-1") < MOST_BYTES / 4).await;
    let (status, body) = house.call("GET", "/claws/u1/claw-1/logs?tail=1", None).await;
    assert_eq!((status, &body["lines"]), (200, &json!(["the last word, with a token ***"])), "{body}");
    assert_eq!(house.gateway_of("u1", "claw-1"), gateway, "it goes on talking");
    // Its gateway still adds to this very file.
    let before = length("claw-1");
    house.act("u1", "claw-1", "stop").await;
    house.is("u1", "claw-1", "stopped").await;
    assert!(length("claw-1") > before, "its farewell stands at the end");
    // What it said before it ended counts too.
    talks();
    house.act("u1", "claw-1", "start").await;
    house.is("u1", "claw-1", "ready").await;
    assert!(length("claw-1") < MOST_BYTES / 4);

    // A link in the place of its log leads neither us nor whoever asks to another claw's.
    let theirs = fs::read_to_string(log("claw-2")).expect("a log");
    fs::remove_file(log("claw-1")).expect("removed");
    fs::remove_dir_all(log("claw-1").parent().expect("a folder")).expect("removed");
    std::os::unix::fs::symlink(log("claw-2").parent().expect("a folder"), house.folder_of("u1", "claw-1").join("log"))
        .expect("a link");
    assert_eq!(house.call("GET", "/claws/u1/claw-1/logs", None).await, (200, json!({ "ok": true, "lines": [] })));
    assert!(theirs.contains("ready") && fs::read_to_string(log("claw-2")).expect("a log").starts_with(&theirs));
}
