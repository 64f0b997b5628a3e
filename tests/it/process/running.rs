//! `clawhatch run`: it starts, serves, stops when asked to, and after a crash goes on where it was.

use std::time::Duration;

use clawhatch::sandbox::infra::{Effect, Fault, HostStatus};

use super::{Around, tells_no_secret, until};
use crate::world::On;

fn created(around: &Around) -> usize {
    around.infra.journal().iter().filter(|entry| entry.effect == Effect::Created).count()
}

#[tokio::test]
async fn it_serves_hatches_and_stops() {
    let around = Around::new(On::Sqlite).await;
    let running = around.start(&["run"]);
    around.is_ready().await;
    assert_eq!(around.get("LISTEN_ADDR", "/healthz").await, Some((200, "ok".to_owned())));
    assert_eq!(around.get("LISTEN_ADDR", "/metrics").await.map(|(status, _)| status), Some(404));
    let ann = around.hatches(1001, "anns_helper_bot").await;
    around.hears(ann, "Your claw is awake").await;
    assert_eq!((around.infra.claws().len(), created(&around)), (1, 1));
    let (status, metrics) = around.get("METRICS_ADDR", "/metrics").await.expect("metrics");
    assert!(status == 200 && metrics.contains("messages_sent_total"), "{metrics}");
    until("its menu is set", async || !around.telegram.calls_of("setMyShortDescription").is_empty()).await;
    let told = running.stops().await;
    assert!(told.text.contains("stopping: nothing new is taken") && told.text.trim_end().ends_with("stopped"), "{}", told.text);
    tells_no_secret(&around, &told.text);
    let token = around.telegram.bot_by_username("anns_helper_bot").expect("her bot").token;
    assert!(!told.text.contains(token.rsplit(':').next().expect("a secret half")));
    assert_eq!(around.get("LISTEN_ADDR", "/healthz").await, None, "nobody listens any more");
}

#[tokio::test]
async fn it_stops_in_time_though_an_answer_is_outstanding() {
    let around = Around::new(On::Sqlite).await;
    let running = around.start(&["run"]);
    around.infra.fault_next(1, Fault::Hung);
    let ann = around.hatches(1001, "anns_helper_bot").await;
    until("the infra was asked", async || around.infra.struck(Fault::Hung) == 1).await;
    running.stops().await;
    let running = around.start(&["run"]);
    around.hears(ann, "Your claw is awake").await;
    assert_eq!((around.infra.claws().len(), created(&around)), (1, 1));
    running.stops().await;
}

#[tokio::test]
async fn killed_while_a_claw_starts_it_goes_on_with_that_claw() {
    let around = Around::new(On::Sqlite).await;
    around.infra.rule(|rules| rules.boot_time = Duration::from_secs(2));
    let running = around.start(&["run"]);
    let ann = around.hatches(1001, "anns_helper_bot").await;
    until("the claw starts", async || around.infra.claws().iter().any(|claw| claw.status == HostStatus::Starting)).await;
    running.dies().await;
    assert!(!around.chat(ann).contains("awake"));
    let running = around.start(&["run"]);
    around.hears(ann, "Your claw is awake").await;
    assert_eq!((around.infra.claws().len(), created(&around)), (1, 1));
    assert_eq!(around.chat(ann).matches("Your claw is awake").count(), 1);
    running.stops().await;
}

#[tokio::test]
async fn killed_before_an_answer_came_it_makes_no_second_claw() {
    let around = Around::new(On::Sqlite).await;
    let running = around.start(&["run"]);
    // It is done, and the answer is lost: the process dies in doubt.
    around.infra.fault_next(1, Fault::Lost);
    let ann = around.hatches(1001, "anns_helper_bot").await;
    until("the claw is there", async || created(&around) == 1).await;
    running.dies().await;
    let running = around.start(&["run"]);
    around.hears(ann, "Your claw is awake").await;
    assert_eq!((around.infra.claws().len(), created(&around)), (1, 1));
    running.stops().await;
}

#[tokio::test]
async fn a_second_process_on_the_same_file_is_turned_away() {
    let around = Around::new(On::Sqlite).await;
    let running = around.start(&["run"]);
    around.is_ready().await;
    let mut names = around.names.clone();
    names.extend(around.other_ports());
    let second = around.start_with(&["run"], &names).ends().await;
    assert_eq!(second.code, Some(1));
    let file = around.names["DATABASE_URL"].trim_start_matches("sqlite:");
    let sentence = format!(
        "clawhatch stopped: another clawhatch already uses {file}. Stop it first, or use PostgreSQL for several replicas."
    );
    assert!(second.text.lines().any(|line| line == sentence), "{}", second.text);
    assert_eq!(around.get("LISTEN_ADDR", "/healthz").await.map(|(status, _)| status), Some(200), "the first goes on");
    running.dies().await;
    let third = around.start(&["run"]);
    around.is_ready().await;
    third.stops().await;
}

#[tokio::test]
async fn it_waits_for_a_telegram_that_is_silent_and_can_be_stopped_meanwhile() {
    let around = Around::new(On::Sqlite).await;
    around.telegram.break_things(|faults| faults.fail_next = 1000);
    let running = around.start(&["run"]);
    until("it says what it waits for", async || running.said().contains("Telegram does not answer")).await;
    running.stops().await;
    let running = around.start(&["run"]);
    until("it asks", async || running.said().contains("Telegram does not answer")).await;
    around.telegram.break_things(|faults| faults.fail_next = 0);
    around.is_ready().await;
    running.stops().await;
}

#[tokio::test]
async fn a_telegram_that_does_not_take_note_is_told_again() {
    let around = Around::new(On::Sqlite).await;
    around.telegram.set_foreign_webhook(around.bot.id, "http://127.0.0.1:1/elsewhere");
    around.telegram.break_things(|faults| (faults.fail_next, faults.only) = (1, Some("deleteWebhook".to_owned())));
    let running = around.start(&["run"]);
    until("it says so", async || running.said().contains("Telegram was not told how updates come")).await;
    let ann = around.hatches(1001, "anns_helper_bot").await;
    around.hears(ann, "Your claw is awake").await;
    assert_eq!(around.telegram.hits().failed, 1);
    running.stops().await;
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let mut around = Around::new(On::Sqlite).await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    around.set("LISTEN_ADDR", &address);
    let told = around.shell(&["run"]).await;
    assert_eq!(told.code, Some(1));
    assert!(told.text.contains(&format!("clawhatch stopped: listening on LISTEN_ADDR {address}")), "{}", told.text);
}
