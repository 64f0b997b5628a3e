//! What a clawnode is asked beyond the two calls and the list. Whatever changes something goes the way of those calls: the
//! same door, the same faults, the same journal.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Path, Query, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::sandbox::infra::{
    Shared, State as World,
    line::Switch,
    routes::{may_enter, serve},
    tended::{VERSION, rfc3339},
};

type Here = State<Arc<Shared>>;
type At = Path<(String, String)>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/claws/{user}/{claw}",
            get(async |shared: Here, path: At, headers: HeaderMap| look(shared, path, headers, "claw")),
        )
        .route(
            "/claws/{user}/{claw}/devices",
            get(async |shared: Here, path: At, headers: HeaderMap| look(shared, path, headers, "devices")),
        )
        .route(
            "/claws/{user}/{claw}/backups",
            get(async |shared: Here, path: At, headers: HeaderMap| look(shared, path, headers, "backups")).post(tend),
        )
        .route(
            "/claws/{user}/{claw}/logs",
            get(async |shared: Here, path: At, headers: HeaderMap| look(shared, path, headers, "logs")),
        )
        .route(
            "/claws/{user}/{claw}/usage",
            get(async |shared: Here, path: At, headers: HeaderMap| look(shared, path, headers, "usage")),
        )
        .route("/claws/{user}/{claw}/{what}", post(tend))
        .route("/claws/{user}/{claw}/devices/{request}/{what}", post(tend))
        .route("/capacity", get(capacity))
        .route("/events", get(events))
}

/// Who may ask, and whether it answers at all.
fn door(shared: &Shared, headers: &HeaderMap) -> Option<Response> {
    let (clawnode, deaf) = shared.with(|state, _| (state.host.rules.clawnode, state.host.rules.deaf));
    if !clawnode {
        return Some((StatusCode::NOT_FOUND, Json(json!({ "detail": "Not Found" }))).into_response());
    }
    if let Some(status) = deaf {
        return Some(problem(status, "made_to_fail"));
    }
    may_enter(shared, headers).err().map(|reply| problem(reply.status, "unauthorized"))
}

fn problem(status: u16, code: &str) -> Response {
    let body = json!({ "type": "about:blank", "status": status, "code": code, "ok": false });
    (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(body)).into_response()
}

fn look(
    State(shared): State<Arc<Shared>>,
    Path((user, claw)): Path<(String, String)>,
    headers: HeaderMap,
    what: &str,
) -> Response {
    if let Some(turned_away) = door(&shared, &headers) {
        return turned_away;
    }
    let told = shared.with(|state: &mut World, _| {
        let claw = state.host.claws.get(&(user, claw))?;
        let tended = &claw.tended;
        let device = |it: &crate::sandbox::infra::tended::Device, id: &str, at: &str| {
            json!({ id: it.id, "name": it.name, "platform": it.platform, "role": "operator", at: rfc3339(it.at) })
        };
        Some(match what {
            "devices" => json!({
                "ok": true,
                "pending": tended.asking.iter().map(|it| device(it, "request_id", "requested_at")).collect::<Vec<_>>(),
                "paired": tended.paired.iter().map(|it| device(it, "device_id", "paired_at")).collect::<Vec<_>>(),
            }),
            "backups" => json!({ "ok": true, "backups": tended.backups() }),
            "logs" => json!({ "ok": true, "lines": tended.lines }),
            "usage" => {
                json!({ "ok": true, "input_tokens": 12_345, "output_tokens": 678, "cost_usd": 0.1234, "refreshing": false })
            }
            _ => json!({ "ok": true, "claw": claw.told() }),
        })
    });
    told.map_or_else(|| problem(404, "no_such_claw"), |told| Json(told).into_response())
}

/// Everything that is asked of a claw that runs: what the path says is put into the body, and then it is a call as any.
async fn tend(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    Path(path): Path<HashMap<String, String>>,
    request: Request,
) -> Response {
    let part = |name: &str| path.get(name).cloned().unwrap_or_default();
    let known = ["restart", "suspend", "restore", "backups", "approve", "reject"];
    let last = path.get("what").cloned().unwrap_or_else(|| "backups".to_owned());
    let Some(route) = known.into_iter().find(|it| *it == last).filter(|_| shared.with(|state, _| state.host.rules.clawnode))
    else {
        return (StatusCode::NOT_FOUND, Json(json!({ "detail": "Not Found" }))).into_response();
    };
    let (head, body) = request.into_parts();
    let sent: Value =
        to_bytes(body, 64 * 1024).await.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let subject = sent.get("backup_id").and_then(Value::as_str).map_or_else(|| part("request"), str::to_owned);
    let whole = json!({ "user_id": part("user"), "claw_id": part("claw"), "subject": subject });
    serve(shared, switch, Request::from_parts(head, Body::from(whole.to_string())), route).await
}

async fn capacity(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if let Some(turned_away) = door(&shared, &headers) {
        return turned_away;
    }
    let (running, most) = shared.with(|state, _| (state.host.claws.len(), state.host.rules.capacity));
    Json(json!({
        "node": "sandbox", "version": env!("CARGO_PKG_VERSION"), "draining": false,
        "memory_mb": { "total": 16_384, "reserved": running * 1024, "available": 16_384 - running * 1024 },
        "disk_mb": { "total": 102_400, "free": 51_200 },
        "claws": { "running": running, "max": most.unwrap_or(15) }, "runtimes": ["sandbox"], "openclaw_versions": [VERSION],
    }))
    .into_response()
}

/// Never waits: whoever asks again a second later loses nothing here.
async fn events(State(shared): State<Arc<Shared>>, Query(asked): Query<HashMap<String, String>>, headers: HeaderMap) -> Response {
    if let Some(turned_away) = door(&shared, &headers) {
        return turned_away;
    }
    let number = |name: &str| asked.get(name).and_then(|text| text.parse::<i64>().ok());
    let (after, limit) = (number("after").unwrap_or(0), number("limit").unwrap_or(100).clamp(1, 1000));
    match shared.with(|state, _| state.host.feed.after(after, limit as usize)) {
        Ok(page) => Json(page).into_response(),
        Err(first) => (StatusCode::GONE, Json(json!({ "code": "gone", "first": first, "status": 410 }))).into_response(),
    }
}
