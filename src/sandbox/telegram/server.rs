//! The Bot API's door: reads a call, lets the faults strike, has it done, writes it into the journal, answers.

use std::{io, net::TcpListener};

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    Telegram,
    args::Args,
    calls::{self, Asked, Outcome, polling},
    line::{Door, Scissors},
    reading::Call,
    refused::Refused,
    state,
};
use crate::domain::{
    bot_token::find_tokens,
    ids::{BotId, ChatId},
};

const LARGEST_BODY: usize = 4 * 1024 * 1024;

pub(super) fn serve(telegram: &Telegram, listener: TcpListener) -> io::Result<()> {
    let door = Door(tokio::net::TcpListener::from_std(listener)?);
    let router = Router::new().fallback(answer).with_state(telegram.clone());
    let stop = telegram.inner.stop.clone().cancelled_owned();
    let service = router.into_make_service_with_connect_info::<Scissors>();
    // It ends with an error only if the listener is lost, and then every call fails, which a test cannot miss.
    tokio::spawn(async move { axum::serve(door, service).with_graceful_shutdown(stop).await });
    Ok(())
}

async fn answer(State(telegram): State<Telegram>, ConnectInfo(scissors): ConnectInfo<Scissors>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Some((token, method)) = split_path(head.uri.path()) else { return reply(&Err(Refused::not_found())) };
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        let description = "Request Entity Too Large".to_owned();
        return reply(&Err(Refused { status: 413, description, retry_after: None }));
    };
    let args = Args::read(head.uri.query(), content_type, &body);

    let bot = telegram.bot_by_token(&token).map(|bot| bot.id);
    let lower = method.to_ascii_lowercase();
    let slow = telegram.act(|state, _| {
        let slow = state.faults.slow.filter(|_| state.faults.strikes(&lower));
        state.hits.slowed += u32::from(slow.is_some());
        slow
    });
    if let Some(pause) = slow {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = telegram.inner.stop.cancelled() => {}
        }
    }
    let (outcome, args) = match (args, bot) {
        (args, None) => (Err(Refused::unauthorized()), args.unwrap_or_default()),
        (Err(refused), Some(_)) => (Err(refused), Args::default()),
        (Ok(args), Some(bot)) => (perform(&telegram, bot, &token, &lower, &args).await, args),
    };

    let lost = telegram.act(|state, now| {
        let lost = outcome.is_ok() && state.faults.lose_answers > 0 && state.faults.strikes(&lower);
        if lost {
            state.faults.lose_answers -= 1;
            state.hits.answers_lost += 1;
        }
        let (status, answer) = match &outcome {
            Ok(updates) if lower == "getupdates" => (200, json!({ "updates": updates.as_array().map_or(0, Vec::len) })),
            Ok(result) => (200, masked(result)),
            Err(refused) => (refused.status, refused.json()),
        };
        let mut args = Value::Object(args.0);
        if args.get("secret_token").is_some() {
            args["secret_token"] = json!("***");
        }
        state.journal.push(Call { at: now, bot, method, args: masked(&args), status, answer, lost });
        lost
    });
    if lost {
        scissors.cut();
    }
    reply(&outcome)
}

/// Has the call done, unless a fault strikes.
async fn perform(telegram: &Telegram, bot: BotId, token: &str, method: &str, args: &Args) -> Outcome {
    if let Some(refused) = telegram.act(|state, now| strike(state, bot, method, args, now)) {
        return Err(refused);
    }
    if method == "getupdates" {
        return polling::get_updates(telegram, bot, token, args).await;
    }
    let outcome = telegram.act(|state, now| calls::call(state, method, &Asked { bot, args, now }));
    let outcome = outcome.unwrap_or_else(|| Err(Refused::not_found()));
    if method == "setwebhook" && outcome.is_ok() {
        telegram.spawn_delivery(bot);
    }
    outcome
}

/// The refusal by which a fault strikes this call, if one does.
fn strike(state: &mut state::State, bot: BotId, method: &str, args: &Args, now: i64) -> Option<Refused> {
    let (faults, hits) = (&mut state.faults, &mut state.hits);
    if faults.token_dead == Some(bot) {
        hits.token_dead += 1;
        return Some(Refused::unauthorized());
    }
    if faults.conflict && method == "getupdates" {
        hits.conflicts += 1;
        let why = "terminated by other getUpdates request; make sure that only one bot instance is running";
        return Some(Refused::conflict(why));
    }
    if faults.fail_next > 0 && faults.strikes(method) {
        faults.fail_next -= 1;
        hits.failed += 1;
        let status = faults.fail_status.and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.unwrap_or(StatusCode::BAD_GATEWAY);
        let description = status.canonical_reason().unwrap_or("Error").to_owned();
        return Some(Refused { status: status.as_u16(), description, retry_after: None });
    }
    let chat = args.int("chat_id").map(ChatId);
    if let Some(chat) = chat {
        let until = faults.limited_until.max(faults.limited_chats.get(&chat).copied()).unwrap_or(now);
        if until > now {
            hits.rate_limited += 1;
            return Some(Refused::too_many(u32::try_from((until - now + 999) / 1000).unwrap_or(u32::MAX)));
        }
    }
    if let (Some((which, seconds)), Some(chat)) = (faults.rate_limit_next, chat)
        && which.is_none_or(|which| which == chat)
    {
        faults.rate_limit_next = None;
        hits.rate_limited += 1;
        return Some(Refused::too_many(seconds));
    }
    None
}

/// Token and method of `/bot<token>/<method>`. A token is digits, a colon and something.
fn split_path(path: &str) -> Option<(String, String)> {
    let (token, method) = path.strip_prefix("/bot")?.split_once('/')?;
    let token = token.replace("%3A", ":").replace("%3a", ":");
    let (id, secret) = token.split_once(':')?;
    let well_formed = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) && !secret.is_empty();
    (well_formed && !method.is_empty()).then(|| (token.clone(), method.trim_end_matches('/').to_owned()))
}

fn reply(outcome: &Outcome) -> Response {
    match outcome {
        Ok(result) => Json(json!({ "ok": true, "result": result })).into_response(),
        Err(refused) => {
            let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, Json(refused.json())).into_response()
        }
    }
}

/// The same with everything that looks like a bot token blotted out.
fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let mut text = text.clone();
            for found in find_tokens(&text).into_iter().rev() {
                text.replace_range(found, "<token>");
            }
            Value::String(text)
        }
        Value::Array(items) => items.iter().map(masked).collect(),
        Value::Object(fields) => Value::Object(fields.iter().map(|(name, value)| (name.clone(), masked(value))).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}
