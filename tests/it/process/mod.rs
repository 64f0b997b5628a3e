//! The real program as its operator has it: a process with an environment, signals and exit codes, against the
//! stand-ins.

mod backlog;
mod floods;
mod hung;
mod migrating;
mod replicas;
mod rotation;
mod running;
mod secrets;
mod shell;
mod strain;
pub mod webhooks;

use std::{
    collections::BTreeMap,
    fs::File,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use clawhatch::{
    domain::ids::TelegramId,
    drivers::{clock::Clock, http, vault::generate_key},
    sandbox::{
        infra::InfraStandIn,
        telegram::{BOTFATHER, BotAccount, Telegram},
    },
};
use tokio::process::{Child, Command};

use crate::{postgres::postgres_database, world::On};

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
const INFRA_KEY: &str = "infra-key-CANARY";

/// Everything around the program.
pub struct Around {
    pub telegram: Telegram,
    pub infra: InfraStandIn,
    pub bot: BotAccount,
    pub names: BTreeMap<String, String>,
    folder: tempfile::TempDir,
    started: AtomicUsize,
}

/// The program these tests are of, as it ships.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_clawhatch");

/// The program, running. It is killed when dropped.
pub struct Process {
    child: Child,
    said: PathBuf,
}

/// What a command came to.
#[derive(Debug)]
pub struct Told {
    pub code: Option<i32>,
    pub text: String,
}

/// A port nobody listens on. Outside the range from which the system takes those of outgoing connections, and never the
/// same one twice here, so that nobody takes it before the program does.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let start = u16::try_from(std::process::id() % 16).expect("a small number") * 700;
        let port = 20_000 + (start + NEXT.fetch_add(1, Ordering::SeqCst)) % 11_200;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// Asks again until it is so.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < end, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

impl Around {
    pub async fn new(on: On) -> Around {
        Around::at(on, Clock::system()).await
    }

    /// The same, where the stand-ins take their time from `clock`.
    pub async fn at(on: On, clock: Clock) -> Around {
        http::install_tls();
        let (telegrams, infras) = (clock.clone(), clock);
        let telegram = Telegram::start(Arc::new(move || telegrams.now().0)).expect("the Telegram stand-in");
        telegram.set_pace(None);
        telegram.set_webhook_retry(Duration::from_millis(50));
        let bot = telegram.add_bot("clawhatch", "clawhatch_bot", true);
        let infra = InfraStandIn::start(INFRA_KEY, Arc::new(move || infras.now().0)).await.expect("the infra stand-in");
        let folder = tempfile::tempdir().expect("a folder");
        let database_url = match on {
            On::Sqlite => format!("sqlite:{}", folder.path().join("process.db").display()),
            On::Postgres => postgres_database().await,
        };
        let names = [
            ("TELEGRAM_BOT_TOKEN", bot.token.clone()),
            ("TELEGRAM_API_URL", telegram.url()),
            ("TELEGRAM_MODE", "polling".to_owned()),
            ("LISTEN_ADDR", format!("127.0.0.1:{}", free_port())),
            ("METRICS_ADDR", format!("127.0.0.1:{}", free_port())),
            ("DATABASE_URL", database_url),
            ("INFRA_API_URL", infra.url().to_owned()),
            ("INFRA_API_KEY", INFRA_KEY.to_owned()),
            ("AI_GATEWAY_API_KEY", "gateway-key-CANARY".to_owned()),
            ("ENCRYPTION_KEYS", format!("k1:{}", generate_key())),
            ("ADMIN_IDS", "9001".to_owned()),
        ];
        let names = names.map(|(name, value)| (name.to_owned(), value)).into();
        Around { telegram, infra, bot, names, folder, started: AtomicUsize::new(0) }
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.names.insert(name.to_owned(), value.to_owned());
    }

    /// Another address to listen on, for a second process.
    pub fn other_ports(&self) -> [(String, String); 2] {
        ["LISTEN_ADDR", "METRICS_ADDR"].map(|name| (name.to_owned(), format!("127.0.0.1:{}", free_port())))
    }

    pub fn url(&self, name: &str, path: &str) -> String {
        format!("http://{}{path}", self.names[name])
    }

    pub fn start(&self, arguments: &[&str]) -> Process {
        self.start_with(arguments, &self.names)
    }

    /// Starts the program with these settings and no others.
    pub fn start_with(&self, arguments: &[&str], names: &BTreeMap<String, String>) -> Process {
        self.start_program(Path::new(PROGRAM), arguments, names)
    }

    /// Starts it by way of another program, which becomes it.
    pub fn start_by(&self, by: &str, arguments: &[&str], names: &BTreeMap<String, String>) -> Process {
        self.start_program(Path::new(by), arguments, names)
    }

    /// Starts a program with these settings and no others.
    pub fn start_program(&self, program: &Path, arguments: &[&str], names: &BTreeMap<String, String>) -> Process {
        let said = self.folder.path().join(format!("said-{}", self.started.fetch_add(1, Ordering::SeqCst)));
        let output = File::create(&said).expect("a file for what it says");
        let child = Command::new(program)
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(names)
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("the same file"))
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .expect("the program");
        Process { child, said }
    }

    /// What every process of this test has said so far.
    pub fn everything_said(&self) -> String {
        let said = |n: usize| std::fs::read_to_string(self.folder.path().join(format!("said-{n}"))).unwrap_or_default();
        (0..self.started.load(Ordering::SeqCst)).map(said).collect()
    }

    /// Runs a command to its end.
    pub async fn shell(&self, arguments: &[&str]) -> Told {
        self.start(arguments).ends().await
    }

    /// Status and body of one of its answers; nothing while nobody listens.
    pub async fn get(&self, name: &str, path: &str) -> Option<(u16, String)> {
        let answer = reqwest::get(self.url(name, path)).await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    /// The first column, which must be text, of whatever this selects from its database.
    pub async fn texts(&self, select: &str) -> Vec<String> {
        crate::rows::texts_of(&self.names["DATABASE_URL"], select).await
    }

    pub async fn is_ready(&self) {
        until("it is ready", async || self.get("LISTEN_ADDR", "/readyz").await.is_some_and(|(status, _)| status == 200)).await;
    }

    /// Whether any message to this person shows such a button.
    pub async fn taps(&self, who: TelegramId, label: &str) {
        let button = || {
            let shown = self.telegram.chat(who, self.bot.id);
            shown.iter().rev().find_map(|shown| {
                let full = shown.buttons.iter().flatten().find(|(text, _)| text.contains(label))?.0.clone();
                Some((shown.message_id, full))
            })
        };
        until(&format!("a button {label:?}"), async || button().is_some()).await;
        let (message, full) = button().expect("it was there");
        self.telegram.taps(who, self.bot.id, message, full.as_str());
    }

    pub fn chat(&self, who: TelegramId) -> String {
        self.telegram.transcript(who, self.bot.id)
    }

    pub async fn hears(&self, who: TelegramId, words: &str) {
        until(&format!("{words:?} is said"), async || self.chat(who).contains(words)).await;
    }

    /// The whole way from nothing to the last tap, of somebody new.
    pub async fn hatches(&self, number: i64, username: &str) -> TelegramId {
        let who = TelegramId(number);
        self.telegram.add_person(who, "Ann", None, None, Some("en"));
        for typed in ["/newbot", "Helper", username] {
            self.telegram.says(who, BOTFATHER, typed);
        }
        let token = self.telegram.bot_by_username(username).expect("BotFather made the bot").token;
        self.telegram.says(who, self.bot.id, "/hatch");
        self.taps(who, "I agree").await;
        self.taps(who, "token").await;
        // A tap and a text may overtake one another on their way; a person reads the question first.
        self.hears(who, "Open @BotFather with the button below").await;
        self.telegram.says(who, self.bot.id, &token);
        for label in ["Use this bot", "Gemini 3 Flash", "Only me", "Start 48"] {
            self.taps(who, label).await;
        }
        who
    }
}

impl Process {
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.said).expect("what it said")
    }

    /// Its number in the system.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Its end, however long that takes.
    pub async fn ended(&mut self) -> ExitStatus {
        self.child.wait().await.expect("its end")
    }

    pub async fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().await.expect("kill");
        assert!(sent.success());
    }

    /// Its end, and what it said.
    pub async fn ends(mut self) -> Told {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let code = ended.unwrap_or_else(|_| panic!("it does not end:\n{}", self.said())).expect("its end").code();
        Told { code, text: self.said() }
    }

    /// Asked to stop, it does, well and in time.
    pub async fn stops(self) -> Told {
        let began = Instant::now();
        self.signal("TERM").await;
        let told = self.ends().await;
        assert_eq!(told.code, Some(0), "{}", told.text);
        assert!(began.elapsed() < Duration::from_secs(10), "it took {:?}", began.elapsed());
        told
    }

    /// Killed without a word.
    pub async fn dies(self) {
        self.signal("KILL").await;
        assert_eq!(self.ends().await.code, None);
    }
}

/// No secret of the world stands in what was said.
pub fn tells_no_secret(around: &Around, text: &str) {
    assert!(!text.contains("CANARY"), "{text}");
    for name in ["TELEGRAM_BOT_TOKEN", "ENCRYPTION_KEYS"] {
        let secret = around.names[name].rsplit(':').next().expect("a secret half");
        assert!(secret.is_empty() || !text.contains(secret), "{name}: {text}");
    }
}
