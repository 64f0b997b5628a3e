//! Fields of an update's JSON, each there or not.

use serde_json::Value;

use super::Sender;
use crate::{
    bot::api::ALLOWED_UPDATES,
    domain::{
        ids::{BotId, TelegramId},
        person::{BotBrief, tame_name},
    },
};

/// The longest name of a kind that is kept, in characters.
const MOST_KIND: usize = 40;

/// Reading one field.
pub(super) trait Fields {
    /// Whatever it is, unless it is null.
    fn part(&self, field: &str) -> Option<&Value>;
    /// A text.
    fn text(&self, field: &str) -> Option<&str>;
    /// A whole number.
    fn number(&self, field: &str) -> Option<i64>;
}

impl Fields for Value {
    fn part(&self, field: &str) -> Option<&Value> {
        self.get(field).filter(|value| !value.is_null())
    }

    fn text(&self, field: &str) -> Option<&str> {
        self.get(field)?.as_str()
    }

    fn number(&self, field: &str) -> Option<i64> {
        self.get(field)?.as_i64()
    }
}

/// What kind of update it is, and what it says. An update has one kind; should it ever have more, the one we know.
pub(super) fn kind(update: &Value) -> Option<(&str, &Value)> {
    let known = ALLOWED_UPDATES.into_iter().find_map(|kind| Some((kind, update.part(kind)?)));
    update.number("update_id")?;
    known.or_else(|| {
        let fields = update.as_object()?.iter();
        fields.map(|(kind, body)| (kind.as_str(), body)).find(|(kind, _)| *kind != "update_id")
    })
}

/// A kind's name at a length fit for a label.
pub(super) fn short(kind: &str) -> String {
    kind.chars().filter(|c| !c.is_control()).take(MOST_KIND).collect()
}

/// Whether `chat` is a person's own chat with us. One without a type is, if it has the number of `from`.
pub(super) fn is_private(chat: &Value, from: Option<i64>) -> bool {
    match chat.text("type") {
        Some(kind) => kind == "private",
        None => from.is_some() && chat.number("id") == from,
    }
}

/// The number of whoever an update of any kind is of.
pub(super) fn from_id(body: &Value) -> Option<i64> {
    body.part("from").or_else(|| body.part("user"))?.number("id")
}

/// A user.
pub(super) fn sender(user: &Value) -> Option<Sender> {
    Some(Sender {
        id: TelegramId(user.number("id")?),
        name: name(user).unwrap_or_else(|| tame_name("")),
        username: user.text("username").map(str::to_owned),
        language: user.text("language_code").map(str::to_owned),
        is_bot: user.get("is_bot").and_then(Value::as_bool).unwrap_or(false),
    })
}

/// Whoever an update of any kind is of.
pub(super) fn anyone(body: &Value) -> Option<Sender> {
    body.part("from").or_else(|| body.part("user")).and_then(sender)
}

/// A bot; without a username it cannot be spoken of, and every bot has one.
pub(super) fn bot(user: &Value) -> Option<BotBrief> {
    let username = user.text("username")?.to_owned();
    Some(BotBrief { id: BotId(user.number("id")?), name: name(user).unwrap_or_else(|| username.clone()), username })
}

/// First and last name, fit to be shown; nothing when neither is told.
pub(super) fn name(user: &Value) -> Option<String> {
    let parts: Vec<&str> = ["first_name", "last_name"].into_iter().filter_map(|part| user.text(part)).collect();
    (!parts.is_empty()).then(|| tame_name(&parts.join(" ")))
}
