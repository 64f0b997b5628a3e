//! Whoever slept past their lease finds that somebody else took the row, and nothing of what they write counts.

use clawhatch::{
    domain::{
        ids::{ChatId, MessageId, OutboxId},
        notice::{Notice, Slot},
    },
    store::{Act, Lease, NewInbox, NewMessage, Outcome, StoreError, Work},
};
use uuid::Uuid;

use super::{add_person, at, new_claw};
use crate::{on_both, world::START};

fn is_lost<T>(outcome: Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::LeaseLost { .. }))
}

on_both! {
    async fn a_stale_worker_cannot_end_an_update(w: World) {
        let db = &w.app().db;
        let mut tx = db.begin().await.expect("a transaction");
        let event = NewInbox { id: "telegram:1".to_owned(), seq: 1, lane: "a".to_owned(), body: vec![1] };
        assert!(tx.add_inbox(event.clone(), START).await.expect("stored"));
        assert!(!tx.add_inbox(event, START).await.expect("a duplicate"), "stored once");
        let stale = tx.claim_inbox(START, at(60), 9).await.expect("rows").remove(0);
        assert_eq!(tx.claim_inbox(at(59), at(119), 9).await.expect("rows").len(), 0, "held");
        let fresh = tx.claim_inbox(at(60), at(120), 9).await.expect("rows").remove(0);
        assert_eq!((stale.fence, fresh.fence), (1, 2));
        assert!(is_lost(tx.finish_inbox("telegram:1", stale.fence, at(61)).await));
        assert!(is_lost(tx.retry_inbox("telegram:1", stale.fence, at(61), true).await));
        assert!(is_lost(tx.bury_inbox("telegram:1", stale.fence, at(61)).await));
        assert_eq!(tx.claim_inbox(at(61), at(121), 9).await.expect("rows").len(), 0, "it is still held by the other");
        tx.finish_inbox("telegram:1", fresh.fence, at(61)).await.expect("theirs counts");
        assert!(is_lost(tx.finish_inbox("telegram:1", fresh.fence, at(61)).await), "once");
        tx.commit().await.expect("a commit");
        assert_eq!(w.texts("SELECT id FROM inbox WHERE done_at IS NOT NULL AND body IS NULL AND tries = 0").await, ["telegram:1"]);
    }
}

on_both! {
    async fn a_stale_worker_cannot_end_a_message(w: World) {
        let db = &w.app().db;
        let mut tx = db.begin().await.expect("a transaction");
        let act = Act::Delete(MessageId(1));
        tx.add_message(NewMessage { id: OutboxId(Uuid::from_u128(1)), chat: ChatId(5), act, once: None }, START).await.expect("stored");
        let stale = tx.claim_messages(START, at(60), 9).await.expect("messages").remove(0);
        let fresh = tx.claim_messages(at(60), at(120), 9).await.expect("messages").remove(0);
        assert!(is_lost(tx.finish_message(&stale, Outcome::GaveUp, at(61)).await));
        assert!(is_lost(tx.retry_message(&stale, at(61), true, true).await));
        assert_eq!(tx.claim_messages(at(61), at(121), 9).await.expect("messages").len(), 0);
        tx.finish_message(&fresh, Outcome::Sent, at(61)).await.expect("theirs counts");
        tx.commit().await.expect("a commit");
        assert_eq!(w.texts("SELECT outcome FROM outbox WHERE unclear = 1 AND tries = 0").await, ["sent"], "perhaps twice");
    }
}

on_both! {
    async fn a_stale_worker_cannot_write_a_claw(w: World) {
        let db = &w.app().db;
        let claw = new_claw(add_person(db, 1).await, 1, 77);
        let mut tx = db.begin().await.expect("a transaction");
        tx.add_claw(&claw, START).await.expect("a claw");
        let stale = tx.claim_claws(START, at(60), 9).await.expect("claws").remove(0);
        assert_eq!(tx.hold_leased_claw(&stale).await.expect("held").id, claw.id);
        let fresh = tx.claim_claws(at(60), at(120), 9).await.expect("claws").remove(0);
        assert!(is_lost(tx.hold_leased_claw(&stale).await));
        assert!(!tx.holds_claw(&stale).await.expect("a look") && tx.holds_claw(&fresh).await.expect("a look"));
        tx.release_claw(&stale, Some(START)).await.expect("it changes nothing");
        assert_eq!(tx.claim_claws(at(61), at(121), 9).await.expect("claws").len(), 0, "the other's lease stands");
        assert_eq!(tx.hold_leased_claw(&fresh).await.expect("held").id, claw.id);
        tx.release_claw(&fresh, Some(at(500))).await.expect("given back");
        assert!(!tx.holds_claw(&fresh).await.expect("a look"), "nor does who gave it back");
        assert_eq!(tx.claim_claws(at(499), at(600), 9).await.expect("claws").len(), 0);
        // A tap in between wakes it.
        tx.wake_claw(claw.id, at(400)).await.expect("woken");
        assert_eq!(tx.claim_claws(at(400), at(600), 9).await.expect("claws").len(), 1);
        tx.commit().await.expect("a commit");
    }
}

on_both! {
    async fn an_office_that_was_lost_is_neither_kept_nor_given_back(w: World) {
        let mut tx = w.app().db.begin().await.expect("a transaction");
        tx.add_schedule("office", START).await.expect("a schedule");
        tx.add_schedule("office", at(999)).await.expect("added once");
        let stale = tx.take_schedule("office", START, at(30)).await.expect("a look").expect("free");
        assert_eq!(tx.take_schedule("office", at(29), at(59)).await.expect("a look"), None, "held");
        assert!(tx.is_schedule_held("office", at(29)).await.expect("a look"));
        assert!(tx.keep_schedule(&stale, at(60)).await.expect("kept"));
        let fresh = tx.take_schedule("office", at(60), at(90)).await.expect("a look").expect("free again");
        assert!(!tx.keep_schedule(&stale, at(900)).await.expect("a look"), "it is somebody else's");
        tx.give_back_schedule(&stale, at(5)).await.expect("it changes nothing");
        assert!(tx.is_schedule_held("office", at(61)).await.expect("a look"));
        tx.give_back_schedule(&fresh, at(100)).await.expect("given back");
        assert_eq!(tx.take_schedule("office", at(99), at(120)).await.expect("a look"), None, "not due");
        assert!(tx.take_schedule("office", at(100), at(120)).await.expect("a look").is_some());
        tx.commit().await.expect("a commit");
    }
}

on_both! {
    async fn what_is_written_with_the_commit_falls_with_a_lost_lease(w: World) {
        let db = &w.app().db;
        let mut tx = db.begin().await.expect("a transaction");
        let event = NewInbox { id: "telegram:1".to_owned(), seq: 1, lane: "a".to_owned(), body: vec![1] };
        assert!(tx.add_inbox(event, START).await.expect("stored"));
        let stale = tx.claim_inbox(START, at(60), 9).await.expect("rows").remove(0);
        let fresh = tx.claim_inbox(at(60), at(120), 9).await.expect("rows").remove(0);
        tx.commit().await.expect("a commit");
        let answer = |id| NewMessage { id: OutboxId(Uuid::from_u128(id)), chat: ChatId(5), act: Act::Delete(MessageId(1)), once: None };
        let mut tx = db.begin().await.expect("a transaction");
        tx.finish_inbox_last("telegram:1", stale.fence, at(61)).await.expect("put off");
        tx.add_message(answer(1), at(61)).await.expect("put off");
        assert!(is_lost(tx.commit().await));
        let mut alone = db.begin_single().await.expect("a transaction");
        alone.finish_inbox_last("telegram:1", stale.fence, at(61)).await.expect("put off");
        assert!(is_lost(alone.commit().await));
        assert_eq!(w.texts("SELECT id FROM outbox").await, [""; 0], "and no answer of theirs is said");
        assert_eq!(w.texts("SELECT id FROM inbox WHERE done_at IS NOT NULL").await, [""; 0]);
        let mut tx = db.begin().await.expect("a transaction");
        tx.add_message(answer(2), at(61)).await.expect("put off");
        tx.add_message(answer(3), at(61)).await.expect("put off");
        tx.finish_inbox_last("telegram:1", fresh.fence, at(61)).await.expect("put off");
        tx.commit().await.expect("theirs counts");
        assert_eq!(w.texts("SELECT id FROM outbox").await.len(), 2);
        assert_eq!(w.texts("SELECT id FROM inbox WHERE done_at IS NOT NULL").await, ["telegram:1"]);
    }
}

on_both! {
    async fn a_slot_shows_what_was_sent_under_a_lease_that_held(w: World) {
        let db = &w.app().db;
        let mut tx = db.begin().await.expect("a transaction");
        let act = Act::Show { notice: Box::new(Notice::NotUnderstood), slot: Some(Slot::Screen), fresh: false };
        let new = NewMessage { id: OutboxId(Uuid::from_u128(1)), chat: ChatId(5), act, once: None };
        assert!(tx.add_message(new, START).await.expect("stored"));
        let stale = tx.claim_messages(START, at(60), 9).await.expect("messages").remove(0);
        let fresh = tx.claim_messages(at(60), at(120), 9).await.expect("messages").remove(0);
        tx.commit().await.expect("a commit");
        let shown = async || {
            let mut tx = db.look().await.expect("a look");
            tx.find_slot(ChatId(5), "screen").await.expect("a slot")
        };
        for (message, number, stands) in [(&stale, 8, false), (&fresh, 9, true), (&fresh, 10, false)] {
            let mut tx = db.begin().await.expect("a transaction");
            tx.message_sent(message, at(61), Some((MessageId(number), None))).await.expect("put off");
            assert_eq!(is_lost(tx.commit().await), !stands, "{number}");
            assert_eq!(shown().await, (number > 8).then_some(MessageId(9)), "{number}");
        }
    }
}

on_both! {
    async fn a_lease_in_doubt_is_given_back_if_it_stands(w: World) {
        let mut tx = w.app().db.begin().await.expect("a transaction");
        tx.add_schedule("office", START).await.expect("a schedule");
        let lease = tx.take_schedule("office", START, at(30)).await.expect("a look").expect("free");
        let standing = lease.lease();
        let others = [Lease { fence: lease.fence + 1, ..standing.clone() }, Lease { until: at(31), ..standing.clone() }, Lease { work: Work::Inbox, ..standing.clone() }];
        for doubt in others {
            assert!(!tx.free_lease(&doubt).await.expect("a look"), "{doubt:?}");
        }
        assert!(tx.is_schedule_held("office", at(1)).await.expect("a look"));
        assert!(tx.free_lease(&standing).await.expect("a look"));
        assert!(!tx.free_lease(&standing).await.expect("a look"), "once");
        assert!(tx.take_schedule("office", at(1), at(31)).await.expect("a look").is_some(), "it is free again");
    }
}

on_both! {
    async fn a_lease_is_made_longer_by_its_holder_alone(w: World) {
        let db = &w.app().db;
        let claw = new_claw(add_person(db, 1).await, 1, 77);
        let mut tx = db.begin().await.expect("a transaction");
        tx.add_claw(&claw, START).await.expect("a claw");
        let act = Act::Delete(MessageId(1));
        tx.add_message(NewMessage { id: OutboxId(Uuid::from_u128(1)), chat: ChatId(5), act, once: None }, START).await.expect("stored");
        tx.add_schedule("office", START).await.expect("a schedule");
        for seq in 1..=3 {
            let event = NewInbox { id: format!("telegram:{seq}"), seq, lane: format!("chat:{seq}"), body: vec![1] };
            assert!(tx.add_inbox(event, START).await.expect("stored"));
        }
        let held = [
            tx.claim_inbox(START, at(30), 9).await.expect("rows").iter().map(|row| row.lease()).collect::<Vec<_>>(),
            tx.claim_messages(START, at(30), 9).await.expect("messages").iter().map(|row| row.lease()).collect(),
            tx.claim_claws(START, at(30), 9).await.expect("claws").iter().map(|row| row.lease()).collect(),
            tx.take_schedule("office", START, at(30)).await.expect("a look").iter().map(|row| row.lease()).collect(),
        ];
        for lease in held.iter().flatten() {
            assert!(tx.keep_lease(lease, at(60)).await.expect("kept"), "{lease:?}");
        }
        assert_eq!(tx.claim_inbox(at(59), at(99), 9).await.expect("rows").len(), 0, "they last longer");
        assert_eq!(tx.claim_messages(at(59), at(99), 9).await.expect("messages").len(), 0);
        assert_eq!(tx.claim_claws(at(59), at(99), 9).await.expect("claws").len(), 0);
        assert_eq!(tx.take_schedule("office", at(59), at(99)).await.expect("a look"), None);
        // Of the updates one is done, one was taken by somebody else, one ran out and was taken by nobody.
        tx.finish_inbox("telegram:1", 1, at(59)).await.expect("done");
        assert_eq!(tx.claim_inbox(at(60), at(90), 1).await.expect("rows").remove(0).id, "telegram:2");
        let mut kept = Vec::new();
        for lease in &held[0] {
            if tx.keep_lease(lease, at(100)).await.expect("kept") {
                kept.push(lease.key());
            }
        }
        assert_eq!(kept, ["telegram:3"]);
        assert_eq!(tx.claim_inbox(at(90), at(120), 9).await.expect("rows").iter().map(|row| &*row.id).collect::<Vec<_>>(), ["telegram:2"]);
        tx.commit().await.expect("a commit");
    }
}
