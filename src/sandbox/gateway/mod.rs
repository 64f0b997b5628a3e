//! A stand-in for one OpenClaw gateway: a program that is started like it, answers like it and talks in Telegram like it,
//! without its weight. It is laid out on disk as OpenClaw is ([`install`]), so that whatever runs the one runs the other.
//! Its answers were made from what the real one answered, and a test holds them against that.
//!
//! What it knows lies in the claw's own folders: the configuration it was given, the conversations in its state. A file
//! `stand-in.json` in the claw's home makes it misbehave ([`Faults`]); it is read anew at every start and every question.

mod archive;
mod channel;
mod config;
mod conversation;
mod faults;
mod rpc;
mod server;

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

pub use faults::{Asking, Faults};

use config::Config;
use server::Gateway;

/// The version it says it is.
pub const VERSION: &str = "2026.9.6";
/// What OpenClaw ends with when its configuration is at fault.
const BAD_CONFIG: u8 = 78;

/// Where it was started: what the real one reads from its environment.
#[derive(Clone, Debug)]
pub struct Place {
    pub home: PathBuf,
    pub state: PathBuf,
    pub config: PathBuf,
    pub token: String,
}

/// Lays the stand-in out below `dir` as OpenClaw is laid out there. `program` is this program.
pub fn install(dir: &Path, program: &Path) -> io::Result<()> {
    let home = dir.join(VERSION);
    fs::create_dir_all(home.join("bin"))?;
    fs::create_dir_all(home.join("node_modules/openclaw"))?;
    // A copy of its own: a claw's user need not be able to reach the place the program was built in.
    let copy = home.join("bin/clawhatch");
    if fs::hard_link(program, &copy).is_err() {
        fs::copy(program, &copy)?;
    }
    let node = home.join("bin/node");
    fs::write(&node, format!("#!/bin/sh\nexec '{}' sandbox-gateway \"$@\"\n", copy.display()))?;
    fs::set_permissions(&node, fs::Permissions::from_mode(0o755))?;
    fs::write(home.join("node_modules/openclaw/openclaw.mjs"), "// A stand-in.\n")?;
    fs::write(home.join("complete"), VERSION)
}

/// Does what OpenClaw would with these arguments; the first is the script's path.
pub async fn run(args: &[String], place: Place) -> ExitCode {
    let words: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    match words[..] {
        ["--version", ..] => {
            say(&format!("OpenClaw {VERSION} (stand-in)"));
            ExitCode::SUCCESS
        }
        ["config", "validate", ..] => validate(&place),
        ["backup", "create", ..] => archive::create(&place, after(&words, "--output")).await,
        ["backup", "restore", archive, ..] => archive::restore(archive, after(&words, "--target")).await,
        ["gateway", "run", ..] => match after(&words, "--port").and_then(|port| port.parse().ok()) {
            Some(port) => gateway(place, port).await,
            None => ExitCode::FAILURE,
        },
        _ => {
            say("the stand-in does not know this command");
            ExitCode::FAILURE
        }
    }
}

/// What stands behind a word.
fn after<'a>(words: &[&'a str], word: &str) -> Option<&'a str> {
    words.iter().skip_while(|known| **known != word).nth(1).copied()
}

/// One line, as the real one prints it.
#[expect(clippy::print_stdout, reason = "it is a program of its own, and this is its log")]
fn say(line: &str) {
    println!("{line}");
}

fn validate(place: &Place) -> ExitCode {
    match Config::read(&place.config) {
        Ok(_) => {
            say(&json!({ "valid": true, "path": place.config, "warnings": [] }).to_string());
            ExitCode::SUCCESS
        }
        Err(issues) => {
            let error = json!({ "type": "cli_error", "message": "OpenClaw config is invalid" });
            say(&json!({ "ok": false, "error": error, "valid": false, "path": place.config, "issues": issues }).to_string());
            ExitCode::FAILURE
        }
    }
}

async fn gateway(place: Place, port: u16) -> ExitCode {
    let faults = Faults::read(&place.home);
    say("[gateway] loading configuration…");
    if let Some(code) = faults.exit {
        return ExitCode::from(code);
    }
    let config = match Config::read(&place.config) {
        Ok(config) => config,
        Err(issues) => {
            say(&format!("Gateway start blocked: {}", json!(issues)));
            return ExitCode::from(BAD_CONFIG);
        }
    };
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return ExitCode::FAILURE;
    };
    let gateway = match Gateway::open(place, config, port).await {
        Ok(gateway) => gateway,
        Err(error) => {
            say(&format!("Gateway failed to start: port {port}: {error}"));
            return ExitCode::FAILURE;
        }
    };
    // Memory that is asked for and written to, or the system would only promise it.
    let eaten = vec![1_u8; faults.eat_mb * 1024 * 1024];
    let crash = async {
        match faults.crash_after_ms {
            Some(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(crash);
    say("[gateway] ready");
    let code = loop {
        tokio::select! {
            () = &mut crash => break ExitCode::FAILURE,
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        if !Faults::read(&gateway.place.home).ignore_sigterm {
            say("[gateway] shutting down");
            break ExitCode::SUCCESS;
        }
        say("[gateway] told to end, and does not");
    };
    drop(eaten);
    code
}
