//! What people are told of a claw that runs: its devices, its backups, what it wrote down, and what came of what they asked.

use serde::{Deserialize, Serialize};

use crate::domain::{
    card::Busy,
    claw::Ailment,
    device::DeviceState,
    ids::{ClawId, DeviceId, OperationId},
    incident::IncidentCode,
    operation::Mishap,
    shown::Shown,
    time::Time,
};

/// A device, as people know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceLine {
    /// Its own name and what it is, in its own words.
    pub name: String,
    pub platform: String,
    pub at: Option<Time>,
}

/// One backup in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupLine {
    pub made: Time,
    pub bytes: u64,
    /// Carried by the button that puts it back; nothing while it cannot be put back.
    pub shown: Option<Shown>,
    pub failed: bool,
}

/// What a claw has used so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageLine {
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// In hundredths of a US dollar.
    pub cents: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tend", rename_all = "snake_case")]
pub enum TendNotice {
    Devices {
        claw: ClawId,
        bot: String,
        waiting: Vec<(DeviceId, DeviceLine)>,
        paired: Vec<DeviceLine>,
    },
    /// A device asks to be let in; one message, edited to what became of it.
    DeviceAsks {
        device: DeviceId,
        claw: ClawId,
        bot: String,
        line: DeviceLine,
        state: DeviceState,
    },
    Backups {
        claw: ClawId,
        bot: String,
        backups: Vec<BackupLine>,
        busy: Option<Busy>,
    },
    ConfirmRestore {
        operation: OperationId,
        claw: ClawId,
        bot: String,
        made: Time,
        drawn: Time,
    },
    Logs {
        claw: ClawId,
        bot: String,
        lines: Vec<String>,
        usage: Option<UsageLine>,
    },
    /// What was asked is done.
    Done {
        claw: ClawId,
        bot: String,
        what: Busy,
    },
    /// What was asked came to nothing.
    Failed {
        claw: ClawId,
        bot: String,
        what: Busy,
        why: Mishap,
        code: Option<IncidentCode>,
    },
    /// It runs and does not do well, and its owner can mend it.
    Ailing {
        claw: ClawId,
        bot: String,
        ailment: Ailment,
    },
}
