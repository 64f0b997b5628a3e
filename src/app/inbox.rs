//! Taking updates in, and taking them up. Bytes are acknowledged only after [`App::accept`] returned: by then every
//! token in them is sealed, and the row that will be handled is on disk.

use std::time::Duration;

use serde_json::Value;

use crate::{
    app::{
        App, Error, Event, Result,
        act::redact,
        floods::Flood,
        held::{Keeping, LEASE},
        insist::Insist,
        new_id,
        reconcile::causes,
    },
    domain::{
        admin::Alert,
        bot_token::find_tokens,
        ids::{PendingTokenId, TelegramId},
        notice::Notice,
        time::Time,
    },
    drivers::vault::Place,
    store::{InboxRow, NewInbox, StoreError},
};

/// After so many failures an update is put aside.
pub const MOST_TRIES: i64 = 4;
/// An update that needs the word of somebody who is silent is put aside only after so long: an outage is no fault of its own.
const LONGEST_SILENCE: Duration = Duration::from_secs(24 * 3600);
/// When an update is tried again that only the database stood in the way of.
const SOON: Duration = Duration::from_secs(1);
/// What stands in a text where a token stood; the id of the sealed token follows.
pub const SEALED: &str = "sealed-token:";

/// What the door read from the outside of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    pub update: i64,
    /// What is handled one after the other; a chat, mostly.
    pub lane: String,
    pub from: Option<TelegramId>,
    /// In a private chat, where a person can be told to slow down.
    pub private: bool,
    /// When a message was written, where the update says so.
    pub sent: Option<Time>,
    pub body: Vec<u8>,
}

/// The lane of a chat's updates.
pub fn chat_lane(chat: i64) -> String {
    format!("chat:{chat}")
}

/// The lane of one update of a person's that waits for somebody outside, so that their chat does not wait with it. Its name
/// begins with the chat's: who asks to be forgotten is forgotten there as well.
pub fn side_lane(chat: i64, update: i64) -> String {
    format!("{}:{update}", chat_lane(chat))
}

/// Where a pending token is sealed to.
pub(crate) fn pending_place(id: PendingTokenId) -> Place {
    Place { table: "pending_tokens", column: "token", owner: id.to_string() }
}

impl App {
    /// Stores updates, each once. When this returns, they may be acknowledged.
    pub async fn accept(&self, updates: Vec<Arrived>) -> Result<()> {
        let now = self.clock.now();
        let (mut kept, mut floods) = (Vec::new(), Vec::new());
        for update in updates {
            metrics::counter!("updates_received_total").increment(1);
            let over = match update.from {
                Some(person) => self.floods.check(person, update.update, update.sent, now),
                None => Flood::Fine,
            };
            match (over, update.from) {
                (Flood::Fine, _) => kept.push(update),
                (Flood::TellOnce | Flood::Silent, person) => {
                    metrics::counter!("updates_over_limit_total").increment(1);
                    floods.extend(person.filter(|_| over == Flood::TellOnce && update.private));
                }
            }
        }
        // A flood costs no look into the database.
        if !kept.is_empty() {
            self.store_updates(kept, now).await?;
        }
        for person in floods {
            let mut act = self.act().await?;
            act.queue(person.chat(), None, false, Notice::TooFast, None).await?;
            act.commit().await?;
        }
        Ok(())
    }

    async fn store_updates(&self, updates: Vec<Arrived>, now: Time) -> Result<()> {
        let (mut new, mut tokens, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for update in updates {
            let id = format!("telegram:{}", update.update);
            numbers.push(update.update);
            let owner = update.from.unwrap_or(TelegramId(0));
            let (body, sealed) = seal_tokens(&update.body, |token| {
                let id = PendingTokenId(new_id());
                (id, self.vault.seal(token.as_bytes(), &pending_place(id)))
            });
            tokens.extend(sealed.into_iter().map(|(token, sealed)| (id.clone(), owner, token, sealed)));
            new.push(NewInbox { id, seq: update.update, lane: update.lane, body });
        }
        let mut tx = if tokens.is_empty() { self.db.begin_single().await? } else { self.db.begin().await? };
        let added = tx.add_inboxes(new, now).await?;
        for (id, owner, token, sealed) in tokens {
            if added.contains(&id) {
                tx.keep_pending_token(token, owner, sealed, now).await?;
            }
        }
        crash_point!(!numbers.is_empty(), "update-stored-uncommitted");
        tx.commit().await?;
        crash_point!(!numbers.is_empty(), "update-stored");
        self.floods.stored(numbers);
        self.bells.inbox.notify_one();
        Ok(())
    }

    /// Takes updates to be handled, at most one of each lane.
    pub async fn take_updates(&self, most: i64) -> Result<Vec<InboxRow>> {
        let mut taking = self.begin_taking().await?;
        let now = self.clock.now();
        let rows = taking.tx.claim_inbox(now, now + LEASE, most).await?;
        self.commit_taken(taking, rows.iter().map(InboxRow::lease)).await?;
        crash_point!(!rows.is_empty(), "update-taken");
        Ok(rows)
    }

    /// Keeps an update's lease while it is handled.
    pub fn works_on(&self, row: &InboxRow) -> Keeping {
        self.held.keep(row.lease(), &self.clock)
    }

    /// What to do with an update whose handling failed: again soon, or, after a few times, aside, with an incident
    /// and a word to the person. A refusal is no failure; the door shows it.
    pub async fn update_failed(&self, row: &InboxRow, from: Option<TelegramId>, error: Error) -> Result<()> {
        if error.is_lost() {
            return Ok(());
        }
        let mut insist = Insist::on("the failure of an update");
        loop {
            match self.write_failure(row, from, &error).await {
                Err(unwritten) if unwritten.is_lost() => return Ok(()),
                Err(unwritten) if insist.again(&unwritten).await => {}
                done => return done,
            }
        }
    }

    async fn write_failure(&self, row: &InboxRow, from: Option<TelegramId>, error: &Error) -> Result<()> {
        let mut act = self.act().await?;
        // A database that was away, full or locked says nothing about the update: that is no failed try of it.
        if matches!(error, Error::Store(StoreError::Again(_))) && act.now.since(row.received) < LONGEST_SILENCE {
            tracing::warn!(update = %row.id, error = %causes(error), "an update is tried again in a moment");
            act.tx.retry_inbox(&row.id, row.fence, act.now + SOON, false).await?;
            return act.commit().await;
        }
        let silent = matches!(error, Error::Silent(_)) && act.now.since(row.received) < LONGEST_SILENCE;
        if row.tries + 1 < MOST_TRIES || silent {
            let wait = Duration::from_millis(500 << row.tries.clamp(0, 6));
            tracing::warn!(update = %row.id, tries = row.tries, error = %redact(&causes(error)), "an update failed and is tried again");
            act.tx.retry_inbox(&row.id, row.fence, act.now + wait, true).await?;
            return act.commit().await;
        }
        // A row of theirs that cannot be read may be why it failed; that must not keep it from being put aside.
        let person = match from {
            Some(from) => act.tx.find_person_by_telegram(from).await.ok().flatten(),
            None => None,
        };
        let code = act.incident(person.as_ref().map(|p| p.id), None, "handling an update", &causes(error)).await?;
        act.tx.bury_inbox(&row.id, row.fence, act.now).await?;
        if let Some(person) = &person {
            act.say(person, format!("broken:{}", row.id), Notice::Broken { code: code.clone() }).await?;
        }
        let update = row.id.rsplit(':').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        act.raise(&format!("poison:{}", row.id), Alert::PoisonUpdate { update }, Some(code)).await?;
        act.commit().await
    }

    /// Ends an update that needs no answer.
    pub async fn drop_update(&self, event: &Event) -> Result<()> {
        self.act_for(event).await?.commit().await
    }

    /// Whether what an update asks is too old to be done: taps on what costs or destroys.
    pub fn is_stale(&self, event: &Event) -> bool {
        const STALE: Duration = Duration::from_secs(10 * 60);
        self.clock.now().since(event.received) > STALE
    }
}

/// The update with every token taken out of every string, and the sealed tokens. Bytes that are no JSON are kept only
/// if no token stands in them. Entities are dropped: their offsets no longer fit, and a kind our parser does not know
/// would hide the whole text.
fn seal_tokens<T>(body: &[u8], mut seal: impl FnMut(&str) -> (PendingTokenId, T)) -> (Vec<u8>, Vec<(PendingTokenId, T)>) {
    let mut sealed = Vec::new();
    let Ok(mut update) = serde_json::from_slice::<Value>(body) else {
        let text = String::from_utf8_lossy(body);
        return (redact(&text).into_bytes(), sealed);
    };
    let mut waiting = vec![&mut update];
    while let Some(value) = waiting.pop() {
        match value {
            Value::String(text) => {
                for found in find_tokens(text).into_iter().rev() {
                    let (id, token) = seal(&text[found.clone()]);
                    text.replace_range(found, &format!("{SEALED}{id}"));
                    sealed.push((id, token));
                }
            }
            Value::Array(items) => waiting.extend(items.iter_mut()),
            Value::Object(fields) => {
                fields.remove("entities");
                fields.remove("caption_entities");
                waiting.extend(fields.values_mut());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    (update.to_string().into_bytes(), sealed)
}

/// The sealed token a text stands for, if it holds one.
pub fn sealed_token(text: &str) -> Option<PendingTokenId> {
    let at = text.find(SEALED)? + SEALED.len();
    text.get(at..at + 36)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_is_taken_out_wherever_it_stands() {
        let token = "123456789:AAfakefakefakefakefakefakefakefake1";
        let body = serde_json::json!({
            "update_id": 1,
            "message": { "text": format!("here: {token}"), "entities": [{"type": "date_time"}],
                         "reply_to_message": { "caption": token }, "quote": [{ "text": token }] }
        });
        let (clean, sealed) = seal_tokens(body.to_string().as_bytes(), |token| (PendingTokenId(new_id()), token.to_owned()));
        let clean = String::from_utf8(clean).expect("text");
        assert_eq!(sealed.iter().map(|(_, kept)| kept.as_str()).collect::<Vec<_>>(), [token; 3]);
        assert!(!clean.contains("AAfake") && !clean.contains("entities"), "{clean}");
        let text =
            serde_json::from_str::<Value>(&clean).expect("json")["message"]["text"].as_str().map(str::to_owned).expect("text");
        assert!(sealed.iter().any(|(id, _)| Some(*id) == sealed_token(&text)));
        let (broken, none) = seal_tokens(format!("not json {token}").as_bytes(), |_| (PendingTokenId(new_id()), ()));
        assert_eq!((String::from_utf8(broken).expect("text").as_str(), none.len()), ("not json [token]", 0));
    }
}
