//! `POST /deprovision`. It is answered when the claw is down, so that its bot is free for whoever comes next.

use std::time::Duration;

use axum::{
    body::Body,
    extract::State,
    http::StatusCode,
    routing::{MethodRouter, post},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Shared,
    door::{parse, read},
    openapi::{Lock, Operation},
    problem::{Answer, Problem},
    shape::{answer, instant},
};
use crate::node::{
    cell,
    claw::Wish,
    wishes::{self, Refused, Removed},
};

/// How long a call waits for the claw to be down: longer than a gateway gets to end by itself.
const PATIENCE: Duration = Duration::from_secs(50);

#[derive(Deserialize)]
struct Unwanted {
    user_id: String,
    claw_id: String,
    #[serde(default)]
    purge: bool,
}

pub(super) fn operations() -> Vec<(Operation, MethodRouter<Shared>)> {
    let remove_it = Operation {
        method: "POST",
        path: "/deprovision",
        name: "deprovision",
        summary: "Takes a claw down. What it knows is kept for a while; with purge it is erased.",
        lock: Lock::Key,
        body: Some("Deprovision"),
        query: &[],
        good: &[(200, "Removed")],
        bad: &[400, 409, 413, 500],
    };
    vec![(remove_it, post(remove))]
}

async fn remove(State(node): State<Shared>, body: Body) -> Answer {
    let unwanted: Unwanted = parse(&read(body).await?)?;
    let removed = wishes::remove(&node, &unwanted.user_id, &unwanted.claw_id, unwanted.purge).await?;
    let slug = cell::slug(&unwanted.user_id, &unwanted.claw_id);
    let mut changes = node.changes();
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        changes.mark_unchanged();
        match (removed, node.store.find(&slug).await?) {
            (Removed::Unknown, _) | (Removed::Erased | Removed::Kept { .. }, None) => break,
            (Removed::Kept { .. }, Some(row)) => match row.claw.wish {
                Wish::Trash { .. } if row.claw.seen.may_run() => {}
                Wish::Trash { .. } | Wish::Gone => break,
                // Somebody has wanted it back meanwhile.
                Wish::Running | Wish::Stopped | Wish::Suspended => return Err(Refused::Superseded.into()),
            },
            // Erased, and asked for again.
            (Removed::Erased, Some(row)) if row.claw.wish != Wish::Gone => break,
            (Removed::Erased, Some(_)) => {}
        }
        tokio::select! {
            changed = changes.changed() => changed.map_err(|_| Problem::from(anyhow::anyhow!("the node ends")))?,
            () = tokio::time::sleep_until(end) => return Err(Refused::Deleting.into()),
            () = node.stop.cancelled() => return Err(Refused::Deleting.into()),
        }
    }
    let (existed, purged, until) = match removed {
        Removed::Unknown => (false, false, None),
        Removed::Kept { until } => (true, false, Some(instant(until))),
        Removed::Erased => (true, true, None),
    };
    Ok(answer(StatusCode::OK, &json!({ "ok": true, "existed": existed, "purged": purged, "retained_until": until })))
}
