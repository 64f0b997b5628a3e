//! People and what they write: each act changes the chat and makes the update the real service would.

use serde_json::{Map, Value, json};

use super::{
    Telegram,
    botfather::{BOTFATHER, Talk},
    json::seconds,
    rich::Rich,
    state::{Author, Content, NO_MESSAGE, Person, Room, State},
    updates::Lane,
};
use crate::domain::ids::{BotId, MessageId, TelegramId};

impl Telegram {
    /// Adds a person, or changes one who is there.
    pub fn add_person(
        &self,
        id: TelegramId,
        first_name: &str,
        last_name: Option<&str>,
        username: Option<&str>,
        language_code: Option<&str>,
    ) {
        self.act(|state, _| {
            let before = state.people.remove(&id);
            let (toasts, talk) = before.map_or((Vec::new(), Talk::Idle), |person| (person.toasts, person.talk));
            let own = |text: Option<&str>| text.map(str::to_owned);
            let (last_name, username, language_code) = (own(last_name), own(username), own(language_code));
            let person = Person { id, first_name: first_name.to_owned(), last_name, username, language_code, toasts, talk };
            state.people.insert(id, person);
        });
    }

    /// Ids and first names of all people.
    pub fn people(&self) -> Vec<(TelegramId, String)> {
        self.look(|state| state.people.values().map(|person| (person.id, person.first_name.clone())).collect())
    }

    /// The person writes `text` to the bot. It starts the chat, and unblocks the bot as the app's Restart button does. Gives
    /// the message's number, or 0 when the person or the bot is unknown or there is no text.
    pub fn says(&self, person: TelegramId, bot: BotId, text: &str) -> MessageId {
        let text = text.trim();
        let said = self.act(|state, now| {
            if text.is_empty() || !state.knows(person, bot) {
                return None;
            }
            let content = Content { rich: Rich::typed(text), ..Content::default() };
            Some(state.receive(person, bot, content, now))
        });
        if said.is_some() {
            self.let_claw_answer(person, bot, text);
        }
        said.unwrap_or(NO_MESSAGE)
    }

    /// The person presses Start, or opens a link with a start payload.
    pub fn starts(&self, person: TelegramId, bot: BotId, payload: Option<&str>) -> MessageId {
        match payload {
            Some(payload) => self.says(person, bot, &format!("/start {payload}")),
            None => self.says(person, bot, "/start"),
        }
    }

    /// Puts an update as it is into the bot's queue: a kind this stand-in does not know, or a broken one. Without an
    /// `update_id` it gets the next one, which is given back.
    pub fn says_raw(&self, bot: BotId, update: Value) -> Option<i64> {
        let Value::Object(update) = update else { return None };
        let chat = |path: &str| update.values().find_map(|body| body.pointer(path)).and_then(Value::as_i64);
        let lane: Lane = ("message", chat("/chat/id").or_else(|| chat("/message/chat/id")).unwrap_or_default());
        self.act(|state, now| Some(state.bots.get_mut(&bot)?.inbox.push_raw(update, lane, now + 24 * 60 * 60 * 1000)))
    }

    /// The person changes a message of theirs. False when it is not theirs or not there.
    pub fn edits(&self, person: TelegramId, bot: BotId, message: MessageId, text: &str) -> bool {
        self.act(|state, now| {
            let room = Room::Private(person, bot);
            let Some(found) = state.message_mut(room, message).filter(|found| found.from == Author::Person(person)) else {
                return false;
            };
            found.content.rich = Rich::typed(text.trim());
            found.edited_at.push(now);
            let body = state.message(room, message).map(|message| state.message_json(room, message)).unwrap_or_default();
            state.deliver(person, bot, "edited_message", body, ("message", person.0), now);
            true
        })
    }

    /// The person deletes a message for both sides. Bots are not told.
    pub fn deletes(&self, person: TelegramId, bot: BotId, message: MessageId) -> bool {
        self.act(|state, now| match state.message_mut(Room::Private(person, bot), message) {
            Some(message) => {
                message.deleted_at = Some(now);
                true
            }
            None => false,
        })
    }

    /// The person blocks the bot: it may not write any more, and is told.
    pub fn blocks(&self, person: TelegramId, bot: BotId) {
        self.act(|state, now| {
            if state.knows(person, bot) && !state.room(Room::Private(person, bot)).blocked {
                state.set_blocked(person, bot, true, now);
            }
        });
    }

    /// The person unblocks the bot without writing to it.
    pub fn unblocks(&self, person: TelegramId, bot: BotId) {
        self.act(|state, now| {
            if state.knows(person, bot) && state.room(Room::Private(person, bot)).blocked {
                state.set_blocked(person, bot, false, now);
            }
        });
    }
}

impl State {
    /// A message of the person arrives in the private chat.
    pub fn receive(&mut self, person: TelegramId, bot: BotId, content: Content, now: i64) -> MessageId {
        let room = Room::Private(person, bot);
        if self.room(room).blocked {
            self.set_blocked(person, bot, false, now);
        }
        self.room(room).started = true;
        let text = content.rich.text.clone();
        let id = self.post(room, Author::Person(person), content, now);
        if bot == BOTFATHER {
            self.talk_to_botfather(person, &text, now);
            return id;
        }
        let body = self.message(room, id).map(|message| self.message_json(room, message)).unwrap_or_default();
        self.deliver(person, bot, "message", body, ("message", person.0), now);
        id
    }

    /// Queues an update that a person caused, unless the bot is closed to them or a claw has already read it.
    pub fn deliver(&mut self, person: TelegramId, bot: BotId, kind: &'static str, body: Value, lane: Lane, now: i64) {
        if let Some(bot) = self.bots.get_mut(&bot).filter(|bot| bot.admits(person) && bot.claw.is_none()) {
            bot.inbox.push(kind, body, lane, now);
        }
    }

    fn set_blocked(&mut self, person: TelegramId, bot: BotId, blocked: bool, now: i64) {
        let room = Room::Private(person, bot);
        self.room(room).blocked = blocked;
        let member = |status: &str| {
            let mut member = Map::new();
            member.insert("user".into(), self.bot_json(bot));
            member.insert("status".into(), json!(status));
            if status == "kicked" {
                member.insert("until_date".into(), json!(0));
            }
            Value::Object(member)
        };
        let (old, new) = if blocked { ("member", "kicked") } else { ("kicked", "member") };
        let body = json!({
            "chat": self.chat_json(room),
            "from": self.person_json(person),
            "date": seconds(now),
            "old_chat_member": member(old),
            "new_chat_member": member(new),
        });
        self.deliver(person, bot, "my_chat_member", body, ("my_chat_member", person.0), now);
    }
}
