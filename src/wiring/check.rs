//! `clawhatch check`, the doctor: every setting and everything it points to, with the fix beside each finding.

use std::process::ExitCode;

use url::Url;

use crate::{
    app,
    bot::api::BotApi,
    cli::say,
    config::{Delivery, Fault, Settings},
    domain::claw::Trouble,
    drivers::{
        claws::{ClawDriver as _, Part, Survey},
        infra_api::InfraApi,
        telegram::{AccountError, BotAccounts as _},
    },
    store::{self, Db, Pending},
    wiring::parts::{NoSeal, infra_settings},
};

/// How one check ended.
enum Finding {
    Good(String),
    /// Works, and should be known.
    Mind(String),
    Bad(String),
}

pub async fn check(settings: Result<Settings, Vec<Fault>>) -> ExitCode {
    let settings = match settings {
        Ok(settings) => settings,
        Err(faults) => {
            for fault in faults {
                say(&format!("bad   {}: {}", fault.name, fault.sentence));
            }
            return ExitCode::FAILURE;
        }
    };
    let mut findings = vec![Finding::Good("settings: every one is readable".to_owned())];
    findings.extend(check_settings(&settings));
    findings.extend(check_database(&settings).await);
    findings.extend(check_telegram(&settings).await);
    findings.extend(check_infra(&settings).await);
    let mut bad = 0;
    for finding in findings {
        match finding {
            Finding::Good(text) => say(&format!("good  {text}")),
            Finding::Mind(text) => say(&format!("mind  {text}")),
            Finding::Bad(text) => {
                bad += 1;
                say(&format!("bad   {text}"));
            }
        }
    }
    if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn check_settings(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![Finding::Mind(
        "AI_GATEWAY_API_KEY: this one key reaches every claw. Give it a spending limit at the gateway, and treat it as known to your customers.".to_owned(),
    )];
    if settings.admins.is_empty() {
        findings.push(Finding::Mind(
            "ADMIN_IDS: nobody. Nobody hears of alerts or can give grants; add your numeric Telegram id.".to_owned(),
        ));
    }
    if settings.infra.allow_http && settings.infra.url.starts_with("http:") {
        findings.push(Finding::Mind(
            "INFRA_API_URL: plain http. Bot tokens and the key travel unencrypted; use https as soon as you can.".to_owned(),
        ));
    }
    findings
}

async fn check_database(settings: &Settings) -> Vec<Finding> {
    let db = match Db::open(settings.database_url.expose()).await {
        Ok(db) => db,
        Err(error) => {
            return vec![Finding::Bad(format!(
                "database: it does not open ({error}). Check DATABASE_URL and that the server runs."
            ))];
        }
    };
    let pending = store::pending(&db).await;
    let mut findings = vec![match &pending {
        Ok(Pending::UpToDate) => Finding::Good("database: opens, and its schema is up to date".to_owned()),
        Ok(Pending::Ahead) => Finding::Mind("database: a newer version has migrated it. This version runs on it.".to_owned()),
        Ok(Pending::Behind(missing)) => Finding::Mind(format!(
            "database: {missing} migrations are to be run. `clawhatch run` does it, or `clawhatch migrate`."
        )),
        Err(error) => Finding::Bad(format!("database: it does not answer ({error})")),
    }];
    if matches!(pending, Ok(Pending::UpToDate | Pending::Ahead)) {
        let opened = match super::vault(&settings.encryption_keys) {
            Ok(vault) => app::keys::verify(&db, &vault).await,
            Err(error) => Err(error),
        };
        findings.push(match opened {
            Ok(()) => Finding::Good("keys: they open what this database was sealed with".to_owned()),
            Err(error) => Finding::Bad(format!("keys: {error:#}. Put the old key back into ENCRYPTION_KEYS.")),
        });
    }
    findings
}

async fn check_telegram(settings: &Settings) -> Vec<Finding> {
    let Ok(url) = Url::parse(&settings.telegram.api_url) else {
        return vec![Finding::Bad("bot: TELEGRAM_API_URL is no URL".to_owned())];
    };
    let api = BotApi::new(&settings.telegram.token, &url, std::sync::Arc::new(NoSeal));
    let own = match api.own().await {
        Ok(own) => own,
        Err(AccountError::Dead) => {
            return vec![Finding::Bad(
                "bot: Telegram does not accept TELEGRAM_BOT_TOKEN. Take the present token from @BotFather.".to_owned(),
            )];
        }
        Err(error) => return vec![Finding::Bad(format!("bot: {error}. Check that this machine reaches Telegram."))],
    };
    let mut findings = vec![Finding::Good(format!("bot: @{}", own.username))];
    if !own.can_manage_bots {
        findings.push(Finding::Mind(
            "bot: it may not create bots for people, so everyone pastes a token. Open @BotFather's app, choose your bot, turn on Bot Management Mode.".to_owned(),
        ));
    }
    findings.push(match (&settings.telegram.delivery, api.webhook_info().await) {
        (_, Err(error)) => Finding::Bad(format!("webhook: {error}")),
        (Delivery::Polling, Ok(info)) if info.url.is_empty() => Finding::Good("webhook: none, as polling needs".to_owned()),
        (Delivery::Polling, Ok(_)) => {
            Finding::Mind("webhook: one is set and will be removed at start, because updates are polled.".to_owned())
        }
        (Delivery::Webhook { .. }, Ok(info)) => match info.last_error {
            Some(error) => Finding::Mind(format!("webhook: Telegram's last delivery failed: {error}")),
            None => Finding::Good(format!("webhook: {} updates wait", info.pending)),
        },
    });
    findings
}

async fn check_infra(settings: &Settings) -> Vec<Finding> {
    let infra = match InfraApi::new(&infra_settings(settings)) {
        Ok(infra) => infra,
        Err(error) => return vec![Finding::Bad(format!("infra: {error}. Check INFRA_API_URL and INFRA_API_HOST."))],
    };
    if let Err(trouble) = infra.probe().await {
        return vec![Finding::Bad(format!("infra: {trouble}. Check INFRA_API_URL and INFRA_API_HOST."))];
    }
    vec![match infra.survey(Part::First).await {
        Ok(Survey::Page(_)) => Finding::Good("infra: answers, accepts INFRA_API_KEY and tells what it runs".to_owned()),
        Ok(Survey::NotOffered) => Finding::Good(
            "infra: answers. Whether it accepts INFRA_API_KEY shows with the first claw; it does not tell what it runs."
                .to_owned(),
        ),
        Err(Trouble::LockedOut) => {
            Finding::Bad("infra: it does not accept INFRA_API_KEY. Take the present key from whoever runs it.".to_owned())
        }
        Err(trouble) => Finding::Mind(format!("infra: answers, and does not tell what it runs ({trouble})")),
    }]
}
