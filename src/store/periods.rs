//! Periods of right to a claw, and the marks that make a trial happen once.

use std::time::Duration;

use crate::{
    domain::{
        entitlement::{Period, PeriodKind},
        ids::{PeriodId, PersonId, TelegramId},
        time::{DAY, Time, millis},
    },
    store::{Result, Row, StoreError, Tx, statement::statements, tx::values},
};

/// What is read of a row. By name: a column that a newer version adds must not change what a statement gives.
macro_rules! columns {
    () => {
        "id, person_id, kind, length_ms, started_at, revoked_at, granted_by, reason, created_at"
    };
}

statements! {
    INSERT = "INSERT INTO periods (id, person_id, kind, length_ms, started_at, revoked_at, granted_by, reason, created_at) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    OF_PERSON = concat!("SELECT ", columns!(), " FROM periods WHERE person_id = $1 ORDER BY id");
    START = "UPDATE periods SET started_at = $2 WHERE id = $1 AND started_at IS NULL";
    REVOKE = "UPDATE periods SET revoked_at = $2 WHERE person_id = $1 AND revoked_at IS NULL";
    TRIALS_OF_DAY = "SELECT COUNT(*) FROM periods WHERE kind = 'trial' AND created_at >= $1 AND created_at < $2";
    MARK = "INSERT INTO trial_marks (mark, kind, at) VALUES ($1, $2, $3) ON CONFLICT (mark) DO NOTHING";
    IS_MARKED = "SELECT COUNT(*) FROM trial_marks WHERE mark = $1";
}

fn period(row: &Row) -> Result<Period> {
    let kind = row.text("kind")?;
    Ok(Period {
        id: row.parsed("periods", "id")?,
        person: row.parsed("periods", "person_id")?,
        kind: match kind.as_str() {
            "trial" => PeriodKind::Trial,
            "grant" => PeriodKind::Grant,
            _ => return Err(StoreError::Inconsistent { table: "periods", column: "kind", why: kind }),
        },
        length: Duration::from_millis(u64::try_from(row.int("length_ms")?).unwrap_or(0)),
        started: row.maybe_time("started_at")?,
        revoked: row.maybe_time("revoked_at")?,
        granted_by: row.maybe_int("granted_by")?.map(TelegramId),
        reason: row.maybe_text("reason")?,
        created: row.time("created_at")?,
    })
}

impl Tx {
    /// `Taken` when the person already had a trial.
    pub async fn add_period(&mut self, period: &Period) -> Result<()> {
        let kind = match period.kind {
            PeriodKind::Trial => "trial",
            PeriodKind::Grant => "grant",
        };
        let values = values![
            period.id,
            period.person,
            kind,
            millis(period.length),
            period.started,
            period.revoked,
            period.granted_by,
            period.reason.clone(),
            period.created
        ];
        self.run(INSERT, values).await.map(drop)
    }

    pub async fn list_periods(&mut self, person: PersonId) -> Result<Vec<Period>> {
        self.all(OF_PERSON, values![person]).await?.iter().map(period).collect()
    }

    /// Starts a waiting period's clock; one that runs is left alone.
    pub async fn start_period(&mut self, id: PeriodId, now: Time) -> Result<()> {
        self.run(START, values![id, now]).await.map(drop)
    }

    /// Ends every period of this person now; says how many.
    pub async fn revoke_periods(&mut self, person: PersonId, now: Time) -> Result<u64> {
        self.run(REVOKE, values![person, now]).await
    }

    /// The trials that began within the 24 hours from `midnight` on.
    pub async fn count_trials_of_day(&mut self, midnight: Time) -> Result<i64> {
        self.number(TRIALS_OF_DAY, values![midnight, midnight + DAY]).await
    }

    /// Marks a trial as used by whoever the mark stands for; false when it already was.
    pub async fn mark_trial(&mut self, mark: &str, kind: &str, now: Time) -> Result<bool> {
        Ok(self.run(MARK, values![mark, kind, now]).await? == 1)
    }

    pub async fn is_trial_marked(&mut self, mark: &str) -> Result<bool> {
        Ok(self.number(IS_MARKED, values![mark]).await? > 0)
    }
}
