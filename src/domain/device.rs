//! A device that asked to talk to a claw. The claw's own gateway lets nobody in whom its owner has not seen.

use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{ClawId, DeviceId, PersonId},
    time::Time,
};

/// What became of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// Its owner has not answered.
    Waiting,
    /// A yes is on its way.
    LettingIn,
    /// A no is on its way.
    TurningAway,
    LetIn,
    TurnedAway,
    /// It took its request back, or it was too late.
    Gone,
}

impl DeviceState {
    /// Its name in the row.
    pub fn text(self) -> &'static str {
        match self {
            DeviceState::Waiting => "waiting",
            DeviceState::LettingIn => "letting_in",
            DeviceState::TurningAway => "turning_away",
            DeviceState::LetIn => "let_in",
            DeviceState::TurnedAway => "turned_away",
            DeviceState::Gone => "gone",
        }
    }

    /// Reads it back.
    pub fn read(text: &str) -> Option<DeviceState> {
        let all = [
            DeviceState::Waiting,
            DeviceState::LettingIn,
            DeviceState::TurningAway,
            DeviceState::LetIn,
            DeviceState::TurnedAway,
            DeviceState::Gone,
        ];
        all.into_iter().find(|state| state.text() == text)
    }

    /// Whether nothing more will come of it.
    pub fn is_over(self) -> bool {
        match self {
            DeviceState::Waiting | DeviceState::LettingIn | DeviceState::TurningAway => false,
            DeviceState::LetIn | DeviceState::TurnedAway | DeviceState::Gone => true,
        }
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub id: DeviceId,
    pub claw: ClawId,
    pub person: PersonId,
    /// The node's name for the request; with the claw's it is the key that drops a repeat.
    pub request: String,
    pub name: String,
    pub platform: String,
    pub state: DeviceState,
    pub asked: Time,
}
