//! Bots people connected, their sealed tokens, and tokens that were pasted and belong to no bot yet.

use crate::{
    domain::{
        ids::{BotId, PendingTokenId, PersonId, TelegramId},
        person::BotBrief,
        time::Time,
    },
    store::{Lease, Result, Row, Tx, Work, claim::claim, statement::statements, tx::values},
};

/// What is read of a row. By name: a column that a newer version adds must not change what a statement gives.
macro_rules! columns {
    () => {
        "id, person_id, username, name, managed, token, access"
    };
}

statements! {
    FIND = concat!("SELECT ", columns!(), " FROM bots WHERE id = $1");
    HOLD = concat!("SELECT ", columns!(), " FROM bots WHERE id = $1"), postgres concat!("SELECT ", columns!(), " FROM bots WHERE id = $1 FOR UPDATE");
    PUT = "INSERT INTO bots (id, person_id, username, name, managed, token, due_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
           ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, username = excluded.username, name = excluded.name, \
           managed = CASE WHEN bots.managed = 1 AND bots.person_id = excluded.person_id THEN 1 ELSE excluded.managed END, \
           token = excluded.token, due_at = $9, access = NULL, fence = bots.fence + 1, lease_until = NULL";
    FREE = concat!("SELECT ", columns!(), " FROM bots b WHERE b.person_id = $1 AND b.token IS NOT NULL \
            AND NOT EXISTS (SELECT 1 FROM claws c WHERE c.bot_id = b.id AND c.destroyed_at IS NULL) \
            AND NOT EXISTS (SELECT 1 FROM claws h WHERE h.held_bots <> '' AND h.held_bots LIKE '%,' || b.id || ',%' AND h.destroyed_at IS NULL) ORDER BY b.created_at DESC LIMIT 5");
    OF_PERSON = concat!("SELECT ", columns!(), " FROM bots WHERE person_id = $1 AND token IS NOT NULL ORDER BY id");
    ERASE_TOKEN = "UPDATE bots SET token = NULL, due_at = NULL WHERE id = $1";
    ACCESS_DUE = "UPDATE bots SET due_at = $2, fence = fence + 1, lease_until = NULL WHERE id = $1 AND managed = 1 AND token IS NOT NULL";
    CLAIM_ACCESS = claim!(sqlite, "bots", "3600000", "t.due_at <= $1", "t.managed = 1 AND t.token IS NOT NULL", " ORDER BY t.due_at", "id, person_id, username, name, managed, token, access, fence, tries"),
        postgres claim!(postgres, "bots", "3600000", "t.due_at <= $1", "t.managed = 1 AND t.token IS NOT NULL", " ORDER BY t.due_at", "id, person_id, username, name, managed, token, access, fence, tries");
    ACCESS_DONE = "UPDATE bots SET access = $3, due_at = $4, tries = $5, lease_until = NULL WHERE id = $1 AND fence = $2";
    SEALED = "SELECT id, person_id, token FROM bots WHERE token IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";
    RESEAL = "UPDATE bots SET token = $3 WHERE id = $1 AND token = $2";
    KEEP_PENDING = "INSERT INTO pending_tokens (id, telegram_id, token, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";
    FIND_PENDING = "SELECT token FROM pending_tokens WHERE id = $1 AND telegram_id = $2";
    ERASE_PENDING = "DELETE FROM pending_tokens WHERE id = $1";
    ERASE_OLD_PENDING = "DELETE FROM pending_tokens WHERE created_at < $1";
}

/// A connected bot. Without a token it was forgotten.
#[derive(Clone, Debug)]
pub struct Bot {
    pub brief: BotBrief,
    pub person: PersonId,
    /// Made through us, so Telegram itself can keep strangers out.
    pub managed: bool,
    pub token: Option<Vec<u8>>,
    /// Whom it was last told to let in, as written.
    pub access: Option<String>,
}

/// A bot whose access list is to be looked at.
#[derive(Clone, Debug)]
pub struct BotLease {
    pub bot: Bot,
    pub fence: i64,
    pub tries: i64,
    /// Its end when it was taken.
    pub until: Time,
}

impl BotLease {
    /// The lease as it was written.
    pub fn lease(&self) -> Lease {
        Lease { work: Work::Bots, id: self.bot.brief.id.into(), fence: self.fence, until: self.until }
    }
}

fn bot(row: &Row) -> Result<Bot> {
    Ok(Bot {
        brief: BotBrief { id: BotId(row.int("id")?), username: row.text("username")?, name: row.text("name")? },
        person: row.parsed("bots", "person_id")?,
        managed: row.yes("managed")?,
        token: row.maybe_bytes("token")?,
        access: row.maybe_text("access")?,
    })
}

impl Tx {
    pub async fn find_bot(&mut self, id: BotId) -> Result<Option<Bot>> {
        self.find(FIND, values![id]).await?.as_ref().map(bot).transpose()
    }

    /// The bot, held until the transaction ends.
    pub async fn hold_bot(&mut self, id: BotId) -> Result<Option<Bot>> {
        self.find(HOLD, values![id]).await?.as_ref().map(bot).transpose()
    }

    /// Connects a bot to its person, or replaces its token; its access list is looked at soon.
    pub async fn put_bot(&mut self, bot: &Bot, now: Time) -> Result<()> {
        // Rows that are not managed are never claimed, whatever their due time says.
        let due = Some(now);
        let brief = &bot.brief;
        let values = values![brief.id, bot.person, &brief.username, &brief.name, bot.managed, bot.token.clone(), due, now, due];
        self.run(PUT, values).await.map(drop)
    }

    /// Connected bots of this person that host no claw.
    pub async fn list_free_bots(&mut self, person: PersonId) -> Result<Vec<Bot>> {
        self.all(FREE, values![person]).await?.iter().map(bot).collect()
    }

    pub async fn list_bots(&mut self, person: PersonId) -> Result<Vec<Bot>> {
        self.all(OF_PERSON, values![person]).await?.iter().map(bot).collect()
    }

    pub async fn erase_bot_token(&mut self, id: BotId) -> Result<()> {
        self.run(ERASE_TOKEN, values![id]).await.map(drop)
    }

    /// The people of this bot's claw changed: its access list is to be set again.
    pub async fn access_is_due(&mut self, id: BotId, now: Time) -> Result<()> {
        self.run(ACCESS_DUE, values![id, now]).await.map(drop)
    }

    pub async fn claim_access(&mut self, now: Time, until: Time, most: i64) -> Result<Vec<BotLease>> {
        let lease = |row: &Row| Ok(BotLease { bot: bot(row)?, fence: row.int("fence")?, tries: row.int("tries")?, until });
        self.all(CLAIM_ACCESS, values![now, until, most]).await?.iter().map(lease).collect()
    }

    pub async fn access_done(&mut self, lease: &BotLease, access: Option<String>, due: Time, tries: i64) -> Result<()> {
        self.run(ACCESS_DONE, values![lease.bot.brief.id, lease.fence, access, due, tries]).await.map(drop)
    }

    /// Sealed tokens after bot `after`, in order, for changing keys: bot, person, sealed bytes.
    pub async fn list_sealed_tokens(&mut self, after: BotId, most: i64) -> Result<Vec<(BotId, PersonId, Vec<u8>)>> {
        let read = |row: &Row| Ok((BotId(row.int("id")?), row.parsed("bots", "person_id")?, row.bytes("token")?));
        self.all(SEALED, values![after, most]).await?.iter().map(read).collect()
    }

    /// Puts the same token under another key, unless it changed meanwhile.
    pub async fn reseal_token(&mut self, id: BotId, old: Vec<u8>, new: Vec<u8>) -> Result<()> {
        self.run(RESEAL, values![id, old, new]).await.map(drop)
    }

    pub async fn keep_pending_token(&mut self, id: PendingTokenId, from: TelegramId, sealed: Vec<u8>, now: Time) -> Result<()> {
        self.run(KEEP_PENDING, values![id, from, sealed, now]).await.map(drop)
    }

    /// The sealed token, if it is still kept and came from this person.
    pub async fn find_pending_token(&mut self, id: PendingTokenId, from: TelegramId) -> Result<Option<Vec<u8>>> {
        self.find(FIND_PENDING, values![id, from]).await?.map(|row| row.bytes("token")).transpose()
    }

    pub async fn erase_pending_token(&mut self, id: PendingTokenId) -> Result<()> {
        self.run(ERASE_PENDING, values![id]).await.map(drop)
    }

    pub async fn erase_pending_tokens_before(&mut self, time: Time) -> Result<u64> {
        self.run(ERASE_OLD_PENDING, values![time]).await
    }
}
