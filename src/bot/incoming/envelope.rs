//! What the way in must know of an update before anybody understands it: which number it has, and whose turn it waits
//! for.

use serde_json::Value;

use super::fields::{self, Fields};
use crate::domain::time::Time;

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
    /// When a message was written; nothing for a button, whose message is older than the tap.
    pub sent: Option<Time>,
}

/// Reads the envelope; nothing when the bytes hold no update's number. One with a number and nothing else is still told,
/// so that whoever polls can get past it.
pub fn envelope(bytes: &[u8]) -> Option<Envelope> {
    let update: Value = serde_json::from_slice(bytes).ok()?;
    let number = update.number("update_id")?;
    let (kind, body) = fields::kind(&update).unwrap_or(("nothing", &Value::Null));
    let from = fields::from_id(body);
    // A button hangs on a message, and the message is in the chat.
    let chat = body.part("chat").or_else(|| body.part("message")?.part("chat"));
    Some(Envelope {
        update: number,
        kind: fields::short(kind),
        chat: chat.map_or(from, |chat| chat.number("id")),
        from,
        private: chat.map_or(from.is_some(), |chat| fields::is_private(chat, from)),
        sent: body.number("date").map(|seconds| Time(seconds.saturating_mul(1000))),
    })
}
