//! Clients that know nothing of this project meet the stand-in for Telegram: a bot written with aiogram
//! (`telegram_walk.py`), and teloxide's own types, which must be able to read every update and answer.

use std::{process::Stdio, time::Duration};

use clawhatch::{
    domain::ids::{ChatId, MessageId},
    sandbox::telegram::Forward,
};
use serde_json::json;
use teloxide::{
    prelude::*,
    types::{InlineKeyboardButton, InlineKeyboardMarkup, ParseMode, UpdateKind},
};

use super::world::{ANN, BOB, World};

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "which Python to use is the tester's choice")]
async fn a_bot_written_with_aiogram_lives_here() {
    let python = std::env::var("CLAWHATCH_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
    let known = std::process::Command::new(&python).args(["-c", "import aiogram"]).output();
    assert!(
        known.is_ok_and(|known| known.status.success()),
        "{python} has no aiogram: pip install -r tests/outside/requirements.txt, and name the interpreter in CLAWHATCH_TEST_PYTHON"
    );
    let w = World::new();
    let walk = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/outside/telegram_walk.py");
    let mut child = tokio::process::Command::new(python);
    child.args([walk, &w.telegram.url(), &w.bot.token]).stdin(Stdio::null()).kill_on_drop(true);
    let mut child = child.spawn().unwrap();
    let until = async |done: &dyn Fn() -> bool| {
        while !done() {
            let seen = w.telegram.version();
            if !done() {
                w.telegram.changed(seen).await;
            }
        }
    };
    let story = async {
        w.telegram.break_things(|faults| faults.rate_limit_next = Some((None, 1)));
        w.telegram.says(ANN, w.bot.id, "/start");
        until(&|| w.telegram.last_from_bot(ANN, w.bot.id).is_some()).await;
        let greeting = w.telegram.last_from_bot(ANN, w.bot.id).unwrap();
        assert_eq!(greeting.html, "Hello <b>Ann</b>, here is an egg.");
        let tap = w.telegram.taps(ANN, w.bot.id, greeting.message_id, "Crack it");
        assert_eq!(w.telegram.tap_answered(tap.query_id().unwrap()).await.text, "Cracked.");
        w.telegram.says(ANN, w.bot.id, "delete this");
        until(&|| w.telegram.calls_of("deleteMessage").len() == 1).await;
    };
    tokio::select! {
        told = tokio::time::timeout(Duration::from_secs(60), story) => told.expect("the bot did its part within a minute"),
        ended = child.wait() => panic!("the bot ended early: {ended:?}"),
    }
    assert_eq!(w.telegram.transcript(ANN, w.bot.id), "Ann: /start\nHatchery: The egg is open.\n");
    assert_eq!((w.telegram.hits().rate_limited, w.telegram.calls_of("setMyCommands").len()), (1, 1));
    child.kill().await.unwrap();
}

#[tokio::test]
async fn teloxide_reads_every_update_and_answer() {
    let w = World::new();
    let bot = Bot::new(&w.bot.token).set_api_url(w.telegram.url().parse().unwrap());
    let ann = teloxide::types::ChatId(ANN.0);
    assert_eq!(bot.get_me().await.unwrap().username(), "hatchery_bot");
    assert!(bot.get_webhook_info().await.unwrap().url.is_none());
    assert!(matches!(bot.send_message(ann, "x").await, Err(teloxide::RequestError::Api(_))));

    let first = w.telegram.says(ANN, w.bot.id, "/start");
    w.telegram.edits(ANN, w.bot.id, first, "/start again");
    let data = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("Go", "go")]]);
    let sent = bot.send_message(ann, "<b>bold</b>").parse_mode(ParseMode::Html).reply_markup(data).await.unwrap();
    assert_eq!((sent.text(), sent.entities().unwrap().len()), (Some("bold"), 1));
    let sent_id = MessageId(i64::from(sent.id.0));
    w.telegram.taps(ANN, w.bot.id, sent_id, "Go");
    w.telegram.taps_data(ANN, w.bot.id, MessageId(77), "gone");
    bot.edit_message_text(ann, sent.id, "edited").await.unwrap();
    assert_eq!(bot.get_chat(ann).await.unwrap().first_name(), Some("Ann"));
    let key = json!({ "text": "Pick", "request_users": { "request_id": 1 } });
    w.ok("sendMessage", json!({ "chat_id": ANN, "text": "?", "reply_markup": { "keyboard": [[key]] } })).await;
    w.telegram.shares_users(ANN, w.bot.id, 1, &[BOB]);
    w.telegram.forwards(ANN, w.bot.id, Forward::Hidden("Eve".into()), "f");
    let channel = Forward::Channel { id: ChatId(-1_002), title: "News".into() };
    w.telegram.forwards(ANN, w.bot.id, channel, "f");
    let user = Forward::User { id: BOB, first_name: "Bob".into(), username: None, is_bot: false };
    w.telegram.forwards(ANN, w.bot.id, user, "f");
    w.telegram.blocks(ANN, w.bot.id);
    w.telegram.unblocks(ANN, w.bot.id);
    w.telegram.add_channel(ChatId(-1_003), "Blog");
    w.telegram.adds_bot_to(ANN, w.bot.id, ChatId(-1_003));
    w.telegram.posts_in_channel(ChatId(-1_003), "post");
    let query = w.telegram.pays(ANN, w.bot.id, "p", 5).unwrap();
    w.ok("answerPreCheckoutQuery", json!({ "pre_checkout_query_id": query, "ok": true })).await;

    let updates = bot.get_updates().await.unwrap();
    let unread = |update: &&Update| match &update.kind {
        UpdateKind::Error(_) => true,
        UpdateKind::Message(message) => matches!(message.kind, teloxide::types::MessageKind::Empty {}),
        _ => false,
    };
    let unread: Vec<_> = updates.iter().filter(unread).collect();
    assert!(unread.is_empty(), "{unread:#?}");
    assert_eq!(updates.len(), 14);
}
