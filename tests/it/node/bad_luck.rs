//! What goes wrong with claws and callers, and what becomes of it. Nothing of another claw is ever touched.

use std::{fs, net::TcpListener, time::Duration};

use clawhatch::{drivers::vault::generate_key, node::runtime::proc::Life, sandbox::gateway::Faults};
use serde_json::json;

use super::{House, kill};
use crate::process::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_killed_comes_back() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    house.hatches("u1", "claw-2").await;
    let (first, other) = (house.gateway_of("u1", "claw-1"), house.gateway_of("u1", "claw-2"));
    kill(first);
    until("it was started anew", async || house.claw("u1", "claw-1").await["restarts"] == 1).await;
    house.is("u1", "claw-1", "ready").await;
    assert_ne!(house.gateway_of("u1", "claw-1"), first);
    assert_eq!(house.gateway_of("u1", "claw-2"), other, "nobody else was touched");
    // With its keeper killed too, nothing of it is left, and it comes back.
    let held = house.papers_of("u1", "claw-1").held().expect("held");
    kill(held.keeper.pid);
    until("it was started anew", async || house.claw("u1", "claw-1").await["restarts"] == 2).await;
    house.is("u1", "claw-1", "ready").await;
    assert!(!held.gateway.expect("a gateway").is_there(), "a gateway does not outlive its keeper");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_while_the_node_was_away_is_known_to_it() {
    let house = House::new().await;
    let node = house.node().await;
    house.hatches("u1", "claw-1").await;
    house.breaks("u1", "claw-1", Faults { exit: Some(78), ..Faults::default() });
    let gateway = house.gateway_of("u1", "claw-1");
    node.dies().await;
    kill(gateway);
    until("its end is written down", async || house.papers_of("u1", "claw-1").ended().is_some_and(|end| end.signal == Some(9)))
        .await;
    let _node = house.node().await;
    let claw = house.is("u1", "claw-1", "config_error").await;
    assert_eq!(claw["reason"]["code"], json!("config_invalid"), "killed, started anew, and then refused by OpenClaw");
    assert_eq!(claw["restarts"], json!(1));
    house.breaks("u1", "claw-1", Faults::default());
    house.clock_is_ahead(Duration::from_secs(3600));
    assert_eq!(house.claw("u1", "claw-1").await["state"], json!("config_error"), "it is never tried again by itself");
    assert_eq!(house.act("u1", "claw-1", "restart").await.0, 202);
    house.is("u1", "claw-1", "ready").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_ends_again_and_again_is_given_up() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    house.hatches("u1", "claw-2").await;
    house.breaks("u1", "claw-1", Faults { exit: Some(1), ..Faults::default() });
    house.act("u1", "claw-1", "restart").await;
    let claw = house.is("u1", "claw-1", "crashed").await;
    assert_eq!((&claw["reason"]["code"], &claw["restarts"]), (&json!("crash_loop"), &json!(4)));
    let order = house.order("u1", "claw-1");
    house.breaks("u1", "claw-1", Faults { exit: Some(78), ..Faults::default() });
    let (status, body) = house.call("POST", "/provision", Some(order.clone())).await;
    assert_eq!((status, &body["code"]), (500, &json!("config_error")), "{body}");
    house.breaks("u1", "claw-1", Faults::default());
    let (status, body) = house.call("POST", "/provision", Some(order)).await;
    assert_eq!((status, &body["changed"], &body["claw"]["state"]), (200, &json!(false), &json!("ready")));
    assert_eq!(house.claw("u1", "claw-2").await["restarts"], json!(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn want_of_memory_is_told_apart() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    house.breaks("u1", "claw-1", Faults { eat_mb: 400, ..Faults::default() });
    let change = json!({"limits": {"memory_mb": 200}});
    house.call("PATCH", "/claws/u1/claw-1/spec", Some(change)).await;
    until("it is told", async || house.events().await.iter().any(|event| event["detail"]["reason"]["code"] == "out_of_memory"))
        .await;
    house.breaks("u1", "claw-1", Faults::default());
    house.is("u1", "claw-1", "ready").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_never_ready_is_late_and_then_started_anew() {
    let mut house = House::new().await;
    house.set("CLAWNODE_PROVISION_WAIT", "1");
    let _node = house.node().await;
    let order = house.order("u1", "claw-1");
    house.call("POST", "/provision", Some(order.clone())).await;
    house.is("u1", "claw-1", "ready").await;
    for faults in [Faults { never_ready: true, ..Faults::default() }, Faults { garbage: true, ..Faults::default() }] {
        house.clock_is_ahead(Duration::ZERO);
        house.breaks("u1", "claw-1", faults);
        house.act("u1", "claw-1", "restart").await;
        house.is("u1", "claw-1", "starting").await;
        let (status, body) = house.call("POST", "/provision", Some(order.clone())).await;
        assert_eq!((status, &body["claw"]["state"]), (202, &json!("starting")));
        house.clock_is_ahead(Duration::from_secs(200));
        until("it is late", async || house.claw("u1", "claw-1").await["reason"]["code"] == "slow_start").await;
        let gateway = Life::of(house.gateway_of("u1", "claw-1")).expect("it runs");
        house.breaks("u1", "claw-1", Faults::default());
        house.clock_is_ahead(Duration::from_secs(700));
        until("it is well", async || house.claw("u1", "claw-1").await["state"] == "ready").await;
        let _ended_or_healed = gateway.is_there();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_is_ended_and_started_anew() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    let gateway = Life::of(house.gateway_of("u1", "claw-1")).expect("it runs");
    house.breaks("u1", "claw-1", Faults { garbage: true, ..Faults::default() });
    house.is("u1", "claw-1", "degraded").await;
    house.clock_is_ahead(Duration::from_secs(120));
    until("it is ended", async || !gateway.is_there()).await;
    house.breaks("u1", "claw-1", Faults::default());
    house.is("u1", "claw-1", "ready").await;
    assert_eq!(house.claw("u1", "claw-1").await["restarts"], json!(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_end_is_made_to() {
    let house = House::new().await;
    let _node = house.node().await;
    for claw in ["claw-1", "claw-2"] {
        house.hatches("u1", claw).await;
        house.breaks("u1", claw, Faults { ignore_sigterm: true, ..Faults::default() });
    }
    let gateway = Life::of(house.gateway_of("u1", "claw-1")).expect("it runs");
    house.act("u1", "claw-1", "stop").await;
    house.is("u1", "claw-1", "stopping").await;
    assert!(gateway.is_there(), "it is given its time");
    house.clock_is_ahead(Duration::from_secs(31));
    house.is("u1", "claw-1", "stopped").await;
    assert!(!gateway.is_there());
    // What shall be erased is not waited for.
    let (status, body) =
        house.call("POST", "/deprovision", Some(json!({"user_id": "u1", "claw_id": "claw-2", "purge": true}))).await;
    assert_eq!((status, &body["purged"]), (200, &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_somebody_has_is_left_to_them() {
    let house = House::new().await;
    let first: u16 = house.names["CLAWNODE_PORTS"].split('-').next().and_then(|port| port.parse().ok()).expect("a port");
    let _theirs = TcpListener::bind(("127.0.0.1", first)).expect("a port of somebody else's");
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    assert!(house.said().contains("a port was taken"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_token_is_told_and_heals_without_a_restart() {
    let house = House::new().await;
    let _node = house.node().await;
    let right = house.order("u1", "claw-1");
    let token = right["telegram_bot_token"].as_str().expect("a token");
    let (bot, secret) = token.split_once(':').expect("two halves");
    let mut wrong = right.clone();
    wrong["telegram_bot_token"] = json!(format!("{bot}:{}", "A".repeat(secret.len())));
    let (status, body) = house.call("POST", "/provision", Some(wrong)).await;
    assert_eq!(status, 200, "it runs, and its bot does not: {body}");
    let claw = house.is("u1", "claw-1", "degraded").await;
    assert_eq!(claw["reason"]["code"], json!("bot_token_rejected"));
    let gateway = house.gateway_of("u1", "claw-1");
    let change = json!({"telegram_bot_token": token});
    let (status, body) = house.call("PATCH", "/claws/u1/claw-1/spec", Some(change)).await;
    assert_eq!((status, &body["restarted"]), (200, &json!(false)), "{body}");
    house.is("u1", "claw-1", "ready").await;
    assert_eq!(house.gateway_of("u1", "claw-1"), gateway);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_provisions_at_once_make_one_claw() {
    let house = House::new().await;
    let _node = house.node().await;
    let order = house.order("u1", "claw-1");
    let provision = || house.call("POST", "/provision", Some(order.clone()));
    let answers: [(u16, serde_json::Value); 4] = tokio::join!(provision(), provision(), provision(), provision()).into();
    assert!(answers.iter().all(|(status, body)| *status == 200 && body["claw"]["state"] == "ready"), "{answers:?}");
    assert_eq!(answers.iter().filter(|(_, body)| body["changed"] == true).count(), 1);
    assert_eq!(house.papers_of("u1", "claw-1").held().map(|held| held.start), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_later_of_a_provision_and_a_removal_holds() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    house.breaks("u1", "claw-1", Faults { never_ready: true, ..Faults::default() });
    house.act("u1", "claw-1", "restart").await;
    house.is("u1", "claw-1", "starting").await;
    let before = house.claw("u1", "claw-1").await["generation"].clone();
    let mut order = house.order("u1", "claw-1");
    order["model"] = json!("other/model");
    let provision = house.call("POST", "/provision", Some(order));
    let remove = async {
        // The other call is taken and waits by now: its claw is on its way and never comes up.
        until("it is taken", async || house.claw("u1", "claw-1").await["generation"] != before).await;
        house.call("POST", "/deprovision", Some(json!({"user_id": "u1", "claw_id": "claw-1"}))).await
    };
    let ((provisioned, body), (removed, _)) = tokio::join!(provision, remove);
    assert_eq!(removed, 200);
    assert_eq!((provisioned, &body["code"]), (409, &json!("superseded")), "{body}");
    assert_eq!(house.claw("u1", "claw-1").await["state"], json!("trash"));
    assert!(!house.papers_of("u1", "claw-1").held().is_some_and(|held| held.keeper.is_there()), "nothing runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_during_a_provision_leaves_nothing_and_the_name_is_free_again() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-2").await;
    let other = house.gateway_of("u1", "claw-2");
    // A gateway that hangs before it says a word.
    house.trap("case \"$*\" in *'gateway run'*) sleep 600;; esac");
    let order = house.order("u1", "claw-1");
    let purge = json!({"user_id": "u1", "claw_id": "claw-1", "purge": true});
    let provision = house.call("POST", "/provision", Some(order.clone()));
    let remove = async {
        house.is("u1", "claw-1", "starting").await;
        house.call("POST", "/deprovision", Some(purge)).await
    };
    let ((provisioned, body), (removed, told)) = tokio::join!(provision, remove);
    assert_eq!((provisioned, &body["code"]), (409, &json!("superseded")), "{body}");
    assert_eq!((removed, &told["purged"]), (200, &json!(true)), "{told}");
    assert!(!house.folder_of("u1", "claw-1").exists() && !house.papers_of("u1", "claw-1").0.exists());
    assert_eq!(house.call("GET", "/claws/u1/claw-1", None).await.0, 404);
    assert_eq!(house.gateway_of("u1", "claw-2"), other, "nobody else was touched");
    house.trap("");
    let (status, body) = house.call("POST", "/provision", Some(order)).await;
    assert_eq!((status, &body["claw"]["state"]), (200, &json!("ready")), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_with_other_keys_or_a_second_one_does_not_start() {
    let house = House::new().await;
    let _node = house.node().await;
    let address = ("CLAWNODE_LISTEN_ADDR", "127.0.0.1:0");
    let mut second = house.node_with(&[address, ("CLAWNODE_METRICS_ADDR", "127.0.0.1:0")]);
    assert_eq!(second.ended().await.code(), Some(2), "the two addresses are the same: {}", second.said());
    let mut second = house.node_with(&[]);
    assert_eq!(second.ended().await.code(), Some(1));
    assert!(second.said().contains("another clawnode"), "{}", second.said());
    let apart = House::new().await;
    apart.node().await.dies().await;
    let other = format!("k1:{}", generate_key());
    let mut node = apart.node_with(&[("CLAWNODE_ENCRYPTION_KEYS", &other)]);
    assert_eq!(node.ended().await.code(), Some(1));
    assert!(node.said().contains("not those of this node"), "{}", node.said());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_changes_nothing() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    let id = house.backs_up("u1", "claw-1").await;
    let sealed = house.data().join("backups").join(house.folder_of("u1", "claw-1").file_name().expect("a name")).join(&id);
    let mut bytes = fs::read(&sealed).expect("the sealed archive");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&sealed, bytes).expect("damaged");
    let memory = house.folder_of("u1", "claw-1").join("workspace/MEMORY.md");
    fs::write(&memory, "it remembers").expect("a memory");
    house.call("POST", "/claws/u1/claw-1/restore", Some(json!({"backup_id": id}))).await;
    until("it is told", async || house.story("claw-1").await.iter().any(|kind| kind == "restore_failed")).await;
    house.is("u1", "claw-1", "ready").await;
    assert_eq!(fs::read_to_string(&memory).expect("a memory"), "it remembers");
}
