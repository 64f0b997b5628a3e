//! A clock that is an hour or forty days wrong, ahead or back, and is put right: nothing is said twice, nothing waits for
//! ever, nothing is lost, and what cannot be taken back is not done in the first minute.

use std::time::Duration;

use clawhatch::{
    app::inbox::Arrived,
    domain::{
        ids::TelegramId,
        time::{DAY, HOUR, MINUTE, millis},
    },
    sandbox::infra::Effect,
};

use crate::{
    on_both,
    world::{Someone, World},
};

on_both! {
    an_hour_back_and_forth_says_nothing_twice,
    forty_days_ahead_and_back_put_a_claw_to_sleep_and_wake_it,
    forty_days_back_and_ahead_change_nothing,
    what_waits_under_a_clock_that_ran_ahead_goes_on_when_it_is_put_right,
    what_waits_goes_on_though_the_clock_was_put_right_while_we_were_away,
    leases_of_a_process_that_died_under_a_wrong_clock_run_out,
    the_poller_stays_the_poller,
    a_message_on_its_way_is_not_sent_again,
    a_message_is_not_given_up_because_a_clock_jumped,
    a_confirmation_lives_five_minutes_and_no_longer,
    a_turn_is_kept_for_twelve_hours_and_no_longer,
    a_turn_is_not_lost_to_a_clock_that_jumped,
    trials_of_a_day_that_has_not_come_are_not_counted_today,
    what_would_be_erased_is_kept_for_a_second_look,
    a_deletion_waits_for_a_second_look_and_can_be_undone,
    an_alert_ends_though_the_clock_went_back,
    a_flood_is_one_whatever_our_clock_says,
}

const NONE: [String; 0] = [];

impl World {
    /// Moves the wall clock alone, and lets everything that looks at it look.
    async fn clock_jumps(&self, by: i64) {
        self.clock.jump(by);
        self.pass(Duration::from_secs(1)).await;
    }

    /// Everything there was to do is done.
    async fn nothing_waits(&self) {
        assert_eq!(self.texts("SELECT id FROM outbox WHERE done_at IS NULL").await, NONE);
        assert_eq!(self.texts("SELECT id FROM inbox WHERE done_at IS NULL").await, NONE);
        let ahead = format!("SELECT name FROM schedules WHERE due_at > {}", self.clock.now().0 + millis(HOUR));
        assert_eq!(self.texts(&ahead).await, NONE, "chores");
    }
}

fn ms(span: Duration) -> i64 {
    millis(span)
}

async fn an_hour_back_and_forth_says_nothing_twice(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    // Around each of the three notices, and around the end, the clock goes to and fro.
    for hours in [24, 42, 47, 48] {
        let left =
            Duration::from_millis(u64::try_from(crate::world::START.0 + ms(hours * HOUR) - w.clock.now().0).expect("ahead"));
        w.pass(left - HOUR / 2).await;
        if hours < 48 {
            for _ in 0..4 {
                w.clock_jumps(ms(HOUR)).await;
                w.clock_jumps(-ms(HOUR)).await;
            }
        }
    }
    assert_eq!(ann.count("Your free time ends"), 4, "with the one that told of its beginning: {}", ann.chat());
    assert_eq!((ann.count("is asleep"), w.infra.claws().len()), (0, 1));
    w.pass(HOUR).await;
    assert_eq!((ann.count("is asleep"), ann.count("Your free time ends"), w.infra.claws().len()), (1, 4, 0));
    // Back before the end: its time is not over, so it wakes; and sleeps again when it is.
    w.clock_jumps(-ms(HOUR)).await;
    assert_eq!((ann.count("is awake again"), w.infra.claws().len()), (1, 1), "{}", ann.chat());
    w.pass(HOUR).await;
    assert_eq!((ann.count("is asleep"), ann.count("Your free time ends"), w.infra.claws().len()), (2, 4, 0));
    w.nothing_waits().await;
}

async fn forty_days_ahead_and_back_put_a_claw_to_sleep_and_wake_it(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    w.pass(HOUR).await;
    for round in 1..=2 {
        w.clock_jumps(ms(40 * DAY)).await;
        w.pass(5 * MINUTE).await;
        assert_eq!((w.infra.claws().len(), ann.count("is asleep")), (0, round), "{}", ann.chat());
        w.clock_jumps(-ms(40 * DAY)).await;
        w.pass(5 * MINUTE).await;
        assert_eq!((w.infra.claws().len(), ann.count("is awake again")), (1, round), "{}", ann.chat());
    }
    // From here on it is as if nothing had been.
    let sealed = "SELECT username FROM bots WHERE token IS NOT NULL";
    for _ in 0..47 {
        w.pass(HOUR).await;
    }
    assert_eq!(ann.count("Your free time ends"), 4, "{}", ann.chat());
    assert_eq!((w.infra.claws().len(), ann.count("is asleep"), admin.count("Alert.")), (0, 3, 0), "{}", admin.chat());
    assert_eq!((w.texts(sealed).await.len(), ann.count("@anns_helper_bot will be destroyed"), ann.count("is gone")), (1, 0, 0));
    for _ in 0..8 {
        w.pass(DAY).await;
    }
    assert_eq!(
        (ann.count("@anns_helper_bot will be destroyed in 2 days"), ann.count("is gone")),
        (1, 1),
        "warned, and then destroyed: {}",
        ann.chat()
    );
    w.nothing_waits().await;
}

async fn forty_days_back_and_ahead_change_nothing(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    w.pass(HOUR).await;
    let said = ann.messages();
    for back in [HOUR, 40 * DAY] {
        w.clock_jumps(-ms(back)).await;
        for _ in 0..3 {
            w.pass(5 * MINUTE).await;
        }
        // Whoever acts meanwhile is served.
        ann.says("/help").await;
        assert!(ann.last().starts_with("I hatch claws"), "{}", ann.chat());
        w.clock_jumps(ms(back)).await;
        w.pass(5 * MINUTE).await;
    }
    assert_eq!((ann.messages(), w.infra.claws().len(), admin.count("Alert.")), (said + 3, 1, 0), "{}", ann.chat());
    let made = w.infra.journal().iter().filter(|entry| entry.effect == Effect::Created).count();
    assert_eq!((made, w.infra.journal().len()), (1, 1));
    w.nothing_waits().await;
}

/// Something of every kind waits: an update that failed, a message, a claw, a list of access, the chores.
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
        let sealed = w.audited("never").await;
        assert_eq!(sealed, 0);
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

async fn what_would_be_erased_is_kept_for_a_second_look(w: World) {
    let ann = w.person(1001, "Ann", "en");
    let token = ann.makes_bot("Helper", "anns_helper_bot");
    ann.says("/hatch").await;
    ann.taps("I agree").await;
    ann.taps("token").await;
    // Her token is stored, and nobody has taken it up yet.
    w.telegram.says(ann.id, w.bot.id, &token);
    w.take_in().await;
    let kept = async || (w.rows("pending_tokens").await, w.rows("inbox").await);
    let before = kept().await;
    assert_eq!(before.0, 1);
    for by in [2 * HOUR, 40 * DAY] {
        w.clock.jump(ms(by));
        w.app().do_chores().await.expect("chores");
        w.clock.advance(Duration::from_secs(50));
        w.app().do_chores().await.expect("chores");
        assert_eq!(kept().await, before, "{by:?}");
        w.clock.jump(-ms(by));
        w.app().do_chores().await.expect("chores");
        w.clock.advance(61 * Duration::from_secs(1));
        w.app().do_chores().await.expect("chores");
        assert_eq!(kept().await, before, "{by:?}");
    }
    w.settle().await;
    assert!(ann.sees("Use this bot"), "she need not paste it again: {}", ann.chat());
    // An hour that really passed is another matter.
    w.telegram.says(ann.id, w.bot.id, &token);
    w.take_in().await;
    w.sql("UPDATE inbox SET done_at = 1 WHERE done_at IS NULL").await;
    w.clock.advance(2 * HOUR);
    w.app().do_chores().await.expect("chores");
    assert_eq!(w.rows("pending_tokens").await, 0);
}

async fn a_deletion_waits_for_a_second_look_and_can_be_undone(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    ann.says("/status").await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    for by in [HOUR, 40 * DAY] {
        w.clock_jumps(ms(by)).await;
        w.pass(Duration::from_secs(50)).await;
        assert_eq!(w.infra.claws().len(), 1, "{by:?}");
        w.clock_jumps(-ms(by)).await;
        w.pass(Duration::from_secs(61)).await;
        assert_eq!(w.infra.claws().len(), 1, "{by:?}: its ten minutes are not over");
    }
    ann.opens_card().await;
    ann.taps("Undo").await;
    w.pass(20 * MINUTE).await;
    assert_eq!(ann.opens_card().await.lines().next(), Some("@anns_helper_bot   ● awake"));
    assert_eq!((w.infra.journal().len(), ann.count("is gone")), (1, 0));
}

async fn an_alert_ends_though_the_clock_went_back(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    w.clock_jumps(ms(40 * DAY)).await;
    w.infra.fail_next(4, 500);
    ann.hatches("anns_helper_bot").await;
    for _ in 0..4 {
        w.pass(Duration::from_secs(20)).await;
    }
    assert_eq!(admin.count("Alert."), 1, "{}", admin.chat());
    w.clock_jumps(-ms(40 * DAY)).await;
    for _ in 0..4 {
        w.pass(5 * MINUTE).await;
    }
    assert_eq!((admin.count("Alert."), w.infra.claws().len()), (0, 1), "{}", admin.chat());
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
