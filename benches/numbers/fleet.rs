//! The fleet: what a tick of the reconcile loop costs with a million idle claws, and how long a start takes on them.
//! Ticks are timed inside this process, with the same calls the loop makes; starts are those of the real program.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use clawhatch::{
    app::{App, Floods, Pace},
    config::Settings,
    drivers::clock::Clock,
    store::Db,
    wiring::{Outside, assemble},
    worker,
};
use tokio_util::sync::CancellationToken;

use crate::{
    databases::{Database, On},
    process::{Arrival, Product},
    table::{ms, quantile, ratio, show},
    telegram::Telegram,
};

const STARTS: usize = 5;

pub async fn ticks_and_starts(kinds: &[On], claws: i64) {
    let telegram = Telegram::start().await;
    let (mut ticks, mut starts) = (Vec::new(), Vec::new());
    for on in kinds {
        starts.push(started(on, &on.make().await, &telegram, "empty").await);
        let big = on.make_big(claws, Clock::system().now().0).await;
        let name = format!("{claws} claws, {:.0} MB", big.size().await);
        starts.push(started(on, &big, &telegram, &name).await);
        ticks.push(ticked(on, &big, &telegram, claws).await);
    }
    let head = ["database", "idle, p50", "idle, p99", "100 due", "10,000 due", "claws/s", "chores, median", "chores, longest"];
    show(&format!("a tick of the reconcile loop with {claws} claws that rest"), &head, &ticks);
    let head = ["database", "what is in it", "median", "longest", "to the aim"];
    show("from the start of the process until /readyz says yes", &head, &starts);
}

/// The median of some starts.
async fn started(on: &On, database: &Database, telegram: &Telegram, what: &str) -> Vec<String> {
    let product = Product::new(telegram, &database.url, Arrival::Polling);
    // The first start migrates, and a start after that is what an operator waits for again and again.
    let mut times = vec![product.start().await.start];
    let first = times[0];
    for _ in 1..STARTS {
        times.push(product.start().await.start);
    }
    times.sort();
    let aim = if what == "empty" { 100.0 } else { 1000.0 };
    let median = quantile(&times, 0.5);
    let what = format!("{what} (the first start: {})", ms(first));
    vec![on.name().to_owned(), what, ms(median), ms(quantile(&times, 1.0)), ratio(median.as_secs_f64() * 1000.0, aim)]
}

async fn ticked(on: &On, database: &Database, telegram: &Telegram, claws: i64) -> Vec<String> {
    let product = Product::new(telegram, &database.url, Arrival::Polling);
    let settings = Settings::from_env(&|name| product.names.get(name).cloned()).expect("settings");
    let db = Db::open(&database.url).await.expect("the database");
    let outside = Outside { clock: Clock::system(), db, floods: Floods::default(), pace: Pace::default() };
    let app = assemble(&settings, outside).await.expect("the product").app;

    // Warm, as in a process that has run for a while.
    for _ in 0..20 {
        take(&app).await;
    }
    let mut idle = Vec::new();
    for _ in 0..200 {
        let began = Instant::now();
        assert_eq!(take(&app).await, 0, "nothing is due");
        idle.push(began.elapsed());
    }
    idle.sort();
    let mut hundreds = Vec::new();
    for round in 0..5 {
        hundreds.push(due(&app, database, round * 100, 100, claws).await);
    }
    hundreds.sort();
    let many = 10_000.min(claws / 2);
    let ten_thousand = due(&app, database, claws - many, many, claws).await;
    let mut chores = Vec::new();
    for _ in 0..5 {
        database.run("UPDATE schedules SET due_at = 0 WHERE name NOT IN ('poller', 'places')".to_owned()).await;
        let began = Instant::now();
        app.do_chores().await.expect("chores");
        chores.push(began.elapsed());
    }
    chores.sort();
    app.db.close().await;
    vec![
        on.name().to_owned(),
        ms(quantile(&idle, 0.5)),
        ms(quantile(&idle, 0.99)),
        ms(quantile(&hundreds, 0.5)),
        ms(ten_thousand),
        format!("{:.0}", many as f64 / ten_thousand.as_secs_f64()),
        ms(quantile(&chores, 0.5)),
        ms(quantile(&chores, 1.0)),
    ]
}

/// A tick that finds nothing.
async fn take(app: &Arc<App>) -> usize {
    app.take_claws(32).await.expect("a tick").len()
}

/// Makes claws due at once and lets the loop itself work until none is.
pub async fn due(app: &Arc<App>, database: &Database, from: i64, many: i64, claws: i64) -> Duration {
    let id = |n: i64| format!("01900000-0000-7002-8000-{n:012x}");
    let between = format!("id > '{}' AND id <= '{}'", id(from), id((from + many).min(claws)));
    let touched = database.run(format!("UPDATE claws SET due_at = 1 WHERE {between}")).await;
    assert_eq!(touched, many as u64);
    let stop = CancellationToken::new();
    let began = Instant::now();
    let worker = tokio::spawn(worker::claws(Arc::clone(app), stop.clone()));
    loop {
        let left = app.db.look().await.expect("a look").claws_backlog(Clock::system().now()).await.expect("a count");
        if left.waiting == 0 && app.held.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let took = began.elapsed();
    stop.cancel();
    worker.await.expect("the loop ends");
    took
}
