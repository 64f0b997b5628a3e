//! What the use cases need of Telegram. `bot/api` implements it over the Bot API.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::{
    bot_token::BotToken,
    ids::{BotId, ChatId, MessageId, TelegramId},
    locale::Locale,
    notice::Notice,
    person::BotBrief,
    time::Time,
};

/// Who reads a notice, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// A private chat, which has its person's number.
    pub chat: ChatId,
    pub locale: Locale,
    /// IANA name; UTC when not told.
    pub zone: Option<String>,
    pub now: Time,
}

/// Where a notice goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    New,
    Edit(MessageId),
}

/// Why a message was not (or perhaps not) delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// 429: this chat must wait.
    #[error("asked to wait {0:?}")]
    Wait(Duration),
    /// 403, or a chat that is gone: the person cannot be reached until they come back.
    #[error("the person cannot be reached")]
    Blocked,
    /// The message to edit or delete is not there any more, or too old for it.
    #[error("the message is gone")]
    TargetGone,
    /// 401: our own token does not hold.
    #[error("our token is not accepted")]
    LockedOut,
    /// It surely was not delivered.
    #[error("not reached: {0}")]
    Unreached(String),
    /// Telegram answered that it failed. Hardly ever was it delivered all the same.
    #[error("failed: {0}")]
    Failed(String),
    /// It may have been delivered: no answer came.
    #[error("no answer: {0}")]
    Unclear(String),
    /// Telegram will never take it.
    #[error("refused: {0}")]
    Refused(String),
}

/// Draws notices in chats.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Draws `notice` as a new message or into an old one; gives the message's number. An edit that changes nothing
    /// is a success. A text Telegram finds badly formatted is sent once more as plain text.
    async fn show(&self, reader: &Reader, place: Place, notice: &Notice) -> Result<MessageId, SendError>;

    /// Deletes a message, ours or (in a private chat, within 48 hours) the person's. One that is gone is a success.
    async fn delete(&self, chat: ChatId, message: MessageId) -> Result<(), SendError>;
}

/// What `getMe` says of the bot we speak through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnBot {
    pub id: BotId,
    pub username: String,
    /// It may create and run bots for people (Bot API 9.6, managed bots).
    pub can_manage_bots: bool,
}

/// What a token turned out to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundBot {
    pub bot: BotBrief,
    /// A webhook is set: some other service receives its messages now.
    pub foreign_webhook: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// 401 or 404: the token opens nothing.
    #[error("the token is dead")]
    Dead,
    /// No usable answer: try later.
    #[error("Telegram did not answer: {0}")]
    Silent(String),
    /// Telegram will not do it: `BOT_ACCESS_FORBIDDEN` and the like.
    #[error("Telegram refused: {0}")]
    Refused(String),
}

/// Bot accounts: ours, and those that claws live in. We never poll and never set a webhook on a customer's token.
#[async_trait]
pub trait BotAccounts: Send + Sync {
    /// Our own bot.
    async fn own(&self) -> Result<OwnBot, AccountError>;

    /// `getMe` and `getWebhookInfo` of a customer's token.
    async fn inspect(&self, token: &BotToken) -> Result<FoundBot, AccountError>;

    /// The present token of a bot made through us.
    async fn managed_token(&self, bot: BotId) -> Result<BotToken, AccountError>;

    /// Lets only its owner and `added` (at most ten) talk to a bot made through us; `None` lifts the restriction.
    async fn restrict(&self, bot: BotId, added: Option<&[TelegramId]>) -> Result<(), AccountError>;
}
