//! The program `clawnode` as a child process, which runs real claws against the stand-ins for Telegram and for a model.
//! What the page shows of it is what its own API says, asked once a second.

use std::{
    net::{Ipv4Addr, TcpListener},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::task::AbortOnDropHandle;

use super::{Around, Installed, Lodged};
use crate::{
    drivers::http::{self, Client, Plan},
    sandbox::{
        folder::secret,
        model::Model,
        program::{Launch, Program},
    },
};

const EVERY: Duration = Duration::from_secs(1);
/// Claws that are asked for; nobody hatches more by hand.
const MOST: &str = "500";
/// User ids one sandbox gives to its claws, from a place of its own: claws of another must never share one with them.
const USERS: u32 = 1_000;
const FIRST_USER: u32 = 1_000_000_000;
const PLACES: u32 = 1_000_000;

/// The running node.
pub(in crate::sandbox) struct Node {
    program: Program,
    launch: Launch,
    url: String,
    key: String,
    /// What is kept of claws is lost anyway: nobody has to finish anything.
    passing: bool,
    seen: Arc<Seen>,
    _model: Model,
    _looking: AbortOnDropHandle<()>,
}

#[derive(Default)]
struct Seen {
    claws: Mutex<Vec<Lodged>>,
    changed: watch::Sender<u64>,
}

/// A page of `GET /claws`, as far as it is shown.
#[derive(Deserialize)]
struct Claws {
    claws: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    user_id: String,
    claw_id: String,
    slug: String,
    bot_id: String,
    model: String,
    telegram_allow_from: Vec<String>,
    state: String,
    reason: Option<Reason>,
    openclaw_version: String,
    #[serde(default)]
    memory_mb: u64,
}

#[derive(Deserialize)]
struct Reason {
    detail: String,
}

impl Node {
    pub fn start(installed: Installed, around: Around<'_>) -> anyhow::Result<Node> {
        let Around { telegram, clock, folder } = around;
        let model = Model::start().context("starting the stand-in for a model")?;
        let keys = folder.key("clawnode-keys").context("keeping the node's keys")?;
        let [listen, metrics] = free_addresses().context("finding free ports")?;
        let (key, url) = (secret(), format!("http://{listen}"));
        let launch = Launch {
            program: installed.clawnode,
            arguments: &["run", "--tethered"],
            settings: vec![
                ("CLAWNODE_LISTEN_ADDR", listen),
                ("CLAWNODE_METRICS_ADDR", metrics),
                ("CLAWNODE_KEY", key.clone()),
                ("CLAWNODE_USERS", users(&keys)),
                ("CLAWNODE_ENCRYPTION_KEYS", keys),
                ("CLAWNODE_DATA_DIR", folder.at("clawnode").display().to_string()),
                ("CLAWNODE_OPENCLAW_DIR", installed.openclaw.display().to_string()),
                ("CLAWNODE_RUNTIME", "process".to_owned()),
                ("CLAWNODE_MODEL_URL", model.url()),
                ("CLAWNODE_TELEGRAM_API_URL", telegram.url()),
                ("CLAWNODE_CLOCK_FILE", clock.file().display().to_string()),
            ],
        };
        let seen = Arc::new(Seen::default());
        let client = http::client(&Plan::default()).context("making a client for clawnode")?;
        let looking = tokio::spawn(look(client, url.clone(), key.clone(), Arc::clone(&seen)));
        let program = Program::start(launch.clone());
        let passing = folder.is_passing();
        Ok(Node { program, launch, url, key, passing, seen, _model: model, _looking: AbortOnDropHandle::new(looking) })
    }

    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("DEFAULT_DRIVER", "clawnode".to_owned()), ("INFRA_API_URL", self.url.clone()), ("INFRA_API_KEY", self.key.clone())]
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    pub fn claws(&self) -> Vec<Lodged> {
        self.seen.claws.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn changed(&self) -> watch::Receiver<u64> {
        self.seen.changed.subscribe()
    }

    /// Claws outlive their node, so they are ended after it.
    pub async fn end(&self, patience: Duration) -> anyhow::Result<()> {
        self.program.end(patience).await;
        let at_once: &[_] = if self.passing || patience.is_zero() { &["halt", "--now"] } else { &["halt"] };
        let mut halt = Launch { arguments: at_once, ..self.launch.clone() }.command();
        let done = halt.stdout(Stdio::null()).stderr(Stdio::inherit()).status().await.context("starting clawnode halt")?;
        ensure!(done.success(), "clawnode could not end all claws");
        Ok(())
    }
}

/// Keeps asking what the node has.
async fn look(client: Client, url: String, key: String, seen: Arc<Seen>) {
    let mut clock = interval(EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        let asked = client.get(format!("{url}/claws?limit={MOST}")).bearer_auth(&key).timeout(EVERY * 5).send().await;
        // While it does not answer, what it said last stands.
        let Ok(answer) = asked else { continue };
        let Ok(body) = http::read_limited(answer, http::MOST_BYTES).await else { continue };
        let Ok(page) = serde_json::from_slice::<Claws>(&body) else { continue };
        let found: Vec<Lodged> = page.claws.into_iter().filter_map(Told::lodged).collect();
        let mut known = seen.claws.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != found {
            *known = found;
            drop(known);
            seen.changed.send_modify(|count| *count += 1);
        }
    }
}

impl Told {
    fn lodged(self) -> Option<Lodged> {
        let memory = if self.memory_mb > 0 { format!(", {} MB", self.memory_mb) } else { String::new() };
        let reason = self.reason.map(|reason| format!(": {}", reason.detail)).unwrap_or_default();
        Some(Lodged {
            bot: self.bot_id.parse().ok().map(crate::domain::ids::BotId)?,
            user_id: self.user_id,
            claw_id: self.claw_id,
            slug: self.slug,
            model: self.model,
            people: self.telegram_allow_from,
            ready: self.state == "ready",
            state: format!("{}{reason}", self.state.replace('_', " ")),
            more: Some(format!("OpenClaw {}{memory}", self.openclaw_version)),
        })
    }
}

/// The span of user ids that goes with these keys: the same for the same folder.
fn users(keys: &str) -> String {
    let digits = keys.rsplit(':').next().and_then(|key| key.get(..8)).and_then(|head| u32::from_str_radix(head, 16).ok());
    let first = FIRST_USER + digits.unwrap_or_default() % PLACES * USERS;
    format!("{first}-{}", first + USERS - 1)
}

/// Two addresses nobody listens on. Somebody may still come before the program does; it is then started again.
pub(in crate::sandbox) fn free_addresses() -> std::io::Result<[String; 2]> {
    let listener = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let (one, other) = (listener()?, listener()?);
    Ok([one.local_addr()?.to_string(), other.local_addr()?.to_string()])
}

#[cfg(test)]
mod tests {
    use super::users;

    #[test]
    fn a_folder_has_its_own_users_and_no_others() {
        assert_eq!(users("sandbox:00000003ff"), "1000003000-1000003999");
        assert_eq!(users("sandbox:ffffffffff"), users("sandbox:ffffffff00"));
        let last: u32 = users("sandbox:000f423f").rsplit('-').next().and_then(|last| last.parse().ok()).expect("a number");
        assert_eq!(last, 1_999_999_999, "within what user ids can be");
    }
}
