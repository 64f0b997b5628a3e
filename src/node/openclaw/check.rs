//! `clawnode check`, the host's doctor: whether claws can run here, with the fix beside each finding.

mod host;

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    time::Duration,
};

use jiff::fmt::rfc2822::DateTimeParser;
use tokio::process::Command;

use crate::{
    drivers::{
        clock::Clock,
        http::{self, Plan},
    },
    node::{
        config::NodeSettings,
        openclaw::{MARK, NODE_VERSION, VERSION},
    },
};

/// What one installed version takes, and what a claw may write in its first days.
const DISK_FOR_AN_INSTALLATION_MB: u64 = 1500;
const DISK_FOR_A_CLAW_MB: u64 = 500;
/// Telegram and model services refuse certificates and signatures by clocks that are further off.
const CLOCK_OFF: Duration = Duration::from_secs(60);

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub grade: Grade,
    pub text: String,
}

/// How it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    Good,
    /// It works, and should be known.
    Mind,
    Bad,
}

/// Looks at everything a claw needs. Changes nothing.
pub async fn check(settings: &NodeSettings) -> Vec<Finding> {
    let mut findings = installed(&settings.openclaw_dir).await;
    findings.push(disk(&settings.data_dir, DISK_FOR_A_CLAW_MB));
    findings.push(memory(&read("/proc/meminfo"), settings.claw_memory_mb));
    findings.extend(host::host(settings).await);
    findings.push(ports(settings));
    findings.extend(outside(settings).await);
    findings
}

fn good(text: String) -> Finding {
    Finding { grade: Grade::Good, text }
}

fn mind(text: String) -> Finding {
    Finding { grade: Grade::Mind, text }
}

fn bad(text: String) -> Finding {
    Finding { grade: Grade::Bad, text }
}

/// A file of the system; nothing when it is not there.
fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

async fn installed(dir: &Path) -> Vec<Finding> {
    let home = dir.join(VERSION);
    if !home.join(MARK).is_file() {
        let text = format!("OpenClaw {VERSION} is not installed in {}. Run `clawnode install`.", dir.display());
        return vec![bad(text), disk(dir, DISK_FOR_AN_INSTALLATION_MB)];
    }
    let node = home.join("bin/node");
    let script = home.join("node_modules/openclaw/openclaw.mjs");
    let again = format!("Remove {} and run `clawnode install`.", home.display());
    let mut findings = Vec::new();
    for (what, version, script) in [("Node", NODE_VERSION, None), ("OpenClaw", VERSION, Some(&script))] {
        let asked = Command::new(&node).args(script).arg("--version").output();
        let said = match tokio::time::timeout(Duration::from_secs(60), asked).await {
            Ok(Ok(done)) => String::from_utf8_lossy(&done.stdout).trim().to_owned(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer within a minute".to_owned(),
        };
        findings.push(match said.contains(version) {
            true => good(format!("{what} {version} runs")),
            false => bad(format!("{what} should say that it is {version}, and says {said:?}. {again}")),
        });
    }
    findings
}

/// The free room at `path`, or at the first folder above it that is there.
fn disk(path: &Path, least: u64) -> Finding {
    let there = path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    match rustix::fs::statvfs(there) {
        Ok(found) => room(path, found.f_bavail.saturating_mul(found.f_frsize) / (1024 * 1024), least),
        Err(error) => bad(format!("disk: {} cannot be looked at: {error}. Set CLAWNODE_DATA_DIR to a folder.", path.display())),
    }
}

/// `free` and `least` in MB.
fn room(path: &Path, free: u64, least: u64) -> Finding {
    match free >= least {
        true => good(format!("disk: {free} MB free at {}", path.display())),
        false => bad(format!("disk: {free} MB free at {}, {least} MB are needed. Make room there.", path.display())),
    }
}

fn memory(meminfo: &str, for_a_claw: u32) -> Finding {
    let of = |name: &str| -> Option<u64> {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
    };
    match (of("MemTotal"), of("MemAvailable")) {
        (Some(total), Some(free)) => {
            let claws = free / u64::from(for_a_claw.max(1));
            match claws {
                0 => {
                    bad(format!("memory: {free} of {total} MB are free, and a claw is given {for_a_claw} MB. Use a larger host."))
                }
                _ => good(format!("memory: {free} of {total} MB are free, for {claws} more claws of {for_a_claw} MB")),
            }
        }
        _ => bad("memory: /proc/meminfo cannot be read. Mount /proc.".into()),
    }
}

fn ports(settings: &NodeSettings) -> Finding {
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let all = settings.ports.clone().count();
    // A few tell enough: whoever has some of them has them on purpose.
    let taken: Vec<String> = settings.ports.clone().take(64).filter(|port| !free(port)).map(|port| port.to_string()).collect();
    let own = settings.listen.port();
    if settings.ports.contains(&own) {
        return bad(format!(
            "ports: CLAWNODE_LISTEN_ADDR has {own}, one of the claws' ports. Choose others with CLAWNODE_PORTS."
        ));
    }
    match taken.is_empty() {
        true => good(format!("ports: {all} for the claws, the first of them free")),
        false => mind(format!("ports: {} are in use, by claws or by others. Other ports: CLAWNODE_PORTS.", taken.join(", "))),
    }
}

/// The way to Telegram and to the models, and the clock by what they say of the time.
async fn outside(settings: &NodeSettings) -> Vec<Finding> {
    let client = match http::client(&Plan::default()) {
        Ok(client) => client,
        Err(error) => return vec![bad(format!("egress: {error}. Install ca-certificates."))],
    };
    let mut findings = Vec::new();
    let mut clock = None;
    let models = settings.model_url.as_deref().unwrap_or("https://openrouter.ai/api/v1");
    for (what, url, setting) in [
        ("Telegram", settings.telegram_api_url.as_str(), "CLAWNODE_TELEGRAM_API_URL"),
        ("the models", models, "CLAWNODE_MODEL_URL"),
    ] {
        match client.get(url).timeout(Duration::from_secs(15)).send().await.map_err(http::sort) {
            // Whatever it says, it was reached.
            Ok(answer) => {
                let date = answer.headers().get("date").and_then(|date| date.to_str().ok().map(str::to_owned));
                clock = clock.or(date);
                findings.push(good(format!("egress: {what} can be reached")));
            }
            Err(error) => findings.push(bad(format!("egress: {what}: {error}. Open the way out, or correct {setting}."))),
        }
    }
    findings.push(time(clock.as_deref(), Clock::system().now().0));
    findings
}

fn time(date: Option<&str>, now_ms: i64) -> Finding {
    let theirs = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
    let Some(theirs) = theirs else { return mind("clock: nobody could be asked for the time".into()) };
    let off = Duration::from_millis(now_ms.abs_diff(theirs.as_millisecond()));
    match off <= CLOCK_OFF {
        true => good("clock: it agrees with the world's".into()),
        false => bad(format!("clock: it is {} seconds off. Run `timedatectl set-ntp true`.", off.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Finding, Grade, check, memory, room, time};
    use crate::node::config::NodeSettings;

    pub(super) fn settings(more: &[(&str, String)]) -> NodeSettings {
        let env = |name: &str| match name {
            "CLAWNODE_KEY" => Some("a-key-of-the-node".to_owned()),
            "CLAWNODE_ENCRYPTION_KEYS" => Some("k:1".to_owned()),
            _ => more.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()),
        };
        NodeSettings::from_env_with(&env, &|_| Ok(())).expect("settings")
    }

    fn grade(finding: &Finding) -> Grade {
        finding.grade
    }

    #[test]
    fn each_finding_is_graded_by_what_the_system_says() {
        let meminfo = "MemTotal:  8000000 kB\nMemFree: 1 kB\nMemAvailable:  3000000 kB\n";
        assert_eq!(memory(meminfo, 1024).text, "memory: 2929 of 7812 MB are free, for 2 more claws of 1024 MB");
        assert_eq!((grade(&memory(meminfo, 4096)), grade(&memory("", 1))), (Grade::Bad, Grade::Bad));
        assert_eq!(room(Path::new("/data"), 2048, 2048).text, "disk: 2048 MB free at /data");
        let full = room(Path::new("/data"), 2047, 2048);
        assert!(full.grade == Grade::Bad && full.text.contains("2048 MB are needed"), "{full:?}");
        let date = "Tue, 24 Nov 2026 18:00:00 GMT";
        assert_eq!(grade(&time(Some(date), 1_795_543_230_000)), Grade::Good);
        let off = time(Some(date), 1_795_543_500_000);
        assert!(off.grade == Grade::Bad && off.text.contains("300 seconds"), "{off:?}");
        assert_eq!(grade(&time(None, 0)), Grade::Mind);
    }

    #[tokio::test]
    async fn a_bare_host_is_told_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().display().to_string();
        let closed = "http://127.0.0.1:1".to_owned();
        let findings = check(&settings(&[
            ("CLAWNODE_OPENCLAW_DIR", dir.clone()),
            ("CLAWNODE_DATA_DIR", dir),
            ("CLAWNODE_TELEGRAM_API_URL", closed.clone()),
            ("CLAWNODE_MODEL_URL", closed),
        ]))
        .await;
        let of = |what: &str| findings.iter().find(|finding| finding.text.starts_with(what)).expect(what);
        assert!(of("OpenClaw").grade == Grade::Bad && of("OpenClaw").text.contains("`clawnode install`"));
        assert!(of("egress: Telegram").grade == Grade::Bad && of("egress: Telegram").text.contains("CLAWNODE_TELEGRAM_API_URL"));
        assert_eq!(of("clock").grade, Grade::Mind);
        // How they are is the host's affair; that they are looked at is ours.
        assert!(of("disk").text.contains("MB") && of("memory").text.contains("MB"));
        for finding in findings.iter().filter(|finding| finding.grade == Grade::Bad) {
            assert!(finding.text.ends_with('.'), "a fix follows: {finding:?}");
        }
    }
}
