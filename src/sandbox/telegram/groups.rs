//! Groups and channels, as far as a private bot meets them: it is added, commanded, and sees posts.

use serde_json::json;

use super::{
    Telegram,
    json::seconds,
    rich::Rich,
    state::{Author, Content, Group, NO_MESSAGE, Room, State},
};
use crate::domain::ids::{BotId, ChatId, MessageId, TelegramId};

impl Telegram {
    /// Adds a group (its number is negative, like -1001234567890).
    pub fn add_group(&self, id: ChatId, title: &str) {
        self.act(|state, _| state.add_shared(id, title, false));
    }

    /// Adds a channel.
    pub fn add_channel(&self, id: ChatId, title: &str) {
        self.act(|state, _| state.add_shared(id, title, true));
    }

    /// A person adds the bot to a group or a channel; the bot is told.
    pub fn adds_bot_to(&self, person: TelegramId, bot: BotId, group: ChatId) {
        self.act(|state, now| {
            let room = Room::Shared(group);
            let Some(found) = state.groups.get_mut(&group).filter(|found| !found.bots.contains(&bot)) else { return };
            found.bots.push(bot);
            let user = state.bot_json(bot);
            let body = json!({
                "chat": state.chat_json(room),
                "from": state.person_json(person),
                "date": seconds(now),
                "old_chat_member": { "user": user, "status": "left" },
                "new_chat_member": { "user": user, "status": "member" },
            });
            state.deliver(person, bot, "my_chat_member", body, ("my_chat_member", group.0), now);
        });
    }

    /// A person writes into a group. Its bots see only commands and what mentions them, as bots in privacy mode do.
    pub fn says_in_group(&self, person: TelegramId, group: ChatId, text: &str) -> MessageId {
        self.act(|state, now| state.say_shared(group, Author::Person(person), text, "message", now))
    }

    /// The channel posts; its bots see every post.
    pub fn posts_in_channel(&self, channel: ChatId, text: &str) -> MessageId {
        self.act(|state, now| state.say_shared(channel, Author::Channel, text, "channel_post", now))
    }
}

impl State {
    fn add_shared(&mut self, id: ChatId, title: &str, is_channel: bool) {
        let group = Group { title: title.to_owned(), is_channel, bots: Vec::new(), last_message: 0 };
        self.groups.entry(id).or_insert(group);
    }

    fn say_shared(&mut self, chat: ChatId, from: Author, text: &str, kind: &'static str, now: i64) -> MessageId {
        let Some(group) = self.groups.get(&chat) else { return NO_MESSAGE };
        let bots: Vec<BotId> = group.bots.clone();
        let room = Room::Shared(chat);
        let id = self.post(room, from, Content { rich: Rich::typed(text), ..Content::default() }, now);
        let body = self.message(room, id).map(|message| self.message_json(room, message)).unwrap_or_default();
        for bot in bots {
            let Some(bot) = self.bots.get_mut(&bot) else { continue };
            let named = text.to_lowercase().contains(&format!("@{}", bot.username.to_lowercase()));
            // A command for another bot is spelt with that bot's name.
            let for_all = text.starts_with('/') && !text.split_whitespace().next().unwrap_or_default().contains('@');
            if kind == "channel_post" || named || for_all {
                bot.inbox.push(kind, body.clone(), ("message", chat.0), now);
            }
        }
        id
    }
}
