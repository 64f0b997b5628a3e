//! What a person sees, and what the Bot API was asked: read by tests and drawn by the sandbox page.

use std::fmt::Write;

use serde_json::Value;

use super::{
    Telegram,
    acts::TapAnswer,
    keyboard::{Kind, ReplyKeyboard, buttons},
    state::{Author, Message, Room, State},
};
use crate::domain::ids::{BotId, ChatId, MessageId, TelegramId};

/// A message as it stands in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub message_id: MessageId,
    /// Written by the bot; otherwise by the person (or by somebody in the group).
    pub from_bot: bool,
    /// The author's name.
    pub who: String,
    /// Without formatting.
    pub text: String,
    /// The same with tags, safe to put into a page.
    pub html: String,
    /// Rows of what is written on a button and what it does.
    pub buttons: Vec<Vec<(String, Kind)>>,
    pub sent_at: i64,
    /// When it was edited, oldest first.
    pub edited_at: Vec<i64>,
    /// Only set in `chat_with_deleted`.
    pub deleted_at: Option<i64>,
    /// Forwarded from, in words.
    pub forwarded_from: Option<String>,
}

/// A bubble or a window that answered a tap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub at: i64,
    pub bot: BotId,
    pub text: String,
    /// A window with an OK button rather than a passing bubble.
    pub alert: bool,
}

/// One call of the Bot API. Secrets are masked.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub at: i64,
    pub bot: Option<BotId>,
    /// As the caller spelt it.
    pub method: String,
    pub args: Value,
    pub status: u16,
    /// The answer's body; for getUpdates only how many updates it held.
    pub answer: Value,
    /// It was done, but the connection closed without an answer.
    pub lost: bool,
}

impl Telegram {
    /// The chat as the person sees it: deleted messages are gone.
    pub fn chat(&self, person: TelegramId, bot: BotId) -> Vec<Shown> {
        self.look(|state| state.shown(Room::Private(person, bot), false))
    }

    /// The chat with what was deleted from it.
    pub fn chat_with_deleted(&self, person: TelegramId, bot: BotId) -> Vec<Shown> {
        self.look(|state| state.shown(Room::Private(person, bot), true))
    }

    /// A group's or channel's messages.
    pub fn group_chat(&self, group: ChatId) -> Vec<Shown> {
        self.look(|state| state.shown(Room::Shared(group), false))
    }

    /// The last message the bot has in the chat.
    pub fn last_from_bot(&self, person: TelegramId, bot: BotId) -> Option<Shown> {
        self.chat(person, bot).into_iter().rfind(|shown| shown.from_bot)
    }

    /// The chat as text for snapshots: who and what, lines after the first indented, a line of `[ label ]` for each row of
    /// buttons, and at the end the reply keyboard if there is one.
    pub fn transcript(&self, person: TelegramId, bot: BotId) -> String {
        write_out(&self.chat(person, bot), self.reply_keyboard(person, bot))
    }

    /// The same with deleted messages, which are marked.
    pub fn transcript_with_deleted(&self, person: TelegramId, bot: BotId) -> String {
        write_out(&self.chat_with_deleted(person, bot), self.reply_keyboard(person, bot))
    }

    /// The keyboard the bot has put into this chat.
    pub fn reply_keyboard(&self, person: TelegramId, bot: BotId) -> Option<ReplyKeyboard> {
        self.look(|state| state.rooms.get(&Room::Private(person, bot))?.keyboard.clone())
    }

    /// Whether the person blocks the bot now.
    pub fn is_blocked(&self, person: TelegramId, bot: BotId) -> bool {
        self.look(|state| state.rooms.get(&Room::Private(person, bot)).is_some_and(|chat| chat.blocked))
    }

    /// Whether the person has pressed Start (or written anything) in this chat.
    pub fn is_started(&self, person: TelegramId, bot: BotId) -> bool {
        self.look(|state| state.rooms.get(&Room::Private(person, bot)).is_some_and(|chat| chat.started))
    }

    /// The bots this person has a chat with, in the order of their ids.
    pub fn chats_of(&self, person: TelegramId) -> Vec<BotId> {
        let of = |room: &Room| match room {
            Room::Private(whose, bot) if *whose == person => Some(*bot),
            Room::Private(..) | Room::Shared(_) => None,
        };
        self.look(|state| state.rooms.keys().filter_map(of).collect())
    }

    /// Every call of the Bot API so far, oldest first.
    pub fn journal(&self) -> Vec<Call> {
        self.look(|state| state.journal.clone())
    }

    /// The calls of one method so far.
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        self.look(|state| state.journal.iter().filter(|call| call.method.eq_ignore_ascii_case(method)).cloned().collect())
    }

    /// All bubbles and windows this person was shown, oldest first.
    pub fn toasts(&self, person: TelegramId) -> Vec<Toast> {
        self.look(|state| state.people.get(&person).map(|person| person.toasts.clone()).unwrap_or_default())
    }

    /// How the bot answered a tap, if it has.
    pub fn tap_answer(&self, query_id: &str) -> Option<TapAnswer> {
        self.look(|state| state.queries.get(query_id)?.answer.clone())
    }

    /// Updates that wait for the bot.
    pub fn waiting_updates(&self, bot: BotId) -> Vec<Value> {
        self.look(|state| match state.bots.get(&bot) {
            Some(bot) => bot.inbox.pending.iter().map(|pending| pending.body.clone()).collect(),
            None => Vec::new(),
        })
    }
}

impl State {
    fn shown(&self, room: Room, with_deleted: bool) -> Vec<Shown> {
        let Some(chat) = self.rooms.get(&room) else { return Vec::new() };
        let there = chat.messages.values().filter(|message| with_deleted || message.deleted_at.is_none());
        there.map(|message| self.show(room, message)).collect()
    }

    fn show(&self, room: Room, message: &Message) -> Shown {
        let who = match message.from {
            Author::Person(person) => self.people.get(&person).map(|person| person.first_name.clone()),
            Author::Bot(bot) => self.bots.get(&bot).map(|bot| bot.name.clone()),
            Author::Channel => self.chat_json(room)["title"].as_str().map(str::to_owned),
        };
        let origin = message.content.more.get("forward_origin");
        let of_origin = |path: &str| origin.and_then(|origin| origin.pointer(path)).and_then(Value::as_str).map(str::to_owned);
        let forwarded_from = ["/sender_user/first_name", "/sender_user_name", "/chat/title"].into_iter().find_map(of_origin);
        Shown {
            message_id: message.id,
            from_bot: matches!(message.from, Author::Bot(_)),
            who: who.unwrap_or_default(),
            text: message.content.shown_text(),
            html: message.content.rich.html(),
            buttons: buttons(message.content.inline.as_ref()),
            sent_at: message.sent_at,
            edited_at: message.edited_at.clone(),
            deleted_at: message.deleted_at,
            forwarded_from,
        }
    }
}

fn write_out(chat: &[Shown], keyboard: Option<ReplyKeyboard>) -> String {
    let mut out = String::new();
    let mut put = |line: std::fmt::Arguments<'_>| writeln!(out, "{line}").expect("writing to a string cannot fail");
    for shown in chat {
        let mark = if shown.deleted_at.is_some() { " (deleted)" } else { "" };
        let forwarded = shown.forwarded_from.as_ref().map_or_else(String::new, |from| format!(" (forwarded from {from})"));
        let mut lines = shown.text.lines();
        put(format_args!("{}{mark}{forwarded}: {}", shown.who, lines.next().unwrap_or_default()));
        for line in lines {
            put(format_args!("{}", format!("  {line}").trim_end()));
        }
        for row in &shown.buttons {
            let labels: Vec<String> = row.iter().map(|(label, _)| format!("[ {label} ]")).collect();
            put(format_args!("  {}", labels.join(" ")));
        }
    }
    for row in keyboard.iter().flat_map(|keyboard| &keyboard.rows) {
        let labels: Vec<String> = row.iter().map(|key| format!("( {} )", key.label)).collect();
        put(format_args!("keyboard: {}", labels.join(" ")));
    }
    out
}
