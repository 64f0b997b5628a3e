//! Refusals as `application/problem+json`, each with a code a program can go by; `ok` and `error` are what callers of the
//! original API look for. Nothing of the inside is told: what went wrong there is in the log.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::node::{
    openclaw::OpenClawError,
    store::StoreError,
    wishes::{Refused, Undecided},
};

/// A refusal.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    /// Seconds.
    retry_after: Option<u32>,
    /// Told beside it.
    more: Option<(&'static str, Value)>,
}

/// What a handler answers.
pub(super) type Answer = Result<Response, Problem>;

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        Problem { status, code, detail: detail.into(), retry_after: None, more: None }
    }

    pub(super) fn invalid(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "invalid", detail)
    }

    pub(super) fn after(self, seconds: u32) -> Problem {
        Problem { retry_after: Some(seconds), ..self }
    }

    pub(super) fn with(self, name: &'static str, value: Value) -> Problem {
        Problem { more: Some((name, value)), ..self }
    }

    /// Its status and code, and its words.
    pub(super) fn parts(&self) -> (StatusCode, &'static str, &str) {
        (self.status, self.code, &self.detail)
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Problem {
        let words = refused.to_string();
        let say = |status, code| Problem::new(status, code, words);
        match refused {
            Refused::Invalid(_) => say(StatusCode::BAD_REQUEST, "invalid"),
            Refused::TokenInUse => say(StatusCode::CONFLICT, "token_in_use"),
            Refused::Deleting => say(StatusCode::CONFLICT, "deleting").after(5),
            Refused::InTrash => say(StatusCode::CONFLICT, "in_trash"),
            Refused::Suspended => say(StatusCode::CONFLICT, "suspended"),
            Refused::NotRunning => say(StatusCode::CONFLICT, "not_running"),
            Refused::StaleGeneration => say(StatusCode::CONFLICT, "stale_generation"),
            Refused::Superseded => say(StatusCode::CONFLICT, "superseded"),
            Refused::NoCapacity => say(StatusCode::INSUFFICIENT_STORAGE, "no_capacity"),
            Refused::ModelNotAllowed => say(StatusCode::UNPROCESSABLE_ENTITY, "model_not_allowed"),
            Refused::KeyReused => say(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused"),
            Refused::NoSuchClaw => say(StatusCode::NOT_FOUND, "no_such_claw"),
            Refused::NoSuchBackup => say(StatusCode::NOT_FOUND, "no_such_backup"),
            Refused::Busy => say(StatusCode::CONFLICT, "busy").after(5),
            Refused::DiskFull => say(StatusCode::INSUFFICIENT_STORAGE, "disk_full").after(60),
            Refused::Draining => say(StatusCode::SERVICE_UNAVAILABLE, "draining").after(10),
            Refused::Internal(error) => internal(&error),
        }
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Problem {
        internal(&error)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        Refused::from(error).into()
    }
}

impl From<Undecided> for Problem {
    fn from(undecided: Undecided) -> Problem {
        match undecided {
            Undecided::Refused(refused) => refused.into(),
            Undecided::Gateway(error) => error.into(),
            Undecided::NoSuchRequest => Problem::new(StatusCode::NOT_FOUND, "no_such_request", undecided.to_string()),
        }
    }
}

impl From<OpenClawError> for Problem {
    fn from(error: OpenClawError) -> Problem {
        match error {
            OpenClawError::Unavailable(_) => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "claw_unavailable", "the claw cannot answer now").after(5)
            }
            OpenClawError::Refused(_) | OpenClawError::ConfigInvalid(_) | OpenClawError::Broken(_) => {
                tracing::warn!(%error, "a claw's gateway did not do what it was asked");
                Problem::new(StatusCode::BAD_GATEWAY, "claw_refused", "the claw did not do it")
            }
        }
    }
}

fn internal(error: &anyhow::Error) -> Problem {
    tracing::error!("a call failed inside: {error:#}");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong inside; the node's log says what")
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Problem"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
            "ok": false,
            "error": self.code,
        });
        if let Some((name, value)) = self.more {
            body[name] = value;
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

pub(super) async fn no_such_place() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no_such_place", "there is nothing here")
}

pub(super) async fn no_such_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "no_such_method", "not this method")
}
