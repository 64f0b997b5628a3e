//! The commands of OpenClaw the node runs. Secrets go by the environment, never among the arguments: those everybody on
//! the host can read.

use std::{path::Path, time::Duration};

use serde::Deserialize;

use crate::{
    domain::secret::Secret,
    node::{
        cell::Cell,
        openclaw::{OpenClaw, OpenClawError, redact},
        runtime::{Program, Runtime, RuntimeError, ToolEnd},
        spec::Spec,
    },
};

/// Checking a configuration takes a second on a quiet machine, and a minute on a drowning one.
const VALIDATION: Duration = Duration::from_secs(120);

/// What `config validate --json` prints.
#[derive(Deserialize)]
struct Validated {
    valid: bool,
    #[serde(default)]
    issues: Vec<Issue>,
}

#[derive(Deserialize)]
struct Issue {
    #[serde(default)]
    path: String,
    message: String,
}

impl OpenClaw {
    /// The gateway in the foreground.
    pub fn gateway(&self, _spec: &Spec, cell: &Cell) -> Program {
        let port = cell.port.to_string();
        // Where it listens is said here too: without it OpenClaw may choose all of the machine's addresses.
        self.program(cell, &["gateway", "run", "--port", &port, "--bind", "loopback", "--auth", "token"])
    }

    /// Whether OpenClaw accepts the written configuration.
    pub async fn validate(&self, runtime: &dyn Runtime, _spec: &Spec, cell: &Cell) -> Result<(), OpenClawError> {
        let end = self.tool(runtime, cell, &["config", "validate", "--json"], VALIDATION).await?;
        let said: Validated = read_json(&end.stdout)
            .ok_or_else(|| OpenClawError::Broken(format!("`openclaw config validate` failed: {}", last_words(&end))))?;
        if said.valid {
            return Ok(());
        }
        let issues: Vec<String> = said.issues.iter().map(|issue| format!("{}: {}", issue.path, issue.message)).collect();
        Err(OpenClawError::ConfigInvalid(redact(&issues.join("; "))))
    }

    /// Runs a command of OpenClaw to its end, as the claw.
    pub(super) async fn tool(
        &self,
        runtime: &dyn Runtime,
        cell: &Cell,
        args: &[&str],
        at_most: Duration,
    ) -> Result<ToolEnd, OpenClawError> {
        runtime.tool(cell, &self.program(cell, args), at_most).await.map_err(|error| match error {
            RuntimeError::NoRoom(_) | RuntimeError::TooLong(_) => OpenClawError::Unavailable(error.to_string()),
            RuntimeError::Failed(_) => OpenClawError::Broken(error.to_string()),
        })
    }

    fn program(&self, cell: &Cell, args: &[&str]) -> Program {
        let script = self.home.join("node_modules").join("openclaw").join("openclaw.mjs");
        let node = self.home.join("bin").join("node");
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", self.home.join("bin").display());
        let text = |path: &Path| path.display().to_string();
        let env = [
            ("PATH", path),
            ("HOME", text(&cell.paths.home)),
            ("TMPDIR", text(&cell.paths.tmp)),
            ("LANG", "C.UTF-8".to_owned()),
            ("NODE_ENV", "production".to_owned()),
            ("NO_COLOR", "1".to_owned()),
            ("OPENCLAW_HOME", text(&cell.paths.home)),
            ("OPENCLAW_STATE_DIR", text(&cell.paths.state)),
            ("OPENCLAW_CONFIG_PATH", text(&cell.paths.config)),
            ("OPENCLAW_GATEWAY_TOKEN", cell.gateway_token.expose().clone()),
            ("OPENCLAW_DISABLE_BONJOUR", "1".to_owned()),
            // What is started is what is watched: no second process in its place.
            ("OPENCLAW_NO_RESPAWN", "1".to_owned()),
            ("OPENCLAW_EXEC_SHELL_SNAPSHOT", "0".to_owned()),
            ("OPENCLAW_SERVICE_REPAIR_POLICY", "external".to_owned()),
        ];
        Program {
            program: node,
            args: std::iter::once(text(&script)).chain(args.iter().map(|arg| (*arg).to_owned())).collect(),
            env: env.into_iter().map(|(name, value)| (name.to_owned(), Secret::new(value))).collect(),
            dir: cell.paths.home.clone(),
        }
    }
}

/// The one JSON value a command printed, whatever else it said before.
pub(super) fn read_json<T: for<'a> Deserialize<'a>>(stdout: &str) -> Option<T> {
    let begins = std::iter::once(0).chain(stdout.match_indices("\n{").map(|(at, _)| at + 1));
    begins.filter_map(|at| serde_json::from_str(stdout[at..].trim()).ok()).next()
}

/// Why a command failed, by its own words, for people.
pub(super) fn last_words(end: &ToolEnd) -> String {
    let ended = end.code.map_or("it was killed".to_owned(), |code| format!("exit code {code}"));
    let said = end.stderr.lines().chain(end.stdout.lines()).find(|line| line.contains("Reason:") || line.contains("rror"));
    match said {
        Some(line) => format!("{ended}: {}", redact(line.trim()).chars().take(300).collect::<String>()),
        None => ended,
    }
}
