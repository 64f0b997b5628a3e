//! Tokens, good ones and bad ones, wherever and however they are sent: each answered kindly, none kept in the open.

use std::time::Duration;

use clawhatch::{
    domain::ids::TelegramId,
    sandbox::telegram::{BOTFATHER, Forward},
};
use serde_json::json;

use crate::{on_both, world::Someone};

/// The half of a token that nobody may read.
fn secret(token: &str) -> &str {
    token.split_once(':').expect("a token").1
}

/// Walks to where a token is asked for.
async fn is_asked_for_a_token(person: &Someone<'_>) {
    person.says("/start").await;
    for label in ["Hatch", "I agree", "I have a token"] {
        person.taps(label).await;
    }
}

/// Nothing of the token is left: not in the database, not in the chat, not in what the Bot API was asked.
async fn leaves_no_trace(person: &Someone<'_>, token: &str) {
    let w = person.world;
    assert_eq!(w.places_of(secret(token)).await, Vec::<String>::new());
    assert!(!person.chat().contains(secret(token)), "{}", person.chat());
    let journal = format!("{:?}", w.telegram.journal());
    assert!(!journal.contains(secret(token)), "the journal holds the token");
}

on_both! {
    async fn what_is_no_good_token_is_refused_with_the_next_step(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let boris = w.person(2002, "Boris", "en");
        let taken = boris.makes_bot("Boris's helper", "boriss_bot");
        boris.hatches("boriss_other_bot").await;
        boris.says(&taken).await;
        let dead = ann.makes_bot("Old", "anns_old_bot");
        let old = w.telegram.bot_by_username("anns_old_bot").expect("a bot");
        w.telegram.revoke_token(old.id).expect("another token");
        let made_up = format!("123456789:{}", "A".repeat(35));
        let bots = w.rows("bots").await;

        is_asked_for_a_token(&ann).await;
        let flat = ann.messages();
        let mut seen = String::new();
        for (what, text) in [
            ("words", "what is a token?"),
            ("half a token", "AAfakefakefakefakefakefakefakefake1"),
            ("a dead token", &dead),
            ("a token of no bot", &made_up),
            ("our own", &w.bot.token),
            ("somebody else's bot", &taken),
        ] {
            ann.says(text).await;
            let screen = ann.last();
            assert!(screen.contains("Make a bot in five short steps"), "the question stays: {screen}");
            seen.push_str(&format!("{what}\n  {}\n", screen.lines().nth(2).unwrap_or_default()));
        }
        insta::assert_snapshot!(seen, @"
        words
          That does not look like a bot token. Copy the whole line from BotFather, numbers, colon and all, and paste it here.
        half a token
          That does not look like a bot token. Copy the whole line from BotFather, numbers, colon and all, and paste it here.
        a dead token
          Telegram does not know this token any more. Ask BotFather for the present one and paste that.
        a token of no bot
          Telegram does not know this token any more. Ask BotFather for the present one and paste that.
        our own
          That is the token of the bot you are talking to. Make a bot of your own and send me its token.
        somebody else's bot
          Someone else has connected this bot here. If it is yours, revoke its token at BotFather and send me the new one. While a claw of theirs lives in it, use another bot.
        ");
        insta::assert_snapshot!(ann.last(), @"
        Step 2 of 5

        Someone else has connected this bot here. If it is yours, revoke its token at BotFather and send me the new one. While a claw of theirs lives in it, use another bot.

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
        assert_eq!(ann.messages(), flat + 2, "only what is no token stays in the chat");
        assert_eq!((w.rows("bots").await, w.rows("pending_tokens").await), (bots, 0));
        for token in [&dead, &made_up, &w.bot.token, &taken] {
            leaves_no_trace(&ann, token).await;
        }
        assert_eq!(w.refused_by_telegram().into_iter().filter(|said| !said.ends_with("Unauthorized")).collect::<Vec<_>>(), Vec::<String>::new());
    }

    async fn a_bot_goes_to_whoever_brings_its_next_token(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let boris = w.person(2002, "Boris", "en");
        let first = boris.makes_bot("Helper", "lent_bot");
        boris.says("/start").await;
        boris.says(&first).await;
        // The same token in two hands proves nothing; a newer one does, for the older is dead.
        is_asked_for_a_token(&ann).await;
        ann.says(&first).await;
        assert!(ann.last().contains("Someone else has connected this bot here."), "{}", ann.last());
        let lent = w.telegram.bot_by_username("lent_bot").expect("a bot").id;
        let second = w.telegram.revoke_token(lent).expect("a new token");
        ann.says(&second).await;
        assert!(ann.last().contains("Found it: Helper, @lent_bot."), "{}", ann.last());
        boris.taps("Use this bot").await;
        assert!(boris.last().contains("Please paste it again"), "it is not his any more: {}", boris.last());
        // With a claw in it, it stays where it is.
        for label in ["Use this bot", "Gemini 3 Flash", "Only me", "Start 48"] {
            ann.taps(label).await;
        }
        let third = w.telegram.revoke_token(lent).expect("a new token");
        boris.says(&third).await;
        assert!(boris.last().contains("Someone else has connected this bot here."), "{}", boris.last());
        assert_eq!((w.audited("bot.passed_on").await, w.audited("bot.taken").await), (1, 2));
    }

    async fn a_bot_that_serves_somebody_else_is_named_before_it_is_taken(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Shop", "anns_shop_bot");
        let shop = w.telegram.bot_by_username("anns_shop_bot").expect("a bot");
        w.telegram.set_foreign_webhook(shop.id, "https://shop.example/hook");
        is_asked_for_a_token(&ann).await;
        ann.says(&token).await;
        insta::assert_snapshot!(ann.last(), @"
        Step 2 of 5

        Found it: Shop, @anns_shop_bot.

        Your message is deleted and the token is sealed.

        Another service receives this bot's messages now.
        If your claw moves in, that service goes silent.
        [ Use it, end the other service ]
        [ Another bot ]
        [ Back ] [ Cancel ]
        ");
        leaves_no_trace(&ann, &token).await;
    }

    async fn a_token_is_taken_up_wherever_it_stands(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        let from = json!({ "id": 1001, "is_bot": false, "first_name": "Ann", "language_code": "en" });
        let chat = json!({ "id": 1001, "type": "private", "first_name": "Ann" });
        ann.says("/start").await;

        // Alone, when nobody asked.
        ann.says(&token).await;
        assert!(ann.last().contains("Found it: Helper, @anns_helper_bot."), "{}", ann.last());
        // Inside a sentence, and behind a command.
        for text in [format!("here you are: {token} thanks"), format!("/token {token}"), format!("/start {token}")] {
            ann.taps("Another bot").await;
            let message = ann.says(&text).await;
            assert!(ann.last().contains("Found it"), "{text}: {}", ann.last());
            assert!(w.telegram.chat(ann.id, ann.bot()).iter().all(|shown| shown.message_id != message), "{text} is deleted");
        }
        // BotFather's own message, passed on.
        ann.taps("Another bot").await;
        let told = w.telegram.last_from_bot(ann.id, BOTFATHER).expect("BotFather's answer").text;
        let father = Forward::User { id: TelegramId(BOTFATHER.0), first_name: "BotFather".to_owned(), username: Some("BotFather".to_owned()), is_bot: true };
        w.telegram.forwards(ann.id, ann.bot(), father, &told);
        w.settle().await;
        assert!(ann.last().contains("Found it"), "{}", ann.last());
        // Put into an older message afterwards.
        ann.taps("Another bot").await;
        let message = ann.says("one moment").await;
        w.telegram.edits(ann.id, ann.bot(), message, &token);
        w.settle().await;
        assert!(ann.last().contains("Found it"), "{}", ann.last());
        // Under a picture.
        ann.taps("Another bot").await;
        w.telegram.says_raw(w.bot.id, json!({ "message": { "message_id": 9000, "date": 0, "from": from, "chat": chat, "photo": [], "caption": token } }));
        w.settle().await;
        assert!(ann.last().contains("Found it"), "{}", ann.last());
        assert!(w.telegram.calls_of("deleteMessage").iter().any(|call| call.args["message_id"] == 9000), "the picture is deleted");

        assert_eq!((w.rows("bots").await, w.rows("pending_tokens").await), (1, 0));
        leaves_no_trace(&ann, &token).await;
    }

    async fn a_token_nobody_takes_up_is_erased_after_an_hour(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let first = ann.makes_bot("First", "anns_first_bot");
        let second = ann.makes_bot("Second", "anns_second_bot");
        ann.says("/start").await;
        ann.says(&format!("{first} {second}")).await;
        assert!(ann.last().contains("@anns_first_bot"), "{}", ann.last());
        assert_eq!(w.rows("pending_tokens").await, 1, "the second is still sealed");
        w.pass(Duration::from_secs(50 * 60)).await;
        assert_eq!(w.rows("pending_tokens").await, 1);
        w.pass(Duration::from_secs(15 * 60)).await;
        assert_eq!(w.rows("pending_tokens").await, 0);
        leaves_no_trace(&ann, &first).await;
        leaves_no_trace(&ann, &second).await;
    }

    async fn while_telegram_is_silent_nothing_is_kept(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        is_asked_for_a_token(&ann).await;
        w.telegram.break_things(|faults| {
            faults.fail_next = 20;
            faults.only = Some("getMe".to_owned());
        });
        ann.says(&token).await;
        w.telegram.break_things(|faults| faults.fail_next = 0);
        insta::assert_snapshot!(ann.last(), @"
        Step 2 of 5

        Telegram did not answer in time, and nothing was stored. Please try again in a minute.

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
        assert_eq!((w.rows("bots").await, w.rows("pending_tokens").await), (0, 0));
        leaves_no_trace(&ann, &token).await;
        ann.says(&token).await;
        assert!(ann.last().contains("Found it"), "{}", ann.last());
    }

    async fn nobody_opens_what_somebody_else_pasted(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let boris = w.person(2002, "Boris", "en");
        let first = ann.makes_bot("First", "anns_first_bot");
        let second = ann.makes_bot("Second", "anns_second_bot");
        ann.says("/start").await;
        ann.says(&format!("{first} {second}")).await;
        let pending = w.texts("SELECT id FROM pending_tokens").await;
        boris.says("/start").await;
        boris.says(&format!("sealed-token:{}", pending[0])).await;
        assert!(boris.last().contains("thrown the sealed token away"), "{}", boris.last());
        assert_eq!(w.texts("SELECT username FROM bots").await, ["anns_first_bot"]);
    }
}
