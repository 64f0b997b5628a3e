//! The roof: settings become parts, parts become doors, and the tasks behind them are started, watched and stopped in
//! order.

mod check;
pub mod clawnode;
mod files;
mod instance;
mod logs;
mod openclaw;
mod parts;
mod real_claws;
mod serve;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;

pub use parts::{Outside, Product, assemble};

use crate::{
    app,
    cli::{self, Audit, Cli, Command, Keys},
    config::{Fault, Settings, process_env},
    domain::secret::Secret,
    drivers::{
        http,
        vault::{KeyRing, Vault, generate_key},
    },
    sandbox::{self, Infra},
    store::{self, Db, Pending},
};

/// The program, from its arguments to its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    http::install_tls();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::new(error).context("starting the runtime")),
    };
    let done = runtime.block_on(execute(cli.command));
    // Calls that still wait for an answer are left to the rows that know of them.
    runtime.shutdown_background();
    match done {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    tracing::error!("{error:#}");
    cli::say(&format!("clawhatch stopped: {error:#}"));
    ExitCode::FAILURE
}

async fn execute(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Keys(Keys::Generate) => {
            cli::say(&generate_key());
            Ok(ExitCode::SUCCESS)
        }
        Command::Sandbox { listen, folder, plain, openclaw, openclaw_dir, clawnode } => {
            logs::start(crate::config::LogFormat::Text);
            let program = std::env::current_exe().context("finding this program")?;
            let infra = match (openclaw, plain) {
                (true, _) => real_claws::infra(&program, clawnode, openclaw_dir, folder.as_deref()).await?,
                (false, true) => Infra::Plain,
                (false, false) => Infra::Clawnode,
            };
            sandbox::run(sandbox::Options { listen, folder, infra, program }).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::SandboxGateway { args } => {
            let told = |name: &str| process_env(name).unwrap_or_default();
            let place = sandbox::gateway::Place {
                home: told("HOME").into(),
                state: told("OPENCLAW_STATE_DIR").into(),
                config: told("OPENCLAW_CONFIG_PATH").into(),
                token: told("OPENCLAW_GATEWAY_TOKEN"),
            };
            Ok(sandbox::gateway::run(&args, place).await)
        }
        Command::Check => Ok(check::check(read_settings()).await),
        Command::Run => with_settings(async |settings| serve::serve(settings).await).await,
        Command::Migrate => {
            with_settings(async |settings| {
                let db = Db::open(settings.database_url.expose()).await.context("opening the database")?;
                store::migrate(&db).await.context("migrating")?;
                cli::say(match store::pending(&db).await.context("looking at the schema")? {
                    Pending::Ahead => "A newer version has migrated this database. This version runs on it.",
                    Pending::UpToDate | Pending::Behind(_) => "The schema is up to date.",
                });
                Ok(())
            })
            .await
        }
        Command::Keys(Keys::Rotate) => {
            with_settings(async |settings| {
                let db = Db::open(settings.database_url.expose()).await.context("opening the database")?;
                let moved = app::keys::rotate(&db, &vault(&settings.encryption_keys)?).await?;
                cli::say(&format!("{moved} secrets were put under the first key. The others may go once every replica runs with this list, an hour from now."));
                Ok(())
            })
            .await
        }
        Command::Audit(Audit::Verify) => {
            with_settings(async |settings| {
                let db = Db::open(settings.database_url.expose()).await.context("opening the database")?;
                match app::verify_audit(&db).await? {
                    Ok(rows) => cli::say(&format!("{rows} rows, unbroken.")),
                    Err(row) => anyhow::bail!("row {row} of the audit trail was changed or taken out"),
                }
                Ok(())
            })
            .await
        }
    }
}

/// The settings, with the keys checked too, so that every fault is told at once.
fn read_settings() -> Result<Settings, Vec<Fault>> {
    Settings::from_env_with(&process_env, &|keys| KeyRing::parse(keys).map(drop).map_err(|error| error.to_string()))
}

async fn with_settings(does: impl AsyncFnOnce(Settings) -> anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    match read_settings() {
        Ok(settings) => {
            logs::start(settings.log_format);
            does(settings).await?;
            Ok(ExitCode::SUCCESS)
        }
        Err(faults) => {
            cli::say("These settings have to be mended first:");
            for fault in faults {
                cli::say(&format!("  {}: {}", fault.name, fault.sentence));
            }
            Ok(ExitCode::from(2))
        }
    }
}

fn vault(keys: &Secret<String>) -> anyhow::Result<Vault> {
    Ok(Vault::new(KeyRing::parse(keys.expose()).context("reading ENCRYPTION_KEYS")?))
}
