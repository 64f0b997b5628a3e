//! Quick answers, polling, and what is set at the start.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::server::{Reply, Server, no, ok};
use crate::{
    bot::{
        api::{ALLOWED_UPDATES, CommandScope, PollError, Profile},
        incoming,
    },
    domain::{ids::ChatId, locale::Locale, secret::Secret},
    drivers::telegram::SendError,
};

#[tokio::test]
async fn taps_are_answered_shortly_and_never_too_late() {
    let late = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    let server = Server::with([ok(json!(true)), ok(json!(true)), no(400, late), no(401, "Unauthorized")]).await;
    let api = server.api();
    assert_eq!(api.answer_tap("991", None, false).await, Ok(()));
    assert_eq!(server.body(0), json!({"callback_query_id": "991"}));
    assert_eq!(api.answer_tap("991", Some("é".repeat(300)), true).await, Ok(()));
    assert_eq!(server.body(1), json!({"callback_query_id": "991", "text": "é".repeat(200), "show_alert": true}));
    assert_eq!(api.answer_tap("991", None, false).await, Ok(()));
    assert_eq!(api.answer_tap("991", None, false).await, Err(SendError::LockedOut));
}

#[tokio::test]
async fn typing_and_checkouts_go_out_at_once() {
    let server = Server::with([ok(json!(true)), ok(json!(true)), ok(json!(true))]).await;
    let api = server.api();
    api.typing(ChatId(42)).await.expect("taken");
    api.answer_checkout("77", true, None).await.expect("taken");
    api.answer_checkout("78", false, Some("Sold out".into())).await.expect("taken");
    assert_eq!(server.methods(), ["sendChatAction", "answerPreCheckoutQuery", "answerPreCheckoutQuery"]);
    assert_eq!(server.body(0), json!({"chat_id": 42, "action": "typing"}));
    assert_eq!(server.body(1), json!({"pre_checkout_query_id": "77", "ok": true}));
    assert_eq!(server.body(2), json!({"pre_checkout_query_id": "78", "ok": false, "error_message": "Sold out"}));
}

#[tokio::test]
async fn polled_updates_come_as_the_bytes_they_were() {
    let updates = json!([
        {"update_id": 5, "message": {"message_id": 1, "date": 1, "text": "é🐙 \" \\", "from": {"id": 9_007_199_254_740_993_i64}}},
        {"update_id": 6, "a_kind_of_tomorrow": {"x": [1.5, null, true]}},
        {"update_id": 7, "managed_bot": {"user": {"id": 42, "first_name": "Ann"}, "bot": {"id": 1, "username": "b_bot"}}},
    ]);
    let server = Server::with([ok(updates.clone()), ok(json!([]))]).await;
    let got = server.api().get_updates(5, 300, 255).await.expect("updates");
    let back: Vec<Value> = got.iter().map(|bytes| serde_json::from_slice(bytes).expect("JSON")).collect();
    assert_eq!(Value::from(back), updates);
    let kinds: Vec<_> = got.iter().map(|bytes| incoming::envelope(bytes).expect("an update").kind).collect();
    assert_eq!(kinds, ["message", "a_kind_of_tomorrow", "managed_bot"]);
    assert_eq!(server.body(0), json!({"offset": 5, "timeout": 50, "limit": 100, "allowed_updates": ALLOWED_UPDATES}));
    assert_eq!(server.api().get_updates(8, 0, 100).await, Ok(vec![]));
}

#[tokio::test]
async fn a_poll_says_why_it_failed() {
    let other = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    let wait = json!({"ok": false, "error_code": 429, "description": "x", "parameters": {"retry_after": 5}});
    for (reply, expected) in [
        (no(409, other), PollError::Conflict(other.into())),
        (no(401, "Unauthorized"), PollError::LockedOut),
        (no(404, "Not Found"), PollError::LockedOut),
        (Reply::Says(429, wait), PollError::Wait(Duration::from_secs(5))),
        (no(502, "Bad Gateway"), PollError::Failed("Telegram failed with 502".into())),
        (Reply::HangsUp, PollError::Failed("the connection broke".into())),
        (ok(json!({"not": "a list"})), PollError::Failed("it was accepted, with an answer we cannot read".into())),
    ] {
        assert_eq!(Server::with([reply]).await.api().get_updates(0, 0, 100).await, Err(expected));
    }
}

#[tokio::test]
async fn menus_are_set_by_scope_and_language() {
    let server = Server::with([ok(json!(true)), ok(json!(true))]).await;
    let api = server.api();
    let menu = [("start".to_owned(), "Empezar".to_owned())];
    api.set_commands(CommandScope::AllPrivateChats, Some(Locale::Es), &menu).await.expect("taken");
    api.set_commands(CommandScope::Chat(ChatId(42)), None, &[]).await.expect("taken");
    assert_eq!(server.methods(), ["setMyCommands", "deleteMyCommands"]);
    let expected = json!({
        "commands": [{"command": "start", "description": "Empezar"}],
        "scope": {"type": "all_private_chats"}, "language_code": "es",
    });
    assert_eq!(server.body(0), expected);
    assert_eq!(server.body(1), json!({"scope": {"type": "chat", "chat_id": 42}}));
}

#[tokio::test]
async fn the_profile_has_two_texts() {
    let server = Server::with([ok(json!(true)), ok(json!(true))]).await;
    let profile = Profile { description: "long".into(), short_description: "short".into() };
    server.api().set_profile(Some(Locale::Ru), &profile).await.expect("taken");
    assert_eq!(server.methods(), ["setMyDescription", "setMyShortDescription"]);
    assert_eq!(server.body(0), json!({"description": "long", "language_code": "ru"}));
    assert_eq!(server.body(1), json!({"short_description": "short", "language_code": "ru"}));
}

#[tokio::test]
async fn a_webhook_is_set_looked_at_and_taken_away() {
    let told = json!({"url": "https://x.example/tg", "has_custom_certificate": false, "pending_update_count": 3,
        "last_error_date": 1_780_000_000, "last_error_message": "Wrong response"});
    let server = Server::with([ok(json!(true)), ok(told), ok(json!({"url": ""})), ok(json!(true))]).await;
    let api = server.api();
    let url = Url::parse("https://x.example/tg").expect("a URL");
    api.set_webhook(&url, &Secret::new("s3cret".into()), &ALLOWED_UPDATES, 40).await.expect("taken");
    let expected = json!({"url": "https://x.example/tg", "secret_token": "s3cret", "max_connections": 40,
        "allowed_updates": ALLOWED_UPDATES});
    assert_eq!(server.body(0), expected);
    let info = api.webhook_info().await.expect("told");
    assert_eq!((info.url.as_str(), info.pending, info.last_error.as_deref()), (url.as_str(), 3, Some("Wrong response")));
    assert_eq!(api.webhook_info().await.expect("told").url, "");
    api.delete_webhook(false).await.expect("taken");
    assert_eq!(server.body(3), json!({"drop_pending_updates": false}));
}
