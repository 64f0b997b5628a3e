//! Devices that asked to be let in, and what hosts told by themselves: both known by a key that drops a repeat.

use crate::{
    domain::{
        device::{Device, DeviceState},
        ids::{ClawId, DeviceId},
        time::Time,
    },
    store::{Result, Row, StoreError, Tx, statement::statements, tx::values},
};

/// What is read of a row. By name: a column that a newer version adds must not change what a statement gives.
macro_rules! columns {
    () => {
        "id, claw_id, person_id, request_id, name, platform, state, asked_at"
    };
}

statements! {
    ADD = "INSERT INTO devices (id, claw_id, person_id, request_id, name, platform, state, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
           ON CONFLICT (claw_id, request_id) DO NOTHING";
    FIND = concat!("SELECT ", columns!(), " FROM devices WHERE id = $1");
    BY_REQUEST = concat!("SELECT ", columns!(), " FROM devices WHERE claw_id = $1 AND request_id = $2");
    OPEN = concat!("SELECT ", columns!(), " FROM devices WHERE claw_id = $1 AND state IN ('waiting', 'letting_in', 'turning_away') ORDER BY id");
    SET = "UPDATE devices SET state = $2 WHERE id = $1";
    SWEEP = "DELETE FROM devices WHERE asked_at < $1";
    NOTE = "INSERT INTO node_events (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    SWEEP_EVENTS = "DELETE FROM node_events WHERE at < $1";
}

fn device(row: &Row) -> Result<Device> {
    let state = row.text("state")?;
    Ok(Device {
        id: row.parsed("devices", "id")?,
        claw: row.parsed("devices", "claw_id")?,
        person: row.parsed("devices", "person_id")?,
        request: row.text("request_id")?,
        name: row.text("name")?,
        platform: row.text("platform")?,
        state: DeviceState::read(&state).ok_or(StoreError::Inconsistent { table: "devices", column: "state", why: state })?,
        asked: row.time("asked_at")?,
    })
}

impl Tx {
    /// False when this request is known already.
    pub async fn add_device(&mut self, new: &Device) -> Result<bool> {
        let values = values![new.id, new.claw, new.person, &new.request, &new.name, &new.platform, new.state.text(), new.asked];
        Ok(self.run(ADD, values).await? == 1)
    }

    pub async fn find_device(&mut self, id: DeviceId) -> Result<Option<Device>> {
        self.find(FIND, values![id]).await?.as_ref().map(device).transpose()
    }

    pub async fn find_device_by_request(&mut self, claw: ClawId, request: &str) -> Result<Option<Device>> {
        self.find(BY_REQUEST, values![claw, request]).await?.as_ref().map(device).transpose()
    }

    /// Those of whose request something may still come, the oldest first.
    pub async fn list_open_devices(&mut self, claw: ClawId) -> Result<Vec<Device>> {
        self.all(OPEN, values![claw]).await?.iter().map(device).collect()
    }

    pub async fn set_device(&mut self, id: DeviceId, state: DeviceState) -> Result<()> {
        self.run(SET, values![id, state.text()]).await.map(drop)
    }

    pub async fn sweep_devices(&mut self, before: Time) -> Result<u64> {
        self.run(SWEEP, values![before]).await
    }

    /// Notes that something a host told was taken up. False when it was before.
    pub async fn note_event(&mut self, id: &str, now: Time) -> Result<bool> {
        Ok(self.run(NOTE, values![id, now]).await? == 1)
    }

    pub async fn sweep_events(&mut self, before: Time) -> Result<u64> {
        self.run(SWEEP_EVENTS, values![before]).await
    }
}
