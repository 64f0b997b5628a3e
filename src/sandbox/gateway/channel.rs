//! The stand-in for a gateway in Telegram: it polls with its bot's token, hears the people it may hear, and answers what
//! the model says.

use std::{fs, sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    conversation::{self, Conversation},
    server::{Channel, Inside},
};
use crate::drivers::http::{self, Client, Plan, read_limited};

/// What the real one calls the ways a channel can stand.
pub(super) const BLOCKED: &str = "blocked";
const READY: &str = "ready";
const RECOVERING: &str = "recovering";
const STARTING: &str = "starting";

/// How long Telegram may hold a poll open, in seconds.
const POLL: u64 = 20;
const PAUSE: Duration = Duration::from_millis(300);
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What the configuration says of the channel.
#[derive(Clone, Debug, PartialEq)]
struct Orders {
    account: String,
    token: String,
    enabled: bool,
    root: String,
}

/// Polls until it is stopped, anew whenever the configuration changes.
pub(super) async fn poll(inside: Arc<Inside>) {
    let Ok(client) = http::client(&Plan::default()) else { return };
    let mut changed = inside.changed.subscribe();
    while !inside.has_started() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut known: Option<Orders> = None;
    loop {
        changed.mark_unchanged();
        let orders = Orders::of(&inside);
        let is_new = known != orders;
        known.clone_from(&orders);
        let turn = async {
            match &orders {
                Some(orders) if orders.enabled => turn(&inside, &client, orders, is_new).await,
                _ => {
                    let enabled = orders.as_ref().is_some_and(|orders| orders.enabled);
                    stands(&inside, orders.as_ref(), enabled, STARTING, None);
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::select! {
            () = turn => {}
            gone = changed.changed() => if gone.is_err() { return },
        }
    }
}

impl Orders {
    fn of(inside: &Inside) -> Option<Orders> {
        let telegram = inside.state().config.0["channels"]["telegram"].clone();
        let (account, settings) = telegram["accounts"].as_object()?.iter().next()?;
        let token = fs::read_to_string(settings["tokenFile"].as_str()?).ok()?;
        Some(Orders {
            account: account.clone(),
            token: token.trim().to_owned(),
            enabled: telegram["enabled"] == true && settings["enabled"] == true,
            root: telegram["apiRoot"].as_str().unwrap_or("https://api.telegram.org").to_owned(),
        })
    }
}

fn stands(inside: &Inside, orders: Option<&Orders>, enabled: bool, lifecycle: &'static str, error: Option<String>) {
    let account = orders.map(|orders| orders.account.clone()).unwrap_or_default();
    inside.state().channel = Channel { account, enabled, lifecycle, error };
}

/// One poll and all it brings; the greetings before the first.
async fn turn(inside: &Inside, client: &Client, orders: &Orders, is_new: bool) {
    if is_new {
        stands(inside, Some(orders), true, STARTING, None);
        let refused = match call(client, orders, "getMe", &json!({})).await {
            Ok(_) => inside.faults().bad_token,
            Err(error) => error.status == 401,
        };
        if refused {
            let told = format!("Telegram bot token unauthorized for account \"{}\" (getMe returned 401)", orders.account);
            stands(inside, Some(orders), true, BLOCKED, Some(told));
            // Nothing but another token helps.
            return std::future::pending().await;
        }
        for (method, params) in [
            ("deleteWebhook", json!({ "drop_pending_updates": false })),
            ("setMyCommands", json!({ "commands": [{ "command": "help", "description": "Show commands" }] })),
        ] {
            // As the real one: what fails here is made up for by the first poll's own error.
            let _greeted = call(client, orders, method, &params).await;
        }
    }
    let mut conversation = Conversation::read(&inside.place.state, &orders.account);
    // Whether all is well is asked for at once; only then it waits.
    let wait = if inside.state().channel.lifecycle == READY { POLL } else { 0 };
    let params = json!({ "offset": conversation.offset, "timeout": wait, "allowed_updates": ["message"] });
    let updates = match call(client, orders, "getUpdates", &params).await {
        Ok(updates) => updates,
        Err(error) => {
            let told = match error.status {
                409 => format!("Telegram getUpdates conflict: {}", error.told),
                _ => format!("getUpdates failed: {}", error.told),
            };
            stands(inside, Some(orders), true, RECOVERING, Some(told));
            return tokio::time::sleep(PAUSE).await;
        }
    };
    stands(inside, Some(orders), true, READY, None);
    for update in updates.as_array().into_iter().flatten() {
        conversation.offset = update["update_id"].as_i64().unwrap_or_default() + 1;
        let message = &update["message"];
        if let (Some(text), Some(person)) = (message["text"].as_str(), message["from"]["id"].as_i64()) {
            hears(inside, client, orders, &mut conversation, person, text).await;
        }
        // Before the next poll tells Telegram that this one was taken.
        conversation.write(&inside.place.state, &orders.account);
    }
}

async fn hears(inside: &Inside, client: &Client, orders: &Orders, talk: &mut Conversation, person: i64, text: &str) {
    let config = inside.state().config.0.clone();
    let allowed = config["channels"]["telegram"]["allowFrom"].as_array();
    if !allowed.is_some_and(|people| people.iter().any(|known| known.as_str() == Some(&person.to_string()))) {
        return;
    }
    let chat = json!({ "chat_id": person, "action": "typing" });
    let _typing = call(client, orders, "sendChatAction", &chat).await;
    talk.says(person, "user", text);
    let answer = match conversation::ask(client, &config, talk.with(person)).await {
        Ok(answer) => {
            let mut state = inside.state();
            state.input_tokens += answer.sent;
            state.output_tokens += answer.said;
            drop(state);
            talk.says(person, "assistant", &answer.text);
            answer.text
        }
        Err(401) => "Authentication failed (provider returned HTTP 401).".to_owned(),
        Err(_) => "Something went wrong while processing your request.".to_owned(),
    };
    let _sent = call(client, orders, "sendMessage", &json!({ "chat_id": person, "text": answer })).await;
}

/// Why a call of the Bot API brought nothing. Zero is the status of no answer.
struct NotDone {
    status: u64,
    told: String,
}

async fn call(client: &Client, orders: &Orders, method: &str, params: &Value) -> Result<Value, NotDone> {
    let url = format!("{}/bot{}/{method}", orders.root, orders.token);
    let none = |told: String| NotDone { status: 0, told };
    let sent = client.post(url).timeout(Duration::from_secs(POLL + 10)).json(params).send().await;
    let answer = sent.map_err(|error| none(http::sort(error).to_string()))?;
    let bytes = read_limited(answer, MOST_BYTES).await.map_err(|error| none(error.to_string()))?;
    let answer: Value = serde_json::from_slice(&bytes).map_err(|_| none("no JSON".into()))?;
    if answer["ok"] == true {
        return Ok(answer["result"].clone());
    }
    let told = answer["description"].as_str().unwrap_or_default().to_owned();
    Err(NotDone { status: answer["error_code"].as_u64().unwrap_or_default(), told })
}
