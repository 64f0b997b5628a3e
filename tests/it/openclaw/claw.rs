//! A claw on a bench: its files, its gateway as a process of ours, and what the node can do with it, whichever OpenClaw
//! is installed. No part of it knows whether that is the real one.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use clawhatch::{
    domain::{ids::TelegramId, secret::Secret},
    node::{
        cell::{Cell, Paths},
        openclaw::{Health, OpenClaw, RenderedFile, When},
        runtime::{Ending, Firmness, How, Owner, Program, Runtime, RuntimeError, Seen, ToolEnd, lay::Layout},
        spec::{Change, Limits, Spec},
    },
    sandbox::telegram::{BotAccount, Telegram},
};
use tokio::process::{Child, Command};

/// Nothing here takes as long, on however busy a machine.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// Waits until `found` gives something, or fails after [`PATIENCE`].
pub async fn until<T>(what: &str, mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = found().await {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// One claw.
pub struct Claw {
    pub cell: Cell,
    pub spec: Spec,
    gateway: Option<Child>,
}

/// A port nobody has now.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// What a claw is ordered with.
pub fn order(bot: &BotAccount, people: &[TelegramId]) -> Change {
    Change {
        ai_gateway_key: Some(Secret::new("sk-first-key-of-the-claw".into())),
        model: Some("vendor/model-1".into()),
        telegram_bot_token: Some(Secret::new(bot.token.clone())),
        telegram_allow_from: Some(people.iter().map(|id| id.0.to_string()).collect()),
        ..Change::default()
    }
}

impl Claw {
    pub fn new(claws: &Path, slug: &str, change: Change) -> Claw {
        let cell = Cell {
            slug: slug.to_owned(),
            paths: Paths::below(&claws.join(slug)),
            port: free_port(),
            gateway_token: Secret::new(format!("gateway-token-of-{slug}-0123456789")),
            user: None,
            limits: Limits::default(),
        };
        Claw { cell, spec: Spec::new("u1", slug, change).expect("a specification"), gateway: None }
    }

    /// Writes the files and starts the gateway.
    pub async fn start(&mut self, openclaw: &OpenClaw) {
        for folder in self.cell.paths.folders() {
            fs::create_dir_all(folder).expect("a folder");
        }
        write(&openclaw.render(&self.spec, &self.cell));
        openclaw.validate(&Bench, &self.spec, &self.cell).await.expect("an accepted configuration");
        self.start_as_it_is(openclaw);
    }

    /// Starts the gateway with the files that are there.
    pub fn start_as_it_is(&mut self, openclaw: &OpenClaw) {
        let log = fs::OpenOptions::new().create(true).append(true).open(&self.cell.paths.log).expect("a log");
        let mut command = command(&openclaw.gateway(&self.spec, &self.cell));
        command.stdout(log.try_clone().expect("a log")).stderr(log).kill_on_drop(true);
        self.gateway = Some(command.spawn().expect("a gateway"));
    }

    pub async fn is_ready(&mut self, openclaw: &OpenClaw) {
        until("the gateway is ready", async || {
            let ended = self.gateway.as_mut().expect("a gateway").try_wait().expect("a process");
            assert!(ended.is_none(), "the gateway ended: {ended:?}\n{}", self.log());
            (openclaw.probe(&self.cell).await == Health::Ready).then_some(())
        })
        .await;
    }

    /// Waits until the gateway ends by itself.
    pub async fn ends(&mut self) -> ExitStatus {
        let mut gateway = self.gateway.take().expect("a gateway");
        tokio::time::timeout(PATIENCE, gateway.wait()).await.expect("it ends").expect("a process")
    }

    pub fn is_told_to_end(&self) {
        let pid = self.gateway.as_ref().and_then(Child::id).and_then(|pid| rustix::process::Pid::from_raw(pid as i32));
        rustix::process::kill_process(pid.expect("a process"), rustix::process::Signal::TERM).expect("told");
    }

    pub async fn stop(&mut self) -> ExitStatus {
        self.is_told_to_end();
        self.ends().await
    }

    /// Follows a changed order while it runs.
    pub async fn follows(&mut self, openclaw: &OpenClaw, change: Change) {
        let new = Spec::new("u1", &self.cell.slug, self.with(change)).expect("a specification");
        write(&openclaw.changed_files(&self.spec, &new, &self.cell));
        let applied = openclaw.apply(&self.spec, &new, &self.cell).await.expect("applied");
        assert_eq!(applied, clawhatch::node::openclaw::Applied::Hot);
        self.spec = new;
    }

    fn with(&self, change: Change) -> Change {
        let old = &self.spec;
        let people = old.allow_from.iter().map(|id| id.0.to_string()).collect();
        Change {
            ai_gateway_key: change.ai_gateway_key.or_else(|| Some(old.ai_gateway_key.clone())),
            model: change.model.or_else(|| Some(old.model.clone())),
            telegram_bot_token: change.telegram_bot_token.or_else(|| Some(Secret::new(old.bot_token.expose().to_owned()))),
            telegram_allow_from: change.telegram_allow_from.or(Some(people)),
            ..change
        }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.cell.paths.log).unwrap_or_default()
    }

    /// The memory of the gateway and all it started, shared parts shared out, in megabytes.
    pub fn memory_mb(&self) -> u64 {
        let pid = self.gateway.as_ref().and_then(Child::id).expect("a process");
        family(pid).iter().map(|pid| pss_kb(*pid)).sum::<u64>() / 1024
    }
}

fn family(pid: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| child.parse().ok());
    std::iter::once(pid).chain(children.flat_map(family)).collect()
}

fn pss_kb(pid: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Writes files as the node does, without its users.
fn write(files: &[RenderedFile]) {
    for file in files {
        if file.when == When::Missing && file.path.exists() {
            continue;
        }
        if let (When::Stopped, Some(folder)) = (file.when, file.path.parent()) {
            let others = fs::read_dir(folder).expect("a folder");
            others.for_each(|entry| fs::remove_file(entry.expect("a file").path()).expect("removed"));
        }
        let beside = file.path.with_extension("new");
        let mut open = fs::OpenOptions::new();
        let mut new = open.write(true).create_new(true).mode(file.mode).open(&beside).expect("a new file");
        new.write_all(file.bytes.expose()).expect("written");
        fs::rename(beside, &file.path).expect("put in place");
    }
}

fn command(program: &Program) -> Command {
    let mut command = Command::new(&program.program);
    command.args(&program.args).env_clear().current_dir(&program.dir).stdin(Stdio::null());
    command.envs(program.env.iter().map(|(name, value)| (name, value.expose())));
    command
}

/// Says something to a bot and waits for the next thing it says.
pub async fn asks(telegram: &Telegram, person: TelegramId, bot: &BotAccount, text: &str) -> String {
    let before = said_by(telegram, person, bot).len();
    telegram.says(person, bot.id, text);
    until(&format!("an answer to {text:?}"), async || said_by(telegram, person, bot).get(before).cloned()).await
}

/// Everything the bot has said to the person.
pub fn said_by(telegram: &Telegram, person: TelegramId, bot: &BotAccount) -> Vec<String> {
    telegram.chat(person, bot.id).into_iter().filter(|shown| shown.from_bot).map(|shown| shown.text).collect()
}

/// Runs tools as we are. Gateways are started by [`Claw`].
pub struct Bench;

#[async_trait::async_trait]
impl Runtime for Bench {
    fn name(&self) -> &'static str {
        "bench"
    }

    fn weakness(&self) -> Option<&str> {
        Some("a bench")
    }

    async fn fence(&self, _: &[Owner]) -> Result<(), RuntimeError> {
        Ok(())
    }

    async fn start(&self, _: &Cell, _: u32, _: &Program) -> Result<(), RuntimeError> {
        Err(RuntimeError::Failed("not on a bench".into()))
    }

    async fn look(&self, _: &Cell, _: u32) -> Result<Seen, RuntimeError> {
        Ok(Seen::Ended(Ending { how: How::Exited(0), at: clawhatch::domain::time::Time(0) }))
    }

    async fn stop(&self, _: &Cell, _: Firmness) -> Result<(), RuntimeError> {
        Ok(())
    }

    async fn tool(&self, _: &Cell, program: &Program, at_most: Duration) -> Result<ToolEnd, RuntimeError> {
        let done = tokio::time::timeout(at_most, command(program).kill_on_drop(true).output()).await;
        let done = done.map_err(|_| RuntimeError::TooLong("the tool".into()))?;
        let done = done.map_err(|error| RuntimeError::of("running the tool", &error))?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(ToolEnd { code: done.status.code(), stdout: text(done.stdout), stderr: text(done.stderr) })
    }

    async fn lay(&self, _: &Cell, _: Layout) -> Result<(), RuntimeError> {
        Err(RuntimeError::Failed("not on a bench".into()))
    }

    async fn forget(&self, _: &Cell) -> Result<(), RuntimeError> {
        Ok(())
    }
}
