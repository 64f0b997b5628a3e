//! A gateway's answers, held against `tests/fixtures/openclaw/answers.json`.

use clawhatch::{node::cell::Cell, sandbox::telegram::BotAccount};
use serde_json::{Value, json};

use super::claw::until;

const EXPECTED: &str = include_str!("../../fixtures/openclaw/answers.json");

/// Asks a gateway that serves `bot` each of the questions, in order.
pub async fn hold_against(cell: &Cell, bot: &BotAccount) {
    let expected: Value = serde_json::from_str(EXPECTED).expect("JSON");
    let http = reqwest::Client::new();
    let base = format!("http://127.0.0.1:{}", cell.port);
    let call = async |token: &str, method: &str, params: &Value| {
        let body = json!({ "id": "1", "method": method, "params": params });
        http.post(format!("{base}/api/v1/admin/rpc")).bearer_auth(token).json(&body).send().await.expect("an answer")
    };
    let ours = cell.gateway_token.expose().as_str();
    for step in expected["steps"].as_array().expect("steps") {
        let ask = async || {
            let answer = if let Some(path) = step["get"].as_str() {
                http.get(format!("{base}{path}")).send().await.expect("an answer")
            } else if let Some(method) = step["call"].as_str() {
                call(step["token"].as_str().unwrap_or(ours), method, &step["params"]).await
            } else {
                let seen: Value = call(ours, "config.get", &json!({})).await.json().await.expect("JSON");
                let hash = &seen["payload"]["hash"];
                let replaced = step.get("replaced").cloned().unwrap_or_else(|| json!([]));
                let params = json!({ "raw": step["patch"].to_string(), "baseHash": hash, "replacePaths": replaced });
                call(ours, "config.patch", &params).await
            };
            let status = answer.status().as_u16();
            let body: Value = answer.json().await.expect("JSON");
            let mut faults = Vec::new();
            differ(
                &json!({ "status": step["status"], "body": step["body"] }),
                &json!({ "status": status, "body": body }),
                "",
                &mut faults,
            );
            assert!(!body.to_string().contains(&bot.token), "no answer holds the token: {step}");
            if faults.is_empty() { Ok(()) } else { Err(format!("{step}\n{}\n{body}", faults.join("\n"))) }
        };
        if step["in_time"] == true {
            until("the answer that is expected", async || ask().await.ok()).await;
        } else if let Err(told) = ask().await {
            panic!("{told}");
        }
    }
}

/// Where `found` is not as `expected`.
fn differ(expected: &Value, found: &Value, path: &str, faults: &mut Vec<String>) {
    let same = match (expected, found) {
        (Value::Object(expected), Value::Object(_)) => {
            for (name, value) in expected {
                differ(value, &found[name], &format!("{path}/{name}"), faults);
            }
            true
        }
        (Value::Array(wanted), Value::Array(items)) => {
            for (at, value) in wanted.iter().enumerate() {
                differ(value, &found[at], &format!("{path}/{at}"), faults);
            }
            wanted.len() == items.len()
        }
        (Value::String(kind), _) if kind == "<string>" => found.is_string(),
        (Value::String(kind), _) if kind == "<number>" => found.is_number(),
        (Value::String(kind), _) if kind == "<bool>" => found.is_boolean(),
        (Value::String(begin), Value::String(text)) if begin.ends_with('*') => text.starts_with(begin.trim_end_matches('*')),
        (expected, found) => expected == found,
    };
    if !same {
        faults.push(format!("{path}: expected {expected}, found {found}"));
    }
}
