//! What an infra that can be asked says of a claw that is there, beside whether it runs: which version, since when, and
//! what ails it.

use serde::{Deserialize, Serialize};

use crate::domain::time::Time;

/// How a claw was when it was last looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The version of OpenClaw it runs.
    pub version: Option<String>,
    /// When it was started.
    pub started: Option<Time>,
    pub ailment: Option<Ailment>,
    /// When the ailment was first seen; nothing without one.
    pub since: Option<Time>,
}

/// Why a claw does not do well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ailment {
    /// Telegram does not accept its bot's token any more.
    TokenRejected,
    /// Somebody else receives the messages of its bot.
    TokenElsewhere,
    OutOfMemory,
    /// It ends again and again, and is not started any more.
    Crashes,
    ConfigInvalid,
    SlowStart,
    /// The model's service does not accept the key.
    ModelRefused,
    DiskFull,
    Other,
}

impl Ailment {
    /// Whether its owner can mend it with a new token.
    pub fn is_token_trouble(self) -> bool {
        match self {
            Ailment::TokenRejected | Ailment::TokenElsewhere => true,
            Ailment::OutOfMemory
            | Ailment::Crashes
            | Ailment::ConfigInvalid
            | Ailment::SlowStart
            | Ailment::ModelRefused
            | Ailment::DiskFull
            | Ailment::Other => false,
        }
    }

    /// Whether an operator should know: nothing its owner does will mend it for good.
    pub fn is_for_operators(self) -> bool {
        match self {
            Ailment::Crashes | Ailment::ConfigInvalid | Ailment::ModelRefused | Ailment::DiskFull => true,
            Ailment::TokenRejected | Ailment::TokenElsewhere | Ailment::OutOfMemory | Ailment::SlowStart | Ailment::Other => {
                false
            }
        }
    }
}

impl Facts {
    /// These facts after `before`: an ailment that goes on began when it was first seen.
    pub fn after(mut self, before: Option<&Facts>, now: Time) -> Facts {
        let goes_on = before.filter(|before| before.ailment == self.ailment).and_then(|before| before.since);
        self.since = self.ailment.map(|_| goes_on.unwrap_or(now));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ailment_begins_when_it_is_first_seen_and_again_when_it_comes_back() {
        let ill = |ailment| Facts { ailment, ..Facts::default() };
        let first = ill(Some(Ailment::TokenRejected)).after(None, Time(1));
        assert_eq!(first.since, Some(Time(1)));
        let still = ill(Some(Ailment::TokenRejected)).after(Some(&first), Time(2));
        assert_eq!(still.since, Some(Time(1)));
        let other = ill(Some(Ailment::TokenElsewhere)).after(Some(&still), Time(3));
        assert_eq!(other.since, Some(Time(3)));
        let well = ill(None).after(Some(&other), Time(4));
        assert_eq!(well.since, None);
        assert_eq!(ill(Some(Ailment::TokenElsewhere)).after(Some(&well), Time(5)).since, Some(Time(5)));
    }
}
