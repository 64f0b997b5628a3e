//! What a wrong clock makes of claws: their notices, their sleep, their end.

use std::time::Duration;

use clawhatch::{
    domain::time::{DAY, HOUR, MINUTE},
    sandbox::infra::Effect,
};

use super::ms;
use crate::{on_both, world::World};

on_both! {
    an_hour_back_and_forth_says_nothing_twice,
    forty_days_ahead_and_back_put_a_claw_to_sleep_and_wake_it,
    forty_days_back_and_ahead_change_nothing,
    what_would_be_erased_is_kept_for_a_second_look,
    a_deletion_waits_for_a_second_look_and_can_be_undone,
    an_alert_ends_though_the_clock_went_back,
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
