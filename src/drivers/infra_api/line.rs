//! The line to an infra: where it is, the name it answers to and the key that lets us in. Every driver that speaks HTTP
//! to an infra sends over one of these, so that none of them decides for itself what is safe.

use std::time::Duration;

use reqwest::{
    Client, Method, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, RETRY_AFTER},
};

use super::{InfraApiError, InfraApiSettings};
use crate::drivers::http::{self, Detour, HttpError, Plan};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// An open line. Clones share it.
#[derive(Clone)]
pub(in crate::drivers) struct Line {
    client: Client,
    base: Url,
    host: Option<HeaderValue>,
    bearer: HeaderValue,
}

/// One call to send.
pub(in crate::drivers) struct Letter<'a> {
    /// The name under which it may be repeated.
    pub key: Option<&'a str>,
    /// JSON.
    pub body: Option<Vec<u8>>,
    /// For the whole call, answer included.
    pub timeout: Duration,
}

/// What came back.
pub(in crate::drivers) struct Came {
    pub status: u16,
    pub retry_after: Option<Duration>,
    /// Empty for an error whose body did not come whole: its status says enough. A success we cannot read is none.
    pub body: Result<Vec<u8>, HttpError>,
}

impl Line {
    /// Calls nobody yet. [`InfraApiError`] when the settings cannot work or are not safe.
    pub fn open(settings: &InfraApiSettings) -> Result<Line, InfraApiError> {
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
        Ok(Line { client, base, host, bearer })
    }

    /// The address of a route: `claws/a/b`. Its parts are names of ours or checked ones, so nothing in them is escaped.
    pub fn url(&self, route: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{route}", self.base.path().trim_end_matches('/')));
        url
    }

    pub fn host_str(&self) -> Option<&str> {
        self.base.host_str()
    }

    /// Sends one call and reads what came back.
    pub async fn send(&self, method: Method, url: Url, letter: Letter<'_>) -> Result<Came, HttpError> {
        let mut request = self.client.request(method, url).timeout(letter.timeout).header(AUTHORIZATION, self.bearer.clone());
        if let Some(body) = letter.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        if let Some(key) = letter.key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        if let Some(host) = &self.host {
            request = request.header(HOST, host.clone());
        }
        let response = request.send().await.map_err(http::sort)?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = match http::read_limited(response, http::MOST_BYTES).await {
            Err(_) if !(200..300).contains(&status) => Ok(Vec::new()),
            read => read,
        };
        Ok(Came { status, retry_after: retry_after.map(Duration::from_secs), body })
    }

    /// Whether anybody answers there. Our key is not sent.
    pub async fn knock(&self, route: &str, timeout: Duration) -> Result<(), HttpError> {
        let mut request = self.client.get(self.url(route)).timeout(timeout);
        if let Some(host) = &self.host {
            request = request.header(HOST, host.clone());
        }
        request.send().await.map(drop).map_err(http::sort)
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
