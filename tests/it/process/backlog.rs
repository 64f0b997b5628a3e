//! Ten thousand updates of a thousand people wait at Telegram when the real process starts after an outage.

use std::time::{Duration, Instant};

use clawhatch::domain::ids::TelegramId;

use super::Around;
use crate::{rows::texts_of, world::On};

const PEOPLE: i64 = 1000;
/// What each of them asked for while nobody was there, in this order; each has an answer of its own.
const ASKED: [&str; 10] =
    ["/start", "/help", "/settings", "/language", "/help", "/claws", "/settings", "/help", "/language", "/help"];
/// Far more than it takes on the slowest of our machines, where everything is built for looking into.
const PATIENCE: Duration = Duration::from_secs(400);

async fn a_backlog_is_worked_off(on: On) {
    let around = Around::new(on).await;
    for person in (0..PEOPLE).map(|n| TelegramId(10_000 + n)) {
        around.telegram.add_person(person, "Ann", None, None, Some("en"));
    }
    for text in ASKED {
        for person in 0..PEOPLE {
            around.telegram.says(TelegramId(10_000 + person), around.bot.id, text);
        }
    }
    assert_eq!(around.telegram.waiting_updates(around.bot.id).len(), ASKED.len() * PEOPLE as usize);
    let began = Instant::now();
    let running = around.start(&["run"]);
    let url = &around.names["DATABASE_URL"];
    let open = "SELECT CAST((SELECT COUNT(*) FROM inbox WHERE done_at IS NULL) + (SELECT COUNT(*) FROM outbox WHERE done_at IS NULL) AS TEXT)";
    loop {
        assert!(began.elapsed() < PATIENCE, "not within {PATIENCE:?}:\n{}", running.said());
        tokio::time::sleep(Duration::from_millis(500)).await;
        if around.telegram.waiting_updates(around.bot.id).is_empty() && texts_of(url, open).await == ["0"] {
            break;
        }
    }
    let took = began.elapsed();
    let total = ASKED.len() as i64 * PEOPLE;
    eprintln!(
        "{on:?}: {total} updates of {PEOPLE} people in {took:?}, {:.0} a second, the start among it",
        total as f64 / took.as_secs_f64()
    );
    running.stops().await;
    let one = async |select: &str| texts_of(url, select).await.remove(0);
    assert_eq!(
        one("SELECT CAST(COUNT(*) AS TEXT) FROM inbox WHERE done_at IS NOT NULL AND dead_at IS NULL").await,
        total.to_string()
    );
    // In each chat one after the other: what was asked later was done later.
    let out_of_order =
        "SELECT CAST(COUNT(*) AS TEXT) FROM inbox a JOIN inbox b ON a.lane = b.lane AND a.seq < b.seq AND a.done_at > b.done_at";
    assert_eq!(one(out_of_order).await, "0");
    // Each was answered: said, or replaced by the answer to what came after it.
    let answers = "SELECT CAST(COUNT(*) AS TEXT) FROM outbox WHERE act = 'show' AND outcome IN ('sent', 'replaced')";
    assert_eq!(one(answers).await, total.to_string());
    assert_eq!(one("SELECT CAST(COUNT(*) AS TEXT) FROM outbox WHERE outcome NOT IN ('sent', 'replaced')").await, "0");
    for person in (0..PEOPLE).map(|n| TelegramId(10_000 + n)) {
        let last = around.telegram.last_from_bot(person, around.bot.id).expect("an answer");
        assert!(last.text.starts_with("I hatch claws"), "what was asked last is shown last:\n{}", around.chat(person));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_updates_after_an_outage_on_sqlite() {
    a_backlog_is_worked_off(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_updates_after_an_outage_on_postgres() {
    a_backlog_is_worked_off(On::Postgres).await;
}
