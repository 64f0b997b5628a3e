//! Stand-ins for the services outside. Each one is the state of its service behind a real HTTP server on loopback: its
//! answers follow from that state, it keeps the service's limits and errors, and it can be told to fail.

pub mod infra;
pub mod telegram;

use std::{net::SocketAddr, path::PathBuf};

/// How the sandbox is started.
#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub folder: Option<PathBuf>,
    pub program: PathBuf,
}

/// Runs the sandbox until it is interrupted.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let _ = options;
    anyhow::bail!("the page is being written")
}
