//! All that the stand-in knows: people, bots, groups, chats, open questions, the journal.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value};

use super::{
    botfather::{self, Talk},
    bots::Bot,
    faults::{Faults, Hits, Pace},
    keyboard::ReplyKeyboard,
    reading::{Call, Toast},
    rich::Rich,
};
use crate::domain::ids::{BotId, ChatId, MessageId, TelegramId};

/// Stands for a message that could not be written. Telegram counts from 1.
pub(super) const NO_MESSAGE: MessageId = MessageId(0);

pub(super) struct Person {
    pub id: TelegramId,
    pub first_name: String,
    pub last_name: Option<String>,
    pub username: Option<String>,
    pub language_code: Option<String>,
    pub toasts: Vec<Toast>,
    pub talk: Talk,
}

/// A group or a channel.
pub(super) struct Group {
    pub title: String,
    pub is_channel: bool,
    pub bots: Vec<BotId>,
    pub last_message: i64,
}

/// Names a chat. A private one belongs to a person and a bot; the bot knows it by the person's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Room {
    Private(TelegramId, BotId),
    Shared(ChatId),
}

#[derive(Default)]
pub(super) struct Chat {
    pub messages: BTreeMap<MessageId, Message>,
    /// The person has written first: the bot may write.
    pub started: bool,
    pub blocked: bool,
    pub keyboard: Option<ReplyKeyboard>,
    /// When the bot wrote here lately, for the pace.
    pub sent: VecDeque<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    Person(TelegramId),
    Bot(BotId),
    Channel,
}

/// What a message holds besides its place and time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Content {
    pub rich: Rich,
    /// Fields of the Bot API's message that we only pass on: `forward_origin`, `users_shared`, `reply_to_message`.
    pub more: Map<String, Value>,
    /// The inline keyboard, as the Bot API spells it.
    pub inline: Option<Value>,
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub id: MessageId,
    pub from: Author,
    pub sent_at: i64,
    pub content: Content,
    /// It brought a reply keyboard: Telegram does not let such a message be edited.
    pub fixed: bool,
    pub edited_at: Vec<i64>,
    pub deleted_at: Option<i64>,
}

/// A question a person's app waits on: a tap, or the last check before a payment.
pub(super) struct Query {
    pub person: TelegramId,
    pub bot: BotId,
    pub asked_at: i64,
    pub payment: Option<Value>,
    pub answer: Option<super::acts::TapAnswer>,
}

pub(super) struct State {
    pub people: BTreeMap<TelegramId, Person>,
    pub bots: BTreeMap<BotId, Bot>,
    pub groups: BTreeMap<ChatId, Group>,
    pub rooms: BTreeMap<Room, Chat>,
    pub queries: BTreeMap<String, Query>,
    pub journal: Vec<Call>,
    pub faults: Faults,
    pub hits: Hits,
    pub pace: Option<Pace>,
    pub webhook_retry: std::time::Duration,
    next_query: u64,
}

impl State {
    pub fn new() -> State {
        let father = botfather::account();
        State {
            people: BTreeMap::new(),
            bots: BTreeMap::from([(father.id, father)]),
            groups: BTreeMap::new(),
            rooms: BTreeMap::new(),
            queries: BTreeMap::new(),
            journal: Vec::new(),
            faults: Faults::default(),
            hits: Hits::default(),
            pace: Some(Pace::default()),
            webhook_retry: std::time::Duration::from_secs(1),
            next_query: 4_000_000_000_000_000_000,
        }
    }

    pub fn room(&mut self, room: Room) -> &mut Chat {
        self.rooms.entry(room).or_default()
    }

    /// Whether both ends of a private chat exist.
    pub fn knows(&self, person: TelegramId, bot: BotId) -> bool {
        self.people.contains_key(&person) && self.bots.contains_key(&bot)
    }

    /// Puts a message into a chat under the next number. A bot counts its private chats' messages in one row, a group has
    /// a row of its own.
    pub fn post(&mut self, room: Room, from: Author, content: Content, now: i64) -> MessageId {
        let id = match room {
            Room::Private(_, bot) => self.bots.get_mut(&bot).map(|bot| &mut bot.last_message),
            Room::Shared(chat) => self.groups.get_mut(&chat).map(|group| &mut group.last_message),
        }
        .map_or(NO_MESSAGE, |last| {
            *last += 1;
            MessageId(*last)
        });
        let message = Message { id, from, sent_at: now, content, fixed: false, edited_at: Vec::new(), deleted_at: None };
        self.room(room).messages.insert(id, message);
        id
    }

    /// A message that is in the chat and not deleted.
    pub fn message(&self, room: Room, id: MessageId) -> Option<&Message> {
        self.rooms.get(&room)?.messages.get(&id).filter(|message| message.deleted_at.is_none())
    }

    pub fn message_mut(&mut self, room: Room, id: MessageId) -> Option<&mut Message> {
        self.rooms.get_mut(&room)?.messages.get_mut(&id).filter(|message| message.deleted_at.is_none())
    }

    /// Remembers a question and gives its id, which the bot answers it by.
    pub fn ask(&mut self, query: Query) -> String {
        self.next_query += 7;
        let id = self.next_query.to_string();
        self.queries.insert(id.clone(), query);
        id
    }
}
