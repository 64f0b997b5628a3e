//! The OpenAPI document, made from the same list as the routes.

use serde_json::{Map, Value, json};

/// One operation of the API.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub name: &'static str,
    pub summary: &'static str,
    pub lock: Lock,
    /// The name of the schema of its body.
    pub body: Option<&'static str>,
    /// What it may be asked with in the query.
    pub query: &'static [&'static str],
    /// Its good answers: the status, and the name of the schema.
    pub good: &'static [(u16, &'static str)],
    /// The statuses of its problems, besides those of the door.
    pub bad: &'static [u16],
}

/// What lets a caller in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Nothing: it tells nothing.
    Open,
    /// The node's key.
    Key,
    /// The service token of one claw.
    ServiceToken,
}

/// The document.
pub fn document(operations: &[Operation]) -> Value {
    let mut paths = Map::new();
    for operation in operations {
        let item = paths.entry(operation.path).or_insert_with(|| json!({}));
        item[operation.method.to_ascii_lowercase()] = described(operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "clawnode",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Runs OpenClaw claws on one host. Bodies are at most 64 KiB. Problems are application/problem+json with a code.",
        },
        "paths": paths,
        "components": { "schemas": schemas(), "securitySchemes": {
            "key": { "type": "http", "scheme": "bearer" },
            "serviceToken": { "type": "apiKey", "in": "header", "name": "X-Service-Token" },
        } },
    })
}

fn described(operation: &Operation) -> Value {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let content = |kind: &str, name: &str| json!({ kind: { "schema": reference(name) } });
    let mut answers = Map::new();
    for (status, schema) in operation.good {
        let kind = if *schema == "Text" { "text/plain" } else { "application/json" };
        answers.insert(status.to_string(), json!({ "description": "done", "content": content(kind, schema) }));
    }
    let door: &[u16] = match operation.lock {
        Lock::Open => &[],
        Lock::Key => &[401, 421],
        Lock::ServiceToken => &[401, 404, 421],
    };
    for status in operation.bad.iter().chain(door) {
        let (kind, schema) = match operation.lock {
            Lock::ServiceToken => ("application/json", "RuntimeError"),
            Lock::Open | Lock::Key => ("application/problem+json", "Problem"),
        };
        answers.insert(status.to_string(), json!({ "description": "refused", "content": content(kind, schema) }));
    }
    let in_path = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = in_path.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    let in_query = operation.query.iter().map(|name| json!({ "name": name, "in": "query", "schema": { "type": "string" } }));
    let mut text = json!({
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": in_path.chain(in_query).collect::<Vec<_>>(),
        "responses": answers,
        "security": match operation.lock {
            Lock::Open => json!([]),
            Lock::Key => json!([{ "key": [] }]),
            Lock::ServiceToken => json!([{ "serviceToken": [] }, { "key": [] }]),
        },
    });
    if let Some(body) = operation.body {
        text["requestBody"] = json!({ "required": true, "content": content("application/json", body) });
    }
    text
}

/// An object whose fields are all required, except those that end in `?`.
fn object(fields: &[(&str, Value)]) -> Value {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).filter(|name| !name.ends_with('?')).collect();
    let properties: Map<String, Value> =
        fields.iter().map(|(name, schema)| (name.trim_end_matches('?').to_owned(), schema.clone())).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let maybe_text = || json!({ "type": ["string", "null"] });
    let number = || json!({ "type": "integer" });
    let yes = || json!({ "type": "boolean" });
    let of = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let list = |of: Value| json!({ "type": "array", "items": of });
    let any = || json!({ "type": "object" });
    let secret = || json!({ "type": "string", "writeOnly": true });
    let limits = object(&[("memory_mb?", number()), ("cpu_milli?", number()), ("pids?", number())]);
    let spec = |whole: bool| {
        let mark = |name: &'static str| if whole { name.trim_end_matches('?') } else { name };
        object(&[
            (mark("ai_gateway_key?"), secret()),
            (mark("model?"), text()),
            (mark("telegram_bot_token?"), secret()),
            (mark("telegram_allow_from?"), list(text())),
            ("limits?", limits.clone()),
            ("workspace_files?", any()),
        ])
    };
    let mut provision = spec(true);
    for (name, schema) in [("user_id", text()), ("claw_id", text()), ("generation", number()), ("wait", text())] {
        provision["properties"][name] = schema;
    }
    if let Some(required) = provision["required"].as_array_mut() {
        required.extend([json!("user_id"), json!("claw_id")]);
    }
    json!({
        "Provision": provision,
        "Deprovision": object(&[("user_id", text()), ("claw_id", text()), ("purge?", yes())]),
        "Change": spec(false),
        "RestoreFrom": object(&[("backup_id", text())]),
        "Claw": object(&[
            ("user_id", text()), ("claw_id", text()), ("slug", text()), ("state", text()),
            ("reason", json!({ "type": ["object", "null"] })), ("generation", number()), ("model", text()),
            ("telegram_allow_from", list(text())), ("bot_id", text()), ("openclaw_version", text()),
            ("started_at", maybe_text()), ("ready_at", maybe_text()), ("uptime_s", number()), ("restarts", number()),
            ("memory_mb", number()), ("limits", limits), ("created_at", text()), ("retained_until", maybe_text()),
            ("pending_devices", number()), ("restore", json!({ "type": ["object", "null"] })),
        ]),
        "ClawTaken": object(&[("ok", yes()), ("changed", yes()), ("claw", of("Claw"))]),
        "ClawChanged": object(&[("ok", yes()), ("changed", yes()), ("restarted", yes()), ("claw", of("Claw"))]),
        "OneClaw": object(&[("ok", yes()), ("claw", of("Claw"))]),
        "Claws": object(&[("claws", list(of("Claw"))), ("next", maybe_text())]),
        "Removed": object(&[("ok", yes()), ("existed", yes()), ("purged", yes()), ("retained_until", maybe_text())]),
        "Backup": object(&[
            ("id", text()), ("state", text()), ("created_at", text()), ("size_bytes", number()), ("reason", maybe_text()),
        ]),
        "OneBackup": object(&[("ok", yes()), ("backup", of("Backup"))]),
        "Backups": object(&[("ok", yes()), ("backups", list(of("Backup")))]),
        "Logs": object(&[("ok", yes()), ("lines", list(text()))]),
        "Usage": object(&[
            ("ok", yes()), ("input_tokens", number()), ("output_tokens", number()), ("cost_usd", json!({ "type": "number" })),
            ("refreshing", yes()),
        ]),
        "Devices": object(&[("ok", yes()), ("pending", list(any())), ("paired", list(any()))]),
        "Done": object(&[("ok", yes())]),
        "Capacity": object(&[
            ("node", text()), ("version", text()), ("draining", yes()), ("memory_mb", any()), ("disk_mb", any()), ("claws", any()),
            ("runtimes", list(text())), ("weakness", maybe_text()), ("openclaw_versions", list(text())),
        ]),
        "Event": object(&[
            ("seq", number()), ("at", text()), ("user_id", text()), ("claw_id", text()), ("kind", text()), ("detail", any()),
        ]),
        "Events": object(&[("events", list(of("Event"))), ("next", number())]),
        "Health": object(&[("ok", yes())]),
        "Document": any(),
        "RuntimeData": object(&[("ok", yes()), ("data", any())]),
        "RuntimeError": object(&[("ok", yes()), ("error", object(&[("code", text()), ("message", text())]))]),
        "Problem": object(&[
            ("type", text()), ("title", text()), ("status", number()), ("code", text()), ("detail", text()), ("ok", yes()),
            ("error", text()),
        ]),
    })
}
