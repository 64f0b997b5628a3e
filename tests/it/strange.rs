//! Whatever else comes: groups, channels, bots, wild names, long texts, unknown kinds of updates, floods.

use std::time::Duration;

use clawhatch::{
    domain::ids::{ChatId, TelegramId},
    sandbox::telegram::Forward,
};
use serde_json::{Value, json};

use crate::{
    looking::visible,
    on_both,
    world::{On, World},
};

const GROUP: ChatId = ChatId(-1_001_234_567_890);
const CHANNEL: ChatId = ChatId(-1_009_876_543_210);

fn message(id: i64, from: Value, chat: Value, text: &str) -> Value {
    json!({ "message": { "message_id": id, "date": 0, "from": from, "chat": chat, "text": text } })
}

on_both! {
    async fn in_a_group_we_say_once_a_day_that_we_are_private(w: World) {
        let ann = w.person(1001, "Ann", "en");
        w.telegram.add_group(GROUP, "Friends & <family>");
        w.telegram.adds_bot_to(ann.id, w.bot.id, GROUP);
        w.settle().await;
        for text in ["/start", "/start@clawhatch_bot", "/claws", "@clawhatch_bot hello", "/help@other_bot", "hello"] {
            w.telegram.says_in_group(ann.id, GROUP, text);
            w.settle().await;
        }
        let said = || w.telegram.group_chat(GROUP).into_iter().filter(|shown| shown.from_bot).map(|shown| shown.text).collect::<Vec<_>>();
        assert_eq!(said(), ["I only work in a private chat. Open my profile and write to me there."]);
        w.pass(Duration::from_secs(24 * 3600)).await;
        w.telegram.says_in_group(ann.id, GROUP, "/start");
        w.settle().await;
        assert_eq!(said().len(), 2, "again on another day");
        assert_eq!(ann.messages(), 0);
        assert_eq!(w.rows("persons").await, 0, "nobody is met in a group");
    }

    async fn a_command_for_another_bot_is_none_of_ours(w: World) {
        let group = json!({ "id": GROUP.0, "type": "supergroup", "title": "G" });
        let from = json!({ "id": 1001, "is_bot": false, "first_name": "Ann" });
        w.telegram.add_group(GROUP, "G");
        w.telegram.says_raw(w.bot.id, message(5, from, group, "/start@other_bot"));
        w.settle().await;
        assert_eq!(w.rows("outbox").await, 0);
    }

    async fn a_channel_is_left_alone(w: World) {
        let ann = w.person(1001, "Ann", "en");
        w.telegram.add_channel(CHANNEL, "News");
        w.telegram.adds_bot_to(ann.id, w.bot.id, CHANNEL);
        w.telegram.posts_in_channel(CHANNEL, "/start");
        w.telegram.posts_in_channel(CHANNEL, "123456789:AAfakefakefakefakefakefakefakefake1");
        w.settle().await;
        assert!(w.telegram.group_chat(CHANNEL).iter().all(|shown| !shown.from_bot));
        assert_eq!(w.places_of("AAfakefakefake").await, Vec::<String>::new());
    }

    async fn bots_strangers_and_unknown_kinds_do_no_harm(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.says("/start").await;
        let chat = json!({ "id": 1001, "type": "private", "first_name": "Ann" });
        let person = json!({ "id": 1001, "is_bot": false, "first_name": "Ann", "language_code": "en" });
        let bot = json!({ "id": 555, "is_bot": true, "first_name": "Robot" });
        let before = ann.chat();
        let odd = [
            message(100, bot.clone(), json!({ "id": 555, "type": "private" }), "/start"),
            message(101, bot, chat.clone(), "/hatch"),
            json!({ "message": { "message_id": 102, "date": 0, "from": person, "chat": chat, "sticker": { "file_id": "x" } } }),
            json!({ "message": { "message_id": 103 } }),
            json!({ "callback_query": { "id": "1", "from": { "id": "not a number" } } }),
            json!({ "something_of_tomorrow": { "from": person, "text": "/start" } }),
            json!({ "edited_message": { "message_id": 104, "date": 0, "from": person, "chat": chat, "text": "changed" } }),
            json!({ "message_reaction": null }),
            json!({}),
        ];
        for update in odd {
            w.telegram.says_raw(w.bot.id, update);
        }
        w.settle().await;
        assert_eq!(ann.chat(), before);
        assert_eq!(w.rows("inbox WHERE done_at IS NULL").await, 0, "all of it is acknowledged and done");
        assert_eq!(w.rows("persons").await, 1);
        assert_eq!(w.texts("SELECT chain FROM incidents").await, Vec::<String>::new());

        // A command somebody else wrote, passed on, is not obeyed.
        let boris = Forward::User { id: TelegramId(2002), first_name: "Boris".to_owned(), username: None, is_bot: false };
        w.telegram.forwards(ann.id, ann.bot(), boris, "/delete_my_data");
        w.settle().await;
        assert!(ann.last().starts_with("I set claws up"), "{}", ann.last());
    }

    async fn long_texts_fit_nowhere_and_break_nothing(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.hatches("anns_helper_bot").await;
        let long = "<b>&\u{1f980}".repeat(820);
        assert!(long.encode_utf16().count() <= 4940);
        let long: String = long.chars().take(4096).collect();
        ann.says(&long).await;
        assert!(ann.last().starts_with("I set claws up"), "{}", ann.last());
        ann.says(&format!("/start {long}")).await;
        ann.says(&format!("/{long}")).await;
        ann.says("/settings").await;
        ann.taps("Change time zone").await;
        ann.says(&long).await;
        assert!(ann.last().starts_with("I do not know that time zone."), "{}", ann.last());
        ann.says("/claws").await;
        ann.taps("Rename it").await;
        ann.says(&long).await;
        assert!(ann.last().starts_with("A name has 1 to 40 characters."), "{}", ann.last());
        ann.says("<b>Bob</b> & \u{202e}evil\u{202c} \u{5e9}\u{5dc}\u{5d5}\u{5dd}").await;
        insta::assert_snapshot!(visible(&ann.last()), @"
        It has a new name.

        (isolated <b>Bob</(joined)b> & evil שלום), @anns_helper_bot   ● awake

        Gemini 3 Flash, only you
        Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
        [ Open chat ]
        [ Change model ] [ Change people ]
        [ Rename it ] [ Pause it… ]
        [ Give it a new token ] [ Delete this claw… ]
        [ My claws ] [ Home ]
        ");
        ann.says("/claws").await;
        ann.taps("Change people").await;
        ann.taps("Add a person").await;
        ann.says(&long).await;
        assert!(ann.last().contains("I expected a numeric id"), "{}", ann.last());
        assert_eq!(w.refused_by_telegram(), Vec::<String>::new());
    }

    async fn wild_names_are_shown_tamed(w: World) {
        let zalgo = format!("Z{}algo", "\u{300}\u{301}\u{302}".repeat(60));
        let long = "\u{1f469}\u{200d}\u{1f680}".repeat(40);
        let names = ["<b>Ann</b> & </i> &lt;", "\u{202e}\u{5d0}\u{5d1}\u{5d2}\u{202c}", &zalgo, "\u{200f}", "{ $bot } { bold }", &long];
        for (id, name) in (3001..).zip(names) {
            let person = w.person(id, name, "en");
            person.says("/start").await;
            assert!(person.last().starts_with("Your own AI assistant"), "{name}: {}", person.last());
        }
        // Their bots are called so as well, and their names come up in lists of people and before the operator.
        let admin = w.admin().await;
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("<i>&\u{202e}Bot\u{202c}{ $x }", "anns_wild_bot");
        ann.prepares(&token).await;
        ann.taps("Back").await;
        for (id, name) in (3001..).zip(names) {
            ann.taps("Add a person").await;
            let them = Forward::User { id: TelegramId(id), first_name: name.to_owned(), username: None, is_bot: false };
            w.telegram.forwards(ann.id, ann.bot(), them, "hi");
            w.settle().await;
        }
        insta::assert_snapshot!(visible(&ann.last()), @"
        Step 4 of 5

        You and 6 people can talk to it:

        <b>Ann</(joined)b> & </(joined)i> &lt; 3001
        (isolated אבג) 3002
        Z̀́algo 3003
        ? 3004
        { $bot } { bold } 3005
        👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩… 3006
        [ Remove <b>Ann</(joined)b> & </(joined)i> &lt; ] [ Remove (isolated אבג) ]
        [ Remove Z̀́algo ] [ Remove ? ]
        [ Remove { $bot } { bold } ] [ Remove 👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍… ]
        [ Add a person ]
        [ Continue ]
        [ Back ] [ Cancel ]
        ");
        ann.taps("Continue").await;
        assert!(ann.last().contains("<i>&Bot{ $x }, @anns_wild_bot"), "{}", ann.last());
        ann.taps("Start 48").await;
        admin.says("/fleet").await;
        admin.says("/provision 3001 30").await;
        assert_eq!(w.refused_by_telegram(), Vec::<String>::new());
    }
}

async fn a_flood(on: On) {
    let w = World::with_burst(on, 5).await;
    let (ann, boris) = (w.person(1001, "Ann", "en"), w.person(2002, "Boris", "en"));
    for _ in 0..40 {
        w.telegram.says(ann.id, ann.bot(), "/start");
    }
    w.telegram.says(boris.id, boris.bot(), "/start");
    w.settle().await;
    assert_eq!(w.telegram.waiting_updates(w.bot.id).len(), 0, "all of it is acknowledged");
    let stored = w.rows("inbox WHERE lane = 'chat:1001'").await;
    assert!((5..20).contains(&stored), "{stored} of 40 are stored");
    assert_eq!(ann.count("That was faster than I can follow."), 1);
    assert!(boris.last().starts_with("Your own AI assistant"), "others are not touched");
    assert_eq!(boris.count("That was faster"), 0);
}

#[test]
fn a_flood_is_not_stored_and_told_once() {
    for on in [On::Sqlite, On::Postgres] {
        crate::world::run(a_flood(on));
    }
}
