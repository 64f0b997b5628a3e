//! What a person does with a living claw through its card: every button, what is asked before, and what cannot be done.

use clawhatch::domain::time::{HOUR, MINUTE};

use crate::{looking::visible, on_both, world::World};

on_both! {
    a_pause_is_asked_first_and_ended_by_waking,
    a_name_is_given_and_shown_as_it_is,
    a_deletion_can_be_undone_for_ten_minutes,
    a_sleeping_claw_that_is_deleted_did_not_sleep_for_a_week,
    an_old_confirmation_does_nothing,
    two_quick_taps_do_it_once,
    a_button_of_a_claw_that_is_gone_or_was_somebody_elses_is_refused,
    a_paused_claw_hears_of_its_end_in_time,
}

async fn a_pause_is_asked_first_and_ended_by_waking(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    insta::assert_snapshot!(ann.opens_card().await, @"
    @anns_helper_bot   ● awake

    Gemini 3 Flash, only you
    Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
    [ Open chat ]
    [ Change model ] [ Change people ]
    [ Rename it ] [ Pause it… ]
    [ Give it a new token ] [ Delete this claw… ]
    [ My claws ] [ Home ]
    ");
    assert!(!ann.sees("Wake"));
    ann.taps("Pause it").await;
    insta::assert_snapshot!(ann.last(), @"
    Pause @anns_helper_bot?

    It may lose its memory. Its bot and settings are kept, and you can wake it any time.
    It stops answering until then, and the clock of your time keeps running.
    [ Pause it, memory may be lost ]
    [ Keep it awake ]
    ");
    assert_eq!(w.infra.claws().len(), 1);
    ann.taps("Keep it awake").await;
    assert_eq!(w.infra.claws().len(), 1);
    ann.taps("Pause it").await;
    ann.taps("Pause it, memory").await;
    assert_eq!(w.infra.claws(), []);
    insta::assert_snapshot!(ann.opens_card().await, @"
    @anns_helper_bot   ○ paused

    Gemini 3 Flash, only you
    Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
    [ Wake it up ]
    [ Change model ] [ Change people ]
    [ Rename it ]
    [ Give it a new token ] [ Delete this claw… ]
    [ My claws ] [ Home ]
    ");
    assert!(!ann.sees("Pause") && !ann.sees("Open chat"));
    ann.taps("Wake it up").await;
    assert_eq!(w.infra.claws().len(), 1);
    insta::assert_snapshot!(ann.last(), @"
    @anns_helper_bot is awake again.
    Open its chat and go on.
    [ Open chat ]
    [ Open its card ]
    ");
    let ended = w.texts("SELECT CAST(started_at AS TEXT) FROM periods").await;
    assert_eq!(ended, [crate::world::START.0.to_string()], "the clock went on");
}

async fn a_name_is_given_and_shown_as_it_is(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    ann.opens_card().await;
    ann.taps("Rename it").await;
    insta::assert_snapshot!(ann.last(), @"
    What shall I call @anns_helper_bot here?
    Send me a name. Only you see it; the bot's own name does not change.
    [ Back ]
    ");
    ann.says(&"x".repeat(41)).await;
    insta::assert_snapshot!(ann.last(), @"
    A name has 1 to 40 characters. Send me a shorter one.

    What shall I call @anns_helper_bot here?
    Send me a name. Only you see it; the bot's own name does not change.
    [ Back ]
    ");
    ann.says("<b>Bert & Ernie</b>").await;
    insta::assert_snapshot!(visible(&ann.last()), @"
    It has a new name.

    <b>Bert & Ernie</(joined)b>, @anns_helper_bot   ● awake

    Gemini 3 Flash, only you
    Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
    [ Open chat ]
    [ Change model ] [ Change people ]
    [ Rename it ] [ Pause it… ]
    [ Give it a new token ] [ Delete this claw… ]
    [ My claws ] [ Home ]
    ");
    ann.says("Another").await;
    assert_eq!(ann.count("Another"), 0, "one text, one name: {}", ann.chat());
    ann.says("/claws").await;
    insta::assert_snapshot!(visible(&ann.last()), @"
    <b>Bert & Ernie</(joined)b>, @anns_helper_bot   ● awake

    Gemini 3 Flash, only you
    Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
    [ Open chat ]
    [ Change model ] [ Change people ]
    [ Rename it ] [ Pause it… ]
    [ Give it a new token ] [ Delete this claw… ]
    [ My claws ] [ Home ]
    ");
}

async fn a_deletion_can_be_undone_for_ten_minutes(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    ann.opens_card().await;
    ann.taps("Delete this claw").await;
    insta::assert_snapshot!(ann.last(), @"
    Delete the claw in @anns_helper_bot?

    Lost for good: its memory, its settings and its list of people.
    The bot stays yours in Telegram. For 10 minutes you can undo this.
    [ Delete it and its memory ]
    [ Keep it ]
    ");
    ann.taps("Delete it").await;
    insta::assert_snapshot!(ann.last(), @"
    It will be removed in 10 minutes. Until then you can undo it.

    @anns_helper_bot   × being removed

    Gemini 3 Flash, only you
    Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.

    You can still undo this. It becomes final in 10 minutes, today at 12:10 UTC.
    [ Undo the deletion ]
    [ My claws ] [ Home ]
    ");
    w.pass(9 * MINUTE).await;
    assert_eq!(w.infra.claws().len(), 1);
    ann.taps("Undo").await;
    insta::assert_snapshot!(ann.last(), @"
    Undone. It stays.

    @anns_helper_bot   ● awake

    Gemini 3 Flash, only you
    Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
    [ Open chat ]
    [ Change model ] [ Change people ]
    [ Rename it ] [ Pause it… ]
    [ Give it a new token ] [ Delete this claw… ]
    [ My claws ] [ Home ]
    ");
    w.pass(HOUR).await;
    assert_eq!((w.infra.claws().len(), w.infra.journal().len()), (1, 1), "it was never touched");
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    // The ten minutes are over, and the button is still on the screen.
    w.clock.advance(10 * MINUTE);
    ann.taps("Undo").await;
    insta::assert_snapshot!(ann.chat(), @"
    Ann: /start
    clawhatch: ✓ @anns_helper_bot hatched in 0:00.
      [ Open its card ]
    clawhatch: Your claw is awake.
      Open @anns_helper_bot and say hello.

      Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
      Nothing is charged afterwards.
      [ Say hello to @anns_helper_bot ]
      [ Open its card ] [ My claws ]
    Ann: /status
    clawhatch: The ten minutes are over, so it can no longer be undone. You can hatch a new claw in the same bot.
      [ My claws ]
      [ Home ]
    clawhatch: The claw in @anns_helper_bot is gone, as you asked.
      Its memory and settings are destroyed, and its token is erased.

      The bot is still yours in Telegram.
      [ Home ]
    ");
    assert_eq!(w.infra.claws(), []);
    assert_eq!(w.texts("SELECT username FROM bots WHERE token IS NOT NULL").await, Vec::<String>::new());
}

async fn a_sleeping_claw_that_is_deleted_did_not_sleep_for_a_week(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    w.pass(50 * HOUR).await;
    ann.opens_card().await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    w.pass(11 * MINUTE).await;
    insta::assert_snapshot!(ann.last(), @"
    The claw in @anns_helper_bot is gone, as you asked.
    Its memory and settings are destroyed, and its token is erased.

    The bot is still yours in Telegram.
    [ Home ]
    ");
}

async fn an_old_confirmation_does_nothing(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    for (ask, confirm) in [("Pause it", "Pause it, memory"), ("Delete this claw", "Delete it")] {
        ann.opens_card().await;
        ann.taps(ask).await;
        w.pass(12 * MINUTE).await;
        ann.taps(confirm).await;
        assert!(ann.last().starts_with("@anns_helper_bot   ● awake"), "{}", ann.last());
    }
    ann.opens_card().await;
    ann.taps("Change model").await;
    ann.taps("Claude Sonnet").await;
    w.pass(12 * MINUTE).await;
    ann.taps("Change model, memory").await;
    insta::assert_snapshot!(ann.toasts().join("\n"), @"
    This button is too old. Nothing was done; please check and tap again.
    This button is too old. Nothing was done; please check and tap again.
    This button is too old. Nothing was done; please check and tap again.
    ");
    assert_eq!(w.infra.journal().len(), 1);
}

async fn two_quick_taps_do_it_once(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    ann.opens_card().await;
    ann.taps("Pause it").await;
    let shown = w.telegram.last_from_bot(ann.id, w.bot.id).expect("the question");
    for _ in 0..2 {
        w.telegram.taps(ann.id, w.bot.id, shown.message_id, "Pause it, memory may be lost");
    }
    w.settle().await;
    assert_eq!(w.infra.claws(), []);
    assert_eq!(ann.toasts(), ["Already done."]);
    assert_eq!(w.audited("claw.pause").await, 1);
}

async fn a_button_of_a_claw_that_is_gone_or_was_somebody_elses_is_refused(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    let old = w.telegram.chat(ann.id, w.bot.id).into_iter().find(|shown| shown.text.contains("hatched in")).expect("it hatched");
    ann.opens_card().await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    w.pass(11 * MINUTE).await;
    w.telegram.taps(ann.id, w.bot.id, old.message_id, "Open its card");
    w.settle().await;
    insta::assert_snapshot!(ann.last(), @"
    That claw is gone. Look at the ones you have.
    [ My claws ]
    [ Home ]
    ");
    // Whoever comes back after being forgotten is somebody else, and the old button is not theirs.
    ann.says("/delete_my_data").await;
    ann.taps("Delete my data").await;
    ann.says("/start").await;
    w.telegram.taps(ann.id, w.bot.id, old.message_id, "Open its card");
    w.settle().await;
    assert_eq!(ann.toasts(), ["This button belongs to someone else."]);
    assert_eq!(w.audited("tap.not_yours").await, 1);
}

async fn a_paused_claw_hears_of_its_end_in_time(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    ann.opens_card().await;
    ann.taps("Pause it").await;
    ann.taps("Pause it, memory").await;
    // Only the claw's own due time counts here, not the patrol that looks at all of them.
    w.clock.advance(24 * HOUR);
    w.settle().await;
    assert_eq!(ann.count("Your free time ends in 24 hours"), 1, "{}", ann.chat());
    w.pass(24 * HOUR).await;
    assert_eq!(ann.opens_card().await.lines().next(), Some("@anns_helper_bot   ○ asleep"));
}
