//! The operator's shell: what can be typed after `clawhatch`.

use std::{io::Write as _, net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};

/// Sells and runs managed OpenClaw assistants from a Telegram chat.
#[derive(Debug, Parser)]
#[command(name = "clawhatch", version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the control plane with the settings in the environment.
    Run,
    /// Try everything in a browser, without any account: the real program against stand-ins.
    Sandbox {
        /// Where the page listens; only this machine can reach it.
        #[arg(long, default_value = "127.0.0.1:8099")]
        listen: SocketAddr,
        /// Keep the sandbox's database in this folder instead of a temporary one.
        #[arg(long)]
        folder: Option<PathBuf>,
        /// Let an infra with nothing but the two calls stand behind it, instead of a clawnode.
        #[arg(long)]
        plain: bool,
        /// Hatch real claws: behind it stands the program clawnode with the real OpenClaw.
        #[arg(long, conflicts_with = "plain")]
        openclaw: bool,
        /// Where OpenClaw is, or where npm brings it to (860 MB); without this, a cache of yours.
        #[arg(long, requires = "openclaw", value_name = "FOLDER")]
        openclaw_dir: Option<PathBuf>,
        /// The program clawnode; without this, the one beside this program.
        #[arg(long, requires = "openclaw", value_name = "PROGRAM")]
        clawnode: Option<PathBuf>,
    },
    /// Stands in for one OpenClaw gateway. It is started in the place of the real one, never by hand.
    #[command(hide = true)]
    SandboxGateway {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Check every setting and everything it points to, with the fix beside each finding.
    Check,
    /// Bring the database's schema up to date, and stop.
    Migrate,
    /// Encryption keys.
    #[command(subcommand)]
    Keys(Keys),
    /// The audit trail.
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Print a new key for ENCRYPTION_KEYS.
    Generate,
    /// Put every sealed secret under the first key of ENCRYPTION_KEYS. May be interrupted and started again.
    Rotate,
}

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Walk the chain of hashes and name the first row that was changed.
    Verify,
}

/// Prints one line for the person at the shell.
pub fn say(line: &str) {
    // A closed pipe is the reader's choice, not our failure.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
