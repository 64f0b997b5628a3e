//! One use case at work: its open transaction, the hour, and what caused it. Whatever it changes, says and notes for
//! the audit trail goes through here and stands or falls together, with the inbox row that asked for it.

use serde_json::{Value, json};

use crate::{
    app::{App, Result, new_id},
    domain::{
        claw::Claw,
        ids::{ChatId, ClawId, MessageId, OutboxId, PersonId, TelegramId},
        incident::{Incident, IncidentCode},
        notice::{Notice, Slot},
        person::Person,
        time::Time,
        wizard::Expecting,
    },
    store::{self, AuditRow, NewMessage, Tx},
};

/// The inbox row being handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: String,
    pub fence: i64,
    pub received: Time,
}

/// Who wrote or tapped, as the update says. Only the number is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub id: TelegramId,
    /// Tamed already.
    pub name: String,
    /// IETF tag, as Telegram gives it.
    pub language: Option<String>,
    /// Whether this makes somebody we do not know known to us: writing does, a button of long ago does not.
    pub begins: bool,
}

/// Where the person did what we answer: it decides whether the live screen is edited or moved to the bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tapped {
    /// On this message: edited if it is the live screen, left alone otherwise.
    On(MessageId),
    /// They typed something: the screen comes below it.
    Typed,
    /// What they typed is deleted: the screen stays where it is.
    Vanished,
}

pub struct Act<'a> {
    pub app: &'a App,
    pub tx: Tx,
    pub now: Time,
    actor: String,
    event: Option<Event>,
    /// Some claw is due now.
    claws_due: bool,
    operations_due: bool,
    /// Added by this very transaction, so nothing else can be known of them yet, and nobody need look.
    pub(crate) newcomer: Option<PersonId>,
}

impl App {
    /// Begins a use case for what an inbox row asks.
    pub async fn act_for(&self, event: &Event) -> Result<Act<'_>> {
        let mut act = self.act().await?;
        act.event = Some(event.clone());
        Ok(act)
    }

    /// Begins a use case for what somebody did. Until it ends nobody else acts for them.
    pub async fn act_of(&self, event: &Event, sender: &Sender) -> Result<(Act<'_>, Person)> {
        let mut act = self.act_for(event).await?;
        let person = act.know(sender).await?;
        Ok((act, person))
    }

    /// Begins a use case that the clock or the operator's shell wants.
    pub async fn act(&self) -> Result<Act<'_>> {
        Ok(Act {
            app: self,
            tx: self.db.begin().await?,
            now: self.clock.now(),
            actor: "system".to_owned(),
            event: None,
            claws_due: false,
            operations_due: false,
            newcomer: None,
        })
    }
}

impl Act<'_> {
    pub fn by_person(&mut self, person: PersonId) {
        self.actor = format!("person:{person}");
    }

    pub fn by_admin(&mut self, admin: TelegramId) {
        self.actor = format!("admin:{admin}");
    }

    /// Draws the person's live screen. What they type next answers what it asks, and nothing that was asked before.
    pub async fn screen(&mut self, person: &Person, tapped: Tapped, notice: Notice) -> Result<()> {
        let Some(telegram) = person.telegram else { return Ok(()) };
        let asks = notice.asks();
        let was = self.expect(person, asks.clone()).await?;
        // A picker of people comes only with a new message, which cannot be edited into anything else.
        let picker = [&was, &asks].into_iter().any(|asked| matches!(asked, Expecting::Person(_)));
        let moved = match tapped {
            Tapped::Typed => true,
            Tapped::Vanished => false,
            Tapped::On(message) => self.tx.find_slot(telegram.chat(), &Slot::Screen.name()).await? != Some(message),
        };
        self.queue(telegram.chat(), Some(Slot::Screen), moved || picker, notice, None).await.map(drop)
    }

    /// Draws into one of a person's other messages, if they can be reached.
    pub async fn draw(&mut self, person: &Person, slot: Slot, notice: Notice) -> Result<()> {
        let Some(telegram) = person.telegram.filter(|_| person.reachable) else { return Ok(()) };
        self.queue(telegram.chat(), Some(slot), false, notice, None).await.map(drop)
    }

    /// Says something that lasts, in a message of its own, at most once under this name. A person who cannot be
    /// reached is not written to. False when it was said before, or cannot be.
    pub async fn say(&mut self, person: &Person, once: String, notice: Notice) -> Result<bool> {
        let Some(telegram) = person.telegram else { return Ok(false) };
        let id = OutboxId(new_id());
        let act = store::Act::Show { notice: Box::new(notice), slot: None, fresh: false };
        let new = NewMessage { id, chat: telegram.chat(), act, once: Some(once) };
        let first = self.tx.add_message(new, self.now).await?;
        if first && !person.reachable {
            // It is known to have been due, and will not be due again.
            self.tx.mark_unsaid(id, self.now).await?;
        }
        Ok(first && person.reachable)
    }

    /// Queues any message. False when its `once` was said before.
    pub async fn queue(
        &mut self,
        chat: ChatId,
        slot: Option<Slot>,
        fresh: bool,
        notice: Notice,
        once: Option<String>,
    ) -> Result<bool> {
        let act = store::Act::Show { notice: Box::new(notice), slot, fresh };
        let new = NewMessage { id: OutboxId(new_id()), chat, act, once };
        Ok(self.tx.add_message(new, self.now).await?)
    }

    /// Queues the removal of a message.
    pub async fn delete(&mut self, chat: ChatId, message: MessageId) -> Result<()> {
        self.remove(chat, message, None).await
    }

    /// The same, under a name by which it is found again.
    pub async fn delete_once(&mut self, chat: ChatId, message: MessageId, once: String) -> Result<()> {
        self.remove(chat, message, Some(once)).await
    }

    async fn remove(&mut self, chat: ChatId, message: MessageId, once: Option<String>) -> Result<()> {
        let new = NewMessage { id: OutboxId(new_id()), chat, act: store::Act::Delete(message), once };
        self.tx.add_message(new, self.now).await?;
        Ok(())
    }

    /// Removes the message of a slot, if it has one.
    pub async fn clear(&mut self, chat: ChatId, slot: &Slot) -> Result<()> {
        if !self.tx.is_slot_out(chat, &slot.name()).await? {
            return Ok(());
        }
        let shown = self.tx.find_slot(chat, &slot.name()).await?;
        self.tx.drop_slot(chat, &slot.name()).await?;
        if let Some(message) = shown {
            self.delete(chat, message).await?;
        }
        Ok(())
    }

    /// Notes a change. `detail` holds no name, no text and no secret.
    pub async fn audit(&mut self, action: &str, person: Option<PersonId>, claw: Option<ClawId>, detail: Value) -> Result<()> {
        let row = AuditRow {
            id: new_id().to_string(),
            at: self.now,
            actor: self.actor.clone(),
            action: action.to_owned(),
            person,
            claw,
            detail: detail.to_string(),
            number: None,
            hash: None,
        };
        Ok(self.tx.add_audit(&row).await?)
    }

    /// Notes a failure somebody is shown, and gives its code.
    pub async fn incident(
        &mut self,
        person: Option<PersonId>,
        claw: Option<ClawId>,
        doing: &str,
        chain: &str,
    ) -> Result<IncidentCode> {
        loop {
            let code = IncidentCode::from_bits(rand::random());
            let incident =
                Incident { code: code.clone(), at: self.now, person, claw, doing: doing.to_owned(), chain: redact(chain) };
            if self.tx.add_incident(&incident).await? {
                tracing::warn!(incident = %code, doing, chain = incident.chain, "incident {code}: {doing}");
                return Ok(code);
            }
        }
    }

    /// Makes it all stand, and wakes whoever has something to do now.
    pub async fn commit(mut self) -> Result<()> {
        if let Some(event) = &self.event {
            self.tx.finish_inbox_last(&event.id, event.fence, self.now).await?;
        }
        crash_point!("act-uncommitted");
        self.tx.commit().await?;
        crash_point!("act-committed");
        self.app.bells.outbox.notify_one();
        if self.claws_due {
            self.app.bells.claws.notify_one();
        }
        if self.operations_due {
            self.app.bells.operations.notify_one();
        }
        Ok(())
    }

    /// Writes a claw back; it is looked at again at `due`.
    pub async fn save_claw(&mut self, claw: &Claw, due: Option<Time>) -> Result<()> {
        self.claws_due |= due.is_some_and(|due| due <= self.now);
        Ok(self.tx.save_claw(claw, due).await?)
    }

    /// Adds a claw, to be looked at now.
    pub async fn add_claw(&mut self, claw: &Claw) -> Result<()> {
        self.claws_due = true;
        self.newcomer = None;
        Ok(self.tx.add_claw(claw, self.now).await?)
    }

    /// Something changed for this person's claws: look at them now.
    pub async fn wake_claws_of(&mut self, person: PersonId) -> Result<()> {
        self.claws_due = true;
        Ok(self.tx.wake_claws_of(person, self.now).await?)
    }

    /// Something happened to this claw: look at it now.
    pub async fn wake_claw(&mut self, claw: ClawId) -> Result<()> {
        self.claws_due = true;
        Ok(self.tx.wake_claw(claw, self.now).await?)
    }

    /// Something that was asked of a claw is due now.
    pub fn operations_due(&mut self) {
        self.operations_due = true;
    }

    /// An audit row that says only what was done to whom.
    pub async fn note(&mut self, action: &str, person: PersonId, claw: Option<ClawId>) -> Result<()> {
        self.audit(action, Some(person), claw, json!({})).await
    }
}

/// Takes out whatever has the form of a bot token. Other secrets never get near a chain: their type has no text.
pub(crate) fn redact(text: &str) -> String {
    let mut clean = text.to_owned();
    for found in crate::domain::bot_token::find_tokens(text).into_iter().rev() {
        clean.replace_range(found, "[token]");
    }
    clean
}
