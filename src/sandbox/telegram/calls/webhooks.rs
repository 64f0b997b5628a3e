//! Setting, removing and looking at a bot's webhook. What is sent to it is in `delivery`.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Asked, Outcome};
use crate::sandbox::telegram::{
    json::seconds,
    refused::Refused,
    state::State,
    updates::{Inbox, Webhook},
};

pub(super) fn set(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let url = asked.args.text("url").unwrap_or_default();
    if url.is_empty() {
        return delete(state, asked);
    }
    let foreign = !is_loopback(&url)?;
    let secret = asked.args.text("secret_token").filter(|secret| !secret.is_empty());
    if let Some(secret) = &secret {
        let letters = secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if !letters {
            return Err(Refused::bad("secret token contains unallowed characters"));
        }
        if secret.len() > 256 {
            return Err(Refused::bad("secret token is too long"));
        }
    }
    let max_connections = asked.args.int("max_connections").unwrap_or(40).clamp(1, 100);
    let max_connections = usize::try_from(max_connections).unwrap_or(40);
    let inbox = inbox(state, asked)?;
    allow(inbox, asked)?;
    drop_if_asked(inbox, asked);
    inbox.webhook = Some(Webhook { url, secret, max_connections, last_error: None, foreign });
    for pending in &mut inbox.pending {
        pending.not_before = None;
    }
    inbox.take_turn();
    Ok(true.into())
}

pub(super) fn delete(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let inbox = inbox(state, asked)?;
    drop_if_asked(inbox, asked);
    if inbox.webhook.take().is_some() {
        inbox.take_turn();
    }
    Ok(true.into())
}

pub(super) fn info(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let inbox = inbox(state, asked)?;
    inbox.drop_old(asked.now);
    let mut info = json!({ "url": "", "has_custom_certificate": false, "pending_update_count": inbox.pending.len() });
    if let Some(webhook) = &inbox.webhook {
        info["url"] = json!(webhook.url);
        info["max_connections"] = json!(webhook.max_connections);
        if let Some((at, what)) = &webhook.last_error {
            info["last_error_date"] = json!(seconds(*at));
            info["last_error_message"] = json!(what);
        }
    }
    if let Some(allowed) = &inbox.allowed {
        info["allowed_updates"] = json!(allowed);
    }
    Ok(info)
}

/// Remembers which kinds of updates the bot asks for. An empty list means the default ones, a missing one no change.
pub(super) fn allow(inbox: &mut Inbox, asked: &Asked<'_>) -> Result<(), Refused> {
    if let Some(kinds) = asked.args.structure("allowed_updates")? {
        let kinds = kinds.as_array().ok_or_else(|| Refused::bad("can't parse allowed updates JSON object"))?;
        let kinds: Vec<String> = kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        inbox.allowed = (!kinds.is_empty()).then_some(kinds);
    }
    Ok(())
}

fn inbox<'a>(state: &'a mut State, asked: &Asked<'_>) -> Result<&'a mut Inbox, Refused> {
    state.bots.get_mut(&asked.bot).map(|bot| &mut bot.inbox).ok_or_else(Refused::unauthorized)
}

fn drop_if_asked(inbox: &mut Inbox, asked: &Asked<'_>) {
    if asked.args.flag("drop_pending_updates") == Some(true) {
        inbox.pending.clear();
    }
}

/// Telegram takes https addresses on public hosts only. Here loopback over plain http is where updates are really sent;
/// a public https address is taken as somebody else's.
fn is_loopback(text: &str) -> Result<bool, Refused> {
    let bad = |why: &str| Refused::bad(format!("bad webhook: {why}"));
    let url = url::Url::parse(text).map_err(|_| bad("invalid webhook URL specified"))?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "http" if loopback => Ok(true),
        "https" if !loopback => Ok(false),
        _ => Err(bad("An HTTPS URL must be provided for webhook")),
    }
}
