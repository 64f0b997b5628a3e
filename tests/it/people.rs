//! Who may talk to a claw: adding people in every way there is, removing them, and what the infra then lets in.

use clawhatch::{
    domain::ids::{ChatId, TelegramId},
    sandbox::telegram::Forward,
};

use crate::{on_both, world::Someone};

fn user(id: i64, name: &str) -> Forward {
    Forward::User { id: TelegramId(id), first_name: name.to_owned(), username: None, is_bot: false }
}

/// Walks to the list of people of a claw being made.
async fn at_people(person: &Someone<'_>) {
    let token = person.makes_bot("Helper", "anns_helper_bot");
    person.says("/start").await;
    for label in ["Hatch", "I agree", "I have a token"] {
        person.taps(label).await;
    }
    person.says(&token).await;
    person.taps("Use this bot").await;
    person.taps("Gemini 3 Flash").await;
}

async fn forwards(person: &Someone<'_>, from: Forward) {
    person.world.telegram.forwards(person.id, person.bot(), from, "a message of theirs");
    person.world.settle().await;
}

on_both! {
    async fn people_are_added_in_every_way_and_removed(w: World) {
        let ann = w.person(1001, "Ann", "en");
        w.person(2002, "Boris", "ru");
        at_people(&ann).await;
        ann.taps("Add a person").await;
        insta::assert_snapshot!(ann.chat(), @"
        Ann: /start
        clawhatch: Step 4 of 5

          Who should be able to talk to it?
          Tap the button below and choose them in Telegram's own list.
          You can also forward me a message of theirs, or send their numeric id. A username is not enough: it can pass to someone else.
        keyboard: ( Choose a person )
        keyboard: ( Cancel )
        ");
        // With the picker.
        w.telegram.shares_users(ann.id, ann.bot(), 1, &[TelegramId(2002)]).expect("the picker");
        w.settle().await;
        insta::assert_snapshot!(ann.chat(), @"
        Ann: /start
        Ann: (shared: 2002)
        clawhatch: Step 4 of 5

          You and 1 person can talk to it:

          Boris 2002
          [ Remove Boris ]
          [ Add a person ]
          [ Continue ]
          [ Back ] [ Cancel ]
        ");
        // By a message of theirs.
        ann.taps("Add a person").await;
        forwards(&ann, user(3003, "Carla")).await;
        // By number.
        ann.taps("Add a person").await;
        ann.says(" 4004 ").await;
        insta::assert_snapshot!(ann.last(), @"
        Step 4 of 5

        You and 3 people can talk to it:

        Boris 2002
        Carla 3003
        4004
        [ Remove Boris ]
        [ Remove Carla ]
        [ Remove 4004 ]
        [ Add a person ]
        [ Continue ]
        [ Back ] [ Cancel ]
        ");
        ann.taps("Remove Carla").await;
        assert_eq!(ann.toasts(), ["Removed."]);
        ann.taps("Continue").await;
        assert!(ann.last().contains("you and 2 people"), "{}", ann.last());
        ann.taps("Start 48").await;
        assert_eq!(w.infra.claws()[0].allow_from, ["1001", "2002", "4004"]);
        assert_eq!(w.refused_by_telegram(), Vec::<String>::new());
    }

    async fn whoever_cannot_be_added_is_refused_with_the_next_step(w: World) {
        let ann = w.person(1001, "Ann", "en");
        at_people(&ann).await;
        ann.taps("Add a person").await;
        let mut seen = String::new();
        let mut note = |what: &str| {
            let screen = ann.last();
            let said = screen.lines().nth(2).unwrap_or_default();
            seen.push_str(&format!("{what}\n  {said}\n"));
        };
        ann.says("@boris").await;
        note("a username");
        ann.says("https://t.me/boris").await;
        note("a link");
        ann.says("Boris").await;
        note("a name");
        ann.says("-1001234567890").await;
        note("a group's number");
        ann.says("99999999999999999999999").await;
        note("a number too long");
        ann.says("1001").await;
        note("oneself");
        forwards(&ann, Forward::Hidden("Boris".to_owned())).await;
        note("a hidden forward");
        forwards(&ann, Forward::Channel { id: ChatId(-10_077), title: "News".to_owned() }).await;
        note("a channel's post");
        let bot = Forward::User { id: TelegramId(77), first_name: "Bot".to_owned(), username: Some("a_bot".to_owned()), is_bot: true };
        forwards(&ann, bot).await;
        note("a bot's message");
        insta::assert_snapshot!(seen, @"
        a username
          A username can pass to someone else, so I do not let people in by it. Choose them with the button, forward a message of theirs, or send their numeric id.
        a link
          A username can pass to someone else, so I do not let people in by it. Choose them with the button, forward a message of theirs, or send their numeric id.
        a name
          I expected a numeric id, such as 123456789. Send that, or choose the person with the button.
        a group's number
          I expected a numeric id, such as 123456789. Send that, or choose the person with the button.
        a number too long
          I expected a numeric id, such as 123456789. Send that, or choose the person with the button.
        oneself
          That is you, and you are always let in. Choose somebody else, or go on.
        a hidden forward
          That message hides who wrote it. Choose the person with the button, or send their numeric id.
        a channel's post
          Bots and channels cannot be let in. Choose a person.
        a bot's message
          Bots and channels cannot be let in. Choose a person.
        ");
        // It can still be tried again without another tap.
        ann.says("2002").await;
        ann.taps("Add a person").await;
        ann.says("2002").await;
        insta::assert_snapshot!(ann.last(), @"
        Step 4 of 5

        This person is on the list already. Choose somebody else, or go on.

        You and 1 person can talk to it:

        2002
        [ Remove 2002 ]
        [ Add a person ]
        [ Continue ]
        [ Back ] [ Cancel ]
        ");
        assert_eq!(w.refused_by_telegram(), Vec::<String>::new());
    }

    async fn a_claw_listens_to_fifty_at_most(w: World) {
        let ann = w.person(1001, "Ann", "en");
        at_people(&ann).await;
        for id in 2001..=2050 {
            ann.taps("Add a person").await;
            ann.says(&id.to_string()).await;
        }
        ann.taps("Add a person").await;
        ann.says("2051").await;
        assert!(ann.last().contains("A claw listens to at most 50 people. Remove someone to make room."), "{}", ann.last());
        ann.taps("Continue").await;
        ann.taps("Start 48").await;
        assert_eq!(w.infra.claws()[0].allow_from.len(), 51);
        assert_eq!(w.refused_by_telegram(), Vec::<String>::new());
    }

    async fn the_picker_is_closed_by_its_own_key(w: World) {
        let ann = w.person(1001, "Ann", "en");
        at_people(&ann).await;
        ann.taps("Add a person").await;
        ann.presses("Cancel").await;
        insta::assert_snapshot!(ann.chat(), @"
        Ann: /start
        Ann: Cancel
        clawhatch: Step 4 of 5

          Only you can talk to it. Add someone?
          [ Only me ] [ Add a person ]
          [ Back ] [ Cancel ]
        ");
        // It goes as well when the person goes on by whatever else they have at hand.
        let (message, only_me) = ann.data("Only me");
        ann.taps("Add a person").await;
        ann.sends_data(message, &only_me).await;
        assert!(ann.last().starts_with("Step 5 of 5") && !ann.chat().contains("keyboard:"), "{}", ann.chat());
        assert_eq!(ann.messages(), 3, "one screen, and what Ann typed: {}", ann.chat());
        ann.taps("Back").await;
        ann.taps("Add a person").await;
        ann.says(&ann.makes_bot("Other", "anns_other_bot")).await;
        assert!(ann.last().starts_with("Step 2 of 5") && !ann.chat().contains("keyboard:"), "{}", ann.chat());
        ann.taps("Use this bot").await;
        ann.taps("Gemini 3 Flash").await;
        ann.taps("Add a person").await;
        ann.says("/cancel").await;
        assert!(!ann.chat().contains("keyboard:"), "{}", ann.chat());
        assert!(ann.last().contains("Continue hatching"), "{}", ann.last());
    }

    async fn the_people_of_a_living_claw_change_after_a_yes(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.hatches("anns_helper_bot").await;
        ann.taps("Open its card").await;
        ann.taps("Change people").await;
        insta::assert_snapshot!(ann.last(), @"
        Only you can talk to it. Add someone?
        [ Add a person ]
        [ Back ]
        ");
        ann.taps("Add a person").await;
        ann.says("2002").await;
        insta::assert_snapshot!(ann.last(), @"
        You and 1 person can talk to it:

        2002

        The list is not saved yet.
        [ Remove 2002 ]
        [ Add a person ]
        [ Save the list ]
        [ Back without saving ]
        ");
        ann.taps("Save the list").await;
        insta::assert_snapshot!(ann.last(), @"
        Change who can talk to @anns_helper_bot? From then on: you and 1 person.

        It has to start afresh for this, and may lose its memory. Its bot and settings are kept. It will be away for about a minute.
        [ Change people, memory may be lost ]
        [ Back ] [ Keep it as it is ]
        ");
        assert_eq!(w.infra.claws()[0].allow_from, ["1001"], "nothing is touched before the yes");
        ann.taps("Back").await;
        assert!(ann.last().contains("2002") && ann.last().contains("not saved"), "back keeps the list: {}", ann.last());
        ann.taps("Save the list").await;
        ann.taps("Change people, memory may be lost").await;
        insta::assert_snapshot!(ann.last(), @"
        @anns_helper_bot is awake again.
        Open its chat and go on.
        [ Open chat ]
        [ Open its card ]
        ");
        assert_eq!(w.infra.claws().iter().map(|claw| claw.allow_from.clone()).collect::<Vec<_>>(), [["1001", "2002"]]);

        // Leaving without saving changes nothing, and a list saved as it was asks nothing.
        ann.taps("Open its card").await;
        ann.taps("Change people").await;
        ann.taps("Remove 2002").await;
        ann.taps("Back without saving").await;
        assert!(ann.last().contains("you and 1 person"), "{}", ann.last());
        ann.taps("Change people").await;
        assert!(ann.last().contains("2002") && !ann.last().contains("not saved"), "{}", ann.last());
        assert_eq!(w.audited("claw.people").await, 1);
    }

    async fn a_list_left_open_for_a_claw_that_is_gone_does_no_harm(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.hatches("anns_helper_bot").await;
        ann.taps("Open its card").await;
        ann.taps("Change people").await;
        let (message, add) = ann.data("Add a person");
        ann.taps("Add a person").await;
        w.sql("UPDATE claws SET destroyed_at = created_at").await;
        ann.says("2002").await;
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
        Ann: 2002
        clawhatch: That claw is gone. Look at the ones you have.
          [ My claws ]
          [ Home ]
        ");
        ann.says("2002").await;
        assert!(ann.last().starts_with("I set claws up"), "the question is over: {}", ann.last());
        ann.sends_data(message, &add).await;
        assert!(ann.last().starts_with("That claw is gone."), "{}", ann.last());
        assert_eq!(w.texts("SELECT chain FROM incidents").await, Vec::<String>::new());
    }

    async fn an_old_button_for_people_after_the_start_is_harmless(w: World) {
        let ann = w.person(1001, "Ann", "en");
        at_people(&ann).await;
        let (message, add) = ann.data("Add a person");
        ann.taps("Only me").await;
        ann.taps("Start 48").await;
        ann.sends_data(message, &add).await;
        assert!(ann.last().starts_with("You have 1 claw."), "{}", ann.last());
        assert!(!ann.chat().contains("keyboard:"), "{}", ann.chat());
        assert_eq!(ann.toasts(), ["That screen was old. Here is how things stand now."]);
        assert_eq!(w.infra.claws()[0].allow_from, ["1001"]);
    }
}
