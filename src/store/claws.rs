//! Claws: the row that holds the wish and what was seen, claimed by the reconciler under a lease.

use crate::{
    domain::{
        claw::{Claw, Spec},
        ids::{BotId, ClawId, PersonId},
        time::Time,
    },
    store::{
        Backlog, Lease, Result, Row, StoreError, Tx, Work,
        claim::claim,
        later::Later,
        statement::statements,
        tx::{from_json, to_json, values},
    },
};

/// What is read of a row. By name: a column that a newer version adds must not change what a statement gives.
macro_rules! columns {
    () => {
        "id, person_id, number, driver, title, spec, previous, generation, asks, wish, seen, working_since, late, tries, keeps_data, first_ready, warned_at, destroyed_at, created_at, version, fence, held_bots, facts"
    };
}
pub(super) use columns;

statements! {
    INSERT = "INSERT INTO claws (id, person_id, number, driver, title, bot_id, spec, previous, generation, wish, seen, working_since, late, \
              tries, keeps_data, first_ready, destroyed_at, created_at, version, due_at, asks, warned_at, held_bots) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";
    SAVE = "UPDATE claws SET title = $2, bot_id = $3, spec = $4, previous = $5, generation = $6, wish = $7, seen = $8, working_since = $9, \
            late = $10, tries = $11, keeps_data = $12, first_ready = $13, destroyed_at = $14, due_at = $15, asks = $17, warned_at = $18, held_bots = $19, facts = $20, version = version + 1, \
            lease_until = CASE WHEN CAST($14 AS BIGINT) IS NULL THEN lease_until END \
            WHERE id = $1 AND version = $16";
    RELEASE = "UPDATE claws SET lease_until = NULL, due_at = $3 WHERE id = $1 AND fence = $2";
    WAKE = "UPDATE claws SET due_at = $2 WHERE id = $1 AND destroyed_at IS NULL";
    WAKE_OF_PERSON = "UPDATE claws SET due_at = $2 WHERE person_id = $1 AND destroyed_at IS NULL";
    HOLD = concat!("SELECT ", columns!(), " FROM claws WHERE id = $1"), postgres concat!("SELECT ", columns!(), " FROM claws WHERE id = $1 FOR UPDATE");
    HOLDS = "SELECT COUNT(*) FROM claws WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
    LIVING = concat!("SELECT ", columns!(), " FROM claws WHERE person_id = $1 AND destroyed_at IS NULL ORDER BY number");
    BY_BOT = concat!("SELECT ", columns!(), " FROM claws WHERE bot_id = $1 AND destroyed_at IS NULL");
    WITH_BOT = concat!("SELECT ", columns!(), " FROM claws WHERE bot_id = $1 AND destroyed_at IS NULL \
                UNION ALL SELECT ", columns!(), " FROM claws WHERE held_bots <> '' AND held_bots LIKE $2 AND destroyed_at IS NULL");
    COUNT_LIVING = "SELECT COUNT(*) FROM claws WHERE destroyed_at IS NULL";
    FLEET = concat!("SELECT ", columns!(), " FROM claws WHERE destroyed_at IS NULL ORDER BY created_at DESC, id LIMIT $1 OFFSET $2");
    CLAIM = claim!(sqlite, "claws", "7200000", "t.due_at <= $1", "t.destroyed_at IS NULL", " ORDER BY t.due_at", "id, fence"),
        postgres claim!(postgres, "claws", "7200000", "t.due_at <= $1", "t.destroyed_at IS NULL", " ORDER BY t.due_at", "id, fence");
    OVERDUE = "SELECT COUNT(*) AS waiting, MIN(due_at) AS oldest FROM claws WHERE destroyed_at IS NULL AND due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)";
    HATCHING = "SELECT id FROM claws WHERE working_since > $1 AND first_ready IS NULL AND destroyed_at IS NULL ORDER BY working_since LIMIT 500";
    AHEAD = "SELECT COUNT(*) FROM claws WHERE destroyed_at IS NULL AND created_at < $1 AND seen LIKE '%\"no_capacity\"%'";
    SLICE = "SELECT MAX(s.id) AS last FROM (SELECT id FROM claws WHERE id > $1 ORDER BY id LIMIT $2) s";
    WAKE_SLICE = "UPDATE claws SET due_at = $1 WHERE id > $2 AND id <= $3 AND destroyed_at IS NULL AND (due_at IS NULL OR due_at > $1)";
}

/// A claw taken for one step. It is read anew under a lock, so that one row nobody can read stops only itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClawLease {
    pub id: ClawId,
    pub fence: i64,
    /// Its end when it was taken.
    pub until: Time,
}

impl ClawLease {
    /// The lease as it was written.
    pub fn lease(&self) -> Lease {
        Lease { work: Work::Claws, id: self.id.into(), fence: self.fence, until: self.until }
    }
}

pub(super) fn claw(row: &Row) -> Result<Claw> {
    let previous: Option<Spec> = row.maybe_text("previous")?.map(|text| from_json(&text, "claws", "previous")).transpose()?;
    Ok(Claw {
        id: row.parsed("claws", "id")?,
        person: row.parsed("claws", "person_id")?,
        number: row.int("number")?,
        driver: row.text("driver")?,
        title: row.maybe_text("title")?,
        spec: row.json("claws", "spec")?,
        previous,
        held: held(&row.text("held_bots")?)?,
        generation: u32::try_from(row.int("generation")?).unwrap_or(u32::MAX),
        asks: u32::try_from(row.int("asks")?).unwrap_or(u32::MAX),
        wish: row.json("claws", "wish")?,
        seen: row.json("claws", "seen")?,
        working_since: row.maybe_time("working_since")?,
        late: row.yes("late")?,
        tries: u32::try_from(row.int("tries")?).unwrap_or(u32::MAX),
        keeps_data: row.yes("keeps_data")?,
        facts: row.maybe_text("facts")?.map(|text| from_json(&text, "claws", "facts")).transpose()?,
        first_ready: row.maybe_time("first_ready")?,
        warned: row.maybe_time("warned_at")?,
        destroyed: row.maybe_time("destroyed_at")?,
        created: row.time("created_at")?,
        version: row.int("version")?,
    })
}

/// Bots as they stand in the row: `,7,12,`, so that one is found by `%,7,%`.
fn held_text(bots: &[BotId]) -> String {
    match bots {
        [] => String::new(),
        bots => bots.iter().fold(",".to_owned(), |text, bot| format!("{text}{bot},")),
    }
}

fn held(text: &str) -> Result<Vec<BotId>> {
    let unreadable = || StoreError::Inconsistent { table: "claws", column: "held_bots", why: format!("no list of bots: {text}") };
    text.split(',').filter(|bot| !bot.is_empty()).map(|bot| bot.parse().map(BotId).map_err(|_| unreadable())).collect()
}

impl Tx {
    /// Adds a claw, due at once. `Taken` when its bot already hosts a living one.
    pub async fn add_claw(&mut self, claw: &Claw, due: Time) -> Result<()> {
        let values = values![
            claw.id,
            claw.person,
            claw.number,
            &claw.driver,
            claw.title.clone(),
            claw.spec.bot,
            to_json(&claw.spec),
            claw.previous.as_ref().map(to_json),
            claw.generation,
            to_json(&claw.wish),
            to_json(&claw.seen),
            claw.working_since,
            claw.late,
            claw.tries,
            claw.keeps_data,
            claw.first_ready,
            claw.destroyed,
            claw.created,
            claw.version,
            due,
            claw.asks,
            claw.warned,
            held_text(&claw.held),
        ];
        self.run(INSERT, values).await.map(drop)
    }

    /// Writes a claw back and says when to look at it again. Refused when it changed since it was read. One that is
    /// destroyed is let go of at once: nobody looks at it any more, who could free it of a lease that was left on it.
    pub async fn save_claw(&mut self, claw: &Claw, due: Option<Time>) -> Result<()> {
        let values = values![
            claw.id,
            claw.title.clone(),
            claw.spec.bot,
            to_json(&claw.spec),
            claw.previous.as_ref().map(to_json),
            claw.generation,
            to_json(&claw.wish),
            to_json(&claw.seen),
            claw.working_since,
            claw.late,
            claw.tries,
            claw.keeps_data,
            claw.first_ready,
            claw.destroyed,
            due,
            claw.version,
            claw.asks,
            claw.warned,
            held_text(&claw.held),
            claw.facts.as_ref().map(to_json),
        ];
        match self.run(SAVE, values).await? {
            1 => Ok(()),
            _ => Err(StoreError::Again(format!("claw {} changed meanwhile", claw.id))),
        }
    }

    /// The claw as it is now, held until the transaction ends.
    pub async fn hold_claw(&mut self, id: ClawId) -> Result<Option<Claw>> {
        self.find(HOLD, values![id]).await?.as_ref().map(claw).transpose()
    }

    /// The claw of a lease as it is now, held; an error when the lease was lost to somebody else.
    pub async fn hold_leased_claw(&mut self, lease: &ClawLease) -> Result<Claw> {
        let lost = || StoreError::LeaseLost { table: "claws", id: lease.id.to_string() };
        let row = self.find(HOLD, values![lease.id]).await?.ok_or_else(lost)?;
        if row.int("fence")? != lease.fence { Err(lost()) } else { claw(&row) }
    }

    /// Whether the lease is neither given back nor lost.
    pub async fn holds_claw(&mut self, lease: &ClawLease) -> Result<bool> {
        Ok(self.number(HOLDS, values![lease.id, lease.fence]).await? == 1)
    }

    pub async fn list_claws(&mut self, person: PersonId) -> Result<Vec<Claw>> {
        self.all(LIVING, values![person]).await?.iter().map(claw).collect()
    }

    pub async fn find_claw_of_bot(&mut self, bot: BotId) -> Result<Option<Claw>> {
        self.find(BY_BOT, values![bot]).await?.as_ref().map(claw).transpose()
    }

    /// The claw that has this bot, or may still be running with it at the infra.
    pub async fn find_claw_with_bot(&mut self, bot: BotId) -> Result<Option<Claw>> {
        self.find(WITH_BOT, values![bot, format!("%,{bot},%")]).await?.as_ref().map(claw).transpose()
    }

    pub async fn count_living_claws(&mut self) -> Result<i64> {
        self.number(COUNT_LIVING, values![]).await
    }

    pub async fn list_fleet(&mut self, most: i64, skip: i64) -> Result<Vec<Claw>> {
        self.all(FLEET, values![most, skip]).await?.iter().map(claw).collect()
    }

    /// Claws whose next step is late.
    pub async fn claws_backlog(&mut self, now: Time) -> Result<Backlog> {
        Backlog::read(self.find(OVERDUE, values![now]).await?)
    }

    /// Claws that have never been up and are being worked on since `since` or later.
    pub async fn list_hatching(&mut self, since: Time) -> Result<Vec<ClawId>> {
        self.all(HATCHING, values![since]).await?.iter().map(|row| row.parsed("claws", "id")).collect()
    }

    /// How many claws made before `created` the infra has no room for.
    pub async fn count_waiting_before(&mut self, created: Time) -> Result<i64> {
        self.number(AHEAD, values![created]).await
    }

    pub async fn claim_claws(&mut self, now: Time, until: Time, most: i64) -> Result<Vec<ClawLease>> {
        let lease = |row: &Row| Ok(ClawLease { id: row.parsed("claws", "id")?, fence: row.int("fence")?, until });
        self.all(CLAIM, values![now, until, most]).await?.iter().map(lease).collect()
    }

    /// Gives the claw back, to be looked at again at `due`.
    pub async fn release_claw(&mut self, lease: &ClawLease, due: Option<Time>) -> Result<()> {
        self.put_off(vec![Later::new("claws", RELEASE, values![lease.id, lease.fence, due])]).await
    }

    /// Something happened to it: look at it now.
    pub async fn wake_claw(&mut self, id: ClawId, now: Time) -> Result<()> {
        self.run(WAKE, values![id, now]).await.map(drop)
    }

    pub async fn wake_claws_of(&mut self, person: PersonId, now: Time) -> Result<()> {
        self.run(WAKE_OF_PERSON, values![person, now]).await.map(drop)
    }

    /// The last id of the next `most` claws after this id; nothing when there are none.
    pub async fn slice_of_claws(&mut self, after: &str, most: i64) -> Result<Option<String>> {
        self.find(SLICE, values![after, most]).await?.map_or(Ok(None), |row| row.maybe_text("last"))
    }

    /// The patrol: every living claw of a slice is looked at now, whatever its due time says.
    pub async fn wake_slice(&mut self, after: &str, last: &str, now: Time) -> Result<u64> {
        self.run(WAKE_SLICE, values![now, after, last]).await
    }
}
