//! Every call to the Bot API. `BotApi` holds our token; use cases see it as `Messenger` and `BotAccounts`, the door
//! calls it directly for what must not wait in the outbox.

mod accounts;
mod call;
mod door;
mod markup;
mod messenger;
mod methods;
mod plain;
mod poll;
mod setup;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use teloxide::{Bot, net::default_reqwest_settings};
use url::Url;

use crate::domain::{bot_token::BotToken, ids::TelegramId};

pub use poll::PollError;
pub use setup::{CommandScope, Profile, WebhookInfo};

/// The kinds of updates we ask for. Without the list Telegram leaves out none of these today, but it keeps the list a
/// bot was last given, whoever gave it.
pub const ALLOWED_UPDATES: [&str; 7] =
    ["message", "edited_message", "callback_query", "my_chat_member", "managed_bot", "pre_checkout_query", "subscription"];

/// A connection unused for so long is not used again. After a network that was silent, each dead one would cost its
/// first call the whole of its patience.
const RESTS_AT_MOST: Duration = Duration::from_secs(15);

/// Binds a button to the one person it is drawn for.
pub trait TapSeal: Send + Sync {
    /// All that a button of `who` carries for a tap so spelt: the spelling and its tag, at most 64 bytes.
    fn tag(&self, who: TelegramId, spelling: &str) -> String;
}

/// Our bot at the Bot API. Cheap to clone: the connections are shared.
#[derive(Clone)]
pub struct BotApi {
    bot: Bot,
    seal: Arc<dyn TapSeal>,
}

impl BotApi {
    /// Speaks as the bot `token` opens, to the Bot API server at `api_url`.
    pub fn new(token: &BotToken, api_url: &Url, seal: Arc<dyn TapSeal>) -> BotApi {
        let client = default_reqwest_settings().pool_idle_timeout(RESTS_AT_MOST).build().expect("settings without certificates");
        BotApi { bot: Bot::with_client(token.expose(), client).set_api_url(api_url.clone()), seal }
    }
}

/// The library's own form would show the token.
impl std::fmt::Debug for BotApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BotApi(***)")
    }
}
