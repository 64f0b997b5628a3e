//! What is going on when the node dies: what was there before, what is asked for, and whether it has become so, once.

use std::{fs, path::PathBuf, time::Duration};

use clawhatch::sandbox::gateway::{Asking, Faults};
use serde_json::{Value, json};

use crate::{
    node::{House, KEY},
    process::until,
};

/// What is going on when the node dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
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

/// Whether everything of a walk is done. Nothing when nobody lives to tell.
pub async fn is_over(house: &House, walk: Walk) -> Option<bool> {
    let ask = async |path: &str| house.ask("GET", path, None).await;
    let claw = ask("/claws/u1/claw-1").await?.1["claw"].clone();
    let is = |state: &str| claw["state"] == state;
    Some(match walk {
        Walk::Provision | Walk::Change => is("ready"),
        Walk::Stop => is("stopped"),
        Walk::Hang => is("ready") && claw["restarts"] == 1,
        Walk::Resize => is("ready") && house.papers_of("u1", "claw-1").held().is_some_and(|held| held.start > 1),
        Walk::LetIn => ask("/claws/u1/claw-1/devices").await?.1["pending"] == json!([]),
        Walk::BackUp => ask("/claws/u1/claw-1/backups").await?.1["backups"][0]["state"] == "ready",
        Walk::Restore => is("ready") && claw["restore"]["state"] == "done",
        Walk::RestoreInVain => is("config_error") && claw["restore"]["state"] == "failed",
        Walk::Erase => ask("/claws/u1/claw-2").await?.0 == 404,
    })
}

/// What was there before. The id of the backup, where the walk needs one.
pub async fn prepare(house: &House, walk: Walk) -> String {
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
pub async fn walks(house: &House, walk: Walk, backup: &str) -> Option<(u16, Value)> {
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
pub async fn judge(house: &House, walk: Walk, when: &str) {
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
