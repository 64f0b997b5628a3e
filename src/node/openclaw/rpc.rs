//! The admin calls of a gateway: `POST /api/v1/admin/rpc` on its own port, with its own token.
//!
//! A gateway has one writer at a time, and that is us: writes to one claw stand in line here. OpenClaw takes thirty
//! writes a minute and then refuses, so a write waits while the last minute has been full. It also says UNAVAILABLE
//! while it is busy with itself; such a call is asked again after 0.2 s, 0.4 s, 0.8 s and so on, or as long as it says,
//! until twenty seconds are over.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex as Guarded, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{sync::Mutex, time::Instant};

use crate::{
    drivers::http::{self, Client, HttpError, Plan},
    node::{
        cell::Cell,
        openclaw::{OpenClawError, redact},
    },
};

/// How long one call may take. A change is answered only when it is applied.
const READ: Duration = Duration::from_secs(30);
const WRITE: Duration = Duration::from_secs(120);
/// How long a gateway may be unavailable before we say so.
const PATIENCE: Duration = Duration::from_secs(20);
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// OpenClaw's limit is thirty; the rest is for whoever else writes.
const WRITES_IN_A_MINUTE: usize = 25;
const MINUTE: Duration = Duration::from_secs(60);
/// How often another writer may come between before we give up.
const STALE_TRIES: u32 = 8;
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// What OpenClaw says when the configuration has changed since we read it.
const STALE: &str = "config changed since last load";

/// Calls gateways.
pub(super) struct Admin {
    pub client: Client,
    /// By the short name of the claw.
    writers: Guarded<HashMap<String, Arc<Mutex<Writes>>>>,
}

/// The writes of the last minute to one gateway.
type Writes = VecDeque<Instant>;

/// Why a call brought nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RpcError {
    /// Nobody answers, it is busy, or it has not got so far.
    #[error("{0}")]
    Unavailable(String),
    /// Whoever answers does not know our token.
    #[error("it does not take its token")]
    Stranger,
    /// Understood and refused, with OpenClaw's own words.
    #[error("{0}")]
    Refused(String),
    /// No answer that makes sense.
    #[error("an answer that makes no sense")]
    Garbage,
}

#[derive(Deserialize)]
struct Answer {
    ok: bool,
    #[serde(default)]
    payload: Value,
    error: Option<Fault>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fault {
    code: String,
    #[serde(default)]
    message: String,
    retry_after_ms: Option<u64>,
}

impl From<RpcError> for OpenClawError {
    fn from(error: RpcError) -> OpenClawError {
        match error {
            RpcError::Unavailable(why) => OpenClawError::Unavailable(why),
            RpcError::Stranger | RpcError::Garbage => OpenClawError::Unavailable(error.to_string()),
            RpcError::Refused(why) => OpenClawError::Refused(why),
        }
    }
}

impl Admin {
    pub fn new() -> Result<Admin, OpenClawError> {
        // Claws come and go under the same ports: a connection that was kept could lead to another one.
        let plan = Plan { connect_timeout: Duration::from_secs(3), fresh_connections: true, ..Plan::default() };
        let client = http::client(&plan).map_err(|error| OpenClawError::Broken(error.to_string()))?;
        Ok(Admin { client, writers: Guarded::default() })
    }

    /// Asks for something that changes nothing.
    pub async fn read(&self, cell: &Cell, method: &str, params: Value) -> Result<Value, RpcError> {
        self.insist(cell, method, &params, READ).await
    }

    /// Does something, in line with all other writes to this gateway.
    pub async fn write(&self, cell: &Cell, method: &str, params: Value) -> Result<Value, RpcError> {
        let writer = self.writer(cell);
        let mut writes = writer.lock().await;
        make_room(&mut writes).await;
        self.insist(cell, method, &params, WRITE).await
    }

    /// Lays a change over the configuration. `change` gets the configuration as it is and gives the patch.
    pub async fn patch(
        &self,
        cell: &Cell,
        replaced: &[&str],
        change: impl Fn(&Value) -> Value + Send + Sync,
    ) -> Result<Value, RpcError> {
        let writer = self.writer(cell);
        let mut writes = writer.lock().await;
        for _ in 0..STALE_TRIES {
            let seen = self.insist(cell, "config.get", &json!({}), READ).await?;
            let hash = seen["hash"].as_str().ok_or(RpcError::Garbage)?;
            let raw = change(&seen["sourceConfig"]).to_string();
            let params = json!({ "raw": raw, "baseHash": hash, "replacePaths": replaced });
            make_room(&mut writes).await;
            match self.insist(cell, "config.patch", &params, WRITE).await {
                Err(RpcError::Refused(why)) if why.contains(STALE) => {}
                done => return done,
            }
        }
        Err(RpcError::Unavailable("somebody else keeps changing the configuration".into()))
    }

    /// A claw is no more.
    pub fn forget(&self, slug: &str) {
        self.writers.lock().unwrap_or_else(PoisonError::into_inner).remove(slug);
    }

    fn writer(&self, cell: &Cell) -> Arc<Mutex<Writes>> {
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(writers.entry(cell.slug.clone()).or_default())
    }

    async fn insist(&self, cell: &Cell, method: &str, params: &Value, at_most: Duration) -> Result<Value, RpcError> {
        let began = Instant::now();
        let mut wait = FIRST_WAIT;
        loop {
            let (why, asked) = match self.once(cell, method, params, at_most).await {
                Ok(payload) => return Ok(payload),
                Err(Once::Ended(error)) => return Err(error),
                Err(Once::Busy { why, wait }) => (why, wait),
            };
            let pause = asked.unwrap_or(wait).min(LONGEST_WAIT);
            if began.elapsed() + pause > PATIENCE {
                return Err(RpcError::Unavailable(why));
            }
            tokio::time::sleep(pause).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    async fn once(&self, cell: &Cell, method: &str, params: &Value, at_most: Duration) -> Result<Value, Once> {
        let ended = |error| Err(Once::Ended(error));
        let body = json!({ "id": method, "method": method, "params": params });
        let sent = self
            .client
            .post(format!("http://127.0.0.1:{}/api/v1/admin/rpc", cell.port))
            .bearer_auth(cell.gateway_token.expose())
            .timeout(at_most)
            .json(&body)
            .send()
            .await
            .map_err(http::sort);
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) => return ended(RpcError::Unavailable(error.to_string())),
        };
        let status = answer.status().as_u16();
        let bytes = match http::read_limited(answer, MOST_BYTES).await {
            Ok(bytes) => bytes,
            Err(HttpError::TooLong(_)) => return ended(RpcError::Garbage),
            Err(error) => return ended(RpcError::Unavailable(error.to_string())),
        };
        match status {
            401 | 403 => return ended(RpcError::Stranger),
            // The plugin that answers these calls is loaded a moment after the rest.
            404 => return Err(Once::Busy { why: "it does not answer admin calls".into(), wait: None }),
            _ => {}
        }
        let Ok(answer) = serde_json::from_slice::<Answer>(&bytes) else { return ended(RpcError::Garbage) };
        match answer.error {
            None if answer.ok => Ok(answer.payload),
            None => ended(RpcError::Garbage),
            Some(fault) if fault.code == "UNAVAILABLE" => {
                let wait = fault.retry_after_ms.map(Duration::from_millis);
                Err(Once::Busy { why: redact(&fault.message), wait })
            }
            Some(fault) if fault.code == "AGENT_TIMEOUT" => ended(RpcError::Unavailable(redact(&fault.message))),
            Some(fault) => ended(RpcError::Refused(redact(&fault.message))),
        }
    }
}

/// How one call ended, when it brought nothing.
enum Once {
    Ended(RpcError),
    Busy { why: String, wait: Option<Duration> },
}

/// Waits until the last minute has room for one more write, and counts it.
async fn make_room(writes: &mut Writes) {
    while writes.len() >= WRITES_IN_A_MINUTE {
        let Some(oldest) = writes.pop_front() else { break };
        tokio::time::sleep_until(oldest + MINUTE).await;
    }
    let now = Instant::now();
    writes.retain(|at| *at + MINUTE > now);
    writes.push_back(now);
}
