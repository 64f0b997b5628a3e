//! Messages: what is sent, what each refusal means, and that the token never shows.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::server::{Reply, Server, TOKEN, no, ok};
use crate::{
    bot::api::{call::call, methods::GetMe},
    domain::{
        ids::{ChatId, ClawId, MessageId},
        locale::Locale,
        notice::Notice,
        tap::{Minute, Tap},
        time::Time,
    },
    drivers::telegram::{Messenger, Place, Reader, SendError},
    view::{Button, Keyboard, Screen},
};

const ANN: ChatId = ChatId(42);
const NEW: Place = Place::New;
const OLD: Place = Place::Edit(MessageId(7));

fn words(html: &str) -> Screen {
    Screen { html: html.into(), keyboard: Keyboard::None }
}

fn picker() -> Screen {
    let keyboard = Keyboard::PickPeople { pick: "Pick".into(), cancel: "Cancel".into() };
    Screen { html: "Who?".into(), keyboard }
}

async fn draw(place: Place, reply: Reply) -> Result<MessageId, SendError> {
    Server::with([reply]).await.api().draw(ANN, place, &words("<b>hi</b>")).await
}

#[tokio::test]
async fn a_notice_is_sent_as_html_without_previews() {
    let server = Server::with([ok(json!({"message_id": 9, "a_field_of_tomorrow": {}}))]).await;
    let reader = Reader { chat: ANN, locale: Locale::En, zone: None, now: Time(0) };
    assert_eq!(server.api().show(&reader, NEW, &Notice::TooFast).await, Ok(MessageId(9)));
    assert_eq!(server.path(0), format!("/bot{TOKEN}/sendMessage"));
    let body = server.body(0);
    assert_eq!((&body["chat_id"], &body["parse_mode"]), (&json!(42), &json!("HTML")));
    assert_eq!(body["link_preview_options"], json!({"is_disabled": true}));
    assert!(body["text"].is_string() && body.get("reply_markup").is_none());
}

#[tokio::test]
async fn an_edit_keeps_the_number_and_brings_the_buttons() {
    let server = Server::with([ok(json!({"message_id": 7}))]).await;
    let rows = vec![
        vec![Button::Tap { label: "Home".into(), tap: Tap::Home }],
        vec![Button::Url { label: "Out".into(), url: "https://t.me/x?a=b".into() }],
        vec![Button::Url { label: "Broken".into(), url: "nowhere".into() }],
    ];
    let screen = Screen { html: "hi".into(), keyboard: Keyboard::Buttons(rows) };
    assert_eq!(server.api().draw(ANN, OLD, &screen).await, Ok(MessageId(7)));
    let body = server.body(0);
    assert_eq!((server.methods(), &body["message_id"]), (vec!["editMessageText".to_owned()], &json!(7)));
    let expected = json!({"inline_keyboard": [
        [{"text": "Home", "callback_data": "ho~0000000000000042"}],
        [{"text": "Out", "url": "https://t.me/x?a=b"}],
    ]});
    assert_eq!(body["reply_markup"], expected);
}

#[tokio::test]
async fn the_longest_tap_fits_its_button() {
    let claw = ClawId(Uuid::max());
    let longest = Tap::ApplyModel { claw, index: u8::MAX, fingerprint: 99, drawn: Minute(0x1ff_ffff) };
    let server = Server::with([ok(json!({"message_id": 1}))]).await;
    let keyboard = Keyboard::Buttons(vec![vec![Button::Tap { label: "x".into(), tap: longest.clone() }]]);
    server.api().draw(ANN, NEW, &Screen { html: "hi".into(), keyboard }).await.expect("sent");
    let data = server.body(0)["reply_markup"]["inline_keyboard"][0][0]["callback_data"].as_str().expect("data").to_owned();
    assert!(data.len() <= 64 && data.len() == longest.spell().len() + 17, "{} bytes", data.len());
}

#[tokio::test]
async fn a_picker_of_people_is_a_new_message_and_replaces_the_old() {
    let server = Server::with([ok(json!({"message_id": 9})), ok(json!(true))]).await;
    assert_eq!(server.api().draw(ANN, OLD, &picker()).await, Ok(MessageId(9)));
    assert_eq!(server.methods(), ["sendMessage", "deleteMessage"]);
    assert_eq!(server.body(1)["message_id"], 7);
    let markup = &server.body(0)["reply_markup"];
    assert_eq!((&markup["one_time_keyboard"], &markup["resize_keyboard"]), (&json!(true), &json!(true)));
    let request = &markup["keyboard"][0][0]["request_users"];
    assert_eq!(
        (&request["request_id"], &request["user_is_bot"], &request["request_name"]),
        (&json!(1), &json!(false), &json!(true))
    );
    assert!(request["max_quantity"].is_null() || request["max_quantity"] == 1, "one is Telegram's default");
    assert_eq!(markup["keyboard"][1][0]["text"], "Cancel");
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_a_success() {
    let same = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a \
                current content and reply markup of the message";
    assert_eq!(draw(OLD, no(400, same)).await, Ok(MessageId(7)));
}

#[tokio::test]
async fn html_telegram_cannot_read_goes_out_plain_once() {
    let bad = || no(400, "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 4");
    for (place, method) in [(NEW, "sendMessage"), (OLD, "editMessageText")] {
        let server = Server::with([bad(), ok(json!({"message_id": 7}))]).await;
        assert_eq!(server.api().draw(ANN, place, &words("<x>A &amp; B</x>")).await, Ok(MessageId(7)));
        assert_eq!(server.methods(), [method, method]);
        assert_eq!((&server.body(1)["text"], server.body(1).get("parse_mode")), (&json!("A & B"), None));
    }
    let server = Server::with([bad(), bad()]).await;
    let twice = server.api().draw(ANN, NEW, &words("x")).await;
    assert!(matches!(twice, Err(SendError::Refused(_))), "{twice:?}");
    assert_eq!(server.methods().len(), 2);
}

#[tokio::test]
async fn each_refusal_means_one_thing() {
    let wait = |parameters| {
        Reply::Says(429, json!({"ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": parameters}))
    };
    let refused = |why: &str| SendError::Refused(format!("Bad Request: {why}"));
    for (reply, expected) in [
        (no(403, "Forbidden: bot was blocked by the user"), SendError::Blocked),
        (no(403, "Forbidden: bot can't initiate conversation with a user"), SendError::Blocked),
        (no(400, "Bad Request: chat not found"), SendError::Blocked),
        (no(400, "Bad Request: user is deactivated"), SendError::Blocked),
        (no(400, "Bad Request: message to edit not found"), SendError::TargetGone),
        (no(400, "Bad Request: message can't be edited"), SendError::TargetGone),
        (no(400, "Bad Request: MESSAGE_ID_INVALID"), SendError::TargetGone),
        (no(401, "Unauthorized"), SendError::LockedOut),
        (no(404, "Not Found"), SendError::LockedOut),
        (wait(json!({"retry_after": 31})), SendError::Wait(Duration::from_secs(31))),
        (wait(json!({})), SendError::Wait(Duration::from_secs(3))),
        (wait(json!({"retry_after": "of tomorrow"})), SendError::Wait(Duration::from_secs(3))),
        (Reply::Raw(429, "slow down"), SendError::Wait(Duration::from_secs(3))),
        (no(400, "Bad Request: message is too long"), refused("message is too long")),
        (no(400, "Bad Request: BUTTON_DATA_INVALID"), refused("BUTTON_DATA_INVALID")),
        (no(500, "Internal Server Error"), SendError::Failed("Telegram failed with 500".into())),
        (Reply::Raw(502, "<html>Bad Gateway</html>"), SendError::Failed("Telegram failed with 502".into())),
        (Reply::Raw(403, "a proxy's page"), SendError::Unclear("HTTP 403, and not in the words of the Bot API".into())),
        (Reply::Raw(200, ""), SendError::Unclear("HTTP 200, and not in the words of the Bot API".into())),
        (ok(json!({"id": 1})), SendError::Unclear("it was accepted, with an answer we cannot read".into())),
        (Reply::HangsUp, SendError::Unclear("the connection broke".into())),
    ] {
        assert_eq!(draw(OLD, reply).await, Err(expected));
    }
}

#[tokio::test]
async fn a_message_that_is_gone_counts_as_deleted() {
    for (reply, expected) in [
        (ok(json!(true)), Ok(())),
        (no(400, "Bad Request: message to delete not found"), Ok(())),
        (no(400, "Bad Request: message can't be deleted for everyone"), Err(SendError::TargetGone)),
        (no(403, "Forbidden: user is deactivated"), Err(SendError::Blocked)),
    ] {
        assert_eq!(Server::with([reply]).await.api().delete(ANN, MessageId(7)).await, expected);
    }
    let server = Server::with([]).await;
    assert_eq!(server.api().delete(ANN, MessageId(i64::MAX)).await, Err(SendError::TargetGone));
    assert!(server.methods().is_empty());
}

#[tokio::test]
async fn silence_after_a_request_is_unclear() {
    let server = Server::with([Reply::StaysSilent]).await;
    let patience = Duration::from_millis(50);
    let failure = call::<_, Value>(&server.api().bot, &GetMe {}, patience).await.expect_err("nothing came");
    assert_eq!(SendError::from(failure), SendError::Unclear("nothing for 50ms".into()));
    assert_eq!(server.methods(), ["getMe"]);
}

#[tokio::test]
async fn no_error_shows_the_token() {
    let secret = TOKEN.split_once(':').expect("two halves").1;
    let repeats = format!("Bad Request: cannot do /bot{TOKEN}/sendMessage ({secret})");
    let far = format!("{}{TOKEN}", "x".repeat(180));
    let mut errors = vec![draw(NEW, no(400, &repeats)).await, draw(NEW, no(400, &far)).await, draw(NEW, Reply::HangsUp).await];
    errors.push(draw(NEW, Reply::Raw(500, TOKEN)).await);
    let nobody = Server::nowhere();
    let unreached = nobody.api().draw(ANN, NEW, &words("hi")).await;
    assert_eq!(unreached, Err(SendError::Unreached("no connection to the Bot API".into())));
    errors.push(unreached);
    for error in errors {
        let error = error.expect_err("none of these is sent");
        let shown = format!("{error} {error:?} {:?}", nobody.api());
        assert!(!shown.contains(&secret[..6]), "{shown}");
    }
}
