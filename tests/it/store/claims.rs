//! Work is given to one at a time: of every lane the first, and nothing of a lane somebody is at.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use clawhatch::{
    domain::ids::{ChatId, MessageId, OutboxId},
    store::{Act, Db, NewInbox, NewMessage, Outcome},
};
use uuid::Uuid;

use super::at;
use crate::{on_both, world::START};

const LANES: usize = 5;
const OF_EACH: i64 = 12;

fn event(lane: &str, seq: i64) -> NewInbox {
    NewInbox { id: format!("telegram:{lane}-{seq}"), seq, lane: lane.to_owned(), body: vec![1] }
}

async fn store_event(db: &Db, lane: &str, seq: i64) {
    let mut tx = db.begin().await.expect("a transaction");
    assert!(tx.add_inbox(event(lane, seq), START).await.expect("an event"));
    tx.commit().await.expect("a commit");
}

async fn take(db: &Db, most: i64) -> Vec<String> {
    let mut tx = db.begin().await.expect("a transaction");
    let rows = tx.claim_inbox(START, at(60), most).await.expect("rows");
    tx.commit().await.expect("a commit");
    rows.into_iter().map(|row| row.id).collect()
}

/// What all workers have seen: lanes somebody is at, and what was done, in order.
#[derive(Default)]
struct Seen {
    busy: HashSet<String>,
    done: HashMap<String, Vec<i64>>,
}

/// Takes rows and does them until all are done.
async fn worker(db: Db, seen: Arc<Mutex<Seen>>) {
    loop {
        if seen.lock().expect("the list").done.values().map(Vec::len).sum::<usize>() == LANES * OF_EACH as usize {
            return;
        }
        let mut tx = db.begin().await.expect("a transaction");
        let rows = tx.claim_inbox(START, at(60), 3).await.expect("rows");
        tx.commit().await.expect("a commit");
        for row in rows {
            let (lane, seq) = row.id.trim_start_matches("telegram:").split_once('-').expect("a lane and a number");
            assert!(seen.lock().expect("the list").busy.insert(lane.to_owned()), "two of lane {lane} at once");
            tokio::task::yield_now().await;
            let mut tx = db.begin().await.expect("a transaction");
            tx.finish_inbox(&row.id, row.fence, START).await.expect("it is still ours");
            {
                let mut seen = seen.lock().expect("the list");
                seen.busy.remove(lane);
                seen.done.entry(lane.to_owned()).or_default().push(seq.parse().expect("a number"));
            }
            tx.commit().await.expect("a commit");
        }
        tokio::task::yield_now().await;
    }
}

on_both! {
    async fn sixteen_workers_never_meet_in_a_lane(w: World) {
        let db = w.app().db.clone();
        let mut tx = db.begin().await.expect("a transaction");
        for seq in 0..OF_EACH {
            for lane in 0..LANES {
                assert!(tx.add_inbox(event(&format!("lane{lane}"), seq), START).await.expect("an event"));
            }
        }
        tx.commit().await.expect("a commit");
        let seen = Arc::new(Mutex::new(Seen::default()));
        let workers: Vec<_> = (0..16).map(|_| tokio::spawn(worker(db.clone(), Arc::clone(&seen)))).collect();
        for worker in workers {
            worker.await.expect("a worker");
        }
        let seen = seen.lock().expect("the list");
        assert_eq!(seen.done.len(), LANES);
        for (lane, done) in &seen.done {
            assert_eq!(*done, (0..OF_EACH).collect::<Vec<_>>(), "{lane}: each once, in order");
        }
    }
}

on_both! {
    async fn one_batch_takes_at_most_the_first_of_each_lane(w: World) {
        let db = &w.app().db;
        for (lane, seq) in [("a", 2), ("a", 1), ("b", 3)] {
            store_event(db, lane, seq).await;
        }
        let mut first = take(db, 50).await;
        first.sort();
        assert_eq!(first, ["telegram:a-1", "telegram:b-3"]);
        assert_eq!(take(db, 50).await, Vec::<String>::new());
    }
}

on_both! {
    async fn an_event_that_comes_late_waits_for_the_one_at_work(w: World) {
        let db = &w.app().db;
        store_event(db, "a", 6).await;
        assert_eq!(take(db, 50).await, ["telegram:a-6"]);
        store_event(db, "a", 5).await;
        assert_eq!(take(db, 50).await, Vec::<String>::new(), "6 is at work");
        let mut tx = db.begin().await.expect("a transaction");
        tx.finish_inbox("telegram:a-6", 1, START).await.expect("done");
        tx.commit().await.expect("a commit");
        assert_eq!(take(db, 50).await, ["telegram:a-5"]);
    }
}

on_both! {
    async fn a_lease_of_a_clock_that_ran_ahead_holds_no_lane(w: World) {
        let db = &w.app().db;
        store_event(db, "a", 6).await;
        let ten_days = 864_000;
        let mut tx = db.begin().await.expect("a transaction");
        let taken = tx.claim_inbox(at(ten_days), at(ten_days + 60), 50).await.expect("rows");
        tx.commit().await.expect("a commit");
        assert_eq!(taken.len(), 1, "and whoever took it died");
        // The clock was put right, and an earlier one comes late.
        store_event(db, "a", 5).await;
        assert_eq!(take(db, 50).await, ["telegram:a-5"]);
        assert_eq!(take(db, 50).await, Vec::<String>::new(), "now somebody is at the lane");
        let mut tx = db.begin().await.expect("a transaction");
        tx.finish_inbox("telegram:a-5", 1, START).await.expect("done");
        tx.commit().await.expect("a commit");
        assert_eq!(take(db, 50).await, ["telegram:a-6"]);
    }
}

on_both! {
    async fn a_message_that_comes_late_waits_for_the_one_at_work(w: World) {
        let db = &w.app().db;
        let add = async |id: u128| {
            let (id, chat) = (OutboxId(Uuid::from_u128(id)), ChatId(5));
            let mut tx = db.begin().await.expect("a transaction");
            let new = NewMessage { id, chat, act: Act::Delete(MessageId(1)), once: None };
            assert!(tx.add_message(new, START).await.expect("a message"));
            tx.commit().await.expect("a commit");
        };
        let take = async || {
            let mut tx = db.begin().await.expect("a transaction");
            let taken = tx.claim_messages(START, at(60), 50).await.expect("messages");
            tx.commit().await.expect("a commit");
            taken
        };
        add(6).await;
        let six = take().await.remove(0);
        add(5).await;
        assert_eq!(take().await.len(), 0, "6 is at work");
        let mut tx = db.begin().await.expect("a transaction");
        tx.finish_message(&six, Outcome::Sent, START).await.expect("sent");
        tx.commit().await.expect("a commit");
        assert_eq!(take().await.iter().map(|message| message.id.0.as_u128()).collect::<Vec<_>>(), [5]);
    }
}

on_both! {
    async fn what_failed_holds_its_lane_until_it_is_due_and_what_is_buried_does_not(w: World) {
        let db = &w.app().db;
        for seq in [1, 2] {
            store_event(db, "a", seq).await;
        }
        assert_eq!(take(db, 50).await, ["telegram:a-1"]);
        let mut tx = db.begin().await.expect("a transaction");
        tx.retry_inbox("telegram:a-1", 1, at(5), true).await.expect("given back");
        tx.commit().await.expect("a commit");
        assert_eq!(take(db, 50).await, Vec::<String>::new(), "2 does not overtake 1");
        let mut tx = db.begin().await.expect("a transaction");
        let again = tx.claim_inbox(at(5), at(65), 50).await.expect("rows");
        assert_eq!(again.iter().map(|row| (row.id.as_str(), row.fence, row.tries)).collect::<Vec<_>>(), [("telegram:a-1", 2, 1)]);
        tx.bury_inbox("telegram:a-1", 2, at(5)).await.expect("put aside");
        tx.commit().await.expect("a commit");
        assert_eq!(take(db, 50).await, ["telegram:a-2"]);
    }
}
