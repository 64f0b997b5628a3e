//! What is said: in order in each chat, the newest of a slot only, and once where it is said once.

use clawhatch::{
    domain::{
        ids::{ChatId, ClawId, MessageId, OutboxId},
        notice::{Notice, Slot},
    },
    store::{Act, Db, Message, NewMessage, Outcome},
};
use uuid::Uuid;

use super::at;
use crate::{on_both, world::START};

struct Say {
    id: u128,
    chat: i64,
    slot: Option<Slot>,
    fresh: bool,
    once: Option<&'static str>,
}

const PLAIN: Say = Say { id: 0, chat: 5, slot: None, fresh: false, once: None };

/// The number tells the notices apart.
async fn queue(db: &Db, say: Say) -> bool {
    let notice = Box::new(Notice::HowItWorks { trial_hours: say.id as u32 });
    let act = Act::Show { notice, slot: say.slot, fresh: say.fresh };
    let once = say.once.map(str::to_owned);
    let new = NewMessage { id: OutboxId(Uuid::from_u128(say.id)), chat: ChatId(say.chat), act, once };
    let mut tx = db.begin().await.expect("a transaction");
    let queued = tx.add_message(new, START).await.expect("queued");
    tx.commit().await.expect("a commit");
    queued
}

async fn take(db: &Db) -> Vec<Message> {
    let mut tx = db.begin().await.expect("a transaction");
    let mut taken = tx.claim_messages(START, at(60), 50).await.expect("messages");
    tx.commit().await.expect("a commit");
    taken.sort_by_key(|message| message.chat.0);
    taken
}

async fn sent(db: &Db, message: &Message) {
    let mut tx = db.begin().await.expect("a transaction");
    tx.finish_message(message, Outcome::Sent, START).await.expect("sent");
    tx.commit().await.expect("a commit");
}

fn shown(messages: &[Message]) -> Vec<(i64, Option<Result<Notice, String>>)> {
    messages.iter().map(|message| (message.chat.0, message.notice.clone())).collect()
}

fn notice(number: u32) -> Option<Result<Notice, String>> {
    Some(Ok(Notice::HowItWorks { trial_hours: number }))
}

on_both! {
    async fn a_chat_is_told_in_order_and_waits_for_no_other(w: World) {
        let db = &w.app().db;
        for (id, chat) in [(1, 5), (2, 5), (3, 6), (4, 6)] {
            assert!(queue(db, Say { id, chat, ..PLAIN }).await);
        }
        let first = take(db).await;
        assert_eq!(shown(&first), [(5, notice(1)), (6, notice(3))]);
        assert_eq!(take(db).await.len(), 0, "the second of a chat waits for the first");
        sent(db, &first[1]).await;
        assert_eq!(shown(&take(db).await), [(6, notice(4))]);
        let mut tx = db.begin().await.expect("a transaction");
        tx.retry_message(&first[0], at(30), true, true).await.expect("later");
        tx.commit().await.expect("a commit");
        assert_eq!(take(db).await.len(), 0, "what waits for its next try holds its chat");
        let mut tx = db.begin().await.expect("a transaction");
        let again = tx.claim_messages(at(30), at(90), 1).await.expect("messages").remove(0);
        assert_eq!((again.notice.clone(), again.tries, again.unclear), (notice(1), 1, true));
        tx.commit().await.expect("a commit");
    }
}

on_both! {
    async fn the_newest_of_a_slot_is_said_and_stays_fresh(w: World) {
        let db = &w.app().db;
        let screen = |id, fresh| Say { id, slot: Some(Slot::Screen), fresh, ..PLAIN };
        queue(db, screen(1, true)).await;
        queue(db, Say { id: 2, ..PLAIN }).await;
        queue(db, screen(3, false)).await;
        queue(db, Say { chat: 6, ..screen(4, false) }).await;
        let mut said = Vec::new();
        loop {
            let taken = take(db).await;
            if taken.is_empty() {
                break;
            }
            for message in taken {
                sent(db, &message).await;
                said.push((message.chat.0, message.notice, message.fresh));
            }
        }
        said.sort_by_key(|(chat, ..)| *chat);
        assert_eq!(said, [(5, notice(2), false), (5, notice(3), true), (6, notice(4), false)], "1 was replaced, and 3 took its place at the bottom");
        assert_eq!(w.texts("SELECT outcome FROM outbox WHERE notice IS NULL").await, ["replaced"]);
    }
}

on_both! {
    async fn what_is_being_said_or_was_tried_is_not_replaced(w: World) {
        let db = &w.app().db;
        let screen = |id| Say { id, slot: Some(Slot::Screen), ..PLAIN };
        queue(db, screen(1)).await;
        let first = take(db).await.remove(0);
        queue(db, screen(2)).await;
        let mut tx = db.begin().await.expect("a transaction");
        tx.retry_message(&first, START, true, true).await.expect("later");
        tx.commit().await.expect("a commit");
        queue(db, screen(3)).await;
        let again = take(db).await.remove(0);
        assert_eq!((again.notice.clone(), again.unclear), (notice(1), true), "it may have arrived, so its end is to be known");
        sent(db, &again).await;
        assert_eq!(shown(&take(db).await), [(5, notice(3))], "2 waited and was replaced");
    }
}

on_both! {
    async fn what_is_said_once_is_said_once_for_ever(w: World) {
        let db = &w.app().db;
        let ready = |id| Say { id, once: Some("ready:1"), ..PLAIN };
        assert!(queue(db, ready(1)).await);
        assert!(!queue(db, ready(2)).await, "while it waits");
        sent(db, &take(db).await[0]).await;
        assert!(!queue(db, ready(3)).await, "after it was said");
        assert!(!queue(db, Say { chat: 6, ..ready(4) }).await, "wherever");
        let mut tx = db.begin().await.expect("a transaction");
        assert!(tx.was_said("ready:1").await.expect("a look") && !tx.was_said("ready:2").await.expect("a look"));
        drop(tx);
        let racers = (5..15).map(|id| {
            let db = db.clone();
            tokio::spawn(async move { queue(&db, Say { id, once: Some("race"), ..PLAIN }).await })
        });
        let mut won = 0;
        for racer in racers.collect::<Vec<_>>() {
            won += usize::from(racer.await.expect("a racer"));
        }
        assert_eq!((won, take(db).await.len()), (1, 1));
    }
}

on_both! {
    async fn who_cannot_be_reached_is_not_written_to(w: World) {
        let db = &w.app().db;
        for id in 1..=3 {
            queue(db, Say { id, ..PLAIN }).await;
        }
        queue(db, Say { id: 4, chat: 6, ..PLAIN }).await;
        let held = take(db).await.remove(0);
        let mut tx = db.begin().await.expect("a transaction");
        assert_eq!(tx.drop_messages_for(ChatId(5), START).await.expect("dropped"), 2, "all but the one being said");
        tx.finish_message(&held, Outcome::Blocked, START).await.expect("its own end");
        tx.commit().await.expect("a commit");
        assert_eq!(w.texts("SELECT outcome FROM outbox WHERE chat_id = 5").await, ["blocked"; 3]);
        assert_eq!(w.texts("SELECT id FROM outbox WHERE done_at IS NULL").await.len(), 1);
    }
}

on_both! {
    async fn what_was_held_and_not_written_down_may_have_been_said(w: World) {
        let db = &w.app().db;
        for id in [1, 2] {
            assert!(queue(db, Say { id, chat: id as i64, ..PLAIN }).await);
        }
        let first = take(db).await;
        assert_eq!(first.iter().map(|message| message.unclear).collect::<Vec<_>>(), [false, false]);
        let mut tx = db.begin().await.expect("a transaction");
        tx.retry_message(&first[0], START, false, false).await.expect("given back: it was not even begun");
        tx.commit().await.expect("a commit");
        let mut tx = db.begin().await.expect("a transaction");
        let mut again = tx.claim_messages(at(61), at(121), 50).await.expect("messages");
        tx.commit().await.expect("a commit");
        again.sort_by_key(|message| message.chat.0);
        assert_eq!(again.iter().map(|message| message.unclear).collect::<Vec<_>>(), [false, true]);
        // Whoever frees all leases at the start of an embedded database knows no more.
        let mut tx = db.begin().await.expect("a transaction");
        tx.free_all_leases().await.expect("freed");
        tx.commit().await.expect("a commit");
        assert!(take(db).await.iter().all(|message| message.unclear));
    }
}

on_both! {
    // Somebody taps the summary before we have written down that it arrived.
    async fn what_is_on_its_way_is_handed_over_with_its_slot(w: World) {
        let db = &w.app().db;
        let hatching = Slot::Hatching(ClawId(Uuid::from_u128(7)));
        queue(db, Say { id: 1, slot: Some(Slot::Screen), ..PLAIN }).await;
        let drawn = take(db).await.remove(0);
        let mut tx = db.begin().await.expect("a transaction");
        tx.rename_slot(ChatId(5), &Slot::Screen, &hatching).await.expect("handed over");
        tx.commit().await.expect("a commit");
        let mut tx = db.begin().await.expect("a transaction");
        tx.message_sent(&drawn, START, Some((MessageId(9), None))).await.expect("put off");
        tx.commit().await.expect("a commit");
        let mut tx = db.look().await.expect("a look");
        let shows = [Slot::Screen.name(), hatching.name()];
        let shown = [tx.find_slot(ChatId(5), &shows[0]).await, tx.find_slot(ChatId(5), &shows[1]).await];
        assert_eq!(shown.map(|slot| slot.expect("a slot")), [None, Some(MessageId(9))]);
    }
}
