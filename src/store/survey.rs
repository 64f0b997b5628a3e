//! What a comparison with the infra's own list needs of the claws: those that were seen to run, and the one behind a
//! name the infra uses.

use crate::{
    domain::{
        claw::{Claw, Seen, Spec, Wish},
        ids::{ClawId, PersonId},
    },
    store::{
        Result, Row, Tx,
        claws::{claw, columns},
        statement::statements,
        tx::values,
    },
};

statements! {
    // Compared as text first, so that a million sleeping claws are not read in vain.
    RUNNING = "SELECT id, person_id, number, version, wish, seen, spec FROM claws WHERE id > $1 AND destroyed_at IS NULL AND driver = $2 \
               AND wish LIKE '{\"wish\":\"running\"%' AND seen LIKE '{\"seen\":\"running\"%' ORDER BY id LIMIT $3";
    AT = concat!("SELECT ", columns!(), " FROM claws WHERE person_id = $1 AND number = $2");
}

/// A claw that runs as wished, as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningClaw {
    pub id: ClawId,
    pub person: PersonId,
    pub number: i64,
    pub version: i64,
    pub model: String,
}

fn running(row: &Row) -> Result<(ClawId, Option<RunningClaw>)> {
    let id = row.parsed("claws", "id")?;
    let (wish, seen): (Wish, Seen) = (row.json("claws", "wish")?, row.json("claws", "seen")?);
    let as_wished = match (wish, seen) {
        (Wish::Running { generation }, Seen::Running { generation: seen, .. }) => generation == seen,
        (Wish::Running { .. } | Wish::Paused | Wish::Suspended { .. } | Wish::Gone { .. }, _) => false,
    };
    if !as_wished {
        return Ok((id, None));
    }
    let spec: Spec = row.json("claws", "spec")?;
    let (person, number) = (row.parsed("claws", "person_id")?, row.int("number")?);
    Ok((id, Some(RunningClaw { id, person, number, version: row.int("version")?, model: spec.model })))
}

impl Tx {
    /// Up to `most` of the claws after `after` that a driver runs as wished, in order, and the last id looked at: nothing
    /// when there are no more.
    pub async fn list_running(
        &mut self,
        after: Option<ClawId>,
        driver: &str,
        most: i64,
    ) -> Result<(Vec<RunningClaw>, Option<ClawId>)> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let rows = self.all(RUNNING, values![after, driver, most]).await?;
        let read: Vec<_> = rows.iter().map(running).collect::<Result<_>>()?;
        let last = read.last().map(|(id, _)| *id);
        Ok((read.into_iter().filter_map(|(_, claw)| claw).collect(), last))
    }

    /// The claw the infra knows as `claw-<number>` of this person, destroyed ones too.
    pub async fn find_claw_at(&mut self, person: PersonId, number: i64) -> Result<Option<Claw>> {
        self.find(AT, values![person, number]).await?.as_ref().map(claw).transpose()
    }
}
