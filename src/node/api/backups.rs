//! Backups of a claw, and going back to one.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{MethodRouter, get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Shared,
    door::{key, parse, read},
    openapi::{Lock, Operation},
    problem::Answer,
    shape::{Names, answer, claw, find, instant, slug_of},
};
use crate::node::{store::Backup, wishes};

const PLACE: &str = "/claws/{user_id}/{claw_id}/backups";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    backup_id: String,
}

pub(super) fn operations() -> Vec<(Operation, MethodRouter<Shared>)> {
    let make = Operation {
        method: "POST",
        path: PLACE,
        name: "makeBackup",
        summary: "Begins a backup. One that is being made already is that one.",
        lock: Lock::Key,
        body: None,
        query: &[],
        good: &[(202, "OneBackup")],
        bad: &[400, 404, 409, 422, 503, 507],
    };
    let list = Operation {
        method: "GET",
        name: "listBackups",
        summary: "The backups of a claw, the newest first.",
        good: &[(200, "Backups")],
        bad: &[400, 404],
        ..make
    };
    let back = Operation {
        path: "/claws/{user_id}/{claw_id}/restore",
        name: "restoreClaw",
        summary: "Has a claw go back to a backup; its state and its events tell how that goes.",
        body: Some("RestoreFrom"),
        good: &[(202, "OneClaw")],
        bad: &[400, 404, 409, 413, 422, 503, 507],
        ..make
    };
    // Both methods of one path are one route.
    vec![(make, post(begin)), (list, get(all)), (back, post(restore))]
}

async fn begin(State(node): State<Shared>, Path((user_id, claw_id)): Names, headers: HeaderMap) -> Answer {
    let backup = wishes::back_up(&node, &slug_of(&user_id, &claw_id)?, key(&headers)?).await?;
    Ok(answer(StatusCode::ACCEPTED, &json!({ "ok": true, "backup": shown(&backup) })))
}

async fn all(State(node): State<Shared>, Path((user_id, claw_id)): Names) -> Answer {
    let row = find(&node, &slug_of(&user_id, &claw_id)?).await?;
    let backups: Vec<Value> = node.store.backups(&row.claw.slug).await?.iter().map(shown).collect();
    Ok(answer(StatusCode::OK, &json!({ "ok": true, "backups": backups })))
}

async fn restore(State(node): State<Shared>, Path((user_id, claw_id)): Names, headers: HeaderMap, body: Body) -> Answer {
    let slug = slug_of(&user_id, &claw_id)?;
    let from: From = parse(&read(body).await?)?;
    wishes::restore(&node, &slug, &from.backup_id, key(&headers)?).await?;
    let row = find(&node, &slug).await?;
    Ok(answer(StatusCode::ACCEPTED, &json!({ "ok": true, "claw": claw(&node, &row)? })))
}

fn shown(backup: &Backup) -> Value {
    json!({
        "id": backup.id,
        "state": backup.state,
        "created_at": instant(backup.created_at),
        "size_bytes": backup.size_bytes,
        "reason": backup.reason,
    })
}
