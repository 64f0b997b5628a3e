//! Fleet-wide chores and offices that one replica holds at a time: the poller, the sweeps, the sealer.

use crate::{
    domain::time::Time,
    store::{Lease, Result, Tx, Work, statement::statements, tx::values},
};

statements! {
    ADD = "INSERT INTO schedules (name, due_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    TAKE = "UPDATE schedules SET lease_until = $3, fence = fence + 1 WHERE name = $1 AND (due_at <= $2 OR due_at > $2 + 3660000) AND (lease_until IS NULL OR lease_until <= $2 OR lease_until > $2 + 300000) RETURNING fence";
    DUE = "SELECT name FROM schedules WHERE (due_at <= $1 OR due_at > $1 + 3660000) AND (lease_until IS NULL OR lease_until <= $1 OR lease_until > $1 + 300000)";
    KEEP = "UPDATE schedules SET lease_until = $3 WHERE name = $1 AND fence = $2 AND lease_until IS NOT NULL";
    GIVE_BACK = "UPDATE schedules SET lease_until = NULL, due_at = $3 WHERE name = $1 AND fence = $2";
    CAP = "UPDATE schedules SET due_at = $2 WHERE name = $1 AND due_at > $2";
    FORWARD = "UPDATE schedules SET due_at = $1 WHERE due_at > $1";
    HELD = "SELECT COUNT(*) FROM schedules WHERE name = $1 AND lease_until > $2 AND lease_until <= $2 + 300000";
}

/// A chore taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleLease {
    pub name: String,
    pub fence: i64,
    /// Its end when it was taken.
    pub until: Time,
}

impl ScheduleLease {
    /// The lease as it was written.
    pub fn lease(&self) -> Lease {
        Lease { work: Work::Schedules, id: (&self.name).into(), fence: self.fence, until: self.until }
    }
}

impl Tx {
    pub async fn add_schedule(&mut self, name: &str, due: Time) -> Result<()> {
        self.run(ADD, values![name, due]).await.map(drop)
    }

    /// The names of those that could be taken now.
    pub async fn list_due_schedules(&mut self, now: Time) -> Result<Vec<String>> {
        self.all(DUE, values![now]).await?.iter().map(|row| row.text("name")).collect()
    }

    /// Takes the chore if it is due and nobody holds it.
    pub async fn take_schedule(&mut self, name: &str, now: Time, until: Time) -> Result<Option<ScheduleLease>> {
        let taken = self.find(TAKE, values![name, now, until]).await?;
        taken.map(|row| Ok(ScheduleLease { name: name.to_owned(), fence: row.int("fence")?, until })).transpose()
    }

    /// The chore is due at `latest` at the latest.
    pub async fn cap_schedule(&mut self, name: &str, latest: Time) -> Result<()> {
        self.run(CAP, values![name, latest]).await.map(drop)
    }

    /// Every chore is due now.
    pub async fn bring_schedules_forward(&mut self, now: Time) -> Result<()> {
        self.run(FORWARD, values![now]).await.map(drop)
    }

    /// Makes the lease longer; false when it was lost.
    pub async fn keep_schedule(&mut self, lease: &ScheduleLease, until: Time) -> Result<bool> {
        Ok(self.run(KEEP, values![&lease.name, lease.fence, until]).await? == 1)
    }

    pub async fn give_back_schedule(&mut self, lease: &ScheduleLease, due: Time) -> Result<()> {
        self.run(GIVE_BACK, values![&lease.name, lease.fence, due]).await.map(drop)
    }

    pub async fn is_schedule_held(&mut self, name: &str, now: Time) -> Result<bool> {
        Ok(self.number(HELD, values![name, now]).await? > 0)
    }
}
