//! The admin calls the stand-in for a gateway understands, with the answers and refusals of the real one.

use serde_json::{Value, json};

use super::{
    config::{Config, NotPatched},
    server::{Inside, State},
};
use crate::drivers::clock::Clock;

/// A refusal: the status it goes out with, and its body.
pub(super) struct Fault {
    pub status: u16,
    pub error: Value,
}

pub(super) fn answer(inside: &Inside, call: &Value) -> Result<Value, Fault> {
    let faults = inside.faults();
    let mut state = inside.state();
    if state.was_unavailable < faults.unavailable {
        state.was_unavailable += 1;
        let error = json!({ "code": "UNAVAILABLE", "message": "busy with itself", "retryable": true, "retryAfterMs": 50 });
        return Err(Fault { status: 503, error });
    }
    let params = &call["params"];
    match call["method"].as_str().unwrap_or_default() {
        "health" => Ok(json!({ "ok": true, "channels": { "telegram": channel(&state) } })),
        "config.get" => Ok(shown(inside, &state)),
        "config.patch" => patch(inside, &mut state, params),
        "channels.status" => Ok(json!({
            "channelAccounts": { "telegram": [channel(&state)] },
            "channelDefaultAccountId": { "telegram": state.channel.account },
            "statusIssues": [],
        })),
        "device.pair.list" => Ok(devices(inside, &state)),
        "device.pair.approve" | "device.pair.reject" => decide(inside, &mut state, call),
        "usage.cost" => Ok(json!({
            "days": 30, "daily": [],
            "totals": { "input": state.input_tokens, "output": state.output_tokens, "cacheRead": 0, "cacheWrite": 0,
                "totalTokens": state.input_tokens + state.output_tokens, "totalCost": 0 },
            "cacheStatus": { "status": "fresh" },
        })),
        "gateway.restart.request" => Ok(json!({ "status": "scheduled", "preflight": { "safe": true, "blockers": [] } })),
        other => Err(invalid(&format!("admin HTTP RPC method is not supported: {other}"))),
    }
}

fn invalid(message: &str) -> Fault {
    Fault { status: 400, error: json!({ "code": "INVALID_REQUEST", "message": message }) }
}

fn shown(inside: &Inside, state: &State) -> Value {
    let shown = state.config.shown();
    json!({
        "path": inside.place.config, "exists": true, "raw": null, "valid": true,
        "parsed": shown, "sourceConfig": shown, "config": shown, "hash": state.config.hash(),
    })
}

fn patch(inside: &Inside, state: &mut State, params: &Value) -> Result<Value, Fault> {
    if state.was_stale < inside.faults().stale {
        state.was_stale += 1;
        state.config.0["meta"] = json!({ "changedBySomebodyElse": state.was_stale });
    }
    let patched = match state.config.patched(params) {
        Ok(patched) => patched,
        Err(NotPatched::Stale) => return Err(invalid("config changed since last load; re-run config.get and retry")),
        Err(NotPatched::NoPatch) => return Err(invalid("config.patch needs a raw patch")),
        Err(NotPatched::Shrinks(path)) => {
            let told = format!("config.patch would remove entries from array path(s): {path}. Pass replacePaths with it.");
            return Err(invalid(&told));
        }
        Err(NotPatched::Invalid(issues)) => {
            let message = format!("invalid config: {}", issues[0]["message"].as_str().unwrap_or_default());
            let error = json!({ "code": "INVALID_REQUEST", "message": message, "details": { "issues": issues } });
            return Err(Fault { status: 400, error });
        }
    };
    let noop = patched == state.config;
    if !noop {
        adopt(inside, state, patched)?;
    }
    Ok(
        json!({ "ok": true, "noop": noop, "path": inside.place.config, "hash": state.config.hash(), "config": state.config.shown() }),
    )
}

fn adopt(inside: &Inside, state: &mut State, config: Config) -> Result<(), Fault> {
    let disk = |error: std::io::Error| Fault {
        status: 503,
        error: json!({ "code": "UNAVAILABLE", "message": format!("the configuration cannot be written: {error}") }),
    };
    config.write(&inside.place.config).map_err(disk)?;
    state.config = config;
    inside.changed.send_modify(|count| *count += 1);
    Ok(())
}

fn channel(state: &State) -> Value {
    let channel = &state.channel;
    json!({
        "accountId": channel.account, "enabled": channel.enabled, "configured": true, "mode": "polling",
        "tokenSource": "tokenFile", "lifecycle": channel.lifecycle, "lastError": channel.error,
        "running": channel.lifecycle == "ready", "connected": channel.lifecycle == "ready",
    })
}

fn devices(inside: &Inside, state: &State) -> Value {
    let asking = inside.faults().asking;
    let pending = asking.iter().filter(|asking| !state.decided.gone.contains(&asking.request_id)).map(|asking| {
        json!({
            "requestId": asking.request_id, "deviceId": format!("device-of-{}", asking.request_id),
            "displayName": asking.name, "platform": asking.platform, "clientId": "gateway-client", "role": "operator",
            "scopes": ["operator.admin"], "silent": false, "isRepair": false, "ts": 1_795_542_185_818_i64,
        })
    });
    let paired = state.decided.approved.iter().map(|(id, name, at)| {
        json!({ "deviceId": id, "displayName": name, "platform": "linux", "role": "operator", "approvedAtMs": at })
    });
    json!({ "pending": pending.collect::<Vec<_>>(), "paired": paired.collect::<Vec<_>>() })
}

fn decide(inside: &Inside, state: &mut State, call: &Value) -> Result<Value, Fault> {
    let id = call["params"]["requestId"].as_str().unwrap_or_default();
    let asking = inside.faults().asking.into_iter().find(|asking| asking.request_id == id);
    let Some(asking) = asking.filter(|_| !state.decided.gone.contains(id)) else {
        return Err(invalid("unknown requestId"));
    };
    state.decided.gone.insert(id.to_owned());
    let device = format!("device-of-{id}");
    if call["method"] == "device.pair.approve" {
        state.decided.approved.push((device.clone(), asking.name, Clock::system().now().0));
    }
    Ok(json!({ "requestId": id, "deviceId": device }))
}
