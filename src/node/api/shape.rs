//! Claws as JSON, and the two names of a claw in a path.

use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::{Shared, problem::Problem};
use crate::{
    domain::time::Time,
    node::{
        cell,
        claw::{Seen, State, Wish, state},
        host::Node,
        spec::is_name,
        store::{Restored, Row},
    },
};

/// `{user_id}/{claw_id}`.
pub(super) type Names = Path<(String, String)>;

/// The short name of the claw a path names.
pub(super) fn slug_of(user_id: &str, claw_id: &str) -> Result<String, Problem> {
    if !is_name(user_id) || !is_name(claw_id) {
        return Err(Problem::invalid("user_id and claw_id must be 1 to 64 letters, digits, _ or -"));
    }
    Ok(cell::slug(user_id, claw_id))
}

/// The claw of this short name.
pub(super) async fn find(node: &Node, slug: &str) -> Result<Row, Problem> {
    let no_such = || Problem::new(StatusCode::NOT_FOUND, "no_such_claw", "there is no such claw");
    node.store.find(slug).await?.ok_or_else(no_such)
}

/// An instant as the API writes it.
pub(super) fn instant(time: Time) -> String {
    time.timestamp().to_string()
}

/// A claw as the API tells of it.
pub(super) fn claw(node: &Node, row: &Row) -> Result<Value, Problem> {
    let spec = node.spec(row)?;
    let claw = &row.claw;
    let (state, reason) = state(claw);
    let (started, ready) = match &claw.seen {
        Seen::Up { since, ready_at, .. } => (Some(*since), *ready_at),
        Seen::Absent | Seen::Down { .. } | Seen::Ending { .. } | Seen::Broken { .. } => (None, None),
    };
    let retained = match claw.wish {
        Wish::Trash { until } => Some(until),
        Wish::Running | Wish::Stopped | Wish::Suspended | Wish::Gone => None,
    };
    Ok(json!({
        "user_id": claw.user_id,
        "claw_id": claw.claw_id,
        "slug": claw.slug,
        "state": state,
        "reason": reason,
        "generation": claw.generation,
        "model": spec.model,
        "telegram_allow_from": spec.allow_from.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "bot_id": spec.bot_token.bot.to_string(),
        "openclaw_version": node.openclaw.version(),
        "started_at": started.map(instant),
        "ready_at": ready.map(instant),
        "uptime_s": started.map_or(0, |since| node.clock.now().since(since).as_secs()),
        "restarts": claw.restarts,
        "memory_mb": if claw.seen.may_run() { node.memory_of(&claw.slug) } else { 0 },
        "limits": spec.limits,
        "created_at": instant(claw.created_at),
        "retained_until": retained.map(instant),
        "pending_devices": row.asking.len(),
        "restore": going_back(row),
    }))
}

/// How far going back to a backup is, or what the last one came to.
fn going_back(row: &Row) -> Value {
    if let Some(backup_id) = &row.claw.restore_wish {
        return json!({ "backup_id": backup_id, "key": row.restore_key, "state": "running", "reason": null });
    }
    match &row.restored {
        None => Value::Null,
        Some(Restored { backup_id, key, failed }) => {
            let state = if failed.is_none() { "done" } else { "failed" };
            json!({ "backup_id": backup_id, "key": key, "state": state, "reason": failed })
        }
    }
}

/// Status and JSON.
pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    (status, axum::Json(body)).into_response()
}

/// A claw that was asked for, with what came of it.
pub(super) fn taken(node: &Node, status: StatusCode, row: &Row, changed: bool) -> Result<Response, Problem> {
    Ok(answer(status, &json!({ "ok": true, "changed": changed, "claw": claw(node, row)? })))
}

/// What waiting for a claw came to.
pub(super) enum Waited {
    /// It runs as is wished now.
    Up(Row),
    /// It does not come up.
    Broken(Row),
    /// Something else is wished of it by now, or it is no more.
    Superseded,
    /// It is still on its way.
    NotYet(Row),
}

/// Waits until a claw is up with what is wished, or will not be.
pub(super) async fn wait_until_up(node: &Shared, slug: &str, at_most: std::time::Duration) -> Result<Waited, Problem> {
    let mut changes = node.changes();
    let end = tokio::time::Instant::now() + at_most;
    loop {
        changes.mark_unchanged();
        let Some(row) = node.store.find(slug).await? else { return Ok(Waited::Superseded) };
        let up_to_date = row.claw.applied_rev == row.claw.spec_rev;
        match (state(&row.claw).0, row.claw.wish) {
            (_, Wish::Stopped | Wish::Suspended | Wish::Trash { .. } | Wish::Gone) => return Ok(Waited::Superseded),
            (State::Ready | State::Degraded, Wish::Running) if up_to_date => return Ok(Waited::Up(row)),
            (State::Crashed | State::ConfigError, Wish::Running) => return Ok(Waited::Broken(row)),
            (
                State::Requested
                | State::Preparing
                | State::Starting
                | State::Ready
                | State::Degraded
                | State::Stopping
                | State::Stopped
                | State::Suspended
                | State::Deleting
                | State::Trash,
                Wish::Running,
            ) => {}
        }
        tokio::select! {
            changed = changes.changed() => changed.map_err(|_| Problem::from(anyhow::anyhow!("the node ends")))?,
            () = tokio::time::sleep_until(end) => return Ok(Waited::NotYet(row)),
            () = node.stop.cancelled() => return Ok(Waited::NotYet(row)),
        }
    }
}

/// A claw that does not come up.
pub(super) fn broken(node: &Node, row: &Row) -> Problem {
    let (code, words) = match state(&row.claw).0 {
        State::ConfigError => ("config_error", "OpenClaw does not accept the claw's configuration"),
        State::Crashed
        | State::Requested
        | State::Preparing
        | State::Starting
        | State::Ready
        | State::Degraded
        | State::Stopping
        | State::Stopped
        | State::Suspended
        | State::Deleting
        | State::Trash => ("crashed", "the claw does not come up"),
    };
    let problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, code, words);
    match claw(node, row) {
        Ok(claw) => problem.with("claw", claw),
        Err(_) => problem,
    }
}
