//! The infra reached over HTTP with two calls, `POST /provision` and `POST /deprovision`. Whatever happens is an
//! outcome that says whether the call surely did, surely did not, or may have happened. An infra that keeps a list for
//! us is asked for it with `GET /claws`.

mod answer;
mod list;

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{
    Client, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, RETRY_AFTER},
};
use serde::Serialize;

use crate::{
    domain::{
        claw::{Call, Capabilities, Outcome, Trouble},
        secret::Secret,
    },
    drivers::{
        claws::{Address, ClawDriver, Order, Part, Survey},
        http::{self, Detour, HttpError, Plan},
    },
};
use answer::Answer;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// How long the doctor waits.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// Where the infra is and how to be let in.
#[derive(Clone, Debug)]
pub struct InfraApiSettings {
    /// The base of both calls: `https://infra.example.com` or, with `host`, `https://203.0.113.7:8443`.
    pub url: String,
    /// The name the infra answers to. Connections go to the URL's host; the certificate must be for this name, and it is
    /// sent as server name and `Host`.
    pub host: Option<String>,
    pub key: Secret<String>,
    /// Lets the key and bot tokens travel unencrypted to somewhere that is not this machine.
    pub allow_http: bool,
    /// Certificates in PEM to trust besides those of the machine; may be empty.
    pub extra_roots: Vec<u8>,
    pub connect_timeout: Duration,
    /// For a whole call, answer included.
    pub provision_timeout: Duration,
    pub deprovision_timeout: Duration,
}

impl InfraApiSettings {
    /// Settings with the usual timeouts: 10 s to connect, 120 s to provision, 60 s to deprovision.
    pub fn new(url: &str, key: Secret<String>) -> InfraApiSettings {
        InfraApiSettings {
            url: url.to_owned(),
            host: None,
            key,
            allow_http: false,
            extra_roots: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            provision_timeout: Duration::from_secs(120),
            deprovision_timeout: Duration::from_secs(60),
        }
    }
}

/// Why there is no driver with these settings. Holds no secret and no URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InfraApiError {
    #[error("the URL of the infra must be http:// or https:// with a host, without a user, a query or a fragment")]
    BadUrl,
    #[error("the URL of the infra must be https://: the key and the bots' tokens would travel unencrypted")]
    Unencrypted,
    #[error("the host of the infra must be a name such as infra.example.com, without a port")]
    BadHost,
    #[error("the key of the infra must be printable ASCII")]
    BadKey,
    #[error(transparent)]
    Http(#[from] HttpError),
}

/// The driver `infra_api`.
pub struct InfraApi {
    client: Client,
    base: Url,
    host: Option<HeaderValue>,
    bearer: HeaderValue,
    provision_timeout: Duration,
    deprovision_timeout: Duration,
}

/// The body of `POST /provision`, in this order.
#[derive(Serialize)]
struct ProvisionBody<'a> {
    user_id: String,
    claw_id: &'a str,
    ai_gateway_key: &'a str,
    model: &'a str,
    telegram_bot_token: &'a str,
    telegram_allow_from: Vec<String>,
}

/// The body of `POST /deprovision`.
#[derive(Serialize)]
struct DeprovisionBody<'a> {
    user_id: String,
    claw_id: &'a str,
}

impl InfraApi {
    /// Makes the driver; calls nobody yet. [`InfraApiError`] when the settings cannot work or are not safe.
    pub fn new(settings: &InfraApiSettings) -> Result<InfraApi, InfraApiError> {
        let mut base = Url::parse(&settings.url).map_err(|_| InfraApiError::BadUrl)?;
        let at = base.host_str().map(|host| host.trim_matches(['[', ']']).to_owned()).ok_or(InfraApiError::BadUrl)?;
        let clean =
            base.username().is_empty() && base.password().is_none() && base.query().is_none() && base.fragment().is_none();
        if !clean || !["http", "https"].contains(&base.scheme()) {
            return Err(InfraApiError::BadUrl);
        }
        if base.scheme() == "http" && !settings.allow_http && !is_loopback(&at) {
            return Err(InfraApiError::Unencrypted);
        }
        let mut detour = None;
        if let Some(name) = &settings.host {
            if !is_name(name) {
                return Err(InfraApiError::BadHost);
            }
            if base.scheme() == "https" {
                base.set_host(Some(name)).map_err(|_| InfraApiError::BadHost)?;
                detour = Some(Detour { name: name.clone(), at });
            }
        }
        let host = settings.host.as_deref().map(HeaderValue::from_str).transpose().map_err(|_| InfraApiError::BadHost)?;
        let mut bearer =
            HeaderValue::from_str(&format!("Bearer {}", settings.key.expose())).map_err(|_| InfraApiError::BadKey)?;
        bearer.set_sensitive(true);
        let client = http::client(&Plan {
            connect_timeout: settings.connect_timeout,
            extra_roots: settings.extra_roots.clone(),
            detour,
            fresh_connections: true,
        })?;
        Ok(InfraApi {
            client,
            base,
            host,
            bearer,
            provision_timeout: settings.provision_timeout,
            deprovision_timeout: settings.deprovision_timeout,
        })
    }

    fn url(&self, route: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{route}", self.base.path().trim_end_matches('/')));
        url
    }

    /// Sends one call and reads what came back, or the outcome that nothing did.
    async fn post(&self, route: &str, call: &Call, body: &impl Serialize, timeout: Duration) -> Result<Answer, Outcome> {
        let body = serde_json::to_vec(body).expect("strings always make JSON");
        let mut request = self
            .client
            .post(self.url(route))
            .timeout(timeout)
            .header(AUTHORIZATION, self.bearer.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(IDEMPOTENCY_KEY, &call.key)
            .body(body);
        if let Some(host) = &self.host {
            request = request.header(HOST, host.clone());
        }
        let response = request.send().await.map_err(|error| match http::sort(error) {
            HttpError::NotConnected(why) | HttpError::NoClient(why) => Outcome::Unreached(Trouble::NoConnection(why)),
            HttpError::NoAnswer(why) => Outcome::Unclear(Trouble::NoAnswer(why)),
            HttpError::TooLong(most) => Outcome::Unclear(Trouble::BadAnswer(format!("longer than {most} bytes"))),
        })?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = match http::read_limited(response, http::MOST_BYTES).await {
            Ok(body) => body,
            // The status of an error says enough; a success we cannot read is none.
            Err(_) if !(200..300).contains(&status) => Vec::new(),
            Err(HttpError::TooLong(most)) => {
                return Err(Outcome::Unclear(Trouble::BadAnswer(format!("longer than {most} bytes"))));
            }
            Err(HttpError::NoAnswer(why) | HttpError::NotConnected(why) | HttpError::NoClient(why)) => {
                return Err(Outcome::Unclear(Trouble::NoAnswer(why)));
            }
        };
        Ok(Answer::read(status, retry_after.map(Duration::from_secs), &body))
    }
}

#[async_trait]
impl ClawDriver for InfraApi {
    fn name(&self) -> &'static str {
        "infra_api"
    }

    /// Two calls are all there is: a change means down and up again.
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    async fn provision(&self, call: &Call, order: &Order) -> Outcome {
        let body = ProvisionBody {
            user_id: order.address.user_id.to_string(),
            claw_id: &order.address.claw_id,
            ai_gateway_key: order.ai_gateway_key.expose(),
            model: &order.model,
            telegram_bot_token: order.bot_token.expose(),
            telegram_allow_from: order.allow_from.iter().map(ToString::to_string).collect(),
        };
        match self.post("provision", call, &body, self.provision_timeout).await {
            Ok(answer) => answer.to_provision(&body.user_id, call.maybe_arrived),
            Err(outcome) => outcome,
        }
    }

    async fn deprovision(&self, call: &Call, address: &Address) -> Outcome {
        let body = DeprovisionBody { user_id: address.user_id.to_string(), claw_id: &address.claw_id };
        match self.post("deprovision", call, &body, self.deprovision_timeout).await {
            Ok(answer) => answer.to_deprovision(&body.user_id),
            Err(outcome) => outcome,
        }
    }

    async fn look(&self, _address: &Address) -> Outcome {
        Outcome::Unclear(Trouble::BadAnswer("this infra cannot be asked how a claw is".into()))
    }

    async fn survey(&self, part: Part<'_>) -> Result<Survey, Trouble> {
        self.list(part).await
    }

    /// Any HTTP answer counts, over a connection whose certificate holds. Our key is not sent.
    async fn probe(&self) -> Result<(), Trouble> {
        let mut request = self.client.get(self.url("healthz")).timeout(PROBE_TIMEOUT);
        if let Some(host) = &self.host {
            request = request.header(HOST, host.clone());
        }
        match request.send().await.map_err(http::sort) {
            Ok(_) => Ok(()),
            Err(HttpError::NotConnected(why) | HttpError::NoClient(why)) => Err(Trouble::NoConnection(why)),
            Err(error @ (HttpError::NoAnswer(_) | HttpError::TooLong(_))) => Err(Trouble::NoAnswer(error.to_string())),
        }
    }
}

impl std::fmt::Debug for InfraApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InfraApi").field("host", &self.base.host_str()).finish_non_exhaustive()
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A DNS name and nothing else: an address would be connected to directly, past the detour.
fn is_name(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
        && !text.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
}
