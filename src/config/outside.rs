//! The settings of what is outside: Telegram and the infra. Whatever would carry a token or a key unencrypted is a fault.

use std::time::Duration;

use url::{Host, Url};

use crate::{
    config::{Delivery, Infra, Reader, Telegram},
    domain::{bot_token::BotToken, secret::Secret},
};

/// Ports api.telegram.org delivers updates to (Bot API, `setWebhook`).
const WEBHOOK_PORTS: [u16; 4] = [443, 80, 88, 8443];

pub(super) fn read_telegram(reader: &mut Reader<'_>, public_url: Option<&Url>) -> Option<Telegram> {
    let token = reader.required_secret("TELEGRAM_BOT_TOKEN", " to the token @BotFather gave");
    let token = token.and_then(|text| {
        let token = BotToken::parse(text.expose());
        if token.is_none() {
            reader.fault("TELEGRAM_BOT_TOKEN", "this is not a bot token; copy the whole line digits:letters from @BotFather");
        }
        token
    });
    let api_url = reader.parsed("TELEGRAM_API_URL", "write https://host, or http:// on this machine only", |text| {
        base_url(text).filter(|url| url.scheme() == "https" || is_loopback(url))
    });
    let mode = reader.parsed("TELEGRAM_MODE", "write auto, polling or webhook", |text| match text {
        "auto" => Some(public_url.is_some_and(|url| url.scheme() == "https")),
        "polling" => Some(false),
        "webhook" => Some(true),
        _ => None,
    });
    let secret = reader.secret("TELEGRAM_WEBHOOK_SECRET");
    let fits = |text: &str| {
        (16..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    if secret.as_ref().is_some_and(|secret| !fits(secret.expose())) {
        reader.fault("TELEGRAM_WEBHOOK_SECRET", "it must be 16 to 256 letters, digits, _ or -");
    }
    let delivery = if mode? { webhook(reader, public_url, api_url.as_ref(), secret)? } else { Delivery::Polling };
    Some(Telegram { token: token?, api_url: without_slash(&api_url?), delivery })
}

fn webhook(
    reader: &mut Reader<'_>,
    public_url: Option<&Url>,
    api_url: Option<&Url>,
    secret: Option<Secret<String>>,
) -> Option<Delivery> {
    let stand_in = api_url.is_some_and(is_loopback);
    let to_telegram = api_url.is_some_and(|api| api.host_str() == Some("api.telegram.org"));
    let fault = match public_url {
        None if reader.text("PUBLIC_URL").is_none() => Some("webhook mode needs it; or set TELEGRAM_MODE=polling"),
        Some(url) if url.scheme() != "https" && !stand_in => Some("webhook mode needs https; or set TELEGRAM_MODE=polling"),
        Some(url) if to_telegram && !url.port_or_known_default().is_some_and(|port| WEBHOOK_PORTS.contains(&port)) => {
            Some("Telegram delivers to ports 443, 80, 88 and 8443 only")
        }
        // One that is given and not readable was told already.
        Some(_) | None => None,
    };
    if let Some(sentence) = fault {
        reader.fault("PUBLIC_URL", sentence);
    }
    if secret.is_none() {
        let how = "webhook mode needs it, the same for every replica; set it, or set TELEGRAM_MODE=polling";
        reader.fault("TELEGRAM_WEBHOOK_SECRET", how);
    }
    Some(Delivery::Webhook { secret: secret? })
}

pub(super) fn read_infra(reader: &mut Reader<'_>) -> Option<Infra> {
    let allow_http = reader.parsed("INFRA_ALLOW_HTTP", "write 0 or 1", |text| match text {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    });
    let how = "write https://host, without a user, a query or a fragment";
    let url = reader.parsed("INFRA_API_URL", how, base_url);
    match &url {
        None if reader.text("INFRA_API_URL").is_none() => {
            reader.fault("INFRA_API_URL", "it is missing; set it to the infra's https:// address");
        }
        Some(url) if url.scheme() == "http" && !is_loopback(url) && allow_http == Some(false) => {
            let how = "http would carry the key and the bots' tokens unencrypted; write https://, or set INFRA_ALLOW_HTTP=1 on a private network";
            reader.fault("INFRA_API_URL", how);
        }
        Some(_) | None => {}
    }
    let host = reader.parsed("INFRA_API_HOST", "write a name such as infra.example.com, without a port", |text| {
        matches!(Host::parse(text), Ok(Host::Domain(_))).then(|| text.to_owned())
    });
    let key = reader.required_secret("INFRA_API_KEY", "");
    if key.as_ref().is_some_and(|key| !key.expose().bytes().all(|b| b.is_ascii_graphic())) {
        reader.fault("INFRA_API_KEY", "it must be one line of letters, digits and signs, without blanks");
    }
    let roots = reader.file("INFRA_CA_FILE");
    if roots.as_ref().is_some_and(|pem| !pem.contains("-----BEGIN CERTIFICATE-----")) {
        reader.fault("INFRA_CA_FILE", "the file holds no certificate in PEM");
    }
    let provision = reader.number("INFRA_PROVISION_TIMEOUT", 1..=3600);
    let deprovision = reader.number("INFRA_DEPROVISION_TIMEOUT", 1..=3600);
    Some(Infra {
        url: without_slash(&url?),
        host,
        key: key?,
        allow_http: allow_http?,
        extra_roots: roots.unwrap_or_default().into_bytes(),
        provision_timeout: Duration::from_secs(provision?.into()),
        deprovision_timeout: Duration::from_secs(deprovision?.into()),
    })
}

/// An http or https URL with a host and without a user, a query or a fragment.
pub(crate) fn base_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    (["http", "https"].contains(&url.scheme()) && url.has_host() && plain).then_some(url)
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(crate) fn without_slash(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}
