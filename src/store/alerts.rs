//! What is broken now: one row for each kind of trouble, so that admins hear of it once and read when it is over.

use crate::{
    domain::{admin::Alert, incident::IncidentCode, time::Time},
    store::{
        Result, Row, Tx,
        statement::statements,
        tx::{to_json, values},
    },
};

/// What is read of a row. By name: a column that a newer version adds must not change what a statement gives.
macro_rules! columns {
    () => {
        "name, alert, since, code"
    };
}

statements! {
    RAISE = "INSERT INTO alerts (name, alert, since, code) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET alert = excluded.alert, \
             since = excluded.since, code = excluded.code, resolved_at = NULL WHERE alerts.resolved_at IS NOT NULL";
    RESOLVE = concat!("UPDATE alerts SET resolved_at = $2 WHERE name = $1 AND resolved_at IS NULL RETURNING ", columns!());
    SWEEP = "DELETE FROM alerts WHERE resolved_at < $1 OR (since < $1 AND (name LIKE 'poison:%' OR name LIKE 'message:%'))";
    OPEN = concat!("SELECT ", columns!(), " FROM alerts WHERE resolved_at IS NULL ORDER BY since");
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAlert {
    pub name: String,
    pub alert: Alert,
    pub since: Time,
    pub code: Option<IncidentCode>,
}

fn open_alert(row: &Row) -> Result<OpenAlert> {
    Ok(OpenAlert {
        name: row.text("name")?,
        alert: row.json("alerts", "alert")?,
        since: row.time("since")?,
        code: row.maybe_text("code")?.map(IncidentCode),
    })
}

impl Tx {
    /// False when it is known already.
    pub async fn raise_alert(&mut self, alert: &OpenAlert) -> Result<bool> {
        let code = alert.code.as_ref().map(|code| code.0.clone());
        Ok(self.run(RAISE, values![&alert.name, to_json(&alert.alert), alert.since, code]).await? == 1)
    }

    /// The alert that is over now, if it was open.
    pub async fn resolve_alert(&mut self, name: &str, now: Time) -> Result<Option<OpenAlert>> {
        self.find(RESOLVE, values![name, now]).await?.as_ref().map(open_alert).transpose()
    }

    pub async fn sweep_alerts(&mut self, before: Time) -> Result<u64> {
        self.run(SWEEP, values![before]).await
    }

    pub async fn list_open_alerts(&mut self) -> Result<Vec<OpenAlert>> {
        self.all(OPEN, values![]).await?.iter().map(open_alert).collect()
    }
}
