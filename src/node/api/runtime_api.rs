//! The runtime API of one claw, for control planes that speak to claws one by one: below `/r/{slug}/v1`, behind a token
//! that opens this claw alone, in the envelope `{ok, data | error}`.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{MethodRouter, get, post},
};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use super::{
    Shared,
    inside::{decide, running},
    openapi::{Lock, Operation},
    problem::Problem,
    shape::{answer, find, instant},
};
use crate::node::{
    claw::{State as ClawState, state},
    host::Node,
    openclaw::Devices,
    store::BackupState,
    wishes::{self, Act, Answer},
};

/// The headers a claw's token may come in, besides as a bearer.
const TOKEN_HEADERS: [&str; 2] = ["x-service-token", "x-openagents-service-token"];

/// Whether the token of a request is this claw's. A bearer counts before the other headers.
pub(super) fn opens(node: &Node, slug: &str, headers: &HeaderMap, bearer: Option<&[u8]>) -> bool {
    let named = TOKEN_HEADERS.iter().find_map(|name| headers.get(*name)).map(axum::http::HeaderValue::as_bytes);
    let Some(given) = bearer.or(named) else { return false };
    node.service_token(slug).as_bytes().ct_eq(given).into()
}

/// A refusal in the envelope.
pub(super) fn envelope(problem: &Problem) -> Response {
    let (status, code, message) = problem.parts();
    answer(status, &json!({ "ok": false, "error": { "code": code, "message": message, "details": null } }))
}

pub(super) fn operations() -> Vec<(Operation, MethodRouter<Shared>)> {
    let status_of = Operation {
        method: "GET",
        path: "/r/{slug}/v1/status",
        name: "runtimeStatus",
        summary: "How the claw's gateway is.",
        lock: Lock::ServiceToken,
        body: None,
        query: &[],
        good: &[(200, "RuntimeData")],
        bad: &[],
    };
    let restart_it = Operation {
        method: "POST",
        path: "/r/{slug}/v1/gateway/restart",
        name: "runtimeRestart",
        summary: "Starts the claw's gateway anew.",
        bad: &[409, 503, 507],
        ..status_of
    };
    let back_it_up =
        Operation { path: "/r/{slug}/v1/storage/backup", name: "runtimeBackup", summary: "Begins a backup.", ..restart_it };
    let devices_of = Operation {
        path: "/r/{slug}/v1/devices",
        name: "runtimeDevices",
        summary: "The claw's devices, and those that ask.",
        bad: &[502, 503],
        ..status_of
    };
    let let_one_in = Operation {
        path: "/r/{slug}/v1/devices/{request_id}/approve",
        name: "runtimeApprove",
        summary: "Lets a device in.",
        bad: &[400, 502, 503],
        ..restart_it
    };
    vec![
        (status_of, get(async |State(node): State<Shared>, Path(slug): Path<String>| told(status(&node, &slug).await))),
        (restart_it, post(async |State(node): State<Shared>, Path(slug): Path<String>| told(restart(&node, &slug).await))),
        (back_it_up, post(async |State(node): State<Shared>, Path(slug): Path<String>| told(back_up(&node, &slug).await))),
        (devices_of, get(async |State(node): State<Shared>, Path(slug): Path<String>| told(devices(&node, &slug).await))),
        (let_one_in, post(approve)),
    ]
}

fn told(result: Result<Value, Problem>) -> Response {
    match result {
        Ok(data) => answer(StatusCode::OK, &json!({ "ok": true, "data": data })),
        Err(problem) => envelope(&problem),
    }
}

async fn status(node: &Shared, slug: &str) -> Result<Value, Problem> {
    let row = find(node, slug).await?;
    let word = match state(&row.claw).0 {
        ClawState::Ready | ClawState::Degraded => "running",
        ClawState::Requested | ClawState::Preparing | ClawState::Starting => "starting",
        ClawState::Stopping | ClawState::Stopped | ClawState::Suspended | ClawState::Deleting | ClawState::Trash => "stopped",
        ClawState::Crashed | ClawState::ConfigError => "error",
    };
    let backups = node.store.backups(slug).await?;
    let last = backups.iter().find(|backup| backup.state == BackupState::Ready).map(|backup| instant(backup.created_at));
    Ok(json!({
        "gateway": { "status": word },
        "lastBackup": last,
        "container": { "instanceType": node.runtime.name() },
        "version": { "openclaw": node.openclaw.version() },
    }))
}

async fn restart(node: &Shared, slug: &str) -> Result<Value, Problem> {
    wishes::act(node, slug, Act::Restart, None).await?;
    Ok(json!({ "message": "the gateway is started anew" }))
}

async fn back_up(node: &Shared, slug: &str) -> Result<Value, Problem> {
    let backup = wishes::back_up(node, slug, None).await?;
    Ok(json!({ "backupId": backup.id, "lastBackup": null, "message": "a backup is being made" }))
}

async fn devices(node: &Shared, slug: &str) -> Result<Value, Problem> {
    let Devices { pending, paired } = node.openclaw.devices(&running(node, slug).await?).await?;
    let pending: Vec<Value> = pending
        .into_iter()
        .map(|device| {
            json!({
                "requestId": device.request_id,
                "client": { "name": device.name, "platform": device.platform, "mode": device.role },
                "requestedAt": device.requested_at,
            })
        })
        .collect();
    let paired: Vec<Value> = paired
        .into_iter()
        .map(|device| {
            json!({
                "deviceId": device.device_id,
                "client": { "name": device.name, "platform": device.platform },
                "pairedAt": device.paired_at,
            })
        })
        .collect();
    Ok(json!({ "pending": pending, "paired": paired }))
}

async fn approve(State(node): State<Shared>, Path((slug, request_id)): Path<(String, String)>) -> Response {
    told(
        decide(&node, &slug, &request_id, Answer::LetIn, None)
            .await
            .map(|()| json!({ "approved": true, "requestId": request_id })),
    )
}
