//! What only a claw's own gateway or its folder can tell: its log, what it has used, the devices that ask to be let in.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    routing::{MethodRouter, get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Shared,
    door::key,
    openapi::{Lock, Operation},
    problem::{Answer, Problem},
    shape::{answer, find, slug_of},
};
use crate::node::{
    cell::Cell,
    host::Node,
    logs, openclaw,
    wishes::{self, Answer as Decision},
};

/// Lines of the log, unless fewer are asked for.
const LINES: usize = 200;
const MOST_LINES: usize = 2000;

#[derive(Deserialize)]
struct Tail {
    tail: Option<usize>,
}

pub(super) fn operations() -> Vec<(Operation, MethodRouter<Shared>)> {
    let log = Operation {
        method: "GET",
        path: "/claws/{user_id}/{claw_id}/logs",
        name: "readLogs",
        summary: "The end of a claw's log, without secrets.",
        lock: Lock::Key,
        body: None,
        query: &["tail"],
        good: &[(200, "Logs")],
        bad: &[400, 404],
    };
    let asked = Operation { query: &[], bad: &[400, 404, 502, 503], ..log };
    let usage = Operation {
        path: "/claws/{user_id}/{claw_id}/usage",
        name: "readUsage",
        summary: "What a claw has used.",
        good: &[(200, "Usage")],
        ..asked
    };
    let devices = Operation {
        path: "/claws/{user_id}/{claw_id}/devices",
        name: "listDevices",
        summary: "The devices of a claw, and those that ask to be let in.",
        good: &[(200, "Devices")],
        ..asked
    };
    let approve = Operation {
        method: "POST",
        path: "/claws/{user_id}/{claw_id}/devices/{request_id}/approve",
        name: "approveDevice",
        summary: "Lets a device in.",
        good: &[(200, "Done")],
        bad: &[400, 404, 422, 502, 503, 507],
        ..asked
    };
    let reject = Operation {
        path: "/claws/{user_id}/{claw_id}/devices/{request_id}/reject",
        name: "rejectDevice",
        summary: "Turns a device away.",
        ..approve
    };
    vec![
        (log, get(read_logs)),
        (usage, get(read_usage)),
        (devices, get(list_devices)),
        (approve, post(approve_device)),
        (reject, post(reject_device)),
    ]
}

type Names = Path<(String, String)>;
type Request = Path<(String, String, String)>;

/// The place of a claw that runs.
pub(super) async fn running(node: &Node, slug: &str) -> Result<Cell, Problem> {
    let row = find(node, slug).await?;
    if !row.claw.seen.may_run() {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "claw_unavailable", "the claw is not running").after(5));
    }
    Ok(node.cell(&row, &node.spec(&row)?)?)
}

async fn read_logs(State(node): State<Shared>, Path((user_id, claw_id)): Names, Query(tail): Query<Tail>) -> Answer {
    let row = find(&node, &slug_of(&user_id, &claw_id)?).await?;
    let cell = node.cell(&row, &node.spec(&row)?)?;
    let most = tail.tail.unwrap_or(LINES).clamp(1, MOST_LINES);
    let (claws, log) = (node.settings.data_dir.join("claws"), cell.paths.log.clone());
    let text = tokio::task::spawn_blocking(move || logs::end_of(&claws, &log)).await.map_err(anyhow::Error::new)?;
    let token = cell.gateway_token.expose();
    let lines: Vec<&str> = text.lines().collect();
    let lines: Vec<String> =
        lines[lines.len().saturating_sub(most)..].iter().map(|line| openclaw::redact(&line.replace(token, "[token]"))).collect();
    Ok(answer(StatusCode::OK, &json!({ "ok": true, "lines": lines })))
}

async fn read_usage(State(node): State<Shared>, Path((user_id, claw_id)): Names) -> Answer {
    let cell = running(&node, &slug_of(&user_id, &claw_id)?).await?;
    let usage = node.openclaw.usage(&cell).await?;
    Ok(answer(StatusCode::OK, &ok(json!(usage))))
}

async fn list_devices(State(node): State<Shared>, Path((user_id, claw_id)): Names) -> Answer {
    let cell = running(&node, &slug_of(&user_id, &claw_id)?).await?;
    let devices = node.openclaw.devices(&cell).await?;
    Ok(answer(StatusCode::OK, &ok(json!(devices))))
}

async fn approve_device(state: State<Shared>, request: Request, headers: HeaderMap) -> Answer {
    answered(state, request, &headers, Decision::LetIn).await
}

async fn reject_device(state: State<Shared>, request: Request, headers: HeaderMap) -> Answer {
    answered(state, request, &headers, Decision::TurnAway).await
}

async fn answered(State(node): State<Shared>, Path(request): Request, headers: &HeaderMap, decision: Decision) -> Answer {
    let (user_id, claw_id, request_id) = request;
    decide(&node, &slug_of(&user_id, &claw_id)?, &request_id, decision, key(headers)?).await?;
    Ok(answer(StatusCode::OK, &json!({ "ok": true })))
}

/// Lets a device in or turns it away.
pub(super) async fn decide(
    node: &Shared,
    slug: &str,
    request_id: &str,
    decision: Decision,
    key: Option<&str>,
) -> Result<(), Problem> {
    let cell = running(node, slug).await?;
    if !(1..=128).contains(&request_id.len()) || !request_id.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Problem::invalid("request_id is not one of ours"));
    }
    Ok(wishes::decide(node, &cell, request_id, decision, key).await?)
}

/// An object with `ok` in it.
fn ok(mut value: Value) -> Value {
    value["ok"] = json!(true);
    value
}
