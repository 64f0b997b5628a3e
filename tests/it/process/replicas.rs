//! Two replicas on one PostgreSQL: given the same updates at once, and one of them frozen past its leases and woken in
//! the middle of a call. Whatever the stale one still writes is refused, and every effect stands once.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use clawhatch::{
    domain::ids::TelegramId,
    sandbox::infra::{Effect, Fault},
};
use tokio_util::task::AbortOnDropHandle;

use super::{Around, Process, until, webhooks::with_webhook};
use crate::world::On;

const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";

/// The settings of a second replica, which lives ten minutes in the future: whatever the first holds has run out for it.
fn settings_of_another(around: &Around) -> BTreeMap<String, String> {
    let clock = around.folder.path().join("later");
    std::fs::write(&clock, "600000").expect("a clock ten minutes ahead");
    let mut names = around.names.clone();
    names.extend(around.other_ports());
    names.insert("SANDBOX_CLOCK_FILE".to_owned(), clock.to_str().expect("text").to_owned());
    let public = format!("http://{}", names["LISTEN_ADDR"]);
    names.insert("PUBLIC_URL".to_owned(), public);
    names
}

async fn runs(process: &Process) {
    until("it runs", async || process.said().contains("clawhatch runs as @clawhatch_bot")).await;
}

fn created(around: &Around) -> usize {
    around.infra.journal().iter().filter(|entry| entry.effect == Effect::Created).count()
}

/// How many leases a replica found lost, by its metrics.
async fn lost(around: &Around, table: &str) -> bool {
    let (_, metrics) = around.get("METRICS_ADDR", "/metrics").await.expect("metrics");
    metrics.lines().any(|line| line.starts_with(&format!("leases_lost_total{{table=\"{table}\"}}")) && !line.ends_with(" 0"))
}

/// Brings whatever it gets to every replica at once, twice, and says what the unluckiest of them said.
async fn bring_to_all(State(urls): State<Vec<String>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let secret = headers[SECRET_HEADER].clone();
    let calls = urls.iter().chain(&urls).map(|url| {
        let call = reqwest::Client::new().post(url).header(SECRET_HEADER, secret.clone()).body(body.clone());
        async move { call.send().await.map_or(503, |answer| answer.status().as_u16()) }
    });
    let worst = futures::future::join_all(calls).await.into_iter().max().unwrap_or(503);
    StatusCode::from_u16(worst).expect("a status")
}

#[tokio::test]
async fn the_same_updates_at_both_have_one_effect() {
    let mut around = with_webhook(On::Postgres).await;
    let mut names = around.names.clone();
    names.extend(around.other_ports());
    let urls: Vec<String> =
        [&around.names, &names].iter().map(|names| format!("http://{}/telegram", names["LISTEN_ADDR"])).collect();
    let relay = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let public = format!("http://{}", relay.local_addr().expect("an address"));
    let router = Router::new().route("/telegram", post(bring_to_all)).with_state(urls);
    let _relay = AbortOnDropHandle::new(tokio::spawn(async move { axum::serve(relay, router).await.expect("it serves") }));
    around.set("PUBLIC_URL", &public);
    names.insert("PUBLIC_URL".to_owned(), public);
    let first = around.start(&["run"]);
    around.is_ready().await;
    let second = around.start_with(&["run"], &names);
    runs(&second).await;
    let people = [(1001, "anns_helper_bot"), (1002, "bobs_helper_bot"), (1003, "eves_helper_bot"), (1004, "kims_helper_bot")];
    let hatched = futures::future::join_all(people.map(|(number, username)| around.hatches(number, username))).await;
    for who in &hatched {
        around.hears(*who, "Your claw is awake").await;
        assert_eq!(around.chat(*who).matches("Your claw is awake").count(), 1);
    }
    assert_eq!((around.infra.claws().len(), created(&around)), (4, 4));
    let left = "SELECT id FROM inbox WHERE done_at IS NULL UNION ALL SELECT id FROM outbox WHERE done_at IS NULL";
    until("all is done", async || around.texts(left).await.is_empty()).await;
    // Eight things each did, from /hatch to the last tap.
    assert_eq!(around.texts("SELECT id FROM inbox").await.len(), 4 * 8);
    assert_eq!(around.texts("SELECT id FROM audit WHERE action = 'claw.hatch'").await.len(), 4);
    for table in ["periods", "claws"] {
        assert_eq!(around.texts(&format!("SELECT id FROM {table}")).await.len(), 4, "{table}");
    }
    for who in &hatched {
        let shown = around.telegram.chat(*who, around.bot.id);
        let texts: Vec<_> = shown.iter().filter(|shown| shown.from_bot).map(|shown| &shown.text).collect();
        let mut once = texts.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), texts.len(), "nothing is said twice: {}", around.chat(*who));
    }
    let told = [first.stops().await, second.stops().await];
    assert!(told.iter().all(|told| !told.text.contains("CANARY")));
}

#[tokio::test]
async fn frozen_inside_a_call_of_the_infra() {
    let around = with_webhook(On::Postgres).await;
    let stale = around.start(&["run"]);
    around.is_ready().await;
    around.infra.slow(Duration::from_secs(2));
    let ann = around.hatches(1001, "anns_helper_bot").await;
    until("the infra is asked", async || around.infra.struck(Fault::Slow) > 0).await;
    stale.signal("STOP").await;
    around.infra.slow(Duration::ZERO);
    let another = around.start_with(&["run"], &settings_of_another(&around));
    runs(&another).await;
    around.hears(ann, "Your claw is awake").await;
    let held = "SELECT id FROM claws WHERE lease_until IS NOT NULL AND fence > 1";
    until("the other is done with it", async || around.texts(held).await.is_empty()).await;
    until("the first call was carried out too", async || around.infra.journal().len() >= 2).await;
    let before = around.texts("SELECT seen || ' ' || version FROM claws").await;
    stale.signal("CONT").await;
    until("the stale one finds its lease lost", async || stale.said().contains("the lease on claws")).await;
    assert!(lost(&around, "claws").await);
    assert_eq!(around.texts("SELECT seen || ' ' || version FROM claws").await, before, "it wrote nothing");
    let keys: std::collections::BTreeSet<_> = around.infra.journal().into_iter().map(|entry| entry.idempotency_key).collect();
    assert_eq!((around.infra.claws().len(), created(&around), keys.len()), (1, 1, 1), "{:#?}", around.infra.journal());
    assert_eq!(around.chat(ann).matches("Your claw is awake").count(), 1);
    // It is as good as new.
    let bob = around.hatches(1002, "bobs_helper_bot").await;
    around.hears(bob, "Your claw is awake").await;
    stale.stops().await;
    another.stops().await;
}

#[tokio::test]
async fn frozen_while_it_sends() {
    let around = with_webhook(On::Postgres).await;
    let stale = around.start(&["run"]);
    around.is_ready().await;
    until("its menu is set", async || !around.telegram.calls_of("setMyShortDescription").is_empty()).await;
    let ann = TelegramId(1001);
    around.telegram.add_person(ann, "Ann", None, None, Some("en"));
    around
        .telegram
        .break_things(|faults| (faults.slow, faults.only) = (Some(Duration::from_secs(2)), Some("sendMessage".to_owned())));
    around.telegram.says(ann, around.bot.id, "/start");
    until("the answer is on its way", async || around.telegram.hits().slowed > 0).await;
    stale.signal("STOP").await;
    around.telegram.break_things(|faults| faults.slow = None);
    let another = around.start_with(&["run"], &settings_of_another(&around));
    runs(&another).await;
    let done = "SELECT outcome FROM outbox WHERE done_at IS NOT NULL";
    until("the other has sent it", async || around.texts(done).await == ["sent"]).await;
    let row = "SELECT fence || ' ' || done_at FROM outbox";
    let before = around.texts(row).await;
    stale.signal("CONT").await;
    until("the stale one finds its lease lost", async || stale.said().contains("the lease on outbox")).await;
    assert!(lost(&around, "outbox").await);
    assert_eq!(around.texts(row).await, before, "it wrote nothing");
    let shown = around.telegram.chat(ann, around.bot.id);
    let copies = shown.iter().filter(|shown| shown.from_bot).count();
    assert!((1..=2).contains(&copies), "a send nobody saw the answer of may appear twice: {}", around.chat(ann));
    // It goes on as usual: whatever is drawn next takes the place of one of them.
    around.taps(ann, "How it works").await;
    let open = "SELECT id FROM outbox WHERE done_at IS NULL UNION ALL SELECT id FROM inbox WHERE done_at IS NULL";
    until("it is drawn", async || around.texts(done).await.len() >= 2 && around.texts(open).await.is_empty()).await;
    assert_eq!(around.telegram.chat(ann, around.bot.id).iter().filter(|shown| shown.from_bot).count(), copies);
    stale.stops().await;
    another.stops().await;
}
