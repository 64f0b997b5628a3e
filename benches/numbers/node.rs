//! `clawnode` with many claws that rest: its memory and its processor time, what a provision costs it, and how soon it has
//! met all of them again after a restart. Its claws are processes of their own with the stand-in for OpenClaw's gateway in
//! them, so what is counted is the node alone.

use std::{
    fs::{self, File},
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use clawhatch::{
    drivers::{clock::Clock, vault::generate_key},
    node::runtime::hold::Papers,
    sandbox::{gateway, telegram::Telegram},
};
use serde_json::{Value, json};

use crate::{
    process::{Memory, cpu_of, free_address, memory_of},
    table::{ms, ratio, show},
};

/// What it may take with fifty claws, in megabytes.
const AIM: f64 = 20.0;
const CLAWS: usize = 50;
const KEY: &str = "a-key-of-the-benchmark";
/// How long the node is watched at rest.
const REST: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(600);

struct Host {
    folder: tempfile::TempDir,
    telegram: Telegram,
    listen: SocketAddr,
    metrics: SocketAddr,
    keys: String,
    http: reqwest::Client,
}

/// The node, running. It is killed when dropped; its claws go on.
struct Node {
    child: Child,
    began: Instant,
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Claws outlive their node, and end with the measurement.
impl Drop for Host {
    fn drop(&mut self) {
        for held in self.held() {
            held.kill_group();
        }
    }
}

impl Host {
    fn new() -> Host {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("opened");
        gateway::install(&folder.path().join("openclaw"), Path::new(env!("CARGO_BIN_EXE_clawhatch"))).expect("the stand-in");
        let clock = Clock::system();
        let telegram = Telegram::start(Arc::new(move || clock.now().0)).expect("the Telegram stand-in");
        telegram.set_pace(None);
        let keys = format!("k1:{}", generate_key());
        Host { folder, telegram, listen: free_address(), metrics: free_address(), keys, http: reqwest::Client::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn start(&self) -> Node {
        let log = File::options().create(true).append(true).open(self.path("node.log")).expect("a log");
        let began = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_clawnode"))
            .arg("run")
            .env_clear()
            .envs([
                ("CLAWNODE_LISTEN_ADDR", self.listen.to_string()),
                ("CLAWNODE_METRICS_ADDR", self.metrics.to_string()),
                ("CLAWNODE_KEY", KEY.to_owned()),
                ("CLAWNODE_ENCRYPTION_KEYS", self.keys.clone()),
                ("CLAWNODE_DATA_DIR", self.path("data").display().to_string()),
                ("CLAWNODE_OPENCLAW_DIR", self.path("openclaw").display().to_string()),
                ("CLAWNODE_RUNTIME", "process".to_owned()),
                ("CLAWNODE_PORTS", "24000-24199".to_owned()),
                ("CLAWNODE_MEMORY_MB", "1048576".to_owned()),
                ("CLAWNODE_TELEGRAM_API_URL", self.telegram.url()),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("clawnode");
        let node = Node { child, began };
        while self.ask("GET", "/readyz", None).await.is_none() {
            assert!(began.elapsed() < PATIENCE, "clawnode does not answer:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        node
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("node.log")).unwrap_or_default()
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Option<Value> {
        let method = method.parse().expect("a method");
        let asked = self.http.request(method, format!("http://{}{path}", self.listen)).bearer_auth(KEY);
        let asked = match body {
            Some(body) => asked.json(&body),
            None => asked,
        };
        asked.send().await.ok()?.json().await.ok()
    }

    /// The gateways of all claws.
    fn held(&self) -> Vec<clawhatch::node::runtime::proc::Life> {
        let places = fs::read_dir(self.path("data/run")).into_iter().flatten().flatten();
        places.filter_map(|place| Papers(place.path()).held()?.gateway).collect()
    }

    /// The keepers of all claws.
    fn keepers(&self) -> Vec<u32> {
        let places = fs::read_dir(self.path("data/run")).into_iter().flatten().flatten();
        places.filter_map(|place| u32::try_from(Papers(place.path()).held()?.keeper.pid).ok()).collect()
    }

    async fn ready(&self) -> usize {
        let told = self.ask("GET", "/claws?limit=500", None).await.unwrap_or_default();
        told["claws"].as_array().map_or(0, |claws| claws.iter().filter(|claw| claw["state"] == "ready").count())
    }
}

/// Measures it.
pub async fn many_claws() {
    let host = Host::new();
    let node = host.start().await;
    let pid = node.child.id();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let empty = memory_of(pid);

    let began = Instant::now();
    for claw in 0..CLAWS {
        let bot = host.telegram.add_bot(&format!("claw {claw}"), &format!("bench_{claw}_bot"), false);
        let order = json!({
            "user_id": "bench", "claw_id": format!("claw-{claw}"), "ai_gateway_key": "sk-bench", "model": "vendor/model",
            "telegram_bot_token": bot.token, "telegram_allow_from": ["42"], "wait": "none",
        });
        let told = host.ask("POST", "/provision", Some(order)).await.unwrap_or_default();
        assert_eq!(told["ok"], true, "{told}");
    }
    let taken = began.elapsed();
    while host.ready().await < CLAWS {
        assert!(began.elapsed() < PATIENCE, "{} of {CLAWS} are up:\n{}", host.ready().await, host.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let (up, cpu_up) = (began.elapsed(), cpu_of(pid));
    let after_starts = memory_of(pid);
    // What was needed for the starts is given back, or it is not.
    tokio::time::sleep(Duration::from_secs(15)).await;
    let cpu = cpu_of(pid);
    tokio::time::sleep(REST).await;
    let resting = memory_of(pid);
    let busy = cpu_of(pid).saturating_sub(cpu);
    let keepers: Vec<Memory> = host.keepers().into_iter().map(memory_of).collect();
    assert_eq!(keepers.len(), CLAWS, "a keeper for each claw");

    drop(node);
    let node = host.start().await;
    let answers = node.began.elapsed();
    let met = || host.log().matches("still runs").count();
    while met() < CLAWS {
        assert!(node.began.elapsed() < PATIENCE, "{} of {CLAWS} are met again:\n{}", met(), host.log());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let met_again = node.began.elapsed();
    tokio::time::sleep(REST).await;
    let anew = memory_of(node.child.id());
    assert_eq!(host.ready().await, CLAWS, "all are as they were");

    let row = |when: &str, memory: Memory| {
        vec![
            when.to_owned(),
            format!("{:.1}", memory.resident),
            format!("{:.1}", memory.own),
            format!("{:.1}", memory.peak),
            ratio(memory.resident, AIM),
        ]
    };
    let rows = [
        row("no claw", empty),
        row("50 claws, right after their starts", after_starts),
        row("50 claws, a minute later", resting),
        row("50 claws, a minute after a restart of clawnode", anew),
    ];
    show("clawnode, memory in MB", &["with", "resident", "of it not pages of a file", "peak", "to the aim of 20"], &rows);
    let one = keepers.iter().map(|memory| memory.own).sum::<f64>() / CLAWS as f64;
    let share = busy.as_secs_f64() / REST.as_secs_f64() * 100.0;
    let rows = [
        vec!["50 orders taken".to_owned(), ms(taken)],
        vec!["until all 50 are ready, two starting at a time".to_owned(), format!("{:.1} s", up.as_secs_f64())],
        vec!["processor of clawnode for that".to_owned(), format!("{:.2} s", cpu_up.as_secs_f64())],
        vec!["processor of clawnode at rest".to_owned(), format!("{share:.2} % of a core")],
        vec!["a keeper, its own memory".to_owned(), format!("{one:.2} MB")],
        vec!["clawnode started anew, until it answers".to_owned(), ms(answers)],
        vec!["until all 50 are met again".to_owned(), ms(met_again)],
    ];
    show("clawnode with 50 stand-in claws", &["what", "measured"], &rows);
}
