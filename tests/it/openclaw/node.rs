//! The same life once more through the API of `clawnode`, as the control plane has it: the program runs, claws are
//! ordered by the two calls of the original design from another language, and everything else is asked for over HTTP.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use clawhatch::{
    domain::ids::TelegramId,
    drivers::vault::generate_key,
    sandbox::{
        model::Model,
        telegram::{BotAccount, Telegram},
    },
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, Command},
};

use super::{
    claw::{asks, free_port, said_by, until},
    life::{ANN, BOB, telegram},
};

const KEY: &str = "the-key-of-the-node";
const HOST: &str = "node1.example.com";

/// A running `clawnode` with its stand-ins around it.
struct Host {
    folder: TempDir,
    telegram: Telegram,
    model: Model,
    url: String,
    http: reqwest::Client,
    _node: Child,
}

/// What was measured on the way.
pub struct Measured {
    /// From the call to its answer, both claws at once.
    provision_cold: [Duration; 2],
    patch: Duration,
    backup: Duration,
    provision_warm: Duration,
    restore: Duration,
}

impl Measured {
    /// The figures, for people.
    pub fn told(&self) -> String {
        let Measured { provision_cold: [first, second], patch, backup, provision_warm, restore } = self;
        format!(
            "provisioned cold, two at once, in {first:.1?} and {second:.1?}; a model changed in {patch:.1?}; a backup in \
             {backup:.1?}; provisioned again in {provision_warm:.1?}; restored and proven in {restore:.1?}"
        )
    }
}

impl Host {
    async fn start(installed: &Path) -> Host {
        let folder = tempfile::tempdir().expect("a folder");
        // Claws have users of their own, who have to get through.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("opened");
        let (telegram, model) = (telegram(), Model::start().expect("a stand-in"));
        let port = free_port();
        let log = fs::File::create(folder.path().join("clawnode.log")).expect("a log");
        let node = Command::new(env!("CARGO_BIN_EXE_clawnode"))
            .arg("run")
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("CLAWNODE_LISTEN_ADDR", format!("127.0.0.1:{port}"))
            .env("CLAWNODE_METRICS_ADDR", format!("127.0.0.1:{}", free_port()))
            .env("CLAWNODE_HOST", HOST)
            .env("CLAWNODE_KEY", KEY)
            .env("CLAWNODE_ENCRYPTION_KEYS", format!("a:{}", generate_key()))
            .env("CLAWNODE_DATA_DIR", folder.path().join("data"))
            .env("CLAWNODE_OPENCLAW_DIR", installed)
            .env("CLAWNODE_RUNTIME", "process")
            .env("CLAWNODE_MODEL_URL", model.url())
            .env("CLAWNODE_TELEGRAM_API_URL", telegram.url())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("clawnode");
        let url = format!("http://127.0.0.1:{port}");
        let host = Host { folder, telegram, model, url, http: reqwest::Client::new(), _node: node };
        until("clawnode answers", async || {
            let asked = host.http.get(format!("{}/healthz", host.url)).header("Host", HOST).send().await;
            asked.ok().filter(|answer| answer.status() == 200)
        })
        .await;
        host
    }

    /// One of the two calls of the original design, by a client that is not ours.
    async fn outside(&self, path: &str, body: &Value) -> (u64, Value) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside/node_call.py");
        #[expect(clippy::disallowed_methods, reason = "a test's own setting, not the product's")]
        let python = std::env::var("CLAWHATCH_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
        let mut run = Command::new(&python)
            .arg(script)
            .args([&self.url, HOST, KEY, path])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a Python; set CLAWHATCH_TEST_PYTHON to one that has tests/outside/requirements.txt");
        let mut input = run.stdin.take().expect("its input");
        input.write_all(body.to_string().as_bytes()).await.expect("written");
        drop(input);
        let done = run.wait_with_output().await.expect("it ends");
        let (said, wrong) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "{path}: {said}\n{wrong}\n{}", self.log());
        let answer: Value = serde_json::from_str(&said).expect("JSON");
        (answer["status"].as_u64().expect("a status"), answer["body"].clone())
    }

    async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let method = method.parse().expect("a method");
        let asked = self.http.request(method, format!("{}{path}", self.url)).header("Host", HOST).bearer_auth(KEY);
        let answer = asked.json(body).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("JSON"))
    }

    /// A call that has to be a success.
    async fn does(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, &body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}\n{}", self.log());
        answer
    }

    async fn is_in_state(&self, claw: &str, state: &str) {
        until(&format!("{claw} is {state}"), async || {
            let seen = self.does("GET", claw, json!({})).await;
            (seen["claw"]["state"] == state).then_some(())
        })
        .await;
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("clawnode.log")).unwrap_or_default()
    }
}

/// A test that fails leaves nothing running: every process that was told of our folder is ended.
impl Drop for Host {
    fn drop(&mut self) {
        let ours = self.folder.path().display().to_string().into_bytes();
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        for pid in entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok()) {
            let told =
                ["environ", "cmdline"].iter().filter_map(|what| fs::read(PathBuf::from(format!("/proc/{pid}/{what}"))).ok());
            let is_ours = told.into_iter().any(|text| text.windows(ours.len()).any(|part| part == ours));
            if let Some(pid) = rustix::process::Pid::from_raw(pid).filter(|_| is_ours) {
                // It may have ended meanwhile.
                let _ended = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
    }
}

fn order(user: &str, bot: &BotAccount, person: TelegramId) -> Value {
    json!({
        "user_id": user, "claw_id": "claw-1", "ai_gateway_key": "sk-the-key-of-the-models", "model": "vendor/model-1",
        "telegram_bot_token": bot.token, "telegram_allow_from": [person.0.to_string()], "unknown": true,
    })
}

/// Lives it all.
pub async fn live(installed: &Path) -> Measured {
    let host = Host::start(installed).await;
    let telegram = &host.telegram;
    host.model.takes_only(&["sk-the-key-of-the-models"]);
    let [bot, other_bot] = ["anns_claw_bot", "bobs_claw_bot"].map(|name| telegram.add_bot(name, name, false));
    let (anns, bobs) = (order("ann", &bot, ANN), order("bob", &other_bot, BOB));
    let (claw, other) = ("/claws/ann/claw-1", "/claws/bob/claw-1");

    let timed = async |order: &Value| {
        let began = Instant::now();
        let (status, answer) = host.outside("/provision", order).await;
        assert!(status == 200 || status == 202, "{status} {answer}");
        assert_eq!((&answer["ok"], &answer["changed"]), (&json!(true), &json!(true)), "{answer}");
        began.elapsed()
    };
    let (first, second) = tokio::join!(timed(&anns), timed(&bobs));
    host.is_in_state(claw, "ready").await;
    host.is_in_state(other, "ready").await;
    let (status, again) = host.outside("/provision", &anns).await;
    assert_eq!((status, &again["changed"]), (200, &json!(false)), "{again}");

    let answer = asks(telegram, ANN, &bot, "I like #kiwi").await;
    assert!(answer.contains("vendor/model-1") && answer.contains("remembers: #kiwi"), "{answer}");
    telegram.says(BOB, bot.id, "I am #nobody here");

    let began = Instant::now();
    let told = host.does("PATCH", &format!("{claw}/spec"), json!({ "model": "vendor/model-2" })).await;
    let patch = began.elapsed();
    assert_eq!((&told["changed"], &told["restarted"]), (&json!(true), &json!(false)), "{told}");
    let answer = asks(telegram, ANN, &bot, "and #plum").await;
    assert!(answer.contains("vendor/model-2") && answer.contains("remembers: #kiwi #plum"), "{answer}");
    assert_eq!(said_by(telegram, BOB, &bot), Vec::<String>::new(), "a stranger is not answered");
    let people = json!({ "telegram_allow_from": [ANN.0.to_string(), BOB.0.to_string()] });
    let told = host.does("PATCH", &format!("{claw}/spec"), people).await;
    assert_eq!(told["restarted"], false, "{told}");
    let answer = asks(telegram, BOB, &bot, "I like #fig").await;
    assert!(answer.contains("#fig") && !answer.contains("#kiwi"), "{answer}");

    host.does("POST", &format!("{claw}/suspend"), json!({})).await;
    host.is_in_state(claw, "suspended").await;
    let before = said_by(telegram, ANN, &bot).len();
    telegram.says(ANN, bot.id, "and #lime");
    let answer = asks(telegram, BOB, &other_bot, "mine is #sloe").await;
    assert!(answer.contains("vendor/model-1") && answer.contains("remembers: #sloe"), "{answer}");
    assert_eq!(said_by(telegram, ANN, &bot).len(), before, "a suspended claw says nothing");
    host.does("POST", &format!("{claw}/resume"), json!({})).await;
    let answer = until("the message that waited", async || said_by(telegram, ANN, &bot).get(before).cloned()).await;
    assert!(answer.contains("#kiwi #plum #lime"), "{answer}");
    // What was changed while it ran is not forgotten by a start.
    assert!(answer.contains("vendor/model-2"), "{answer}");
    let answer = asks(telegram, BOB, &bot, "and me?").await;
    assert!(answer.contains("vendor/model-2") && answer.contains("#fig"), "{answer}");
    host.is_in_state(claw, "ready").await;

    let began = Instant::now();
    let made = host.does("POST", &format!("{claw}/backups"), json!({})).await;
    let id = made["backup"]["id"].as_str().expect("an id").to_owned();
    let kept = until("the backup", async || {
        let list = host.does("GET", &format!("{claw}/backups"), json!({})).await;
        let found = list["backups"].as_array()?.iter().find(|backup| backup["id"] == id.as_str())?.clone();
        assert_ne!(found["state"], "failed", "{found}");
        (found["state"] == "ready").then_some(found)
    })
    .await;
    let backup = began.elapsed();
    assert!(kept["size_bytes"].as_u64().is_some_and(|size| size > 0), "{kept}");
    let answer = asks(telegram, ANN, &bot, "after it came #leek").await;
    assert!(answer.contains("#leek"), "{answer}");

    let lines = host.does("GET", &format!("{claw}/logs?tail=200"), json!({})).await.to_string();
    assert!(!lines.contains(&bot.token) && !lines.contains("sk-the-key"), "no secret stands in a log");
    host.does("GET", &format!("{claw}/usage"), json!({})).await;
    assert_eq!(host.does("GET", &format!("{claw}/devices"), json!({})).await["pending"], json!([]));

    let (status, gone) = host.outside("/deprovision", &json!({ "user_id": "ann", "claw_id": "claw-1" })).await;
    assert_eq!((status, &gone["existed"]), (200, &json!(true)), "{gone}");
    assert!(gone["retained_until"].is_string(), "{gone}");
    let began = Instant::now();
    host.outside("/provision", &anns).await;
    host.is_in_state(claw, "ready").await;
    let provision_warm = began.elapsed();
    let began = Instant::now();
    host.does("POST", &format!("{claw}/restore"), json!({ "backup_id": id })).await;
    until("it is restored", async || {
        let events = host.does("GET", "/events?after=0&limit=100", json!({})).await;
        let kinds: Vec<&str> = events["events"].as_array()?.iter().filter_map(|event| event["kind"].as_str()).collect();
        assert!(!kinds.contains(&"restore_failed"), "{events}\n{}", host.log());
        kinds.contains(&"restored").then_some(())
    })
    .await;
    host.is_in_state(claw, "ready").await;
    let restore = began.elapsed();
    let answer = asks(telegram, ANN, &bot, "what do I like?").await;
    assert!(answer.contains("#kiwi #plum #lime") && !answer.contains("#leek"), "{answer}");
    let answer = asks(telegram, BOB, &other_bot, "still there?").await;
    assert!(answer.contains("remembers: #sloe"), "the other claw is as it was: {answer}");

    for user in ["ann", "bob"] {
        let (status, gone) = host.outside("/deprovision", &json!({ "user_id": user, "claw_id": "claw-1", "purge": true })).await;
        assert_eq!((status, &gone["purged"]), (200, &json!(true)), "{gone}");
    }
    let claws = host.folder.path().join("data/claws");
    let left = fs::read_dir(&claws).map(|entries| entries.count()).unwrap_or_default();
    assert_eq!(left, 0, "nothing of them is left in {}", claws.display());
    Measured { provision_cold: [first, second], patch, backup, provision_warm, restore }
}
