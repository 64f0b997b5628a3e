//! The two ways in, webhook and long polling, end in the same place: bytes are stored, and only then acknowledged.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    app::{
        App,
        inbox::{Arrived, chat_lane, side_lane},
    },
    bot::{
        api::{BotApi, PollError},
        incoming::envelope,
    },
    domain::{admin::Alert, ids::TelegramId},
};

/// Updates asked for at once.
const BATCH: u8 = 100;
/// How long to wait for a database that stores nothing.
const PAUSE: Duration = Duration::from_secs(1);

/// What the inbox must know of an update. Nothing when the bytes hold no update's number: there is nothing to keep.
pub fn arrived(body: Vec<u8>) -> Option<Arrived> {
    let outside = envelope(&body)?;
    let lane = match (outside.kind.as_str(), outside.chat) {
        // Must be answered within ten seconds, whatever else waits in that chat.
        ("pre_checkout_query", _) => format!("checkout:{}", outside.update),
        // Waits for Telegram to give us the bot's token, and the chat must not wait with it.
        ("managed_bot", Some(chat)) => side_lane(chat, outside.update),
        (_, Some(chat)) => chat_lane(chat),
        (_, None) => format!("update:{}", outside.update),
    };
    Some(Arrived {
        update: outside.update,
        lane,
        from: outside.from.map(TelegramId),
        private: outside.private,
        sent: outside.sent,
        body,
    })
}

/// Polls for as long as this replica is the poller; otherwise waits to become it.
pub async fn poll(app: Arc<App>, api: BotApi, seconds: u16, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let lease = match app.take_poller().await {
            Ok(Some(lease)) => lease,
            Ok(None) | Err(_) => {
                let _ = stop.run_until_cancelled(tokio::time::sleep(Duration::from_secs(2))).await;
                continue;
            }
        };
        let _keeping = app.stays_poller(&lease);
        let mut offset = 0;
        loop {
            // A poll that is cut short loses nothing: what it brought is not acknowledged.
            let Some((next, wait)) = stop.run_until_cancelled(poll_once(&app, &api, offset, seconds)).await else { break };
            offset = next;
            if !wait.is_zero() && stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
                break;
            }
            // A database that does not answer takes nobody's office away.
            let kept = loop {
                match app.keep_poller(&lease).await {
                    Ok(kept) => break kept,
                    Err(error) => tracing::warn!(error = %error, "polling waits for the database"),
                }
                if stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
                    break false;
                }
            };
            if !kept {
                break;
            }
        }
        if let Err(error) = app.leave_poller(&lease).await {
            tracing::debug!(error = %error, "the poller's lease will run out by itself");
        }
    }
}

/// One long poll, of at most `seconds`. Gives the next offset, which Telegram takes as the
/// receipt for everything before it; it only moves when all of it is stored.
pub async fn poll_once(app: &Arc<App>, api: &BotApi, offset: i64, seconds: u16) -> (i64, Duration) {
    let updates = match api.get_updates(offset, seconds, BATCH).await {
        Ok(updates) => updates,
        Err(error) => return (offset, complain(app, error).await),
    };
    crash_point!(!updates.is_empty(), "update-received");
    let next = updates.iter().filter_map(|body| envelope(body)).map(|outside| outside.update + 1).max().unwrap_or(offset);
    if let Err(error) = app.accept(updates.into_iter().filter_map(arrived).collect()).await {
        tracing::error!(error = %error, "updates could not be stored; Telegram keeps them for us");
        return (offset, PAUSE);
    }
    if let Err(error) = app.polling_works().await {
        tracing::debug!(error = %error, "alerts about polling could not be resolved");
    }
    (next, Duration::ZERO)
}

/// How long to wait after a poll that failed, and who hears of it.
async fn complain(app: &Arc<App>, error: PollError) -> Duration {
    let (alert, wait) = match &error {
        PollError::Conflict(_) => (Some(("second-poller", Alert::SecondPoller)), Duration::from_secs(5)),
        PollError::LockedOut => (Some(("telegram-token", Alert::BotTokenDead)), Duration::from_secs(30)),
        PollError::Wait(wait) => (None, *wait),
        PollError::Failed(_) => (None, Duration::from_secs(2)),
    };
    tracing::warn!(%error, "polling failed");
    if let Some((name, alert)) = alert
        && let Err(error) = app.alarm(name, alert).await
    {
        tracing::error!(error = %error, "an alert could not be written down");
    }
    wait
}

#[cfg(test)]
mod tests {
    use super::arrived;

    #[test]
    fn updates_queue_by_chat_and_checkouts_do_not() {
        let lane = |json: &str| arrived(json.as_bytes().to_vec()).map(|arrived| (arrived.lane, arrived.private));
        let text = r#"{"update_id":7,"message":{"message_id":1,"from":{"id":5,"is_bot":false,"first_name":"A"},"chat":{"id":5,"type":"private"},"text":"x"}}"#;
        assert_eq!(lane(text), Some(("chat:5".to_owned(), true)));
        let checkout = r#"{"update_id":8,"pre_checkout_query":{"id":"q","from":{"id":5,"is_bot":false,"first_name":"A"}}}"#;
        assert_eq!(lane(checkout).map(|(lane, _)| lane), Some("checkout:8".to_owned()));
        let managed = r#"{"update_id":10,"managed_bot":{"user":{"id":5,"is_bot":false,"first_name":"A"},"bot":{"id":6}}}"#;
        assert_eq!(lane(managed).map(|(lane, _)| lane), Some("chat:5:10".to_owned()));
        assert_eq!(lane(r#"{"update_id":9,"something_new":{}}"#), Some(("update:9".to_owned(), false)));
        assert_eq!(lane("nonsense"), None);
    }
}
