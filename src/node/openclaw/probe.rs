//! How a gateway is. Its answers are judged by what stands in them: another program on the port, or a page in place of an
//! answer, says 200 as well.
//!
//! A gateway that says it is ready is asked for its channel too. While somebody else uses its bot it waits and calls
//! itself ready, and its person gets no answers.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    drivers::http,
    node::{
        cell::Cell,
        openclaw::{Health, OpenClaw, Trouble, redact, rpc::RpcError},
    },
};

const AT_MOST: Duration = Duration::from_secs(5);
const MOST_BYTES: usize = 64 * 1024;

#[derive(Deserialize)]
struct Live {
    ok: bool,
    status: String,
}

#[derive(Deserialize)]
struct Ready {
    ready: bool,
}

/// One account of the channel, as `channels.status` tells.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Account {
    enabled: bool,
    lifecycle: Option<String>,
    last_error: Option<String>,
}

impl OpenClaw {
    /// How the gateway answers.
    pub async fn probe(&self, cell: &Cell) -> Health {
        match self.ask::<Live>(cell, "healthz").await {
            Ok(live) if live.ok && live.status == "live" => {}
            Ok(_) => return Health::Silent("its answer is not that of a gateway".into()),
            Err(why) => return Health::Silent(why),
        }
        match self.ask::<Live>(cell, "startupz").await {
            Ok(started) if started.ok && started.status == "started" => {}
            Ok(_) => return Health::Starting,
            Err(why) => return Health::Silent(why),
        }
        let ready = match self.ask::<Ready>(cell, "readyz").await {
            Ok(answer) => answer.ready,
            Err(why) => return Health::Silent(why),
        };
        match self.channel_trouble(cell).await {
            Ok(None) if ready => Health::Ready,
            Ok(trouble) => Health::Unready(trouble),
            Err(RpcError::Stranger) => Health::Silent("another program answers on its port".into()),
            // The channel could not be asked for, which says nothing of it.
            Err(RpcError::Unavailable(_) | RpcError::Refused(_) | RpcError::Garbage) if ready => Health::Ready,
            Err(RpcError::Unavailable(_) | RpcError::Refused(_) | RpcError::Garbage) => Health::Unready(None),
        }
    }

    async fn ask<T: for<'a> Deserialize<'a>>(&self, cell: &Cell, what: &str) -> Result<T, String> {
        let url = format!("http://127.0.0.1:{}/{what}", cell.port);
        let answer = self.admin.client.get(url).timeout(AT_MOST).send().await;
        let answer = answer.map_err(|error| http::sort(error).to_string())?;
        // Not ready is 503 with the same body, so the status adds nothing.
        let bytes = http::read_limited(answer, MOST_BYTES).await.map_err(|error| error.to_string())?;
        serde_json::from_slice(&bytes).map_err(|_| format!("what it answers to /{what} makes no sense"))
    }

    async fn channel_trouble(&self, cell: &Cell) -> Result<Option<Trouble>, RpcError> {
        let asked = self.admin.read(cell, "channels.status", json!({ "channel": "telegram" }));
        let Ok(said) = tokio::time::timeout(AT_MOST, asked).await else {
            return Err(RpcError::Unavailable("it took too long".into()));
        };
        Ok(trouble_in(&said?))
    }
}

/// What keeps the claw's bot from working, if anything does.
fn trouble_in(status: &Value) -> Option<Trouble> {
    let accounts = status["channelAccounts"]["telegram"].as_array()?;
    let accounts = accounts.iter().filter_map(|account| Account::deserialize(account).ok());
    accounts.filter(|account| account.enabled && account.lifecycle.as_deref() != Some("ready")).find_map(|account| {
        let error = account.last_error.filter(|error| !error.is_empty())?;
        let small = error.to_lowercase();
        Some(if small.contains("conflict") || small.contains("409") {
            Trouble::BotTokenUsedElsewhere
        } else if small.contains("401") || small.contains("unauthorized") {
            Trouble::BotTokenRejected
        } else {
            Trouble::Other(redact(&error).chars().take(300).collect())
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::trouble_in;
    use crate::node::openclaw::Trouble;

    #[test]
    fn the_channels_own_words_tell_what_is_wrong() {
        let said = |enabled: bool, lifecycle: &str, error: Option<&str>| {
            let account = json!({ "accountId": "b1", "enabled": enabled, "lifecycle": lifecycle, "lastError": error });
            trouble_in(&json!({ "channelAccounts": { "telegram": [account] } }))
        };
        let conflict = "Telegram getUpdates conflict: Conflict: terminated by other getUpdates request";
        let rejected = "Telegram bot token unauthorized for account \"b1\" (getMe returned 401 from Telegram)";
        assert_eq!(said(true, "recovering", Some(conflict)), Some(Trouble::BotTokenUsedElsewhere));
        assert_eq!(said(true, "blocked", Some(rejected)), Some(Trouble::BotTokenRejected));
        assert_eq!(said(true, "recovering", Some("fetch failed")), Some(Trouble::Other("fetch failed".into())));
        assert_eq!(said(true, "ready", Some(conflict)), None, "an old error of a channel that works again");
        assert_eq!(said(true, "starting", None), None);
        assert_eq!(said(false, "blocked", Some(rejected)), None, "a channel that is switched off");
        assert_eq!(trouble_in(&json!({})), None);
    }
}
