//! The stand-in for Telegram is itself held to the Bot API's rules: by raw HTTP calls here, and by a bot written with
//! aiogram and one written with
//! teloxide in `tests/outside/`, which know nothing of this project.
#![cfg(feature = "server")]
#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

#[path = "outside/clients.rs"]
mod clients;

use std::{
    sync::{
        Arc, Mutex, Once,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::http::StatusCode;
use clawhatch::{
    domain::ids::{BotId, ChatId, MessageId, TelegramId},
    sandbox::telegram::{BOTFATHER, BotAccount, Forward, Kind, NotCreated, Pace, TapResult, Telegram},
};
use serde_json::{Value, json};

const ANN: TelegramId = TelegramId(1001);
const BOB: TelegramId = TelegramId(1002);
const HOUR_MS: i64 = 3_600_000;

struct World {
    telegram: Telegram,
    bot: BotAccount,
    time: Arc<AtomicI64>,
    http: reqwest::Client,
}

impl World {
    fn new() -> World {
        static CRYPTO: Once = Once::new();
        CRYPTO.call_once(|| {
            rustls::crypto::ring::default_provider().install_default().expect("installed once");
        });
        let time = Arc::new(AtomicI64::new(1_750_000_000_000));
        let clock = {
            let time = time.clone();
            Arc::new(move || time.load(Ordering::SeqCst))
        };
        let telegram = Telegram::start(clock).unwrap();
        telegram.add_person(ANN, "Ann", None, Some("ann"), Some("en"));
        telegram.add_person(BOB, "Bob", Some("Brown"), None, None);
        let bot = telegram.add_bot("Hatchery", "hatchery_bot", true);
        World { telegram, bot, time, http: reqwest::Client::new() }
    }

    fn pass(&self, ms: i64) {
        self.time.fetch_add(ms, Ordering::SeqCst);
    }

    async fn call_as(&self, token: &str, method: &str, args: Value) -> (u16, Value) {
        let url = format!("{}/bot{token}/{method}", self.telegram.url());
        let answer = self.http.post(url).json(&args).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["ok"] == json!(true), status == 200);
        (status, body)
    }

    async fn ok(&self, method: &str, args: Value) -> Value {
        let (status, mut body) = self.call_as(&self.bot.token, method, args).await;
        assert_eq!(status, 200, "{method}: {body}");
        body["result"].take()
    }

    async fn refused(&self, method: &str, args: Value) -> String {
        let (status, body) = self.call_as(&self.bot.token, method, args).await;
        assert_ne!(status, 200, "{method}: {body}");
        assert_eq!(body["error_code"], json!(status));
        format!("{status} {}", body["description"].as_str().unwrap())
    }

    async fn send(&self, text: &str) -> MessageId {
        MessageId(self.ok("sendMessage", json!({ "chat_id": ANN, "text": text })).await["message_id"].as_i64().unwrap())
    }

    async fn updates(&self, offset: i64) -> Vec<Value> {
        self.ok("getUpdates", json!({ "offset": offset })).await.as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn a_conversation_with_a_button() {
    let w = World::new();
    let said = w.telegram.says(ANN, w.bot.id, "/start abc");
    let updates = w.updates(0).await;
    insta::assert_json_snapshot!(updates[0]["message"], @r#"
    {
      "chat": {
        "first_name": "Ann",
        "id": 1001,
        "type": "private",
        "username": "ann"
      },
      "date": 1750000000,
      "entities": [
        {
          "length": 6,
          "offset": 0,
          "type": "bot_command"
        }
      ],
      "from": {
        "first_name": "Ann",
        "id": 1001,
        "is_bot": false,
        "language_code": "en",
        "username": "ann"
      },
      "message_id": 1,
      "text": "/start abc"
    }
    "#);
    let keyboard = json!({ "inline_keyboard": [[{ "text": "Hatch", "callback_data": "ha" }, { "text": "Site", "url": "https://a.example.com" }]] });
    let args = json!({ "chat_id": ANN, "text": "<b>Hello</b>\nAnn", "parse_mode": "HTML", "reply_markup": keyboard });
    let sent = MessageId(w.ok("sendMessage", args).await["message_id"].as_i64().unwrap());
    assert_eq!(w.telegram.taps(ANN, w.bot.id, sent, "Site"), TapResult::Opens("https://a.example.com".into()));
    assert_eq!(w.telegram.taps(ANN, w.bot.id, sent, "No such"), TapResult::Nothing);
    insta::assert_snapshot!(w.telegram.transcript(ANN, w.bot.id), @r"
    Ann: /start abc
    Hatchery: Hello
      Ann
      [ Hatch ] [ Site ]
    ");

    let tap = w.telegram.taps(ANN, w.bot.id, sent, (0, 0));
    let query = w.updates(updates[0]["update_id"].as_i64().unwrap() + 1).await[0]["callback_query"].clone();
    assert_eq!((query["data"].as_str(), query["id"].as_str()), (Some("ha"), tap.query_id()));
    w.ok("answerCallbackQuery", json!({ "callback_query_id": query["id"], "text": "Yes" })).await;
    assert_eq!(w.telegram.tap_answered(tap.query_id().unwrap()).await.text, "Yes");
    assert_eq!(w.telegram.toasts(ANN)[0].text, "Yes");
    let edit = json!({ "chat_id": ANN, "message_id": sent, "text": "Done" });
    w.ok("editMessageText", edit.clone()).await;
    assert!(w.refused("editMessageText", edit).await.starts_with("400 Bad Request: message is not modified: "));
    let shown = w.telegram.last_from_bot(ANN, w.bot.id).unwrap();
    assert_eq!((shown.text.as_str(), shown.buttons.len(), shown.edited_at.len()), ("Done", 0, 1));

    let old = w.telegram.taps_data(ANN, w.bot.id, said, "stale");
    w.pass(HOUR_MS);
    let late = w.refused("answerCallbackQuery", json!({ "callback_query_id": old.query_id() })).await;
    assert_eq!(late, "400 Bad Request: query is too old and response timeout expired or query ID is invalid");
}

#[tokio::test]
async fn texts_and_buttons_must_be_in_order() {
    let w = World::new();
    w.telegram.says(ANN, w.bot.id, "/start");
    let refused = async |args: Value| {
        let mut call = json!({ "chat_id": ANN, "text": "x", "parse_mode": "HTML" });
        call.as_object_mut().unwrap().extend(args.as_object().unwrap().clone());
        w.refused("sendMessage", call).await
    };
    let button = |button: Value| json!({ "reply_markup": { "inline_keyboard": [[button]] } });
    assert_eq!(refused(json!({ "text": " <b> </b> " })).await, "400 Bad Request: message text is empty");
    assert_eq!(refused(json!({ "text": "x".repeat(4097) })).await, "400 Bad Request: message is too long");
    w.ok("sendMessage", json!({ "chat_id": ANN, "parse_mode": "HTML", "text": format!("<b>{}</b>", "&lt;".repeat(4096)) })).await;
    let why = refused(json!({ "text": "a <b>" })).await;
    assert_eq!(why, "400 Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"");
    for data in [String::new(), "x".repeat(65)] {
        assert_eq!(refused(button(json!({ "text": "b", "callback_data": data }))).await, "400 Bad Request: BUTTON_DATA_INVALID");
    }
    w.ok("sendMessage", json!({ "chat_id": ANN, "text": "x", "reply_markup": { "inline_keyboard": [[{ "text": "b", "callback_data": "x".repeat(64) }, { "text": "c", "url": "tg://resolve?domain=a" }]] } })).await;
    for url in ["http://127.0.0.1:8080/x", "http://localhost/x", "https://10.0.0.1/", "http://[::1]/"] {
        let why = format!("400 Bad Request: inline keyboard button URL '{url}' is invalid: Wrong HTTP URL");
        assert_eq!(refused(button(json!({ "text": "b", "url": url }))).await, why);
    }
    let why = refused(button(json!({ "text": "b" }))).await;
    assert_eq!(why, "400 Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
    assert_eq!(w.refused("noSuchMethod", json!({})).await, "404 Not Found");
    assert_eq!(w.call_as("123456:AAno", "getMe", json!({})).await.0, 401);
    assert_eq!(w.call_as("nonsense", "getMe", json!({})).await.0, 404);
    assert_eq!(w.ok("GETME", json!({})).await["can_manage_bots"], json!(true));
}

#[tokio::test]
async fn who_can_be_written_to_and_what_can_be_deleted() {
    let w = World::new();
    let send = json!({ "chat_id": ANN, "text": "x" });
    assert_eq!(w.refused("sendMessage", send.clone()).await, "403 Forbidden: bot can't initiate conversation with a user");
    let nobody = json!({ "chat_id": 5, "text": "x" });
    assert_eq!(w.refused("sendMessage", nobody).await, "400 Bad Request: chat not found");
    let token = w.telegram.says(ANN, w.bot.id, "a secret");
    let mine = w.send("mine").await;
    let edit = json!({ "chat_id": ANN, "message_id": token, "text": "y" });
    assert_eq!(w.refused("editMessageText", edit).await, "400 Bad Request: message can't be edited");
    let gone = json!({ "chat_id": ANN, "message_id": 999, "text": "y" });
    assert_eq!(w.refused("editMessageText", gone.clone()).await, "400 Bad Request: message to edit not found");
    assert_eq!(w.refused("deleteMessage", gone).await, "400 Bad Request: message to delete not found");
    w.ok("deleteMessage", json!({ "chat_id": ANN, "message_id": token })).await;
    w.pass(48 * HOUR_MS);
    let late = json!({ "chat_id": ANN, "message_id": mine });
    assert_eq!(w.refused("deleteMessage", late).await, "400 Bad Request: message can't be deleted");
    assert_eq!(w.telegram.transcript(ANN, w.bot.id), "Hatchery: mine\n");
    assert_eq!(w.telegram.transcript_with_deleted(ANN, w.bot.id), "Ann (deleted): a secret\nHatchery: mine\n");

    w.telegram.blocks(ANN, w.bot.id);
    assert_eq!(w.refused("sendMessage", send.clone()).await, "403 Forbidden: bot was blocked by the user");
    w.telegram.says(ANN, w.bot.id, "/start");
    w.ok("sendMessage", send).await;
    let kinds: Vec<String> = w
        .updates(0)
        .await
        .iter()
        .map(|update| match update.get("my_chat_member") {
            Some(member) => member["new_chat_member"]["status"].as_str().unwrap().to_owned(),
            None => update["message"]["text"].as_str().unwrap().to_owned(),
        })
        .collect();
    assert_eq!(kinds, ["kicked", "member", "/start"], "the first message is older than a day");
}

#[tokio::test]
async fn one_poller_per_token_and_confirmed_updates_are_dropped() {
    let w = World::new();
    let before = w.telegram.version();
    let first = w.call_as(&w.bot.token, "getUpdates", json!({ "timeout": 30 }));
    let second = async {
        while w.telegram.version() < before + 2 {
            tokio::task::yield_now().await;
        }
        let updates = w.call_as(&w.bot.token, "getUpdates", json!({ "timeout": 30 }));
        let say = async {
            while w.telegram.calls_of("getUpdates").is_empty() {
                tokio::task::yield_now().await;
            }
            w.telegram.says(ANN, w.bot.id, "hi");
        };
        tokio::join!(updates, say).0
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(
        first.1["description"],
        json!("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
    );
    assert_eq!((first.0, second.1["result"][0]["message"]["text"].as_str()), (409, Some("hi")));
    w.telegram.says(ANN, w.bot.id, "again");
    let both = w.updates(0).await;
    assert_eq!(both.len(), 2);
    assert_eq!(w.updates(both[1]["update_id"].as_i64().unwrap()).await.len(), 1);
    assert_eq!(w.updates(-1).await.len(), 1);
    w.ok("getUpdates", json!({ "allowed_updates": ["callback_query"], "offset": i64::MAX })).await;
    w.telegram.says(ANN, w.bot.id, "unseen");
    assert!(w.updates(0).await.is_empty());
    w.telegram.set_foreign_webhook(w.bot.id, "https://other.example.com/hook");
    assert_eq!(
        w.refused("getUpdates", json!({})).await,
        "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    );
    assert_eq!(w.ok("getWebhookInfo", json!({})).await["url"], json!("https://other.example.com/hook"));
    w.ok("deleteWebhook", json!({})).await;
    assert!(w.updates(0).await.is_empty());
}

#[tokio::test]
async fn a_webhook_gets_each_chat_in_order_and_again_what_it_refused() {
    let w = World::new();
    w.telegram.set_webhook_retry(Duration::from_millis(5));
    let seen: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let log = seen.clone();
    let hook = axum::Router::new().route(
        "/hook",
        axum::routing::post(move |headers: axum::http::HeaderMap, body: axum::Json<Value>| {
            let log = log.clone();
            async move {
                assert_eq!(headers["x-telegram-bot-api-secret-token"], "s3cret");
                let text = body["message"]["text"].as_str().unwrap().to_owned();
                let who = body["message"]["from"]["first_name"].as_str().unwrap().to_owned();
                let mut log = log.lock().unwrap();
                let tries = log.iter().filter(|(_, before)| *before == text).count();
                log.push((who, text.clone()));
                match (text.as_str(), tries) {
                    ("a1", 0 | 1) => (StatusCode::SERVICE_UNAVAILABLE, [("x-why", "busy")]),
                    ("a3", 0) => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")]),
                    _ => (StatusCode::OK, [("x-why", "taken")]),
                }
            }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, hook).await });
    w.telegram.says(ANN, w.bot.id, "a1");
    w.telegram.says(ANN, w.bot.id, "a2");
    w.ok("setWebhook", json!({ "url": url, "secret_token": "s3cret" })).await;
    w.telegram.says(BOB, w.bot.id, "b1");
    let all_taken = async || {
        let wait = async { while w.ok("getWebhookInfo", json!({})).await["pending_update_count"] != json!(0) {} };
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("all updates taken");
    };
    all_taken().await;
    // Left to its own pace it would come again in an hour; Retry-After says at once.
    w.telegram.set_webhook_retry(Duration::from_secs(3600));
    w.telegram.says(ANN, w.bot.id, "a3");
    all_taken().await;
    let of = |who: &str| -> Vec<String> {
        seen.lock().unwrap().iter().filter(|(from, _)| from == who).map(|(_, text)| text.clone()).collect()
    };
    assert_eq!(of("Ann"), ["a1", "a1", "a1", "a2", "a3", "a3"]);
    assert_eq!(of("Bob"), ["b1"]);
    assert_eq!(
        w.ok("getWebhookInfo", json!({})).await["last_error_message"],
        json!("Wrong response from the webhook: 503 Service Unavailable")
    );
    assert!(w.telegram.calls_of("setWebhook")[0].args.to_string().contains("***"));
}

#[tokio::test]
async fn faults_strike_and_are_counted() {
    let w = World::new();
    w.telegram.says(ANN, w.bot.id, "/start");
    w.telegram.break_things(|faults| faults.rate_limit_next = Some((Some(ChatId(ANN.0)), 7)));
    let (status, body) = w.call_as(&w.bot.token, "sendMessage", json!({ "chat_id": ANN, "text": "x" })).await;
    assert_eq!((status, &body["parameters"]["retry_after"]), (429, &json!(7)));
    w.telegram.break_things(|faults| faults.fail_next = 1);
    assert_eq!(w.refused("sendMessage", json!({ "chat_id": ANN, "text": "x" })).await, "502 Bad Gateway");
    w.telegram.break_things(|faults| faults.lose_answers = 1);
    let url = format!("{}/bot{}/sendMessage", w.telegram.url(), w.bot.token);
    let lost = w.http.post(url).json(&json!({ "chat_id": ANN, "text": "done, but unheard" })).send().await;
    assert!(lost.is_err());
    assert_eq!(w.telegram.transcript(ANN, w.bot.id), "Ann: /start\nHatchery: done, but unheard\n");
    w.telegram.break_things(|faults| {
        faults.conflict = true;
        faults.slow = Some(Duration::from_millis(1));
    });
    assert!(w.refused("getUpdates", json!({})).await.starts_with("409 Conflict"));
    w.ok("getMe", json!({})).await;
    w.telegram.break_things(|faults| faults.token_dead = Some(w.bot.id));
    assert_eq!(w.refused("getMe", json!({})).await, "401 Unauthorized");
    let hits = w.telegram.hits();
    assert_eq!(
        (hits.rate_limited, hits.failed, hits.answers_lost, hits.conflicts, hits.token_dead, hits.slowed),
        (1, 1, 1, 1, 1, 2)
    );

    w.telegram.break_things(|faults| *faults = Default::default());
    w.telegram.set_pace(Some(Pace { burst: 2, window: Duration::from_secs(3) }));
    w.pass(60_000);
    w.send("1").await;
    w.pass(1_000);
    w.send("2").await;
    assert_eq!(w.refused("sendMessage", json!({ "chat_id": ANN, "text": "3" })).await, "429 Too Many Requests: retry after 2");
    w.pass(2_000);
    w.send("3").await;
    assert_eq!(w.telegram.hits().paced, 1);
}

#[tokio::test]
async fn a_managed_bot_is_made_run_and_taken_back() {
    let w = World::new();
    let link = "https://t.me/newbot/hatchery_bot/anns_helper_bot?name=Ann%27s%20helper";
    let made = w.telegram.opens_newbot_link(ANN, link).unwrap();
    assert_eq!((made.name.as_str(), made.owner), ("Ann's helper", Some(ANN)));
    assert_eq!(w.telegram.opens_newbot_link(BOB, link), Err(NotCreated::UsernameOccupied));
    assert_eq!(w.telegram.opens_newbot_link_as(BOB, link, "B", "bobs_helper"), Err(NotCreated::UsernameSuffixMissing));
    let update = w.updates(0).await[0]["managed_bot"].clone();
    assert_eq!((&update["user"]["id"], &update["bot"]["id"]), (&json!(ANN), &json!(made.id)));
    let of = json!({ "user_id": made.id });
    assert_eq!(w.ok("getManagedBotToken", of.clone()).await, json!(made.token));
    assert!(!w.telegram.journal().iter().any(|call| call.answer.to_string().contains(&made.token)));

    let renewed = w.telegram.revoke_token(made.id).unwrap();
    assert_eq!(w.call_as(&made.token, "getMe", json!({})).await.0, 401);
    assert_eq!(w.updates(0).await.len(), 2);
    let replaced = w.ok("replaceManagedBotToken", of.clone()).await;
    assert_ne!(replaced, json!(renewed));
    assert_eq!((w.updates(0).await.len(), w.call_as(&renewed, "getMe", json!({})).await.0), (2, 401));

    w.ok("setManagedBotAccessSettings", json!({ "user_id": made.id, "is_access_restricted": true })).await;
    assert_eq!(w.ok("getManagedBotAccessSettings", of.clone()).await, json!({ "is_access_restricted": true, "added_users": [] }));
    w.telegram.says(BOB, made.id, "/start");
    w.telegram.says(ANN, made.id, "hello");
    w.telegram.claw_attached(made.id, Arc::new(|text| format!("You said {text}")));
    w.telegram.says(ANN, made.id, "more");
    w.telegram.says(BOB, made.id, "and me?");
    insta::assert_snapshot!(w.telegram.transcript(ANN, made.id), @r"
    Ann: hello
    Ann's helper: You said hello
    Ann: more
    Ann's helper: You said more
    ");
    assert_eq!(w.telegram.transcript(BOB, made.id), "Bob: /start\nBob: and me?\n");
    w.telegram.claw_detached(made.id);
    w.telegram.says(ANN, made.id, "anyone?");
    assert_eq!(w.telegram.waiting_updates(made.id).len(), 1);

    let other = w.telegram.add_bot("Other", "other_bot", false);
    assert_eq!(w.refused("getManagedBotToken", json!({ "user_id": other.id })).await, "403 Forbidden: BOT_ACCESS_FORBIDDEN");
    let eleven: Vec<i64> = (0..11).collect();
    let many = json!({ "user_id": made.id, "is_access_restricted": true, "added_user_ids": eleven });
    assert_eq!(w.refused("setManagedBotAccessSettings", many).await, "400 Bad Request: too many user identifiers specified");
}

#[tokio::test]
async fn botfather_makes_a_bot_in_a_conversation() {
    let w = World::new();
    for text in ["/newbot", "Bob's bot", "bobby", "hatchery_bot", "bobbys_bot"] {
        w.telegram.says(BOB, BOTFATHER, text);
    }
    let made = w.telegram.bot_by_username("@BobbyS_bot").unwrap();
    let chat = w.telegram.transcript(BOB, BOTFATHER).replace(&made.token, "<the token>");
    insta::assert_snapshot!(chat, @r"
    Bob: /newbot
    BotFather: A new bot, then. What shall people call it? Send me a name for it.
    Bob: Bob's bot
    BotFather: Good. Now a username for it. It has to end in `bot`, like TetrisBot or tetris_bot.
    Bob: bobby
    BotFather: A bot's username has to end in `bot`, like tetris_bot. Please try another.
    Bob: hatchery_bot
    BotFather: Sorry, somebody has that username already. Please try something different.
    Bob: bobbys_bot
    BotFather: Done! Your new bot is at t.me/bobbys_bot. You can add a description and a picture to it now.

      This token opens the HTTP API:
      <the token>
      Keep it safe: whoever has it controls your bot.
    ");
    assert_eq!(w.call_as(&made.token, "getMe", json!({})).await.1["result"]["username"], json!("bobbys_bot"));
    w.telegram.says(BOB, BOTFATHER, "/revoke @bobbys_bot");
    assert_eq!(w.call_as(&made.token, "getMe", json!({})).await.0, 401);
    let new = w.telegram.bot(made.id).unwrap().token;
    assert!(w.telegram.last_from_bot(BOB, BOTFATHER).unwrap().text.contains(&new));
    w.telegram.says(ANN, BOTFATHER, "/revoke bobbys_bot");
    assert_eq!(w.telegram.bot(made.id).unwrap().token, new, "only the owner may");
}

#[tokio::test]
async fn keyboards_forwards_payments_and_groups() {
    let w = World::new();
    w.telegram.says(ANN, w.bot.id, "/start");
    let key = json!({ "text": "Choose", "request_users": { "request_id": 4, "request_name": true } });
    let markup = json!({ "keyboard": [[key, { "text": "Cancel" }]], "one_time_keyboard": true });
    let asked = w.ok("sendMessage", json!({ "chat_id": ANN, "text": "Who?", "reply_markup": markup })).await;
    let edit = json!({ "chat_id": ANN, "message_id": asked["message_id"], "text": "Who else?" });
    assert_eq!(w.refused("editMessageText", edit).await, "400 Bad Request: message can't be edited");
    assert_eq!(w.telegram.shares_users(ANN, w.bot.id, 5, &[BOB]), None);
    assert!(w.telegram.shares_users(ANN, w.bot.id, 4, &[BOB]).is_some());
    assert_eq!(w.telegram.reply_keyboard(ANN, w.bot.id), None);
    w.telegram.forwards(ANN, w.bot.id, Forward::Hidden("Eve".into()), "look");
    let group = ChatId(-1_001);
    w.telegram.add_group(group, "Friends");
    w.telegram.adds_bot_to(ANN, w.bot.id, group);
    w.telegram.says_in_group(ANN, group, "not for bots");
    w.telegram.says_in_group(ANN, group, "/start@hatchery_bot");
    let updates = w.updates(0).await;
    assert_eq!(
        updates[1]["message"]["users_shared"],
        json!({ "request_id": 4, "users": [{ "user_id": BOB, "first_name": "Bob", "last_name": "Brown" }] })
    );
    assert_eq!(updates[2]["message"]["forward_origin"]["sender_user_name"], json!("Eve"));
    assert_eq!(updates[3]["my_chat_member"]["chat"]["title"], json!("Friends"));
    assert_eq!((updates.len(), updates[4]["message"]["text"].as_str()), (5, Some("/start@hatchery_bot")));

    let query = w.telegram.pays(ANN, w.bot.id, "month", 350).unwrap();
    w.ok("answerPreCheckoutQuery", json!({ "pre_checkout_query_id": query, "ok": true })).await;
    let last = w.updates(-1).await;
    assert_eq!(last[0]["message"]["successful_payment"]["total_amount"], json!(350));
    assert_eq!(
        w.telegram.says_raw(w.bot.id, json!({ "news_kind": { "a": 1 } })),
        Some(last[0]["update_id"].as_i64().unwrap() + 1)
    );
}

#[tokio::test]
async fn a_call_may_come_as_form_multipart_or_query() {
    let w = World::new();
    w.telegram.says(ANN, w.bot.id, "/start");
    let url = format!("{}/bot{}/sendMessage", w.telegram.url(), w.bot.token);
    let form = "chat_id=1001&text=a+form&reply_markup=%7B%22inline_keyboard%22%3A%5B%5B%7B%22text%22%3A%22b%22%2C%22callback_data%22%3A%22c%22%7D%5D%5D%7D";
    let typed = |kind: &str, body: String| w.http.post(&url).header("content-type", kind).body(body).send();
    typed("application/x-www-form-urlencoded", form.into()).await.unwrap().error_for_status().unwrap();
    let part = |name: &str, value: &str| format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let parts = format!("{}{}--XX--\r\n", part("chat_id", "1001"), part("text", "two\r\nlines"));
    typed("multipart/form-data; boundary=XX", parts).await.unwrap().error_for_status().unwrap();
    w.http.get(format!("{url}?chat_id=1001&text=a%20query")).send().await.unwrap().error_for_status().unwrap();
    let chat = w.telegram.chat(ANN, w.bot.id);
    assert_eq!(chat[1].buttons, [[("b".to_owned(), Kind::Tap("c".into()))]]);
    assert_eq!(chat[2..].iter().map(|shown| shown.text.as_str()).collect::<Vec<_>>(), ["two\r\nlines", "a query"]);
    w.telegram.stop();
    assert_eq!(w.telegram.bot(BotId(1)), None);
}
