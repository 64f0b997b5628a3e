//! What the Bot API takes and refuses of a message, and the forms a call may have.

use clawhatch::{
    domain::ids::{BotId, MessageId},
    sandbox::telegram::{Kind, TapResult},
};
use serde_json::{Value, json};

use super::world::{ANN, HOUR_MS, World};

#[tokio::test]
async fn a_conversation_with_a_button() {
    let w = World::new();
    let said = w.telegram.says(ANN, w.bot.id, "/start abc");
    let updates = w.updates(0).await;
    insta::assert_json_snapshot!(updates[0]["message"], @r#"
    {
      "chat": {
        "first_name": "Ann",
        "id": 1001,
        "type": "private",
        "username": "ann"
      },
      "date": 1750000000,
      "entities": [
        {
          "length": 6,
          "offset": 0,
          "type": "bot_command"
        }
      ],
      "from": {
        "first_name": "Ann",
        "id": 1001,
        "is_bot": false,
        "language_code": "en",
        "username": "ann"
      },
      "message_id": 1,
      "text": "/start abc"
    }
    "#);
    let keyboard = json!({ "inline_keyboard": [[{ "text": "Hatch", "callback_data": "ha" }, { "text": "Site", "url": "https://a.example.com" }]] });
    let args = json!({ "chat_id": ANN, "text": "<b>Hello</b>\nAnn", "parse_mode": "HTML", "reply_markup": keyboard });
    let sent = MessageId(w.ok("sendMessage", args).await["message_id"].as_i64().unwrap());
    assert_eq!(w.telegram.taps(ANN, w.bot.id, sent, "Site"), TapResult::Opens("https://a.example.com".into()));
    assert_eq!(w.telegram.taps(ANN, w.bot.id, sent, "No such"), TapResult::Nothing);
    insta::assert_snapshot!(w.telegram.transcript(ANN, w.bot.id), @r"
    Ann: /start abc
    Hatchery: Hello
      Ann
      [ Hatch ] [ Site ]
    ");

    let tap = w.telegram.taps(ANN, w.bot.id, sent, (0, 0));
    let query = w.updates(updates[0]["update_id"].as_i64().unwrap() + 1).await[0]["callback_query"].clone();
    assert_eq!((query["data"].as_str(), query["id"].as_str()), (Some("ha"), tap.query_id()));
    w.ok("answerCallbackQuery", json!({ "callback_query_id": query["id"], "text": "Yes" })).await;
    assert_eq!(w.telegram.tap_answered(tap.query_id().unwrap()).await.text, "Yes");
    assert_eq!(w.telegram.toasts(ANN)[0].text, "Yes");
    let edit = json!({ "chat_id": ANN, "message_id": sent, "text": "Done" });
    w.ok("editMessageText", edit.clone()).await;
    assert!(w.refused("editMessageText", edit).await.starts_with("400 Bad Request: message is not modified: "));
    let shown = w.telegram.last_from_bot(ANN, w.bot.id).unwrap();
    assert_eq!((shown.text.as_str(), shown.buttons.len(), shown.edited_at.len()), ("Done", 0, 1));

    let old = w.telegram.taps_data(ANN, w.bot.id, said, "stale");
    w.pass(HOUR_MS);
    let late = w.refused("answerCallbackQuery", json!({ "callback_query_id": old.query_id() })).await;
    assert_eq!(late, "400 Bad Request: query is too old and response timeout expired or query ID is invalid");
}

#[tokio::test]
async fn texts_and_buttons_must_be_in_order() {
    let w = World::new();
    w.telegram.says(ANN, w.bot.id, "/start");
    let refused = async |args: Value| {
        let mut call = json!({ "chat_id": ANN, "text": "x", "parse_mode": "HTML" });
        call.as_object_mut().unwrap().extend(args.as_object().unwrap().clone());
        w.refused("sendMessage", call).await
    };
    let button = |button: Value| json!({ "reply_markup": { "inline_keyboard": [[button]] } });
    assert_eq!(refused(json!({ "text": " <b> </b> " })).await, "400 Bad Request: message text is empty");
    assert_eq!(refused(json!({ "text": "x".repeat(4097) })).await, "400 Bad Request: message is too long");
    w.ok("sendMessage", json!({ "chat_id": ANN, "parse_mode": "HTML", "text": format!("<b>{}</b>", "&lt;".repeat(4096)) })).await;
    let why = refused(json!({ "text": "a <b>" })).await;
    assert_eq!(why, "400 Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"");
    for data in [String::new(), "x".repeat(65)] {
        assert_eq!(refused(button(json!({ "text": "b", "callback_data": data }))).await, "400 Bad Request: BUTTON_DATA_INVALID");
    }
    w.ok("sendMessage", json!({ "chat_id": ANN, "text": "x", "reply_markup": { "inline_keyboard": [[{ "text": "b", "callback_data": "x".repeat(64) }, { "text": "c", "url": "tg://resolve?domain=a" }]] } })).await;
    for url in ["http://127.0.0.1:8080/x", "http://localhost/x", "https://10.0.0.1/", "http://[::1]/"] {
        let why = format!("400 Bad Request: inline keyboard button URL '{url}' is invalid: Wrong HTTP URL");
        assert_eq!(refused(button(json!({ "text": "b", "url": url }))).await, why);
    }
    let why = refused(button(json!({ "text": "b" }))).await;
    assert_eq!(why, "400 Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
    assert_eq!(w.refused("noSuchMethod", json!({})).await, "404 Not Found");
    assert_eq!(w.call_as("123456:AAno", "getMe", json!({})).await.0, 401);
    assert_eq!(w.call_as("nonsense", "getMe", json!({})).await.0, 404);
    assert_eq!(w.ok("GETME", json!({})).await["can_manage_bots"], json!(true));
}

#[tokio::test]
async fn who_can_be_written_to_and_what_can_be_deleted() {
    let w = World::new();
    let send = json!({ "chat_id": ANN, "text": "x" });
    assert_eq!(w.refused("sendMessage", send.clone()).await, "403 Forbidden: bot can't initiate conversation with a user");
    let nobody = json!({ "chat_id": 5, "text": "x" });
    assert_eq!(w.refused("sendMessage", nobody).await, "400 Bad Request: chat not found");
    let token = w.telegram.says(ANN, w.bot.id, "a secret");
    let mine = w.send("mine").await;
    let edit = json!({ "chat_id": ANN, "message_id": token, "text": "y" });
    assert_eq!(w.refused("editMessageText", edit).await, "400 Bad Request: message can't be edited");
    let gone = json!({ "chat_id": ANN, "message_id": 999, "text": "y" });
    assert_eq!(w.refused("editMessageText", gone.clone()).await, "400 Bad Request: message to edit not found");
    assert_eq!(w.refused("deleteMessage", gone).await, "400 Bad Request: message to delete not found");
    w.ok("deleteMessage", json!({ "chat_id": ANN, "message_id": token })).await;
    w.pass(48 * HOUR_MS);
    let late = json!({ "chat_id": ANN, "message_id": mine });
    assert_eq!(w.refused("deleteMessage", late).await, "400 Bad Request: message can't be deleted");
    assert_eq!(w.telegram.transcript(ANN, w.bot.id), "Hatchery: mine\n");
    assert_eq!(w.telegram.transcript_with_deleted(ANN, w.bot.id), "Ann (deleted): a secret\nHatchery: mine\n");

    w.telegram.blocks(ANN, w.bot.id);
    assert_eq!(w.refused("sendMessage", send.clone()).await, "403 Forbidden: bot was blocked by the user");
    w.telegram.says(ANN, w.bot.id, "/start");
    w.ok("sendMessage", send).await;
    let kinds: Vec<String> = w
        .updates(0)
        .await
        .iter()
        .map(|update| match update.get("my_chat_member") {
            Some(member) => member["new_chat_member"]["status"].as_str().unwrap().to_owned(),
            None => update["message"]["text"].as_str().unwrap().to_owned(),
        })
        .collect();
    assert_eq!(kinds, ["kicked", "member", "/start"], "the first message is older than a day");
}

#[tokio::test]
async fn a_call_may_come_as_form_multipart_or_query() {
    let w = World::new();
    w.telegram.says(ANN, w.bot.id, "/start");
    let url = format!("{}/bot{}/sendMessage", w.telegram.url(), w.bot.token);
    let form = "chat_id=1001&text=a+form&reply_markup=%7B%22inline_keyboard%22%3A%5B%5B%7B%22text%22%3A%22b%22%2C%22callback_data%22%3A%22c%22%7D%5D%5D%7D";
    let typed = |kind: &str, body: String| w.http.post(&url).header("content-type", kind).body(body).send();
    typed("application/x-www-form-urlencoded", form.into()).await.unwrap().error_for_status().unwrap();
    let part = |name: &str, value: &str| format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let parts = format!("{}{}--XX--\r\n", part("chat_id", "1001"), part("text", "two\r\nlines"));
    typed("multipart/form-data; boundary=XX", parts).await.unwrap().error_for_status().unwrap();
    w.http.get(format!("{url}?chat_id=1001&text=a%20query")).send().await.unwrap().error_for_status().unwrap();
    let chat = w.telegram.chat(ANN, w.bot.id);
    assert_eq!(chat[1].buttons, [[("b".to_owned(), Kind::Tap("c".into()))]]);
    assert_eq!(chat[2..].iter().map(|shown| shown.text.as_str()).collect::<Vec<_>>(), ["two\r\nlines", "a query"]);
    w.telegram.stop();
    assert_eq!(w.telegram.bot(BotId(1)), None);
}
