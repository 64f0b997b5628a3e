//! `clawhatch sandbox`: the real product as a child process against stand-ins for Telegram and the infra, and one page
//! from which all of it is played. In the place of the infra's stand-in the real `clawnode` can run the real OpenClaw. Each stand-in is the state of its service behind a real HTTP server on loopback:
//! its answers follow from that state, it keeps the service's limits and errors, and it can be told to fail.

mod backstage;
mod cast;
mod folder;
pub mod gateway;
pub mod infra;
mod ledger;
pub mod model;
mod moved_clock;
mod page;
mod program;
mod stage;
mod switches;
pub mod telegram;

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::task::AbortOnDropHandle;

pub use backstage::{Infra, Installed};
use stage::Stage;

/// How long our programs may take to end after Ctrl-C, which they hear too when a person types it.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// How the sandbox is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the page listens. Another free port is taken when this one is not free.
    pub listen: SocketAddr,
    /// Where the database and its keys stay; without one, nothing stays.
    pub folder: Option<PathBuf>,
    /// What runs claws.
    pub infra: Infra,
    /// The product; it is started with the one argument `run`.
    pub program: PathBuf,
}

/// A running sandbox.
pub struct Sandbox {
    stage: Arc<Stage>,
    address: SocketAddr,
    _page: AbortOnDropHandle<()>,
}

/// Runs the sandbox until it is interrupted.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    let sandbox = Sandbox::start(options).await?;
    #[expect(clippy::print_stdout, reason = "the one line the person at the shell waits for")]
    {
        println!("The sandbox is at {} (Ctrl-C ends it)", sandbox.url());
    }
    let patience = tokio::select! {
        _ = interrupt.recv() => LAST_WORDS,
        _ = terminate.recv() => Duration::ZERO,
    };
    tokio::select! {
        ended = sandbox.end(patience) => ended,
        // A second Ctrl-C is impatience.
        _ = interrupt.recv() => sandbox.end(Duration::ZERO).await,
    }
}

impl Sandbox {
    /// Starts the stand-ins, the product and the page.
    pub async fn start(options: Options) -> anyhow::Result<Sandbox> {
        anyhow::ensure!(
            options.listen.ip().is_loopback(),
            "the sandbox listens on this machine only: write --listen 127.0.0.1:{}",
            options.listen.port()
        );
        let listener = match TcpListener::bind(options.listen).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => TcpListener::bind((options.listen.ip(), 0)).await,
            bound => bound,
        }
        .with_context(|| format!("listening on {}", options.listen))?;
        let address = listener.local_addr()?;
        let stage = Arc::new(Stage::set(options.program, options.folder, options.infra).await?);
        let pages = page::router(Arc::clone(&stage));
        let page = tokio::spawn(async move {
            // Serving ends only when the task is stopped.
            let _ended = axum::serve(listener, pages).await;
        });
        Ok(Sandbox { stage, address, _page: AbortOnDropHandle::new(page) })
    }

    /// Where the page is.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The stand-in for Telegram.
    pub fn telegram(&self) -> &telegram::Telegram {
        &self.stage.telegram
    }

    /// Ends the product, within `patience`, and everything else.
    pub async fn end(&self, patience: Duration) -> anyhow::Result<()> {
        self.stage.strike(patience).await
    }
}
