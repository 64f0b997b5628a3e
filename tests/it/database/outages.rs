//! The database goes away under the real program and comes back: a cluster of its own is killed, a file is locked by
//! another process, a disk is full. Meanwhile the webhook answers 503 and polling waits; afterwards everything goes on
//! within seconds, and nothing was lost or done twice.

use std::time::{Duration, Instant};

use clawhatch::{
    domain::ids::TelegramId,
    sandbox::infra::{Effect, Fault},
};
use sqlx::{Connection as _, Executor as _, SqliteConnection};

use super::{RECOVERY, hitch::Hitch};
use crate::{
    cluster::Cluster,
    process::{
        Around, PROGRAM, Process, until,
        webhooks::{SECRET, with_webhook},
    },
    world::On,
};

/// People who write while the database is away.
const STRANGERS: std::ops::Range<i64> = 2001..2011;
const BOB: i64 = 1002;

async fn arrives_by(way: Way, on: On) -> Around {
    match way {
        Way::Webhook => with_webhook(on).await,
        Way::Polling => Around::new(on).await,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Webhook,
    Polling,
}

/// Starts the program, lets Ann hatch a claw, and brings Bob so far that the infra is at work on his.
async fn in_full_swing(around: &Around, running: &Process) {
    around.is_ready().await;
    until("it runs", async || running.said().contains("clawhatch runs as @clawhatch_bot")).await;
    let ann = around.hatches(1001, "anns_helper_bot").await;
    around.hears(ann, "Your claw is awake").await;
    around.infra.slow(Duration::from_secs(2));
    around.hatches(BOB, "bobs_helper_bot").await;
    until("the infra is asked for Bob's", async || around.infra.struck(Fault::Slow) > 0).await;
}

fn strangers_write(around: &Around) {
    for number in STRANGERS {
        around.telegram.add_person(TelegramId(number), "Eve", None, None, Some("en"));
        around.telegram.says(TelegramId(number), around.bot.id, "/start");
    }
}

/// Status of a call of the webhook by somebody who knows its secret.
async fn webhook_says(around: &Around) -> Option<u16> {
    let ours =
        reqwest::Client::new().post(around.url("LISTEN_ADDR", "/telegram")).header("x-telegram-bot-api-secret-token", SECRET);
    let update = r#"{"update_id":900000001,"something_new":{}}"#;
    Some(ours.body(update).send().await.ok()?.status().as_u16())
}

/// Updates are not acknowledged while they cannot be stored.
async fn nothing_is_acknowledged(around: &Around, way: Way, running: &Process) {
    match way {
        Way::Webhook => until("the webhook says 503", async || webhook_says(around).await == Some(503)).await,
        Way::Polling => {
            until("polling waits", async || {
                let said = running.said();
                said.contains("Telegram keeps them for us") || said.contains("polling waits for the database")
            })
            .await;
        }
    }
    for number in STRANGERS {
        assert!(
            around.telegram.last_from_bot(TelegramId(number), around.bot.id).is_none(),
            "nothing is stored and nobody answered"
        );
    }
}

/// From the moment the database is back: everybody is answered and Bob's claw is awake, once.
async fn goes_on(around: &Around, what: &str) -> Duration {
    let began = Instant::now();
    let bot = around.bot.id;
    for number in STRANGERS {
        until("a stranger is answered", async || around.telegram.last_from_bot(TelegramId(number), bot).is_some()).await;
    }
    around.hears(TelegramId(BOB), "Your claw is awake").await;
    let took = began.elapsed();
    eprintln!("{what}: everything went on {took:?} after the database was back");
    assert!(took < RECOVERY, "{what}: {took:?}");
    took
}

/// Nothing was done or said twice, and nothing is left over.
async fn all_is_well(around: &Around, running: Process) {
    let created = around.infra.journal().iter().filter(|entry| entry.effect == Effect::Created).count();
    assert_eq!((around.infra.claws().len(), created), (2, 2));
    for (who, times) in [(1001, 1), (BOB, 1)] {
        assert_eq!(around.chat(TelegramId(who)).matches("Your claw is awake").count(), times);
    }
    for number in STRANGERS {
        let shown = around.telegram.chat(TelegramId(number), around.bot.id);
        assert_eq!(shown.iter().filter(|shown| shown.from_bot).count(), 1, "{}", around.chat(TelegramId(number)));
    }
    let left = "SELECT id FROM inbox WHERE dead_at IS NOT NULL OR done_at IS NULL UNION ALL SELECT code FROM incidents";
    until("the inbox is empty", async || around.texts(left).await.is_empty()).await;
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gone_for_a_minute() {
    let (one, other) = (Cluster::start().await, Cluster::start().await);
    let through = async |way: Way, cluster: &Cluster| {
        let mut around = arrives_by(way, On::Sqlite).await;
        around.set("DATABASE_URL", &cluster.url());
        let running = around.start(&["run"]);
        in_full_swing(&around, &running).await;
        cluster.goes_away();
        let began = Instant::now();
        strangers_write(&around);
        nothing_is_acknowledged(&around, way, &running).await;
        assert_eq!(around.get("LISTEN_ADDR", "/healthz").await.map(|(status, _)| status), Some(200), "the process lives");
        tokio::time::sleep(Duration::from_secs(60).saturating_sub(began.elapsed())).await;
        cluster.comes_back();
        goes_on(&around, &format!("PostgreSQL gone for a minute, {way:?}")).await;
        all_is_well(&around, running).await;
    };
    tokio::join!(through(Way::Webhook, &one), through(Way::Polling, &other));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarted_under_load() {
    let cluster = Cluster::start().await;
    let mut around = with_webhook(On::Sqlite).await;
    around.set("DATABASE_URL", &cluster.url());
    let running = around.start(&["run"]);
    in_full_swing(&around, &running).await;
    around.infra.slow(Duration::ZERO);
    // A dozen people do not stop writing, and four more hatch, while it is killed three times.
    let crowd: Vec<TelegramId> = (3001..3013).map(TelegramId).collect();
    for who in &crowd {
        around.telegram.add_person(*who, "Kim", None, None, Some("en"));
    }
    let written = std::sync::atomic::AtomicUsize::new(0);
    let over = tokio_util::sync::CancellationToken::new();
    let load = async {
        while !over.is_cancelled() {
            for who in &crowd {
                around.telegram.says(*who, around.bot.id, "/start");
                written.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            }
            // Slower than the flood gate lets one person be.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let hatchings = async {
        let hatch = |number: i64| {
            let around = &around;
            async move { around.hatches(number, &format!("helper{number}_bot")).await }
        };
        futures::future::join_all((4001..4005).map(hatch)).await
    };
    let blows = async {
        for _ in 0..3 {
            let before = written.load(std::sync::atomic::Ordering::SeqCst);
            until("more was written", async || written.load(std::sync::atomic::Ordering::SeqCst) > before + 30).await;
            tokio::task::block_in_place(|| cluster.restarts());
            let began = Instant::now();
            let who = TelegramId(5000 + before as i64);
            around.telegram.add_person(who, "Lee", None, None, Some("en"));
            around.telegram.says(who, around.bot.id, "/start");
            until("somebody new is answered", async || around.telegram.last_from_bot(who, around.bot.id).is_some()).await;
            eprintln!("restarted under load: somebody new was answered {:?} after the restart", began.elapsed());
            assert!(began.elapsed() < RECOVERY, "{:?}", began.elapsed());
        }
    };
    let both = async {
        let (hatched, ()) = tokio::join!(hatchings, blows);
        over.cancel();
        hatched
    };
    let (hatched, ()) = tokio::join!(both, load);
    let began = Instant::now();
    for who in hatched.iter().copied().chain([TelegramId(BOB)]) {
        around.hears(who, "Your claw is awake").await;
        assert_eq!(around.chat(who).matches("Your claw is awake").count(), 1);
    }
    let left = "SELECT id FROM inbox WHERE dead_at IS NOT NULL OR done_at IS NULL UNION ALL SELECT code FROM incidents";
    let waits = "SELECT id FROM outbox WHERE done_at IS NULL";
    let brought = || around.telegram.waiting_updates(around.bot.id).is_empty();
    until("everything is done", async || {
        brought() && around.texts(left).await.is_empty() && around.texts(waits).await.is_empty()
    })
    .await;
    eprintln!("restarted under load: all was done {:?} after the last word", began.elapsed());
    assert!(began.elapsed() < RECOVERY, "{:?}", began.elapsed());
    // Every update Telegram was told we have is there, and one screen is left to each.
    let written = written.load(std::sync::atomic::Ordering::SeqCst);
    let ours = around
        .texts(
            "SELECT id FROM inbox WHERE lane IN ('chat:3001', 'chat:3002') UNION SELECT id FROM inbox WHERE lane LIKE 'chat:30%'",
        )
        .await;
    assert_eq!(ours.len(), written, "written and stored");
    for who in &crowd {
        let shown = around.telegram.chat(*who, around.bot.id);
        assert_eq!(shown.iter().filter(|shown| shown.from_bot).count(), 1, "{}", around.chat(*who));
    }
    let created = around.infra.journal().iter().filter(|entry| entry.effect == Effect::Created).count();
    assert_eq!((around.infra.claws().len(), created), (6, 6));
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_for_half_a_minute() {
    let mut around = with_webhook(On::Postgres).await;
    let direct = around.names["DATABASE_URL"].clone();
    let wire = Hitch::to(&direct).await;
    around.set("DATABASE_URL", &wire.url(&direct));
    let running = around.start(&["run"]);
    in_full_swing(&around, &running).await;
    wire.falls_silent(true);
    let began = Instant::now();
    strangers_write(&around);
    nothing_is_acknowledged(&around, Way::Webhook, &running).await;
    tokio::time::sleep(Duration::from_secs(30).saturating_sub(began.elapsed())).await;
    wire.falls_silent(false);
    goes_on(&around, "PostgreSQL silent for half a minute").await;
    all_is_well(&around, running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn locked_for_ten_seconds() {
    let through = async |way: Way| {
        let around = arrives_by(way, On::Sqlite).await;
        let running = around.start(&["run"]);
        in_full_swing(&around, &running).await;
        let mut other = SqliteConnection::connect(&around.names["DATABASE_URL"]).await.expect("another process");
        other.execute("PRAGMA busy_timeout = 60000").await.expect("it is patient");
        other.execute("BEGIN IMMEDIATE").await.expect("it holds the file");
        let began = Instant::now();
        strangers_write(&around);
        nothing_is_acknowledged(&around, way, &running).await;
        tokio::time::sleep(Duration::from_secs(10).saturating_sub(began.elapsed())).await;
        other.execute("ROLLBACK").await.expect("it lets go");
        goes_on(&around, &format!("SQLite locked for ten seconds, {way:?}")).await;
        all_is_well(&around, running).await;
    };
    tokio::join!(through(Way::Webhook), through(Way::Polling));
}

/// Files may not grow beyond what they are: the disk is full for the program, and nothing has to be mounted.
async fn limit_files(running: &Process, bytes: &str) {
    let limit = format!("--fsize={bytes}:unlimited");
    let set = tokio::process::Command::new("prlimit").args(["--pid", &running.id().to_string(), &limit]).status().await;
    assert!(set.expect("prlimit, of util-linux").success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_disk_is_full() {
    let through = async |way: Way| {
        let around = arrives_by(way, On::Sqlite).await;
        // A write beyond the limit is an error for it, and not the end.
        let running = around.start_by("sh", &["-c", "trap '' XFSZ; exec \"$0\" run", PROGRAM], &around.names);
        in_full_swing(&around, &running).await;
        let log = format!("{}-wal", around.names["DATABASE_URL"].trim_start_matches("sqlite:"));
        limit_files(&running, &std::fs::metadata(log).expect("the log").len().to_string()).await;
        strangers_write(&around);
        nothing_is_acknowledged(&around, way, &running).await;
        limit_files(&running, "unlimited").await;
        goes_on(&around, &format!("a full disk, {way:?}")).await;
        all_is_well(&around, running).await;
    };
    tokio::join!(through(Way::Webhook), through(Way::Polling));
}
