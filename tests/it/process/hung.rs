//! An infra that takes forty orders and answers none of them: whoever comes next is served all the same.

use std::time::{Duration, Instant};

use clawhatch::sandbox::infra::{Effect, Fault};
use futures::future::join_all;

use super::{Around, until};
use crate::world::On;

const HUNG: u32 = 40;

async fn forty_hang_and_one_hatches(on: On) {
    let around = Around::new(on).await;
    let running = around.start(&["run"]);
    around.is_ready().await;
    around.infra.fault_next(HUNG, Fault::Hung);
    let names: Vec<String> = (0..HUNG).map(|n| format!("helper_{n}_bot")).collect();
    let waiting = join_all(names.iter().enumerate().map(|(n, name)| around.hatches(2000 + n as i64, name))).await;
    until("all of them hang at once", async || around.infra.struck(Fault::Hung) == u64::from(HUNG)).await;
    let began = Instant::now();
    let bob = around.hatches(1002, "bobs_helper_bot").await;
    around.hears(bob, "Your claw is awake").await;
    assert!(began.elapsed() < Duration::from_secs(30), "Bob waited {:?}", began.elapsed());
    assert_eq!(around.infra.claws().len(), 1);
    // What hangs is asked again by whoever comes after us, under the same names.
    running.stops().await;
    let running = around.start(&["run"]);
    for who in waiting {
        around.hears(who, "Your claw is awake").await;
    }
    let made = around.infra.journal().iter().filter(|entry| entry.effect == Effect::Created).count();
    assert_eq!((made, around.infra.claws().len()), (41, 41));
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_that_hang_hold_nobody_up_on_sqlite() {
    forty_hang_and_one_hatches(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_that_hang_hold_nobody_up_on_postgres() {
    forty_hang_and_one_hatches(On::Postgres).await;
}
