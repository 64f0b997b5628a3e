//! Who is let in, what is taken, and what is answered.

use clawhatch::node::api::{described, document};
use serde_json::json;

use super::{House, KEY};

#[tokio::test(flavor = "multi_thread")]
async fn the_door_is_closed_to_wrong_keys_and_hosts() {
    let mut house = House::new().await;
    house.set("CLAWNODE_HOST", "node1.example.com");
    let _node = house.node().await;
    let right = format!("Bearer {KEY}");
    for (key, host, status, code) in [
        (Some(right.as_str()), "node1.example.com", 404, "no_such_claw"),
        (Some(right.as_str()), "NODE1.example.com:9310", 404, "no_such_claw"),
        (Some(right.as_str()), "127.0.0.1", 421, "wrong_host"),
        (Some(right.as_str()), "node1.example.com.evil.example", 421, "wrong_host"),
        (Some("Bearer wrong"), "node1.example.com", 401, "unauthorized"),
        (Some(KEY), "node1.example.com", 401, "unauthorized"),
        (Some("Bearer "), "node1.example.com", 401, "unauthorized"),
        (None, "node1.example.com", 401, "unauthorized"),
    ] {
        let mut headers = vec![("host", host)];
        headers.extend(key.map(|key| ("authorization", key)));
        let (told, body) = house.ask_with("GET", "/claws/u1/claw-1", None, &headers).await.expect("an answer");
        assert_eq!((told, body["code"].as_str(), &body["ok"]), (status, Some(code), &json!(false)), "{key:?} {host}");
    }
    // What is not there is not told to strangers either.
    let (told, _) = house.ask_with("GET", "/nothing", None, &[("host", "node1.example.com")]).await.expect("an answer");
    assert_eq!(told, 401);
    let (told, _) = house.ask_with("GET", "/healthz", None, &[]).await.expect("an answer");
    assert_eq!(told, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_and_names_are_refused_and_change_nothing() {
    let house = House::new().await;
    let _node = house.node().await;
    let order = house.order("u1", "claw-1");
    let with = |name: &str, value: serde_json::Value| {
        let mut order = order.clone();
        order[name] = value;
        order.to_string()
    };
    let mut short = order.clone();
    short.as_object_mut().expect("an object").remove("model");
    let headers = format!("Bearer {KEY}");
    let headers = [("authorization", headers.as_str())];
    for (body, status) in [
        (String::new(), 400),
        ("{".to_owned(), 400),
        ("[]".to_owned(), 400),
        ("null".to_owned(), 400),
        (short.to_string(), 400),
        (with("user_id", json!("../../etc")), 400),
        (with("claw_id", json!("a/b")), 400),
        (with("claw_id", json!("..")), 400),
        (with("claw_id", json!("-rf")), 400),
        (with("claw_id", json!("a\u{0}b")), 400),
        (with("claw_id", json!("")), 400),
        (with("claw_id", json!("x".repeat(65))), 400),
        (with("claw_id", json!(7)), 400),
        (with("telegram_allow_from", json!(["@ann"])), 400),
        (with("telegram_allow_from", json!("42")), 400),
        (with("telegram_bot_token", json!("CANARY")), 400),
        (with("model", json!("a b")), 400),
        (with("limits", json!({"memory_mb": 1})), 400),
        (with("workspace_files", json!({"../../x.md": "x"})), 400),
        (with("more", json!("x".repeat(70_000))), 413),
        ("x".repeat(10_000_000), 413),
        (format!("{}1{}", "[".repeat(30_000), "]".repeat(30_000)), 400),
    ] {
        let answer = house.ask_with("POST", "/provision", Some(body.clone()), &headers).await;
        let shown: String = body.chars().take(200).collect();
        // A server may hang up on a body it does not want to hear to its end.
        let Some((told, answer)) = answer else {
            assert_eq!(status, 413, "{shown}");
            continue;
        };
        assert_eq!((told, &answer["ok"]), (status, &json!(false)), "{shown} {answer}");
        assert!(!answer.to_string().contains("CANARY"), "{answer}");
    }
    for path in ["/claws/..%2f..%2fetc/passwd", "/claws/u1/..", "/claws/u1/%2e%2e", "/claws/u1/a%2Fb", "/claws/u1/a%00"] {
        let (told, _) = house.call("GET", path, None).await;
        assert!([400, 404].contains(&told), "{path}: {told}");
    }
    let (told, body) = house.call("GET", "/claws", None).await;
    assert_eq!((told, body), (200, json!({"claws": [], "next": null})));
    assert_eq!(std::fs::read_dir(house.data().join("claws")).expect("a folder").count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_original_two_calls_are_enough() {
    let house = House::new().await;
    let _node = house.node().await;
    let mut order = house.order("u1", "claw-1");
    order["an_unknown_field"] = json!({"is": "passed over"});
    order["telegram_allow_from"] = json!([42, "43"]);
    let (status, body) = house.call("POST", "/provision", Some(order.clone())).await;
    assert_eq!((status, &body["ok"], &body["changed"]), (200, &json!(true), &json!(true)), "{body}");
    let claw = &body["claw"];
    assert_eq!((&claw["state"], &claw["telegram_allow_from"]), (&json!("ready"), &json!(["42", "43"])));
    assert_eq!((&claw["generation"], &claw["restarts"], &claw["reason"]), (&json!(1), &json!(0), &json!(null)));
    assert!(!body.to_string().contains("CANARY"), "{body}");
    let gateway = house.gateway_of("u1", "claw-1");
    let (status, body) = house.call("POST", "/provision", Some(order)).await;
    assert_eq!((status, &body["changed"], &body["claw"]["generation"]), (200, &json!(false), &json!(1)));
    assert_eq!(house.gateway_of("u1", "claw-1"), gateway, "nothing was started anew");
    let gone = json!({"user_id": "u1", "claw_id": "claw-1"});
    let (status, body) = house.call("POST", "/deprovision", Some(gone.clone())).await;
    assert_eq!((status, &body["existed"], &body["purged"]), (200, &json!(true), &json!(false)));
    assert!(body["retained_until"].is_string());
    let again = house.call("POST", "/deprovision", Some(gone)).await;
    assert_eq!(again, (200, body), "the same until");
    let unknown = house.call("POST", "/deprovision", Some(json!({"user_id": "u2", "claw_id": "claw-1"}))).await;
    assert_eq!(unknown, (200, json!({"ok": true, "existed": false, "purged": false, "retained_until": null})));
}

#[tokio::test(flavor = "multi_thread")]
async fn models_bots_and_room_are_limited() {
    let mut house = House::new().await;
    house.set("CLAWNODE_MODELS", "anthropic/claude-sonnet-4.6, other/model");
    house.set("CLAWNODE_MEMORY_MB", "2048");
    let _node = house.node().await;
    let mut order = house.order("u1", "claw-1");
    order["model"] = json!("dear/model");
    let (status, body) = house.call("POST", "/provision", Some(order)).await;
    assert_eq!((status, &body["code"]), (422, &json!("model_not_allowed")));
    house.hatches("u1", "claw-1").await;
    let mut same_bot = house.order("u2", "claw-1");
    same_bot["telegram_bot_token"] = house.order("u1", "claw-1")["telegram_bot_token"].clone();
    let (status, body) = house.call("POST", "/provision", Some(same_bot.clone())).await;
    assert_eq!((status, &body["code"]), (409, &json!("token_in_use")));
    house.hatches("u2", "claw-1").await;
    let (status, body) = house.call("POST", "/provision", Some(house.order("u3", "claw-1"))).await;
    assert_eq!((status, &body["code"]), (507, &json!("no_capacity")));
    let (_, capacity) = house.call("GET", "/capacity", None).await;
    assert_eq!(capacity["claws"], json!({"running": 2, "known": 2, "max": 2}));
    assert_eq!(capacity["memory_mb"], json!({"total": 2048, "reserved": 2048, "available": 0}));
    // What is removed frees its room and its bot.
    house.call("POST", "/deprovision", Some(json!({"user_id": "u1", "claw_id": "claw-1"}))).await;
    house.call("POST", "/deprovision", Some(json!({"user_id": "u2", "claw_id": "claw-1"}))).await;
    let (status, body) = house.call("POST", "/provision", Some(same_bot)).await;
    assert_eq!((status, &body["claw"]["state"]), (200, &json!("ready")), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_with_a_key_takes_effect_once() {
    let house = House::new().await;
    let _node = house.node().await;
    let order = house.order("u1", "claw-1");
    let bearer = format!("Bearer {KEY}");
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "op-1")];
    let provision = async |order: &serde_json::Value| {
        house.ask_with("POST", "/provision", Some(order.to_string()), &headers).await.expect("an answer")
    };
    assert_eq!(provision(&order).await.1["changed"], json!(true));
    assert_eq!(provision(&order).await.1["changed"], json!(false));
    let mut other = order.clone();
    other["model"] = json!("other/model");
    let (status, body) = provision(&other).await;
    assert_eq!((status, &body["code"]), (422, &json!("idempotency_key_reused")));
    // A repeat that arrives after the claw was removed does not bring it back.
    house.call("POST", "/deprovision", Some(json!({"user_id": "u1", "claw_id": "claw-1"}))).await;
    let (status, body) = provision(&order).await;
    assert_eq!((status, &body["code"]), (409, &json!("superseded")));
    assert_eq!(house.claw("u1", "claw-1").await["state"], json!("trash"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_and_the_router_say_the_same() {
    let house = House::new().await;
    let _node = house.node().await;
    let claw = house.hatches("u1", "claw-1").await;
    let (status, served) = house.call("GET", "/openapi.json", None).await;
    assert_eq!((status, &served), (200, &document(&described())));
    let slug = claw["slug"].as_str().expect("a short name");
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    for (path, item) in served["paths"].as_object().expect("paths") {
        let filled = path.replace("{user_id}", "u1").replace("{claw_id}", "nobody").replace("{slug}", slug);
        let filled = filled.replace("{request_id}", "r1");
        for method in methods {
            let described = item.get(method.to_ascii_lowercase());
            let (status, body) = house.call(method, &filled, (method != "GET").then(|| json!({}))).await;
            match described {
                None => assert_eq!(status, 405, "{method} {path} is answered and not described: {body}"),
                Some(operation) => {
                    let answers = operation["responses"].as_object().expect("answers");
                    assert!(answers.contains_key(&status.to_string()), "{method} {path} answers {status}: {body}");
                }
            }
        }
    }
    // Every field of a claw is described, and every described one is there.
    let described = served["components"]["schemas"]["Claw"]["properties"].as_object().expect("fields");
    let told = claw.as_object().expect("a claw");
    assert_eq!(described.keys().collect::<Vec<_>>(), told.keys().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_go_on_where_a_reader_stopped() {
    let house = House::new().await;
    let node = house.node().await;
    house.hatches("u1", "claw-1").await;
    assert_eq!(house.story("claw-1").await, ["requested", "preparing", "starting", "ready"]);
    let (_, body) = house.call("GET", "/events?after=0&limit=2", None).await;
    let next = body["next"].as_i64().expect("a number");
    node.dies().await;
    let _node = house.node().await;
    let (_, body) = house.call("GET", &format!("/events?after={next}"), None).await;
    let states: Vec<_> =
        body["events"].as_array().expect("events").iter().map(|event| event["detail"]["state"].clone()).collect();
    assert_eq!(states, [json!("starting"), json!("ready")]);
    // A reader that waits hears of it when it happens.
    let next = body["next"].as_i64().expect("a number");
    let path = format!("/events?after={next}&wait_s=20");
    let (news, _) = tokio::join!(house.call("GET", &path, None), house.act("u1", "claw-1", "stop"));
    assert_eq!(news.1["events"][0]["detail"]["state"], json!("stopping"));
    let (status, body) = house.call("GET", "/events?after=-1", None).await;
    assert_eq!((status, &body["code"], &body["first"]), (410, &json!("gone"), &json!(1)));
}
