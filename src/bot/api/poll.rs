//! Long polling. Updates come out as bytes, so that they are stored before anybody tries to understand them.

use std::time::Duration;

use serde_json::Value;

use super::{
    ALLOWED_UPDATES, BotApi,
    call::{Failure, call},
    methods::GetUpdates,
};
use crate::drivers::telegram::SendError;

/// The longest Telegram holds a poll open.
const MOST_SECONDS: u16 = 50;
/// How much longer than the poll we wait for its answer.
const GRACE: Duration = Duration::from_secs(15);

/// Why a poll brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PollError {
    /// 409: somebody else polls with our token, or a webhook is set on it.
    #[error("someone else receives our updates: {0}")]
    Conflict(String),
    /// 401 or 404: our token does not hold.
    #[error("our token is not accepted")]
    LockedOut,
    /// 429.
    #[error("asked to wait {0:?}")]
    Wait(Duration),
    /// Anything else; the next poll may go well.
    #[error("the poll failed: {0}")]
    Failed(String),
}

impl BotApi {
    /// Waits up to `timeout_s` seconds (at most 50) for updates from `offset` on, and gives up to `limit` (at most 100)
    /// of them. Asking from an offset tells Telegram to forget all before it.
    pub async fn get_updates(&self, offset: i64, timeout_s: u16, limit: u8) -> Result<Vec<Vec<u8>>, PollError> {
        let timeout = timeout_s.min(MOST_SECONDS);
        let payload = GetUpdates { offset, limit: limit.clamp(1, 100), timeout, allowed_updates: &ALLOWED_UPDATES };
        let patience = Duration::from_secs(timeout.into()) + GRACE;
        let updates: Vec<Value> = call(&self.bot, &payload, patience).await?;
        Ok(updates.iter().map(|update| update.to_string().into_bytes()).collect())
    }
}

impl From<Failure> for PollError {
    fn from(failure: Failure) -> PollError {
        if let Failure::Said { code: 409, text, .. } = failure {
            return PollError::Conflict(text);
        }
        match SendError::from(failure) {
            SendError::LockedOut => PollError::LockedOut,
            SendError::Wait(time) => PollError::Wait(time),
            SendError::Unreached(why) | SendError::Failed(why) | SendError::Unclear(why) | SendError::Refused(why) => {
                PollError::Failed(why)
            }
            other @ (SendError::Blocked | SendError::TargetGone) => PollError::Failed(other.to_string()),
        }
    }
}
