//! /provision: time for somebody, before there is a bot, with one, on top of a free time, and for a sleeper.

use std::time::Duration;

use clawhatch::domain::time::{DAY, HOUR, MINUTE};

use crate::{on_both, world::World};

on_both! {
    time_given_before_there_is_a_bot_waits_for_one,
    time_given_with_a_connected_bot_hatches,
    time_given_to_a_living_trial_carries_it_on,
    time_given_to_a_sleeper_wakes_it,
    a_confirmation_belongs_to_its_admin_and_works_once,
    a_confirmation_expires,
    arguments_are_checked,
}

async fn time_given_before_there_is_a_bot_waits_for_one(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.says("/start").await;
    admin.says("/provision 1001 sonnet 7").await;
    insta::assert_snapshot!(admin.last(), @"
    Why? Send me the reason in one message; it is kept with the act.
    Ann 1001
    Give 7 days
    [ Withdraw ]
    ");
    admin.says("won a raffle").await;
    insta::assert_snapshot!(admin.last(), @"
    Give 7 days?

    Who: Ann 1001
    Bot: none yet, the time will wait for one
    Model: Claude Sonnet 4.6
    Before: no time
    After: 7 days more, nothing is charged
    Reason: won a raffle

    This can be confirmed until it expires in 5 minutes, today at 12:05 UTC.
    [ Give 7 days ]
    [ Withdraw ]
    ");
    admin.taps("Give 7 days").await;
    insta::assert_snapshot!(admin.last(), @"
    Given: 7 days.
    Ann 1001
    It starts when they connect a bot and their claw is ready.

    They have been told.
    [ Open fleet ]
    ");
    insta::assert_snapshot!(ann.last(), @"
    You have been given 7 days.
    They are counted from the moment your claw is ready.

    All it needs is a bot to live in.
    [ Hatch my claw ]
    ");
    let token = ann.makes_bot("Helper", "anns_helper_bot");
    ann.prepares(&token).await;
    insta::assert_snapshot!(ann.last(), @"
    Step 5 of 5

    Ready to hatch
    Helper, @anns_helper_bot
    Gemini 3 Flash, only you

    You have 7 days, counted from the moment your claw is ready.

    Good to know: pausing or changing this claw later keeps its bot and settings, but may cost it its memory. I will ask each time.
    [ Start my 7 days ]
    [ Change bot ] [ Change model ]
    [ Back ] [ Cancel ]
    ");
    ann.taps("Start my 7 days").await;
    assert_eq!(w.infra.claws().len(), 1);
    w.pass(7 * DAY - Duration::from_secs(1)).await;
    assert_eq!(w.infra.claws().len(), 1);
    w.pass(Duration::from_secs(1)).await;
    assert_eq!(w.infra.claws(), []);
    insta::assert_snapshot!(ann.last(), @"
    @anns_helper_bot is asleep. Your time is over.

    Its bot and settings are kept; its memory may be lost. It will be destroyed in 7 days, on Friday, 3 July, at 12:00 UTC unless you get more time.
    [ Ask for more time ]
    [ Open its card ]
    ");
    let trail = w.texts("SELECT action || ' ' || detail FROM audit WHERE action LIKE 'admin.%' ORDER BY id").await;
    insta::assert_snapshot!(crate::rows::masked(&trail.join("\n")), @r#"
    admin.ask {"act":"provision","confirmation":"ROW"}
    admin.grant {"days":7,"model":"anthropic/claude-sonnet-4.6"}
    "#);
}

async fn time_given_with_a_connected_bot_hatches(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    let token = ann.makes_bot("Helper", "anns_helper_bot");
    ann.says("/start").await;
    ann.says(&token).await;
    w.infra.rule(|rules| rules.boot_time = Duration::from_secs(40));
    admin.says("/provision 1001 claude sonnet").await;
    admin.says("helps us test").await;
    insta::assert_snapshot!(admin.last(), @"
    Give 30 days?

    Who: Ann 1001
    Bot: @anns_helper_bot
    Model: Claude Sonnet 4.6
    Before: no time
    After: 30 days more, nothing is charged
    Reason: helps us test

    This can be confirmed until it expires in 5 minutes, today at 12:05 UTC.
    [ Give 30 days ]
    [ Withdraw ]
    ");
    admin.taps("Give 30 days").await;
    insta::assert_snapshot!(admin.last(), @"
    Give 30 days
    Ann 1001
    ◐ hatching
    … 0:00
    ");
    insta::assert_snapshot!(ann.last(), @"
    You have been given 30 days.
    They are counted from the moment your claw is ready.

    It is hatching now. I will write to you when it is awake.
    [ My claws ]
    ");
    w.pass(Duration::from_secs(41)).await;
    insta::assert_snapshot!(admin.chat(), @"
    Olga: /start
    clawhatch: Your own AI assistant, living in your own Telegram bot.
      It remembers, it works while you sleep, and only the people you choose can talk to it.

      Free for 48 hours. No card.
      [ Hatch my claw ]
      [ How it works ] [ Settings ]
      [ 🌐 English ]
    Olga: /provision 1001 claude sonnet
    Olga: helps us test
    clawhatch: ✓ Give 30 days
      Ann 1001
      ● awake
      took 0:41
      [ Open fleet ]
    ");
    insta::assert_snapshot!(ann.last(), @"
    Your claw is awake.
    Open @anns_helper_bot and say hello.

    Your time ends in 30 days, on Sunday, 19 July, at 12:00 UTC.
    [ Say hello to @anns_helper_bot ]
    [ Open its card ] [ My claws ]
    ");
    assert_eq!(w.infra.claws()[0].model, "anthropic/claude-sonnet-4.6");
}

async fn time_given_to_a_living_trial_carries_it_on(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    w.pass(24 * HOUR).await;
    admin.says("/provision 1001 10").await;
    admin.says("stays").await;
    insta::assert_snapshot!(admin.last(), @"
    Give 10 days?

    Who: Ann 1001
    Bot: @anns_helper_bot
    Model: Gemini 3 Flash
    Before: trial, ends in 24 hours, tomorrow at 12:00 UTC
    After: 10 days more, nothing is charged
    Reason: stays

    claw-1 Ann 1001
    @anns_helper_bot, Gemini 3 Flash
    ● awake, 24 hours
    trial, ends in 24 hours, tomorrow at 12:00 UTC

    This can be confirmed until it expires in 5 minutes, today at 12:05 UTC.
    [ Give 10 days ]
    [ Withdraw ]
    ");
    admin.taps("Give 10 days").await;
    insta::assert_snapshot!(admin.last(), @"
    ✓ Give 10 days
    Ann 1001
    ● awake
    took 0:00
    [ Open fleet ]
    ");
    let calls = w.infra.journal().len();
    for _ in 0..30 {
        w.pass(HOUR).await;
    }
    assert_eq!((w.infra.claws().len(), w.infra.journal().len()), (1, calls), "it never went down");
    insta::assert_snapshot!(ann.opens_card().await, @"
    @anns_helper_bot   ● awake

    Gemini 3 Flash, only you
    Your time ends in 10 days, on Wednesday, 1 July, at 12:00 UTC.
    [ Open chat ]
    [ Change model ] [ Change people ]
    [ Rename it ] [ Pause it… ]
    [ Give it a new token ] [ Delete this claw… ]
    [ My claws ] [ Home ]
    ");
    assert_eq!(ann.count("falls asleep"), 1, "said before more was given, and not after: {}", ann.chat());
    w.pass(10 * DAY).await;
    assert_eq!(w.infra.claws(), [], "ten days after the free time it is over");
}

async fn time_given_to_a_sleeper_wakes_it(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    w.pass(49 * HOUR).await;
    assert_eq!(w.infra.claws(), []);
    admin.gives_time("/provision 1001 gpt-5 mini 3").await;
    assert_eq!(w.infra.claws().iter().map(|claw| claw.model.as_str()).collect::<Vec<_>>(), ["openai/gpt-5-mini"]);
    insta::assert_snapshot!(admin.last(), @"
    ✓ Give 3 days
    Ann 1001
    ● awake
    took 0:00
    [ Open fleet ]
    ");
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
    clawhatch: @anns_helper_bot is asleep. Your free time is over.

      Its bot and settings are kept; its memory may be lost. It will be destroyed in 7 days, on Sunday, 28 June, at 13:00 UTC unless you get more time.
      [ Ask for more time ]
      [ Open its card ]
    clawhatch: You have been given 3 days.
      They are counted from the moment your claw is ready.

      @anns_helper_bot is waking up. I will write to you when it is awake.
      [ Open its card ]
    clawhatch: @anns_helper_bot is awake again.
      Open its chat and go on.
      [ Open chat ]
      [ Open its card ]
    ");
}

async fn a_confirmation_belongs_to_its_admin_and_works_once(w: World) {
    let w = w.restarted_with(&[("ADMIN_IDS", "9001,9002")]).await;
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    let other = w.person(9002, "Otto", "en");
    other.says("/start").await;
    ann.hatches("anns_helper_bot").await;
    admin.says("/provision 1001 5").await;
    admin.says("stays").await;
    let shown = w.telegram.last_from_bot(admin.id, w.bot.id).expect("the confirmation");
    // What another admin's app could send at most: the data of Olga's button.
    let taps = shown.buttons.iter().flatten().find(|(label, _)| label.starts_with("Give")).expect("the button").1.clone();
    let clawhatch::sandbox::telegram::Kind::Tap(data) = taps else { panic!("a button that asks") };
    w.telegram.taps_data(other.id, w.bot.id, shown.message_id, &data);
    w.settle().await;
    assert_eq!(other.toasts(), ["This button belongs to someone else."]);
    assert_eq!(w.audited("admin.grant").await, 0);
    for _ in 0..2 {
        w.telegram.taps(admin.id, w.bot.id, shown.message_id, "Give 5 days");
    }
    w.settle().await;
    assert_eq!(admin.toasts(), ["Already done."]);
    assert_eq!(w.audited("admin.grant").await, 1);
    assert_eq!(w.texts("SELECT id FROM periods WHERE kind = 'grant'").await.len(), 1);
}

async fn a_confirmation_expires(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.says("/start").await;
    admin.says("/provision 1001").await;
    admin.says("first").await;
    w.pass(5 * MINUTE).await;
    admin.taps("Give 30 days").await;
    insta::assert_snapshot!(admin.last(), @"
    This waited too long and has expired. Nothing was done; send the command again.
    [ Open fleet ]
    ");
    insta::assert_snapshot!(admin.toasts().join("\n"), @"This button is too old. Nothing was done; please check and tap again.");
    admin.says("/provision 1001").await;
    admin.taps("Withdraw").await;
    insta::assert_snapshot!(admin.last(), @"
    Withdrawn. Nothing was done.
    [ Open fleet ]
    ");
    assert_eq!(w.audited("admin.ask").await, 2);
    assert_eq!((w.audited("admin.grant").await, w.audited("admin.withdraw").await), (0, 1));
    assert_eq!(ann.count("given"), 0);
}

async fn arguments_are_checked(w: World) {
    let admin = w.admin().await;
    let mut answers = Vec::new();
    for command in
        ["/provision", "/provision @ann", "/provision 1001 gemini", "/provision 1001 0", "/deprovision 1001", "/trace XX"]
    {
        admin.says(command).await;
        answers.push(format!("{command}\n{}", admin.last()));
    }
    insta::assert_snapshot!(answers.join("\n\n"), @"
    /provision
    Write it like this: /provision <person> [model] [days]
    [ Home ]

    /provision @ann
    Write it like this: /provision <person> [model] [days]
    [ Home ]

    /provision 1001 gemini
    No single model fits “gemini”. Use its full name as it stands in the list.
    [ Open fleet ]
    [ Home ]

    /provision 1001 0
    Write it like this: /provision <person> [model] [days]
    [ Home ]

    /deprovision 1001
    Nobody with that number has written to this bot. Ask them to press Start first.
    [ Open fleet ]
    [ Home ]

    /trace XX
    Write it like this: /trace <code>
    [ Home ]
    ");
    // Someone who never wrote to us can be given time; nobody writes to them first.
    admin.gives_time("/provision 4242").await;
    insta::assert_snapshot!(admin.last(), @"
    Given: 30 days.
    4242, cannot be reached
    It starts when they connect a bot and their claw is ready.

    They cannot be reached and do not know yet; the time is there when they press Start.
    [ Open fleet ]
    ");
    let new = w.person(4242, "Nora", "en");
    new.says("/start").await;
    insta::assert_snapshot!(new.last(), @"
    Your own AI assistant, living in your own Telegram bot.
    It remembers, it works while you sleep, and only the people you choose can talk to it.

    You have 30 days, counted from the moment your claw is ready.
    [ Hatch my claw ]
    [ How it works ] [ Settings ]
    [ 🌐 English ]
    ");
}
