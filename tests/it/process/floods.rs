//! The real process under a flood: one person sends as fast as a webhook takes it, and everybody else goes on as before.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clawhatch::domain::ids::TelegramId;

use super::{Around, Process, until};
use crate::{rows::texts_of, world::On};

const SECRET: &str = "a-secret-for-the-webhook-CANARY";
/// As many as a flood of 10,000 a second brings in three seconds; they come as fast as two processes on this machine can
/// hand them over.
const UPDATES: u64 = 30_000;
/// As many connections as Telegram may open to us.
const CONNECTIONS: u64 = 40;
/// What a flood may leave behind in memory. It grows by a few megabytes once, for connections and their buffers, and
/// not with the number of updates.
const MOST_GROWTH_KB: u64 = 48 * 1024;
/// How long anybody else may wait, on a machine whose cores are all taken.
const MOST_WAIT: Duration = Duration::from_secs(5);

impl Process {
    /// Memory that is really held, in kilobytes.
    fn resident_kb(&self) -> u64 {
        let id = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("its status");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its memory");
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
    }
}

fn update(number: u64, person: i64, date: u64) -> String {
    format!(
        r#"{{"update_id":{number},"message":{{"message_id":{},"date":{date},"chat":{{"id":{person},"type":"private","first_name":"Ann"}},"from":{{"id":{person},"is_bot":false,"first_name":"Ann","language_code":"en"}},"text":"/help {number}"}}}}"#,
        number % 1_000_000 + 1000
    )
}

/// Sends `UPDATES` updates of one person; gives how many were answered 200, and how long it took.
async fn flood(url: String, first: u64, date: u64) -> (u64, Duration) {
    let (next, fine) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let http = reqwest::Client::builder().pool_max_idle_per_host(CONNECTIONS as usize).build().expect("a client");
    let began = Instant::now();
    let senders = (0..CONNECTIONS).map(|_| {
        let (http, url, next, fine) = (http.clone(), url.clone(), Arc::clone(&next), Arc::clone(&fine));
        tokio::spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::SeqCst);
                if n >= UPDATES {
                    return;
                }
                let request = http.post(&url).header("x-telegram-bot-api-secret-token", SECRET);
                let answer = request.body(update(first + n, 1001, date)).send().await.expect("an answer");
                fine.fetch_add(u64::from(answer.status() == 200), Ordering::SeqCst);
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.expect("a sender");
    }
    (fine.load(Ordering::SeqCst), began.elapsed())
}

async fn one_person_floods(on: On) {
    let mut around = Around::new(on).await;
    let public = around.url("LISTEN_ADDR", "");
    around.set("TELEGRAM_MODE", "webhook");
    around.set("PUBLIC_URL", &public);
    around.set("TELEGRAM_WEBHOOK_SECRET", SECRET);
    let running = around.start(&["run"]);
    around.is_ready().await;
    until("the webhook is set", async || !around.telegram.calls_of("setWebhook").is_empty()).await;
    let (ann, bob) = (TelegramId(1001), TelegramId(1002));
    for (id, name) in [(ann, "Ann"), (bob, "Bob")] {
        around.telegram.add_person(id, name, None, None, Some("en"));
        around.telegram.says(id, around.bot.id, "/start");
        around.hears(id, "Your own AI assistant").await;
    }
    let url = around.url("LISTEN_ADDR", "/telegram");
    let date = || (around.telegram.now() / 1000) as u64;
    // The first flood makes room for connections; what a second one adds is what floods cost.
    let first = flood(url.clone(), 1_000_000_000, date()).await;
    assert_eq!(first.0, UPDATES, "every update is acknowledged");
    let before = running.resident_kb();

    let over = AtomicBool::new(false);
    let flooding = async {
        let done = flood(url, 2_000_000_000, date()).await;
        over.store(true, Ordering::SeqCst);
        done
    };
    let others = async {
        let mut waits = Vec::new();
        for (command, answer) in [("/help", "I hatch claws"), ("/settings", "Language")].iter().cycle() {
            if over.load(Ordering::SeqCst) {
                return waits;
            }
            let asked = Instant::now();
            around.telegram.says(bob, around.bot.id, command);
            until("Bob is answered", async || {
                around.telegram.last_from_bot(bob, around.bot.id).is_some_and(|shown| shown.text.contains(answer))
            })
            .await;
            waits.push(asked.elapsed());
            tokio::time::sleep(Duration::from_millis(600)).await;
        }
        waits
    };
    let ((fine, took), waits) = tokio::join!(flooding, others);
    let after = running.resident_kb();
    let slowest = waits.iter().max().copied().unwrap_or_default();
    eprintln!(
        "{on:?}: {UPDATES} updates of one person in {took:?} ({:.0} a second); another's {} answers took {slowest:?} at most; \
         resident {before} kB before, {after} kB after",
        UPDATES as f64 / took.as_secs_f64(),
        waits.len()
    );
    assert_eq!(fine, UPDATES, "every update is acknowledged");
    assert!(!waits.is_empty() && slowest < MOST_WAIT, "{waits:?}");
    assert!(after < before + MOST_GROWTH_KB, "{before} kB before, {after} kB after");
    // Ann is told once a minute, whatever she does.
    let told = around.chat(ann).matches("faster than I can follow").count();
    let minutes = (first.1 + took).as_secs() as usize / 60;
    assert!((1..=minutes + 2).contains(&told), "told {told} times:\n{}", around.chat(ann));
    let metrics = around.get("METRICS_ADDR", "/metrics").await.expect("metrics").1;
    let counted = metrics.lines().find_map(|line| line.strip_prefix("updates_over_limit_total ")?.parse::<u64>().ok());
    running.stops().await;
    let stored = texts_of(&around.names["DATABASE_URL"], "SELECT id FROM inbox WHERE lane = 'chat:1001'").await.len() as u64;
    // Twenty at once, and two for each second that is written on them.
    assert!((20..=90).contains(&stored), "{stored} of {} are stored", 2 * UPDATES);
    assert!(counted.is_some_and(|counted| counted >= 2 * UPDATES - stored), "those beyond are counted: {counted:?}, {stored}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_floods_and_nobody_notices_on_sqlite() {
    one_person_floods(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_floods_and_nobody_notices_on_postgres() {
    one_person_floods(On::Postgres).await;
}
