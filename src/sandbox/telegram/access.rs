//! Managed bots (Bot API 9.6): a person makes a bot that another bot runs, and may take its token back.

use serde_json::json;

use super::{
    Telegram,
    bots::{BotAccount, NotCreated},
    state::State,
};
use crate::domain::ids::{BotId, TelegramId};

impl Telegram {
    /// The person opens `https://t.me/newbot/<manager>/<suggested>?name=…` and confirms what the dialog offers.
    pub fn opens_newbot_link(&self, person: TelegramId, url: &str) -> Result<BotAccount, NotCreated> {
        let link = NewBotLink::parse(url).ok_or(NotCreated::NoSuchLink)?;
        self.act(|state, now| state.create_managed(person, &link.manager, &link.name, &link.username, now))
    }

    /// The same, but the person changes the name and the username in the dialog before confirming.
    pub fn opens_newbot_link_as(
        &self,
        person: TelegramId,
        url: &str,
        name: &str,
        username: &str,
    ) -> Result<BotAccount, NotCreated> {
        let link = NewBotLink::parse(url).ok_or(NotCreated::NoSuchLink)?;
        self.act(|state, now| state.create_managed(person, &link.manager, name, username, now))
    }

    /// The owner takes a new token (as /revoke does): the old one is dead, and a manager is told. Gives the new one, or
    /// nothing for an unknown bot.
    pub fn revoke_token(&self, bot: BotId) -> Option<String> {
        self.act(|state, now| state.replace_token_by_owner(bot, now))
    }

    /// Whether only the owner and some people may talk to this bot, and who they are.
    pub fn access(&self, bot: BotId) -> (bool, Vec<TelegramId>) {
        self.look(|state| state.bots.get(&bot).map(|bot| (bot.restricted, bot.added.clone())).unwrap_or_default())
    }
}

struct NewBotLink {
    manager: String,
    username: String,
    name: String,
}

impl NewBotLink {
    fn parse(text: &str) -> Option<NewBotLink> {
        let url = url::Url::parse(text).ok()?;
        let mut path = url.path_segments()?;
        let (head, manager, username) = (path.next()?, path.next()?, path.next()?);
        if url.host_str() != Some("t.me") || head != "newbot" || path.next().is_some() {
            return None;
        }
        let name = url.query_pairs().find(|(key, _)| key == "name").map(|(_, value)| value.into_owned());
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| username.to_owned());
        Some(NewBotLink { manager: manager.to_owned(), username: username.to_owned(), name })
    }
}

impl State {
    fn create_managed(
        &mut self,
        person: TelegramId,
        manager: &str,
        name: &str,
        username: &str,
        now: i64,
    ) -> Result<BotAccount, NotCreated> {
        if !self.people.contains_key(&person) {
            return Err(NotCreated::NoSuchLink);
        }
        let manager = self.bot_named(manager).filter(|bot| bot.can_manage_bots).map(|bot| bot.id);
        let manager = manager.ok_or(NotCreated::ManagerPermissionMissing)?;
        let bot = self.create_bot(person, name, username)?;
        bot.manager = Some(manager);
        let account = bot.account();
        self.tell_manager(account.id, now);
        Ok(account)
    }

    pub fn replace_token_by_owner(&mut self, bot: BotId, now: i64) -> Option<String> {
        let token = self.bots.get_mut(&bot).filter(|bot| bot.token.is_some())?.renew_token();
        self.tell_manager(bot, now);
        Some(token)
    }

    /// The update `managed_bot`: the bot is new, or has a new token.
    fn tell_manager(&mut self, bot: BotId, now: i64) {
        let Some((owner, manager)) = self.bots.get(&bot).and_then(|bot| Some((bot.owner?, bot.manager?))) else { return };
        let body = json!({ "user": self.person_json(owner), "bot": self.bot_json(bot) });
        if let Some(manager) = self.bots.get_mut(&manager) {
            manager.inbox.push("managed_bot", body, ("managed_bot", owner.0), now);
        }
    }
}
