//! A stand-in with two people and a bot, a clock moved by hand, and plain HTTP calls to it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use clawhatch::{
    domain::ids::{MessageId, TelegramId},
    drivers::http,
    sandbox::telegram::{BotAccount, Telegram},
};
use serde_json::{Value, json};

pub const ANN: TelegramId = TelegramId(1001);
pub const BOB: TelegramId = TelegramId(1002);
pub const HOUR_MS: i64 = 3_600_000;

pub struct World {
    pub telegram: Telegram,
    pub bot: BotAccount,
    pub time: Arc<AtomicI64>,
    pub http: reqwest::Client,
}

impl World {
    pub fn new() -> World {
        http::install_tls();
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

    pub fn pass(&self, ms: i64) {
        self.time.fetch_add(ms, Ordering::SeqCst);
    }

    pub async fn call_as(&self, token: &str, method: &str, args: Value) -> (u16, Value) {
        let url = format!("{}/bot{token}/{method}", self.telegram.url());
        let answer = self.http.post(url).json(&args).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["ok"] == json!(true), status == 200);
        (status, body)
    }

    pub async fn ok(&self, method: &str, args: Value) -> Value {
        let (status, mut body) = self.call_as(&self.bot.token, method, args).await;
        assert_eq!(status, 200, "{method}: {body}");
        body["result"].take()
    }

    pub async fn refused(&self, method: &str, args: Value) -> String {
        let (status, body) = self.call_as(&self.bot.token, method, args).await;
        assert_ne!(status, 200, "{method}: {body}");
        assert_eq!(body["error_code"], json!(status));
        format!("{status} {}", body["description"].as_str().unwrap())
    }

    pub async fn send(&self, text: &str) -> MessageId {
        MessageId(self.ok("sendMessage", json!({ "chat_id": ANN, "text": text })).await["message_id"].as_i64().unwrap())
    }

    pub async fn updates(&self, offset: i64) -> Vec<Value> {
        self.ok("getUpdates", json!({ "offset": offset })).await.as_array().unwrap().clone()
    }
}
