//! Messages: what a person wrote, passed on, picked or changed.

use serde_json::Value;

use super::{
    Origin, What,
    fields::{Fields, anyone, from_id, is_private, name, sender, short},
};
use crate::domain::{
    ids::{ChatId, MessageId, TelegramId},
    person::tame_name,
};

/// The longest name a command has (Bot API, `BotCommand`).
const MOST_COMMAND: usize = 32;
/// What every message may have, whatever it is.
const COMMON: &[&str] = &[
    "business_connection_id",
    "caption_entities",
    "chat",
    "date",
    "edit_date",
    "effect_id",
    "entities",
    "from",
    "has_media_spoiler",
    "has_protected_content",
    "is_from_offline",
    "is_topic_message",
    "link_preview_options",
    "media_group_id",
    "message_id",
    "message_thread_id",
    "quote",
    "reply_markup",
    "reply_to_message",
    "sender_boost_count",
    "show_caption_above_media",
    "via_bot",
];
/// Kinds that come along with another field, and so are looked for first.
const TELLING: &[&str] = &["animation", "venue", "photo", "sticker", "voice", "video_note", "video", "audio", "document"];

/// A new message.
pub(super) fn written(body: &Value, own_username: Option<&str>) -> Option<What> {
    if !is_personal(body) {
        return elsewhere(body, own_username);
    }
    let from = sender(body.part("from")?)?;
    let message = MessageId(body.number("message_id")?);
    if let Some(origin) = body.part("forward_origin") {
        return Some(What::Forward { from, message, origin: origin_of(origin), text: words(body) });
    }
    if let Some(shared) = body.part("users_shared") {
        return Some(What::Shared { from, message, users: shared_users(shared) });
    }
    if let Some(contact) = body.part("contact") {
        let user = contact.number("user_id").map(TelegramId);
        return Some(What::Contact { from, message, user, name: name(contact).unwrap_or_else(|| tame_name("")) });
    }
    if let Some((name, arguments)) = body.text("text").and_then(|text| command(text, own_username)) {
        return Some(What::Command { from, message, name, arguments });
    }
    Some(match words(body) {
        Some(text) => What::Text { from, message, text },
        None => What::Other { kind: kind_of(body), from: Some(from) },
    })
}

/// A changed message.
pub(super) fn edited(body: &Value, own_username: Option<&str>) -> Option<What> {
    if !is_personal(body) {
        return elsewhere(body, own_username);
    }
    Some(What::Edited { from: sender(body.part("from")?)?, message: MessageId(body.number("message_id")?), text: words(body)? })
}

/// Anything in a group or a channel.
pub(super) fn elsewhere(body: &Value, own_username: Option<&str>) -> Option<What> {
    let chat = ChatId(body.part("chat")?.number("id")?);
    let command = body.text("text").is_some_and(|text| command(text, own_username).is_some());
    Some(What::Elsewhere { chat, from: anyone(body), command })
}

/// Whether a person wrote it, as themselves, in their own chat with us.
fn is_personal(body: &Value) -> bool {
    body.part("chat").is_some_and(|chat| is_private(chat, from_id(body))) && body.part("sender_chat").is_none()
}

/// The words of a message: its text, or its caption.
fn words(body: &Value) -> Option<String> {
    body.text("text").or_else(|| body.text("caption")).map(str::to_owned)
}

/// The command a text is: its name in lower case, and what follows.
fn command(text: &str, own_username: Option<&str>) -> Option<(String, String)> {
    let rest = text.strip_prefix('/')?;
    let (word, arguments) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (name, to) = match word.split_once('@') {
        Some((name, to)) => (name, Some(to)),
        None => (word, None),
    };
    let well_formed = (1..=MOST_COMMAND).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let ours = match (to, own_username) {
        (Some(to), Some(own)) => to.eq_ignore_ascii_case(own),
        (Some(_), None) | (None, _) => true,
    };
    (well_formed && ours).then(|| (name.to_ascii_lowercase(), arguments.trim().to_owned()))
}

fn origin_of(origin: &Value) -> Origin {
    match origin.text("type") {
        Some("hidden_user") => Origin::Hidden,
        Some("user") => match origin.part("sender_user").and_then(sender) {
            Some(user) if !user.is_bot => Origin::Person { id: user.id, name: user.name },
            Some(_) => Origin::NotAPerson,
            None => Origin::Hidden,
        },
        Some(_) | None => Origin::NotAPerson,
    }
}

/// The people picked. Their names come only if asked for, and in older servers not at all.
fn shared_users(shared: &Value) -> Vec<(TelegramId, Option<String>)> {
    let list = |field| shared.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let named = list("users").iter().filter_map(|user| Some((TelegramId(user.number("user_id")?), name(user))));
    let users: Vec<_> = named.collect();
    if users.is_empty() {
        return list("user_ids").iter().filter_map(Value::as_i64).map(|id| (TelegramId(id), None)).collect();
    }
    users
}

/// What a message without words is: the field that sets it apart.
fn kind_of(body: &Value) -> String {
    let telling = TELLING.iter().copied().find(|kind| body.part(kind).is_some());
    let special = || body.as_object()?.keys().map(String::as_str).find(|field| !COMMON.contains(field));
    short(telling.or_else(special).unwrap_or("message"))
}
