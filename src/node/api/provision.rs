//! `POST /provision`, as every caller of the original API sends it, and a little more.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{MethodRouter, post},
};
use serde::Deserialize;

use super::{
    Shared,
    door::{key, parse, read},
    openapi::{Lock, Operation},
    problem::Answer,
    shape::{Waited, broken, taken, wait_until_up},
};
use crate::{
    domain::secret::Secret,
    node::{
        cell,
        spec::{Change, Limits},
        wishes,
    },
};

/// The body. What is not known is passed over: the original client is older than some of it and newer than the rest.
#[derive(Deserialize)]
struct Wanted {
    user_id: String,
    claw_id: String,
    ai_gateway_key: String,
    model: String,
    telegram_bot_token: String,
    telegram_allow_from: Vec<Person>,
    generation: Option<u64>,
    limits: Option<Limits>,
    workspace_files: Option<std::collections::BTreeMap<String, String>>,
    #[serde(default)]
    wait: Wait,
}

/// A Telegram id, as text or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Person {
    Text(String),
    Number(i64),
}

impl Person {
    pub(super) fn into_text(self) -> String {
        match self {
            Person::Text(text) => text,
            Person::Number(number) => number.to_string(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wait {
    #[default]
    Ready,
    None,
}

pub(super) fn operations() -> Vec<(Operation, MethodRouter<Shared>)> {
    let provision_it = Operation {
        method: "POST",
        path: "/provision",
        name: "provision",
        summary: "Makes a claw be as is said. 200 when it is up, 202 when it is still coming.",
        lock: Lock::Key,
        body: Some("Provision"),
        query: &[],
        good: &[(200, "ClawTaken"), (202, "ClawTaken")],
        bad: &[400, 409, 413, 422, 500, 503, 507],
    };
    vec![(provision_it, post(provision))]
}

async fn provision(State(node): State<Shared>, headers: HeaderMap, body: Body) -> Answer {
    let bytes = read(body).await?;
    let wanted: Wanted = parse(&bytes)?;
    let operation = key(&headers)?.map(|key| wishes::Operation::new(key, &without_first_words(&bytes)));
    let slug = cell::slug(&wanted.user_id, &wanted.claw_id);
    let provision = wishes::Provision {
        user_id: wanted.user_id,
        claw_id: wanted.claw_id,
        change: Change {
            ai_gateway_key: Some(Secret::new(wanted.ai_gateway_key)),
            model: Some(wanted.model),
            telegram_bot_token: Some(Secret::new(wanted.telegram_bot_token)),
            telegram_allow_from: Some(wanted.telegram_allow_from.into_iter().map(Person::into_text).collect()),
            limits: wanted.limits,
            workspace_files: wanted.workspace_files,
        },
        generation: wanted.generation,
        operation,
    };
    let result = wishes::provision(&node, provision).await?;
    let patience = match wanted.wait {
        Wait::Ready => node.settings.provision_wait,
        Wait::None => std::time::Duration::ZERO,
    };
    match wait_until_up(&node, &slug, patience).await? {
        Waited::Up(row) => taken(&node, StatusCode::OK, &row, result.changed),
        Waited::NotYet(row) => taken(&node, StatusCode::ACCEPTED, &row, result.changed),
        Waited::Broken(row) => Err(broken(&node, &row)),
        Waited::Superseded => Err(wishes::Refused::Superseded.into()),
    }
}

/// The body by which an operation is known. The files a workspace begins with are no part of it: between two attempts
/// their reader may have taken another language.
fn without_first_words(body: &[u8]) -> Vec<u8> {
    let mut wanted: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    if let Some(fields) = wanted.as_object_mut() {
        fields.remove("workspace_files");
    }
    wanted.to_string().into_bytes()
}
