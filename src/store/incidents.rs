//! Failures people were shown, behind their short codes, for thirty days.

use crate::{
    domain::{
        incident::{Incident, IncidentCode},
        time::Time,
    },
    store::{Result, Tx, statement::statements, tx::values},
};

/// What is read of a row. By name: a column that a newer version adds must not change what a statement gives.
macro_rules! columns {
    () => {
        "code, at, person_id, claw_id, doing, chain"
    };
}

statements! {
    ADD = "INSERT INTO incidents (code, at, person_id, claw_id, doing, chain) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (code) DO NOTHING";
    FIND = concat!("SELECT ", columns!(), " FROM incidents WHERE code = $1");
    SWEEP = "DELETE FROM incidents WHERE at < $1";
}

impl Tx {
    /// False when the code is in use: choose another.
    pub async fn add_incident(&mut self, incident: &Incident) -> Result<bool> {
        let values = values![&incident.code.0, incident.at, incident.person, incident.claw, &incident.doing, &incident.chain];
        Ok(self.run(ADD, values).await? == 1)
    }

    pub async fn find_incident(&mut self, code: &IncidentCode) -> Result<Option<Incident>> {
        let Some(row) = self.find(FIND, values![&code.0]).await? else { return Ok(None) };
        Ok(Some(Incident {
            code: IncidentCode(row.text("code")?),
            at: row.time("at")?,
            person: row.maybe_text("person_id")?.and_then(|id| id.parse().ok()),
            claw: row.maybe_text("claw_id")?.and_then(|id| id.parse().ok()),
            doing: row.text("doing")?,
            chain: row.text("chain")?,
        }))
    }

    pub async fn sweep_incidents(&mut self, before: Time) -> Result<u64> {
        self.run(SWEEP, values![before]).await
    }
}
