//! Methods that are newer than our library, or that it types too tightly: its list of update kinds lacks the newer
//! ones, and its user lacks `can_manage_bots`.

use serde::Serialize;
use serde_json::Value;
use teloxide::requests::Payload;

/// Names the method a struct of parameters belongs to. What its result is, the caller says.
macro_rules! method {
    ($($type:ident),*) => { $(
        impl Payload for $type {
            type Output = Value;
            const NAME: &'static str = stringify!($type);
        }
    )* };
}

method!(GetMe, GetManagedBotToken, SetManagedBotAccessSettings, GetUpdates, SetWebhook);

#[derive(Serialize)]
pub(super) struct GetMe {}

/// The parameter is called `user_id` and means the bot.
#[derive(Serialize)]
pub(super) struct GetManagedBotToken {
    pub user_id: i64,
}

#[derive(Serialize)]
pub(super) struct SetManagedBotAccessSettings {
    /// The bot.
    pub user_id: i64,
    pub is_access_restricted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added_user_ids: Option<Vec<i64>>,
}

#[derive(Serialize)]
pub(super) struct GetUpdates {
    pub offset: i64,
    pub limit: u8,
    pub timeout: u16,
    pub allowed_updates: &'static [&'static str],
}

#[derive(Serialize)]
pub(super) struct SetWebhook {
    pub url: String,
    pub secret_token: String,
    pub max_connections: u8,
    pub allowed_updates: Vec<String>,
}
