//! Start, stop, restart, suspend, resume. Answered at once: what comes of it, the claw's state and its events tell.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{MethodRouter, post},
};

use super::{
    Shared,
    door::key,
    openapi::{Lock, Operation},
    problem::Answer,
    shape::{Names, find, slug_of, taken},
};
use crate::node::wishes::{self, Act};

pub(super) fn operations() -> Vec<(Operation, MethodRouter<Shared>)> {
    let named = |path, name, summary| Operation {
        method: "POST",
        path,
        name,
        summary,
        lock: Lock::Key,
        body: None,
        query: &[],
        good: &[(200, "ClawTaken"), (202, "ClawTaken")],
        bad: &[400, 404, 409, 422, 503, 507],
    };
    vec![
        (named("/claws/{user_id}/{claw_id}/start", "startClaw", "Has a stopped claw run."), post(start)),
        (named("/claws/{user_id}/{claw_id}/stop", "stopClaw", "Has a claw stop until it is started."), post(stop)),
        (named("/claws/{user_id}/{claw_id}/restart", "restartClaw", "Starts a claw anew."), post(restart)),
        (named("/claws/{user_id}/{claw_id}/suspend", "suspendClaw", "Has a claw stop until it is resumed."), post(suspend)),
        (named("/claws/{user_id}/{claw_id}/resume", "resumeClaw", "Has a suspended claw run."), post(resume)),
    ]
}

async fn start(State(node): State<Shared>, Path(names): Names, headers: HeaderMap) -> Answer {
    act(&node, &names, &headers, Act::Start).await
}

async fn stop(State(node): State<Shared>, Path(names): Names, headers: HeaderMap) -> Answer {
    act(&node, &names, &headers, Act::Stop).await
}

async fn restart(State(node): State<Shared>, Path(names): Names, headers: HeaderMap) -> Answer {
    act(&node, &names, &headers, Act::Restart).await
}

async fn suspend(State(node): State<Shared>, Path(names): Names, headers: HeaderMap) -> Answer {
    act(&node, &names, &headers, Act::Suspend).await
}

async fn resume(State(node): State<Shared>, Path(names): Names, headers: HeaderMap) -> Answer {
    act(&node, &names, &headers, Act::Resume).await
}

async fn act(node: &Shared, (user_id, claw_id): &(String, String), headers: &HeaderMap, act: Act) -> Answer {
    let slug = slug_of(user_id, claw_id)?;
    let result = wishes::act(node, &slug, act, key(headers)?).await?;
    let status = if result.changed { StatusCode::ACCEPTED } else { StatusCode::OK };
    taken(node, status, &find(node, &slug).await?, result.changed)
}
