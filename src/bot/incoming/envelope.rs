//! What the way in must know of an update before anybody understands it: which number it has, and whose turn it waits
//! for.

use serde_json::Value;

use super::fields::{self, Fields, is_private};

/// An update from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub update: i64,
    pub kind: String,
    /// The chat whose updates are handled one after the other; for what happens in no chat, the person's own.
    pub chat: Option<i64>,
    /// The person who did it.
    pub from: Option<i64>,
    /// It happened in a private chat, or in no chat and so between one person and us.
    pub private: bool,
}

/// Reads the envelope; nothing when the bytes are no update.
pub fn envelope(bytes: &[u8]) -> Option<Envelope> {
    let update: Value = serde_json::from_slice(bytes).ok()?;
    let (kind, body) = fields::kind(&update)?;
    let from = body.get("from").or_else(|| body.get("user")).and_then(|user| user.number("id"));
    // A button hangs on a message, and the message is in the chat.
    let message = body.get("message").filter(|message| message.get("chat").is_some()).unwrap_or(body);
    let chat = message.get("chat");
    Some(Envelope {
        update: update.number("update_id")?,
        kind: fields::short(kind),
        chat: chat.map_or(from, |chat| chat.number("id")),
        from,
        private: match chat {
            Some(chat) => {
                is_private(message) || chat.number("id").is_some_and(|id| chat.text("type").is_none() && from == Some(id))
            }
            None => from.is_some(),
        },
    })
}
