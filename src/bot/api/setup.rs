//! What is set once at the start: the menu of commands, the profile, and where updates go.

use serde::Deserialize;
use teloxide::{
    payloads::{DeleteMyCommands, DeleteWebhook, GetWebhookInfo, SetMyCommands, SetMyDescription, SetMyShortDescription},
    types::{BotCommand, BotCommandScope},
};
use url::Url;

use super::{
    BotApi,
    call::{PATIENCE, call},
    messenger::recipient,
    methods::SetWebhook,
};
use crate::{
    domain::{ids::ChatId, locale::Locale, secret::Secret},
    drivers::telegram::SendError,
};

/// Whose menu of commands is meant. A menu only shows; the right to a command is asked where it is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandScope {
    AllPrivateChats,
    /// One chat: an admin's.
    Chat(ChatId),
}

/// What a person reads before they press Start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Shown in the empty chat, at most 512 characters.
    pub description: String,
    /// Shown on the profile page and with links to the bot, at most 120 characters.
    pub short_description: String,
}

/// Where Telegram brings updates now, and how well that goes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WebhookInfo {
    /// Empty when none is set.
    pub url: String,
    #[serde(default, rename = "pending_update_count")]
    pub pending: u64,
    /// Seconds since 1970.
    #[serde(default, rename = "last_error_date")]
    pub last_error_at: Option<i64>,
    #[serde(default, rename = "last_error_message")]
    pub last_error: Option<String>,
}

impl BotApi {
    /// Sets the menu, each command as its name without the slash and a few words; an empty menu is taken away.
    /// Without a language it is the menu of all who have none of their own.
    pub async fn set_commands(
        &self,
        scope: CommandScope,
        language: Option<Locale>,
        commands: &[(String, String)],
    ) -> Result<(), SendError> {
        let scope = match scope {
            CommandScope::AllPrivateChats => BotCommandScope::AllPrivateChats,
            CommandScope::Chat(chat) => BotCommandScope::Chat { chat_id: recipient(chat).into() },
        };
        let language = language.map(|locale| locale.code().to_owned());
        if commands.is_empty() {
            let mut payload = DeleteMyCommands::new();
            payload.scope = Some(scope);
            payload.language_code = language;
            call::<_, bool>(&self.bot, &payload, PATIENCE).await?;
        } else {
            let mut payload = SetMyCommands::new(commands.iter().map(|(name, about)| BotCommand::new(name, about)));
            payload.scope = Some(scope);
            payload.language_code = language;
            call::<_, bool>(&self.bot, &payload, PATIENCE).await?;
        }
        Ok(())
    }

    /// Sets the profile's texts for one language, or for all who have none of their own.
    pub async fn set_profile(&self, language: Option<Locale>, profile: &Profile) -> Result<(), SendError> {
        let language = language.map(|locale| locale.code().to_owned());
        let mut long = SetMyDescription::new();
        long.description = Some(profile.description.clone());
        long.language_code.clone_from(&language);
        call::<_, bool>(&self.bot, &long, PATIENCE).await?;
        let mut short = SetMyShortDescription::new();
        short.short_description = Some(profile.short_description.clone());
        short.language_code = language;
        call::<_, bool>(&self.bot, &short, PATIENCE).await?;
        Ok(())
    }

    /// Has updates brought to `url`, with `secret` in the header that proves it was Telegram.
    pub async fn set_webhook(
        &self,
        url: &Url,
        secret: &Secret<String>,
        allowed_updates: &[&str],
        max_connections: u8,
    ) -> Result<(), SendError> {
        let payload = SetWebhook {
            url: url.to_string(),
            secret_token: secret.expose().clone(),
            max_connections,
            allowed_updates: allowed_updates.iter().map(|kind| (*kind).to_owned()).collect(),
        };
        call::<_, bool>(&self.bot, &payload, PATIENCE).await?;
        Ok(())
    }

    /// Has updates kept for `get_updates` again. Those that wait are not dropped unless told.
    pub async fn delete_webhook(&self, drop_pending: bool) -> Result<(), SendError> {
        let mut payload = DeleteWebhook::new();
        payload.drop_pending_updates = Some(drop_pending);
        call::<_, bool>(&self.bot, &payload, PATIENCE).await?;
        Ok(())
    }

    /// Where updates go now.
    pub async fn webhook_info(&self) -> Result<WebhookInfo, SendError> {
        Ok(call(&self.bot, &GetWebhookInfo::new(), PATIENCE).await?)
    }
}
