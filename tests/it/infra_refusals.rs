//! An infra that answers, and will not: what its no means, who is told, and what happens to the claw.

use std::time::Duration;

use clawhatch::domain::{
    bot_token::BotToken,
    time::{HOUR, MINUTE},
};

use crate::{infra_weather::wait_out, on_both, world::World};

on_both! {
    a_full_infra_is_asked_again,
    a_claw_that_is_changed_while_the_infra_is_full_is_not_forgotten,
    an_earlier_self_that_is_being_removed_is_waited_for,
    a_claw_of_somebody_else_is_never_adopted,
    a_removal_does_not_touch_what_is_not_ours,
    a_token_another_claw_uses_is_told,
}

async fn a_full_infra_is_asked_again(w: World) {
    let admin = w.admin().await;
    let (ann, bob) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
    w.infra.rule(|rules| rules.capacity = Some(0));
    ann.hatches("anns_helper_bot").await;
    w.pass(MINUTE).await;
    bob.hatches("bobs_helper_bot").await;
    w.app().draw_progress().await.expect("progress");
    w.settle().await;
    insta::assert_snapshot!(ann.masked_chat(), @"
    Ann: /start
    clawhatch: @anns_helper_bot cannot start.

      The servers are full. It keeps its place in line, and I will write to you when it is awake.

      (CODE)
      [ Open its card ]
    ");
    insta::assert_snapshot!(bob.opens_card().await, @"
    @bobs_helper_bot   ◐ waiting for a place

    Gemini 3 Flash, only you
    48 hours free, counted from the moment your claw is ready.

    The servers are full. 1 claw is ahead of it.
    [ Change model ]
    [ Rename it ]
    [ Give it a new token ] [ Delete this claw… ]
    [ My claws ] [ Home ]
    ");
    insta::assert_snapshot!(admin.last(), @"
    Alert. The infra has no room. New claws wait in line.

    Add room, or take claws down.

    It began just now, today at 12:00 UTC.
    [ Open fleet ]
    ");
    for _ in 0..8 {
        w.pass(5 * MINUTE).await;
    }
    assert_eq!(w.telegram.chat(ann.id, w.bot.id).len(), 2, "nothing more was said: {}", ann.chat());
    assert_eq!(admin.count("Alert."), 1, "{}", admin.chat());
    w.infra.rule(|rules| rules.capacity = None);
    w.pass(5 * MINUTE).await;
    assert_eq!(w.infra.claws().len(), 2);
    insta::assert_snapshot!(ann.chat(), @"
    Ann: /start
    clawhatch: ✓ @anns_helper_bot hatched in 46:00.
      [ Open its card ]
    clawhatch: Your claw is awake.
      Open @anns_helper_bot and say hello.

      Your free time ends in 2 days, on Sunday, 21 June, at 12:46 UTC.
      Nothing is charged afterwards.
      [ Say hello to @anns_helper_bot ]
      [ Open its card ] [ My claws ]
    ");
    assert_eq!(admin.count("Alert."), 0);
    insta::assert_snapshot!(admin.last(), @"
    Resolved after 46 minutes. The infra has no room. New claws wait in line.
    [ Open fleet ]
    ");
}

async fn a_claw_that_is_changed_while_the_infra_is_full_is_not_forgotten(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    w.infra.rule(|rules| rules.capacity = Some(0));
    ann.opens_card().await;
    ann.taps("Change model").await;
    ann.taps("Claude Sonnet").await;
    ann.taps("Change model, memory").await;
    insta::assert_snapshot!(ann.last(), @"
    @anns_helper_bot cannot start.

    The servers are full. It keeps its place in line, and I will write to you when it is awake.

    (CODE)
    [ Open its card ]
    ");
    for _ in 0..6 {
        w.pass(5 * MINUTE).await;
    }
    w.infra.rule(|rules| rules.capacity = None);
    w.pass(5 * MINUTE).await;
    assert_eq!(w.infra.claws().iter().map(|claw| claw.model.as_str()).collect::<Vec<_>>(), ["anthropic/claude-sonnet-4.6"]);
    insta::assert_snapshot!(ann.last(), @"
    @anns_helper_bot is awake again.
    Open its chat and go on.
    [ Open chat ]
    [ Open its card ]
    ");
    assert_eq!(ann.count("did not work"), 0);
}

async fn an_earlier_self_that_is_being_removed_is_waited_for(w: World) {
    w.infra.rule(|rules| rules.removal_time = Duration::from_secs(30));
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    ann.opens_card().await;
    ann.taps("Pause it").await;
    ann.taps("Pause it, memory").await;
    ann.taps("Wake it up").await;
    assert_eq!(ann.opens_card().await.lines().next(), Some("@anns_helper_bot   ◐ hatching"));
    w.pass(Duration::from_secs(31)).await;
    w.pass(Duration::from_secs(5)).await;
    assert_eq!(ann.opens_card().await.lines().next(), Some("@anns_helper_bot   ● awake"));
    assert_eq!(ann.count("awake again"), 1);
    assert_eq!(w.audited("claw.refused").await, 0);
}

async fn a_claw_of_somebody_else_is_never_adopted(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    let token = ann.makes_bot("Helper", "anns_helper_bot");
    ann.prepares(&token).await;
    let person = w.texts("SELECT id FROM persons WHERE telegram_id = 1001").await.remove(0);
    let strange = BotToken::parse("777000:AAfakefakefakefakefakefakefakefake1").expect("a token");
    w.infra.insert_foreign(&person, "claw-1", "somebody-else", strange);
    ann.taps("Start 48").await;
    w.pass(HOUR).await;
    insta::assert_snapshot!(ann.masked_chat(), @"
    Ann: /hatch
    clawhatch: @anns_helper_bot cannot start.

      Its name is taken by someone else's claw on the server. The operators have been told and will set it right.

      (CODE)
      [ Open its card ]
    ");
    insta::assert_snapshot!(admin.last(), @"
    Alert. The infra refused a claw.
    Ann 1001
    ROW
    the infra refused generation 1: Foreign

    Mend what it names, or take the claw down.

    It began just now, today at 12:00 UTC.

    (CODE)
    [ Open fleet ]
    ");
    assert_eq!(w.infra.claws().iter().map(|claw| claw.owner.as_str()).collect::<Vec<_>>(), ["somebody-else"]);
    insta::assert_snapshot!(ann.opens_card().await, @"
    @anns_helper_bot   ▲ needs help

    Gemini 3 Flash, only you
    48 hours free, counted from the moment your claw is ready.

    Its name is taken by someone else's claw on the server. The operators have been told and will set it right.
    [ Change model ] [ Change people ]
    [ Rename it ]
    [ Give it a new token ] [ Delete this claw… ]
    [ My claws ] [ Home ]
    ");
}

async fn a_removal_does_not_touch_what_is_not_ours(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    let token = ann.makes_bot("Helper", "anns_helper_bot");
    ann.prepares(&token).await;
    let person = w.texts("SELECT id FROM persons WHERE telegram_id = 1001").await.remove(0);
    let strange = BotToken::parse("777000:AAfakefakefakefakefakefakefakefake1").expect("a token");
    w.infra.insert_foreign(&person, "claw-1", "somebody-else", strange);
    ann.taps("Start 48").await;
    ann.opens_card().await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    w.pass(11 * MINUTE).await;
    assert_eq!(ann.count("is gone, as you asked"), 1, "{}", ann.chat());
    assert_eq!(w.infra.claws().len(), 1, "the other one stays");
    assert_eq!(admin.count("Alert."), 0, "{}", admin.chat());
    // Something else that the infra refuses to take down is told to the admins, and not to its person.
    let bob = w.person(1002, "Bob", "en");
    bob.hatches("bobs_helper_bot").await;
    bob.opens_card().await;
    bob.taps("Delete this claw").await;
    bob.taps("Delete it").await;
    w.infra.fail_next(5, 400);
    w.pass(11 * MINUTE).await;
    wait_out(&w).await;
    assert_eq!(bob.count("cannot start"), 0, "{}", bob.chat());
    assert_eq!((bob.count("is gone"), admin.count("Resolved")), (1, 2), "{}", admin.chat());
}

async fn a_token_another_claw_uses_is_told(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    let token = ann.makes_bot("Helper", "anns_helper_bot");
    ann.prepares(&token).await;
    w.infra.insert_foreign("another", "claw-1", "another", BotToken::parse(&token).expect("a token"));
    ann.taps("Start 48").await;
    insta::assert_snapshot!(ann.masked_chat(), @"
    Ann: /hatch
    clawhatch: @anns_helper_bot cannot start.

      Another claw already uses this bot's token. Give this one a bot of its own.

      (CODE)
      [ Give it a new token ]
      [ Open its card ]
    ");
    assert_eq!(admin.count("Alert."), 0, "its person can mend that");
    // With a bot of its own it hatches.
    let other = ann.makes_bot("Other", "anns_other_bot");
    ann.taps("Give it a new token").await;
    ann.says(&other).await;
    ann.taps("Use this bot").await;
    ann.taps("Use this token").await;
    insta::assert_snapshot!(ann.last(), @"
    Your claw is awake.
    Open @anns_other_bot and say hello.

    Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
    Nothing is charged afterwards.
    [ Say hello to @anns_other_bot ]
    [ Open its card ] [ My claws ]
    ");
}
