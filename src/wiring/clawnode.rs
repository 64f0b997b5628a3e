//! `clawnode`, from its arguments to its exit code.

use std::{
    ffi::OsString,
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::{net::TcpListener, sync::oneshot};
use tokio_util::sync::CancellationToken;

use super::{logs, openclaw::bring, serve::Signals};
use crate::{
    cli,
    config::process_env,
    drivers::{
        clock::Clock,
        http,
        vault::{KeyRing, Vault},
    },
    node::{
        api, chores,
        claw::GRACE,
        config::{NAMES, NodeSettings, RuntimeKind},
        halt,
        host::{self, Node, Parts},
        openclaw::{self, Finding, Grade, OpenClaw, OpenClawSettings},
        runtime::{ProcessRuntime, Runtime, SystemdRuntime, SystemdSettings, becoming, fence, hold, lay},
        store::Store,
    },
};

/// How long open calls may take to end once the node is to end.
const LAST_WORDS: Duration = Duration::from_secs(7);
/// And how long the workers may: each ends after the step it is at, and what is cut off heals from the row.
const LAST_STEPS: Duration = Duration::from_secs(2);

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
    Run {
        /// End with whoever holds the other end of standard input, and take the claws along.
        #[arg(long)]
        tethered: bool,
    },
    /// End all claws' gateways while clawnode does not run. Its next start brings them up again.
    Halt {
        /// Do not let them finish what they do.
        #[arg(long)]
        now: bool,
    },
    /// Look at everything claws need on this host, with the fix beside each finding.
    Check,
    /// Bring OpenClaw and the Node it runs on from npm. May be interrupted and started again.
    Install,
}

/// The program.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    // What it does for single claws comes before anything else: no second thread may be there, and no setting is read.
    match arguments.get(1).and_then(|first| first.to_str()) {
        Some("hold") => return hold::main(),
        Some("become") => return becoming::main(&arguments[2..]),
        Some("lay") => return lay::main(),
        _ => {}
    }
    let command = Cli::parse_from(arguments).command;
    http::install_tls();
    if matches!(command, Command::Install) {
        return install();
    }
    let check_keys = |keys: &str| KeyRing::parse(keys).map(drop).map_err(|error| error.to_string());
    let settings = match NodeSettings::from_env_with(&process_env, &check_keys) {
        Ok(settings) => settings,
        Err(faults) => {
            cli::say("These settings have to be mended first:");
            for fault in faults {
                cli::say(&format!("  {}: {}", fault.name, fault.sentence));
            }
            return ExitCode::from(2);
        }
    };
    logs::start(settings.log_format);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::new(error).context("starting the runtime")),
    };
    let done = match command {
        Command::Run { tethered } => runtime.block_on(run(settings, tethered)).map(|()| ExitCode::SUCCESS),
        Command::Halt { now } => runtime.block_on(halt_all(settings, now)).map(|()| ExitCode::SUCCESS),
        Command::Check => Ok(runtime.block_on(check(&settings))),
        Command::Install => Ok(install()),
    };
    runtime.shutdown_background();
    done.unwrap_or_else(|error| fail(&error))
}

/// Asks for nothing but the place: a host is set up before it has a key.
fn install() -> ExitCode {
    let known = NAMES.iter().find(|known| known.name == "CLAWNODE_OPENCLAW_DIR").expect("it is a setting");
    let told = process_env(known.name).filter(|told| !told.trim().is_empty());
    let dir = PathBuf::from(told.as_deref().unwrap_or(known.default).trim());
    if !dir.is_absolute() {
        cli::say("CLAWNODE_OPENCLAW_DIR: write a path from the root");
        return ExitCode::from(2);
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::new(error).context("starting the runtime")),
    };
    match runtime.block_on(bring(&dir)) {
        Ok(()) => {
            cli::say(&format!("OpenClaw {} is in {}.", openclaw::VERSION, dir.join(openclaw::VERSION).display()));
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

async fn check(settings: &NodeSettings) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for Finding { grade, text } in openclaw::check(settings).await {
        let grade = match grade {
            Grade::Good => "good",
            Grade::Mind => "mind",
            Grade::Bad => {
                code = ExitCode::FAILURE;
                "bad "
            }
        };
        cli::say(&format!("{grade}  {text}"));
    }
    code
}

fn fail(error: &anyhow::Error) -> ExitCode {
    tracing::error!("{error:#}");
    cli::say(&format!("clawnode stopped: {error:#}"));
    ExitCode::FAILURE
}

async fn run(settings: NodeSettings, tethered: bool) -> anyhow::Result<()> {
    host::make_folders(&settings.data_dir).with_context(|| format!("making {}", settings.data_dir.display()))?;
    let _alone = only_one(&settings.data_dir)?;
    #[cfg(feature = "chaos")]
    if let Some(at) = &settings.crash_at {
        crate::chaos::arm(at).map_err(anyhow::Error::msg)?;
    }
    let metrics = PrometheusBuilder::new().install_recorder().context("starting the metrics")?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("listening on CLAWNODE_LISTEN_ADDR {}", settings.listen))?;
    let numbers = TcpListener::bind(settings.metrics)
        .await
        .with_context(|| format!("listening on CLAWNODE_METRICS_ADDR {}", settings.metrics))?;
    let mut signals = Signals::listen()?;
    let node = assemble(settings).await?;
    if let Some(weakness) = node.runtime.weakness() {
        tracing::warn!(runtime = node.runtime.name(), "claws are not kept apart here: {weakness}");
    }
    node.fence().await.context("keeping claws apart on the network (`clawnode check` says more)")?;
    let claws = node.resume().await?;
    let stop = CancellationToken::new();
    let site = tokio::spawn(listen(listener, api::site(Arc::clone(&node)), stop.clone()));
    let numbers = tokio::spawn(listen(numbers, api::metrics_site(Arc::clone(&node), move || metrics.render()), stop.clone()));
    let chores = tokio::spawn({
        let node = Arc::clone(&node);
        async move { tokio::join!(chores::run(Arc::clone(&node)), chores::watch_fence(node)) }
    });
    tracing::info!(
        listen = %node.settings.listen,
        runtime = node.runtime.name(),
        openclaw = node.openclaw.version(),
        "clawnode runs with {claws} claws"
    );
    let untied = tokio::select! {
        () = signals.one() => false,
        () = let_go(), if tethered => true,
    };
    let claws_too = if untied { "the claws end too" } else { "the claws go on" };
    tracing::info!("stopping: nothing new is taken, and {claws_too}");
    node.drain();
    stop.cancel();
    node.stop.cancel();
    let ended = async { tokio::join!(site, numbers, chores) };
    if tokio::time::timeout(LAST_WORDS, ended).await.is_err() {
        tracing::warn!("some calls were cut off; whoever made them asks again");
    }
    if tokio::time::timeout(LAST_STEPS, node.end()).await.is_err() {
        tracing::info!("some steps were cut off; they are done again at the next start");
    }
    if untied {
        halt::halt(&node, Duration::ZERO).await.context("ending the claws")?;
    }
    let _ = tokio::time::timeout(Duration::from_secs(1), node.store.close()).await;
    tracing::info!("stopped");
    Ok(())
}

/// Comes back when nobody holds the other end of standard input any more.
async fn let_go() {
    let (closed, wait) = oneshot::channel();
    std::thread::spawn(move || {
        // An error is an end as well.
        let _ended = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _gone = closed.send(());
    });
    let _closed = wait.await;
}

async fn halt_all(settings: NodeSettings, now: bool) -> anyhow::Result<()> {
    host::make_folders(&settings.data_dir).with_context(|| format!("making {}", settings.data_dir.display()))?;
    let _alone = only_one(&settings.data_dir)?;
    let node = assemble(settings).await?;
    let (ended, all) = halt::halt(&node, if now { Duration::ZERO } else { GRACE }).await.context("ending the claws")?;
    cli::say(&format!("{ended} of {all} claws ran and have ended. The next start of clawnode brings them up again."));
    node.store.close().await;
    Ok(())
}

/// The node, put together from its settings.
async fn assemble(settings: NodeSettings) -> anyhow::Result<Arc<Node>> {
    let clock = match &settings.clock_file {
        Some(file) => Clock::shifted(file.clone()),
        None => Clock::system(),
    };
    let keys = KeyRing::parse(settings.encryption_keys.expose()).context("reading CLAWNODE_ENCRYPTION_KEYS")?;
    let openclaw = OpenClaw::new(OpenClawSettings {
        dir: settings.openclaw_dir.clone(),
        telegram_api_url: settings.telegram_api_url.clone(),
        model_url: settings.model_url.clone(),
    })
    .context("looking for OpenClaw below CLAWNODE_OPENCLAW_DIR")?;
    let runtime: Arc<dyn Runtime> = match settings.runtime {
        RuntimeKind::Process => Arc::new(ProcessRuntime::new("/proc/self/exe".into(), settings.data_dir.join("run"))),
        RuntimeKind::Systemd => Arc::new(systemd(&settings)?),
    };
    let store = Store::open(&settings.data_dir.join("node.db")).await.context("opening the node's database")?;
    Node::new(Parts { settings, clock, store, vault: Vault::new(keys), openclaw, runtime }).await
}

fn systemd(settings: &NodeSettings) -> anyhow::Result<SystemdRuntime> {
    let urls = [Some(&settings.telegram_api_url), settings.model_url.as_ref()];
    let of_urls = urls.into_iter().flatten().flat_map(|url| fence::addresses(url));
    let open = of_urls.chain(settings.reachable.iter().copied()).collect();
    Ok(SystemdRuntime::new(SystemdSettings {
        // By its path: units are started by systemd, for which `/proc/self` is itself.
        clawnode: std::fs::read_link("/proc/self/exe").context("finding out where clawnode lies")?,
        data: settings.data_dir.clone(),
        openclaw: settings.openclaw_dir.clone(),
        fence: fence::Fence { users: settings.users.clone(), open },
    })?)
}

/// A node's data belongs to one process; the system frees the lock however that ends.
fn only_one(data: &Path) -> anyhow::Result<File> {
    let file = data.join("lock");
    let lock = File::create(&file).with_context(|| format!("making {}", file.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!("another clawnode already uses {}", data.display()),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", file.display())),
    }
}

async fn listen(listener: TcpListener, site: axum::Router, stop: CancellationToken) {
    if let Err(error) = axum::serve(listener, site).with_graceful_shutdown(stop.cancelled_owned()).await {
        tracing::error!(%error, "a listener ended");
    }
}
