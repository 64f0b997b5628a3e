//! The process under strain: asked to stop again and again while everybody writes, without file descriptors, without a
//! network. It ends in time, burns nothing while it waits, and goes on by itself.

use std::time::{Duration, Instant};

use clawhatch::{domain::ids::TelegramId, sandbox::infra::Effect};

use super::{Around, PROGRAM, Process, until};
use crate::{database::hitch::Hitch, world::On};

/// CPU seconds the process has used, in all its threads.
fn cpu_seconds(process: &Process) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id())).expect("it lives");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    // utime and stime, in hundredths of a second (proc(5): fields 14 and 15, of which two stand before the bracket).
    let ticks: f64 = fields[11..13].iter().map(|ticks| ticks.parse::<f64>().expect("a number")).sum();
    ticks / 100.0
}

/// What part of one core it uses, over this span.
async fn busy(process: &Process, span: Duration) -> f64 {
    let (before, began) = (cpu_seconds(process), Instant::now());
    tokio::time::sleep(span).await;
    (cpu_seconds(process) - before) / began.elapsed().as_secs_f64()
}

fn crowd(around: &Around, people: std::ops::Range<i64>) -> Vec<TelegramId> {
    let crowd: Vec<TelegramId> = people.map(TelegramId).collect();
    for who in &crowd {
        around.telegram.add_person(*who, "Kim", None, None, Some("en"));
    }
    crowd
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_at_any_moment_it_ends_well_and_repeats_nothing() {
    for on in [On::Sqlite, On::Postgres] {
        let around = Around::new(on).await;
        around.infra.rule(|rules| rules.boot_time = Duration::from_millis(300));
        let people = crowd(&around, 3001..3017);
        let running = around.start(&["run"]);
        around.is_ready().await;
        let hatching = async {
            let hatch = |number: i64| {
                let around = &around;
                async move { around.hatches(number, &format!("helper{number}_bot")).await }
            };
            futures::future::join_all((4001..4004).map(hatch)).await
        };
        let restarts = async {
            let mut running = running;
            for round in 0..8_u64 {
                for who in &people {
                    around.telegram.says(*who, around.bot.id, "/start");
                }
                // Another moment of the work each time.
                let calls = around.telegram.journal().len() as u64 + 3 + 5 * round;
                until("it is at work", async || around.telegram.journal().len() as u64 >= calls).await;
                running.stops().await;
                running = around.start(&["run"]);
                around.is_ready().await;
            }
            running
        };
        let (hatched, running) = tokio::join!(hatching, restarts);
        for who in &hatched {
            around.hears(*who, "Your claw is awake").await;
            assert_eq!(around.chat(*who).matches("Your claw is awake").count(), 1);
        }
        let open = "SELECT id FROM outbox WHERE done_at IS NULL UNION ALL SELECT id FROM inbox WHERE done_at IS NULL";
        until("all is done", async || around.texts(open).await.is_empty()).await;
        assert_eq!(
            around.texts("SELECT id FROM outbox WHERE unclear = 1").await,
            Vec::<String>::new(),
            "every answer was waited for"
        );
        for who in &people {
            let shown = around.telegram.chat(*who, around.bot.id);
            assert_eq!(shown.iter().filter(|shown| shown.from_bot).count(), 1, "{}", around.chat(*who));
        }
        let created = around.infra.journal().iter().filter(|entry| entry.effect == Effect::Created).count();
        assert_eq!((around.infra.claws().len(), created), (3, 3));
        running.stops().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_while_the_database_is_gone_it_ends_in_time() {
    let cluster = crate::cluster::Cluster::start().await;
    let mut around = Around::new(On::Sqlite).await;
    around.set("DATABASE_URL", &cluster.url());
    let running = around.start(&["run"]);
    around.is_ready().await;
    around.infra.slow(Duration::from_secs(1));
    let ann = around.hatches(1001, "anns_helper_bot").await;
    until("the infra is asked", async || around.infra.struck(clawhatch::sandbox::infra::Fault::Slow) > 0).await;
    cluster.goes_away();
    until("the outcome cannot be written down", async || {
        running.said().contains("the outcome of a call to the infra could not be written down yet")
    })
    .await;
    running.stops().await;
    cluster.comes_back();
    let running = around.start(&["run"]);
    around.hears(ann, "Your claw is awake").await;
    assert_eq!(around.infra.claws().len(), 1);
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_file_descriptors_it_waits_and_goes_on() {
    let around = Around::new(On::Sqlite).await;
    let running = around.start_by("prlimit", &["--nofile=64:64", PROGRAM, "run"], &around.names);
    around.is_ready().await;
    // As many callers at its door as it can have files, who say nothing.
    let address = around.names["LISTEN_ADDR"].clone();
    let callers = futures::future::join_all((0..100).map(|_| tokio::net::TcpStream::connect(&address))).await;
    assert!(callers.iter().all(Result::is_ok));
    let files = || std::fs::read_dir(format!("/proc/{}/fd", running.id())).expect("its files").count();
    until("it has no more", async || files() >= 63).await;
    let people = crowd(&around, 3001..3011);
    for who in &people {
        around.telegram.says(*who, around.bot.id, "/start");
    }
    let share = busy(&running, Duration::from_secs(8)).await;
    eprintln!("without file descriptors: {:.1} % of a core", share * 100.0);
    assert!(share < 0.05, "{share}");
    drop(callers);
    let began = Instant::now();
    let answered = || people.iter().all(|who| around.telegram.last_from_bot(*who, around.bot.id).is_some());
    until("everybody is answered", async || answered()).await;
    eprintln!("without file descriptors: everybody was answered after {:?}", began.elapsed());
    let ann = around.hatches(1001, "anns_helper_bot").await;
    around.hears(ann, "Your claw is awake").await;
    eprintln!("without file descriptors: went on after {:?}", began.elapsed());
    running.stops().await;
}

#[tokio::test]
async fn with_too_few_file_descriptors_it_says_so_and_ends() {
    let around = Around::new(On::Sqlite).await;
    for files in [16, 32, 63] {
        let limit = format!("--nofile={files}:{files}");
        let told = around.start_by("prlimit", &[&limit, PROGRAM, "run"], &around.names).ends().await;
        let line = format!(
            "clawhatch stopped: the system lets this process open {files} files at once, and it needs 64 at the very least"
        );
        assert!(told.code == Some(1) && told.text.contains(&line), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_network_it_waits_and_goes_on() {
    let mut around = Around::new(On::Sqlite).await;
    let (telegram, infra) = (around.names["TELEGRAM_API_URL"].clone(), around.names["INFRA_API_URL"].clone());
    let wires = [Hitch::to(&telegram).await, Hitch::to(&infra).await];
    around.set("TELEGRAM_API_URL", wires[0].url(&telegram).trim_end_matches('/'));
    around.set("INFRA_API_URL", wires[1].url(&infra).trim_end_matches('/'));
    around.set("INFRA_PROVISION_TIMEOUT", "3");
    let running = around.start(&["run"]);
    around.is_ready().await;
    until("its menu is set", async || !around.telegram.calls_of("setMyShortDescription").is_empty()).await;
    let people = crowd(&around, 3001..3011);
    wires[1].falls_silent(true);
    let ann = around.hatches(1001, "anns_helper_bot").await;
    wires[0].falls_silent(true);
    for who in &people {
        around.telegram.says(*who, around.bot.id, "/start");
    }
    let share = busy(&running, Duration::from_secs(20)).await;
    eprintln!("without a network: {:.1} % of a core", share * 100.0);
    assert!(share < 0.05, "{share}");
    wires.iter().for_each(|wire| wire.falls_silent(false));
    let began = Instant::now();
    for who in &people {
        until("everybody is answered", async || around.telegram.last_from_bot(*who, around.bot.id).is_some()).await;
    }
    eprintln!("without a network: everybody was answered after {:?}", began.elapsed());
    around.hears(ann, "Your claw is awake").await;
    eprintln!("without a network: went on after {:?}", began.elapsed());
    // A call nobody answered, and one on a connection that was dead by then.
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
    assert_eq!(around.infra.claws().len(), 1);
    running.stops().await;
}
