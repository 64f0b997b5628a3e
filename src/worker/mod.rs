//! The clock's door: loops that take rows that are due and call a use case for each. A bell wakes a loop at once; a
//! lost ring costs half a second. Each loop ends when asked to, after what it holds is done or handed back.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{sync::Notify, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::app::{App, BEAT, ClawLease, InboxRow, OperationLease, Result};

/// How long a loop sleeps when nobody rings.
const NAP: Duration = Duration::from_millis(500);
/// How often the clock's own work is looked at.
const ROUND: Duration = Duration::from_secs(1);
/// How soon leases are made longer after that failed; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// How often it is asked whether a survey is due.
const SURVEY_ROUND: Duration = Duration::from_secs(5);
/// How long the host of claws is let wait for something to tell.
const EVENT_WAIT: Duration = Duration::from_secs(15);
/// Rows worked on at the same time, in each loop.
const AT_ONCE: usize = 64;
/// Claws worked on at the same time. Nearly all of that is waiting for the infra, and those it keeps waiting must not hold
/// up the others.
const CLAWS_AT_ONCE: usize = 128;
/// How long finished rows are gathered before the next are taken. To take rows is a write of its own, dearer than most
/// rows, so under load many are taken at once.
const GATHER: Duration = Duration::from_millis(3);

/// Takes up stored updates and hands each to the door.
pub async fn inbox<F, Fut>(app: Arc<App>, handle: F, stop: CancellationToken)
where
    F: Fn(InboxRow) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let bell = Arc::clone(&app.bells.inbox);
    let take = move |room| {
        let app = Arc::clone(&app);
        async move { app.take_updates(room).await }
    };
    keep_taking(AT_ONCE, bell, stop, take, handle).await;
}

/// Says what waits to be said.
pub async fn outbox(app: Arc<App>, stop: CancellationToken) {
    let (bell, taker) = (Arc::clone(&app.bells.outbox), Arc::clone(&app));
    let take = move |room| {
        let app = Arc::clone(&taker);
        async move { app.take_messages(room).await }
    };
    let one = move |message| {
        let app = Arc::clone(&app);
        async move {
            if let Err(error) = app.deliver(message).await {
                tracing::warn!(error = %error, "a delivery could not be written down; its lease will run out");
            }
        }
    };
    keep_taking(AT_ONCE, bell, stop, take, one).await;
}

/// Brings claws to what is wished of them.
pub async fn claws(app: Arc<App>, stop: CancellationToken) {
    let (bell, taker) = (Arc::clone(&app.bells.claws), Arc::clone(&app));
    let take = move |room| {
        let app = Arc::clone(&taker);
        async move { app.take_claws(room).await }
    };
    let one = move |lease: ClawLease| {
        let app = Arc::clone(&app);
        async move {
            let claw = lease.id;
            if let Err(error) = app.reconcile(lease).await {
                tracing::warn!(claw.id = %claw, error = %error, "a step of claw {claw} failed and will be taken again");
            }
        }
    };
    keep_taking(CLAWS_AT_ONCE, bell, stop, take, one).await;
}

/// Keeps what the other loops work on. What they end with when asked to stop lasts for longer than they may take.
pub async fn leases(app: Arc<App>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(BEAT)).await.is_some() {
        let mut wait = FIRST_WAIT;
        while let Err(error) = app.keep_held().await {
            tracing::warn!(error = %error, "leases were not made longer and will be");
            if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
                return;
            }
            wait = (wait * 2).min(ROUND);
        }
    }
}

/// Carries out what is asked of claws that run.
pub async fn operations(app: Arc<App>, stop: CancellationToken) {
    let (bell, taker) = (Arc::clone(&app.bells.operations), Arc::clone(&app));
    let take = move |room| {
        let app = Arc::clone(&taker);
        async move { app.take_operations(room).await }
    };
    let one = move |lease: OperationLease| {
        let app = Arc::clone(&app);
        async move {
            let operation = lease.id;
            if let Err(error) = app.operate(lease).await {
                tracing::warn!(operation.id = %operation, error = %error, "operation {operation} failed and will be taken up again");
            }
        }
    };
    keep_taking(AT_ONCE, bell, stop, take, one).await;
}

/// Reads what the host of claws tells by itself. Asking waits until there is something.
pub async fn events(app: Arc<App>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(ROUND)).await.is_some() {
        // What is cut short is read again by whoever is next.
        if let Some(Err(error)) = stop.run_until_cancelled(app.read_events(EVENT_WAIT)).await {
            tracing::warn!(error = %error, "what happened at the infra was not taken up and will be read again");
        }
    }
}

/// Chores of the fleet.
pub async fn chores(app: Arc<App>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(ROUND)).await.is_some() {
        if let Err(error) = app.do_chores().await {
            tracing::warn!(error = %error, "chores failed and will be done again");
        }
    }
}

/// What the infra runs, beside what we think it does: apart, because a long list takes its time.
pub async fn survey(app: Arc<App>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(SURVEY_ROUND)).await.is_some() {
        // A survey that is cut short loses nothing: its lease runs out, and the next one begins anew.
        if let Some(Err(error)) = stop.run_until_cancelled(app.survey()).await {
            tracing::warn!(error = %error, "the infra could not be compared and will be again");
        }
    }
}

/// The access lists of bots: apart, because each may wait for Telegram.
pub async fn access(app: Arc<App>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(ROUND)).await.is_some() {
        if let Err(error) = app.set_access().await {
            tracing::warn!(error = %error, "access lists were not set and will be again");
        }
    }
}

/// Takes rows while there are any, works on each in a task of its own, and naps when there are none. A finished row
/// may free the next of its lane, so the loop looks again.
async fn keep_taking<Row, Taken, Work>(
    at_once: usize,
    bell: Arc<Notify>,
    stop: CancellationToken,
    take: impl Fn(i64) -> Taken,
    work: impl Fn(Row) -> Work,
) where
    Taken: Future<Output = Result<Vec<Row>>>,
    Work: Future<Output = ()> + Send + 'static,
{
    let mut at_work = JoinSet::new();
    let mut look = Instant::now();
    loop {
        let room = at_once.saturating_sub(at_work.len());
        if room > 0 && look <= Instant::now() && !stop.is_cancelled() {
            look = Instant::now() + NAP;
            match take(room as i64).await {
                Ok(rows) => {
                    if rows.len() == room {
                        // There may be more: for them as soon as there is room.
                        look = Instant::now() + GATHER;
                    }
                    for row in rows {
                        at_work.spawn(work(row));
                    }
                }
                Err(error) => tracing::warn!(error = %error, "rows could not be taken; trying again"),
            }
        }
        if stop.is_cancelled() {
            while at_work.join_next().await.is_some() {}
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            _ = at_work.join_next(), if !at_work.is_empty() => {
                let was_full = at_work.len() + 1 == at_once;
                while at_work.try_join_next().is_some() {}
                // What is done may free the next of its lane.
                let soon = Instant::now() + GATHER;
                look = if was_full { soon } else { look.min(soon) };
            }
            () = bell.notified() => {
                let wait = if at_work.len() < at_once / 2 { Duration::ZERO } else { GATHER };
                look = look.min(Instant::now() + wait);
            }
            () = tokio::time::sleep_until(look), if at_work.len() < at_once => {}
        }
    }
}
