//! Who is let in: the right Host, then the right key. Whatever comes without is told nothing, not even what is there.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use serde::de::DeserializeOwned;

use super::{Shared, problem::Problem, runtime_api};

/// The largest body that is read.
const LARGEST_BODY: usize = 64 * 1024;
/// How long a body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(10);
/// The longest name of an operation.
const LONGEST_KEY: usize = 255;
/// What is answered without a key.
const OPEN: [&str; 3] = ["/healthz", "/readyz", "/openapi.json"];

pub(super) async fn let_in(State(node): State<Shared>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let of_claw = path.strip_prefix("/r/").map(|rest| rest.split('/').next().unwrap_or_default().to_owned());
    let refused = |problem: Problem| match of_claw {
        Some(_) => runtime_api::envelope(&problem),
        None => problem.into_response(),
    };
    if let Some(ours) = &node.settings.host
        && !OPEN.contains(&path)
        && host(&request).is_none_or(|asked| asked != *ours)
    {
        return refused(Problem::new(StatusCode::MISDIRECTED_REQUEST, "wrong_host", "this node has another name"));
    }
    if !OPEN.contains(&path) {
        let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        let by_key = bearer.is_some_and(|given| node.is_key(given));
        let by_token = of_claw.as_ref().is_some_and(|slug| runtime_api::opens(&node, slug, request.headers(), bearer));
        if !by_key && !by_token {
            return refused(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "the key is missing or wrong"));
        }
    }
    next.run(request).await
}

/// The name a request is for, without its port, in small letters.
fn host(request: &Request) -> Option<String> {
    let text = match request.headers().get(header::HOST) {
        Some(value) => value.to_str().ok()?,
        None => request.uri().authority()?.as_str(),
    };
    let name = text.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(text, |(name, _)| name);
    Some(name.to_ascii_lowercase())
}

/// The name a caller gives an operation, so that it takes effect once.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    match headers.get("idempotency-key").map(|key| key.to_str().map(str::trim)) {
        None => Ok(None),
        Some(Ok(key)) if (1..=LONGEST_KEY).contains(&key.len()) => Ok(Some(key)),
        Some(_) => Err(Problem::invalid("Idempotency-Key must be 1 to 255 characters")),
    }
}

/// A whole body, if it is not too large and does not take too long.
pub(super) async fn read(body: Body) -> Result<Bytes, Problem> {
    match tokio::time::timeout(BODY_PATIENCE, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => {
            let mut cause: &dyn std::error::Error = &error;
            while let Some(inner) = cause.source() {
                cause = inner;
            }
            if cause.to_string().contains("limit") {
                return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "a body may have 64 KiB"));
            }
            Err(Problem::invalid("the body broke off"))
        }
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body took too long to arrive")),
    }
}

/// A body of JSON. What is wrong with it is told without quoting it: it may hold secrets.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Syntax | serde_json::error::Category::Eof => "the body is not JSON",
            serde_json::error::Category::Data => "a field is missing, unknown or of the wrong kind",
            serde_json::error::Category::Io => "the body cannot be read",
        };
        Problem::invalid(format!("{what} (line {}, column {})", error.line(), error.column()))
    })
}
