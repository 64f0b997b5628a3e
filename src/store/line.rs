//! The waiting line: who comes next when there is room again.

use crate::{
    domain::{ids::PersonId, notice::LineReason, time::Time},
    store::{Result, Row, Tx, statement::statements, tx::values},
};

/// What is read of a row. By name: a column that a newer version adds must not change what a statement gives.
macro_rules! columns {
    () => {
        "person_id, since, told_at"
    };
}

statements! {
    JOIN = "INSERT INTO line (person_id, reason, since) VALUES ($1, $2, $3) ON CONFLICT (person_id) DO NOTHING";
    LEAVE = "DELETE FROM line WHERE person_id = $1";
    FIND = concat!("SELECT ", columns!(), " FROM line WHERE person_id = $1");
    PLACE = "SELECT COUNT(*) FROM line o, line m WHERE m.person_id = $1 AND o.told_at IS NULL AND (o.since < m.since OR (o.since = m.since AND o.person_id <= m.person_id))";
    NEXT = concat!("SELECT ", columns!(), " FROM line WHERE told_at IS NULL ORDER BY since, person_id LIMIT $1");
    TOLD = "UPDATE line SET told_at = $2 WHERE person_id = $1 AND told_at IS NULL";
    HELD = "SELECT COUNT(*) FROM line WHERE told_at IS NOT NULL";
    LENGTH = "SELECT COUNT(*) FROM line WHERE told_at IS NULL";
    GATE = "UPDATE schedules SET fence = fence + 1 WHERE name = 'places'";
    AHEAD = "UPDATE line SET told_at = $1 WHERE told_at > $1";
    DROP_OLD = "DELETE FROM line WHERE told_at <= $1";
}

/// One in line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InLine {
    pub person: PersonId,
    pub since: Time,
    pub told: Option<Time>,
}

fn in_line(row: &Row) -> Result<InLine> {
    Ok(InLine { person: row.parsed("line", "person_id")?, since: row.time("since")?, told: row.maybe_time("told_at")? })
}

impl Tx {
    /// Puts the person at the end of the line unless they stand in it; gives their place, from 1.
    pub async fn join_line(&mut self, person: PersonId, reason: LineReason, now: Time) -> Result<u32> {
        let reason = match reason {
            LineReason::Full => "full",
            LineReason::TrialsToday => "trials_today",
        };
        self.run(JOIN, values![person, reason, now]).await?;
        Ok(u32::try_from(self.number(PLACE, values![person]).await?).unwrap_or(1).max(1))
    }

    pub async fn leave_line(&mut self, person: PersonId) -> Result<()> {
        self.run(LEAVE, values![person]).await.map(drop)
    }

    pub async fn find_in_line(&mut self, person: PersonId) -> Result<Option<InLine>> {
        self.find(FIND, values![person]).await?.as_ref().map(in_line).transpose()
    }

    /// Those not yet told, the longest waiting first.
    pub async fn list_line(&mut self, most: i64) -> Result<Vec<InLine>> {
        self.all(NEXT, values![most]).await?.iter().map(in_line).collect()
    }

    /// It is their turn; false when they were told before.
    pub async fn tell_turn(&mut self, person: PersonId, now: Time) -> Result<bool> {
        Ok(self.run(TOLD, values![person, now]).await? == 1)
    }

    /// Until this transaction ends, nobody else counts or takes places.
    pub async fn hold_places(&mut self) -> Result<()> {
        self.run(GATE, values![]).await.map(drop)
    }

    /// How many places are kept for people who were told and have not missed their turn.
    pub async fn count_kept_places(&mut self) -> Result<i64> {
        self.number(HELD, values![]).await
    }

    pub async fn line_length(&mut self) -> Result<i64> {
        self.number(LENGTH, values![]).await
    }

    /// Turns that were told under a clock that ran ahead count from now.
    pub async fn no_turn_ahead(&mut self, now: Time) -> Result<()> {
        self.run(AHEAD, values![now]).await.map(drop)
    }

    /// Gives up the places of those told at or before `time` who never came.
    pub async fn drop_missed_turns(&mut self, time: Time) -> Result<u64> {
        self.run(DROP_OLD, values![time]).await
    }
}
