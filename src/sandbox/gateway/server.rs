//! The HTTP side of the stand-in for a gateway: its probes, its admin calls, and the state behind both.

use std::{
    collections::BTreeSet,
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::task::AbortOnDropHandle;

use super::{Faults, Place, VERSION, channel, config::Config, rpc};

/// One running gateway. It ends when it is dropped.
pub(super) struct Gateway {
    pub place: Place,
    _tasks: [AbortOnDropHandle<()>; 2],
}

/// What its parts share.
pub(super) struct Inside {
    pub place: Place,
    pub began: Instant,
    state: Mutex<State>,
    /// Counts the changes of the configuration.
    pub changed: watch::Sender<u64>,
}

pub(super) struct State {
    pub config: Config,
    pub channel: Channel,
    pub decided: Decided,
    /// How often it has said that it is not available, and been made stale.
    pub was_unavailable: u32,
    pub was_stale: u32,
    pub input_tokens: u64,
    pub output_tokens: u64,
}

/// How the channel of one bot stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Channel {
    pub account: String,
    pub enabled: bool,
    pub lifecycle: &'static str,
    pub error: Option<String>,
}

/// Devices that were decided about.
#[derive(Default)]
pub(super) struct Decided {
    pub approved: Vec<(String, String, i64)>,
    pub gone: BTreeSet<String>,
}

impl Gateway {
    pub async fn open(place: Place, config: Config, port: u16) -> io::Result<Gateway> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let state = State {
            config,
            channel: Channel::default(),
            decided: Decided::default(),
            was_unavailable: 0,
            was_stale: 0,
            input_tokens: 0,
            output_tokens: 0,
        };
        let inside = Arc::new(Inside {
            place: place.clone(),
            began: Instant::now(),
            state: Mutex::new(state),
            changed: watch::Sender::new(0),
        });
        let routes = Router::new()
            .route("/healthz", get(live))
            .route("/health", get(live))
            .route("/startupz", get(started))
            .route("/readyz", get(ready))
            .route("/ready", get(ready))
            .route("/api/v1/admin/rpc", post(admin))
            .layer(middleware::from_fn_with_state(Arc::clone(&inside), garbage))
            .with_state(Arc::clone(&inside));
        let server = tokio::spawn(async move {
            // Serving ends only when the task is stopped.
            let _ended = axum::serve(listener, routes).await;
        });
        let poller = tokio::spawn(channel::poll(inside));
        Ok(Gateway { place, _tasks: [AbortOnDropHandle::new(server), AbortOnDropHandle::new(poller)] })
    }
}

impl Inside {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn faults(&self) -> Faults {
        Faults::read(&self.place.home)
    }

    pub fn has_started(&self) -> bool {
        let faults = self.faults();
        !faults.never_ready && self.began.elapsed() >= Duration::from_millis(faults.boot_ms)
    }

    fn uptime_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// In place of any answer, a page: as when another program has the port.
async fn garbage(Shared(inside): Shared<Arc<Inside>>, request: axum::extract::Request, next: Next) -> Response {
    if inside.faults().garbage {
        return Html("<!doctype html><title>Welcome</title>").into_response();
    }
    next.run(request).await
}

async fn live() -> Json<Value> {
    Json(json!({ "ok": true, "status": "live" }))
}

async fn started(Shared(inside): Shared<Arc<Inside>>) -> Response {
    let uptime = inside.uptime_ms();
    if inside.has_started() {
        return Json(json!({ "ok": true, "status": "started", "version": VERSION, "uptimeMs": uptime })).into_response();
    }
    let pending = "startup-sidecars";
    let body = json!({ "ok": false, "status": "starting", "version": VERSION, "uptimeMs": uptime, "pendingReason": pending });
    (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
}

async fn ready(Shared(inside): Shared<Arc<Inside>>) -> Response {
    let failing: &[&str] = if !inside.has_started() {
        &["startup-sidecars"]
    } else if inside.state().channel.lifecycle == channel::BLOCKED {
        &["telegram"]
    } else {
        &[]
    };
    let status = if failing.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({ "ready": failing.is_empty(), "failing": failing, "uptimeMs": inside.uptime_ms() });
    (status, Json(body)).into_response()
}

async fn admin(Shared(inside): Shared<Arc<Inside>>, headers: HeaderMap, body: Bytes) -> Response {
    let key = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if key != Some(inside.place.token.as_str()) {
        let error = json!({ "error": { "message": "Unauthorized", "type": "unauthorized" } });
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    if !inside.has_started() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let call: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (status, body) = match rpc::answer(&inside, &call) {
        Ok(payload) => (200, json!({ "id": call["id"], "ok": true, "payload": payload })),
        Err(fault) => (fault.status, json!({ "id": call["id"], "ok": false, "error": fault.error })),
    };
    (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(body)).into_response()
}
