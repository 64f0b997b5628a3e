//! Bot accounts: ours, a customer's by its token, and those made through us.

use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use teloxide::{Bot, payloads::GetWebhookInfo};

use super::{
    BotApi,
    call::{Failure, PATIENCE, call},
    methods::{GetManagedBotToken, GetMe, SetManagedBotAccessSettings},
};
use crate::{
    domain::{
        bot_token::BotToken,
        ids::{BotId, TelegramId},
        person::{BotBrief, tame_name},
    },
    drivers::telegram::{AccountError, BotAccounts, FoundBot, OwnBot},
};

/// Someone looks at their screen meanwhile.
const INSPECTION: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
struct Me {
    id: i64,
    username: String,
    first_name: String,
    #[serde(default)]
    can_manage_bots: bool,
}

#[derive(Deserialize)]
struct Webhook {
    #[serde(default)]
    url: String,
}

#[async_trait]
impl BotAccounts for BotApi {
    async fn own(&self) -> Result<OwnBot, AccountError> {
        let me: Me = call(&self.bot, &GetMe {}, PATIENCE).await?;
        Ok(OwnBot { id: BotId(me.id), username: me.username, can_manage_bots: me.can_manage_bots })
    }

    async fn inspect(&self, token: &BotToken) -> Result<FoundBot, AccountError> {
        // A webhook is only looked at: this token's updates belong to the claw.
        let theirs = Bot::with_client(token.expose(), self.bot.client().clone()).set_api_url(self.bot.api_url());
        let webhook_info = GetWebhookInfo::new();
        let (me, webhook) = tokio::try_join!(
            call::<_, Me>(&theirs, &GetMe {}, INSPECTION),
            call::<_, Webhook>(&theirs, &webhook_info, INSPECTION),
        )?;
        let bot = BotBrief { id: BotId(me.id), username: me.username, name: tame_name(&me.first_name) };
        Ok(FoundBot { bot, foreign_webhook: !webhook.url.is_empty() })
    }

    async fn managed_token(&self, bot: BotId) -> Result<BotToken, AccountError> {
        let text: String = call(&self.bot, &GetManagedBotToken { user_id: bot.0 }, PATIENCE).await.map_err(of_another)?;
        BotToken::parse(&text).ok_or_else(|| AccountError::Silent("what came is no token".into()))
    }

    async fn restrict(&self, bot: BotId, added: Option<&[TelegramId]>) -> Result<(), AccountError> {
        let payload = SetManagedBotAccessSettings {
            user_id: bot.0,
            is_access_restricted: added.is_some(),
            added_user_ids: added.map(|people| people.iter().map(|person| person.0).collect()),
        };
        call::<_, bool>(&self.bot, &payload, PATIENCE).await.map(|_| ()).map_err(of_another)
    }
}

/// A 401 here means our own token, and a 404 a server too old for the method: neither says that the other bot's token
/// is dead.
fn of_another(failure: Failure) -> AccountError {
    match failure {
        Failure::Said { code: 401, .. } => AccountError::Silent("our own token is not accepted".into()),
        Failure::Said { code: 404, text, .. } => AccountError::Refused(text),
        other => other.into(),
    }
}
