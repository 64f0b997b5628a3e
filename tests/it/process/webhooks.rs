//! Webhook mode: Telegram comes to us, and two replicas share the work on PostgreSQL.

use super::{Around, until};
use crate::world::On;

pub const SECRET: &str = "a-secret-for-the-webhook-CANARY";

pub async fn with_webhook(on: On) -> Around {
    let mut around = Around::new(on).await;
    let public = around.url("LISTEN_ADDR", "");
    around.set("TELEGRAM_MODE", "webhook");
    around.set("PUBLIC_URL", &public);
    around.set("TELEGRAM_WEBHOOK_SECRET", SECRET);
    around
}

#[tokio::test]
async fn two_replicas_hatch_what_telegram_brings() {
    let around = with_webhook(On::Postgres).await;
    let first = around.start(&["run"]);
    around.is_ready().await;
    let mut names = around.names.clone();
    names.extend(around.other_ports());
    let second = around.start_with(&["run"], &names);
    until("both run", async || second.said().contains("clawhatch runs as @clawhatch_bot")).await;
    let people = [(1001, "anns_helper_bot"), (1002, "bobs_helper_bot"), (1003, "eves_helper_bot")];
    let hatched = futures::future::join_all(people.map(|(number, username)| around.hatches(number, username))).await;
    for who in hatched {
        around.hears(who, "Your claw is awake").await;
        assert_eq!(around.chat(who).matches("Your claw is awake").count(), 1);
    }
    assert_eq!(around.infra.claws().len(), 3);
    assert!(around.telegram.calls_of("getUpdates").is_empty(), "nobody polls");
    let told = [first.stops().await, second.stops().await];
    assert!(told.iter().all(|told| !told.text.contains("CANARY")));
}

#[tokio::test]
async fn what_came_while_nobody_was_there_comes_again() {
    let around = with_webhook(On::Postgres).await;
    let running = around.start(&["run"]);
    around.is_ready().await;
    until("the webhook is set", async || !around.telegram.calls_of("setWebhook").is_empty()).await;
    running.dies().await;
    let ann = clawhatch::domain::ids::TelegramId(1001);
    around.telegram.add_person(ann, "Ann", None, None, Some("en"));
    around.telegram.says(ann, around.bot.id, "/start");
    let running = around.start(&["run"]);
    until("it answers", async || around.telegram.last_from_bot(ann, around.bot.id).is_some()).await;
    running.stops().await;
}
