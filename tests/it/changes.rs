//! What a living claw is changed in: its model, its token, its bot; and what happens when the infra does not want it.

use std::time::Duration;

use clawhatch::{
    domain::time::MINUTE,
    sandbox::infra::{Effect, fingerprint},
};

use crate::{on_both, world::World};

on_both! {
    another_model_is_put_in_after_a_warning,
    a_model_the_infra_does_not_run_is_taken_back,
    the_same_bot_gets_its_new_token,
    a_claw_moves_into_another_bot,
    a_bot_waits_until_its_claw_has_let_go_of_it,
}

/// The models of the claws the infra runs.
fn models(w: &World) -> Vec<String> {
    w.infra.claws().into_iter().map(|claw| claw.model).collect()
}

async fn another_model_is_put_in_after_a_warning(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    ann.opens_card().await;
    ann.taps("Change model").await;
    insta::assert_snapshot!(ann.last(), @"
    Which mind should it have?
    You can change it any time. ★ is a good start.

    Gemini 3 Flash ★
    cheap, fast, good
    Claude Sonnet 4.6
    mid-priced, quick, excellent
    GPT-5.2
    mid-priced, quick, excellent
    DeepSeek V3.2
    cheap, quick, good
    Claude Haiku 4.5
    cheap, fast, good
    GPT-5 mini
    cheap, fast, for simple things
    [ ✓ Gemini 3 Flash ★ ]
    [ Claude Sonnet 4.6 ]
    [ GPT-5.2 ]
    [ DeepSeek V3.2 ]
    [ Claude Haiku 4.5 ]
    [ GPT-5 mini ]
    [ More › ]
    [ Back ]
    ");
    ann.taps("Claude Sonnet").await;
    insta::assert_snapshot!(ann.last(), @"
    Let @anns_helper_bot think with Claude Sonnet 4.6?

    It has to start afresh for this, and may lose its memory. Its bot and settings are kept. It will be away for about a minute.
    [ Change model, memory may be lost ]
    [ Back ] [ Keep it as it is ]
    ");
    assert_eq!(models(&w), ["google/gemini-3-flash"]);
    ann.taps("Change model, memory").await;
    assert_eq!(models(&w), ["anthropic/claude-sonnet-4.6"]);
    insta::assert_snapshot!(ann.last(), @"
    @anns_helper_bot is awake again.
    Open its chat and go on.
    [ Open chat ]
    [ Open its card ]
    ");
    let done: Vec<Effect> = w.infra.journal().into_iter().map(|entry| entry.effect).collect();
    assert_eq!(done, [Effect::Created, Effect::Removed, Effect::Created]);
    // The one it has already is no change.
    ann.opens_card().await;
    ann.taps("Change model").await;
    ann.taps("Claude Sonnet").await;
    assert_eq!(w.infra.journal().len(), 3);
}

async fn a_model_the_infra_does_not_run_is_taken_back(w: World) {
    let ann = w.person(1001, "Ann", "en");
    let admin = w.admin().await;
    ann.hatches("anns_helper_bot").await;
    w.infra.rule(|rules| rules.models = Some(vec!["google/gemini-3-flash".to_owned()]));
    ann.opens_card().await;
    ann.taps("Change model").await;
    ann.taps("Claude Sonnet").await;
    ann.taps("Change model, memory").await;
    for _ in 0..3 {
        w.pass(Duration::from_secs(10)).await;
    }
    assert_eq!(models(&w), ["google/gemini-3-flash"]);
    insta::assert_snapshot!(ann.masked_chat(), @"
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
    clawhatch: @anns_helper_bot   ● awake

      Gemini 3 Flash, only you
      Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
      [ Open chat ]
      [ Change model ] [ Change people ]
      [ Rename it ] [ Pause it… ]
      [ Give it a new token ] [ Delete this claw… ]
      [ My claws ] [ Home ]
    clawhatch: The change to @anns_helper_bot did not work.
      I am putting it back as it was, with Gemini 3 Flash, and will tell you when it is awake. You can try another change from its card.

      (CODE)
      [ Open chat ]
      [ Open its card ]
    clawhatch: @anns_helper_bot is awake again.
      Open its chat and go on.
      [ Open chat ]
      [ Open its card ]
    ");
    assert_eq!(admin.count("Alert"), 0, "{}", admin.chat());
}

async fn the_same_bot_gets_its_new_token(w: World) {
    let ann = w.person(1001, "Ann", "en");
    let old = ann.hatches("anns_helper_bot").await;
    let bot = w.telegram.bot_by_username("anns_helper_bot").expect("Ann's bot").id;
    let new = w.telegram.revoke_token(bot).expect("a new token");
    ann.opens_card().await;
    ann.taps("new token").await;
    insta::assert_snapshot!(ann.last(), @"
    Give your claw a new token

    1. Open @BotFather with the button below
    2. Send /mybots and choose the bot
    3. Tap API Token
    4. Copy the token, or revoke it for a new one
    5. Paste it here

    I check the token, lock it away and delete your message.
    [ Open BotFather ]
    [ Back ]
    ");
    ann.says(&old).await;
    insta::assert_snapshot!(ann.last(), @"
    Telegram does not know this token any more. Ask BotFather for the present one and paste that.

    Give your claw a new token

    1. Open @BotFather with the button below
    2. Send /mybots and choose the bot
    3. Tap API Token
    4. Copy the token, or revoke it for a new one
    5. Paste it here

    I check the token, lock it away and delete your message.
    [ Open BotFather ]
    [ Back ]
    ");
    ann.says(&new).await;
    insta::assert_snapshot!(ann.last(), @"
    Found it: Helper, @anns_helper_bot.

    Your message is deleted and the token is sealed.
    [ Use this bot ]
    [ Another bot ]
    [ Back ]
    ");
    ann.taps("Use this bot").await;
    insta::assert_snapshot!(ann.last(), @"
    Give the claw in @anns_helper_bot its new token?

    It has to start afresh for this, and may lose its memory. Its bot and settings are kept. It will be away for about a minute.
    [ Use this token, memory may be lost ]
    [ Back ] [ Keep it as it is ]
    ");
    ann.taps("Use this token").await;
    let claws = w.infra.claws();
    assert_eq!(claws.iter().map(|claw| claw.token.clone()).collect::<Vec<_>>(), [fingerprint(&new)]);
    assert!(!ann.chat().contains(&new) && !ann.chat().contains(&old));
}

async fn a_claw_moves_into_another_bot(w: World) {
    let (ann, bob) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
    ann.hatches("anns_helper_bot").await;
    let bobs = bob.hatches("bobs_helper_bot").await;
    let other = ann.makes_bot("Other", "anns_other_bot");
    ann.opens_card().await;
    ann.taps("new token").await;
    ann.says(&bobs).await;
    insta::assert_snapshot!(ann.last(), @"
    Someone else has connected this bot here. If it is yours, revoke its token at BotFather and send me the new one. While a claw of theirs lives in it, use another bot.

    Give your claw a new token

    1. Open @BotFather with the button below
    2. Send /mybots and choose the bot
    3. Tap API Token
    4. Copy the token, or revoke it for a new one
    5. Paste it here

    I check the token, lock it away and delete your message.
    [ Open BotFather ]
    [ Back ]
    ");
    ann.says(&other).await;
    ann.taps("Use this bot").await;
    ann.taps("Use this token").await;
    let bots: Vec<_> = w.infra.claws().into_iter().map(|claw| (claw.allow_from[0].clone(), claw.bot_id)).collect();
    let expected = ["anns_other_bot", "bobs_helper_bot"].map(|name| w.telegram.bot_by_username(name).expect("a bot").id);
    assert_eq!(bots.iter().map(|(_, bot)| *bot).collect::<Vec<_>>(), expected);
    insta::assert_snapshot!(ann.opens_card().await, @"
    @anns_other_bot   ● awake

    Gemini 3 Flash, only you
    Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
    [ Open chat ]
    [ Change model ] [ Change people ]
    [ Rename it ] [ Pause it… ]
    [ Give it a new token ] [ Delete this claw… ]
    [ My claws ] [ Home ]
    ");
}

async fn a_bot_waits_until_its_claw_has_let_go_of_it(w: World) {
    let ann = w.person(1001, "Ann", "en");
    let old = ann.hatches("anns_helper_bot").await;
    let other = ann.makes_bot("Other", "anns_other_bot");
    // The move into the other bot is wished, and the infra still runs the claw in the first one.
    w.infra.fail_next(1_000_000, 500);
    ann.opens_card().await;
    ann.taps("new token").await;
    ann.says(&other).await;
    ann.taps("Use this bot").await;
    ann.taps("Use this token").await;
    ann.opens_card().await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    assert_eq!(w.infra.claws().len(), 1);
    // Her time leaves room for another claw, but not in that bot: two claws would take each other's messages.
    ann.says("/hatch").await;
    ann.says(&old).await;
    ann.taps("Use this bot").await;
    assert!(ann.last().contains("already hosts another claw"), "{}", ann.last());
    assert_eq!(
        w.texts("SELECT held_bots FROM claws").await,
        [format!(",{},", w.telegram.bot_by_username("anns_helper_bot").expect("the bot").id)]
    );
    w.infra.fail_next(0, 500);
    w.pass(11 * MINUTE).await;
    assert_eq!(w.infra.claws(), []);
    ann.says(&old).await;
    ann.taps("Use this bot").await;
    ann.taps("Gemini 3 Flash").await;
    ann.taps("Only me").await;
    ann.taps("Start").await;
    assert_eq!(
        w.infra.claws().iter().map(|claw| claw.bot_id).collect::<Vec<_>>(),
        [w.telegram.bot_by_username("anns_helper_bot").expect("the bot").id]
    );
}
