//! The infra reached over HTTP with two calls, `POST /provision` and `POST /deprovision`. Whatever happens is an
//! outcome that says whether the call surely did, surely did not, or may have happened. An infra that keeps a list for
//! us is asked for it with `GET /claws`.

mod answer;
mod line;
mod list;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use reqwest::Method;
use serde::Serialize;

use crate::{
    domain::{
        claw::{Call, Capabilities, Outcome, Trouble},
        secret::Secret,
    },
    drivers::{
        claws::{Address, ClawDriver, Leave, Order, Part, Survey},
        http::HttpError,
    },
};
use answer::Answer;
pub(in crate::drivers) use line::{Letter, Line};
pub(in crate::drivers) use list::trouble;

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
    pub(in crate::drivers) line: Line,
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
    #[serde(flatten)]
    besides: Option<Besides<'a>>,
}

/// What our own host agent is told besides.
#[derive(Serialize)]
pub(in crate::drivers) struct Besides<'a> {
    pub generation: u32,
    pub workspace_files: BTreeMap<&'a str, &'a str>,
}

/// The body of `POST /deprovision`.
#[derive(Serialize)]
struct DeprovisionBody<'a> {
    user_id: String,
    claw_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    purge: Option<bool>,
}

impl InfraApi {
    /// Makes the driver; calls nobody yet. [`InfraApiError`] when the settings cannot work or are not safe.
    pub fn new(settings: &InfraApiSettings) -> Result<InfraApi, InfraApiError> {
        Ok(InfraApi {
            line: Line::open(settings)?,
            provision_timeout: settings.provision_timeout,
            deprovision_timeout: settings.deprovision_timeout,
        })
    }

    /// Brings a claw up, with what else the infra shall be told of it.
    pub(in crate::drivers) async fn bring_up(&self, call: &Call, order: &Order, besides: Option<Besides<'_>>) -> Outcome {
        let body = ProvisionBody {
            user_id: order.address.user_id.to_string(),
            claw_id: &order.address.claw_id,
            ai_gateway_key: order.ai_gateway_key.expose(),
            model: &order.model,
            telegram_bot_token: order.bot_token.expose(),
            telegram_allow_from: order.allow_from.iter().map(ToString::to_string).collect(),
            besides,
        };
        match self.post("provision", call, &body, self.provision_timeout).await {
            Ok(answer) => answer.to_provision(&body.user_id, call.maybe_arrived),
            Err(outcome) => outcome,
        }
    }

    /// Takes a claw down; with `purge`, what it knows is erased too.
    pub(in crate::drivers) async fn take_down(&self, call: &Call, address: &Address, purge: Option<bool>) -> Outcome {
        let body = DeprovisionBody { user_id: address.user_id.to_string(), claw_id: &address.claw_id, purge };
        match self.post("deprovision", call, &body, self.deprovision_timeout).await {
            Ok(answer) => answer.to_deprovision(&body.user_id),
            Err(outcome) => outcome,
        }
    }

    /// Sends one call and reads what came back, or the outcome that nothing did.
    async fn post(&self, route: &str, call: &Call, body: &impl Serialize, timeout: Duration) -> Result<Answer, Outcome> {
        let body = serde_json::to_vec(body).expect("strings always make JSON");
        let letter = Letter { key: Some(&call.key), body: Some(body), timeout };
        let came = self.line.send(Method::POST, self.line.url(route), letter).await.map_err(|error| match error {
            HttpError::NotConnected(why) | HttpError::NoClient(why) => Outcome::Unreached(Trouble::NoConnection(why)),
            HttpError::NoAnswer(why) => Outcome::Unclear(Trouble::NoAnswer(why)),
            HttpError::TooLong(most) => Outcome::Unclear(Trouble::BadAnswer(format!("longer than {most} bytes"))),
        })?;
        let body = came.body.map_err(|error| match error {
            HttpError::TooLong(most) => Outcome::Unclear(Trouble::BadAnswer(format!("longer than {most} bytes"))),
            HttpError::NoAnswer(why) | HttpError::NotConnected(why) | HttpError::NoClient(why) => {
                Outcome::Unclear(Trouble::NoAnswer(why))
            }
        })?;
        Ok(Answer::read(came.status, came.retry_after, &body))
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
        self.bring_up(call, order, None).await
    }

    async fn deprovision(&self, call: &Call, address: &Address, _leave: Leave) -> Outcome {
        self.take_down(call, address, None).await
    }

    async fn survey(&self, part: Part<'_>) -> Result<Survey, Trouble> {
        self.list(part).await
    }

    /// Any HTTP answer counts, over a connection whose certificate holds. Our key is not sent.
    async fn probe(&self) -> Result<(), Trouble> {
        match self.line.knock("healthz", PROBE_TIMEOUT).await {
            Ok(()) => Ok(()),
            Err(HttpError::NotConnected(why) | HttpError::NoClient(why)) => Err(Trouble::NoConnection(why)),
            Err(error @ (HttpError::NoAnswer(_) | HttpError::TooLong(_))) => Err(Trouble::NoAnswer(error.to_string())),
        }
    }
}

impl std::fmt::Debug for InfraApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InfraApi").field("host", &self.line.host_str()).finish_non_exhaustive()
    }
}
