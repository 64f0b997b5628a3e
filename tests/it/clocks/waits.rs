//! What waits under a wrong clock: updates, messages, chores, leases.

use std::time::Duration;

use clawhatch::domain::{
    ids::TelegramId,
    time::{DAY, HOUR, MINUTE},
};

use super::{NONE, ms};
use crate::{
    on_both,
    world::{Someone, World},
};

on_both! {
    what_waits_under_a_clock_that_ran_ahead_goes_on_when_it_is_put_right,
    what_waits_goes_on_though_the_clock_was_put_right_while_we_were_away,
    leases_of_a_process_that_died_under_a_wrong_clock_run_out,
    the_poller_stays_the_poller,
    a_message_on_its_way_is_not_sent_again,
    a_message_is_not_given_up_because_a_clock_jumped,
}

/// Something of every kind waits: an update that failed, a message, a claw, and the chores.
async fn everything_waits(w: &World) -> [TelegramId; 3] {
    let (ann, bob, eve) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"), w.person(1003, "Eve", "en"));
    for someone in [ann, bob] {
        someone.says("/start").await;
    }
    w.infra.fail_next(6, 503);
    eve.hatches("eves_helper_bot").await;
    assert_eq!(w.sql("UPDATE persons SET desk = '{\"wizard\": 5}' WHERE telegram_id = 1001").await, 1);
    ann.says("/hatch").await;
    w.telegram.break_things(|faults| faults.fail_next = 5);
    bob.says("/help").await;
    assert_eq!(w.rows("inbox WHERE done_at IS NULL AND tries > 0").await, 1);
    assert!(w.rows("outbox WHERE done_at IS NULL").await >= 1);
    w.app().do_chores().await.expect("chores");
    [ann.id, bob.id, eve.id]
}

async fn everything_goes_on(w: &World, [ann, bob, eve]: [TelegramId; 3]) {
    assert_eq!(w.sql("UPDATE persons SET desk = '{}' WHERE telegram_id = 1001").await, 1);
    w.infra.fail_next(0, 503);
    w.telegram.break_things(|faults| faults.fail_next = 0);
    for _ in 0..12 {
        w.pass(Duration::from_secs(10)).await;
    }
    let [ann, bob, eve] = [ann, bob, eve].map(|id| Someone { world: w, id });
    assert!(ann.last().starts_with("Step 1 of 5"), "{}", ann.chat());
    assert_eq!(bob.count("I hatch claws"), 1, "{}", bob.chat());
    assert_eq!((eve.count("Your claw is awake."), w.infra.claws().len()), (1, 1), "{}", eve.chat());
    w.nothing_waits().await;
    assert_eq!(w.texts("SELECT id FROM inbox WHERE dead_at IS NOT NULL").await, NONE);
}

async fn what_waits_under_a_clock_that_ran_ahead_goes_on_when_it_is_put_right(w: World) {
    w.clock_jumps(ms(HOUR)).await;
    let people = everything_waits(&w).await;
    w.clock_jumps(-ms(HOUR)).await;
    everything_goes_on(&w, people).await;
    // And at once: chores do not wait for an hour that was there already.
    let chores = format!(
        "SELECT name FROM schedules WHERE due_at > {} AND name NOT IN ('sweep', 'survey')",
        w.clock.now().0 + ms(10 * MINUTE)
    );
    assert_eq!(w.texts(&chores).await, NONE);
    for by in [HOUR, 40 * DAY] {
        w.clock_jumps(ms(by)).await;
        w.clock_jumps(-ms(by)).await;
        let late = format!("SELECT name FROM schedules WHERE due_at > {}", w.clock.now().0 + ms(HOUR));
        assert_eq!(w.texts(&late).await, NONE, "{by:?}");
    }
}

async fn what_waits_goes_on_though_the_clock_was_put_right_while_we_were_away(w: World) {
    w.clock_jumps(ms(40 * DAY)).await;
    let people = everything_waits(&w).await;
    w.clock.jump(-ms(40 * DAY));
    let w = w.restarted().await;
    everything_goes_on(&w, people).await;
}

async fn leases_of_a_process_that_died_under_a_wrong_clock_run_out(w: World) {
    let mut w = w;
    for (n, ahead) in [HOUR, 40 * DAY].into_iter().enumerate() {
        w.clock.jump(ms(ahead));
        let ann = w.person(1001 + n as i64, "Ann", "en");
        w.telegram.says(ann.id, w.bot.id, "/start");
        w.take_in().await;
        // It dies with an update, and a survey, in its hands.
        drop(w.app().take_updates(50).await.expect("updates"));
        let held = w.clock.now().0 + 120_000;
        w.sql(&format!("UPDATE schedules SET lease_until = {held}, fence = fence + 1 WHERE name IN ('survey', 'seal-audit')"))
            .await;
        w.clock.jump(-ms(ahead));
        let ann = ann.id;
        // Somebody follows two minutes later.
        w.clock.advance(2 * MINUTE);
        w = w.restarted().await;
        w.pass(Duration::from_secs(1)).await;
        let ann = Someone { world: &w, id: ann };
        assert_eq!(ann.count("Your own AI assistant"), 1, "{ahead:?} ahead: {}", ann.chat());
        w.pass(5 * MINUTE).await;
        assert_eq!(w.texts("SELECT name FROM schedules WHERE lease_until IS NOT NULL").await, NONE, "{ahead:?} ahead");
    }
}

async fn the_poller_stays_the_poller(w: World) {
    let lease = w.app().take_poller().await.expect("a lease").expect("nobody polls");
    for by in [ms(HOUR), -ms(HOUR), ms(40 * DAY), -ms(40 * DAY)] {
        w.clock.jump(by);
        assert!(w.app().keep_poller(&lease).await.expect("an answer"), "{by}");
        assert!(w.app().take_poller().await.expect("an answer").is_none(), "nobody else becomes it: {by}");
        assert!(w.app().health().await.polled, "{by}");
    }
    // One that dies while its clock is ahead is followed.
    w.clock.jump(ms(40 * DAY));
    assert!(w.app().keep_poller(&lease).await.expect("an answer"));
    w.clock.jump(-ms(40 * DAY));
    let next = w.app().take_poller().await.expect("an answer").expect("a follower");
    assert!(!w.app().keep_poller(&lease).await.expect("an answer"), "the dead one is not the poller any more");
    assert!(w.app().keep_poller(&next).await.expect("an answer"));
}

async fn a_message_on_its_way_is_not_sent_again(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.says("/start").await;
    w.telegram.says(ann.id, w.bot.id, "/help");
    w.take_in().await;
    for row in w.app().take_updates(10).await.expect("updates") {
        w.product.door.handle(row).await;
    }
    w.telegram.break_things(|faults| {
        faults.slow = Some(Duration::from_millis(500));
        faults.only = Some("sendMessage".to_owned());
    });
    let slowed = w.telegram.hits().slowed;
    let before = w.telegram.calls_of("sendMessage").len();
    let message = w.app().take_messages(1).await.expect("messages").remove(0);
    let jumps = async {
        while w.telegram.hits().slowed == slowed {
            tokio::task::yield_now().await;
        }
        for by in [ms(HOUR), ms(40 * DAY)] {
            w.clock.jump(by);
            assert!(w.app().take_messages(50).await.expect("messages").is_empty(), "its lease looks run out; it is under way");
        }
    };
    let (sent, ()) = tokio::join!(w.app().deliver(message), jumps);
    sent.expect("it is written down");
    w.telegram.break_things(|faults| faults.slow = None);
    w.settle().await;
    assert_eq!((w.telegram.calls_of("sendMessage").len() - before, ann.count("I hatch claws")), (1, 1), "{}", ann.chat());
    w.nothing_waits().await;
}

async fn a_message_is_not_given_up_because_a_clock_jumped(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.says("/start").await;
    w.telegram.break_things(|faults| faults.fail_next = 8);
    ann.says("/help").await;
    w.clock_jumps(ms(40 * DAY)).await;
    for _ in 0..3 {
        w.pass(MINUTE).await;
    }
    w.telegram.break_things(|faults| faults.fail_next = 0);
    w.clock_jumps(-ms(40 * DAY)).await;
    for _ in 0..3 {
        w.pass(MINUTE).await;
    }
    assert_eq!((ann.count("I hatch claws"), admin.count("Alert.")), (1, 0), "{}\n{}", ann.chat(), admin.chat());
    assert_eq!(w.texts("SELECT outcome FROM outbox WHERE outcome = 'gave_up'").await, NONE);
}
