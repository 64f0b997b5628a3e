//! How updates come, by polling and by webhook, and the faults that can be made to strike.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::http::StatusCode;
use clawhatch::{domain::ids::ChatId, sandbox::telegram::Pace};
use serde_json::{Value, json};

use super::world::{ANN, BOB, World};

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
