//! Updates through the whole product: how many are answered in a second and at what cost, how long one waits, and what
//! a slow chat does to the others.

use std::time::{Duration, Instant};

use clawhatch::drivers::clock::Clock;
use serde_json::json;

use crate::{
    databases::{Database, On},
    process::{Arrival, Product, Running, own_cpu},
    table::{ms, quantile, ratio, say, show},
    telegram::Telegram,
};

const PATIENCE: Duration = Duration::from_secs(120);
/// People who write before the time is taken.
const WARM_UP: i64 = 500;
/// grammY with its runner: answers in a second, and CPU seconds for 10,000.
const GRAMMY: (f64, f64) = (1930.0, 5.6);

fn text(update: i64, chat: i64, words: &str, age: Duration) -> String {
    let date = (Clock::system().now().0 - i64::try_from(age.as_millis()).unwrap_or(0)) / 1000;
    json!({ "update_id": update, "message": {
        "message_id": update, "date": date, "text": words,
        "from": { "id": chat, "is_bot": false, "first_name": "Ann", "language_code": "en" },
        "chat": { "id": chat, "type": "private", "first_name": "Ann" },
        "entities": [{ "type": "bot_command", "offset": 0, "length": words.len() }] } })
    .to_string()
}

pub fn start(update: i64, chat: i64) -> String {
    text(update, chat, "/start", Duration::ZERO)
}

pub fn hatch(update: i64, chat: i64) -> String {
    text(update, chat, "/hatch", Duration::ZERO)
}

fn tap(update: i64, chat: i64, message: i64, data: &str) -> String {
    json!({ "update_id": update, "callback_query": {
        "id": update.to_string(), "chat_instance": "1", "data": data,
        "from": { "id": chat, "is_bot": false, "first_name": "Ann", "language_code": "en" },
        "message": { "message_id": message, "date": 1, "text": "…", "chat": { "id": chat, "type": "private", "first_name": "Ann" } } } })
    .to_string()
}

/// A product that runs on an empty database and has answered its first people.
pub struct Scene {
    pub telegram: Telegram,
    pub database: Database,
    pub product: Product,
    pub running: Running,
    pub arrival: Arrival,
}

impl Scene {
    pub async fn begin(on: &On, arrival: Arrival) -> Scene {
        let telegram = Telegram::start().await;
        let database = on.make().await;
        let product = Product::new(&telegram, &database.url, arrival);
        let running = product.start().await;
        Scene { telegram, database, product, running, arrival }
    }

    /// Sends one update of each chat at once and waits until all are answered.
    pub async fn ask(&self, chats: &[i64], make: impl Fn(i64, i64) -> String) {
        match self.arrival {
            Arrival::Polling => self.telegram.offer(chats, make),
            Arrival::Webhook => self.telegram.post(self.product.listen, chats, make).await,
        }
        self.telegram.all_answered(PATIENCE).await;
    }
}

fn people(from: i64, many: i64) -> Vec<i64> {
    (from..from + many).collect()
}

/// Everybody writes /start for the first time: a person is added and noted, their state is read, one answer goes out.
pub async fn answered(kinds: &[On], many: usize) {
    let mut rows = Vec::new();
    for on in kinds {
        for arrival in [Arrival::Polling, Arrival::Webhook] {
            let scene = Scene::begin(on, arrival).await;
            scene.ask(&people(1_000_000, WARM_UP), start).await;
            let before = (scene.running.cpu(), scene.database.cpu().await, own_cpu());
            let began = Instant::now();
            scene.ask(&people(2_000_000, many as i64), start).await;
            let took = began.elapsed().as_secs_f64();
            // What is sent is written down a moment later, and that belongs to the price.
            tokio::time::sleep(Duration::from_millis(300)).await;
            let per_10_000 = |used: Duration| used.as_secs_f64() * 10_000.0 / many as f64;
            let used = per_10_000(scene.running.cpu() - before.0);
            let database = per_10_000(scene.database.cpu().await.saturating_sub(before.1));
            let load = per_10_000(own_cpu() - before.2);
            assert_eq!(scene.telegram.surplus(), 0, "an answer was given twice");
            let speed = many as f64 / took;
            rows.push(vec![
                on.name().to_owned(),
                format!("{arrival:?}"),
                format!("{speed:.0}"),
                ratio(speed, GRAMMY.0),
                format!("{used:.2}"),
                ratio(used, GRAMMY.1),
                format!("{database:.2}"),
                format!("{load:.2}"),
                format!("{:.1}", scene.running.memory().resident),
            ]);
        }
    }
    let head = [
        "database",
        "arrival",
        "answers/s",
        "to grammY's 1,930",
        "CPU-s per 10,000",
        "to grammY's 5.6",
        "CPU-s of PostgreSQL",
        "CPU-s of the load",
        "resident MB",
    ];
    show(&format!("{many} first /start at once, each answered once"), &head, &rows);
}

/// A tap every ten milliseconds, each by somebody else: from the moment Telegram has it until the new screen is with
/// Telegram.
pub async fn waits(kinds: &[On]) {
    let (many, gap) = (1000, Duration::from_millis(10));
    let mut rows = Vec::new();
    for on in kinds {
        for arrival in [Arrival::Polling, Arrival::Webhook] {
            let scene = Scene::begin(on, arrival).await;
            let chats = people(1_000_000, many);
            scene.ask(&chats, start).await;
            tokio::time::sleep(Duration::from_secs(2)).await;
            scene.telegram.take_times();
            let mut ticks = tokio::time::interval(gap);
            let used = scene.running.cpu();
            let mut posts = tokio::task::JoinSet::new();
            for chat in chats {
                ticks.tick().await;
                let (message, data) = scene.telegram.look(chat, |seen| {
                    (seen.message, seen.buttons.iter().find(|data| data.starts_with("how")).or(seen.buttons.get(1)).cloned())
                });
                let data = data.expect("a first screen has buttons");
                let make = move |update, chat| tap(update, chat, message, &data);
                match arrival {
                    Arrival::Polling => scene.telegram.offer(&[chat], make),
                    Arrival::Webhook => {
                        let (telegram, to) = (scene.telegram.clone(), scene.product.listen);
                        posts.spawn(async move { telegram.post(to, &[chat], make).await });
                    }
                }
            }
            posts.join_all().await;
            scene.telegram.all_answered(PATIENCE).await;
            let used = scene.running.cpu() - used;
            let times = scene.telegram.take_times();
            rows.push(vec![
                on.name().to_owned(),
                format!("{arrival:?}"),
                ms(quantile(&times, 0.5)),
                ms(quantile(&times, 0.99)),
                ms(quantile(&times, 1.0)),
                ratio(quantile(&times, 0.99).as_secs_f64() * 1000.0, 13.0),
                format!("{:.2}", used.as_secs_f64() * 10_000.0 / many as f64),
            ]);
        }
    }
    let head = ["database", "arrival", "p50", "p99", "longest", "p99 to the others' 13 ms", "CPU-s per 10,000"];
    show("a tap every 10 ms: from Telegram to Telegram, all of it added by us", &head, &rows);
}

/// One chat has a hundred updates that wait for a slow Telegram; somebody else writes every 100 ms.
pub async fn neighbours(kinds: &[On]) {
    let (slow, pause) = (900_000, Duration::from_millis(200));
    let mut rows = Vec::new();
    for on in kinds {
        let scene = Scene::begin(on, Arrival::Polling).await;
        let others = people(1_000_000, 40);
        scene.ask(&others, start).await;
        scene.ask(&[slow], start).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        scene.telegram.take_times();
        let one_by_one = async |chats: &[i64]| {
            let mut times = Vec::new();
            for chat in chats {
                scene.telegram.offer(&[*chat], |update, chat| text(update, chat, "/help", Duration::ZERO));
                tokio::time::sleep(Duration::from_millis(100)).await;
                times.append(&mut scene.telegram.look(*chat, |seen| seen.answers.clone()));
            }
            times.sort();
            times
        };
        let quiet = one_by_one(&others[..20]).await;
        scene.telegram.slow_down(slow, pause);
        // They were written a second apart while we were away, so that the limit for one person does not drop them.
        let written = |update: i64| Duration::from_secs(300 - (update % 200) as u64);
        scene.telegram.offer(&[slow; 100], |update, chat| text(update, chat, "/help", written(update)));
        let beside = one_by_one(&others[20..]).await;
        if beside.len() < 20 {
            say(&format!("{} of 20 were not answered within their 100 ms", 20 - beside.len()));
        }
        rows.push(vec![
            on.name().to_owned(),
            ms(quantile(&quiet, 0.5)),
            ms(quantile(&beside, 0.5)),
            ms(quantile(&beside, 1.0)),
            ms(quantile(&beside, 1.0).saturating_sub(quantile(&quiet, 0.5))),
        ]);
    }
    let head = ["database", "quiet, p50", "beside it, p50", "beside it, longest", "delay at most"];
    show("answers to others while one chat has 100 updates and each answer to it takes 200 ms", &head, &rows);
}
