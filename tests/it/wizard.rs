//! The wizard, step by step: every screen, the ways back and out, a restart or a week in the middle, and one live screen.

use std::time::Duration;

use crate::{
    on_both,
    world::{On, Someone, World},
};

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// The way through the wizard: what is typed (the token, where it says so) or tapped, and how the screen after it begins.
const WAY: &[(&str, &str)] = &[
    ("say /start", "Your own AI assistant"),
    ("tap Hatch my claw", "Step 1 of 5"),
    ("tap I agree", "Step 2 of 5"),
    ("tap I have a token", "Step 2 of 5"),
    ("say the token", "Step 2 of 5"),
    ("tap Use this bot", "Step 3 of 5"),
    ("tap Gemini 3 Flash", "Step 4 of 5"),
    ("tap Only me", "Step 5 of 5"),
];

async fn takes(person: &Someone<'_>, what: &str, token: &str) {
    match what.split_once(' ').expect("two words") {
        ("say", "the token") => drop(person.says(token).await),
        ("say", text) => drop(person.says(text).await),
        (_, label) => person.taps(label).await,
    }
}

/// The first line of a screen, after the number of the step.
fn heading(screen: &str) -> String {
    screen.lines().find(|line| !line.is_empty() && !line.starts_with("Step ")).unwrap_or_default().to_owned()
}

on_both! {
    async fn every_step_has_its_screen(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Ann's helper", "anns_helper_bot");
        w.infra.rule(|rules| rules.boot_time = Duration::from_secs(40));
        ann.says("/start").await;
        insta::assert_snapshot!(ann.last(), @"
        Your own AI assistant, living in your own Telegram bot.
        It remembers, it works while you sleep, and only the people you choose can talk to it.

        Free for 48 hours. No card.
        [ Hatch my claw ]
        [ How it works ] [ Settings ]
        [ 🌐 English ]
        ");
        ann.taps("How it works").await;
        insta::assert_snapshot!(ann.last(), @"
        How it works

        1. You make a Telegram bot. It takes two minutes, and it belongs to you.
        2. You pick the model it thinks with, and who may talk to it.
        3. Your claw hatches inside the bot, usually in about a minute. A claw is an assistant with a memory: you write to it as you would to a person.

        The first 48 hours are free, counted from the moment it is ready. Nothing is charged afterwards: it falls asleep, and its bot and settings are kept for 7 days.
        [ Hatch my claw ]
        [ Back ]
        ");
        ann.taps("Hatch my claw").await;
        insta::assert_snapshot!(ann.last(), @"
        Step 1 of 5

        Before we begin, in plain words

        • The free time starts when your claw is ready. When it is over, the claw falls asleep. Nothing is charged.
        • A sleeping claw is kept for 7 days, then destroyed. Where a server cannot keep its memory meanwhile, I tell you before.
        • Your bot's token is locked away and used only to run your claw.
        • What you write to your claw is read by the model you pick. It can be wrong: check what matters.
        • Do not use it to harm people or break the law; such a claw is taken down.
        • /delete_my_data deletes what I know about you, at any time.
        [ I agree, go on ]
        [ Back ] [ Cancel ]
        ");
        ann.taps("I agree").await;
        insta::assert_snapshot!(ann.last(), @"
        Step 2 of 5

        Give your claw a bot to live in.
        It gets a chat of its own there, under the name you give it.

        With one tap Telegram makes the bot for you: check its name, confirm, and come back here.
        [ Create it in one tap ]
        [ I have a token from BotFather ]
        [ Back ] [ Cancel ]
        ");
        ann.taps("I have a token").await;
        insta::assert_snapshot!(ann.last(), @"
        Step 2 of 5

        Make a bot in five short steps

        1. Open @BotFather with the button below
        2. Send /newbot
        3. Send a name, any you like
        4. Send a username that ends in bot
        5. Copy the token it gives you and paste it here

        I check the token, lock it away and delete your message.
        [ Open BotFather ]
        [ Back ] [ Cancel ]
        ");
        ann.says(&token).await;
        insta::assert_snapshot!(ann.last(), @"
        Step 2 of 5

        Found it: Ann's helper, @anns_helper_bot.

        Your message is deleted and the token is sealed.
        [ Use this bot ]
        [ Another bot ]
        [ Back ] [ Cancel ]
        ");
        ann.taps("Use this bot").await;
        insta::assert_snapshot!(ann.last(), @"
        Step 3 of 5

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
        [ Gemini 3 Flash ★ ]
        [ Claude Sonnet 4.6 ]
        [ GPT-5.2 ]
        [ DeepSeek V3.2 ]
        [ Claude Haiku 4.5 ]
        [ GPT-5 mini ]
        [ More › ]
        [ Back ] [ Cancel ]
        ");
        ann.taps("Gemini 3 Flash").await;
        insta::assert_snapshot!(ann.last(), @"
        Step 4 of 5

        Only you can talk to it. Add someone?
        [ Only me ] [ Add a person ]
        [ Back ] [ Cancel ]
        ");
        ann.taps("Only me").await;
        insta::assert_snapshot!(ann.last(), @"
        Step 5 of 5

        Ready to hatch
        Ann's helper, @anns_helper_bot
        Gemini 3 Flash, only you

        48 hours free, starting when it is ready. Nothing is charged afterwards.

        Good to know: pausing or changing this claw later keeps its bot and settings, but may cost it its memory. I will ask each time.
        [ Start 48 hours free ]
        [ Change bot ] [ Change model ]
        [ Back ] [ Cancel ]
        ");
        ann.taps("Start 48").await;
        w.pass(Duration::from_secs(24)).await;
        w.app().draw_progress().await.expect("progress");
        w.settle().await;
        insta::assert_snapshot!(ann.last(), @"
        Hatching @anns_helper_bot

        ✓ Token sealed
        ✓ Server asked
        ✓ Place found
        … Starting the assistant   0:24, usually about a minute
        [ Open its card ]
        ");
        w.pass(Duration::from_secs(20)).await;
        insta::assert_snapshot!(ann.chat(), @"
        Ann: /start
        clawhatch: ✓ @anns_helper_bot hatched in 0:44.
          [ Open its card ]
        clawhatch: Your claw is awake.
          Open @anns_helper_bot and say hello.

          Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
          Nothing is charged afterwards.
          [ Say hello to @anns_helper_bot ]
          [ Open its card ] [ My claws ]
        ");
        ann.taps("Open its card").await;
        insta::assert_snapshot!(ann.last(), @"
        @anns_helper_bot   ● awake

        Gemini 3 Flash, only you
        Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
        [ Open chat ]
        [ Change model ] [ Change people ]
        [ Rename it ] [ Pause it… ]
        [ Give it a new token ] [ Delete this claw… ]
        [ My claws ] [ Home ]
        ");
        ann.taps("Home").await;
        insta::assert_snapshot!(ann.last(), @"
        You have 1 claw.
        [ My claws ]
        [ How it works ] [ Settings ]
        [ 🌐 English ]
        ");
        assert_eq!(w.refused_by_telegram(), Vec::<String>::new());
    }

    async fn the_models_have_pages_and_the_choice_is_marked(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        for (what, _) in &WAY[..6] {
            takes(&ann, what, &token).await;
        }
        ann.taps("More ›").await;
        insta::assert_snapshot!(ann.last(), @"
        Step 3 of 5

        Which mind should it have?
        You can change it any time. ★ is a good start.

        Gemini 3 Pro
        mid-priced, quick, excellent
        Claude Opus 4.5
        costly, unhurried, excellent
        Kimi K2 Thinking
        cheap, unhurried, good
        [ Gemini 3 Pro ]
        [ Claude Opus 4.5 ]
        [ Kimi K2 Thinking ]
        [ ‹ Previous ]
        [ Back ] [ Cancel ]
        ");
        ann.taps("‹ Previous").await;
        assert!(!ann.last().contains('✓'), "nothing is chosen yet: {}", ann.last());
        ann.taps("Gemini 3 Flash").await;
        ann.taps("Only me").await;
        ann.taps("Change model").await;
        assert!(ann.last().contains("[ ✓ Gemini 3 Flash"), "{}", ann.last());
        ann.taps("Back").await;
        assert_eq!(heading(&ann.last()), "Give your claw a bot to live in.", "back leads to the step before, not to a later one");
    }

    async fn back_and_cancel_lose_nothing_on_any_step(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        let mut seen = String::new();
        for (at, (_, begins)) in WAY.iter().enumerate().skip(1) {
            for way_out in ["Back", "Cancel"] {
                ann.says("/delete_my_data").await;
                ann.taps("Delete my data").await;
                for (what, _) in &WAY[..=at] {
                    takes(&ann, what, &token).await;
                }
                assert!(ann.last().starts_with(begins), "{}", ann.last());
                let here = heading(&ann.last());
                ann.taps(way_out).await;
                let mut after = heading(&ann.last());
                if after.starts_with("Your own AI") {
                    let again = if ann.last().contains("Continue hatching") { "Continue hatching" } else { "Hatch my claw" };
                    ann.taps(again).await;
                    after = format!("home, [ {again} ], {}", heading(&ann.last()));
                }
                seen.push_str(&format!("{here} [ {way_out} ] {after}\n"));
            }
        }
        insta::assert_snapshot!(seen, @"
        Before we begin, in plain words [ Back ] home, [ Hatch my claw ], Before we begin, in plain words
        Before we begin, in plain words [ Cancel ] home, [ Hatch my claw ], Before we begin, in plain words
        Give your claw a bot to live in. [ Back ] home, [ Hatch my claw ], Give your claw a bot to live in.
        Give your claw a bot to live in. [ Cancel ] home, [ Hatch my claw ], Give your claw a bot to live in.
        Make a bot in five short steps [ Back ] Give your claw a bot to live in.
        Make a bot in five short steps [ Cancel ] home, [ Hatch my claw ], Give your claw a bot to live in.
        Found it: Helper, @anns_helper_bot. [ Back ] Give your claw a bot to live in.
        Found it: Helper, @anns_helper_bot. [ Cancel ] home, [ Hatch my claw ], Give your claw a bot to live in.
        Which mind should it have? [ Back ] Give your claw a bot to live in.
        Which mind should it have? [ Cancel ] home, [ Continue hatching ], Which mind should it have?
        Only you can talk to it. Add someone? [ Back ] Which mind should it have?
        Only you can talk to it. Add someone? [ Cancel ] home, [ Continue hatching ], Only you can talk to it. Add someone?
        Ready to hatch [ Back ] Only you can talk to it. Add someone?
        Ready to hatch [ Cancel ] home, [ Continue hatching ], Ready to hatch
        ");
    }

    async fn one_screen_is_edited_and_moves_below_what_is_typed(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        ann.says("/start").await;
        let flat = ann.messages();
        for label in ["How it works", "Back", "Settings", "Back", "Hatch", "Back", "Hatch", "I agree", "I have a token", "Back"] {
            ann.taps(label).await;
            assert_eq!(ann.messages(), flat, "after {label}");
        }
        ann.says(&token).await;
        assert_eq!(ann.messages(), flat, "the token's message is gone and the screen has stayed");
        let (before, _) = ann.data("Use this bot");
        ann.says("/help").await;
        let (after, _) = ann.data("Home");
        assert!(after > before, "the screen is below the command");
        insta::assert_snapshot!(ann.chat(), @"
        Ann: /start
        Ann: /help
        clawhatch: I hatch claws and look after them.
          To talk to your claw, open its own chat. Here you change its model, its people, its name, or let it sleep.

          /start  the first screen
          /status  how your claw is doing
          /claws  your claws
          /language  another language
          /settings  language, time zone, your data
          /cancel  stop what we are in the middle of
          /delete_my_data  delete everything I know about you
          [ Home ]
        ");
        assert_eq!(w.refused_by_telegram(), Vec::<String>::new());
    }
}

/// After every step the product is started anew and a week goes by.
async fn a_walk_with_pauses(on: On) {
    let mut w = World::on(on).await;
    let id = w.person(1001, "Ann", "en").id;
    let token = Someone { world: &w, id }.makes_bot("Helper", "anns_helper_bot");
    for (what, begins) in WAY {
        takes(&Someone { world: &w, id }, what, &token).await;
        let screen = Someone { world: &w, id }.last();
        assert!(screen.starts_with(begins), "after {what}: {screen}");
        w = w.restarted().await;
        w.pass(WEEK).await;
    }
    let ann = Someone { world: &w, id };
    ann.says("/menu").await;
    ann.taps("Continue hatching").await;
    ann.taps("Start 48").await;
    assert_eq!(w.infra.claws().iter().map(|claw| claw.allow_from.clone()).collect::<Vec<_>>(), [["1001"]]);
    insta::assert_snapshot!(ann.chat(), @"
    Ann: /start
    clawhatch: Step 5 of 5

      Ready to hatch
      Helper, @anns_helper_bot
      Gemini 3 Flash, only you

      48 hours free, starting when it is ready. Nothing is charged afterwards.

      Good to know: pausing or changing this claw later keeps its bot and settings, but may cost it its memory. I will ask each time.
      [ Start 48 hours free ]
      [ Change bot ] [ Change model ]
      [ Back ] [ Cancel ]
    Ann: /menu
    clawhatch: ✓ @anns_helper_bot hatched in 0:00.
      [ Open its card ]
    clawhatch: Your claw is awake.
      Open @anns_helper_bot and say hello.

      Your free time ends in 2 days, on Sunday, 16 August, at 12:00 UTC.
      Nothing is charged afterwards.
      [ Say hello to @anns_helper_bot ]
      [ Open its card ] [ My claws ]
    ");
    assert_eq!(
        w.texts("SELECT chain FROM incidents").await,
        Vec::<String>::new(),
        "an old message that cannot be deleted is no failure"
    );
}

#[test]
fn the_wizard_outlives_restarts_and_weeks() {
    for on in [On::Sqlite, On::Postgres] {
        crate::world::run(a_walk_with_pauses(on));
    }
}
