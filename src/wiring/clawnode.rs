//! `clawnode`, from its arguments to its exit code.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs OpenClaw claws on this host and answers the infra API.
#[derive(Parser)]
#[command(name = "clawnode", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Answers the API and keeps the claws running.
    Run,
}

/// The program.
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run => ExitCode::SUCCESS,
    }
}
