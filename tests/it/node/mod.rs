//! The real `clawnode` from the street: a process with an environment, its API over HTTP, and claws that are processes of
//! their own. What runs in them is the stand-in for OpenClaw's gateway; a suite of its own has the real one.

mod api;
mod backups;
mod bad_luck;
mod inside;
mod kills;
mod lives;
mod room;
mod words;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use clawhatch::{
    drivers::{clock::Clock, http, vault::generate_key},
    node::{cell::slug, runtime::hold::Papers},
    sandbox::{
        gateway::{self, Faults},
        telegram::Telegram,
    },
};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::process::{PROGRAM, free_port, until};

const CLAWNODE: &str = env!("CARGO_BIN_EXE_clawnode");
pub const KEY: &str = "node-key-CANARY-0123456789";
/// Ports and users of one test are nobody else's.
static HOUSES: AtomicU32 = AtomicU32::new(0);

/// A host with one node.
pub struct House {
    pub telegram: Telegram,
    pub names: BTreeMap<String, String>,
    folder: tempfile::TempDir,
    started: AtomicUsize,
}

/// The node, running. It is killed when dropped; its claws when the house is.
pub struct Node {
    child: Child,
    said: PathBuf,
}

impl House {
    pub async fn new() -> House {
        http::install_tls();
        let clock = Clock::system();
        let telegram = Telegram::start(Arc::new(move || clock.now().0)).expect("the Telegram stand-in");
        telegram.set_pace(None);
        House::beside(telegram)
    }

    /// A host whose claws talk to this Telegram.
    pub fn beside(telegram: Telegram) -> House {
        let folder = tempfile::tempdir().expect("a folder");
        // Claws have users of their own and walk through to their folders.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("opened");
        gateway::install(&folder.path().join("openclaw"), Path::new(PROGRAM)).expect("the stand-in for OpenClaw");
        let house = HOUSES.fetch_add(1, Ordering::SeqCst);
        let process = std::process::id() % 16;
        let (port, user) = (10_000 + process * 600 + house * 5, 200_000 + process * 100_000 + house * 800);
        let path = |name: &str| folder.path().join(name).display().to_string();
        let names = [
            ("CLAWNODE_LISTEN_ADDR", format!("127.0.0.1:{}", free_port())),
            ("CLAWNODE_METRICS_ADDR", format!("127.0.0.1:{}", free_port())),
            ("CLAWNODE_KEY", KEY.to_owned()),
            ("CLAWNODE_ENCRYPTION_KEYS", format!("k1:{}", generate_key())),
            ("CLAWNODE_DATA_DIR", path("data")),
            ("CLAWNODE_OPENCLAW_DIR", path("openclaw")),
            ("CLAWNODE_RUNTIME", "process".to_owned()),
            ("CLAWNODE_PORTS", format!("{port}-{}", port + 4)),
            ("CLAWNODE_USERS", format!("{user}-{}", user + 799)),
            ("CLAWNODE_MEMORY_MB", "8192".to_owned()),
            ("CLAWNODE_STARTS_AT_ONCE", "4".to_owned()),
            ("CLAWNODE_TELEGRAM_API_URL", telegram.url()),
            ("CLAWNODE_CLOCK_FILE", path("clock")),
        ];
        let names = names.map(|(name, value)| (name.to_owned(), value)).into();
        House { telegram, names, folder, started: AtomicUsize::new(0) }
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.names.insert(name.to_owned(), value.to_owned());
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Moves the node's clock ahead by this much in all.
    pub fn clock_is_ahead(&self, by: Duration) {
        fs::write(self.folder.path().join("clock"), by.as_millis().to_string()).expect("the clock's file");
    }

    /// Starts the node, and waits until it answers.
    pub async fn node(&self) -> Node {
        let node = self.node_with(&[]);
        until("the node answers", async || self.ask("GET", "/healthz", None).await.is_some_and(|(status, _)| status == 200))
            .await;
        node
    }

    /// Starts the node with these settings besides its own.
    pub fn node_with(&self, more: &[(&str, &str)]) -> Node {
        self.program_with(Path::new(CLAWNODE), more)
    }

    /// Starts this program as the node, with these settings besides the house's own.
    pub fn program_with(&self, program: &Path, more: &[(&str, &str)]) -> Node {
        self.command_with(program, &["run"], more)
    }

    /// Starts a command that becomes the node.
    pub fn command_with(&self, program: &Path, arguments: &[&str], more: &[(&str, &str)]) -> Node {
        let said = self.folder.path().join(format!("said-{}", self.started.fetch_add(1, Ordering::SeqCst)));
        let output = File::create(&said).expect("a file for what it says");
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(&self.names)
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("the same file"))
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .expect("clawnode");
        Node { child, said }
    }

    /// A call with the key. Nothing while nobody listens.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Option<(u16, Value)> {
        self.ask_with(method, path, body.map(Value::to_string), &[("authorization", &format!("Bearer {KEY}"))]).await
    }

    pub async fn ask_with(
        &self,
        method: &str,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Option<(u16, Value)> {
        let url = format!("http://{}{path}", self.names["CLAWNODE_LISTEN_ADDR"]);
        let mut request = reqwest::Client::new().request(method.parse().expect("a method"), url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body(body.unwrap_or_default()).send().await.ok()?;
        let status = answer.status().as_u16();
        let text = answer.text().await.ok()?;
        Some((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// Moves the node's clock by this many milliseconds, back or forth.
    pub fn clock_is_moved(&self, by: i64) {
        fs::write(self.folder.path().join("clock"), by.to_string()).expect("the clock's file");
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        self.ask(method, path, body.as_ref()).await.expect("the node answers")
    }

    /// What an original client sends for this claw. Each claw has a bot of its own.
    pub fn order(&self, user: &str, claw: &str) -> Value {
        let bot = self.telegram.add_bot(claw, &format!("{user}_{claw}_bot").replace('-', "_"), false);
        json!({
            "user_id": user,
            "claw_id": claw,
            "ai_gateway_key": "sk-gateway-CANARY",
            "model": "anthropic/claude-sonnet-4.6",
            "telegram_bot_token": bot.token,
            "telegram_allow_from": ["42"],
        })
    }

    /// Provisions a claw and has it come up.
    pub async fn hatches(&self, user: &str, claw: &str) -> Value {
        let (status, body) = self.call("POST", "/provision", Some(self.order(user, claw))).await;
        assert_eq!((status, &body["claw"]["state"]), (200, &json!("ready")), "{body}\n{}", self.said());
        body["claw"].clone()
    }

    pub async fn claw(&self, user: &str, claw: &str) -> Value {
        self.call("GET", &format!("/claws/{user}/{claw}"), None).await.1["claw"].clone()
    }

    pub async fn act(&self, user: &str, claw: &str, act: &str) -> (u16, Value) {
        self.call("POST", &format!("/claws/{user}/{claw}/{act}"), None).await
    }

    /// Waits until a claw is so.
    pub async fn is(&self, user: &str, claw: &str, state: &str) -> Value {
        until(&format!("{user}/{claw} is {state}"), async || {
            let path = format!("/claws/{user}/{claw}");
            self.ask("GET", &path, None).await.is_some_and(|(_, body)| body["claw"]["state"] == state)
        })
        .await;
        self.claw(user, claw).await
    }

    pub fn folder_of(&self, user: &str, claw: &str) -> PathBuf {
        self.data().join("claws").join(slug(user, claw))
    }

    pub fn papers_of(&self, user: &str, claw: &str) -> Papers {
        Papers(self.data().join("run").join(slug(user, claw)))
    }

    /// The process of a claw's gateway.
    pub fn gateway_of(&self, user: &str, claw: &str) -> i32 {
        let held = self.papers_of(user, claw).held().expect("somebody holds the place");
        held.gateway.expect("a gateway").pid
    }

    /// Has a claw's stand-in misbehave from its next look at its faults on.
    pub fn breaks(&self, user: &str, claw: &str, faults: Faults) {
        faults.write(&self.folder_of(user, claw).join("home")).expect("its faults");
    }

    /// Makes a backup of a claw, and gives its id.
    pub async fn backs_up(&self, user: &str, claw: &str) -> String {
        let path = format!("/claws/{user}/{claw}/backups");
        let (status, body) = self.call("POST", &path, None).await;
        assert_eq!((status, &body["backup"]["state"]), (202, &json!("running")), "{body}");
        let id = body["backup"]["id"].as_str().expect("an id").to_owned();
        until("the backup is ready", async || self.backup(user, claw, &id).await["state"] == "ready").await;
        id
    }

    /// One backup, as the list tells of it.
    pub async fn backup(&self, user: &str, claw: &str, id: &str) -> Value {
        let (_, body) = self.call("GET", &format!("/claws/{user}/{claw}/backups"), None).await;
        let all = body["backups"].as_array().cloned().unwrap_or_default();
        all.into_iter().find(|backup| backup["id"] == id).unwrap_or_default()
    }

    /// What OpenClaw's `node` does from now on before anything else, in the words of a shell; nothing is as it was.
    pub fn trap(&self, words: &str) {
        let node = self.folder.path().join("openclaw").join(gateway::VERSION).join("bin/node");
        let text = fs::read_to_string(&node).expect("the stand-in's script");
        let last = text.lines().last().expect("a script");
        let beside = node.with_extension("new");
        fs::write(&beside, format!("#!/bin/sh\n{words}\n{last}\n")).expect("written");
        fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).expect("runnable");
        fs::rename(beside, node).expect("in its place");
    }

    /// From now on no gateway accepts its configuration, while OpenClaw's tools do; or all is well again.
    pub fn no_gateway_comes_up(&self, so: bool) {
        self.trap(if so { "case \"$*\" in *'gateway run'*) exit 78;; esac" } else { "" });
    }

    /// Everything every node of this house has said.
    pub fn said(&self) -> String {
        let said = |n: usize| fs::read_to_string(self.folder.path().join(format!("said-{n}"))).unwrap_or_default();
        (0..self.started.load(Ordering::SeqCst)).map(said).collect()
    }

    /// All events so far.
    pub async fn events(&self) -> Vec<Value> {
        let (_, body) = self.call("GET", "/events?after=0&limit=500", None).await;
        body["events"].as_array().cloned().unwrap_or_default()
    }

    /// The kinds and states of a claw's events, in order.
    pub async fn story(&self, claw: &str) -> Vec<String> {
        let events = self.events().await.into_iter().filter(|event| event["claw_id"] == claw);
        let word = |event: Value| event["detail"]["state"].as_str().or(event["kind"].as_str()).unwrap_or_default().to_owned();
        events.map(word).collect()
    }
}

/// Claws outlive their node; not their test.
impl Drop for House {
    fn drop(&mut self) {
        let Ok(places) = fs::read_dir(self.data().join("run")) else { return };
        for place in places.flatten() {
            if let Some(held) = Papers(place.path()).held() {
                if let Some(gateway) = held.gateway {
                    gateway.kill_group();
                }
                held.keeper.signal(rustix::process::Signal::KILL);
            }
        }
        assert!(std::thread::panicking() || !self.said().contains("CANARY"), "a secret was said");
    }
}

impl Node {
    pub fn said(&self) -> String {
        fs::read_to_string(&self.said).expect("what it said")
    }

    /// Killed without a word.
    pub async fn dies(mut self) {
        self.child.kill().await.expect("killed");
    }

    /// The number of its process, while it runs.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Whether it is dead by now.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("its state").is_some()
    }

    /// Its end, whoever brings it about.
    pub async fn ended(&mut self) -> std::process::ExitStatus {
        tokio::time::timeout(Duration::from_secs(60), self.child.wait()).await.expect("an end").expect("its end")
    }

    /// Asked to stop, it does, well and in time.
    pub async fn stops(mut self) {
        let began = Instant::now();
        let pid = self.child.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().await.expect("kill").success());
        assert!(self.ended().await.success(), "{}", self.said());
        assert!(began.elapsed() < Duration::from_secs(10), "it took {:?}", began.elapsed());
    }
}

/// Kills a process.
pub fn kill(pid: i32) {
    let pid = rustix::process::Pid::from_raw(pid).expect("a process");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
}
