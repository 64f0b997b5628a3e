//! `clawhatch run`: every task started, watched, and stopped in order. On SIGTERM or SIGINT nothing new is taken, what
//! is held is finished or handed back, and the process ends within ten seconds; what an outside call still owes us
//! heals from its row.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{self, Floods, Pace},
    bot::{
        self,
        api::{ALLOWED_UPDATES, CommandScope, Profile},
    },
    config::{Delivery, Settings},
    domain::locale::Locale,
    drivers::{clock::Clock, telegram::SendError},
    store::{Db, StoreError},
    view,
    web::{self, Draining, Site},
    wiring::{Outside, Product, assemble, files, instance::Instance},
    worker,
};

/// How long the tasks may take to end. Below the ten seconds a supervisor grants.
const LAST_WORDS: Duration = Duration::from_secs(7);
/// And how long giving back what they held.
const GIVE_BACK: Duration = Duration::from_secs(1);
/// How often a start is tried that the database stands in the way of.
const TRIES: u32 = 5;
/// How long Telegram holds a poll open when there is nothing to say.
const POLL_SECONDS: u16 = 10;
/// Connections Telegram may open to our webhook at once.
const WEBHOOK_CONNECTIONS: u8 = 40;

pub async fn serve(settings: Settings) -> anyhow::Result<()> {
    files::are_enough()?;
    let _instance = Instance::only_one(settings.database_url.expose())?;
    #[cfg(feature = "chaos")]
    if let Some(at) = &settings.crash_at {
        crate::chaos::arm(at).map_err(anyhow::Error::msg)?;
    }
    let metrics = PrometheusBuilder::new().install_recorder().context("starting the metrics")?;
    let clock = match &settings.sandbox_clock {
        Some(file) => Clock::shifted(file.clone()),
        None => Clock::system(),
    };
    let listener =
        TcpListener::bind(settings.listen).await.with_context(|| format!("listening on LISTEN_ADDR {}", settings.listen))?;
    let metrics_listener =
        TcpListener::bind(settings.metrics).await.with_context(|| format!("listening on METRICS_ADDR {}", settings.metrics))?;
    let mut signals = Signals::listen()?;
    let prepare = async {
        let mut tries = TRIES;
        loop {
            match prepare(&settings, &clock).await {
                Err(error) if tries > 1 && passes_over(&error) => {
                    tracing::warn!(error = format!("{error:#}"), "the database is not there yet; trying again");
                    tries -= 1;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                prepared => return prepared,
            }
        }
    };
    // Telegram or the database may keep us waiting here.
    let product = tokio::select! {
        product = prepare => product?,
        () = signals.one() => return Ok(()),
    };

    let stop = CancellationToken::new();
    let draining = Draining::default();
    let mut tasks = JoinSet::new();
    let site = Site {
        app: Arc::clone(&product.app),
        webhook_secret: match &settings.telegram.delivery {
            Delivery::Webhook { secret } => Some(secret.clone()),
            Delivery::Polling => None,
        },
        read: bot::arrived,
        draining: draining.clone(),
    };
    tasks.spawn(run_site(listener, web::site(site), stop.clone()));
    tasks.spawn(run_site(metrics_listener, web::metrics_site(move || metrics.render()), stop.clone()));
    let door = product.door.clone();
    let handle = move |row| {
        let door = door.clone();
        async move { door.handle(row).await }
    };
    tasks.spawn(worker::inbox(Arc::clone(&product.app), handle, stop.clone()));
    tasks.spawn(worker::outbox(Arc::clone(&product.app), stop.clone()));
    tasks.spawn(worker::leases(Arc::clone(&product.app), stop.clone()));
    tasks.spawn(worker::claws(Arc::clone(&product.app), stop.clone()));
    tasks.spawn(worker::operations(Arc::clone(&product.app), stop.clone()));
    tasks.spawn(worker::events(Arc::clone(&product.app), stop.clone()));
    tasks.spawn(worker::chores(Arc::clone(&product.app), stop.clone()));
    tasks.spawn(worker::survey(Arc::clone(&product.app), stop.clone()));
    tasks.spawn(worker::access(Arc::clone(&product.app), stop.clone()));
    tasks.spawn(face_telegram(product.clone(), settings.clone(), stop.clone()));
    tracing::info!(bot = product.app.own.username, listen = %settings.listen, "clawhatch runs as @{}", product.app.own.username);

    wait_for_the_end(&mut tasks, &mut signals).await?;
    tracing::info!("stopping: nothing new is taken");
    draining.begin();
    stop.cancel();
    let ended = tokio::time::timeout(LAST_WORDS, async { while tasks.join_next().await.is_some() {} }).await;
    if ended.is_err() {
        tracing::warn!("some calls still waited for an answer; their rows know of them");
    }
    let left = product.app.held.all();
    tasks.abort_all();
    // A database that is away gets them back when their leases end.
    if !left.is_empty() && tokio::time::timeout(GIVE_BACK, product.app.hand_over(&left)).await.is_err() {
        tracing::warn!("what was at work was not given back; its leases will run out");
    }
    // A connection that is still at work is closed by the end of the process.
    let _ = tokio::time::timeout(Duration::from_secs(1), product.app.db.close()).await;
    tracing::info!("stopped");
    Ok(())
}

async fn prepare(settings: &Settings, clock: &Clock) -> anyhow::Result<Product> {
    let db = Db::open(settings.database_url.expose()).await.context("opening the database")?;
    assemble(settings, Outside { clock: clock.clone(), db, floods: Floods::default(), pace: Pace::default() }).await
}

/// Whether it may go better in a moment: a database that starts at the same time as we do, or whose connection broke.
fn passes_over(error: &anyhow::Error) -> bool {
    let mut causes = error.chain();
    causes.any(|cause| {
        matches!(cause.downcast_ref(), Some(StoreError::Again(_)))
            || matches!(cause.downcast_ref(), Some(app::Error::Store(StoreError::Again(_))))
    })
}

/// The signals that ask us to stop. Listened to from the start: the first process of a container is not ended by one
/// it does not listen to.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn listen() -> anyhow::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate()).context("listening for SIGTERM")?,
            interrupt: signal(SignalKind::interrupt()).context("listening for SIGINT")?,
        })
    }

    pub(super) async fn one(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// A signal ends us well; a task that ends by itself is a fault.
async fn wait_for_the_end(tasks: &mut JoinSet<()>, signals: &mut Signals) -> anyhow::Result<()> {
    tokio::select! {
        () = signals.one() => Ok(()),
        ended = tasks.join_next() => match ended {
            Some(Err(panic)) => Err(anyhow::Error::new(panic).context("a task ended in a panic")),
            Some(Ok(())) | None => Err(anyhow::anyhow!("a task ended by itself")),
        },
    }
}

async fn run_site(listener: TcpListener, site: axum::Router, stop: CancellationToken) {
    if let Err(error) = axum::serve(listener, site).with_graceful_shutdown(stop.cancelled_owned()).await {
        tracing::error!(%error, "a listener ended");
    }
}

/// Tells Telegram how updates come, takes them in where they are polled, and sets our menus meanwhile.
async fn face_telegram(product: Product, settings: Settings, stop: CancellationToken) {
    if stop.run_until_cancelled(agree_on_arrival(&product, &settings)).await.is_none() {
        return;
    }
    let updates = async {
        match settings.telegram.delivery {
            Delivery::Polling => bot::poll(Arc::clone(&product.app), product.api.clone(), POLL_SECONDS, stop.clone()).await,
            Delivery::Webhook { .. } => stop.cancelled().await,
        }
    };
    tokio::join!(updates, stop.run_until_cancelled(introduce_ourselves(&product)));
}

/// Sets or removes the webhook, until Telegram has taken note: without it no update would ever come.
async fn agree_on_arrival(product: &Product, settings: &Settings) {
    let mut wait = Duration::from_secs(1);
    loop {
        let agreed = match (&settings.telegram.delivery, &settings.public_url) {
            (Delivery::Webhook { secret }, Some(public)) => match url::Url::parse(&format!("{public}/telegram")) {
                Ok(url) => product.api.set_webhook(&url, secret, &ALLOWED_UPDATES, WEBHOOK_CONNECTIONS).await,
                Err(error) => Err(SendError::Refused(error.to_string())),
            },
            (Delivery::Webhook { .. } | Delivery::Polling, _) => product.api.delete_webhook(false).await,
        };
        let Err(error) = agreed else { return };
        tracing::error!(%error, wait_s = wait.as_secs(), "Telegram was not told how updates come; telling it again");
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(60));
    }
}

/// Menus and descriptions.
async fn introduce_ourselves(product: &Product) {
    let api = &product.api;
    // English also serves whoever has a language we do not speak.
    for language in std::iter::once(None).chain(Locale::ALL.map(Some)) {
        let locale = language.unwrap_or_default();
        let (short_description, description) = view::profile(locale);
        let profile = Profile { description, short_description };
        let told = async {
            api.set_commands(CommandScope::AllPrivateChats, language, &menu(false, locale)).await?;
            for admin in &product.app.rules.admins {
                api.set_commands(CommandScope::Chat(admin.chat()), language, &menu(true, locale)).await?;
            }
            api.set_profile(language, &profile).await
        };
        if let Err(error) = told.await {
            tracing::info!(%error, language = locale.code(), "a menu or a description was not set; it will be at the next start");
        }
    }
}

fn menu(admin: bool, locale: Locale) -> Vec<(String, String)> {
    view::commands(admin, locale).into_iter().map(|(name, words)| (name.to_owned(), words)).collect()
}
