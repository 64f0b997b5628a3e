//! Everything we have to say, kept until it is said. Rows of one chat are sent one after the other; a row with a slot
//! takes the place of an older one for the same slot that still waits, so a progress message never piles up. Whoever held
//! a row and never said what came of it may have sent it: the row is marked so when it is taken again.

use crate::{
    domain::{
        ids::{ChatId, ClawId, MessageId, OutboxId},
        notice::{Notice, Slot},
        time::Time,
    },
    store::{
        Backlog, Result, Row, StoreError, Tx,
        claim::claim,
        statement::statements,
        tx::{from_json, to_json, values},
    },
};

/// What is read of a row. By name: a column that a newer version adds must not change what a statement gives.
macro_rules! columns {
    () => {
        "chat_id, act, slot, notice, created_at, due_at, tries, unclear, outcome"
    };
}

statements! {
    REPLACE = "UPDATE outbox SET done_at = $3, outcome = 'replaced', notice = NULL WHERE chat_id = $1 AND slot = $2 AND done_at IS NULL \
               AND lease_until IS NULL AND tries = 0 RETURNING fresh, due_at";
    ADD = "INSERT INTO outbox (id, chat_id, act, slot, fresh, message_id, once, notice, created_at, due_at) \
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (once) DO NOTHING";
    CLAIM = claim!(sqlite, "outbox", "300000", "(t.due_at <= $1 OR t.due_at > $1 + 7200000)", "t.done_at IS NULL AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.chat_id = t.chat_id AND e.id <> t.id AND (e.id < t.id OR e.lease_until > $1) AND e.done_at IS NULL)", "t.due_at, t.id", "id, chat_id, slot, fresh, notice, message_id, fence, tries, unclear, created_at, lease_until", ", unclear = CASE WHEN lease_until IS NULL THEN unclear ELSE 1 END"),
        postgres claim!(postgres, "outbox", "300000", "(t.due_at <= $1 OR t.due_at > $1 + 7200000)", "t.done_at IS NULL AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.chat_id = t.chat_id AND e.id <> t.id AND (e.id < t.id OR e.lease_until > $1) AND e.done_at IS NULL)", "t.due_at, t.id", "id, chat_id, slot, fresh, notice, message_id, fence, tries, unclear, created_at, lease_until", ", unclear = CASE WHEN lease_until IS NULL THEN unclear ELSE 1 END");
    DONE = "UPDATE outbox SET done_at = $3, outcome = $4, unclear = $5, lease_until = NULL WHERE id = $1 AND fence = $2 AND done_at IS NULL";
    RETRY = "UPDATE outbox SET due_at = $3, tries = tries + $4, unclear = $5, lease_until = NULL WHERE id = $1 AND fence = $2 AND done_at IS NULL";
    SAID = "SELECT COUNT(*) FROM outbox WHERE once = $1";
    DROP_FOR_CHAT = "UPDATE outbox SET done_at = $2, outcome = 'blocked', notice = NULL WHERE chat_id = $1 AND done_at IS NULL AND lease_until IS NULL";
    SLOT = "SELECT message_id FROM slots WHERE chat_id = $1 AND slot = $2";
    PUT_SLOT = "INSERT INTO slots (chat_id, slot, message_id, claw_id) VALUES ($1, $2, $3, $4) \
                ON CONFLICT (chat_id, slot) DO UPDATE SET message_id = excluded.message_id, claw_id = excluded.claw_id";
    SHOWS_CARD = "SELECT COUNT(*) FROM slots s WHERE s.chat_id = $1 AND s.slot = 'screen' AND s.claw_id = $2 \
                  AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.chat_id = s.chat_id AND o.slot = s.slot AND o.done_at IS NULL AND o.notice NOT LIKE $3)";
    DROP_SLOT = "DELETE FROM slots WHERE chat_id = $1 AND slot = $2";
    WITHDRAW = "DELETE FROM outbox WHERE chat_id = $1 AND slot = $2 AND done_at IS NULL AND lease_until IS NULL";
    RENAME_SLOT = "UPDATE slots SET slot = $3 WHERE chat_id = $1 AND slot = $2";
    SWEEP_SAID = "DELETE FROM outbox WHERE created_at < $1 AND done_at IS NOT NULL AND once IS NULL";
    SWEEP_TEXTS = "UPDATE outbox SET notice = NULL WHERE created_at < $1 AND done_at IS NOT NULL AND notice IS NOT NULL";
    SWEEP_FORGOTTEN = "DELETE FROM outbox WHERE done_at IS NOT NULL AND once LIKE 'forgotten:%'";
    UNSAID = "UPDATE outbox SET done_at = $2, outcome = 'blocked', notice = NULL WHERE id = $1";
    OPEN = "SELECT COUNT(*) AS waiting, MIN(created_at) AS oldest FROM outbox WHERE done_at IS NULL";
    LATEST = concat!("SELECT ", columns!(), " FROM outbox ORDER BY id DESC LIMIT $1");
}

/// What a row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Draws a notice: in its slot's message, or as a message of its own. `fresh` moves a slot to a new message at
    /// the bottom of the chat and removes the old one.
    Show { notice: Box<Notice>, slot: Option<Slot>, fresh: bool },
    /// Removes one message.
    Delete(MessageId),
}

#[derive(Clone, Debug)]
pub struct NewMessage {
    pub id: OutboxId,
    pub chat: ChatId,
    pub act: Act,
    /// A name under which it is said at most once, ever.
    pub once: Option<String>,
}

/// A row taken, to be sent.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: OutboxId,
    pub chat: ChatId,
    /// The slot by its name in the database.
    pub slot: Option<String>,
    pub fresh: bool,
    /// What to draw; nothing when the row deletes `message`, an error when this version cannot read it.
    pub notice: Option<std::result::Result<Notice, String>>,
    pub message: Option<MessageId>,
    pub fence: i64,
    pub tries: i64,
    /// An earlier attempt may have arrived.
    pub unclear: bool,
    pub created: Time,
    /// The end of the lease.
    pub until: Time,
}

/// How a row ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    Blocked,
    GaveUp,
}

/// A row as the sandbox's page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxGlance {
    pub chat: ChatId,
    pub act: String,
    pub slot: Option<String>,
    /// The notice's name.
    pub notice: Option<String>,
    pub created: Time,
    pub due: Time,
    pub tries: i64,
    pub unclear: bool,
    pub outcome: Option<String>,
}

fn message(row: &Row) -> Result<Message> {
    let notice = row.maybe_text("notice")?.map(|text| from_json(&text, "outbox", "notice").map_err(|error| error.to_string()));
    Ok(Message {
        id: row.parsed("outbox", "id")?,
        chat: ChatId(row.int("chat_id")?),
        slot: row.maybe_text("slot")?,
        fresh: row.yes("fresh")?,
        notice,
        message: row.maybe_int("message_id")?.map(MessageId),
        fence: row.int("fence")?,
        tries: row.int("tries")?,
        unclear: row.yes("unclear")?,
        created: row.time("created_at")?,
        until: row.time("lease_until")?,
    })
}

impl Tx {
    /// Queues a message; false when its `once` was said before.
    pub async fn add_message(&mut self, new: NewMessage, now: Time) -> Result<bool> {
        let (act, slot, fresh, message, notice) = match new.act {
            Act::Show { notice, slot, fresh } => ("show", slot.map(|slot| slot.name()), fresh, None, Some(to_json(&notice))),
            Act::Delete(message) => ("delete", None, false, Some(message), None),
        };
        let (mut fresh, mut due) = (fresh, now);
        if let Some(slot) = &slot {
            for replaced in self.all(REPLACE, values![new.chat, slot, now]).await? {
                fresh |= replaced.yes("fresh")?;
                // A chat that was told to wait waits, whatever is said to it meanwhile.
                due = due.max(replaced.time("due_at")?);
            }
        }
        Ok(self.run(ADD, values![new.id, new.chat, act, slot, fresh, message, new.once, notice, now, due]).await? == 1)
    }

    /// Whether something was queued under this name before.
    pub async fn was_said(&mut self, once: &str) -> Result<bool> {
        Ok(self.number(SAID, values![once]).await? > 0)
    }

    /// The next message of each of up to `most` chats.
    pub async fn claim_messages(&mut self, now: Time, until: Time, most: i64) -> Result<Vec<Message>> {
        self.all(CLAIM, values![now, until, most]).await?.iter().map(message).collect()
    }

    pub async fn finish_message(&mut self, sent: &Message, outcome: Outcome, now: Time) -> Result<()> {
        let outcome = match outcome {
            Outcome::Sent => "sent",
            Outcome::Blocked => "blocked",
            Outcome::GaveUp => "gave_up",
        };
        match self.run(DONE, values![sent.id, sent.fence, now, outcome, sent.unclear]).await? {
            1 => Ok(()),
            _ => Err(StoreError::LeaseLost { table: "outbox", id: sent.id.to_string() }),
        }
    }

    /// Gives the row back for later. Waiting because we were told to is no failure: `failed` counts the tries.
    pub async fn retry_message(&mut self, message: &Message, at: Time, failed: bool, unclear: bool) -> Result<()> {
        match self.run(RETRY, values![message.id, message.fence, at, failed, unclear]).await? {
            1 => Ok(()),
            _ => Err(StoreError::LeaseLost { table: "outbox", id: message.id.to_string() }),
        }
    }

    /// The person cannot be reached: whatever waits for this chat is dropped.
    pub async fn drop_messages_for(&mut self, chat: ChatId, now: Time) -> Result<u64> {
        self.run(DROP_FOR_CHAT, values![chat, now]).await
    }

    pub async fn find_slot(&mut self, chat: ChatId, slot: &str) -> Result<Option<MessageId>> {
        self.find(SLOT, values![chat, slot]).await?.map(|row| row.int("message_id").map(MessageId)).transpose()
    }

    /// This message of the chat shows the slot now; `card` if that is the card of a claw.
    pub async fn put_slot(&mut self, chat: ChatId, slot: &str, message: MessageId, card: Option<ClawId>) -> Result<()> {
        self.run(PUT_SLOT, values![chat, slot, message, card]).await.map(drop)
    }

    /// Whether the live screen of this chat is the card of that claw, and nothing but that card is about to be drawn
    /// there.
    pub async fn shows_card(&mut self, chat: ChatId, claw: ClawId) -> Result<bool> {
        // An older drawing of the same card that still waits is no other screen.
        let same_card = format!("{{\"notice\":\"card\",\"claw\":\"{claw}\"%");
        Ok(self.number(SHOWS_CARD, values![chat, claw, same_card]).await? > 0)
    }

    pub async fn drop_slot(&mut self, chat: ChatId, slot: &str) -> Result<()> {
        // Whatever was still to be drawn there would come back as a message of its own.
        self.run(WITHDRAW, values![chat, slot]).await?;
        self.run(DROP_SLOT, values![chat, slot]).await.map(drop)
    }

    /// Hands a slot's message over to another slot: the wizard's last screen becomes the hatching.
    pub async fn rename_slot(&mut self, chat: ChatId, from: &Slot, to: &Slot) -> Result<()> {
        self.run(DROP_SLOT, values![chat, to.name()]).await?;
        // Whatever was still to be drawn there would come back as a message of its own.
        self.run(WITHDRAW, values![chat, from.name()]).await?;
        self.run(RENAME_SLOT, values![chat, from.name(), to.name()]).await.map(drop)
    }

    /// Forgets what was said before `before`. Rows that were to be said once stay, without their words, as the proof.
    pub async fn sweep_messages(&mut self, before: Time) -> Result<()> {
        self.run(SWEEP_SAID, values![before]).await?;
        self.run(SWEEP_TEXTS, values![before]).await.map(drop)
    }

    /// Forgets the last word to people who asked to be forgotten.
    pub async fn sweep_forgotten(&mut self) -> Result<()> {
        self.run(SWEEP_FORGOTTEN, values![]).await.map(drop)
    }

    /// Marks a queued message as one that cannot be said: its person is out of reach.
    pub async fn mark_unsaid(&mut self, id: OutboxId, now: Time) -> Result<()> {
        self.run(UNSAID, values![id, now]).await.map(drop)
    }

    /// What is not said yet.
    pub async fn outbox_backlog(&mut self) -> Result<Backlog> {
        Backlog::read(self.find(OPEN, values![]).await?)
    }

    /// The newest rows, newest first.
    pub async fn list_latest_messages(&mut self, most: i64) -> Result<Vec<OutboxGlance>> {
        let glance = |row: &Row| {
            let notice: Option<serde_json::Value> = row.maybe_text("notice")?.and_then(|text| serde_json::from_str(&text).ok());
            Ok(OutboxGlance {
                chat: ChatId(row.int("chat_id")?),
                act: row.text("act")?,
                slot: row.maybe_text("slot")?,
                notice: notice.and_then(|notice| notice["notice"].as_str().map(str::to_owned)),
                created: row.time("created_at")?,
                due: row.time("due_at")?,
                tries: row.int("tries")?,
                unclear: row.yes("unclear")?,
                outcome: row.maybe_text("outcome")?,
            })
        };
        self.all(LATEST, values![most]).await?.iter().map(glance).collect()
    }
}
