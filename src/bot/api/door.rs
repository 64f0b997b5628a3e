//! Small answers that go out at once and not through the outbox: they mean nothing a few seconds later.

use std::time::Duration;

use teloxide::{
    payloads::{AnswerCallbackQuery, AnswerPreCheckoutQuery, SendChatAction},
    types::{CallbackQueryId, ChatAction, PreCheckoutQueryId},
};

use super::{BotApi, call::call, messenger::recipient};
use crate::{domain::ids::ChatId, drivers::telegram::SendError};

/// Telegram gives a checkout ten seconds, and a person less patience with a spinning button.
const SOON: Duration = Duration::from_secs(8);
/// The longest text a tap can be answered with (Bot API, `answerCallbackQuery`).
const MOST_TOAST_CHARS: usize = 200;

impl BotApi {
    /// Stops a button's spinner, with a small text or, as an `alert`, one that must be closed. Too late is no error.
    pub async fn answer_tap(&self, callback_id: &str, text: Option<String>, alert: bool) -> Result<(), SendError> {
        let mut payload = AnswerCallbackQuery::new(CallbackQueryId(callback_id.to_owned()));
        payload.text = text.map(|text| text.chars().take(MOST_TOAST_CHARS).collect());
        payload.show_alert = alert.then_some(true);
        match call::<_, bool>(&self.bot, &payload, SOON).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.mentions(&["query is too old", "query id is invalid", "query_id_invalid"]) => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Shows "typing…" for up to five seconds.
    pub async fn typing(&self, chat: ChatId) -> Result<(), SendError> {
        let payload = SendChatAction::new(recipient(chat), ChatAction::Typing);
        call::<_, bool>(&self.bot, &payload, SOON).await?;
        Ok(())
    }

    /// Lets a payment go on, or stops it with a sentence for the payer.
    pub async fn answer_checkout(&self, id: &str, ok: bool, error: Option<String>) -> Result<(), SendError> {
        let mut payload = AnswerPreCheckoutQuery::new(PreCheckoutQueryId(id.to_owned()), ok);
        payload.error_message = error;
        call::<_, bool>(&self.bot, &payload, SOON).await?;
        Ok(())
    }
}
