//! Backups and bad luck: interrupted, damaged, not coming up, asked for twice.

use std::{fs, time::Duration};

use clawhatch::drivers::vault::{KeyRing, Place, Vault};
use serde_json::{Value, json};

use super::{House, KEY};
use crate::process::until;

/// Asks for something under a key.
async fn under(house: &House, key: &str, path: &str, body: Value) -> (u16, Value) {
    let bearer = format!("Bearer {KEY}");
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
    house.ask_with("POST", &format!("/claws/u1/claw-1/{path}"), Some(body.to_string()), &headers).await.expect("an answer")
}

async fn told(house: &House, kind: &str) -> usize {
    house.story("claw-1").await.iter().filter(|known| *known == kind).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_interrupted_is_made_anew_and_not_for_ever() {
    let house = House::new().await;
    let node = house.node().await;
    house.hatches("u1", "claw-1").await;
    // Packing takes as long as a very large workspace.
    house.trap("case \"$*\" in *'backup create'*) touch \"$HOME/packing\"; sleep 600;; esac");
    let packing = house.folder_of("u1", "claw-1").join("home/packing");
    let (_, body) = house.call("POST", "/claws/u1/claw-1/backups", None).await;
    let id = body["backup"]["id"].as_str().expect("an id").to_owned();
    let (_, body) = house.call("POST", "/claws/u1/claw-1/backups", None).await;
    assert_eq!(body["backup"]["id"], json!(id), "one that is being made is that one");
    let mut node = Some(node);
    for _ in 0..2 {
        until("it packs", async || packing.exists()).await;
        node.take().expect("a node").dies().await;
        fs::remove_file(&packing).expect("removed");
        assert_eq!(house.ask("GET", "/healthz", None).await, None);
        node = Some(house.node().await);
    }
    until("it packs for the third time", async || packing.exists()).await;
    node.take().expect("a node").dies().await;
    house.trap("");
    let node = house.node().await;
    until("it is given up", async || house.backup("u1", "claw-1", &id).await["state"] == "failed").await;
    let failed = house.backup("u1", "claw-1", &id).await;
    assert!(failed["reason"].as_str().is_some_and(|why| why.contains("again and again")), "{failed}");
    assert_eq!(told(&house, "backup_failed").await, 1);
    // The next one is made, though the first tries at it end with their node.
    house.trap("case \"$*\" in *'backup create'*) touch \"$HOME/packing\"; sleep 600;; esac");
    fs::remove_file(&packing).expect("removed");
    let (_, body) = house.call("POST", "/claws/u1/claw-1/backups", None).await;
    let id = body["backup"]["id"].as_str().expect("an id").to_owned();
    until("it packs", async || packing.exists()).await;
    node.dies().await;
    house.trap("");
    let _node = house.node().await;
    until("it is ready", async || house.backup("u1", "claw-1", &id).await["state"] == "ready").await;
    house.is("u1", "claw-1", "ready").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claw_that_is_packed_can_be_erased() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    house.trap("case \"$*\" in *'backup create'*) touch \"$HOME/packing\"; sleep 600;; esac");
    let packing = house.folder_of("u1", "claw-1").join("home/packing");
    house.call("POST", "/claws/u1/claw-1/backups", None).await;
    until("it packs", async || packing.exists()).await;
    let purge = json!({ "user_id": "u1", "claw_id": "claw-1", "purge": true });
    let (status, body) = house.call("POST", "/deprovision", Some(purge)).await;
    assert_eq!((status, &body["purged"]), (200, &json!(true)), "{body}");
    assert!(!house.folder_of("u1", "claw-1").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_does_not_come_up_makes_way() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    let id = house.backs_up("u1", "claw-1").await;
    let memory = house.folder_of("u1", "claw-1").join("workspace/MEMORY.md");
    fs::write(&memory, "it remembers").expect("a memory");
    house.no_gateway_comes_up(true);
    let (status, body) = under(&house, "k1", "restore", json!({ "backup_id": id })).await;
    assert_eq!((status, &body["claw"]["restore"]["state"]), (202, &json!("running")), "{body}");
    until("it is told", async || told(&house, "restore_failed").await == 1).await;
    // Nor does the old content come up, as long as nothing does.
    let claw = house.is("u1", "claw-1", "config_error").await;
    assert_eq!((&claw["restore"]["key"], &claw["restore"]["state"]), (&json!("k1"), &json!("failed")), "{claw}");
    assert!(claw["restore"]["reason"].as_str().is_some_and(|why| why.contains("did not come up")), "{claw}");
    house.no_gateway_comes_up(false);
    house.act("u1", "claw-1", "restart").await;
    house.is("u1", "claw-1", "ready").await;
    assert_eq!(fs::read_to_string(&memory).expect("a memory"), "it remembers", "the old content is back");
    assert_eq!(fs::read_dir(house.data().join("claws")).expect("a folder").count(), 1, "nothing is left beside it");
}

/// Damaged before it was sealed: our seal is whole, and what OpenClaw finds in it is not.
#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_was_damaged_before_it_was_sealed_changes_nothing() {
    let house = House::new().await;
    let _node = house.node().await;
    let slug = house.hatches("u1", "claw-1").await["slug"].as_str().expect("a short name").to_owned();
    let id = house.backs_up("u1", "claw-1").await;
    let sealed = house.data().join("backups").join(&slug).join(&id);
    let vault = Vault::new(KeyRing::parse(&house.names["CLAWNODE_ENCRYPTION_KEYS"]).expect("keys"));
    let place = Place { table: "backups", column: "archive", owner: format!("{slug}/{id}") };
    let plain = house.data().join("plain");
    vault.open_file(&sealed, &plain, &place).expect("opened");
    let bytes = fs::read(&plain).expect("an archive");
    fs::write(&plain, &bytes[..bytes.len() / 2]).expect("cut in half");
    fs::remove_file(&sealed).expect("removed");
    vault.seal_file(&plain, &sealed, &place).expect("sealed");
    let memory = house.folder_of("u1", "claw-1").join("workspace/MEMORY.md");
    fs::write(&memory, "it remembers").expect("a memory");
    under(&house, "k1", "restore", json!({ "backup_id": id })).await;
    until("it is told", async || told(&house, "restore_failed").await == 1).await;
    let claw = house.is("u1", "claw-1", "ready").await;
    assert_eq!((&claw["restore"]["state"], &claw["restart"]), (&json!("failed"), &Value::Null), "{claw}");
    assert_eq!(fs::read_to_string(&memory).expect("a memory"), "it remembers");
    assert_eq!(fs::read_dir(house.data().join("claws")).expect("a folder").count(), 1, "nothing is left beside it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_twice_under_one_key_is_done_once() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    let start = || house.papers_of("u1", "claw-1").held().map(|held| held.start);

    let (status, first) = under(&house, "k1", "backups", json!({})).await;
    assert_eq!(status, 202);
    let id = first["backup"]["id"].as_str().expect("an id").to_owned();
    until("it is ready", async || house.backup("u1", "claw-1", &id).await["state"] == "ready").await;
    assert_eq!(under(&house, "k1", "backups", json!({})).await.1["backup"]["id"], json!(id), "the same backup");
    let other = under(&house, "k2", "backups", json!({})).await.1["backup"]["id"].as_str().expect("an id").to_owned();
    assert_ne!(other, id);
    until("it is ready", async || house.backup("u1", "claw-1", &other).await["state"] == "ready").await;

    // The key of another path is another operation.
    for _ in 0..3 {
        assert_eq!(under(&house, "k1", "restart", json!({})).await.0, 202);
        until("it is started anew", async || start() == Some(2)).await;
        house.is("u1", "claw-1", "ready").await;
    }
    assert_eq!(under(&house, "k3", "restart", json!({})).await.0, 202);
    until("it is started anew", async || start() == Some(3)).await;
    house.is("u1", "claw-1", "ready").await;

    let back = |id: &str| json!({ "backup_id": id });
    for _ in 0..3 {
        assert_eq!(under(&house, "k1", "restore", back(&id)).await.0, 202);
        until("it has gone back", async || told(&house, "restored").await == 1).await;
        house.is("u1", "claw-1", "ready").await;
    }
    let (status, body) = under(&house, "k1", "restore", back(&other)).await;
    assert_eq!((status, &body["code"]), (422, &json!("idempotency_key_reused")));
    let claw = house.claw("u1", "claw-1").await;
    assert_eq!(claw["restore"], json!({ "backup_id": id, "key": "k1", "state": "done", "reason": null }));

    assert_eq!(under(&house, "k1", "suspend", json!({})).await.0, 202);
    house.is("u1", "claw-1", "suspended").await;
    assert_eq!(under(&house, "k1", "suspend", json!({})).await.0, 202, "answered as the first time");
    assert_eq!(under(&house, "k4", "suspend", json!({})).await.0, 200, "and this one changes nothing");
    assert_eq!(under(&house, "k1", "resume", json!({})).await.0, 202);
    house.is("u1", "claw-1", "ready").await;
    let (status, body) = under(&house, "k1", "suspend", json!({})).await;
    assert_eq!((status, &body["code"]), (409, &json!("superseded")), "a late repeat does not put it to sleep again");
    assert_eq!(house.claw("u1", "claw-1").await["state"], json!("ready"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_restore_at_a_time() {
    let house = House::new().await;
    let _node = house.node().await;
    house.hatches("u1", "claw-1").await;
    let (first, second) = (house.backs_up("u1", "claw-1").await, house.backs_up("u1", "claw-1").await);
    house.trap("case \"$*\" in *'backup restore'*) while [ ! -e \"$HOME/../go\" ]; do sleep 0.1; done;; esac");
    assert_eq!(under(&house, "k1", "restore", json!({ "backup_id": first })).await.0, 202);
    let (status, body) = under(&house, "k2", "restore", json!({ "backup_id": second })).await;
    assert_eq!((status, &body["code"]), (409, &json!("busy")), "{body}");
    let (status, body) = under(&house, "k3", "restore", json!({ "backup_id": first })).await;
    assert_eq!((status, &body["code"]), (409, &json!("busy")), "whose key would it be? {body}");
    fs::write(house.folder_of("u1", "claw-1").join("go"), "").expect("a mark");
    until("it has gone back", async || told(&house, "restored").await == 1).await;
    tokio::time::timeout(Duration::from_secs(60), house.is("u1", "claw-1", "ready")).await.expect("in time");
    assert_eq!(house.claw("u1", "claw-1").await["restore"]["key"], json!("k1"));
}
