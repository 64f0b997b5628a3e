//! Updates of every kind, and what is made of them.

use proptest::{collection, prelude::*};
use serde_json::{Value, json};

use super::{Envelope, Incoming, Origin, Sender, What, envelope, read};
use crate::domain::{
    ids::{BotId, ChatId, MessageId, TelegramId},
    person::BotBrief,
};

const OURS: Option<&str> = Some("hatch_bot");

fn ann() -> Sender {
    Sender {
        id: TelegramId(42),
        name: "Ann Lee".into(),
        username: Some("ann".into()),
        language: Some("es".into()),
        is_bot: false,
    }
}

fn ann_json() -> Value {
    json!({"id": 42, "is_bot": false, "first_name": "Ann", "last_name": "Lee", "username": "ann", "language_code": "es"})
}

/// A message of Ann's in her private chat, with `more` in it.
fn message(more: Value) -> Value {
    let mut body = json!({
        "message_id": 7, "date": 1_780_000_000, "from": ann_json(),
        "chat": {"id": 42, "type": "private", "first_name": "Ann", "username": "ann"},
    });
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    body
}

fn what(kind: &str, body: Value) -> What {
    let update = json!({"update_id": 900, kind: body});
    let Incoming { update, what } = read(update.to_string().as_bytes(), OURS);
    assert_eq!(update, 900);
    what
}

fn written(more: Value) -> What {
    what("message", message(more))
}

fn text(text: &str) -> What {
    What::Text { from: ann(), message: MessageId(7), text: text.into() }
}

fn other(kind: &str) -> What {
    What::Other { kind: kind.into(), from: Some(ann()) }
}

#[test]
fn commands_are_told_from_texts() {
    let command =
        |name: &str, rest: &str| What::Command { from: ann(), message: MessageId(7), name: name.into(), arguments: rest.into() };
    for (said, expected) in [
        ("/start", command("start", "")),
        ("/START spring_26", command("start", "spring_26")),
        ("/start@Hatch_Bot  a  b ", command("start", "a  b")),
        ("/grant\n4242 30", command("grant", "4242 30")),
        ("/start@other_bot", text("/start@other_bot")),
        ("/", text("/")),
        ("/@hatch_bot", text("/@hatch_bot")),
        ("/a-b", text("/a-b")),
        ("/старт", text("/старт")),
        (" /start", text(" /start")),
        ("hello /start", text("hello /start")),
    ] {
        assert_eq!(written(json!({"text": said})), expected, "{said}");
    }
    let long = format!("/{}", "x".repeat(33));
    assert_eq!(written(json!({"text": long})), text(&long));
    let addressed = json!({"update_id": 1, "message": message(json!({"text": "/help@any_bot"}))});
    assert_eq!(read(addressed.to_string().as_bytes(), None).what, command("help", ""));
}

#[test]
fn words_are_texts_wherever_they_stand() {
    let huge = "é🐙".repeat(50_000);
    let rtl = "\u{202e}שלום‏ 123:abc";
    for (more, expected) in [
        (json!({"text": "hi"}), text("hi")),
        (json!({"photo": [{"file_id": "a"}], "caption": "look"}), text("look")),
        (json!({"document": {"file_id": "a"}, "caption": "/start"}), text("/start")),
        (json!({"text": huge}), text(&huge)),
        (json!({"text": rtl}), text(rtl)),
        // New kinds of things beside a text do not hide it.
        (
            json!({"text": "at noon", "entities": [{"type": "date_time", "offset": 0, "length": 2, "unix_time": 1}]}),
            text("at noon"),
        ),
        (json!({"text": "x", "entities": "not even a list", "a_field_of_tomorrow": {"a": [1]}}), text("x")),
        (json!({"text": "reply", "reply_to_message": message(json!({"text": "/start"}))}), text("reply")),
        (json!({"text": "x", "sender_chat": null, "forward_origin": null}), text("x")),
    ] {
        assert_eq!(written(more), expected);
    }
}

#[test]
fn what_has_no_words_keeps_its_kind() {
    for (more, kind) in [
        (json!({"sticker": {"file_id": "a"}}), "sticker"),
        (json!({"animation": {}, "document": {}}), "animation"),
        (json!({"photo": []}), "photo"),
        (json!({"location": {}, "venue": {}}), "venue"),
        (json!({"successful_payment": {"currency": "XTR"}}), "successful_payment"),
        (json!({"managed_bot_created": {"bot": {"id": 1}}}), "managed_bot_created"),
        (json!({"a_service_of_tomorrow": {"x": 1}}), "a_service_of_tomorrow"),
        (json!({}), "message"),
        (json!({"text": 5}), "text"),
    ] {
        assert_eq!(written(more), other(kind));
    }
    let poll = json!({"user": ann_json(), "poll_id": "1"});
    assert_eq!(what("poll_answer", poll), other("poll_answer"));
    assert_eq!(what("a_kind_of_tomorrow", json!([1])), What::Other { kind: "a_kind_of_tomorrow".into(), from: None });
    assert_eq!(what("subscription", json!({"user": ann_json(), "state": "canceled"})), other("subscription"));
    assert_eq!(what("message", json!({"message_id": "x"})), What::Other { kind: "message".into(), from: None });
}

#[test]
fn a_forward_is_nobodys_own_words() {
    let forward = |origin: Value, said: &str| written(json!({"forward_origin": origin, "text": said}));
    let expected = |origin, said: &str| What::Forward { from: ann(), message: MessageId(7), origin, text: Some(said.into()) };
    let bob = json!({"type": "user", "date": 1, "sender_user": {"id": 43, "is_bot": false, "first_name": "Bob"}});
    assert_eq!(forward(bob, "/start"), expected(Origin::Person { id: TelegramId(43), name: "Bob".into() }, "/start"));
    let bot = json!({"type": "user", "sender_user": {"id": 44, "is_bot": true, "first_name": "B", "username": "b_bot"}});
    for (origin, read) in [
        (bot, Origin::NotAPerson),
        (json!({"type": "hidden_user", "sender_user_name": "Eve"}), Origin::Hidden),
        (json!({"type": "user"}), Origin::Hidden),
        (json!({"type": "channel", "chat": {"id": -1001}, "message_id": 3}), Origin::NotAPerson),
        (json!({"type": "chat", "sender_chat": {"id": -5}}), Origin::NotAPerson),
        (json!({"type": "of_tomorrow"}), Origin::NotAPerson),
        (json!(7), Origin::NotAPerson),
    ] {
        assert_eq!(forward(origin, "hi"), expected(read, "hi"));
    }
    let sticker = written(json!({"forward_origin": {"type": "hidden_user"}, "sticker": {}}));
    assert_eq!(sticker, What::Forward { from: ann(), message: MessageId(7), origin: Origin::Hidden, text: None });
}

#[test]
fn people_are_shared() {
    let shared = |users| What::Shared { from: ann(), message: MessageId(7), users };
    let users = json!({"request_id": 1, "users": [{"user_id": 43, "first_name": "Bob"}, {"user_id": 44}, {"first_name": "?"}]});
    let read = vec![(TelegramId(43), Some("Bob".into())), (TelegramId(44), None)];
    assert_eq!(written(json!({"users_shared": users})), shared(read));
    let old = json!({"request_id": 1, "user_ids": [45]});
    assert_eq!(written(json!({"users_shared": old})), shared(vec![(TelegramId(45), None)]));
    assert_eq!(written(json!({"users_shared": 3})), shared(vec![]));

    let contact = |user, name: &str| What::Contact { from: ann(), message: MessageId(7), user, name: name.into() };
    let bob = json!({"phone_number": "+1", "first_name": "\u{202e}Bob\u{202c}", "last_name": "Ray", "user_id": 43});
    assert_eq!(written(json!({"contact": bob})), contact(Some(TelegramId(43)), "Bob Ray"));
    assert_eq!(written(json!({"contact": {"phone_number": "+1"}})), contact(None, "?"));
}

#[test]
fn taps_always_come_with_what_answers_them() {
    let tap = |message: Option<i64>, data: &str| What::Tap {
        from: ann(),
        callback: "991".into(),
        message: message.map(MessageId),
        data: data.into(),
    };
    let chat = json!({"id": 42, "type": "private"});
    for (message, data, expected) in [
        (json!({"message_id": 7, "date": 5, "chat": chat, "text": "old"}), json!("ho~tag"), tap(Some(7), "ho~tag")),
        (json!({"message_id": 7, "date": 0, "chat": chat}), json!("ho~tag"), tap(Some(7), "ho~tag")),
        (json!(null), json!("ho"), tap(None, "ho")),
        (json!({}), json!(null), tap(None, "")),
    ] {
        let body = json!({"id": "991", "from": ann_json(), "message": message, "chat_instance": "1", "data": data});
        assert_eq!(what("callback_query", body), expected);
    }
}

#[test]
fn what_happens_outside_of_messages() {
    let bot = json!({"id": 555, "is_bot": true, "first_name": "Ann's claw", "username": "ann_claw_bot"});
    let brief = BotBrief { id: BotId(555), username: "ann_claw_bot".into(), name: "Ann's claw".into() };
    assert_eq!(what("managed_bot", json!({"user": ann_json(), "bot": bot})), What::ManagedBot { creator: ann(), bot: brief });
    assert_eq!(what("managed_bot", json!({"user": ann_json(), "bot": {"id": 1}})), other("managed_bot"));

    let member = |chat: Value, status: &str| {
        let old = json!({"status": "member"});
        what(
            "my_chat_member",
            json!({"chat": chat, "from": ann_json(), "date": 1, "old_chat_member": old, "new_chat_member": {"status": status}}),
        )
    };
    let own = json!({"id": 42, "type": "private"});
    assert_eq!(member(own.clone(), "kicked"), What::Reach { from: ann(), reachable: false });
    assert_eq!(member(own.clone(), "member"), What::Reach { from: ann(), reachable: true });
    assert_eq!(member(own, "of_tomorrow"), What::Reach { from: ann(), reachable: true });
    let group = member(json!({"id": -100, "type": "group"}), "member");
    assert_eq!(group, What::Elsewhere { chat: ChatId(-100), from: Some(ann()), command: false });

    let checkout = json!({"id": "77", "from": ann_json(), "currency": "XTR", "total_amount": 5, "invoice_payload": "p"});
    assert_eq!(what("pre_checkout_query", checkout), What::Checkout { from: ann(), query: "77".into() });
}

#[test]
fn a_changed_text_is_told() {
    let edited = |said: &str| What::Edited { from: ann(), message: MessageId(7), text: said.into() };
    assert_eq!(what("edited_message", message(json!({"text": "b", "edit_date": 9}))), edited("b"));
    assert_eq!(what("edited_message", message(json!({"photo": [], "caption": "/start"}))), edited("/start"));
    assert_eq!(what("edited_message", message(json!({"location": {}}))), other("edited_message"));
}

#[test]
fn groups_and_channels_are_elsewhere() {
    let elsewhere = |from, command| What::Elsewhere { chat: ChatId(-100), from, command };
    let group = json!({"id": -100, "type": "supergroup", "title": "G"});
    assert_eq!(written(json!({"chat": group, "text": "/start"})), elsewhere(Some(ann()), true));
    assert_eq!(written(json!({"chat": group, "text": "/start@other_bot"})), elsewhere(Some(ann()), false));
    assert_eq!(written(json!({"chat": group, "text": "hi"})), elsewhere(Some(ann()), false));
    assert_eq!(written(json!({"chat": {"id": -100, "type": "of_tomorrow"}, "text": "hi"})), elsewhere(Some(ann()), false));
    let channel = json!({"message_id": 1, "chat": {"id": -100, "type": "channel"}, "sender_chat": {"id": -100}, "text": "post"});
    assert_eq!(what("channel_post", channel), elsewhere(None, false));
    let anonymous = written(json!({"sender_chat": {"id": -100}, "text": "hi"}));
    assert_eq!(anonymous, What::Elsewhere { chat: ChatId(42), from: Some(ann()), command: false });
}

#[test]
fn what_is_no_update_is_unreadable() {
    let deep = format!("{{\"update_id\":1,\"message\":{}{}}}", "[".repeat(500), "]".repeat(500));
    for bytes in [
        &b""[..],
        b"null",
        b"[]",
        b"{}",
        b"{\"update_id\":3}",
        b"{\"update_id\":\"3\",\"message\":{}}",
        b"\xff\xfe",
        deep.as_bytes(),
    ] {
        assert_eq!(read(bytes, OURS).what, What::Unreadable, "{}", String::from_utf8_lossy(bytes));
    }
    for bytes in [&b""[..], b"null", b"[]", b"{}", b"{\"update_id\":\"3\",\"message\":{}}", b"\xff\xfe", deep.as_bytes()] {
        assert_eq!(envelope(bytes), None);
    }
    let bare = Envelope { update: 3, kind: "nothing".into(), chat: None, from: None, private: false, sent: None };
    assert_eq!(envelope(b"{\"update_id\":3}"), Some(bare));
    assert_eq!(read(b"{\"update_id\":3}", OURS).update, 3);
}

#[test]
fn envelopes_say_whose_turn_it_is() {
    let group = json!({"id": -100, "type": "group"});
    let stale = json!({"message_id": 7, "date": 0, "chat": {"id": 42}});
    for (kind, body, chat, from, private) in [
        ("message", message(json!({"text": "x"})), Some(42), Some(42), true),
        ("message", message(json!({"chat": group})), Some(-100), Some(42), false),
        ("edited_message", message(json!({"text": "x"})), Some(42), Some(42), true),
        ("channel_post", json!({"chat": {"id": -100, "type": "channel"}}), Some(-100), None, false),
        ("callback_query", json!({"id": "1", "from": ann_json(), "message": message(json!({}))}), Some(42), Some(42), true),
        ("callback_query", json!({"id": "1", "from": ann_json(), "message": stale}), Some(42), Some(42), true),
        ("callback_query", json!({"id": "1", "from": ann_json(), "message": {"chat": group}}), Some(-100), Some(42), false),
        ("callback_query", json!({"id": "1", "from": ann_json(), "inline_message_id": "z"}), Some(42), Some(42), true),
        ("managed_bot", json!({"user": ann_json(), "bot": {"id": 1}}), Some(42), Some(42), true),
        ("my_chat_member", json!({"chat": group, "from": ann_json()}), Some(-100), Some(42), false),
        ("pre_checkout_query", json!({"id": "1", "from": ann_json()}), Some(42), Some(42), true),
        ("subscription", json!({"user": ann_json()}), Some(42), Some(42), true),
        ("of_tomorrow", json!(5), None, None, false),
    ] {
        let bytes = json!({"update_id": 5, kind: body}).to_string();
        let sent = body_date(&bytes);
        let expected = Envelope { update: 5, kind: kind.into(), chat, from, private, sent };
        assert_eq!(envelope(bytes.as_bytes()), Some(expected), "{bytes}");
    }
}

/// When the message of an update says that it was written.
fn body_date(update: &str) -> Option<crate::domain::time::Time> {
    let update: Value = serde_json::from_str(update).expect("JSON");
    let body =
        update.as_object().and_then(|fields| fields.iter().find(|(name, _)| *name != "update_id")).map(|(_, body)| body)?;
    body["date"].as_i64().map(|seconds| crate::domain::time::Time(seconds * 1000))
}

/// JSON of any shape, often with the names we look for.
fn any_json() -> impl Strategy<Value = Value> {
    let names = "update_id|message|edited_message|callback_query|managed_bot|my_chat_member|pre_checkout_query|channel_post|from|user\
                 |bot|chat|id|type|text|caption|message_id|forward_origin|users_shared|users|contact|data|new_chat_member|status|x";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "private|group|user|/start|/a@b c".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 80, 8, move |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::btree_map(names, inner, 0..8).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_survived(mut update in any_json(), number in any::<i64>()) {
        if let Value::Object(fields) = &mut update {
            fields.insert("update_id".into(), number.into());
        }
        let bytes = update.to_string().into_bytes();
        let incoming = read(&bytes, OURS);
        match envelope(&bytes) {
            Some(seen) => {
                prop_assert_eq!(seen.update, incoming.update);
                prop_assert_eq!(incoming.what == What::Unreadable, seen.kind == "nothing", "the kind is kept");
            }
            None => prop_assert_eq!(incoming.what, What::Unreadable),
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in collection::vec(any::<u8>(), 0..200)) {
        read(&bytes, OURS);
        envelope(&bytes);
    }

    #[test]
    fn a_message_with_anything_in_it_is_survived(more in any_json()) {
        let what = written(more);
        prop_assert_ne!(what, What::Unreadable);
    }
}
