//! What `clawnode` is told by its environment. The page `docs/clawnode.md` and `deploy/clawnode.env.example` say the
//! same, and a test compares them.

use std::{collections::BTreeSet, net::SocketAddr, ops::RangeInclusive, path::PathBuf, time::Duration};

use crate::{
    config::{Env, Fault, KeyCheck, LogFormat, Name, Reader, base_url, is_loopback, plain, secret, without_slash},
    domain::{secret::Secret, time::DAY},
};

/// All settings of `clawnode`, in the order they are documented.
pub const NAMES: &[Name] = &[
    plain("CLAWNODE_LISTEN_ADDR", "127.0.0.1:9310", "The address and port of the API."),
    plain("CLAWNODE_METRICS_ADDR", "127.0.0.1:9311", "The address and port of metrics; not for the world."),
    plain(
        "CLAWNODE_HOST",
        "",
        "The name this node is asked by. A request for another Host is refused (421); without it any is taken.",
    ),
    secret("CLAWNODE_KEY", "", "Required. The bearer key of the API: 16 characters or more."),
    secret(
        "CLAWNODE_ENCRYPTION_KEYS",
        "",
        "Required. `id:key,id:key`, each key 32 bytes; the first seals, all open. `clawhatch keys generate` makes one.",
    ),
    plain("CLAWNODE_DATA_DIR", "/var/lib/clawnode", "The folder of the node's database, the claws and their backups."),
    plain(
        "CLAWNODE_OPENCLAW_DIR",
        "/opt/clawnode/openclaw",
        "Where `clawnode install` puts OpenClaw and Node, a folder for each version.",
    ),
    plain("CLAWNODE_RUNTIME", "systemd", "What runs claws: `systemd`, or `process` for development and tests."),
    plain("CLAWNODE_PORTS", "20000-29999", "The ports of the claws' gateways, on this machine alone."),
    plain(
        "CLAWNODE_USERS",
        "200000-299999",
        "The user ids claws are given, one each and never twice. Nobody else may have them.",
    ),
    plain("CLAWNODE_CLAW_MEMORY_MB", "1024", "The memory kept for each claw; what does not fit is refused (507)."),
    plain("CLAWNODE_MEMORY_MB", "0", "The memory claws may have together; 0 is what the machine has."),
    plain("CLAWNODE_STARTS_AT_ONCE", "2", "How many claws may be starting at a time."),
    plain("CLAWNODE_MODELS", "", "The models that may be asked for, separated by commas; empty allows all."),
    plain("CLAWNODE_MODEL_URL", "", "The base of an OpenAI-compatible service the claws' keys are for; empty is OpenRouter."),
    plain("CLAWNODE_TELEGRAM_API_URL", "https://api.telegram.org", "Where claws find the Bot API."),
    plain(
        "CLAWNODE_REACHABLE",
        "",
        "Addresses with ports claws may reach on this machine and in private networks, separated by commas, such as `10.0.0.5:11434`; all else there is closed to them.",
    ),
    plain("CLAWNODE_RETENTION_DAYS", "7", "How long the data of a removed claw is kept."),
    plain("CLAWNODE_BACKUPS_KEPT", "5", "The most backups kept of one claw."),
    plain("CLAWNODE_BACKUP_DAYS", "30", "How long a backup is kept."),
    plain("CLAWNODE_PROVISION_WAIT", "100", "Seconds a call waits for a claw to be ready before it is answered 202."),
    plain("CLAWNODE_LOG_FORMAT", "text", "`text` for people or `json` for machines."),
    plain(
        "CLAWNODE_CLOCK_FILE",
        "",
        "Set by tests: a file of milliseconds that move the clock. Refused when CLAWNODE_TELEGRAM_API_URL leaves this machine.",
    ),
];

/// What runs claws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuntimeKind {
    /// Units of the host's systemd.
    Systemd,
    /// Processes we start ourselves.
    Process,
}

/// Everything `clawnode` is told from outside.
#[derive(Clone, Debug)]
pub struct NodeSettings {
    pub listen: SocketAddr,
    pub metrics: SocketAddr,
    /// The only `Host` that is answered, in small letters.
    pub host: Option<String>,
    pub key: Secret<String>,
    /// `id:key,id:key`, for the vault to read.
    pub encryption_keys: Secret<String>,
    pub data_dir: PathBuf,
    pub openclaw_dir: PathBuf,
    pub runtime: RuntimeKind,
    pub ports: RangeInclusive<u16>,
    pub users: RangeInclusive<u32>,
    pub claw_memory_mb: u32,
    /// Nothing is what the machine has.
    pub memory_mb: Option<u32>,
    pub starts_at_once: u32,
    /// Empty allows all.
    pub models: Vec<String>,
    /// Without a slash at its end.
    pub model_url: Option<String>,
    pub telegram_api_url: String,
    /// Where claws may go besides the open net.
    pub reachable: BTreeSet<SocketAddr>,
    pub retention: Duration,
    pub backups_kept: u32,
    pub backup_age: Duration,
    pub provision_wait: Duration,
    pub log_format: LogFormat,
    /// Where a test writes how far the clock is moved.
    pub clock_file: Option<PathBuf>,
    /// At which of its points the program is to die. A build that has them reads it from `CRASH_AT`.
    #[cfg(feature = "chaos")]
    pub crash_at: Option<String>,
}

impl NodeSettings {
    /// Reads and checks every setting. All faults at once, in the order of [`NAMES`].
    pub fn from_env_with(env: Env<'_>, check_keys: KeyCheck<'_>) -> Result<NodeSettings, Vec<Fault>> {
        let mut reader = Reader::new(env, NAMES);
        match read(&mut reader, check_keys) {
            Some(settings) if reader.faults.is_empty() => Ok(settings),
            _ => Err(reader.into_faults()),
        }
    }
}

fn read(reader: &mut Reader<'_>, check_keys: KeyCheck<'_>) -> Option<NodeSettings> {
    let address = "write an address and a port, such as 127.0.0.1:9310";
    let listen: Option<SocketAddr> = reader.parsed("CLAWNODE_LISTEN_ADDR", address, |text| text.parse().ok());
    let metrics: Option<SocketAddr> = reader.parsed("CLAWNODE_METRICS_ADDR", address, |text| text.parse().ok());
    if listen.is_some() && listen == metrics {
        reader.fault("CLAWNODE_METRICS_ADDR", "it is the same as CLAWNODE_LISTEN_ADDR; choose another port");
    }
    let host = reader.parsed("CLAWNODE_HOST", "write a name such as node1.example.com, without a port", |text| {
        let is_name = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
        is_name.then(|| text.to_ascii_lowercase())
    });
    let key = reader.required_secret("CLAWNODE_KEY", "");
    if key.as_ref().is_some_and(|key| key.expose().len() < 16 || !key.expose().bytes().all(|b| b.is_ascii_graphic())) {
        reader.fault("CLAWNODE_KEY", "write 16 printable characters or more, without blanks");
    }
    let encryption_keys =
        reader.required_secret("CLAWNODE_ENCRYPTION_KEYS", " to id:key; `clawhatch keys generate` prints a new key");
    if let Some(Err(why)) = encryption_keys.as_ref().map(|keys| check_keys(keys.expose())) {
        reader.fault("CLAWNODE_ENCRYPTION_KEYS", why);
    }
    let folder = |text: &str| Some(PathBuf::from(text)).filter(|path| path.is_absolute());
    let data_dir = reader.parsed("CLAWNODE_DATA_DIR", "write a path from the root", folder);
    let openclaw_dir = reader.parsed("CLAWNODE_OPENCLAW_DIR", "write a path from the root", folder);
    let runtime = reader.parsed("CLAWNODE_RUNTIME", "write systemd or process", |text| match text {
        "systemd" => Some(RuntimeKind::Systemd),
        "process" => Some(RuntimeKind::Process),
        _ => None,
    });
    let ports = reader.parsed("CLAWNODE_PORTS", "write two ports from 1024 on, such as 20000-29999", |text| {
        span(text).filter(|ports: &RangeInclusive<u16>| *ports.start() >= 1024)
    });
    let users = reader.parsed("CLAWNODE_USERS", "write two user ids from 200000 on, such as 200000-299999", |text| {
        span(text).filter(|users: &RangeInclusive<u32>| *users.start() >= 200_000 && *users.end() < u32::MAX / 2)
    });
    let claw_memory_mb = reader.number("CLAWNODE_CLAW_MEMORY_MB", 64..=1_048_576);
    let memory_mb = reader.number("CLAWNODE_MEMORY_MB", 0..=1_073_741_824);
    let starts_at_once = reader.number("CLAWNODE_STARTS_AT_ONCE", 1..=64);
    let models = reader.text("CLAWNODE_MODELS").unwrap_or_default();
    let model_url = reader.parsed("CLAWNODE_MODEL_URL", "write http:// or https:// and a host", base_url);
    let telegram = reader.parsed("CLAWNODE_TELEGRAM_API_URL", "write https://host, or http:// on this machine", |text| {
        base_url(text).filter(|url| url.scheme() == "https" || is_loopback(url))
    });
    let reachable =
        reader.parsed("CLAWNODE_REACHABLE", "write addresses with ports, such as 10.0.0.5:11434,[fd00::1]:443", |text| {
            text.split(',').map(|address| address.trim().parse().ok()).collect::<Option<BTreeSet<SocketAddr>>>()
        });
    let retention = reader.number("CLAWNODE_RETENTION_DAYS", 0..=3650);
    let backups_kept = reader.number("CLAWNODE_BACKUPS_KEPT", 1..=1000);
    let backup_days = reader.number("CLAWNODE_BACKUP_DAYS", 1..=3650);
    let wait = reader.number("CLAWNODE_PROVISION_WAIT", 0..=3600);
    let log_format = reader.parsed("CLAWNODE_LOG_FORMAT", "write text or json", |text| match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    });
    let clock_file = reader.text("CLAWNODE_CLOCK_FILE").map(PathBuf::from);
    if clock_file.is_some() && telegram.as_ref().is_some_and(|url| !is_loopback(url)) {
        reader.fault("CLAWNODE_CLOCK_FILE", "only tests may move the clock, and CLAWNODE_TELEGRAM_API_URL leaves this machine");
    }
    Some(NodeSettings {
        listen: listen?,
        metrics: metrics?,
        host,
        key: key?,
        encryption_keys: encryption_keys?,
        data_dir: data_dir?,
        openclaw_dir: openclaw_dir?,
        runtime: runtime?,
        ports: ports?,
        users: users?,
        claw_memory_mb: claw_memory_mb?,
        memory_mb: memory_mb.filter(|most| *most > 0),
        starts_at_once: starts_at_once?,
        models: models.split(',').map(str::trim).filter(|model| !model.is_empty()).map(str::to_owned).collect(),
        model_url: model_url.map(|url| without_slash(&url)),
        telegram_api_url: without_slash(&telegram?),
        reachable: reachable.unwrap_or_default(),
        retention: retention? * DAY,
        backups_kept: backups_kept?,
        backup_age: backup_days? * DAY,
        provision_wait: Duration::from_secs(u64::from(wait?)),
        log_format: log_format?,
        clock_file,
        #[cfg(feature = "chaos")]
        crash_at: reader.text("CRASH_AT"),
    })
}

/// `from-to`.
fn span<N: std::str::FromStr + PartialOrd>(text: &str) -> Option<RangeInclusive<N>> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    (from <= to).then_some(from..=to)
}

#[cfg(test)]
mod tests {
    use super::{NAMES, NodeSettings};

    fn with(names: &[(&str, &str)]) -> Result<NodeSettings, Vec<String>> {
        let find = |name: &str| names.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
        NodeSettings::from_env_with(&find, &|keys| if keys == "bad" { Err("no colon".into()) } else { Ok(()) })
            .map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    const KEY: &str = "a-key-of-the-node";

    #[test]
    fn two_settings_are_enough() {
        let settings = with(&[("CLAWNODE_KEY", KEY), ("CLAWNODE_ENCRYPTION_KEYS", "k:1")]).expect("settings");
        assert_eq!((settings.ports.clone(), settings.users.clone()), (20_000..=29_999, 200_000..=299_999));
        assert!(settings.memory_mb.is_none() && settings.models.is_empty() && settings.host.is_none());
    }

    #[test]
    fn all_faults_are_told_at_once_and_none_with_a_secret() {
        let told = with(&[
            ("CLAWNODE_LISTEN_ADDR", "here"),
            ("CLAWNODE_KEY", "CANARY"),
            ("CLAWNODE_ENCRYPTION_KEYS", "bad"),
            ("CLAWNODE_DATA_DIR", "here"),
            ("CLAWNODE_RUNTIME", "docker"),
            ("CLAWNODE_PORTS", "80-90"),
            ("CLAWNODE_USERS", "1000-2000"),
            ("CLAWNODE_TELEGRAM_API_URL", "http://example.com"),
            ("CLAWNODE_REACHABLE", "10.0.0.5"),
            ("CLAWNODE_HOST", "a:1"),
        ])
        .expect_err("faults");
        let names: Vec<&str> = told.iter().filter_map(|fault| fault.split(':').next()).collect();
        assert_eq!(
            names,
            [
                "CLAWNODE_LISTEN_ADDR",
                "CLAWNODE_HOST",
                "CLAWNODE_KEY",
                "CLAWNODE_ENCRYPTION_KEYS",
                "CLAWNODE_DATA_DIR",
                "CLAWNODE_RUNTIME",
                "CLAWNODE_PORTS",
                "CLAWNODE_USERS",
                "CLAWNODE_TELEGRAM_API_URL",
                "CLAWNODE_REACHABLE",
            ]
        );
        assert!(!told.concat().contains("CANARY"), "{told:?}");
    }

    #[test]
    fn every_setting_is_documented() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("a file of this repository");
        let page = read("docs/clawnode.md");
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `CLAWNODE_")).collect();
        let expected = NAMES.iter().map(|known| {
            let default = if known.default.is_empty() { String::new() } else { format!("`{}`", known.default) };
            format!("| `{}` | {default} | {} | {} |", known.name, if known.secret { "yes" } else { "" }, known.meaning)
        });
        let expected: Vec<String> = expected.collect();
        assert_eq!(rows, expected, "docs/clawnode.md must hold these rows:\n{}", expected.join("\n"));
        let example = read("deploy/clawnode.env.example");
        let lines = example.lines().filter_map(|line| line.trim_start_matches('#').split_once('='));
        let lines: Vec<_> = lines.filter(|(name, _)| name.starts_with("CLAWNODE_")).collect();
        let expected: Vec<_> = NAMES.iter().map(|known| (known.name, known.default)).collect();
        assert_eq!(lines, expected, "deploy/clawnode.env.example");
    }
}
