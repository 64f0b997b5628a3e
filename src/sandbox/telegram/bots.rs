//! Bot accounts: their names, tokens, owners, and the rules by which they come to be.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    Telegram,
    claws::ClawAnswer,
    state::State,
    updates::{Inbox, Webhook},
};
use crate::domain::ids::{BotId, MessageId, TelegramId};

/// A bot as its owner knows it.
#[derive(Clone, PartialEq, Eq)]
pub struct BotAccount {
    pub id: BotId,
    pub name: String,
    pub username: String,
    pub token: String,
    /// Who made it; nobody for those that a test adds.
    pub owner: Option<TelegramId>,
    /// The bot that runs it (managed bots).
    pub manager: Option<BotId>,
}

impl std::fmt::Debug for BotAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BotAccount({} @{})", self.id, self.username)
    }
}

/// Why a bot was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCreated {
    /// 5 to 32 of letters, digits and underscores, beginning with a letter.
    #[error("USERNAME_INVALID")]
    UsernameInvalid,
    /// It does not end in "bot".
    #[error("USERNAME_SUFFIX_MISSING")]
    UsernameSuffixMissing,
    /// A person or a bot has it, in any case of its letters.
    #[error("USERNAME_OCCUPIED")]
    UsernameOccupied,
    /// The name must have 1 to 64 characters.
    #[error("NAME_INVALID")]
    NameInvalid,
    /// A person may have twenty bots.
    #[error("BOT_CREATE_LIMIT_EXCEEDED")]
    TooMany,
    /// The link's bot is not there or may not run others.
    #[error("MANAGER_PERMISSION_MISSING")]
    ManagerPermissionMissing,
    #[error("the link is no link for a new bot, or the person is unknown")]
    NoSuchLink,
}

const MOST_BOTS_OF_A_PERSON: usize = 20;

pub(super) struct Bot {
    pub id: BotId,
    pub name: String,
    pub username: String,
    /// `None` for BotFather, which nobody runs.
    pub token: Option<String>,
    pub token_number: u32,
    pub owner: Option<TelegramId>,
    pub manager: Option<BotId>,
    pub can_manage_bots: bool,
    pub restricted: bool,
    pub added: Vec<TelegramId>,
    /// By scope (as JSON) and language.
    pub commands: BTreeMap<(String, String), Value>,
    /// `name`, `description`, `short_description`, by language.
    pub texts: BTreeMap<(&'static str, String), String>,
    pub last_message: i64,
    pub inbox: Inbox,
    pub claw: Option<ClawAnswer>,
    /// Whom the claw answers; everybody when nothing is said.
    pub claw_hears: Option<Vec<TelegramId>>,
}

impl Bot {
    pub fn new(id: BotId, name: &str, username: &str) -> Bot {
        Bot {
            id,
            name: name.to_owned(),
            username: username.to_owned(),
            token: None,
            token_number: 0,
            owner: None,
            manager: None,
            can_manage_bots: false,
            restricted: false,
            added: Vec::new(),
            commands: BTreeMap::new(),
            texts: BTreeMap::new(),
            last_message: 0,
            inbox: Inbox::new(100_000_000 + id.0 % 1_000_000 * 100),
            claw: None,
            claw_hears: None,
        }
    }

    /// Whether the bot gets to see what this person does.
    pub fn admits(&self, person: TelegramId) -> bool {
        !self.restricted || self.owner == Some(person) || self.added.contains(&person)
    }

    /// Whether the claw behind the bot answers this person.
    pub fn claw_answers(&self, person: TelegramId) -> bool {
        self.admits(person) && self.claw_hears.as_ref().is_none_or(|people| people.contains(&person))
    }

    pub fn account(&self) -> BotAccount {
        BotAccount {
            id: self.id,
            name: self.name.clone(),
            username: self.username.clone(),
            token: self.token.clone().unwrap_or_default(),
            owner: self.owner,
            manager: self.manager,
        }
    }

    /// Gives the bot its next token; the one before is dead at once, and with it its webhook.
    pub fn renew_token(&mut self) -> String {
        self.token_number += 1;
        // Telegram draws lots. We derive it, so that a restarted sandbox gives the same bot the same token.
        let digest = Sha256::digest(format!("a stand-in's token: {} {} {}", self.id, self.username, self.token_number));
        let token = format!("{}:AA{:.33}", self.id, URL_SAFE_NO_PAD.encode(digest));
        self.token = Some(token.clone());
        self.inbox.webhook = None;
        self.inbox.take_turn();
        token
    }
}

impl State {
    pub fn bot_named(&self, username: &str) -> Option<&Bot> {
        let username = username.trim_start_matches('@');
        self.bots.values().find(|bot| bot.username.eq_ignore_ascii_case(username))
    }

    pub fn check_username(&self, username: &str) -> Result<(), NotCreated> {
        let letters = username.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !letters || !(5..=32).contains(&username.len()) || !username.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(NotCreated::UsernameInvalid);
        }
        if !username.to_ascii_lowercase().ends_with("bot") {
            return Err(NotCreated::UsernameSuffixMissing);
        }
        let of_a_person = |name: &Option<String>| name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(username));
        if self.bot_named(username).is_some() || self.people.values().any(|person| of_a_person(&person.username)) {
            return Err(NotCreated::UsernameOccupied);
        }
        Ok(())
    }

    /// Makes a bot for a person, after the rules.
    pub fn create_bot(&mut self, owner: TelegramId, name: &str, username: &str) -> Result<&mut Bot, NotCreated> {
        if !(1..=64).contains(&name.trim().chars().count()) {
            return Err(NotCreated::NameInvalid);
        }
        self.check_username(username)?;
        if self.bots.values().filter(|bot| bot.owner == Some(owner)).count() >= MOST_BOTS_OF_A_PERSON {
            return Err(NotCreated::TooMany);
        }
        let bot = self.insert_bot(name.trim(), username);
        bot.owner = Some(owner);
        Ok(bot)
    }

    fn insert_bot(&mut self, name: &str, username: &str) -> &mut Bot {
        let last = self.bots.keys().last().map_or(0, |id| id.0);
        let id = BotId(last.max(7_100_000_000) + 1_001);
        let mut bot = Bot::new(id, name, username);
        bot.renew_token();
        self.bots.entry(id).or_insert(bot)
    }
}

impl Telegram {
    /// Adds a bot that belongs to nobody here: the operator's own, or one made long ago. `can_manage_bots` is the switch in
    /// BotFather's app that lets it run other bots. No rules are checked, and a taken username gives that bot again.
    pub fn add_bot(&self, name: &str, username: &str, can_manage_bots: bool) -> BotAccount {
        self.act(|state, _| {
            if let Some(there) = state.bot_named(username) {
                return there.account();
            }
            let bot = state.insert_bot(name, username);
            bot.can_manage_bots = can_manage_bots;
            bot.account()
        })
    }

    /// Gives a bot to a person, as its owner.
    pub fn set_owner(&self, bot: BotId, owner: Option<TelegramId>) {
        self.with_bot(bot, |bot| bot.owner = owner);
    }

    /// Turns bot management of an operator's bot on or off.
    pub fn set_can_manage_bots(&self, bot: BotId, can: bool) {
        self.with_bot(bot, |bot| bot.can_manage_bots = can);
    }

    /// The next update and the next message of this bot get numbers above these, as those of an account that is not new.
    pub fn number_from(&self, bot: BotId, update: i64, message: MessageId) {
        self.with_bot(bot, |bot| {
            bot.inbox.number_from(update);
            bot.last_message = bot.last_message.max(message.0);
        });
    }

    /// Somebody else has set a webhook on this bot. Nothing is ever sent to it.
    pub fn set_foreign_webhook(&self, bot: BotId, url: &str) {
        let webhook = Webhook { url: url.to_owned(), secret: None, max_connections: 40, last_error: None, foreign: true };
        self.with_bot(bot, |bot| {
            bot.inbox.webhook = Some(webhook);
            bot.inbox.take_turn();
        });
    }

    /// The bot's account, with its present token.
    pub fn bot(&self, bot: BotId) -> Option<BotAccount> {
        self.look(|state| state.bots.get(&bot).map(Bot::account))
    }

    /// The bot with this username (any case, with or without the at sign).
    pub fn bot_by_username(&self, username: &str) -> Option<BotAccount> {
        self.look(|state| state.bot_named(username).map(Bot::account))
    }

    /// The bot this token opens now.
    pub fn bot_by_token(&self, token: &str) -> Option<BotAccount> {
        self.look(|state| state.bots.values().find(|bot| bot.token.as_deref() == Some(token)).map(Bot::account))
    }

    /// What setMyCommands has left: scope (as JSON), language, commands.
    pub fn commands_of(&self, bot: BotId) -> Vec<(String, String, Value)> {
        let of = |bot: &Bot| {
            let each = bot.commands.iter();
            each.map(|((scope, language), commands)| (scope.clone(), language.clone(), commands.clone())).collect()
        };
        self.look(|state| state.bots.get(&bot).map(of).unwrap_or_default())
    }

    /// What setMyName, setMyDescription and setMyShortDescription have left. `what` is `name`, `description` or
    /// `short_description`; an empty `language` is for all.
    pub fn text_of(&self, bot: BotId, what: &str, language: &str) -> Option<String> {
        let of = |bot: &Bot| {
            let mut each = bot.texts.iter();
            each.find(|((kind, lang), _)| *kind == what && lang == language).map(|(_, text)| text.clone())
        };
        self.look(|state| of(state.bots.get(&bot)?))
    }

    /// The bots a person has made.
    pub fn bots_of(&self, person: TelegramId) -> Vec<BotAccount> {
        self.look(|state| state.bots.values().filter(|bot| bot.owner == Some(person)).map(Bot::account).collect())
    }

    /// All bots, BotFather too.
    pub fn bots(&self) -> Vec<BotAccount> {
        self.look(|state| state.bots.values().map(Bot::account).collect())
    }

    pub(super) fn with_bot<R>(&self, bot: BotId, change: impl FnOnce(&mut Bot) -> R) -> Option<R> {
        self.act(|state, _| state.bots.get_mut(&bot).map(change))
    }
}
