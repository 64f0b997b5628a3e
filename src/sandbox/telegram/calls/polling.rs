//! getUpdates: waits for updates, one poller per token.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Asked, Outcome, webhooks};
use crate::{
    domain::ids::BotId,
    sandbox::telegram::{Telegram, args::Args, refused::Refused},
};

const LONGEST_WAIT: i64 = 50;

pub(in crate::sandbox::telegram) async fn get_updates(telegram: &Telegram, bot: BotId, token: &str, args: &Args) -> Outcome {
    let offset = args.int("offset").unwrap_or(0);
    let limit = usize::try_from(args.int("limit").unwrap_or(100).clamp(1, 100)).unwrap_or(100);
    let timeout = u64::try_from(args.int("timeout").unwrap_or(0).clamp(0, LONGEST_WAIT)).unwrap_or(0);
    let deadline = Instant::now() + Duration::from_secs(timeout);

    let now = telegram.now();
    let (turn, mut bell) = {
        let mut state = telegram.lock();
        let inbox = state.bots.get_mut(&bot).map(|bot| &mut bot.inbox).ok_or_else(Refused::unauthorized)?;
        if inbox.webhook.is_some() {
            let why = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
            return Err(Refused::conflict(why));
        }
        webhooks::allow(inbox, &Asked { bot, args, now })?;
        (inbox.take_turn(), inbox.bell.subscribe())
    };
    loop {
        bell.borrow_and_update();
        let updates: Vec<Value> = {
            let now = telegram.now();
            let mut state = telegram.lock();
            let there = state.bots.get_mut(&bot).filter(|bot| bot.token.as_deref() == Some(token));
            let inbox = there.map(|bot| &mut bot.inbox).ok_or_else(Refused::unauthorized)?;
            if inbox.turn != turn {
                return Err(Refused::conflict(match inbox.webhook {
                    Some(_) => "terminated by setWebhook request",
                    None => "terminated by other getUpdates request; make sure that only one bot instance is running",
                }));
            }
            inbox.take(offset, limit, now)
        };
        if !updates.is_empty() {
            return Ok(json!(updates));
        }
        tokio::select! {
            _ = bell.changed() => {}
            () = tokio::time::sleep_until(deadline) => return Ok(json!([])),
            () = telegram.inner.stop.cancelled() => return Ok(json!([])),
        }
    }
}
