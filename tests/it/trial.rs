//! The free time: when its clock starts, what is said before it ends, and what happens to a claw afterwards. Once per
//! person and per bot, for ever.

use std::time::Duration;

use clawhatch::domain::time::{DAY, HOUR, MINUTE};

use crate::{on_both, world::World};

on_both! {
    the_clock_starts_when_the_claw_is_ready,
    each_notice_before_the_end_is_said_once,
    after_a_silence_only_the_nearest_notice_is_said,
    at_the_end_the_claw_sleeps_and_a_week_later_it_is_destroyed,
    a_clock_that_jumped_destroys_nothing_for_a_minute,
    one_free_time_for_each_person,
    one_free_time_for_each_bot,
    a_new_claw_shares_the_end_of_the_first,
    a_deletion_cannot_be_undone_into_a_second_claw,
    a_notice_that_comes_late_says_what_is_really_left,
    a_notice_that_comes_after_the_end_is_not_said,
}

async fn the_clock_starts_when_the_claw_is_ready(w: World) {
    w.infra.rule(|rules| rules.boot_time = Duration::from_secs(5 * 60));
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    w.pass(4 * MINUTE).await;
    insta::assert_snapshot!(ann.last(), @"
    Hatching @anns_helper_bot

    ✓ Token sealed
    ✓ Server asked
    ✓ Place found
    … Starting the assistant   4:00

    This is taking longer than usual. You can close this; I will write to you when it is awake.
    [ Open its card ]
    ");
    w.pass(MINUTE + Duration::from_secs(5)).await;
    insta::assert_snapshot!(ann.chat(), @"
    Ann: /start
    clawhatch: ✓ @anns_helper_bot hatched in 5:05.
      [ Open its card ]
    clawhatch: Your claw is awake.
      Open @anns_helper_bot and say hello.

      Your free time ends in 2 days, on Sunday, 21 June, at 12:05 UTC.
      Nothing is charged afterwards.
      [ Say hello to @anns_helper_bot ]
      [ Open its card ] [ My claws ]
    ");
    let started = w.texts("SELECT CAST(started_at - created_at AS TEXT) FROM periods").await;
    assert_eq!(started, [((5 * 60 + 5) * 1000).to_string()]);
}

async fn each_notice_before_the_end_is_said_once(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    for _ in 0..47 * 2 + 1 {
        w.pass(HOUR / 2).await;
    }
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
    clawhatch: Your free time ends in 24 hours, tomorrow at 12:00 UTC.

      Then @anns_helper_bot falls asleep. Its bot and settings are kept for 7 days, but its memory may be lost. Save what you need from its chat before.

      Nothing is charged afterwards.
      [ Ask for more time ]
      [ Open chat ]
      [ Open its card ]
    clawhatch: Your free time ends in 6 hours, today at 12:00 UTC.

      Then @anns_helper_bot falls asleep. Its bot and settings are kept for 7 days, but its memory may be lost. Save what you need from its chat before.

      Nothing is charged afterwards.
      [ Ask for more time ]
      [ Open chat ]
      [ Open its card ]
    clawhatch: Your free time ends in 60 minutes, today at 12:00 UTC.

      Then @anns_helper_bot falls asleep. Its bot and settings are kept for 7 days, but its memory may be lost. Save what you need from its chat before.

      Nothing is charged afterwards.
      [ Ask for more time ]
      [ Open chat ]
      [ Open its card ]
    ");
    assert_eq!(ann.count("Your free time ends"), 4, "with the one that told of its beginning");
}

async fn after_a_silence_only_the_nearest_notice_is_said(w: World) {
    let token = w.person(1001, "Ann", "en").hatches("anns_helper_bot").await;
    // Nobody is there for 43 hours: the notices of 24 and of 6 hours fall into the silence.
    w.clock.advance(43 * HOUR);
    let w = w.restarted().await;
    let ann = w.person(1001, "Ann", "en");
    w.pass(Duration::from_secs(1)).await;
    assert_eq!(ann.count("Your free time ends"), 2, "{}", ann.chat());
    w.pass(4 * HOUR + MINUTE).await;
    w.pass(MINUTE).await;
    assert_eq!(ann.count("Your free time ends"), 3, "{}", ann.chat());
    insta::assert_snapshot!(ann.last(), @"
    Your free time ends in 59 minutes, today at 12:00 UTC.

    Then @anns_helper_bot falls asleep. Its bot and settings are kept for 7 days, but its memory may be lost. Save what you need from its chat before.

    Nothing is charged afterwards.
    [ Ask for more time ]
    [ Open chat ]
    [ Open its card ]
    ");
    assert!(!ann.chat().contains(&token));
}

async fn at_the_end_the_claw_sleeps_and_a_week_later_it_is_destroyed(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    w.pass(48 * HOUR).await;
    assert_eq!(w.infra.claws(), []);
    insta::assert_snapshot!(ann.last(), @"
    @anns_helper_bot is asleep. Your free time is over.

    Its bot and settings are kept; its memory may be lost. It will be destroyed in 7 days, on Sunday, 28 June, at 12:00 UTC unless you get more time.
    [ Ask for more time ]
    [ Open its card ]
    ");
    w.pass(MINUTE).await;
    ann.says("/status").await;
    insta::assert_snapshot!(ann.last(), @"
    @anns_helper_bot   ○ asleep

    Gemini 3 Flash, only you
    Your free time ended 1 minute ago, today at 12:00 UTC.

    It sleeps. If nothing changes it will be destroyed in 7 days, on Sunday, 28 June, at 12:00 UTC.
    [ Ask for more time ]
    [ Rename it ]
    [ Delete this claw… ]
    [ My claws ] [ Home ]
    ");
    assert!(!ann.sees("Wake"), "nobody wakes a claw without time");
    w.pass(4 * DAY).await;
    assert_eq!(ann.count("@anns_helper_bot will be destroyed"), 0, "{}", ann.chat());
    w.pass(DAY).await;
    w.pass(HOUR).await;
    insta::assert_snapshot!(ann.last(), @"
    @anns_helper_bot will be destroyed in 2 days, on Sunday, 28 June, at 12:00 UTC.
    Its memory and settings go with it; the bot stays yours. To keep it, ask for more time.
    [ Ask for more time ]
    [ Open its card ]
    ");
    assert_eq!(w.texts("SELECT username FROM bots WHERE token IS NOT NULL").await, ["anns_helper_bot"]);
    w.pass(2 * DAY).await;
    insta::assert_snapshot!(ann.last(), @"
    The claw in @anns_helper_bot is gone.
    It slept for 7 days. Its memory and settings are destroyed, and its token is erased.

    The bot is still yours in Telegram.
    [ Home ]
    ");
    assert_eq!(w.texts("SELECT username FROM bots WHERE token IS NOT NULL").await, Vec::<String>::new());
    ann.says("/claws").await;
    insta::assert_snapshot!(ann.last(), @"
    You have no claw yet.

    Your free time has been used. If you want to go on, ask for more.
    [ Ask for more time ]
    [ Home ]
    ");
    assert_eq!(ann.count("@anns_helper_bot will be destroyed"), 1, "one warning, once: {}", ann.chat());
}

async fn a_clock_that_jumped_destroys_nothing_for_a_minute(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    w.pass(48 * HOUR).await;
    let sealed = "SELECT username FROM bots WHERE token IS NOT NULL";
    // Somebody sets the clock forty days ahead.
    w.clock.jump(40 * 24 * 3_600_000);
    w.app().do_chores().await.expect("chores");
    w.settle().await;
    w.pass(Duration::from_secs(59)).await;
    assert_eq!(w.texts(sealed).await, ["anns_helper_bot"]);
    assert_eq!(ann.count("is gone"), 0);
    // It was a mistake and is put right: the claw is there.
    w.clock.jump(-40 * 24 * 3_600_000);
    w.pass(2 * MINUTE).await;
    w.pass(10 * MINUTE).await;
    assert_eq!(w.texts(sealed).await, ["anns_helper_bot"]);
    // It was no mistake. She was warned when the clock first said so, and has her two days from then.
    w.clock.jump(40 * 24 * 3_600_000);
    w.pass(2 * MINUTE).await;
    assert_eq!(w.texts(sealed).await, ["anns_helper_bot"]);
    w.pass(2 * DAY).await;
    assert_eq!(w.texts(sealed).await, Vec::<String>::new());
    assert_eq!(ann.count("is gone"), 1);
}

async fn one_free_time_for_each_person(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    w.pass(10 * DAY).await;
    w.pass(8 * DAY).await;
    w.pass(2 * DAY).await;
    let token = ann.makes_bot("Second", "anns_second_bot");
    ann.prepares(&token).await;
    insta::assert_snapshot!(ann.last(), @"
    Step 5 of 5

    Ready to hatch
    Second, @anns_second_bot
    Gemini 3 Flash, only you

    Your free time has been used. If you want to go on, ask for more.

    Good to know: pausing or changing this claw later keeps its bot and settings, but may cost it its memory. I will ask each time.
    [ Ask for more time ]
    [ Change bot ] [ Change model ]
    [ Back ] [ Cancel ]
    ");
    assert!(!ann.sees("Start 48"));
    assert_eq!(w.infra.claws(), []);
    assert_eq!(w.audited("trial.begin").await, 1);
}

async fn one_free_time_for_each_bot(w: World) {
    let (ann, bob) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
    let token = ann.hatches("anns_helper_bot").await;
    ann.says("/status").await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    w.pass(11 * MINUTE).await;
    assert_eq!(w.infra.claws(), []);
    // Ann gives the bot away. Its free time is used, and Bob's is not.
    bob.prepares(&token).await;
    bob.taps("Start 48").await;
    insta::assert_snapshot!(bob.last(), @"
    This bot has had its free time. Choose another bot, or ask for more time.
    [ Another bot ]
    [ Home ]
    ");
    assert_eq!(w.infra.claws(), []);
    let token = bob.makes_bot("Bobs", "bobs_own_bot");
    bob.prepares(&token).await;
    bob.taps("Start 48").await;
    assert_eq!(w.infra.claws().len(), 1, "{}", bob.chat());
}

async fn a_new_claw_shares_the_end_of_the_first(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    w.pass(30 * HOUR).await;
    ann.says("/status").await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    w.pass(11 * MINUTE).await;
    let token = ann.makes_bot("Second", "anns_second_bot");
    ann.prepares(&token).await;
    insta::assert_snapshot!(ann.last(), @"
    Step 5 of 5

    Ready to hatch
    Second, @anns_second_bot
    Gemini 3 Flash, only you

    Your free time ends in 18 hours, tomorrow at 12:00 UTC.

    Good to know: pausing or changing this claw later keeps its bot and settings, but may cost it its memory. I will ask each time.
    [ Start my claw ]
    [ Change bot ] [ Change model ]
    [ Back ] [ Cancel ]
    ");
    ann.taps("Start my claw").await;
    assert_eq!(w.infra.claws().len(), 1);
    insta::assert_snapshot!(ann.last(), @"
    Your claw is awake.
    Open @anns_second_bot and say hello.

    Your free time ends in 18 hours, tomorrow at 12:00 UTC.
    Nothing is charged afterwards.
    [ Say hello to @anns_second_bot ]
    [ Open its card ] [ My claws ]
    ");
    w.pass(18 * HOUR).await;
    assert_eq!(w.infra.claws(), [], "48 hours after the first was ready");
    assert_eq!(w.audited("trial.begin").await, 1);
}

async fn a_deletion_cannot_be_undone_into_a_second_claw(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    let token = ann.makes_bot("Second", "anns_second_bot");
    ann.prepares(&token).await;
    insta::assert_snapshot!(ann.last(), @"
    Step 5 of 5

    Ready to hatch
    Second, @anns_second_bot
    Gemini 3 Flash, only you

    You already have a claw for the time you have. Look after that one, or remove it first.

    Good to know: pausing or changing this claw later keeps its bot and settings, but may cost it its memory. I will ask each time.
    [ My claws ]
    [ Change bot ] [ Change model ]
    [ Back ] [ Cancel ]
    ");
    assert!(!ann.sees("Start my claw") && !ann.sees("Start 48"), "one claw at a time");
    ann.says("/status").await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    // While the first is on its way out, the second hatches.
    ann.prepares(&token).await;
    ann.taps("Start my claw").await;
    ann.says("/claws").await;
    insta::assert_snapshot!(ann.last(), @"
    Your claws

    × @anns_helper_bot, being removed
    ● @anns_second_bot, awake
    [ @anns_helper_bot ]
    [ @anns_second_bot ]
    [ Home ]
    ");
    ann.taps("anns_helper_bot").await;
    ann.taps("Undo").await;
    insta::assert_snapshot!(ann.last(), @"
    You already have a claw for all the time you have. Look after that one, or delete it first.
    [ My claws ]
    [ Home ]
    ");
    w.pass(11 * MINUTE).await;
    let living: Vec<String> = w.infra.claws().into_iter().map(|claw| claw.claw_id).collect();
    assert_eq!(living, ["claw-2"]);
}

async fn a_notice_that_comes_late_says_what_is_really_left(w: World) {
    for (id, language, bot) in
        [(1001, "en", "ann_en_bot"), (1002, "es", "ann_es_bot"), (1003, "ru", "ann_ru_bot"), (1004, "zh-hans", "ann_zh_bot")]
    {
        // Everybody walks in English; only then their own language is chosen.
        w.person(id, "Ann", "en").hatches(bot).await;
        let code = language.split('-').next().expect("a language");
        w.sql(&format!("UPDATE persons SET locale = '{code}' WHERE telegram_id = {id}")).await;
    }
    let said = |id: i64| {
        let last = w.person(id, "Ann", "en").last();
        last.lines().next().unwrap_or_default().to_owned()
    };
    let mut all = String::new();
    // We were away at the marks of 24, 6 and 1 hours; Telegram was slow as well.
    for span in [27 * HOUR, 17 * HOUR - 40 * MINUTE, 3 * HOUR + 48 * MINUTE] {
        w.clock.advance(span);
        w.telegram.break_things(|faults| {
            faults.only = Some("sendmessage".to_owned());
            faults.fail_next = 8;
        });
        w.pass(MINUTE).await;
        for _ in 0..3 {
            w.pass(MINUTE).await;
        }
        all.push_str(&[1001, 1002, 1003, 1004].map(said).join("\n"));
        all.push_str("\n\n");
    }
    insta::assert_snapshot!(all, @"
    Your free time ends in 21 hours, tomorrow at 12:00 UTC.
    Tu tiempo gratis termina en 21 horas, mañana a las 12:00 UTC.
    Бесплатное время закончится через 21 час, завтра в 12:00 UTC.
    免费时间快到了：21 小时后（明天 12:00 UTC）。

    Your free time ends in 5 hours, today at 12:00 UTC.
    Tu tiempo gratis termina en 5 horas, hoy a las 12:00 UTC.
    Бесплатное время закончится через 5 часов, сегодня в 12:00 UTC.
    免费时间快到了：5 小时后（今天 12:00 UTC）。

    Your free time ends in 41 minutes, today at 12:00 UTC.
    Tu tiempo gratis termina en 41 minutos, hoy a las 12:00 UTC.
    Бесплатное время закончится через 41 минуту, сегодня в 12:00 UTC.
    免费时间快到了：41 分钟后（今天 12:00 UTC）。
    ");
}

async fn a_notice_that_comes_after_the_end_is_not_said(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    w.pass(46 * HOUR).await;
    let before = ann.count("Your free time ends");
    w.telegram.break_things(|faults| {
        faults.only = Some("sendmessage".to_owned());
        faults.fail_next = 1_000;
    });
    for _ in 0..3 {
        w.pass(HOUR).await;
    }
    w.telegram.break_things(|faults| faults.fail_next = 0);
    w.pass(MINUTE).await;
    assert!(ann.last().starts_with("@anns_helper_bot is asleep. Your free time is over."), "{}", ann.chat());
    assert_eq!(ann.count("Your free time ends"), before, "{}", ann.chat());
    assert_eq!(w.rows("outbox WHERE done_at IS NULL").await, 0);
}
