//! Sending, editing and deleting messages.

use serde_json::{Map, Value, json};

use super::{Asked, Outcome};
use crate::{
    domain::ids::{BotId, ChatId, MessageId, TelegramId},
    sandbox::telegram::{
        html,
        keyboard::{self, Markup},
        refused::Refused,
        rich::{Entity, Rich},
        state::{Author, Content, Room, State},
    },
};

const LONGEST_TEXT: usize = 4096;
const DELETABLE_MS: i64 = 48 * 60 * 60 * 1000;
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

pub(super) fn send(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let rich = text(asked)?;
    let markup = keyboard::parse(asked.args.structure("reply_markup")?.as_ref())?;
    let room = writable(state, asked)?;
    let more = reply(state, asked, room)?;
    keep_pace(state, room, asked.now)?;
    let inline = if let Markup::Inline(inline) = &markup { inline.clone() } else { None };
    let id = state.post(room, Author::Bot(asked.bot), Content { rich, more, inline }, asked.now);
    let chat = state.room(room);
    match markup {
        Markup::Absent | Markup::Inline(_) => {}
        Markup::Remove => chat.keyboard = None,
        Markup::Reply(keyboard) => {
            chat.keyboard = Some(keyboard);
            fix(chat.messages.get_mut(&id));
        }
        Markup::ForceReply => fix(chat.messages.get_mut(&id)),
    }
    shown(state, room, id)
}

pub(super) fn edit_text(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let rich = text(asked)?;
    edit(state, asked, Some(rich))
}

pub(super) fn edit_markup(state: &mut State, asked: &Asked<'_>) -> Outcome {
    edit(state, asked, None)
}

/// Both edits replace the inline keyboard: one that is not given is taken away.
fn edit(state: &mut State, asked: &Asked<'_>, rich: Option<Rich>) -> Outcome {
    let inline = match keyboard::parse(asked.args.structure("reply_markup")?.as_ref())? {
        Markup::Inline(inline) => inline,
        Markup::Absent => None,
        Markup::Reply(_) | Markup::Remove | Markup::ForceReply => return Err(Refused::bad("inline keyboard expected")),
    };
    let room = writable(state, asked)?;
    let id = message_id(asked)?;
    let message = state.message_mut(room, id).ok_or_else(|| Refused::bad("message to edit not found"))?;
    if message.from != Author::Bot(asked.bot) || message.fixed {
        return Err(Refused::bad("message can't be edited"));
    }
    let rich = rich.unwrap_or_else(|| message.content.rich.clone());
    if message.content.rich == rich && message.content.inline == inline {
        return Err(Refused::bad(
            "message is not modified: specified new message content and reply markup are exactly the same as a current \
             content and reply markup of the message",
        ));
    }
    message.content.rich = rich;
    message.content.inline = inline;
    message.edited_at.push(asked.now);
    shown(state, room, id)
}

pub(super) fn delete(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let room = chat(state, asked)?;
    let id = message_id(asked)?;
    let message = state.message_mut(room, id).ok_or_else(|| Refused::bad("message to delete not found"))?;
    let may = message.from == Author::Bot(asked.bot) || matches!(room, Room::Private(..));
    if !may || asked.now - message.sent_at >= DELETABLE_MS {
        return Err(Refused::bad("message can't be deleted"));
    }
    message.deleted_at = Some(asked.now);
    let brought_keyboard = message.fixed;
    if brought_keyboard {
        // Apps put a reply keyboard away together with the message that brought it.
        state.room(room).keyboard = None;
    }
    Ok(true.into())
}

pub(super) fn chat_action(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let action = asked.args.text("action").unwrap_or_default();
    if !ACTIONS.contains(&action.as_str()) {
        return Err(Refused::bad("wrong parameter action in request"));
    }
    writable(state, asked)?;
    Ok(true.into())
}

fn fix(message: Option<&mut crate::sandbox::telegram::state::Message>) {
    if let Some(message) = message {
        message.fixed = true;
    }
}

fn shown(state: &State, room: Room, id: MessageId) -> Outcome {
    Ok(state.message(room, id).map(|message| state.message_json(room, message)).unwrap_or_default())
}

fn message_id(asked: &Asked<'_>) -> Result<MessageId, Refused> {
    let id = asked.args.int("message_id").filter(|id| *id > 0);
    id.map(MessageId).ok_or_else(|| Refused::bad("message identifier is not specified"))
}

/// The text of the call, parsed and within its limits. Characters are counted, as the documents say.
fn text(asked: &Asked<'_>) -> Result<Rich, Refused> {
    let text = asked.args.text("text").unwrap_or_default();
    let mode = asked.args.text("parse_mode").unwrap_or_default().to_ascii_lowercase();
    let rich = match mode.as_str() {
        "html" => html::parse(&text).map_err(|why| Refused::bad(format!("can't parse entities: {why}")))?,
        "" | "none" => {
            let given = asked.args.structure("entities")?.unwrap_or_else(|| json!([]));
            let entities: Vec<Entity> = serde_json::from_value(given)
                .map_err(|_| Refused::bad("can't parse entities: entity must have type, offset and length"))?;
            Rich { text, entities }
        }
        _ => return Err(Refused::bad("unsupported parse_mode")),
    };
    let rich = rich.trimmed();
    match rich.text.chars().count() {
        0 => Err(Refused::bad("message text is empty")),
        1..=LONGEST_TEXT => Ok(rich),
        _ => Err(Refused::bad("message is too long")),
    }
}

/// The chat the call names, if this bot may know of it.
pub(super) fn chat(state: &State, asked: &Asked<'_>) -> Result<Room, Refused> {
    let id = asked.args.text("chat_id").filter(|id| !id.trim().is_empty());
    let id = id.ok_or_else(|| Refused::bad("chat_id is empty"))?;
    let id: i64 = id.trim().parse().map_err(|_| Refused::bad("chat not found"))?;
    if state.people.contains_key(&TelegramId(id)) {
        return Ok(Room::Private(TelegramId(id), asked.bot));
    }
    if state.bots.contains_key(&BotId(id)) {
        return Err(Refused::forbidden("bots can't send messages to bots"));
    }
    let group = state.groups.get(&ChatId(id)).ok_or_else(|| Refused::bad("chat not found"))?;
    if !group.bots.contains(&asked.bot) {
        let kind = if group.is_channel { "channel" } else { "supergroup" };
        return Err(Refused::forbidden(&format!("bot is not a member of the {kind} chat")));
    }
    Ok(Room::Shared(ChatId(id)))
}

/// The chat the call names, if this bot may write there.
fn writable(state: &State, asked: &Asked<'_>) -> Result<Room, Refused> {
    let room = chat(state, asked)?;
    let there = state.rooms.get(&room);
    match room {
        Room::Shared(_) => Ok(room),
        Room::Private(..) if there.is_some_and(|chat| chat.blocked) => Err(Refused::forbidden("bot was blocked by the user")),
        Room::Private(..) if there.is_some_and(|chat| chat.started) => Ok(room),
        Room::Private(..) => Err(Refused::forbidden("bot can't initiate conversation with a user")),
    }
}

/// The message this one replies to, as a field of it.
fn reply(state: &State, asked: &Asked<'_>, room: Room) -> Result<Map<String, Value>, Refused> {
    let parameters = asked.args.structure("reply_parameters")?;
    let told = parameters.as_ref().and_then(|given| given.get("message_id")).and_then(Value::as_i64);
    let Some(id) = told.or_else(|| asked.args.int("reply_to_message_id")) else { return Ok(Map::new()) };
    let anyway = parameters.as_ref().and_then(|given| given.get("allow_sending_without_reply")).and_then(Value::as_bool);
    match state.message(room, MessageId(id)) {
        Some(message) => Ok(Map::from_iter([("reply_to_message".to_owned(), state.message_json(room, message))])),
        None if anyway == Some(true) => Ok(Map::new()),
        None => Err(Refused::bad("message to be replied not found")),
    }
}

/// Counts a message against the chat's pace, or says how long to wait.
fn keep_pace(state: &mut State, room: Room, now: i64) -> Result<(), Refused> {
    let Some(pace) = state.pace else { return Ok(()) };
    let window = i64::try_from(pace.window.as_millis()).unwrap_or(i64::MAX);
    let chat = state.room(room);
    chat.sent.retain(|sent| now - sent < window);
    if chat.sent.len() >= pace.burst {
        let oldest = chat.sent.front().copied().unwrap_or(now);
        let seconds = u32::try_from((oldest + window - now + 999) / 1000).unwrap_or(1).max(1);
        state.hits.paced += 1;
        return Err(Refused::too_many(seconds));
    }
    chat.sent.push_back(now);
    Ok(())
}
