//! What the card of a claw shows, and the list of claws.

use serde::{Deserialize, Serialize};

use crate::domain::{
    claw::{Ailment, Reason, Status},
    ids::ClawId,
    notice::Right,
    time::Time,
};

/// One line of the list of claws.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClawBrief {
    pub claw: ClawId,
    pub title: Option<String>,
    /// The bot's username, without the @.
    pub bot: String,
    pub status: Status,
}

/// What the card of a claw shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub claw: ClawId,
    pub title: Option<String>,
    /// The bot's username, without the @.
    pub bot: String,
    /// The model's name.
    pub model: String,
    /// How many may talk to it besides its owner.
    pub guests: u32,
    pub status: Status,
    pub right: Right,
    /// When a sleeping claw will be destroyed.
    pub kept_until: Option<Time>,
    /// Until when a deletion can be undone.
    pub undo_until: Option<Time>,
    /// Why it is broken, if it is.
    pub reason: Option<Reason>,
    /// How many people wait before it when the infra is full.
    pub line: Option<u32>,
    /// What is being done to it now.
    #[serde(default)]
    pub busy: Option<Busy>,
    /// The version of OpenClaw it runs.
    #[serde(default)]
    pub version: Option<String>,
    /// Since when it runs.
    #[serde(default)]
    pub started: Option<Time>,
    #[serde(default)]
    pub ailment: Option<Ailment>,
    pub actions: Vec<CardAction>,
}

/// A button of the card. Only those its driver can serve, in the state it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardAction {
    OpenChat,
    ChangeModel,
    People,
    Pause,
    Resume,
    Rename,
    NewToken,
    Delete,
    Undo,
    AskAdmin,
    Restart,
    Backups,
    Devices,
    Logs,
}

/// What is being done to a claw that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Busy {
    Restarting,
    BackingUp,
    Restoring,
}

/// What was just done, in a word above the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    Renamed,
    Changing,
    /// The same, of a claw that is changed as it runs.
    ChangingAwake,
    Pausing,
    Waking,
    Deleting,
    Undone,
    Restarting,
    BackingUp,
    Restoring,
    LettingIn,
    TurningAway,
    Nothing,
}
