//! People, bots, chats and messages as the Bot API spells them.

use serde_json::{Map, Value, json};

use super::state::{Author, Message, Person, Room, State};
use crate::domain::ids::{BotId, TelegramId};

/// Seconds, which is how the Bot API tells time.
pub(super) fn seconds(ms: i64) -> i64 {
    ms.div_euclid(1000)
}

fn put_some(map: &mut Map<String, Value>, name: &str, value: Option<&String>) {
    if let Some(value) = value {
        map.insert(name.into(), json!(value));
    }
}

fn names(person: &Person) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("id".into(), json!(person.id));
    map.insert("first_name".into(), json!(person.first_name));
    put_some(&mut map, "last_name", person.last_name.as_ref());
    put_some(&mut map, "username", person.username.as_ref());
    map
}

impl State {
    pub fn person_json(&self, id: TelegramId) -> Value {
        let Some(person) = self.people.get(&id) else {
            return json!({ "id": id, "is_bot": false, "first_name": "Deleted Account" });
        };
        let mut map = names(person);
        map.insert("is_bot".into(), json!(false));
        put_some(&mut map, "language_code", person.language_code.as_ref());
        Value::Object(map)
    }

    pub fn bot_json(&self, id: BotId) -> Value {
        match self.bots.get(&id) {
            Some(bot) => json!({ "id": bot.id, "is_bot": true, "first_name": bot.name, "username": bot.username }),
            None => json!({ "id": id, "is_bot": true, "first_name": "Deleted Account" }),
        }
    }

    pub fn chat_json(&self, room: Room) -> Value {
        match room {
            Room::Private(person, _) => {
                let mut map = self.people.get(&person).map(names).unwrap_or_default();
                map.insert("id".into(), json!(person));
                map.insert("type".into(), json!("private"));
                Value::Object(map)
            }
            Room::Shared(chat) => {
                let group = self.groups.get(&chat);
                let title = group.map(|group| group.title.as_str()).unwrap_or_default();
                let kind = if group.is_some_and(|group| group.is_channel) { "channel" } else { "supergroup" };
                json!({ "id": chat, "type": kind, "title": title })
            }
        }
    }

    pub fn message_json(&self, room: Room, message: &Message) -> Value {
        let mut map = message.content.more.clone();
        map.insert("message_id".into(), json!(message.id));
        map.insert("date".into(), json!(seconds(message.sent_at)));
        map.insert("chat".into(), self.chat_json(room));
        match message.from {
            Author::Person(person) => map.insert("from".into(), self.person_json(person)),
            Author::Bot(bot) => map.insert("from".into(), self.bot_json(bot)),
            Author::Channel => map.insert("sender_chat".into(), self.chat_json(room)),
        };
        if let Some(at) = message.edited_at.last() {
            map.insert("edit_date".into(), json!(seconds(*at)));
        }
        let rich = &message.content.rich;
        if !rich.text.is_empty() {
            map.insert("text".into(), json!(rich.text));
        }
        if !rich.entities.is_empty() {
            map.insert("entities".into(), rich.entities_json());
        }
        if let Some(inline) = &message.content.inline {
            map.insert("reply_markup".into(), inline.clone());
        }
        Value::Object(map)
    }
}
