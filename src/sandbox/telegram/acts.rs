//! What people do besides writing: they tap buttons, press keys, share people, forward, pay.

use serde_json::{Map, Value, json};

use super::{
    Telegram,
    json::seconds,
    keyboard::{Kind, buttons},
    rich::Rich,
    state::{Author, Content, NO_MESSAGE, Query, Room, State},
};
use crate::domain::ids::{BotId, ChatId, MessageId, TelegramId};

/// Which button of a message: by what is written on it, or by its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ButtonRef {
    Label(String),
    At(usize, usize),
}

impl From<&str> for ButtonRef {
    fn from(label: &str) -> ButtonRef {
        ButtonRef::Label(label.to_owned())
    }
}

impl From<(usize, usize)> for ButtonRef {
    fn from((row, column): (usize, usize)) -> ButtonRef {
        ButtonRef::At(row, column)
    }
}

/// What became of a tap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TapResult {
    /// The bot was asked; its answer will be found under this id (`tap_answer`, `tap_answered`).
    Asked { query_id: String },
    /// The button opens this address.
    Opens(String),
    /// The button puts this into the clipboard.
    Copied(String),
    /// There is no such message or button in the chat, or it does something this stand-in does not do.
    Nothing,
}

impl TapResult {
    /// The question's id, if the bot was asked.
    pub fn query_id(&self) -> Option<&str> {
        match self {
            TapResult::Asked { query_id } => Some(query_id),
            TapResult::Opens(_) | TapResult::Copied(_) | TapResult::Nothing => None,
        }
    }
}

/// How a bot answered a tap or a payment's last check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TapAnswer {
    pub text: String,
    pub alert: bool,
    pub url: Option<String>,
    /// Only for payments: the bot agreed.
    pub agreed: bool,
}

/// Whose message it was that a person forwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forward {
    /// Somebody whose account is linked to the forward. They need not be one of the stand-in's people.
    User {
        id: TelegramId,
        first_name: String,
        username: Option<String>,
        is_bot: bool,
    },
    /// Somebody who hides their account: only the name is told.
    Hidden(String),
    Channel {
        id: ChatId,
        title: String,
    },
}

impl Telegram {
    /// The person taps a button of the bot's message.
    pub fn taps(&self, person: TelegramId, bot: BotId, message: MessageId, button: impl Into<ButtonRef>) -> TapResult {
        let button = button.into();
        self.act(|state, now| {
            let found = state.message(Room::Private(person, bot), message);
            let rows = found.map(|found| buttons(found.content.inline.as_ref())).unwrap_or_default();
            let kind = match button {
                ButtonRef::Label(label) => rows.into_iter().flatten().find(|(text, _)| *text == label).map(|(_, kind)| kind),
                ButtonRef::At(row, column) => rows.get(row).and_then(|row| row.get(column)).map(|(_, kind)| kind.clone()),
            };
            match kind {
                Some(Kind::Tap(data)) => TapResult::Asked { query_id: state.tap(person, bot, message, &data, now) },
                Some(Kind::Url(url)) => TapResult::Opens(url),
                Some(Kind::Copy(text)) => TapResult::Copied(text),
                Some(Kind::Other(_)) | None => TapResult::Nothing,
            }
        })
    }

    /// The person's app sends any callback data, for any message, even one that is gone: what a changed app can do.
    pub fn taps_data(&self, person: TelegramId, bot: BotId, message: MessageId, data: &str) -> TapResult {
        self.act(|state, now| match state.knows(person, bot) {
            true => TapResult::Asked { query_id: state.tap(person, bot, message, data, now) },
            false => TapResult::Nothing,
        })
    }

    /// Waits for the bot's answer to a tap.
    pub async fn tap_answered(&self, query_id: &str) -> TapAnswer {
        loop {
            let seen = self.version();
            match self.tap_answer(query_id) {
                Some(answer) => return answer,
                None => self.changed(seen).await,
            };
        }
    }

    /// The person presses a key of the reply keyboard that sends its text. `None` when there is no such key.
    pub fn presses(&self, person: TelegramId, bot: BotId, label: &str) -> Option<MessageId> {
        let keyboard = self.reply_keyboard(person, bot)?;
        let key = keyboard.rows.iter().flatten().find(|key| key.label == label)?;
        key.asks_users.is_none().then(|| self.says(person, bot, label))
    }

    /// The person picks people with the key of the reply keyboard that asks for them under `request_id`. `None` when there
    /// is no such key.
    pub fn shares_users(&self, person: TelegramId, bot: BotId, request_id: i64, who: &[TelegramId]) -> Option<MessageId> {
        let keyboard = self.reply_keyboard(person, bot)?;
        let key = keyboard.rows.iter().flatten().find(|key| key.asks_users == Some(request_id))?.clone();
        self.act(|state, now| {
            let shared = |id: &TelegramId| {
                let mut user = Map::from_iter([("user_id".to_owned(), json!(id))]);
                let card = state.person_json(*id);
                for name in ["first_name", "last_name", "username"] {
                    if let Some(value) = card.get(name).filter(|_| key.wants_names) {
                        user.insert(name.into(), value.clone());
                    }
                }
                Value::Object(user)
            };
            let users: Vec<Value> = who.iter().map(shared).collect();
            let more = Map::from_iter([("users_shared".to_owned(), json!({ "request_id": request_id, "users": users }))]);
            if keyboard.one_time {
                state.room(Room::Private(person, bot)).keyboard = None;
            }
            Some(state.receive(person, bot, Content { more, ..Content::default() }, now))
        })
    }

    /// The person forwards somebody's text to the bot.
    pub fn forwards(&self, person: TelegramId, bot: BotId, from: Forward, text: &str) -> MessageId {
        self.act(|state, now| {
            if !state.knows(person, bot) {
                return NO_MESSAGE;
            }
            let date = seconds(now) - 60;
            let origin = match from {
                Forward::User { id, first_name, username, is_bot } => {
                    let mut user = json!({ "id": id, "is_bot": is_bot, "first_name": first_name });
                    if let Some(username) = username {
                        user["username"] = json!(username);
                    }
                    json!({ "type": "user", "sender_user": user, "date": date })
                }
                Forward::Hidden(name) => json!({ "type": "hidden_user", "sender_user_name": name, "date": date }),
                Forward::Channel { id, title } => {
                    let chat = json!({ "id": id, "type": "channel", "title": title });
                    json!({ "type": "channel", "chat": chat, "message_id": 1, "date": date })
                }
            };
            let more = Map::from_iter([("forward_origin".to_owned(), origin)]);
            state.receive(person, bot, Content { rich: Rich::typed(text), more, inline: None }, now)
        })
    }

    /// The person confirms a payment in Stars: the bot gets `pre_checkout_query`, and when it agrees in time, the message
    /// about the payment. Gives the query's id.
    pub fn pays(&self, person: TelegramId, bot: BotId, payload: &str, stars: i64) -> Option<String> {
        self.act(|state, now| {
            if !state.knows(person, bot) {
                return None;
            }
            let payment = json!({ "currency": "XTR", "total_amount": stars, "invoice_payload": payload });
            let id = state.ask(Query { person, bot, asked_at: now, payment: Some(payment.clone()), answer: None });
            let mut body = payment;
            body["id"] = json!(id);
            body["from"] = state.person_json(person);
            state.deliver(person, bot, "pre_checkout_query", body, ("pre_checkout_query", person.0), now);
            Some(id)
        })
    }
}

impl Content {
    /// What the chat shows for it.
    pub(super) fn shown_text(&self) -> String {
        let number = |path: &str| self.more.get("users_shared").and_then(|shared| shared.pointer(path)).map(Value::to_string);
        if let Some(first) = number("/users/0/user_id") {
            return format!("(shared: {first})");
        }
        if let Some(paid) = self.more.get("successful_payment") {
            return format!("(paid {} Stars)", paid["total_amount"]);
        }
        self.rich.text.clone()
    }
}

impl State {
    fn tap(&mut self, person: TelegramId, bot: BotId, message: MessageId, data: &str, now: i64) -> String {
        let room = Room::Private(person, bot);
        let body = match self.message(room, message).filter(|message| message.from == Author::Bot(bot)) {
            Some(message) => self.message_json(room, message),
            None => json!({ "chat": self.chat_json(room), "message_id": message, "date": 0 }),
        };
        let id = self.ask(Query { person, bot, asked_at: now, payment: None, answer: None });
        let query = json!({
            "id": id,
            "from": self.person_json(person),
            "message": body,
            "chat_instance": format!("{}", person.0 * 1_000_003 + bot.0),
            "data": data,
        });
        self.deliver(person, bot, "callback_query", query, ("callback_query", person.0), now);
        id
    }
}
