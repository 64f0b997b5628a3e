//! The bytes of an update as a value of our own.
//!
//! Total: whatever comes, something comes out, and a field we do not know never hides one we do. So updates are read
//! as plain JSON, field by field: the library's types make an empty message of a text with one new kind of entity,
//! and nothing at all of a new kind of update.

mod envelope;
mod fields;
mod message;
#[cfg(test)]
mod tests;

use serde_json::Value;

pub use envelope::{Envelope, envelope};

use crate::domain::{
    ids::{ChatId, MessageId, TelegramId},
    person::BotBrief,
};
use fields::{Fields, bot, sender};

/// An update, understood as far as it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Its number; 0 when even that could not be read.
    pub update: i64,
    pub what: What,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub id: TelegramId,
    /// Fit to be shown.
    pub name: String,
    /// Without the @.
    pub username: Option<String>,
    /// An IETF tag, as their app is set.
    pub language: Option<String>,
    pub is_bot: bool,
}

/// Whose message was forwarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Person {
        id: TelegramId,
        name: String,
    },
    /// A person who does not let forwards name them.
    Hidden,
    /// A bot, a group or a channel.
    NotAPerson,
}

/// What happened. All but `Elsewhere` and `Other` happened in a private chat, or in none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// `/name arguments`, written by the sender and meant for us.
    Command {
        from: Sender,
        message: MessageId,
        /// In lower case, without the slash and our @name.
        name: String,
        arguments: String,
    },
    /// A text, or the words under a photo or a file.
    Text { from: Sender, message: MessageId, text: String },
    /// A message of someone else, passed on. What it says is not what the sender says.
    Forward { from: Sender, message: MessageId, origin: Origin, text: Option<String> },
    /// People chosen with the picker.
    Shared { from: Sender, message: MessageId, users: Vec<(TelegramId, Option<String>)> },
    /// A card from the address book; without a number when its person is not on Telegram.
    Contact { from: Sender, message: MessageId, user: Option<TelegramId>, name: String },
    /// A button was pressed. It must be answered even when `data` is empty.
    Tap { from: Sender, callback: String, message: Option<MessageId>, data: String },
    /// A bot was made through us, or its token or owner changed.
    ManagedBot { creator: Sender, bot: BotBrief },
    /// The person blocked us, or lets us write again.
    Reach { from: Sender, reachable: bool },
    /// Someone is about to pay.
    Checkout { from: Sender, query: String },
    /// An earlier text was changed.
    Edited { from: Sender, message: MessageId, text: String },
    /// In a group or a channel, or in the name of one.
    Elsewhere { chat: ChatId, from: Option<Sender>, command: bool },
    /// A sticker, a voice message, a kind of update we never asked for.
    Other { kind: String, from: Option<Sender> },
    /// No update at all.
    Unreadable,
}

/// Reads an update. With `own_username` a command addressed to another bot is a plain text.
pub fn read(bytes: &[u8], own_username: Option<&str>) -> Incoming {
    let Ok(update) = serde_json::from_slice::<Value>(bytes) else {
        return Incoming { update: 0, what: What::Unreadable };
    };
    let what = match fields::kind(&update) {
        Some((kind, body)) => understand(kind, body, own_username)
            .unwrap_or_else(|| What::Other { kind: fields::short(kind), from: fields::anyone(body) }),
        None => What::Unreadable,
    };
    Incoming { update: update.number("update_id").unwrap_or_default(), what }
}

/// Nothing when a field the kind needs is missing.
fn understand(kind: &str, body: &Value, own_username: Option<&str>) -> Option<What> {
    match kind {
        "message" => message::written(body, own_username),
        "edited_message" => message::edited(body, own_username),
        "channel_post" | "edited_channel_post" => message::elsewhere(body, own_username),
        "callback_query" => Some(What::Tap {
            from: sender(body.part("from")?)?,
            callback: body.text("id")?.to_owned(),
            message: body.part("message").and_then(|message| message.number("message_id")).map(MessageId),
            data: body.text("data").unwrap_or_default().to_owned(),
        }),
        "managed_bot" => Some(What::ManagedBot { creator: sender(body.part("user")?)?, bot: bot(body.part("bot")?)? }),
        "my_chat_member" => {
            if !fields::is_private(body.part("chat")?, fields::from_id(body)) {
                return message::elsewhere(body, own_username);
            }
            let status = body.part("new_chat_member")?.text("status")?;
            Some(What::Reach { from: sender(body.part("from")?)?, reachable: !matches!(status, "kicked" | "left") })
        }
        "pre_checkout_query" => Some(What::Checkout { from: sender(body.part("from")?)?, query: body.text("id")?.to_owned() }),
        _ => None,
    }
}
