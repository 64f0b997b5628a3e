//! The disk is full, really: the node's data lies on a small one of its own, in namespaces that end with the node and take
//! everything with them.

use std::{fs, io::Write as _, path::PathBuf, time::Duration};

use rustix::process::geteuid;
use serde_json::json;

use super::{CLAWNODE, House, Node, kill};
use crate::process::until;

/// Mounts the small disk where the node's data will be, and becomes the node.
const ON_A_SMALL_DISK: &str = r#"mount -t tmpfs -o size=160m,mode=0711 none "$CLAWNODE_DATA_DIR" && exec "$@""#;

/// A node on a small disk.
struct Small {
    house: House,
    node: Node,
}

impl Small {
    async fn new() -> Small {
        let house = House::new().await;
        fs::create_dir(house.data()).expect("a place for the disk");
        let user = geteuid();
        let own = format!("--map-user={}", user.as_raw());
        let mut apart = vec!["--mount", "--pid", "--fork", "--mount-proc", "--kill-child"];
        let mut become_it = vec!["sh", "-c", ON_A_SMALL_DISK, "sh"];
        if !user.is_root() {
            // Whoever is not root mounts as the root of a namespace, and is themselves again inside the next.
            apart.extend(["--user", "--map-root-user"]);
            become_it.extend(["unshare", "--user", &own]);
        }
        apart.extend(become_it);
        apart.extend([CLAWNODE, "run"]);
        let node = house.command_with("unshare".as_ref(), &apart, &[("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")]);
        let mut small = Small { house, node };
        until("the node answers", async || {
            assert!(!small.node.has_ended(), "unshare, of util-linux, must be allowed to make namespaces: {}", small.node.said());
            small.house.ask("GET", "/healthz", None).await.is_some()
        })
        .await;
        small
    }

    /// The small disk, as the node sees it.
    fn disk(&self) -> PathBuf {
        let outer = self.node.pid();
        let inner = fs::read_to_string(format!("/proc/{outer}/task/{outer}/children")).expect("its children");
        let inner = inner.split_whitespace().next().expect("the node itself");
        PathBuf::from(format!("/proc/{inner}/root{}", self.house.data().display()))
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut filler = fs::File::create(self.disk().join("filler")).expect("a file");
        let piece = vec![7_u8; 64 * 1024];
        let full = loop {
            if let Err(error) = filler.write_all(&piece) {
                break error;
            }
        };
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    }

    /// How often the node has said that something could not be done.
    fn failures(&self) -> usize {
        let said = self.node.said();
        ["was not started", " failed: ", "does not go back"].iter().map(|words| said.matches(words).count()).sum()
    }

    /// The numbers in the claw's papers are those inside; its gateway is found by what it was told.
    fn kill_gateway(&self, user: &str, claw: &str) {
        let folder = self.house.folder_of(user, claw).display().to_string();
        let is_it = |entry: &fs::DirEntry| {
            let read = |what: &str| fs::read(entry.path().join(what)).unwrap_or_default();
            let (told, line) = (read("environ"), read("cmdline"));
            String::from_utf8_lossy(&told).contains(&folder) && String::from_utf8_lossy(&line).contains("gateway\0run")
        };
        let processes = fs::read_dir("/proc").expect("processes").flatten();
        let found: Vec<i32> = processes.filter(is_it).filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        assert_eq!(found.len(), 1, "one gateway of {claw}");
        kill(found[0]);
    }

    fn clear(&self) {
        fs::remove_file(self.disk().join("filler")).expect("removed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_what_is_new_and_heals() {
    let small = Small::new().await;
    let house = &small.house;
    house.hatches("u1", "claw-1").await;
    house.hatches("u1", "claw-2").await;
    let kept = house.backs_up("u1", "claw-1").await;
    assert_eq!(house.call("GET", "/readyz", None).await.0, 200);
    small.fill();
    assert_eq!(house.call("GET", "/readyz", None).await.0, 503);
    let (status, body) = house.call("POST", "/provision", Some(house.order("u1", "claw-3"))).await;
    assert_eq!((status, &body["code"]), (507, &json!("no_capacity")), "{body}");
    let (status, body) = house.call("POST", "/claws/u1/claw-1/backups", None).await;
    assert_eq!((status, &body["code"]), (507, &json!("disk_full")), "{body}");
    // What runs goes on, and is answered for.
    assert_eq!(house.claw("u1", "claw-2").await["state"], json!("ready"));
    let before = house.claw("u1", "claw-2").await["started_at"].clone();

    // One that has to be started waits for room, and no start is spent on it however long that takes.
    // Killed, because the wish of a restart may not fit into the node's own database.
    small.kill_gateway("u1", "claw-1");
    for hour in 1..=3 {
        let before = small.failures();
        house.clock_is_ahead(Duration::from_secs(hour * 3600));
        until("it was tried in vain", async || small.failures() > before).await;
        let state = house.claw("u1", "claw-1").await["state"].clone();
        assert!(["ready", "stopping", "starting"].iter().any(|known| state == *known), "{state}");
    }
    small.clear();
    house.is("u1", "claw-1", "ready").await;
    assert_eq!(house.call("GET", "/readyz", None).await.0, 200);
    house.hatches("u1", "claw-3").await;
    house.backs_up("u1", "claw-1").await;
    assert_eq!(house.backup("u1", "claw-1", &kept).await["state"], json!("ready"), "what was kept is kept");
    assert_eq!(house.claw("u1", "claw-2").await["started_at"], before, "nobody else was touched");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_under_a_start_a_backup_and_a_restore_heals() {
    let small = Small::new().await;
    let house = &small.house;
    house.hatches("u1", "claw-1").await;
    let id = house.backs_up("u1", "claw-1").await;
    // It fills up when the tools are already at work.
    let go = house.folder_of("u1", "claw-1").join("home/go");
    let on_disk = small.disk().join(go.strip_prefix(house.data()).expect("below it"));
    house.trap("case \"$*\" in *'backup '*) while [ ! -e \"$OPENCLAW_HOME/go\" ]; do sleep 0.1; done;; esac");
    let (status, body) = house.call("POST", "/claws/u1/claw-1/backups", None).await;
    assert_eq!(status, 202, "{body}");
    let doomed = body["backup"]["id"].as_str().expect("an id").to_owned();
    let before = small.failures();
    small.fill();
    fs::write(&on_disk, "").expect("a mark takes no room");
    until("it does not fit", async || small.failures() > before).await;
    small.clear();
    // Where its end could be written down it has failed; else it is made anew.
    until("it has come to its end", async || house.backup("u1", "claw-1", &doomed).await["state"] != "running").await;
    let told = house.backup("u1", "claw-1", &doomed).await;
    assert!(told["reason"].as_str().is_none_or(|why| why.starts_with("disk_full")), "{told}");
    fs::remove_file(&on_disk).expect("removed");
    house.is("u1", "claw-1", "ready").await;

    let (status, body) = house.call("POST", "/claws/u1/claw-1/restore", Some(json!({ "backup_id": id }))).await;
    assert_eq!(status, 202, "{body}");
    until("it is down for the restore", async || house.claw("u1", "claw-1").await["started_at"].is_null()).await;
    let before = small.failures();
    small.fill();
    fs::write(&on_disk, "").expect("a mark takes no room");
    until("it does not fit", async || small.failures() > before).await;
    small.clear();
    until("it has gone back, or is what it was", async || {
        let claw = house.claw("u1", "claw-1").await;
        ["done", "failed"].iter().any(|known| claw["restore"]["state"] == *known)
    })
    .await;
    house.is("u1", "claw-1", "ready").await;
}
