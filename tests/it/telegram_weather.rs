//! Bad weather at Telegram: it is busy, it fails, it swallows answers, it repeats itself; people block us and come
//! back; an update cannot be handled at all. Nothing is lost, nothing piles up, nobody else notices.

use std::time::Duration;

use clawhatch::domain::{
    ids::ChatId,
    time::{HOUR, MINUTE},
};
use serde_json::json;

use crate::{on_both, world::World};

on_both! {
    a_chat_that_has_to_wait_delays_no_other,
    whoever_blocks_us_is_left_alone_until_they_come_back,
    whoever_blocks_us_while_it_hatches_is_not_knocked_at,
    a_telegram_that_fails_for_minutes_loses_nothing,
    an_answer_that_is_lost_shows_a_message_twice_at_most,
    a_message_that_was_deleted_is_drawn_anew,
    an_update_that_comes_twice_is_done_once,
    updates_that_come_out_of_order_are_all_done,
    an_update_that_cannot_be_handled_is_put_aside,
    a_person_whose_row_cannot_be_read_blocks_no_lane,
    taps_from_before_an_outage_are_not_carried_out,
}

async fn a_chat_that_has_to_wait_delays_no_other(w: World) {
    let (ann, bob) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
    w.telegram.break_things(|faults| faults.rate_limit_next = Some((Some(ChatId(1001)), 30)));
    ann.says("/start").await;
    bob.says("/start").await;
    assert_eq!((ann.count("assistant"), bob.count("assistant")), (0, 1));
    ann.says("/help").await;
    w.pass(Duration::from_secs(29)).await;
    assert_eq!(ann.last(), "", "not a second too early");
    assert_eq!(w.telegram.hits().paced, 0);
    w.pass(Duration::from_secs(1)).await;
    assert!(ann.last().starts_with("I hatch claws"), "what was asked last: {}", ann.chat());
    assert_eq!(w.texts("SELECT outcome FROM outbox WHERE done_at IS NULL").await, Vec::<String>::new());
}

async fn whoever_blocks_us_is_left_alone_until_they_come_back(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    w.telegram.blocks(ann.id, w.bot.id);
    w.settle().await;
    assert_eq!(w.texts("SELECT name FROM persons WHERE reachable = 0").await, ["Ann"]);
    let calls = w.telegram.journal().len();
    for _ in 0..60 {
        w.pass(HOUR).await;
    }
    let to_ann = |call: &&clawhatch::sandbox::telegram::Call| call.args["chat_id"] == json!(1001);
    assert_eq!(w.telegram.journal()[calls..].iter().filter(to_ann).count(), 0, "nobody knocks at a closed door");
    assert_eq!(w.infra.claws(), [], "its time went on and ended");
    assert_eq!(w.texts("SELECT id FROM outbox WHERE done_at IS NULL").await, Vec::<String>::new());
    ann.says("/start").await;
    assert!(ann.last().starts_with("You have 1 claw."), "{}", ann.chat());
    assert_eq!(w.texts("SELECT name FROM persons WHERE reachable = 1").await, ["Ann"]);
    // A block Telegram did not tell us of shows at the next message.
    w.pass(5 * 24 * HOUR).await;
    assert_eq!(ann.count("@anns_helper_bot will be destroyed"), 1);
}

async fn whoever_blocks_us_while_it_hatches_is_not_knocked_at(w: World) {
    let ann = w.person(1001, "Ann", "en");
    w.infra.rule(|rules| rules.boot_time = Duration::from_secs(600));
    ann.hatches("anns_helper_bot").await;
    w.telegram.blocks(ann.id, w.bot.id);
    w.settle().await;
    let calls = w.telegram.journal().len();
    for _ in 0..61 {
        w.pass(Duration::from_secs(10)).await;
    }
    let to_ann = |call: &&clawhatch::sandbox::telegram::Call| call.args["chat_id"] == json!(1001);
    assert_eq!(w.telegram.journal()[calls..].iter().filter(to_ann).count(), 0);
    assert_eq!(w.infra.claws().len(), 1);
    ann.says("/status").await;
    assert_eq!(ann.last().lines().next(), Some("@anns_helper_bot   ● awake"));
}

async fn a_telegram_that_fails_for_minutes_loses_nothing(w: World) {
    let ann = w.person(1001, "Ann", "en");
    w.telegram.break_things(|faults| faults.fail_next = 7);
    ann.says("/start").await;
    ann.says("/help").await;
    for _ in 0..12 {
        w.pass(MINUTE).await;
    }
    assert_eq!(w.telegram.hits().failed, 7);
    assert_eq!((ann.count("I hatch claws"), ann.count("Your own AI assistant")), (1, 0), "{}", ann.chat());
    let failed = w.texts("SELECT outcome FROM outbox WHERE unclear = 1").await;
    assert!(!failed.is_empty() && failed.iter().all(|outcome| outcome == "sent"), "{failed:?}");
}

async fn an_answer_that_is_lost_shows_a_message_twice_at_most(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.says("/start").await;
    w.telegram.break_things(|faults| {
        faults.lose_answers = 5;
        faults.only = Some("sendMessage".to_owned());
    });
    ann.says("/help").await;
    for _ in 0..5 {
        w.pass(Duration::from_secs(10)).await;
    }
    assert_eq!(ann.count("I hatch claws"), 2, "{}", ann.chat());
    assert_eq!(w.texts("SELECT outcome FROM outbox WHERE unclear = 1").await, ["sent"]);
    w.telegram.break_things(|faults| faults.lose_answers = 0);
    // An edit whose answer is lost is drawn again, and nothing shows twice.
    ann.says("/settings").await;
    w.telegram.break_things(|faults| {
        faults.lose_answers = 1;
        faults.only = Some("editMessageText".to_owned());
    });
    ann.taps("Change language").await;
    w.pass(Duration::from_secs(10)).await;
    assert_eq!(w.telegram.hits().answers_lost, 3);
    assert_eq!(ann.count("Which language"), 1, "{}", ann.chat());
}

async fn a_message_that_was_deleted_is_drawn_anew(w: World) {
    let ann = w.person(1001, "Ann", "en");
    w.infra.rule(|rules| rules.boot_time = Duration::from_secs(60));
    ann.hatches("anns_helper_bot").await;
    let hatching = w.telegram.last_from_bot(ann.id, w.bot.id).expect("the hatching").message_id;
    assert!(w.telegram.deletes(ann.id, w.bot.id, hatching));
    w.pass(Duration::from_secs(10)).await;
    assert_eq!(ann.count("Hatching @anns_helper_bot"), 1, "{}", ann.chat());
    w.pass(Duration::from_secs(60)).await;
    assert_eq!((ann.count("Hatching"), ann.count("hatched in 1:10"), ann.count("Your claw is awake.")), (0, 1, 1));
}

async fn an_update_that_comes_twice_is_done_once(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.says("/start").await;
    let body = |id: i64, text: &str| {
        json!({ "update_id": id, "message": { "message_id": 900 + id % 100, "date": 1_781_870_400,
            "chat": { "id": 1001, "type": "private", "first_name": "Ann" },
            "from": { "id": 1001, "is_bot": false, "first_name": "Ann", "language_code": "en" }, "text": text } })
    };
    for _ in 0..3 {
        let updates = [body(5_000_001, "/provision 1"), body(5_000_001, "/provision 1")];
        let arrived = updates.iter().filter_map(|update| clawhatch::bot::arrived(update.to_string().into_bytes())).collect();
        w.app().accept(arrived).await.expect("stored");
        w.settle().await;
    }
    assert_eq!(w.audited("admin.refused").await, 1);
    assert_eq!(w.texts("SELECT id FROM inbox WHERE id = 'telegram:5000001'").await.len(), 1);
}

async fn updates_that_come_out_of_order_are_all_done(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.says("/start").await;
    let tell = async |id: i64, text: &str| {
        let update = json!({ "update_id": id, "message": { "message_id": 900 + id % 100, "date": 1_781_870_400,
            "chat": { "id": 1001, "type": "private", "first_name": "Ann" },
            "from": { "id": 1001, "is_bot": false, "first_name": "Ann", "language_code": "en" }, "text": text } });
        let arrived = clawhatch::bot::arrived(update.to_string().into_bytes()).expect("an update");
        w.app().accept(vec![arrived]).await.expect("stored");
    };
    // Two that wait together are taken in the order of their numbers, one that is late is taken all the same.
    tell(5_000_009, "/help").await;
    tell(5_000_008, "/settings").await;
    w.settle().await;
    assert!(ann.last().starts_with("I hatch claws"), "{}", ann.last());
    tell(5_000_003, "/language").await;
    w.settle().await;
    assert!(ann.last().starts_with("Which language"), "{}", ann.last());
    assert_eq!(w.texts("SELECT id FROM inbox WHERE done_at IS NULL").await, Vec::<String>::new());
}

async fn an_update_that_cannot_be_handled_is_put_aside(w: World) {
    let (admin, ann, bob) = (w.admin().await, w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
    ann.says("/start").await;
    // Her desk cannot be read: whatever needs it fails.
    assert_eq!(w.sql("UPDATE persons SET desk = '{\"wizard\": 5}' WHERE telegram_id = 1001").await, 1);
    ann.taps("Hatch").await;
    assert_eq!(ann.toasts(), ["Something broke on our side. Please try again in a minute."]);
    for _ in 0..4 {
        w.pass(Duration::from_secs(5)).await;
    }
    let dead = "SELECT CAST(tries AS TEXT) FROM inbox WHERE dead_at IS NOT NULL";
    assert_eq!(w.texts(dead).await, ["3"], "three times again after the first");
    insta::assert_snapshot!(ann.last(), @"
    Something broke on our side.
    It has been written down for the operators. Please try again in a minute; if it happens again, send them this code.

    (CODE)
    [ Home ]
    ");
    insta::assert_snapshot!(admin.last(), @"
    Alert. An update could not be handled and was put aside: 100100103

    The person may have to tap again. The log holds the cause.

    It began just now, today at 12:00 UTC.

    (CODE)
    [ Open fleet ]
    ");
    bob.says("/start").await;
    assert_eq!(bob.count("Your own AI assistant"), 1);
    // Her lane goes on: what does not need the desk works, and so does everything once it is mended.
    w.sql("UPDATE persons SET desk = '{}' WHERE telegram_id = 1001").await;
    ann.says("/hatch").await;
    assert!(ann.last().starts_with("Step 1 of 5"), "{}", ann.last());
    w.pass(HOUR).await;
    assert_eq!(admin.count("could not be handled"), 1);
}

async fn a_person_whose_row_cannot_be_read_blocks_no_lane(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.says("/start").await;
    assert_eq!(w.sql("UPDATE persons SET locale = 'nonsense' WHERE telegram_id = 1001").await, 1);
    ann.says("/help").await;
    for _ in 0..5 {
        w.pass(MINUTE).await;
    }
    assert_eq!(w.texts("SELECT id FROM inbox WHERE done_at IS NULL AND dead_at IS NULL").await, Vec::<String>::new());
    assert_eq!(admin.count("could not be handled"), 1, "{}", admin.chat());
    w.sql("UPDATE persons SET locale = 'en' WHERE telegram_id = 1001").await;
    ann.says("/help").await;
    assert!(ann.last().starts_with("I hatch claws"), "{}", ann.chat());
}

async fn taps_from_before_an_outage_are_not_carried_out(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    ann.opens_card().await;
    ann.taps("Delete this claw").await;
    // She thinks for a while and confirms; we are away just then, for two minutes.
    w.pass(9 * MINUTE).await;
    let shown = w.telegram.last_from_bot(ann.id, w.bot.id).expect("the question");
    w.telegram.taps(ann.id, w.bot.id, shown.message_id, "Delete it and its memory");
    w.clock.advance(2 * MINUTE);
    let id = ann.id;
    let w = w.restarted().await;
    let ann = crate::world::Someone { world: &w, id };
    w.settle().await;
    assert_eq!(ann.toasts(), ["This button is too old. Nothing was done; please check and tap again."]);
    assert_eq!(ann.last().lines().next(), Some("@anns_helper_bot   ● awake"));
    assert_eq!(w.audited("claw.delete").await, 0);
    // The same for a tap that we had stored and could not take up.
    ann.says("/delete_my_data").await;
    let shown = w.telegram.last_from_bot(ann.id, w.bot.id).expect("the question");
    w.telegram.taps(ann.id, w.bot.id, shown.message_id, "Delete my data and my claw");
    clawhatch::bot::poll_once(w.app(), &w.product.api, 0, 0).await;
    w.clock.advance(15 * MINUTE);
    w.settle().await;
    assert_eq!(w.audited("person.forget").await, 0);
    // What stands there now can be tapped, and then it is done.
    assert_eq!(ann.count("Delete everything I know about you?"), 1, "{}", ann.chat());
    ann.taps("Delete my data and my claw").await;
    assert_eq!(w.audited("person.forget").await, 1, "{}", ann.chat());
}
