//! Bots made in one tap: found by their maker, kept closed to strangers, and harmless when nobody waits for one.

use std::time::Duration;

use clawhatch::{domain::ids::TelegramId, sandbox::telegram::Forward};

use crate::{on_both, world::Someone};

/// Opens the link of the button, confirms, and comes back.
async fn makes_in_one_tap(person: &Someone<'_>, username: &str) {
    let url = person.link("Create it in one tap");
    person.world.telegram.opens_newbot_link_as(person.id, &url, "Ann's helper", username).expect("the dialog makes the bot");
    person.world.settle().await;
}

/// Adds people by number to the list that is open.
async fn adds(person: &Someone<'_>, ids: impl IntoIterator<Item = i64>) {
    for id in ids {
        person.taps("Add a person").await;
        person.world.telegram.forwards(
            person.id,
            person.bot(),
            Forward::User { id: TelegramId(id), first_name: format!("Friend {id}"), username: None, is_bot: false },
            "hi",
        );
        person.world.settle().await;
    }
}

on_both! {
    async fn a_bot_made_in_one_tap_is_found_and_closed_to_strangers(w: World) {
        let ann = w.person(1001, "Ann", "en");
        for id in [2002].into_iter().chain(3003..3014) {
            w.person(id, "Friend", "en");
        }
        ann.says("/start").await;
        ann.taps("Hatch").await;
        ann.taps("I agree").await;
        assert!(ann.link("Create it in one tap").starts_with("https://t.me/newbot/clawhatch_bot/claw_"));
        makes_in_one_tap(&ann, "anns_helper_bot").await;
        insta::assert_snapshot!(ann.last(), @"
        Step 2 of 5

        Found it: Ann's helper, @anns_helper_bot.
        [ Use this bot ]
        [ Another bot ]
        [ Back ] [ Cancel ]
        ");
        ann.taps("Use this bot").await;
        ann.taps("Gemini 3 Flash").await;
        adds(&ann, [2002]).await;
        ann.taps("Continue").await;
        ann.taps("Start 48").await;
        let bot = w.telegram.bot_by_username("anns_helper_bot").expect("the bot").id;
        assert_eq!(w.telegram.access(bot), (true, vec![TelegramId(2002)]));
        assert_eq!(w.infra.claws().len(), 1);

        // The list follows the claw's people.
        ann.taps("Open its card").await;
        ann.taps("Change people").await;
        ann.taps("Remove Friend 2002").await;
        adds(&ann, [3003, 3004]).await;
        ann.taps("Save the list").await;
        ann.taps("Change people, memory may be lost").await;
        ann.taps("Open its card").await;
        assert_eq!(w.telegram.access(bot), (true, vec![TelegramId(3003), TelegramId(3004)]));

        // Telegram takes ten at most; above that only the claw decides.
        ann.taps("Change people").await;
        adds(&ann, 3005..3013).await;
        ann.taps("Save the list").await;
        ann.taps("Change people, memory may be lost").await;
        ann.taps("Open its card").await;
        assert_eq!(w.telegram.access(bot).1.len(), 10);
        ann.taps("Change people").await;
        adds(&ann, [3013]).await;
        ann.taps("Save the list").await;
        ann.taps("Change people, memory may be lost").await;
        ann.taps("Open its card").await;
        assert_eq!(w.telegram.access(bot), (false, vec![]));
        assert_eq!(w.infra.claws()[0].allow_from.len(), 12);
    }

    async fn a_guest_telegram_does_not_know_is_not_locked_out(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.says("/start").await;
        ann.taps("Hatch").await;
        ann.taps("I agree").await;
        makes_in_one_tap(&ann, "anns_helper_bot").await;
        ann.taps("Use this bot").await;
        ann.taps("Gemini 3 Flash").await;
        ann.taps("Add a person").await;
        ann.says("7777").await;
        ann.taps("Continue").await;
        ann.taps("Start 48").await;
        let bot = w.telegram.bot_by_username("anns_helper_bot").expect("the bot").id;
        assert_eq!(w.telegram.access(bot), (false, vec![]), "Telegram lets everyone in, and the claw only these");
        assert_eq!(w.infra.claws()[0].allow_from, ["1001", "7777"]);
    }

    async fn a_bot_nobody_waits_for_is_kept_and_disturbs_nothing(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.says("/start").await;
        ann.taps("Hatch").await;
        ann.taps("I agree").await;
        let url = ann.link("Create it in one tap");
        makes_in_one_tap(&ann, "first_bot").await;
        ann.taps("Use this bot").await;
        let step = ann.last();
        w.telegram.opens_newbot_link_as(ann.id, &url, "Second", "second_bot").expect("a second bot");
        w.settle().await;
        insta::assert_snapshot!(ann.chat(), @"
        Ann: /start
        clawhatch: Step 3 of 5

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
        clawhatch: @second_bot is made, and kept for you.
          Nothing else has changed. When you hatch a claw, you can choose it there.
          [ Home ]
        ");
        assert!(ann.chat().contains(step.lines().next().expect("a line")), "the step stays as it was");
        ann.taps("Gemini 3 Flash").await;
        ann.taps("Only me").await;
        ann.taps("Start 48").await;
        let claws = w.infra.claws();
        w.telegram.opens_newbot_link_as(ann.id, &url, "Third", "third_bot").expect("a third bot");
        w.settle().await;
        assert!(ann.last().starts_with("@third_bot is made, and kept for you."), "{}", ann.last());
        assert_eq!(w.infra.claws(), claws);
        assert_eq!(w.audited("trial.begin").await, 1);
    }

    async fn a_bot_made_before_anything_was_asked_is_offered(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let url = format!("https://t.me/newbot/{}/claw_1_bot?name=My%20claw", w.bot.username);
        w.telegram.opens_newbot_link(ann.id, &url).expect("a bot");
        w.settle().await;
        assert_eq!(ann.messages(), 0, "nobody may write to a person who has not begun");
        ann.says("/start").await;
        ann.taps("Hatch").await;
        ann.taps("I agree").await;
        assert!(ann.last().contains("[ Use @claw_1_bot ]"), "{}", ann.last());
        ann.taps("Use @claw_1_bot").await;
        assert!(ann.last().starts_with("Step 3 of 5"), "{}", ann.last());
    }

    async fn a_token_taken_back_reaches_the_claw_and_the_bot_stays_closed(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.says("/start").await;
        ann.taps("Hatch").await;
        ann.taps("I agree").await;
        makes_in_one_tap(&ann, "anns_helper_bot").await;
        ann.taps("Use this bot").await;
        ann.taps("Gemini 3 Flash").await;
        ann.taps("Only me").await;
        ann.taps("Start 48").await;
        let bot = w.telegram.bot_by_username("anns_helper_bot").expect("the bot").id;
        let calm = ann.messages();
        let fresh = w.telegram.revoke_token(bot).expect("a new token");
        w.pass(Duration::from_secs(60)).await;
        assert_eq!(w.audited("claw.new_token").await, 1);
        assert!(ann.messages() <= calm + 1, "{}", ann.chat());

        // Sent by hand as well, it is a new token for that claw, and the bot stays managed.
        ann.says(&fresh).await;
        insta::assert_snapshot!(ann.last(), @"
        Found it: Ann's helper, @anns_helper_bot.

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
        assert_eq!(w.texts("SELECT CAST(managed AS TEXT) FROM bots").await, ["1"]);
        assert_eq!(w.telegram.access(bot), (true, vec![]));
    }

    async fn the_name_it_suggests_is_in_the_persons_language(w: World) {
        let mut names = Vec::new();
        for (id, language) in [(1001, "en"), (1002, "es"), (1003, "ru"), (1004, "zh-hans")] {
            let ann = w.person(id, "Ann", language);
            ann.says("/start").await;
            ann.says("/hatch").await;
            for agree in ["I agree", "De acuerdo", "Принимаю", "同意"] {
                if ann.sees(agree) {
                    ann.taps(agree).await;
                }
            }
            let chat = w.telegram.chat(ann.id, ann.bot());
            let url = chat.iter().flat_map(|shown| shown.buttons.iter().flatten()).find_map(|(_, kind)| match kind {
                clawhatch::sandbox::telegram::Kind::Url(url) if url.contains("/newbot/") => Some(url.clone()),
                _ => None,
            });
            let url = url.unwrap_or_else(|| panic!("no link in {}", ann.chat()));
            assert!(url.is_ascii(), "{url}");
            let made = w.telegram.opens_newbot_link(ann.id, &url).expect("Telegram takes the name and the username");
            w.settle().await;
            assert!(ann.last().contains(&made.name), "{}", ann.last());
            names.push(made.name);
        }
        assert_eq!(names, ["My claw", "Mi claw", "Моя клешня", "我的龙虾"]);
    }
}

on_both! {
    async fn a_telegram_that_withholds_a_bots_token_delays_nothing_else_and_loses_nothing(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.says("/start").await;
        ann.taps("Hatch").await;
        ann.taps("I agree").await;
        w.telegram.break_things(|faults| {
            faults.fail_next = 1000;
            faults.only = Some("getManagedBotToken".to_owned());
        });
        makes_in_one_tap(&ann, "anns_helper_bot").await;
        for _ in 0..10 {
            w.pass(Duration::from_secs(60)).await;
        }
        assert!(w.telegram.hits().failed > 5, "it was asked again and again");
        ann.says("/help").await;
        assert!(ann.last().contains("I hatch claws"), "the chat goes on meanwhile: {}", ann.last());
        ann.says("/hatch").await;
        w.telegram.break_things(|faults| faults.fail_next = 0);
        w.pass(Duration::from_secs(60)).await;
        assert!(ann.last().contains("Found it: Ann's helper, @anns_helper_bot."), "{}", ann.chat());
        assert_eq!(w.texts("SELECT id FROM inbox WHERE dead_at IS NOT NULL").await, Vec::<String>::new());
    }
}
