//! The devices that may speak to a claw's gateway, and those that ask to.

use serde::Deserialize;
use serde_json::json;

use crate::node::{
    cell::Cell,
    openclaw::{Asking, Devices, OpenClaw, OpenClawError, Paired, rpc::RpcError},
};

/// What OpenClaw says when nobody asks under an id.
const UNKNOWN: &str = "unknown requestId";

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    pending: Vec<Device>,
    #[serde(default)]
    paired: Vec<Device>,
}

/// One device, asking or let in: most of its fields are the same.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Device {
    request_id: String,
    device_id: String,
    display_name: Option<String>,
    client_id: Option<String>,
    platform: Option<String>,
    role: Option<String>,
    ts: i64,
    approved_at_ms: i64,
}

impl Device {
    /// What it calls itself. Anybody can be behind it, so what is shown has a bound.
    fn name(&self) -> String {
        let name = self.display_name.as_ref().or(self.client_id.as_ref());
        name.map(|name| name.chars().filter(|c| !c.is_control()).take(64).collect()).unwrap_or_default()
    }

    fn platform(&self) -> String {
        self.platform.iter().flat_map(|text| text.chars()).filter(|c| !c.is_control()).take(64).collect()
    }
}

impl OpenClaw {
    /// The claw's devices.
    pub async fn devices(&self, cell: &Cell) -> Result<Devices, OpenClawError> {
        let said = self.admin.read(cell, "device.pair.list", json!({})).await?;
        let list: List = serde_json::from_value(said).map_err(|_| RpcError::Garbage)?;
        let pending = list.pending.into_iter().map(|device| Asking {
            name: device.name(),
            platform: device.platform(),
            role: device.role.clone().unwrap_or_default(),
            requested_at: date(device.ts),
            request_id: device.request_id,
        });
        let paired = list.paired.into_iter().map(|device| Paired {
            name: device.name(),
            platform: device.platform(),
            paired_at: date(device.approved_at_ms),
            device_id: device.device_id,
        });
        Ok(Devices { pending: pending.collect(), paired: paired.collect() })
    }

    /// Lets a device in; false when nobody asks under this id.
    pub async fn approve(&self, cell: &Cell, request_id: &str) -> Result<bool, OpenClawError> {
        self.answer(cell, "device.pair.approve", request_id).await
    }

    /// Turns a device away; false when nobody asks under this id.
    pub async fn reject(&self, cell: &Cell, request_id: &str) -> Result<bool, OpenClawError> {
        self.answer(cell, "device.pair.reject", request_id).await
    }

    async fn answer(&self, cell: &Cell, method: &str, request_id: &str) -> Result<bool, OpenClawError> {
        match self.admin.write(cell, method, json!({ "requestId": request_id })).await {
            Ok(_) => Ok(true),
            Err(RpcError::Refused(why)) if why.contains(UNKNOWN) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// A moment as RFC 3339; nothing when it is none.
fn date(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map(|at| at.to_string()).unwrap_or_default()
}
