//! Rows of claws. A row is read whole; what is wished and what was seen are saved apart.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use sqlx::{Row as _, sqlite::SqliteRow};

use crate::{
    domain::time::Time,
    node::{
        claw::{Claw, State, Wish, state},
        store::{Result, Store, StoreError, Tx, events::Told},
    },
};

const COLUMNS: &str = "SELECT slug, user_id, claw_id, created_at, uid, gateway_token, wish, wish_until, generation, boot, \
    spec, spec_rev, bot_id, restore_wish, wish_rev, port, holds_bot, runs_bot, seen, start, starts, fails, restarts, applied, \
    applied_rev, restoring, asking, told, restore_key, restored FROM claws";

/// One claw with everything sealed that belongs to it.
#[derive(Clone, Debug)]
pub struct Row {
    pub claw: Claw,
    pub uid: u32,
    pub port: u16,
    /// Sealed.
    pub gateway_token: Vec<u8>,
    /// Sealed: what is wished.
    pub spec: Vec<u8>,
    /// Sealed: what its gateway was last given.
    pub applied: Option<Vec<u8>>,
    pub bot_id: i64,
    /// The bot that is this claw's, unless it is removed.
    pub holds_bot: Option<i64>,
    /// The bot its gateway may be taking messages of.
    pub runs_bot: Option<i64>,
    pub wish_rev: i64,
    /// The devices that ask to be let in, as far as events have told of them.
    pub asking: Vec<String>,
    /// What the last event said of it.
    pub told: String,
    /// The caller's name for the wish to go back to a backup.
    pub restore_key: Option<String>,
    /// What the last going back came to.
    pub restored: Option<Restored>,
}

/// What going back to a backup came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    pub backup_id: String,
    /// The caller's name for it.
    pub key: Option<String>,
    /// Nothing when it is done.
    pub failed: Option<String>,
}

impl Store {
    /// One claw.
    pub async fn find(&self, slug: &str) -> Result<Option<Row>> {
        let found = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE slug = $1"))).bind(slug);
        found.fetch_optional(&self.pool).await?.as_ref().map(read).transpose()
    }

    /// Claws in the order of their short names, perhaps of one user alone.
    pub async fn list(&self, after: &str, user: Option<&str>, most: u32) -> Result<Vec<Row>> {
        let text = format!("{COLUMNS} WHERE slug > $1 AND ($2 IS NULL OR user_id = $2) ORDER BY slug LIMIT $3");
        let found = sqlx::query(sqlx::AssertSqlSafe(text)).bind(after).bind(user).bind(most);
        found.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// The short names of all claws.
    pub async fn slugs(&self) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar("SELECT slug FROM claws ORDER BY slug").fetch_all(&self.pool).await?)
    }

    /// The user and the port of every claw, whether it runs or not.
    pub async fn owners(&self) -> Result<Vec<(u32, u16)>> {
        Ok(sqlx::query_as("SELECT uid, port FROM claws ORDER BY uid").fetch_all(&self.pool).await?)
    }

    /// How many claws have room kept for them, and how many there are.
    pub async fn count(&self) -> Result<(u32, u32)> {
        let row = sqlx::query("SELECT COALESCE(SUM(wish = 'running'), 0) AS running, COUNT(*) AS claws FROM claws");
        let row = row.fetch_one(&self.pool).await?;
        Ok((row.try_get("running")?, row.try_get("claws")?))
    }
}

impl Tx {
    /// One claw, as it stands in this transaction.
    pub async fn find(&mut self, slug: &str) -> Result<Option<Row>> {
        let found = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE slug = $1"))).bind(slug);
        found.fetch_optional(&mut *self.inner).await?.as_ref().map(read).transpose()
    }

    /// How many claws have room kept for them.
    pub async fn running(&mut self) -> Result<u32> {
        Ok(sqlx::query_scalar("SELECT COUNT(*) FROM claws WHERE wish = 'running'").fetch_one(&mut *self.inner).await?)
    }

    /// Whether another claw has this bot, or may still be taking its messages.
    pub async fn is_taken(&mut self, bot: i64, by_others_than: &str) -> Result<bool> {
        let found = sqlx::query_scalar("SELECT COUNT(*) FROM claws WHERE (holds_bot = $1 OR runs_bot = $1) AND slug <> $2");
        let others: i64 = found.bind(bot).bind(by_others_than).fetch_one(&mut *self.inner).await?;
        Ok(others > 0)
    }

    /// A user id nobody ever had here; nothing when all are used up.
    pub async fn take_uid(&mut self, users: &RangeInclusive<u32>) -> Result<Option<u32>> {
        let last: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT value FROM meta WHERE name = 'last_uid'").fetch_optional(&mut *self.inner).await?;
        let last = last.and_then(|bytes| Some(u32::from_be_bytes(bytes.try_into().ok()?)));
        let next = last.map_or(*users.start(), |last| last.saturating_add(1).max(*users.start()));
        if !users.contains(&next) {
            return Ok(None);
        }
        self.set_meta("last_uid", &next.to_be_bytes()).await?;
        Ok(Some(next))
    }

    /// The first port from `from` on that no claw has; nothing when all are taken.
    pub async fn free_port(&mut self, ports: &RangeInclusive<u16>, from: u16) -> Result<Option<u16>> {
        let taken: Vec<u16> = sqlx::query_scalar("SELECT port FROM claws ORDER BY port").fetch_all(&mut *self.inner).await?;
        Ok(ports.clone().filter(|port| *port >= from).find(|port| taken.binary_search(port).is_err()))
    }

    /// A new claw.
    pub async fn insert(&mut self, row: &Row) -> Result<()> {
        let (claw, (wish, until)) = (&row.claw, wish_text(row.claw.wish));
        sqlx::query(
            "INSERT INTO claws (slug, user_id, claw_id, created_at, uid, gateway_token, wish, wish_until, generation, boot, spec, \
             spec_rev, bot_id, restore_wish, wish_rev, port, holds_bot, runs_bot, seen, start, starts, fails, restarts, applied, applied_rev, \
             restoring, told) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
             $21, $22, $23, $24, $25, $26, $27)",
        )
        .bind(&claw.slug)
        .bind(&claw.user_id)
        .bind(&claw.claw_id)
        .bind(claw.created_at.0)
        .bind(row.uid)
        .bind(&row.gateway_token)
        .bind(wish)
        .bind(until)
        .bind(number(claw.generation))
        .bind(claw.boot)
        .bind(&row.spec)
        .bind(claw.spec_rev)
        .bind(row.bot_id)
        .bind(&claw.restore_wish)
        .bind(row.wish_rev)
        .bind(row.port)
        .bind(row.holds_bot)
        .bind(row.runs_bot)
        .bind(json(&claw.seen))
        .bind(claw.start)
        .bind(json(&claw.starts))
        .bind(claw.fails)
        .bind(claw.restarts)
        .bind(&row.applied)
        .bind(claw.applied_rev)
        .bind(claw.restoring.as_ref().map(json))
        .bind(&row.told)
        .execute(&mut *self.inner)
        .await?;
        self.tell_of(row).await
    }

    /// What is wished, and the bot that goes with it.
    pub async fn save_wish(&mut self, row: &Row) -> Result<()> {
        let (claw, (wish, until)) = (&row.claw, wish_text(row.claw.wish));
        let done = sqlx::query(
            "UPDATE claws SET wish = $2, wish_until = $3, generation = $4, boot = $5, spec = $6, spec_rev = $7, bot_id = $8, \
             restore_wish = $9, holds_bot = $10, restore_key = $11, wish_rev = wish_rev + 1 WHERE slug = $1",
        )
        .bind(&claw.slug)
        .bind(wish)
        .bind(until)
        .bind(number(claw.generation))
        .bind(claw.boot)
        .bind(&row.spec)
        .bind(claw.spec_rev)
        .bind(row.bot_id)
        .bind(&claw.restore_wish)
        .bind(row.holds_bot)
        .bind(&row.restore_key)
        .execute(&mut *self.inner)
        .await?;
        was_there(done.rows_affected(), &claw.slug)?;
        self.tell_of(row).await
    }

    /// What was seen. The wish is read anew, so that the event tells how the claw stands now.
    pub async fn save_seen(&mut self, row: &Row) -> Result<()> {
        let claw = &row.claw;
        let done = sqlx::query(
            "UPDATE claws SET port = $2, seen = $3, start = $4, starts = $5, fails = $6, restarts = $7, applied = $8, \
             applied_rev = $9, restoring = $10, runs_bot = $11 WHERE slug = $1",
        )
        .bind(&claw.slug)
        .bind(row.port)
        .bind(json(&claw.seen))
        .bind(claw.start)
        .bind(json(&claw.starts))
        .bind(claw.fails)
        .bind(claw.restarts)
        .bind(&row.applied)
        .bind(claw.applied_rev)
        .bind(claw.restoring.as_ref().map(json))
        .bind(row.runs_bot.filter(|_| claw.seen.may_run()))
        .execute(&mut *self.inner)
        .await?;
        was_there(done.rows_affected(), &claw.slug)?;
        let Some(now) = self.find(&claw.slug).await? else { return Err(StoreError::Vanished(claw.slug.clone())) };
        self.tell_of(&now).await
    }

    /// The wish to go back to a backup is done with, and this is what it came to.
    pub async fn end_restore(&mut self, slug: &str, restored: &Restored) -> Result<()> {
        let text = "UPDATE claws SET restore_wish = NULL, restored = $3 WHERE slug = $1 AND restore_wish = $2";
        let ended = sqlx::query(text).bind(slug).bind(&restored.backup_id).bind(json(restored));
        ended.execute(&mut *self.inner).await?;
        Ok(())
    }

    /// What was to be kept for a while is now to be erased, unless somebody wants it back by now.
    pub async fn expire(&mut self, slug: &str) -> Result<()> {
        let text =
            "UPDATE claws SET wish = 'gone', wish_rev = wish_rev + 1 WHERE slug = $1 AND wish = 'trash' AND wish_until <= $2";
        sqlx::query(text).bind(slug).bind(self.now.0).execute(&mut *self.inner).await?;
        if let Some(row) = self.find(slug).await? {
            self.tell_of(&row).await?;
        }
        Ok(())
    }

    /// The claw and all that is known of it, except its events. Only what shall be gone is erased.
    pub async fn erase(&mut self, row: &Row) -> Result<()> {
        let done = sqlx::query("DELETE FROM claws WHERE slug = $1 AND wish = 'gone'").bind(&row.claw.slug);
        was_there(done.execute(&mut *self.inner).await?.rows_affected(), &row.claw.slug)?;
        sqlx::query("DELETE FROM backups WHERE slug = $1").bind(&row.claw.slug).execute(&mut *self.inner).await?;
        self.tell(self.now, &row.claw, Told::Erased).await
    }

    /// The devices that ask by now.
    pub async fn save_asking(&mut self, slug: &str, asking: &[String]) -> Result<()> {
        let text = "UPDATE claws SET asking = $2 WHERE slug = $1";
        sqlx::query(text).bind(slug).bind(json(&asking)).execute(&mut *self.inner).await?;
        Ok(())
    }

    /// An event, if the claw is not any more what the last one said.
    async fn tell_of(&mut self, row: &Row) -> Result<()> {
        let (state, reason) = state(&row.claw);
        let told = format!("{} {}", state.as_str(), json(&reason));
        if told == row.told {
            return Ok(());
        }
        let text = "UPDATE claws SET told = $2 WHERE slug = $1";
        sqlx::query(text).bind(&row.claw.slug).bind(&told).execute(&mut *self.inner).await?;
        let at = self.now;
        self.tell(at, &row.claw, Told::State { state, reason }).await?;
        if state == State::Starting && row.claw.restarts > 0 && !row.told.starts_with(State::Starting.as_str()) {
            self.tell(at, &row.claw, Told::Restarted { restarts: row.claw.restarts }).await?;
        }
        Ok(())
    }
}

fn was_there(rows: u64, slug: &str) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Vanished(slug.to_owned())) }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("values of ours always make JSON")
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn wish_text(wish: Wish) -> (&'static str, Option<i64>) {
    match wish {
        Wish::Running => ("running", None),
        Wish::Stopped => ("stopped", None),
        Wish::Suspended => ("suspended", None),
        Wish::Trash { until } => ("trash", Some(until.0)),
        Wish::Gone => ("gone", None),
    }
}

fn read(row: &SqliteRow) -> Result<Row> {
    let slug: String = row.try_get("slug")?;
    let bad = |column| StoreError::Inconsistent { table: "claws", column, slug: slug.clone() };
    let until: Option<i64> = row.try_get("wish_until")?;
    let wish = match (row.try_get::<String, _>("wish")?.as_str(), until) {
        ("running", _) => Wish::Running,
        ("stopped", _) => Wish::Stopped,
        ("suspended", _) => Wish::Suspended,
        ("trash", Some(until)) => Wish::Trash { until: Time(until) },
        ("gone", _) => Wish::Gone,
        _ => return Err(bad("wish")),
    };
    let parsed = |column: &'static str| -> Result<String> { Ok(row.try_get(column)?) };
    let restoring: Option<String> = row.try_get("restoring")?;
    let restored: Option<String> = row.try_get("restored")?;
    let claw = Claw {
        user_id: row.try_get("user_id")?,
        claw_id: row.try_get("claw_id")?,
        created_at: Time(row.try_get("created_at")?),
        wish,
        generation: u64::try_from(row.try_get::<i64, _>("generation")?).map_err(|_| bad("generation"))?,
        boot: row.try_get("boot")?,
        spec_rev: row.try_get("spec_rev")?,
        restore_wish: row.try_get("restore_wish")?,
        seen: serde_json::from_str(&parsed("seen")?).map_err(|_| bad("seen"))?,
        start: row.try_get("start")?,
        starts: serde_json::from_str(&parsed("starts")?).map_err(|_| bad("starts"))?,
        fails: row.try_get("fails")?,
        restarts: row.try_get("restarts")?,
        applied_rev: row.try_get("applied_rev")?,
        restoring: restoring.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| bad("restoring"))?,
        slug: slug.clone(),
    };
    Ok(Row {
        claw,
        uid: row.try_get("uid")?,
        port: row.try_get("port")?,
        gateway_token: row.try_get("gateway_token")?,
        spec: row.try_get("spec")?,
        applied: row.try_get("applied")?,
        bot_id: row.try_get("bot_id")?,
        holds_bot: row.try_get("holds_bot")?,
        runs_bot: row.try_get("runs_bot")?,
        wish_rev: row.try_get("wish_rev")?,
        asking: serde_json::from_str(&parsed("asking")?).map_err(|_| bad("asking"))?,
        told: row.try_get("told")?,
        restore_key: row.try_get("restore_key")?,
        restored: restored.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| bad("restored"))?,
    })
}
