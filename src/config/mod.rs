//! The settings: the only place that reads the environment. Everything is read once, checked, and given out as typed
//! values; whatever is wrong is told all at once, a line each, with how to mend it and never with a secret's text.

mod cache;
mod models;
mod names;
mod outside;
mod read;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

pub use cache::cache_dir;
pub use models::{BUILT_IN, read_models};
pub use names::{NAMES, Name};
pub(crate) use names::{plain, secret};
pub use read::Fault;
pub(crate) use read::Reader;

use crate::domain::{bot_token::BotToken, catalogue::Catalogue, ids::TelegramId, secret::Secret, time::HOUR};
pub(crate) use outside::{base_url, is_loopback, without_slash};
use outside::{read_infra, read_telegram};

/// Drivers `DEFAULT_DRIVER` may name.
const DRIVERS: [&str; 2] = ["infra_api", "clawnode"];

/// Looks a name up in the environment.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;
/// Says in a sentence what is wrong with the text of `ENCRYPTION_KEYS`.
pub type KeyCheck<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// Everything the server is told from outside.
#[derive(Clone, Debug)]
pub struct Settings {
    pub telegram: Telegram,
    /// Without a slash at its end.
    pub public_url: Option<String>,
    /// For the world.
    pub listen: SocketAddr,
    /// Not for the world.
    pub metrics: SocketAddr,
    pub database_url: Secret<String>,
    pub default_driver: String,
    pub infra: Infra,
    /// The AI gateway key every claw is given.
    pub ai_gateway_key: Secret<String>,
    /// `id:key,id:key`, for the vault to read.
    pub encryption_keys: Secret<String>,
    /// In the order they are given, each once.
    pub admins: Vec<TelegramId>,
    /// How long a trial lasts.
    pub trial: Duration,
    pub max_claws: u32,
    pub trials_per_day: u32,
    pub catalogue: Catalogue,
    pub log_format: LogFormat,
    /// Where the sandbox writes how far the clock is moved.
    pub sandbox_clock: Option<PathBuf>,
    /// At which of its points the program is to die. A build that has them reads it from `CRASH_AT`.
    #[cfg(feature = "chaos")]
    pub crash_at: Option<String>,
}

/// The bot people talk to.
#[derive(Clone, Debug)]
pub struct Telegram {
    pub token: BotToken,
    /// Without a slash at its end.
    pub api_url: String,
    pub delivery: Delivery,
}

/// How updates arrive.
#[derive(Clone, Debug)]
pub enum Delivery {
    Polling,
    /// Telegram calls us, at the public URL, with this secret.
    Webhook {
        secret: Secret<String>,
    },
}

/// The infra behind every driver.
#[derive(Clone, Debug)]
pub struct Infra {
    pub url: String,
    pub host: Option<String>,
    pub key: Secret<String>,
    pub allow_http: bool,
    /// PEM; empty when none are given.
    pub extra_roots: Vec<u8>,
    pub provision_timeout: Duration,
    pub deprovision_timeout: Duration,
}

/// Whom log lines are for: people or machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// The environment of this process.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn process_env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Settings {
    /// Reads and checks every setting. All faults at once, in the order of [`NAMES`].
    pub fn from_env(env: Env<'_>) -> Result<Settings, Vec<Fault>> {
        Settings::from_env_with(env, &|_| Ok(()))
    }

    /// As [`Settings::from_env`]; `check_keys` is the vault's word on the keys, told with the other faults.
    pub fn from_env_with(env: Env<'_>, check_keys: KeyCheck<'_>) -> Result<Settings, Vec<Fault>> {
        let mut reader = Reader::new(env, NAMES);
        match read(&mut reader, check_keys) {
            Some(settings) if reader.faults.is_empty() => Ok(settings),
            _ => Err(reader.into_faults()),
        }
    }
}

/// Every setting, one after the other; nothing when a fault was found that leaves one open.
fn read(reader: &mut Reader<'_>, check_keys: KeyCheck<'_>) -> Option<Settings> {
    let public_url = reader.parsed("PUBLIC_URL", "write https://host or https://host:port", base_url);
    let telegram = read_telegram(reader, public_url.as_ref());
    let address = "write an address and a port, such as 127.0.0.1:8080";
    let listen: Option<SocketAddr> = reader.parsed("LISTEN_ADDR", address, |text| text.parse().ok());
    let metrics: Option<SocketAddr> = reader.parsed("METRICS_ADDR", address, |text| text.parse().ok());
    if listen.is_some() && listen == metrics {
        reader.fault("METRICS_ADDR", "it is the same as LISTEN_ADDR; choose another port");
    }
    let database_url = read_database_url(reader);
    let default_driver =
        reader.parsed("DEFAULT_DRIVER", "write infra_api or clawnode", |text| DRIVERS.contains(&text).then(|| text.to_owned()));
    let infra = read_infra(reader);
    let ai_gateway_key = reader.required_secret("AI_GATEWAY_API_KEY", "");
    let encryption_keys = reader.required_secret("ENCRYPTION_KEYS", " to id:key; `clawhatch keys generate` prints a new key");
    if let Some(Err(why)) = encryption_keys.as_ref().map(|keys| check_keys(keys.expose())) {
        reader.fault("ENCRYPTION_KEYS", why);
    }
    let admins = reader.parsed("ADMIN_IDS", "write numeric Telegram ids separated by commas, such as 4242,4343", admin_ids);
    let trial = reader.number("TRIAL_HOURS", 1..=8760);
    let max_claws = reader.number("MAX_CLAWS", 0..=1_000_000);
    let trials_per_day = reader.number("TRIALS_PER_DAY", 0..=1_000_000);
    let catalogue = read_catalogue(reader);
    let log_format = reader.parsed("LOG_FORMAT", "write text or json", |text| match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    });
    let sandbox_clock = reader.text("SANDBOX_CLOCK_FILE").map(PathBuf::from);
    if sandbox_clock.is_some() {
        let outside = ["TELEGRAM_API_URL", "PUBLIC_URL", "INFRA_API_URL"].map(|name| reader.text(name));
        if !outside.iter().flatten().all(|text| base_url(text).is_some_and(|url| is_loopback(&url))) {
            reader
                .fault("SANDBOX_CLOCK_FILE", "only the sandbox may move the clock, and a URL here leaves this machine; unset it");
        }
    }
    Some(Settings {
        telegram: telegram?,
        public_url: public_url.map(|url| without_slash(&url)),
        listen: listen?,
        metrics: metrics?,
        database_url: database_url?,
        default_driver: default_driver?,
        infra: infra?,
        ai_gateway_key: ai_gateway_key?,
        encryption_keys: encryption_keys?,
        admins: admins.unwrap_or_default(),
        trial: trial? * HOUR,
        max_claws: max_claws?,
        trials_per_day: trials_per_day?,
        catalogue: catalogue?,
        log_format: log_format?,
        sandbox_clock,
        #[cfg(feature = "chaos")]
        crash_at: reader.text("CRASH_AT"),
    })
}

fn read_database_url(reader: &mut Reader<'_>) -> Option<Secret<String>> {
    let url = reader.secret("DATABASE_URL")?;
    let known = ["sqlite:", "postgres://", "postgresql://"];
    if !known.iter().any(|start| url.expose().starts_with(start)) {
        reader.fault("DATABASE_URL", "it must begin with sqlite: or postgres://");
    }
    Some(url)
}

fn read_catalogue(reader: &mut Reader<'_>) -> Option<Catalogue> {
    let own = reader.text("MODELS_FILE").is_some();
    let text = if own { reader.file("MODELS_FILE")? } else { BUILT_IN.to_owned() };
    let default = reader.text("DEFAULT_MODEL");
    match read_models(&text, None).and_then(|_| read_models(&text, default.as_deref()).map_err(|_| String::new())) {
        Ok(catalogue) => Some(catalogue),
        Err(why) => {
            let default_is_wrong = why.is_empty();
            let name = if default_is_wrong { "DEFAULT_MODEL" } else { "MODELS_FILE" };
            reader.fault(name, if default_is_wrong { "no model of the models file has this id".into() } else { why });
            None
        }
    }
}

fn admin_ids(text: &str) -> Option<Vec<TelegramId>> {
    let mut ids = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let id = TelegramId(part.parse().ok().filter(|id| *id > 0)?);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Some(ids)
}

#[cfg(test)]
mod tests;
