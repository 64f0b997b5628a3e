//! The stand-in's two calls over HTTP: who may call, what is read of a body, which fault strikes, what is written down.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{AUTHORIZATION, HOST, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use tokio::time::{Instant, sleep};

use crate::sandbox::infra::{
    Shared,
    faults::{Fault, Strike},
    host::{Reply, Tending, Unwanted, Wanted},
    journal::{Entry, fingerprint},
    line::Switch,
    list, node,
};

const MOST_BYTES: usize = 64 * 1024;
/// How much of a longer body is still read, so that its caller gets to hear why it is refused.
const MOST_READ: usize = 4 * 1024 * 1024;
/// How often a waiting call looks whether its claw is ready.
const LOOK: Duration = Duration::from_millis(10);

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/provision", post(provision))
        .route("/deprovision", post(deprovision))
        .route("/claws", get(list::list))
        .route("/healthz", get(async || Json(json!({ "ok": true }))))
        .merge(node::routes())
        .fallback(async || (StatusCode::NOT_FOUND, Json(json!({ "detail": "Not Found" }))))
        .with_state(shared)
}

async fn provision(State(shared): State<Arc<Shared>>, ConnectInfo(switch): ConnectInfo<Switch>, request: Request) -> Response {
    serve(shared, switch, request, "provision").await
}

async fn deprovision(State(shared): State<Arc<Shared>>, ConnectInfo(switch): ConnectInfo<Switch>, request: Request) -> Response {
    serve(shared, switch, request, "deprovision").await
}

/// One call from the door to the journal.
pub(super) async fn serve(shared: Arc<Shared>, switch: Switch, request: Request, route: &'static str) -> Response {
    let (head, body) = request.into_parts();
    let key = head.headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut entry = Entry { at: shared.now(), route, idempotency_key: key.clone(), ..Entry::default() };
    if let Err(reply) = may_enter(&shared, &head.headers) {
        return finish(&shared, entry, &reply, None);
    }
    let body = to_bytes(body, MOST_READ).await.ok().filter(|body| body.len() <= MOST_BYTES);
    let Some(body) = body else {
        return finish(&shared, entry, &Reply::error(413, "too_large"), None);
    };
    describe(&mut entry, &body);

    let (slow, fault) = shared.with(|state, _| {
        if !state.faults.slow.is_zero() {
            state.faults.count(Fault::Slow);
        }
        (state.faults.slow, state.faults.draw())
    });
    sleep(slow).await;
    let fault = match fault {
        Some(Strike { fault: Fault::Hung, .. }) => {
            entry.fault = Some(Fault::Hung);
            shared.with(|state, _| state.journal.push(entry));
            shared.stopped().await;
            switch.cut();
            return ().into_response();
        }
        Some(Strike { fault: Fault::Failed, status, code }) => {
            return finish(&shared, entry, &Reply::error(status, code), Some(Fault::Failed));
        }
        Some(Strike { fault, .. }) => Some(fault),
        None => None,
    };

    let reply = act(&shared, route, key.as_deref(), &body).await;
    let answer = finish(&shared, entry, &reply, fault);
    match fault {
        Some(Fault::Lost) => {
            switch.cut();
            answer
        }
        Some(Fault::Silent) => {
            shared.stopped().await;
            switch.cut();
            answer
        }
        Some(Fault::Garbled) => (StatusCode::OK, "<html><body>It works!</body></html>").into_response(),
        Some(Fault::Bloated) => (StatusCode::OK, Body::from(vec![b' '; 10 * 1024 * 1024])).into_response(),
        Some(Fault::Slow | Fault::Failed | Fault::Hung) | None => answer,
    }
}

/// 421 for a wrong name, 401 for a wrong key.
pub(super) fn may_enter(shared: &Shared, headers: &HeaderMap) -> Result<(), Reply> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Some(host) = shared.with(|state, _| state.host.rules.host.clone()) {
        let said = text(HOST);
        let said = said.rsplit_once(':').map_or(said, |(name, _)| name);
        if !said.eq_ignore_ascii_case(&host) {
            return Err(Reply::error(421, "wrong_host"));
        }
    }
    let expected = format!("Bearer {}", shared.key.expose());
    if bool::from(expected.as_bytes().ct_eq(text(AUTHORIZATION).as_bytes())) {
        Ok(())
    } else {
        Err(Reply::error(401, "unauthorized"))
    }
}

/// Does what the call asks, or gives the kept answer, and waits a while for the claw to be ready.
async fn act(shared: &Shared, route: &'static str, key: Option<&str>, body: &[u8]) -> Reply {
    let reply = shared.with(|state, now| {
        if let Some(reply) = key.and_then(|key| state.host.replay(key, body)) {
            return reply;
        }
        let invalid = |_| Reply::error(400, "invalid");
        match route {
            "provision" => serde_json::from_slice::<Wanted>(body).map_or_else(invalid, |it| state.host.provision(&it, now)),
            "deprovision" => serde_json::from_slice::<Unwanted>(body).map_or_else(invalid, |it| state.host.deprovision(&it, now)),
            _ => serde_json::from_slice::<Tending>(body).map_or_else(invalid, |it| {
                let name = (it.user_id, it.claw_id);
                state.host.tend(route, &name, &it.subject, key.unwrap_or_default(), now)
            }),
        }
    });
    let reply = if reply.status == 202 && route == "provision" { wait_ready(shared, body, reply).await } else { reply };
    if let Some(key) = key {
        shared.with(|state, now| state.host.keep(key, body, &reply, now));
    }
    reply
}

async fn wait_ready(shared: &Shared, body: &[u8], mut reply: Reply) -> Reply {
    let Ok(wanted) = serde_json::from_slice::<Unwanted>(body) else { return reply };
    let name = (wanted.user_id, wanted.claw_id);
    let until = Instant::now() + shared.with(|state, _| state.host.rules.wait);
    while reply.status == 202 && Instant::now() < until {
        sleep(LOOK).await;
        reply = shared.with(|state, _| state.host.describe(&name, reply.effect));
    }
    reply
}

/// What the journal may know of a body.
fn describe(entry: &mut Entry, body: &[u8]) {
    let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(body) else { return };
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    entry.user_id = text("user_id").unwrap_or_default().to_owned();
    entry.claw_id = text("claw_id").unwrap_or_default().to_owned();
    entry.token = text("telegram_bot_token").map(fingerprint);
    entry.ai_gateway_key = text("ai_gateway_key").map(fingerprint);
    entry.model = text("model").map(str::to_owned);
    let listed = fields.get("telegram_allow_from").and_then(Value::as_array).into_iter().flatten();
    entry.allow_from = listed.filter_map(|id| id.as_str().map(str::to_owned)).collect();
    entry.fields = fields.keys().cloned().collect();
}

/// Writes the call down and makes its answer.
fn finish(shared: &Shared, mut entry: Entry, reply: &Reply, fault: Option<Fault>) -> Response {
    entry.effect = reply.effect;
    entry.fault = fault;
    entry.status = match fault {
        Some(Fault::Lost | Fault::Silent) => None,
        Some(Fault::Garbled | Fault::Bloated) => Some(200),
        Some(Fault::Slow | Fault::Failed | Fault::Hung) | None => Some(reply.status),
    };
    shared.with(|state, _| state.journal.push(entry));
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = (status, Json(&reply.body)).into_response();
    if let Some(seconds) = reply.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}
