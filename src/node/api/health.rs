//! How the node itself is: alive, ready, how much room it has, its document and its numbers.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get},
};
use serde_json::json;

use super::{
    Shared,
    openapi::{Lock, Operation, document},
    problem::{Answer, Problem},
    shape::answer,
};
use crate::node::{claw, host::Node, runtime::proc};

pub(super) fn operations() -> Vec<(Operation, MethodRouter<Shared>)> {
    let alive = Operation {
        method: "GET",
        path: "/healthz",
        name: "isAlive",
        summary: "Whether the node lives.",
        lock: Lock::Open,
        body: None,
        query: &[],
        good: &[(200, "Health")],
        bad: &[],
    };
    let ready = Operation {
        path: "/readyz",
        name: "isReady",
        summary: "Whether the node takes work.",
        good: &[(200, "Health")],
        bad: &[503],
        ..alive
    };
    let page =
        Operation { path: "/openapi.json", name: "describe", summary: "This document.", good: &[(200, "Document")], ..alive };
    let room = Operation {
        path: "/capacity",
        name: "readCapacity",
        summary: "How much room there is.",
        lock: Lock::Key,
        good: &[(200, "Capacity")],
        ..alive
    };
    vec![
        (alive, get(async || answer(StatusCode::OK, &json!({ "ok": true })))),
        (ready, get(is_ready)),
        (page, get(async || answer(StatusCode::OK, &document(&super::described())))),
        (room, get(capacity)),
    ]
}

async fn is_ready(State(node): State<Shared>) -> Answer {
    let not = |why| Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", why));
    if node.is_draining() {
        return not("the node is about to end");
    }
    if let Err(error) = node.store.answers().await {
        tracing::error!("the node's database does not answer: {error}");
        return not("the node's database does not answer");
    }
    if node.disk_is_full() {
        return not("the node's disk is full");
    }
    Ok(answer(StatusCode::OK, &json!({ "ok": true })))
}

async fn capacity(State(node): State<Shared>) -> Answer {
    let (running, claws) = node.store.count().await?;
    let total = node.total_memory_mb();
    let reserved = u64::from(running) * u64::from(node.settings.claw_memory_mb);
    let (disk, free) = node.disk_mb();
    let body = json!({
        "node": node.settings.host.clone().unwrap_or_else(|| rustix::system::uname().nodename().to_string_lossy().into_owned()),
        "version": env!("CARGO_PKG_VERSION"),
        "draining": node.is_draining(),
        "memory_mb": { "total": total, "reserved": reserved, "available": total.saturating_sub(reserved) },
        "disk_mb": { "total": disk, "free": free },
        "claws": { "running": running, "known": claws, "max": node.most_claws() },
        "runtimes": [node.runtime.name()],
        "weakness": node.runtime.weakness(),
        "openclaw_versions": [node.openclaw.version()],
    });
    Ok(answer(StatusCode::OK, &body))
}

/// The listener of numbers.
pub(super) fn metrics(render: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router<Shared> {
    Router::new().route("/metrics", get(move |State(node): State<Shared>| scrape(node, render.clone())))
}

async fn scrape(node: Arc<Node>, render: impl Fn() -> String) -> Response {
    match count(&node).await {
        Ok(()) => render().into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// What is counted when somebody looks, and not before.
async fn count(node: &Node) -> Result<(), Problem> {
    let mut states: BTreeMap<&str, u32> = BTreeMap::new();
    let mut memory = 0_u64;
    let mut after = String::new();
    loop {
        let rows = node.store.list(&after, None, 500).await?;
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.claw.slug);
        for row in &rows {
            *states.entry(claw::state(&row.claw).0.as_str()).or_default() += 1;
            if row.claw.seen.may_run() {
                memory += u64::from(node.memory_of(&row.claw.slug));
            }
        }
    }
    for state in claw::State::ALL {
        let claws = states.get(state.as_str()).copied().unwrap_or(0);
        metrics::gauge!("clawnode_claws", "state" => state.as_str()).set(claws);
    }
    #[expect(clippy::cast_precision_loss, reason = "megabytes of a host, far below 2^52")]
    {
        metrics::gauge!("clawnode_claws_memory_mb").set(memory as f64);
        metrics::gauge!("clawnode_memory_available_mb").set(proc::machine_memory_mb().1 as f64);
        metrics::gauge!("clawnode_disk_free_mb").set(node.disk_mb().1 as f64);
    }
    metrics::gauge!("clawnode_claws_max").set(node.most_claws());
    Ok(())
}
