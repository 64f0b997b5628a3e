//! Events, resumable by their number: a caller that remembers the last one misses nothing. With `wait_s` a call without
//! news is answered when there are some.

use std::time::Duration;

use axum::{
    extract::{Query, State},
    http::StatusCode,
    routing::{MethodRouter, get},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Shared,
    openapi::{Lock, Operation},
    problem::{Answer, Problem},
    shape::{answer, instant},
};

const MOST: u32 = 500;
const AT_ONCE: u32 = 100;
const LONGEST_WAIT: u64 = 25;

#[derive(Deserialize)]
struct From {
    #[serde(default)]
    after: i64,
    limit: Option<u32>,
    wait_s: Option<u64>,
}

pub(super) fn operations() -> Vec<(Operation, MethodRouter<Shared>)> {
    let read_them = Operation {
        method: "GET",
        path: "/events",
        name: "readEvents",
        summary: "What happened after an event; 410 with the first that is kept when that is too long ago.",
        lock: Lock::Key,
        body: None,
        query: &["after", "limit", "wait_s"],
        good: &[(200, "Events")],
        bad: &[400, 410],
    };
    vec![(read_them, get(read))]
}

async fn read(State(node): State<Shared>, Query(from): Query<From>) -> Answer {
    let limit = from.limit.unwrap_or(AT_ONCE).clamp(1, MOST);
    let wait = Duration::from_secs(from.wait_s.unwrap_or(0).min(LONGEST_WAIT));
    let end = tokio::time::Instant::now() + wait;
    let mut latest = node.store.events_come();
    let first = node.store.first_event().await?;
    if from.after < 0 || from.after < first - 1 {
        let gone = Problem::new(StatusCode::GONE, "gone", "what happened before `first` is not kept any more");
        return Err(gone.with("first", json!(first)));
    }
    loop {
        latest.mark_unchanged();
        let events = node.store.events(from.after, limit).await?;
        if !events.is_empty() || tokio::time::Instant::now() >= end {
            let next = events.last().map_or(from.after, |event| event.seq);
            let events: Vec<Value> = events
                .into_iter()
                .map(|event| {
                    json!({
                        "seq": event.seq, "at": instant(event.at), "user_id": event.user_id, "claw_id": event.claw_id,
                        "kind": event.kind, "detail": event.detail,
                    })
                })
                .collect();
            return Ok(answer(StatusCode::OK, &json!({ "events": events, "next": next })));
        }
        tokio::select! {
            changed = latest.changed() => changed.map_err(|_| Problem::from(anyhow::anyhow!("the node ends")))?,
            () = tokio::time::sleep_until(end) => {}
            // The caller asks again, of the node that comes up after this one.
            () = node.stop.cancelled() => return Ok(answer(StatusCode::OK, &json!({ "events": [], "next": from.after }))),
        }
    }
}
