//! Saying what is queued: per chat in order and at a pace Telegram allows. What was perhaps delivered is marked so and
//! said again; an edit may be repeated without harm, a new message may then appear twice.

use std::time::Duration;

use crate::{
    app::{App, Result, floods::ChatPace},
    domain::{
        admin::Alert,
        ids::{ChatId, MessageId},
        locale::Locale,
    },
    drivers::telegram::{Place, Reader, SendError},
    store::{Message, Outcome},
};

/// How long a worker may take over one message.
const LEASE: Duration = Duration::from_secs(60);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

pub type Pace = ChatPace;

impl App {
    /// Takes the next message of each of up to `most` chats.
    pub async fn take_messages(&self, most: i64) -> Result<Vec<Message>> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let messages = tx.claim_messages(now, now + LEASE, most).await?;
        tx.commit().await?;
        Ok(messages)
    }

    /// Says whatever waits for one chat, until nothing does or the chat has to wait.
    pub async fn speak_to(&self, chat: ChatId) -> Result<()> {
        loop {
            let now = self.clock.now();
            let mut tx = self.db.begin().await?;
            let message = tx.claim_message_of(chat, now, now + LEASE).await?;
            tx.commit().await?;
            let Some(message) = message else { return Ok(()) };
            self.deliver(message).await?;
        }
    }

    /// Delivers one message that was taken, and writes down what came of it.
    pub async fn deliver(&self, message: Message) -> Result<()> {
        let mut tx = self.db.look().await?;
        let at = match &message.slot {
            Some(slot) => tx.find_slot(message.chat, slot).await?,
            None => None,
        };
        let person = tx.find_person_by_telegram(crate::domain::ids::TelegramId(message.chat.0)).await?;
        drop(tx);
        let (locale, zone) = person.map_or((Locale::default(), None), |person| (person.locale, person.zone));
        let reader = Reader { chat: message.chat, locale, zone, now: self.clock.now() };
        let sent = self.send(&message, &reader, at).await;
        self.delivered(message, at, sent).await
    }

    async fn send(
        &self,
        message: &Message,
        reader: &Reader,
        at: Option<MessageId>,
    ) -> std::result::Result<Option<MessageId>, SendError> {
        let Some(notice) = &message.notice else {
            if let Some(target) = message.message {
                self.messenger.delete(message.chat, target).await?;
            }
            return Ok(None);
        };
        if let (Some(target), false) = (at, message.fresh) {
            match self.messenger.show(reader, Place::Edit(target), notice).await {
                Err(SendError::TargetGone) => {}
                edited => return edited.map(Some),
            }
        }
        if let Some(wait) = self.pace.wait(message.chat.0) {
            return Err(SendError::Wait(wait));
        }
        self.messenger.show(reader, Place::New, notice).await.map(Some)
    }

    async fn delivered(
        &self,
        mut message: Message,
        at: Option<MessageId>,
        sent: std::result::Result<Option<MessageId>, SendError>,
    ) -> Result<()> {
        let mut act = self.act().await?;
        let now = act.now;
        match sent {
            Ok(shown) => {
                metrics::counter!("messages_sent_total").increment(1);
                act.tx.finish_message(&message, Outcome::Sent, now).await?;
                if let (Some(slot), Some(shown)) = (&message.slot, shown) {
                    act.tx.put_slot(message.chat, slot, shown).await?;
                    if let Some(old) = at.filter(|old| message.fresh && *old != shown) {
                        act.delete(message.chat, old).await?;
                    }
                }
            }
            // Gone already, which is all a removal wants.
            Err(SendError::TargetGone) => act.tx.finish_message(&message, Outcome::Sent, now).await?,
            Err(SendError::Wait(wait)) => act.tx.retry_message(&message, now + wait, false, message.unclear).await?,
            Err(SendError::Blocked) => {
                act.tx.finish_message(&message, Outcome::Blocked, now).await?;
                act.tx.mark_reachable(crate::domain::ids::TelegramId(message.chat.0), false).await?;
                act.tx.drop_messages_for(message.chat, now).await?;
            }
            Err(SendError::LockedOut) => {
                act.raise("telegram-token", Alert::BotTokenDead, None).await?;
                act.tx.retry_message(&message, now + LONGEST_WAIT, false, message.unclear).await?;
            }
            Err(SendError::Unreached(why)) => {
                tracing::info!(chat = %message.chat, why, "a message was not delivered and is tried again");
                act.tx.retry_message(&message, now + wait_after(message.tries), true, message.unclear).await?;
            }
            Err(SendError::Unclear(why)) => {
                tracing::info!(chat = %message.chat, why, "a message may have been delivered and is sent again");
                act.tx.retry_message(&message, now + wait_after(message.tries), true, true).await?;
            }
            Err(SendError::Refused(why)) => {
                let code = act.incident(None, None, "sending a message", &why).await?;
                message.notice = None;
                act.tx.finish_message(&message, Outcome::GaveUp, now).await?;
                act.raise(&format!("message:{}", message.id), Alert::PoisonMessage { chat: message.chat.0 }, Some(code)).await?;
            }
        }
        act.commit().await
    }
}

/// 1 s, 2 s, 4 s, … at most a minute.
fn wait_after(tries: i64) -> Duration {
    Duration::from_secs(1 << tries.clamp(0, 6)).min(LONGEST_WAIT)
}
