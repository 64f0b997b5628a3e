//! Everything we have to say, kept until it is said. Rows of one chat are sent one after the other; a row with a slot
//! takes the place of an older one for the same slot that still waits, so a progress message never piles up. Whoever held
//! a row and never said what came of it may have sent it: the row is marked so when it is taken again.

use crate::{
    domain::{
        ids::{ChatId, ClawId, MessageId, OutboxId},
        locale::Locale,
        notice::{Notice, Slot},
        time::Time,
    },
    store::{
        Backlog, Lease, Result, Row, StoreError, Tx, Value, Work,
        claim::claim,
        later::Later,
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
    ADD = "INSERT INTO outbox (id, chat_id, act, slot, fresh, message_id, once, notice, created_at, due_at) \
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (once) DO NOTHING";
    OVER = "INSERT INTO outbox (id, chat_id, act, slot, fresh, message_id, once, notice, created_at, due_at) \
            SELECT $1, $2, $3, $4, CASE WHEN w.fresh > $5 THEN w.fresh ELSE $5 END, $6, $7, $8, $9, CASE WHEN w.due_at > $10 THEN w.due_at ELSE $10 END \
            FROM (SELECT MAX(fresh) AS fresh, MAX(due_at) AS due_at FROM outbox WHERE chat_id = $2 AND slot = $4 AND done_at IS NULL \
            AND lease_until IS NULL AND tries = 0) w WHERE true ON CONFLICT (once) DO NOTHING";
    REPLACED = "UPDATE outbox SET done_at = $3, outcome = 'replaced', notice = NULL WHERE chat_id = $1 AND slot = $2 AND id <> $4 \
                AND done_at IS NULL AND lease_until IS NULL AND tries = 0";
    CLAIM = claim!(sqlite, "outbox", "300000", "(t.due_at <= $1 OR t.due_at > $1 + 7200000) AND t.due_at > 0", "t.done_at IS NULL AND (SELECT e.id FROM outbox e WHERE e.chat_id = t.chat_id AND e.done_at IS NULL ORDER BY e.id LIMIT 1) = t.id AND (SELECT e.id FROM outbox e WHERE e.chat_id = t.chat_id AND e.id <> t.id AND e.lease_until > $1 AND e.lease_until <= $1 + 300000 AND e.done_at IS NULL ORDER BY e.id LIMIT 1) IS NULL", " ORDER BY t.due_at, t.id", "id, chat_id, slot, fresh, notice, message_id, fence, tries, unclear, created_at, lease_until, (SELECT s.message_id FROM slots s WHERE s.chat_id = outbox.chat_id AND s.slot = outbox.slot) AS shown, (SELECT p.locale FROM persons p WHERE p.telegram_id = outbox.chat_id) AS locale, (SELECT p.zone FROM persons p WHERE p.telegram_id = outbox.chat_id) AS zone", ", unclear = CASE WHEN lease_until IS NULL THEN unclear ELSE 1 END"),
        postgres claim!(postgres, "outbox", "300000", "(t.due_at <= $1 OR t.due_at > $1 + 7200000) AND t.due_at > 0", "t.done_at IS NULL AND (SELECT e.id FROM outbox e WHERE e.chat_id = t.chat_id AND e.done_at IS NULL ORDER BY e.id LIMIT 1) = t.id AND (SELECT e.id FROM outbox e WHERE e.chat_id = t.chat_id AND e.id <> t.id AND e.lease_until > $1 AND e.lease_until <= $1 + 300000 AND e.done_at IS NULL ORDER BY e.id LIMIT 1) IS NULL", "", "id, chat_id, slot, fresh, notice, message_id, fence, tries, unclear, created_at, lease_until, (SELECT s.message_id FROM slots s WHERE s.chat_id = outbox.chat_id AND s.slot = outbox.slot) AS shown, (SELECT p.locale FROM persons p WHERE p.telegram_id = outbox.chat_id) AS locale, (SELECT p.zone FROM persons p WHERE p.telegram_id = outbox.chat_id) AS zone", ", unclear = CASE WHEN lease_until IS NULL THEN unclear ELSE 1 END");
    DONE = "UPDATE outbox SET done_at = $3, outcome = $4, unclear = $5, lease_until = NULL WHERE id = $1 AND fence = $2 AND done_at IS NULL";
    RETRY = "UPDATE outbox SET due_at = $3, tries = tries + $4, unclear = $5, lease_until = NULL WHERE id = $1 AND fence = $2 AND done_at IS NULL";
    SAID = "SELECT COUNT(*) FROM outbox WHERE once = $1";
    DROP_FOR_CHAT = "UPDATE outbox SET done_at = $2, outcome = 'blocked', notice = NULL WHERE chat_id = $1 AND done_at IS NULL AND lease_until IS NULL";
    OUT = "SELECT (SELECT COUNT(*) FROM slots WHERE chat_id = $1 AND slot = $2) + (SELECT COUNT(*) FROM outbox WHERE chat_id = $1 AND slot = $2 AND done_at IS NULL)";
    SLOT = "SELECT message_id FROM slots WHERE chat_id = $1 AND slot = $2";
    // By the row's own slot: it may have been handed over while the message was on its way.
    PUT_SLOT = "INSERT INTO slots (chat_id, slot, message_id, claw_id) SELECT o.chat_id, o.slot, $2, $3 FROM outbox o WHERE o.id = $1 AND o.slot IS NOT NULL \
                ON CONFLICT (chat_id, slot) DO UPDATE SET message_id = excluded.message_id, claw_id = excluded.claw_id";
    SHOWS_CARD = "SELECT COUNT(*) FROM slots s WHERE s.chat_id = $1 AND s.slot = 'screen' AND s.claw_id = $2 \
                  AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.chat_id = s.chat_id AND o.slot = s.slot AND o.done_at IS NULL AND o.notice NOT LIKE $3)";
    DROP_SLOT = "DELETE FROM slots WHERE chat_id = $1 AND slot = $2";
    WITHDRAW = "DELETE FROM outbox WHERE chat_id = $1 AND slot = $2 AND done_at IS NULL AND lease_until IS NULL";
    RENAME_DRAWN = "UPDATE outbox SET slot = $3 WHERE chat_id = $1 AND slot = $2 AND done_at IS NULL";
    RENAME_SLOT = "UPDATE slots SET slot = $3 WHERE chat_id = $1 AND slot = $2";
    SWEEP_SAID = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_at < $1 AND done_at IS NOT NULL AND once IS NULL ORDER BY created_at LIMIT $2)";
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
    /// The message that shows the slot now.
    pub shown: Option<MessageId>,
    /// How the person behind the chat reads; nothing when there is none, or their row cannot be read.
    pub locale: Option<Locale>,
    pub zone: Option<String>,
}

impl Message {
    /// The lease as it was written.
    pub fn lease(&self) -> Lease {
        Lease { work: Work::Outbox, id: self.id.into(), fence: self.fence, until: self.until }
    }
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
        shown: row.maybe_int("shown")?.map(MessageId),
        locale: row.maybe_text("locale")?.and_then(|code| Locale::from_code(&code)),
        zone: row.maybe_text("zone")?,
    })
}

impl Tx {
    /// Queues a message; false when its `once` was said before.
    pub async fn add_message(&mut self, new: NewMessage, now: Time) -> Result<bool> {
        let (act, slot, fresh, message, notice) = match new.act {
            Act::Show { notice, slot, fresh } => ("show", slot.map(|slot| slot.name()), fresh, None, Some(to_json(&notice))),
            Act::Delete(message) => ("delete", None, false, Some(message), None),
        };
        let (fresh, due) = (Value::from(fresh), Value::from(now));
        let row = |slot: Option<String>| values![new.id, new.chat, act, slot, fresh, message, new.once.clone(), notice, now, due];
        let Some(slot) = slot else {
            if new.once.is_some() {
                return Ok(self.run(ADD, row(None)).await? == 1);
            }
            self.put_off(vec![Later::new("outbox", ADD, row(None))]).await?;
            return Ok(true);
        };
        // The new one moves to the bottom if the old one was to, and a chat that was told to wait waits, whatever is
        // said to it meanwhile.
        let replaced = values![new.chat, &slot, now, new.id];
        if new.once.is_some() {
            let first = self.run(OVER, row(Some(slot))).await? == 1;
            if first {
                self.run(REPLACED, replaced).await?;
            }
            return Ok(first);
        }
        let over = Later::new("outbox", OVER, row(Some(slot)));
        self.put_off(vec![over, Later::new("outbox", REPLACED, replaced)]).await?;
        Ok(true)
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

    /// The message arrived, with which its slot shows it from now on. Written with the commit, which fails when the
    /// lease was lost.
    pub async fn message_sent(&mut self, sent: &Message, now: Time, shown: Option<(MessageId, Option<ClawId>)>) -> Result<()> {
        let id = sent.id.to_string();
        let mut group = vec![Later::must("outbox", DONE, values![sent.id, sent.fence, now, "sent", sent.unclear], &id)];
        if let (true, Some((message, card))) = (sent.slot.is_some(), shown) {
            group.push(Later::new("slots", PUT_SLOT, values![sent.id, message, card]));
        }
        self.put_off(group).await
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

    /// Whether a slot has a message, or one is about to be drawn there.
    pub async fn is_slot_out(&mut self, chat: ChatId, slot: &str) -> Result<bool> {
        Ok(self.number(OUT, values![chat, slot]).await? > 0)
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
        let withdraw = Later::new("outbox", WITHDRAW, values![chat, slot]);
        self.put_off(vec![withdraw, Later::new("slots", DROP_SLOT, values![chat, slot])]).await
    }

    /// Hands a slot's message over to another slot: the wizard's last screen becomes the hatching.
    pub async fn rename_slot(&mut self, chat: ChatId, from: &Slot, to: &Slot) -> Result<()> {
        self.run(DROP_SLOT, values![chat, to.name()]).await?;
        // Whatever was still to be drawn there would come back as a message of its own.
        self.run(WITHDRAW, values![chat, from.name()]).await?;
        // What is on its way there was answered before we know that it arrived.
        self.run(RENAME_DRAWN, values![chat, from.name(), to.name()]).await?;
        self.run(RENAME_SLOT, values![chat, from.name(), to.name()]).await.map(drop)
    }

    /// Forgets at most so many of what was said before `before`.
    pub async fn sweep_messages(&mut self, before: Time, most: i64) -> Result<u64> {
        self.run(SWEEP_SAID, values![before, most]).await
    }

    /// What was to be said once stays, without its words, as the proof.
    pub async fn sweep_texts(&mut self, before: Time) -> Result<()> {
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
