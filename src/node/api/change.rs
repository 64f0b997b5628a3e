//! `PATCH …/spec`: what is not named stays as it is. Answered when the claw has it, without a restart where OpenClaw can.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    body::Body,
    extract::{Path, State},
    http::StatusCode,
    routing::{MethodRouter, patch},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Shared,
    door::{parse, read},
    openapi::{Lock, Operation},
    problem::Answer,
    provision::Person,
    shape::{Names, Waited, answer, broken, claw, find, slug_of, wait_until_up},
};
use crate::{
    domain::secret::Secret,
    node::{
        claw::Wish,
        spec::{Change, Limits},
        store::Row,
        wishes,
    },
};

/// How long a call waits for the claw to have it.
const PATIENCE: Duration = Duration::from_secs(50);

/// The body. An unknown field is a change that would be lost, so it is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    ai_gateway_key: Option<String>,
    model: Option<String>,
    telegram_bot_token: Option<String>,
    telegram_allow_from: Option<Vec<Person>>,
    limits: Option<Limits>,
    workspace_files: Option<BTreeMap<String, String>>,
}

pub(super) fn operations() -> Vec<(Operation, MethodRouter<Shared>)> {
    let change_it = Operation {
        method: "PATCH",
        path: "/claws/{user_id}/{claw_id}/spec",
        name: "changeClaw",
        summary: "Changes a part of what a claw is to be; `restarted` says whether it had to be started anew.",
        lock: Lock::Key,
        body: Some("Change"),
        query: &[],
        good: &[(200, "ClawChanged"), (202, "ClawChanged")],
        bad: &[400, 404, 409, 413, 422, 500, 503],
    };
    vec![(change_it, patch(change))]
}

async fn change(State(node): State<Shared>, Path((user_id, claw_id)): Names, body: Body) -> Answer {
    let slug = slug_of(&user_id, &claw_id)?;
    let changed: Changed = parse(&read(body).await?)?;
    let before = find(&node, &slug).await?;
    let change = Change {
        ai_gateway_key: changed.ai_gateway_key.map(Secret::new),
        model: changed.model,
        telegram_bot_token: changed.telegram_bot_token.map(Secret::new),
        telegram_allow_from: changed.telegram_allow_from.map(|list| list.into_iter().map(Person::into_text).collect()),
        limits: changed.limits,
        workspace_files: changed.workspace_files,
    };
    let result = wishes::change(&node, &slug, change).await?;
    let told = |status, row: &Row| {
        let restarted = before.claw.start != row.claw.start && before.claw.seen.may_run();
        let claw = claw(&node, row)?;
        Ok(answer(status, &json!({ "ok": true, "changed": result.changed, "restarted": restarted, "claw": claw })))
    };
    if !result.changed || result.row.claw.wish != Wish::Running {
        return told(StatusCode::OK, &find(&node, &slug).await?);
    }
    match wait_until_up(&node, &slug, PATIENCE).await? {
        Waited::Up(row) => told(StatusCode::OK, &row),
        Waited::NotYet(row) => told(StatusCode::ACCEPTED, &row),
        Waited::Broken(row) => Err(broken(&node, &row)),
        Waited::Superseded => Err(wishes::Refused::Superseded.into()),
    }
}
