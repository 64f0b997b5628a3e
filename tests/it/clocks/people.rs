//! What a wrong clock does to people: the line, confirmations, the limits of a day and of a moment.

use std::time::Duration;

use clawhatch::{
    app::inbox::Arrived,
    domain::{
        ids::TelegramId,
        time::{DAY, HOUR, MINUTE},
    },
};

use super::ms;
use crate::{
    on_both,
    world::{Someone, World},
};

on_both! {
    a_confirmation_lives_five_minutes_and_no_longer,
    a_turn_is_kept_for_twelve_hours_and_no_longer,
    a_turn_is_not_lost_to_a_clock_that_jumped,
    trials_of_a_day_that_has_not_come_are_not_counted_today,
    a_flood_is_one_whatever_our_clock_says,
}

async fn a_confirmation_lives_five_minutes_and_no_longer(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.says("/start").await;
    for (jump, before, works) in [
        // Made under a clock that ran ahead, and pressed when it was put right.
        (-ms(HOUR), Duration::ZERO, false),
        (-ms(40 * DAY), Duration::ZERO, false),
        // Made under a right clock that jumps ahead.
        (ms(HOUR), Duration::ZERO, false),
        (0, 4 * MINUTE, true),
    ] {
        admin.says("/provision 1001").await;
        admin.says("a friend").await;
        w.clock.jump(jump);
        w.clock.advance(before);
        admin.taps("Give 30 days").await;
        assert_eq!(w.audited("admin.grant").await, usize::from(works), "{jump}: {}", admin.chat());
    }
    // The reason is asked for no longer either.
    admin.says("/provision 1001").await;
    w.clock.jump(-ms(HOUR));
    admin.says("too late").await;
    assert!(!admin.sees("Give 30 days"), "{}", admin.chat());
}

/// Ann has the only place, Bob is first in line and Eve second.
async fn a_line(w: World) -> (World, [TelegramId; 3]) {
    let w = w.restarted_with(&[("MAX_CLAWS", "1")]).await;
    let people = [(1001, "Ann", "anns_helper_bot"), (1002, "Bob", "bobs_helper_bot"), (1003, "Eve", "eves_helper_bot")];
    for (id, name, bot) in people {
        w.person(id, name, "en").hatches(bot).await;
    }
    (w, people.map(|(id, ..)| TelegramId(id)))
}

async fn ann_leaves(w: &World, ann: TelegramId) {
    let ann = Someone { world: w, id: ann };
    ann.says("/status").await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    w.pass(11 * MINUTE).await;
    w.pass(MINUTE).await;
}

async fn a_turn_is_kept_for_twelve_hours_and_no_longer(w: World) {
    let (w, [ann, bob, eve]) = a_line(w).await;
    let turns = |id| Someone { world: &w, id }.count("It is your turn.");
    // Bob's turn comes while the clock is forty days ahead.
    w.clock_jumps(ms(40 * DAY)).await;
    ann_leaves(&w, ann).await;
    w.pass(2 * MINUTE).await;
    assert_eq!((turns(bob), turns(eve)), (1, 0));
    w.clock_jumps(-ms(40 * DAY)).await;
    w.pass(2 * MINUTE).await;
    w.pass(11 * HOUR).await;
    w.pass(MINUTE).await;
    assert_eq!((turns(bob), turns(eve)), (1, 0), "it is his for twelve hours");
    w.pass(HOUR).await;
    w.pass(MINUTE).await;
    assert_eq!((turns(bob), turns(eve)), (1, 1), "and not for forty days");
}

async fn a_turn_is_not_lost_to_a_clock_that_jumped(w: World) {
    let (w, [ann, bob, eve]) = a_line(w).await;
    let turns = |id| Someone { world: &w, id }.count("It is your turn.");
    ann_leaves(&w, ann).await;
    assert_eq!((turns(bob), turns(eve)), (1, 0));
    w.clock_jumps(ms(40 * DAY)).await;
    w.pass(Duration::from_secs(40)).await;
    w.clock_jumps(-ms(40 * DAY)).await;
    w.pass(2 * MINUTE).await;
    assert_eq!((turns(bob), turns(eve)), (1, 0), "nobody was given his place meanwhile");
    let bob = Someone { world: &w, id: bob };
    bob.taps("Continue hatching").await;
    bob.taps("Start 48").await;
    assert_eq!(w.infra.claws().len(), 1, "{}", bob.chat());
}

async fn trials_of_a_day_that_has_not_come_are_not_counted_today(w: World) {
    let w = w.restarted_with(&[("TRIALS_PER_DAY", "1")]).await;
    let (ann, bob, eve) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"), w.person(1003, "Eve", "en"));
    w.clock_jumps(ms(40 * DAY)).await;
    ann.hatches("anns_helper_bot").await;
    w.clock_jumps(-ms(40 * DAY)).await;
    bob.hatches("bobs_helper_bot").await;
    assert_eq!(w.audited("trial.begin").await, 2, "{}", bob.chat());
    eve.hatches("eves_helper_bot").await;
    assert_eq!(w.audited("trial.begin").await, 2, "one a day: {}", eve.chat());
}

async fn a_flood_is_one_whatever_our_clock_says(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.says("/start").await;
    // The product's own limits, and messages that Telegram dates rightly while our clock runs wrong.
    let floods = clawhatch::app::Floods::default();
    let sent = w.clock.now();
    let flood = |first: i64| -> Vec<Arrived> {
        (first..first + 200)
            .map(|n| {
                let body = serde_json::json!({ "update_id": n, "message": { "message_id": n, "date": sent.0 / 1000, "text": "/help",
                    "chat": { "id": 1001, "type": "private" }, "from": { "id": 1001, "is_bot": false, "first_name": "Ann" } } });
                clawhatch::bot::arrived(body.to_string().into_bytes()).expect("an update")
            })
            .collect()
    };
    for (n, wrong) in [0, ms(HOUR), ms(40 * DAY), -ms(HOUR), -ms(40 * DAY)].into_iter().enumerate() {
        w.clock.jump(wrong);
        let now = w.clock.now();
        let fine = flood(7_000_000 + n as i64 * 1000).into_iter();
        let fine = fine
            .filter(|one| floods.check(TelegramId(2000 + n as i64), one.update, one.sent, now) == clawhatch::app::Flood::Fine);
        assert_eq!(fine.count(), 20, "{wrong}");
        w.clock.jump(-wrong);
    }
}
