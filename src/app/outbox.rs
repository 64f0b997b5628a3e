//! Saying what is queued: per chat in order and at a pace Telegram allows. What was perhaps delivered is marked so and
//! said again; an edit may be repeated without harm, a new message may then appear twice.

use std::{sync::atomic::Ordering, time::Duration};

use crate::{
    app::{Act, App, Result, floods::ChatPace, held::LEASE, insist::Insist},
    domain::{
        admin::Alert,
        ids::{MessageId, TelegramId},
        notice::Notice,
        time::HOUR,
    },
    drivers::telegram::{Place, Reader, SendError},
    store::{Message, Outcome},
};

/// The longest a call that sends may last.
const LONGEST_SEND: Duration = Duration::from_secs(15);
/// After a day without getting through, a message is put aside and admins hear of it.
const GIVE_UP_AFTER: Duration = Duration::from_secs(24 * 3600);
/// And not before so many tries: a clock that jumped ahead must not cost anybody a message. A day has 1,440 of them.
const GIVE_UP_TRIES: i64 = 500;
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

pub type Pace = ChatPace;

impl App {
    /// Takes the next message of each of up to `most` chats.
    pub async fn take_messages(&self, most: i64) -> Result<Vec<Message>> {
        let most = self.lull.allows(most, self.clock.steady());
        if most == 0 {
            return Ok(Vec::new());
        }
        let mut taking = self.begin_taking().await?;
        let now = self.clock.now();
        let messages = taking.tx.claim_messages(now, now + LEASE, most).await?;
        self.commit_taken(taking, messages.iter().map(Message::lease)).await?;
        crash_point!(!messages.is_empty(), "messages-taken");
        Ok(self.sending.only_new(messages))
    }

    /// Delivers one message that was taken, and writes down what came of it.
    pub async fn deliver(&self, message: Message) -> Result<()> {
        let under_way = self.sending.begin(&message);
        let _keeping = self.held.keep(message.lease(), &self.clock);
        let mut insist = Insist::on("a delivery");
        let at = message.shown;
        // A person whose row cannot be read is spoken to in our own language, rather than not at all.
        let (locale, zone) = (message.locale.unwrap_or_default(), message.zone.clone());
        let reader = Reader { chat: message.chat, locale, zone, now: self.clock.now() };
        // A process that was frozen here, or waited for the database, must not send under a lease that is no longer its
        // own: somebody else is sending it.
        if self.clock.now() + LONGEST_SEND > message.until {
            tracing::info!(message = %message.id, "a message is left to whoever takes it next: its lease is over");
            return Ok(());
        }
        let sent = self.send(&message, &reader, at).await;
        crash_point!("message-sent");
        loop {
            let fence = under_way.fence(message.fence);
            match self.delivered(&Message { fence, ..message.clone() }, at, &sent).await {
                Err(error) if error.is_lost() => return Ok(()),
                Err(error) if insist.again(&error).await => {}
                done => {
                    done?;
                    crash_point!("message-written-down");
                    return Ok(());
                }
            }
        }
    }

    /// Takes note of what an answer says about everybody's messages.
    fn heard<T>(&self, message: &Message, answer: std::result::Result<T, SendError>) -> std::result::Result<T, SendError> {
        match &answer {
            Err(SendError::Wait(wait)) => self.lull.told_to_wait(message.chat.0, *wait, self.clock.steady()),
            Err(SendError::LockedOut) => self.lull.locked_out(LONGEST_WAIT, self.clock.steady()),
            // Whoever is refused was heard.
            Ok(_) | Err(SendError::Blocked | SendError::TargetGone | SendError::Refused(_)) => self.lull.got_through(),
            Err(SendError::Unreached(_) | SendError::Failed(_) | SendError::Unclear(_)) => {}
        }
        answer
    }

    async fn send(
        &self,
        message: &Message,
        reader: &Reader,
        at: Option<MessageId>,
    ) -> std::result::Result<Option<MessageId>, SendError> {
        if let Some(left) = self.lull.left(self.clock.steady()) {
            return Err(SendError::Wait(left));
        }
        let notice = match &message.notice {
            Some(Ok(notice)) => notice,
            // A newer version queued it. One message is given up; its chat goes on.
            Some(Err(why)) => return Err(SendError::Refused(format!("a notice this version does not know: {why}"))),
            None => {
                if let Some(target) = message.message {
                    self.heard(message, self.messenger.delete(message.chat, target).await)?;
                }
                return Ok(None);
            }
        };
        // Kept back too long, it would tell of a future that is past.
        if notice.is_over(reader.now) {
            return Ok(None);
        }
        if let (Some(target), false) = (at, message.fresh) {
            match self.heard(message, self.messenger.show(reader, Place::Edit(target), notice).await) {
                Err(SendError::TargetGone) => {}
                edited => return edited.map(Some),
            }
        }
        if let Some(wait) = self.pace.wait(message.chat.0) {
            return Err(SendError::Wait(wait));
        }
        self.heard(message, self.messenger.show(reader, Place::New, notice).await).map(Some)
    }

    async fn delivered(
        &self,
        message: &Message,
        at: Option<MessageId>,
        sent: &std::result::Result<Option<MessageId>, SendError>,
    ) -> Result<()> {
        let mut act = self.act().await?;
        let now = act.now;
        match sent {
            Ok(shown) => {
                if self.token_doubted.load(Ordering::SeqCst) {
                    act.resolve("telegram-token").await?;
                }
                let card = message.notice.as_ref().and_then(|notice| notice.as_ref().ok()).and_then(Notice::card_of);
                act.tx.message_sent(message, now, shown.map(|shown| (shown, card))).await?;
                if let (Some(_), Some(shown)) = (&message.slot, *shown)
                    && let Some(old) = at.filter(|old| message.fresh && *old != shown)
                {
                    act.delete(message.chat, old).await?;
                }
            }
            // Gone already, which is all a removal wants.
            Err(SendError::TargetGone) => act.tx.finish_message(message, Outcome::Sent, now).await?,
            // A wait of more than an hour is asked again after an hour: no row lies further ahead than that.
            Err(SendError::Wait(wait)) => {
                act.tx.retry_message(message, now + (*wait).min(HOUR), false, message.unclear).await?;
            }
            Err(SendError::Blocked) => {
                act.tx.finish_message(message, Outcome::Blocked, now).await?;
                act.tx.mark_reachable(TelegramId(message.chat.0), false).await?;
                act.tx.drop_messages_for(message.chat, now).await?;
            }
            Err(SendError::LockedOut) => {
                self.token_doubted.store(true, Ordering::SeqCst);
                act.raise("telegram-token", Alert::BotTokenDead, None).await?;
                act.tx.retry_message(message, now + LONGEST_WAIT, false, message.unclear).await?;
            }
            // Telegram that fails for a minute must not cost anybody a message: only silence counts here.
            Err(SendError::Unclear(why)) if message.unclear && message.tries > 0 && is_new(message, at) => {
                // Twice perhaps delivered is enough: a third copy would help nobody. A process that died over it before
                // may not even have begun, and does not count.
                tracing::warn!(chat = %message.chat, why, "a message was perhaps delivered twice and is not sent again");
                act.tx.finish_message(message, Outcome::Sent, now).await?;
            }
            Err(SendError::Unreached(why) | SendError::Failed(why) | SendError::Unclear(why))
                if now.since(message.created) > GIVE_UP_AFTER && message.tries >= GIVE_UP_TRIES =>
            {
                act.give_up(message, why).await?;
            }
            Err(SendError::Unreached(why)) => {
                tracing::info!(chat = %message.chat, why, "a message was not delivered and is tried again");
                act.tx.retry_message(message, now + wait_after(message.tries), true, message.unclear).await?;
            }
            Err(SendError::Failed(why) | SendError::Unclear(why)) => {
                tracing::info!(chat = %message.chat, why, "a message may have been delivered and is sent again");
                act.tx.retry_message(message, now + wait_after(message.tries), true, true).await?;
            }
            Err(SendError::Refused(why)) => act.give_up(message, why).await?,
        }
        act.commit().await?;
        if sent.is_ok() {
            metrics::counter!("messages_sent_total").increment(1);
            self.token_doubted.store(false, Ordering::SeqCst);
        }
        Ok(())
    }
}

impl Act<'_> {
    /// Puts a message aside that will not go out, so that its chat goes on.
    async fn give_up(&mut self, message: &Message, why: &str) -> Result<()> {
        let code = self.incident(None, None, "sending a message", why).await?;
        self.tx.finish_message(message, Outcome::GaveUp, self.now).await?;
        // An alert that cannot be told is no reason for another one.
        if !message.slot.as_deref().is_some_and(|slot| slot.starts_with("alert:")) {
            let alert = Alert::PoisonMessage { chat: message.chat.0 };
            self.raise(&format!("message:{}", message.id), alert, Some(code)).await?;
        }
        Ok(())
    }
}

/// Whether sending it again adds a message to the chat, rather than drawing an old one anew.
fn is_new(message: &Message, at: Option<MessageId>) -> bool {
    message.notice.is_some() && (message.fresh || at.is_none())
}

/// 1 s, 2 s, 4 s, … at most a minute.
fn wait_after(tries: i64) -> Duration {
    Duration::from_secs(1 << tries.clamp(0, 6)).min(LONGEST_WAIT)
}
