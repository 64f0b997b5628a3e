//! Which claws there are, and how each is.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    routing::{MethodRouter, get},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Shared,
    openapi::{Lock, Operation},
    problem::{Answer, Problem},
    shape::{Names, answer, claw, find, slug_of},
};
use crate::node::spec::is_name;

/// Claws on a page, unless fewer are asked for.
const ON_A_PAGE: u32 = 500;

#[derive(Deserialize)]
struct Part {
    limit: Option<u32>,
    after: Option<String>,
    user_id: Option<String>,
}

pub(super) fn operations() -> Vec<(Operation, MethodRouter<Shared>)> {
    let all = Operation {
        method: "GET",
        path: "/claws",
        name: "listClaws",
        summary: "All claws, a page at a time; `next` is sent back as `after`.",
        lock: Lock::Key,
        body: None,
        query: &["limit", "after", "user_id"],
        good: &[(200, "Claws")],
        bad: &[400],
    };
    let one = Operation {
        method: "GET",
        path: "/claws/{user_id}/{claw_id}",
        name: "inspectClaw",
        summary: "How a claw is.",
        query: &[],
        good: &[(200, "OneClaw")],
        bad: &[400, 404],
        ..all
    };
    vec![(all, get(list)), (one, get(inspect))]
}

async fn list(State(node): State<Shared>, Query(part): Query<Part>) -> Answer {
    let limit = part.limit.unwrap_or(ON_A_PAGE).clamp(1, ON_A_PAGE);
    let after = part.after.unwrap_or_default();
    if part.user_id.as_deref().is_some_and(|user| !is_name(user)) || after.len() > 64 {
        return Err(Problem::invalid("user_id or after is not one of ours"));
    }
    // One more than is shown tells whether there are more.
    let mut rows = node.store.list(&after, part.user_id.as_deref(), limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.claw.slug.clone());
    let claws = rows.iter().map(|row| claw(&node, row)).collect::<Result<Vec<_>, _>>()?;
    Ok(answer(StatusCode::OK, &json!({ "claws": claws, "next": next })))
}

async fn inspect(State(node): State<Shared>, Path((user_id, claw_id)): Names) -> Answer {
    let row = find(&node, &slug_of(&user_id, &claw_id)?).await?;
    Ok(answer(StatusCode::OK, &json!({ "ok": true, "claw": claw(&node, &row)? })))
}
