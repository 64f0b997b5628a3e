//! The buttons of a claw that runs.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Minute, claw, minute, minute_text, uuid_text};
use crate::domain::{
    ids::{ClawId, DeviceId, OperationId},
    shown::Shown,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TendTap {
    Restart(ClawId),
    Devices(ClawId),
    LetIn(DeviceId),
    TurnAway(DeviceId),
    Backups(ClawId),
    BackUp(ClawId),
    /// `backup` is the print of the one that is meant.
    AskRestore {
        claw: ClawId,
        backup: Shown,
    },
    Restore {
        operation: OperationId,
        drawn: Minute,
    },
    Logs(ClawId),
}

impl TendTap {
    pub(super) fn spell(&self) -> String {
        match self {
            TendTap::Restart(claw) => format!("rb.{}", uuid_text(claw.0)),
            TendTap::Devices(claw) => format!("dv.{}", uuid_text(claw.0)),
            TendTap::LetIn(device) => format!("di.{}", uuid_text(device.0)),
            TendTap::TurnAway(device) => format!("dt.{}", uuid_text(device.0)),
            TendTap::Backups(claw) => format!("bl.{}", uuid_text(claw.0)),
            TendTap::BackUp(claw) => format!("bu.{}", uuid_text(claw.0)),
            TendTap::AskRestore { claw, backup } => format!("ar.{}.{}", uuid_text(claw.0), backup.spell()),
            TendTap::Restore { operation, drawn } => format!("rs.{}.{}", uuid_text(operation.0), minute_text(*drawn)),
            TendTap::Logs(claw) => format!("lo.{}", uuid_text(claw.0)),
        }
    }

    pub(super) fn read(head: &str, rest: &[&str]) -> Option<TendTap> {
        Some(match (head, rest) {
            ("rb", [id]) => TendTap::Restart(claw(id)?),
            ("dv", [id]) => TendTap::Devices(claw(id)?),
            ("di", [id]) => TendTap::LetIn(DeviceId(Uuid::try_parse(id).ok()?)),
            ("dt", [id]) => TendTap::TurnAway(DeviceId(Uuid::try_parse(id).ok()?)),
            ("bl", [id]) => TendTap::Backups(claw(id)?),
            ("bu", [id]) => TendTap::BackUp(claw(id)?),
            ("ar", [id, backup]) => TendTap::AskRestore { claw: claw(id)?, backup: Shown::read(backup)? },
            ("rs", [id, drawn]) => TendTap::Restore { operation: OperationId(Uuid::try_parse(id).ok()?), drawn: minute(drawn)? },
            ("lo", [id]) => TendTap::Logs(claw(id)?),
            _ => return None,
        })
    }
}
