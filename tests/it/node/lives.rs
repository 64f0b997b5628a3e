//! What a claw lives through when all goes well: apart from others, across restarts of its node, changed, stopped,
//! backed up, removed.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    time::Duration,
};

use serde_json::json;

use super::House;
use crate::process::until;

#[tokio::test(flavor = "multi_thread")]
async fn claws_are_kept_apart() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    house.hatches("u1", "claw-2").await;
    let of = |claw: &str| (house.folder_of("u1", claw), house.gateway_of("u1", claw));
    let ((folder, gateway), (_, other)) = (of("claw-1"), of("claw-2"));
    let status = fs::read_to_string(format!("/proc/{gateway}/status")).expect("its status");
    let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).expect("a line").trim().to_owned();
    assert_eq!(line("NoNewPrivs:"), "1");
    assert_eq!(fs::metadata(&folder).expect("a folder").permissions().mode() & 0o7777, 0o700);
    let limits = fs::read_to_string(format!("/proc/{gateway}/limits")).expect("its limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit");
    assert_eq!(core.split_whitespace().nth(4), Some("0"));
    let arguments = fs::read_to_string(format!("/proc/{gateway}/cmdline")).expect("its arguments");
    assert!(!arguments.contains("CANARY") && !arguments.contains(':'), "{arguments}");
    if rustix::process::geteuid().is_root() {
        let user = fs::metadata(&folder).expect("a folder").uid();
        assert!(user >= 200_000);
        assert_eq!(line("Uid:"), format!("{user}\t{user}\t{user}\t{user}"));
        assert_eq!(line("Gid:"), format!("{user}\t{user}\t{user}\t{user}"));
        assert_eq!(line("Groups:"), "");
        for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
            assert_eq!(line(set), "0000000000000000", "{set}");
        }
        let others = fs::metadata(format!("/proc/{other}")).expect("another").uid();
        assert_ne!(others, user);
    } else {
        let (_, capacity) = house.call("GET", "/capacity", None).await;
        assert!(capacity["weakness"].is_string() && house.said().contains("not kept apart"), "it is told at the start");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn claws_go_on_while_their_node_is_away() {
    let house = House::new().await;
    let node = house.node().await;
    let before = house.hatches("u1", "claw-1").await;
    let gateway = house.gateway_of("u1", "claw-1");
    node.stops().await;
    let node = house.node().await;
    let after = house.is("u1", "claw-1", "ready").await;
    assert_eq!((&after["started_at"], house.gateway_of("u1", "claw-1")), (&before["started_at"], gateway));
    node.dies().await;
    // An hour without a node is no silence of the claw's.
    house.clock_is_ahead(Duration::from_secs(3600));
    let _node = house.node().await;
    house.is("u1", "claw-1", "ready").await;
    until("it is met again", async || house.said().matches("still runs").count() == 2).await;
    assert_eq!(house.gateway_of("u1", "claw-1"), gateway);
    assert_eq!(house.story("claw-1").await, ["requested", "preparing", "starting", "ready"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claw_stops_sleeps_and_comes_back() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    let first = house.gateway_of("u1", "claw-1");
    for (act, status, state) in [
        ("restart", 202, "ready"),
        ("stop", 202, "stopped"),
        ("stop", 200, "stopped"),
        ("restart", 409, "stopped"),
        ("start", 202, "ready"),
        ("start", 200, "ready"),
        ("suspend", 202, "suspended"),
        ("start", 409, "suspended"),
        ("stop", 409, "suspended"),
        ("resume", 202, "ready"),
    ] {
        let (told, body) = house.act("u1", "claw-1", act).await;
        assert_eq!(told, status, "{act}: {body}");
        if act == "restart" && told == 202 {
            until("it is another gateway", async || {
                house.papers_of("u1", "claw-1").held().is_some_and(|held| held.gateway.is_some_and(|life| life.pid != first))
            })
            .await;
        }
        house.is("u1", "claw-1", state).await;
        if state != "ready" {
            assert!(house.papers_of("u1", "claw-1").held().is_none_or(|held| !held.keeper.is_there()), "nothing runs");
        }
    }
    let claw = house.claw("u1", "claw-1").await;
    assert_eq!(claw["restarts"], json!(0), "all of it was asked for");
    assert_eq!(house.act("u2", "claw-1", "stop").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_reaches_a_running_claw() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    let gateway = house.gateway_of("u1", "claw-1");
    let path = "/claws/u1/claw-1/spec";
    let change = json!({"model": "other/model", "telegram_allow_from": ["42", "77"]});
    let (status, body) = house.call("PATCH", path, Some(change.clone())).await;
    assert_eq!((status, &body["changed"], &body["restarted"]), (200, &json!(true), &json!(false)), "{body}");
    assert_eq!((&body["claw"]["model"], &body["claw"]["telegram_allow_from"]), (&json!("other/model"), &json!(["42", "77"])));
    assert_eq!(house.gateway_of("u1", "claw-1"), gateway);
    let (_, body) = house.call("PATCH", path, Some(change)).await;
    assert_eq!((&body["changed"], &body["restarted"]), (&json!(false), &json!(false)));
    for bad in [json!({"modell": "x"}), json!({"model": 7}), json!({"model": ""}), json!([])] {
        assert_eq!(house.call("PATCH", path, Some(bad.clone())).await.0, 400, "{bad}");
    }
    // Limits are felt by a process from its start on.
    let (status, body) = house.call("PATCH", path, Some(json!({"limits": {"memory_mb": 1024}}))).await;
    assert_eq!((status, &body["restarted"], &body["claw"]["limits"]["memory_mb"]), (200, &json!(true), &json!(1024)), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn removed_claws_keep_what_they_know_and_erased_ones_do_not() {
    let house = House::new().await;
    let _node = house.node().await;
    let order = house.order("u1", "claw-1");
    for claw in ["claw-1", "claw-2"] {
        house.hatches("u1", claw).await;
        let home = house.folder_of("u1", claw).join("home");
        fs::create_dir_all(home.join(".Trash/old")).expect("OpenClaw's own trash");
        fs::write(home.join(".Trash/old/memory.md"), "it remembers").expect("a memory");
    }
    let remove = |claw: &str, purge: bool| json!({"user_id": "u1", "claw_id": claw, "purge": purge});
    let memory = |claw: &str| house.folder_of("u1", claw).join("home/.Trash/old/memory.md");
    house.call("POST", "/deprovision", Some(remove("claw-1", false))).await;
    assert!(memory("claw-1").exists() && house.claw("u1", "claw-1").await["state"] == "trash");
    assert_eq!(house.act("u1", "claw-1", "start").await.0, 409);
    let (status, body) = house.call("POST", "/provision", Some(order)).await;
    assert_eq!((status, &body["changed"], &body["claw"]["state"]), (200, &json!(true), &json!("ready")));
    assert!(memory("claw-1").exists(), "it comes back with what it knew");
    // One is erased at once; the other when its time is over. Neither touches anybody else.
    let (status, body) = house.call("POST", "/deprovision", Some(remove("claw-2", true))).await;
    assert_eq!((status, &body["purged"]), (200, &json!(true)));
    assert!(!house.folder_of("u1", "claw-2").exists() && !house.papers_of("u1", "claw-2").0.exists());
    assert_eq!(house.call("GET", "/claws/u1/claw-2", None).await.0, 404);
    assert_eq!(house.claw("u1", "claw-1").await["state"], json!("ready"));
    house.call("POST", "/deprovision", Some(remove("claw-1", false))).await;
    house.clock_is_ahead(Duration::from_secs(8 * 24 * 3600));
    until("its time is over", async || !house.folder_of("u1", "claw-1").exists()).await;
    until("its row is gone", async || house.call("GET", "/claws/u1/claw-1", None).await.0 == 404).await;
    assert_eq!(fs::read_dir(house.data().join("claws")).expect("a folder").count(), 0);
    assert_eq!(house.story("claw-2").await.last().map(String::as_str), Some("erased"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_brings_back_what_was() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    let soul = house.folder_of("u1", "claw-1").join("workspace/SOUL.md");
    let before = fs::read_to_string(&soul).expect("a workspace");
    let id = house.backs_up("u1", "claw-1").await;
    let sealed =
        fs::read(house.data().join("backups").join(house.folder_of("u1", "claw-1").file_name().expect("a name")).join(&id));
    let sealed = sealed.expect("the sealed archive");
    assert!(!sealed.windows(6).any(|window| window == b"CANARY"));
    fs::write(&soul, "another soul").expect("written");
    let (status, _) = house.call("POST", "/claws/u1/claw-1/restore", Some(json!({"backup_id": id}))).await;
    assert_eq!(status, 202);
    until("it has gone back", async || house.story("claw-1").await.last().is_some_and(|last| last == "restored")).await;
    house.is("u1", "claw-1", "ready").await;
    assert_eq!(fs::read_to_string(&soul).expect("a workspace"), before);
    let beside: Vec<_> =
        fs::read_dir(house.data().join("claws")).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(beside.len(), 1, "nothing is left beside it: {beside:?}");
    let (status, body) = house.call("POST", "/claws/u1/claw-1/restore", Some(json!({"backup_id": "../x"}))).await;
    assert_eq!((status, &body["code"]), (404, &json!("no_such_backup")));
}
