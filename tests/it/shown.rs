//! A yes counts for what was read when it was given. Whatever changed between the screen and the tap (another bot,
//! another list, another right) is shown, and nothing is done.

use clawhatch::domain::{ids::TelegramId, time::HOUR};

use crate::{
    on_both,
    world::{Someone, World},
};

const CHANGED: &str = "Something has changed since that screen. Nothing was done; please look again.";

/// What the last toast said.
fn toast(person: &Someone<'_>) -> String {
    person.toasts().pop().unwrap_or_default()
}

/// The bots the infra runs claws in.
fn bots(w: &World) -> Vec<String> {
    let name = |id| w.telegram.bot(id).map(|bot| bot.username).unwrap_or_default();
    w.infra.claws().into_iter().map(|claw| name(claw.bot_id)).collect()
}

on_both! {
    async fn a_yes_to_one_bot_does_not_move_the_claw_into_another(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.hatches("anns_helper_bot").await;
        let (first, second) = (ann.makes_bot("First", "first_bot"), ann.makes_bot("Second", "second_bot"));
        ann.opens_card().await;
        ann.taps("new token").await;
        ann.says(&first).await;
        ann.taps("Use this bot").await;
        let (message, yes) = ann.data("Use this token");
        // The token of another one comes while the question is on the screen.
        ann.says(&second).await;
        assert!(ann.last().starts_with("Found it: Second, @second_bot."), "{}", ann.last());
        ann.sends_data(message, &yes).await;
        assert_eq!(toast(&ann), CHANGED);
        insta::assert_snapshot!(ann.last(), @"
        Use @second_bot with its new token for the claw in @anns_helper_bot?

        It has to start afresh for this, and may lose its memory. Its bot and settings are kept. It will be away for about a minute.
        [ Use this token, memory may be lost ]
        [ Back ] [ Keep it as it is ]
        ");
        assert_eq!((bots(&w), w.audited("claw.bot").await), (vec!["anns_helper_bot".to_owned()], 0));
        // The question that is there now can be answered, once.
        let (message, now) = ann.data("Use this token");
        ann.taps("Use this token").await;
        assert_eq!((bots(&w), w.audited("claw.bot").await), (vec!["second_bot".to_owned()], 1));
        ann.sends_data(message, &now).await;
        assert_eq!(toast(&ann), "Already done.");
        ann.sends_data(message, &yes).await;
        assert_eq!((toast(&ann), w.audited("claw.bot").await), (CHANGED.to_owned(), 1));
    }

    async fn a_yes_to_one_list_does_not_let_others_in(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.hatches("anns_helper_bot").await;
        ann.opens_card().await;
        ann.taps("Change people").await;
        ann.taps("Add a person").await;
        ann.says("2002").await;
        ann.taps("Save the list").await;
        let (message, yes) = ann.data("Change people, memory");
        ann.taps("Back").await;
        ann.taps("Add a person").await;
        ann.says("3003").await;
        ann.sends_data(message, &yes).await;
        assert_eq!(toast(&ann), CHANGED);
        assert!(ann.last().contains("From then on: you and 2 people."), "{}", ann.last());
        assert_eq!(w.infra.claws()[0].allow_from, ["1001"]);
        let (message, both) = ann.data("Change people, memory");
        ann.taps("Change people, memory").await;
        assert_eq!(w.infra.claws()[0].allow_from, ["1001", "2002", "3003"]);
        for (data, said) in [(&both, "Already done."), (&yes, CHANGED)] {
            ann.sends_data(message, data).await;
            assert_eq!(toast(&ann), said);
        }
        assert_eq!(w.audited("claw.people").await, 1);
    }

    async fn a_start_is_of_the_summary_it_was_tapped_on(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        ann.prepares(&token).await;
        let (message, start) = ann.data("Start 48");
        let changes: [&[&str]; 2] = [&["Back", "Add a person"], &["Change model", "Claude Sonnet", "Continue"]];
        for taps in changes {
            for label in taps {
                ann.taps(label).await;
            }
            if taps.contains(&"Add a person") {
                ann.says("2002").await;
                ann.taps("Continue").await;
            }
            ann.sends_data(message, &start).await;
            assert_eq!(toast(&ann), CHANGED);
            assert!(ann.last().contains("Ready to hatch") && ann.last().contains("you and 1 person"), "{}", ann.last());
        }
        assert_eq!((w.infra.claws().len(), w.audited("trial.begin").await), (0, 0));
        let ann = ann.id;
        let w = w.restarted().await;
        let ann = Someone { world: &w, id: ann };
        ann.taps("Start 48").await;
        assert_eq!(w.infra.claws()[0].model, "anthropic/claude-sonnet-4.6", "a restart changes nothing");
    }

    async fn a_start_that_was_free_is_not_taken_from_time_given_since(w: World) {
        let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        ann.prepares(&token).await;
        let (message, start) = ann.data("Start 48");
        // Her bot is elsewhere for the moment, so that the grant waits.
        w.sql("UPDATE bots SET person_id = (SELECT id FROM persons WHERE telegram_id = 9001)").await;
        admin.gives_time("/provision 1001 30").await;
        w.sql("UPDATE bots SET person_id = (SELECT id FROM persons WHERE telegram_id = 1001)").await;
        ann.sends_data(message, &start).await;
        assert_eq!(toast(&ann), CHANGED);
        assert!(ann.sees("Start my 30 days") && !ann.sees("Start 48"), "{}", ann.chat());
        assert_eq!(w.infra.claws(), []);
    }

    async fn a_model_taken_off_the_list_meanwhile_is_not_started(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        ann.prepares(&token).await;
        w.sql("UPDATE persons SET desk = REPLACE(desk, 'google/gemini-3-flash', 'google/gemini-2-flash')").await;
        ann.taps("Start 48").await;
        insta::assert_snapshot!(ann.last(), @"
        This model is not offered any more. Please pick another one.
        [ Change model ]
        [ Home ]
        ");
        assert_eq!((w.infra.claws().len(), w.audited("trial.begin").await), (0, 0));
        ann.taps("Change model").await;
        ann.taps("Claude Sonnet").await;
        ann.taps("Only me").await;
        ann.taps("Start 48").await;
        assert_eq!(w.infra.claws().len(), 1);
    }

    async fn a_yes_to_being_forgotten_costs_no_claw_it_did_not_name(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.says("/start").await;
        ann.says("/delete_my_data").await;
        let (message, yes) = ann.data("Delete my data");
        ann.hatches("anns_helper_bot").await;
        ann.sends_data(message, &yes).await;
        assert_eq!(toast(&ann), CHANGED);
        assert!(ann.last().contains("[ Delete my data and my claw ]"), "{}", ann.last());
        assert_eq!((w.infra.claws().len(), w.audited("person.forget").await), (1, 0));
    }

    async fn a_confirmation_does_what_its_card_showed(w: World) {
        let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
        let token = ann.makes_bot("First", "first_bot");
        ann.says(&token).await;
        admin.says("/provision 1001 30").await;
        admin.says("a friend").await;
        assert!(admin.last().contains("Bot: @first_bot"), "{}", admin.last());
        w.clock.advance(clawhatch::domain::time::MINUTE);
        let other = ann.makes_bot("Second", "second_bot");
        ann.says(&other).await;
        admin.taps("Give 30 days").await;
        assert_eq!(toast(&admin), CHANGED);
        assert!(admin.last().contains("Bot: @second_bot"), "{}", admin.last());
        assert_eq!((w.infra.claws().len(), w.audited("admin.grant").await), (0, 0));
        admin.taps("Give 30 days").await;
        assert_eq!((bots(&w), w.audited("admin.grant").await), (vec!["second_bot".to_owned()], 1));
    }

    async fn a_button_of_one_claws_list_leaves_the_other_alone(w: World) {
        let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
        ann.hatches("first_bot").await;
        admin.gives_time("/provision 1001 30").await;
        let token = ann.makes_bot("Second", "second_bot");
        ann.says(&token).await;
        admin.gives_time("/provision 1001 30").await;
        assert_eq!(w.infra.claws().len(), 2, "{}", admin.chat());
        let mut removals = Vec::new();
        for bot in ["@first_bot", "@second_bot"] {
            ann.says("/claws").await;
            ann.taps(bot).await;
            ann.taps("Change people").await;
            ann.taps("Add a person").await;
            ann.says("2002").await;
            removals.push(ann.data("Remove 2002"));
        }
        let (message, of_first) = removals.remove(0);
        ann.sends_data(message, &of_first).await;
        assert_eq!(toast(&ann), "That screen was old. Here is how things stand now.");
        assert!(ann.last().starts_with("Only you can talk to it."), "the first claw's list, as it is: {}", ann.last());
        let desk = w.texts("SELECT desk FROM persons WHERE telegram_id = 1001").await.remove(0);
        assert!(desk.contains("2002"), "the second one's list still waits to be saved: {desk}");
        let (message, of_second) = removals.remove(0);
        ann.sends_data(message, &of_second).await;
        assert_eq!(toast(&ann), "Removed.");
        // "Use this bot" says which claw it is for, too.
        let other = ann.makes_bot("Third", "third_bot");
        ann.says("/claws").await;
        ann.taps("@first_bot").await;
        ann.taps("new token").await;
        ann.says(&other).await;
        let (message, for_first) = ann.data("Use this bot");
        ann.says("/start").await;
        ann.says("/claws").await;
        ann.taps("@second_bot").await;
        ann.sends_data(message, &for_first).await;
        assert!(ann.last().starts_with("Use @third_bot with its new token for the claw in @first_bot?"), "{}", ann.last());
        w.pass(HOUR).await;
        assert_eq!(bots(&w), ["first_bot", "second_bot"]);
    }

    async fn a_number_no_person_can_have_is_no_guest(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        ann.prepares(&token).await;
        ann.taps("Back").await;
        ann.taps("Add a person").await;
        let most = (1i64 << 52) - 1;
        ann.says(&(most + 1).to_string()).await;
        assert!(ann.last().contains("I expected a numeric id"), "{}", ann.last());
        ann.says(&most.to_string()).await;
        ann.taps(&format!("Remove {}", TelegramId(most))).await;
        assert!(ann.last().contains("Only you can talk to it."), "{}", ann.last());
        assert_eq!(w.refused_by_telegram(), Vec::<String>::new());
    }
}
