//! One question at a time: what is typed answers what the screen asks now, and nothing it asked before.

use clawhatch::domain::time::MINUTE;

use crate::{on_both, world::Someone};

/// Ann with a claw, at the question for its name; what the buttons of her card carry.
async fn at_the_name(ann: &Someone<'_>) {
    ann.opens_card().await;
    ann.taps("Rename it").await;
    assert!(ann.last().starts_with("What shall I call"), "{}", ann.last());
}

on_both! {
    async fn a_question_that_left_the_screen_takes_no_answer(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.hatches("anns_helper_bot").await;
        let left = ["/help", "/language", "/settings", "/status", "/start", "/hatch", "/cancel", "/delete_my_data", "/nonsense"];
        for command in left {
            at_the_name(&ann).await;
            ann.says(command).await;
            ann.says("Precious").await;
            assert!(ann.last().starts_with("I set claws up"), "after {command}: {}", ann.last());
        }
        let labels = ["Change model", "Change people", "Pause it", "Delete this claw", "My claws", "Home"];
        for label in labels {
            ann.opens_card().await;
            let (message, data) = ann.data(label);
            at_the_name(&ann).await;
            ann.sends_data(message, &data).await;
            ann.says("Precious").await;
            assert!(ann.last().starts_with("I set claws up"), "after {label}: {}", ann.last());
        }
        at_the_name(&ann).await;
        ann.says("/settings").await;
        ann.taps("Change time zone").await;
        ann.says("Europe/Madrid").await;
        assert!(ann.last().contains("Europe/Madrid"), "a newer question is answered: {}", ann.last());
        assert_eq!(w.audited("claw.rename").await, 0);
    }

    async fn what_is_refused_is_asked_again_and_nothing_else_is(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.hatches("anns_helper_bot").await;
        at_the_name(&ann).await;
        ann.says(&"x".repeat(41)).await;
        insta::assert_snapshot!(ann.last(), @"
        A name has 1 to 40 characters. Send me a shorter one.

        What shall I call @anns_helper_bot here?
        Send me a name. Only you see it; the bot's own name does not change.
        [ Back ]
        ");
        ann.says("Precious").await;
        assert_eq!(w.audited("claw.rename").await, 1, "{}", ann.last());
        ann.says("/settings").await;
        ann.taps("Change time zone").await;
        ann.says("Atlantis").await;
        assert!(ann.last().starts_with("I do not know that time zone.") && ann.sees("Tokyo"), "{}", ann.last());
        ann.says("Madrid").await;
        assert!(ann.last().contains("Europe/Madrid"), "{}", ann.last());
        // A no to something else is not put above a question, and ends it.
        ann.opens_card().await;
        ann.taps("new token").await;
        ann.says("/hatch").await;
        assert!(ann.last().starts_with("You already have a claw"), "{}", ann.last());
        ann.says("hello").await;
        assert!(ann.last().starts_with("I set claws up"), "{}", ann.last());
    }

    async fn a_typed_reason_answers_the_newest_question(w: World) {
        let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
        ann.hatches("anns_helper_bot").await;
        admin.says("/deprovision 1001").await;
        let (message, withdraw) = admin.data("Withdraw");
        admin.says("/provision 1001 7").await;
        insta::assert_snapshot!(admin.chat(), @"
        Olga: /start
        clawhatch: Your own AI assistant, living in your own Telegram bot.
          It remembers, it works while you sleep, and only the people you choose can talk to it.

          Free for 48 hours. No card.
          [ Hatch my claw ]
          [ How it works ] [ Settings ]
          [ 🌐 English ]
        Olga: /deprovision 1001
        clawhatch: You went on without giving a reason. Nothing was done; send the command again if it is still wanted.
          [ Open fleet ]
        Olga: /provision 1001 7
        clawhatch: Why? Send me the reason in one message; it is kept with the act.
          Ann 1001
          Give 7 days
          [ Withdraw ]
        ");
        admin.says("a friend of the house").await;
        assert!(admin.sees("Give 7 days") && !admin.sees("Take down"), "{}", admin.chat());
        // The older one is over, and its button says so and disturbs nothing.
        admin.sends_data(message, &withdraw).await;
        assert_eq!(admin.toasts(), ["Already done."]);
        admin.taps("Give 7 days").await;
        assert_eq!((w.audited("admin.grant").await, w.audited("admin.deprovision").await), (1, 0));
        assert_eq!(w.audited("admin.overtaken").await, 1);
    }

    async fn a_reason_is_not_taken_from_what_is_typed_later(w: World) {
        let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
        ann.hatches("anns_helper_bot").await;
        for command in ["/fleet", "/help", "/trace nonsense", "/cancel"] {
            admin.says("/deprovision 1001").await;
            admin.says(command).await;
            admin.says("by the way").await;
            assert!(!admin.sees("Take down") && admin.last().starts_with("I set claws up"), "{command}: {}", admin.chat());
        }
        assert_eq!(w.audited("admin.overtaken").await, 4);
        // Withdrawing one leaves another one's question alone.
        admin.says("/deprovision 1001").await;
        admin.says("first reason").await;
        let (message, withdraw) = admin.data("Withdraw");
        admin.says("/provision 1001 7").await;
        admin.sends_data(message, &withdraw).await;
        admin.says("second reason").await;
        assert!(admin.sees("Give 7 days") && !admin.sees("Take down"), "{}", admin.chat());
        // And one that waited too long says so.
        admin.says("/deprovision 1001").await;
        w.pass(6 * MINUTE).await;
        admin.says("too late").await;
        assert!(admin.last().starts_with("This waited too long"), "{}", admin.chat());
        assert_eq!(w.infra.claws().len(), 1);
    }
}
