//! Parts put together: the same for the server and for tests, which bring a clock and stand-ins of their own.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use url::Url;

use crate::{
    app::{self, App, Bells, Doubts, Floods, Gather, Held, Lull, Pace, Prudence, Rules, Sending},
    bot::{
        Door,
        api::{BotApi, TapSeal},
    },
    config::Settings,
    domain::ids::TelegramId,
    drivers::{
        clawnode::Clawnode,
        claws::{ClawDriver, Drivers},
        clock::Clock,
        infra_api::{InfraApi, InfraApiSettings},
        pepper::Pepper,
        telegram::{AccountError, BotAccounts as _, OwnBot},
    },
    store::{self, Db},
};

/// What is brought from outside: a clock, an open database, and how patient the doors are.
pub struct Outside {
    pub clock: Clock,
    pub db: Db,
    pub floods: Floods,
    pub pace: Pace,
}

/// The product, ready to be given work.
#[derive(Clone)]
pub struct Product {
    pub app: Arc<App>,
    pub api: BotApi,
    pub door: Door,
}

/// Buttons are tagged with the pepper.
struct PepperSeal(Arc<Pepper>);

impl TapSeal for PepperSeal {
    fn tag(&self, who: TelegramId, spelling: &str) -> String {
        self.0.tag_tap(who, spelling)
    }
}

/// For callers that draw no buttons.
pub(super) struct NoSeal;

impl TapSeal for NoSeal {
    fn tag(&self, _who: TelegramId, spelling: &str) -> String {
        spelling.to_owned()
    }
}

/// Puts everything together on a migrated database. Waits for Telegram as long as it does not answer; a token that is
/// not accepted is an error.
pub async fn assemble(settings: &Settings, outside: Outside) -> anyhow::Result<Product> {
    let Outside { clock, db, floods, pace } = outside;
    store::migrate(&db).await.context("bringing the schema up to date")?;
    crash_point!("start-migrated");
    if db.is_sqlite() {
        let mut tx = db.begin().await?;
        tx.free_all_leases().await?;
        tx.commit().await?;
        crash_point!("start-leases-freed");
    }
    let vault = super::vault(&settings.encryption_keys)?;
    let pepper = Arc::new(app::keys::open(&db, &vault).await?);
    let api_url = Url::parse(&settings.telegram.api_url).context("reading TELEGRAM_API_URL")?;
    let seal = Arc::new(PepperSeal(Arc::clone(&pepper)));
    let api = BotApi::new(&settings.telegram.token, &api_url, seal);
    let own = introduce(&api).await?;
    crash_point!("start-introduced");
    let drivers = drivers(settings)?;
    let longest_call = settings.infra.provision_timeout.max(settings.infra.deprovision_timeout) + Duration::from_secs(5);
    let app = Arc::new(App {
        prudence: Prudence::new(&clock),
        clock,
        db,
        vault,
        pepper,
        messenger: Arc::new(api.clone()),
        accounts: Arc::new(api.clone()),
        drivers,
        own,
        rules: Rules {
            admins: settings.admins.clone(),
            trial_hours: u32::try_from(settings.trial.as_secs() / 3600).unwrap_or(u32::MAX),
            max_claws: settings.max_claws,
            trials_per_day: settings.trials_per_day,
            catalogue: settings.catalogue.clone(),
            ai_gateway_key: settings.ai_gateway_key.clone(),
            longest_call,
        },
        bells: Bells::default(),
        floods,
        gather: Gather::default(),
        pace,
        held: Held::default(),
        doubts: Doubts::default(),
        lull: Lull::default(),
        sending: Sending::default(),
        token_doubted: std::sync::atomic::AtomicBool::new(true),
        infra_failed: std::sync::atomic::AtomicI64::new(0),
        infra_answered: std::sync::atomic::AtomicI64::new(0),
    });
    app.plan_chores().await?;
    crash_point!("start-planned");
    let door = Door::new(Arc::clone(&app), api.clone());
    Ok(Product { app, api, door })
}

/// Every driver, the default one first: all of them reach the one infra.
fn drivers(settings: &Settings) -> anyhow::Result<Drivers> {
    let infra = infra_settings(settings);
    let reading = "reading the settings of the infra";
    let plain: Arc<dyn ClawDriver> = Arc::new(InfraApi::new(&infra).context(reading)?);
    let clawnode: Arc<dyn ClawDriver> = Arc::new(Clawnode::new(&infra).context(reading)?);
    let (first, other) = if settings.default_driver == clawnode.name() { (clawnode, plain) } else { (plain, clawnode) };
    Ok(Drivers::new(first, [other]))
}

pub(super) fn infra_settings(settings: &Settings) -> InfraApiSettings {
    let infra = &settings.infra;
    InfraApiSettings {
        host: infra.host.clone(),
        allow_http: infra.allow_http,
        extra_roots: infra.extra_roots.clone(),
        provision_timeout: infra.provision_timeout,
        deprovision_timeout: infra.deprovision_timeout,
        ..InfraApiSettings::new(&infra.url, infra.key.clone())
    }
}

/// Asks Telegram who we are, until it answers.
async fn introduce(api: &BotApi) -> anyhow::Result<OwnBot> {
    let mut wait = Duration::from_secs(1);
    loop {
        match api.own().await {
            Ok(own) => return Ok(own),
            Err(AccountError::Dead) => {
                bail!("Telegram does not accept TELEGRAM_BOT_TOKEN. Take the present token from @BotFather.")
            }
            Err(AccountError::Refused(why)) => bail!("Telegram refused getMe: {why}"),
            Err(AccountError::Silent(why)) => {
                tracing::warn!(why, wait_s = wait.as_secs(), "Telegram does not answer; asking again");
            }
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(30));
    }
}
