//! BotFather as a chat partner of people: makes bots and renews tokens in a conversation.

use super::{
    bots::{Bot, NotCreated},
    rich::{Entity, Rich, units},
    state::{Author, Content, Room, State},
};
use crate::domain::ids::{BotId, TelegramId};

/// The number of @BotFather.
pub const BOTFATHER: BotId = BotId(93_372_553);

/// Where a person's talk with BotFather stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Talk {
    #[default]
    Idle,
    AskedName,
    AskedUsername {
        name: String,
    },
    AskedWhichToRevoke,
}

pub(super) fn account() -> Bot {
    Bot::new(BOTFATHER, "BotFather", "BotFather")
}

const INTRODUCTION: &str = "I make bots and look after them.\n\n/newbot - make a new bot\n/revoke - take back a bot's token\n\
    /mybots - list your bots\n/cancel - stop what we are doing";

impl State {
    /// BotFather reads what the person wrote and answers at once.
    pub fn talk_to_botfather(&mut self, person: TelegramId, text: &str, now: i64) {
        let talk = self.people.get_mut(&person).map(|person| std::mem::take(&mut person.talk)).unwrap_or_default();
        let (next, answer) = self.botfathers_turn(person, talk, text.trim(), now);
        if let Some(person) = self.people.get_mut(&person) {
            person.talk = next;
        }
        self.post(Room::Private(person, BOTFATHER), Author::Bot(BOTFATHER), Content { rich: answer, ..Content::default() }, now);
    }

    fn botfathers_turn(&mut self, person: TelegramId, talk: Talk, text: &str, now: i64) -> (Talk, Rich) {
        let plain = |talk: Talk, text: &str| (talk, Rich::plain(text));
        let (command, rest) = text.split_once(char::is_whitespace).map_or((text, ""), |(first, rest)| (first, rest.trim()));
        match command {
            "/start" | "/help" => return plain(Talk::Idle, INTRODUCTION),
            "/cancel" if talk == Talk::Idle => return plain(Talk::Idle, "There is nothing to stop just now."),
            "/cancel" => return plain(Talk::Idle, "Stopped. Send /help to see what else I can do."),
            "/newbot" => return plain(Talk::AskedName, "A new bot, then. What shall people call it? Send me a name for it."),
            "/mybots" => return plain(Talk::Idle, &self.list_for(person)),
            "/revoke" if rest.is_empty() => {
                let question = format!("Which bot's token shall I take back?\n\n{}", self.list_for(person));
                return plain(Talk::AskedWhichToRevoke, &question);
            }
            "/revoke" => return (Talk::Idle, self.revoke_for(person, rest, now)),
            _ => {}
        }
        match talk {
            Talk::Idle => plain(Talk::Idle, "I do not know that one. Send /help to see what I can do."),
            Talk::AskedName if (1..=64).contains(&text.chars().count()) && !text.starts_with('/') => {
                let question = "Good. Now a username for it. It has to end in `bot`, like TetrisBot or tetris_bot.";
                plain(Talk::AskedUsername { name: text.to_owned() }, question)
            }
            Talk::AskedName => plain(Talk::AskedName, "A name has 1 to 64 characters. Please send another."),
            Talk::AskedUsername { name } => match self.create_bot(person, &name, text.trim_start_matches('@')) {
                Ok(bot) => {
                    let token = bot.token.clone().unwrap_or_default();
                    let before = format!(
                        "Done! Your new bot is at t.me/{}. You can add a description and a picture to it now.\n\n\
                         This token opens the HTTP API:\n",
                        bot.username
                    );
                    (Talk::Idle, with_token(&before, &token, "\nKeep it safe: whoever has it controls your bot."))
                }
                Err(why) => plain(Talk::AskedUsername { name }, in_words(why)),
            },
            Talk::AskedWhichToRevoke => (Talk::Idle, self.revoke_for(person, text, now)),
        }
    }

    fn list_for(&self, person: TelegramId) -> String {
        let names: Vec<String> =
            self.bots.values().filter(|bot| bot.owner == Some(person)).map(|bot| format!("@{}", bot.username)).collect();
        if names.is_empty() { "You have no bots yet. /newbot makes one.".to_owned() } else { names.join("\n") }
    }

    fn revoke_for(&mut self, person: TelegramId, name: &str, now: i64) -> Rich {
        let found = self.bot_named(name).filter(|bot| bot.owner == Some(person));
        let Some((id, username)) = found.map(|bot| (bot.id, bot.username.clone())) else {
            return Rich::plain("That is none of your bots. Send its username, like @tetris_bot.");
        };
        let token = self.replace_token_by_owner(id, now).unwrap_or_default();
        with_token(&format!("The old token of @{username} does not work any more. The new one is:\n"), &token, "")
    }
}

fn with_token(before: &str, token: &str, after: &str) -> Rich {
    let code = Entity { kind: "code".into(), offset: units(before), length: units(token), more: serde_json::Map::new() };
    Rich { text: format!("{before}{token}{after}"), entities: vec![code] }
}

fn in_words(why: NotCreated) -> &'static str {
    match why {
        NotCreated::UsernameInvalid => {
            "That username will not do: 5 to 32 letters, digits and underscores, beginning with a letter. Please try another."
        }
        NotCreated::UsernameSuffixMissing => "A bot's username has to end in `bot`, like tetris_bot. Please try another.",
        NotCreated::UsernameOccupied => "Sorry, somebody has that username already. Please try something different.",
        NotCreated::NameInvalid => "A name has 1 to 64 characters. Send /newbot to begin again.",
        NotCreated::TooMany => "You have as many bots as one account may have: 20.",
        NotCreated::ManagerPermissionMissing | NotCreated::NoSuchLink => "I cannot make this bot.",
    }
}
