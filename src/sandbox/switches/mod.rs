//! What can be made to break from the page: each switch says in words what it breaks, knows whether it is on, and can
//! be flipped. A switch for "the next call" goes off by itself when that call has come. A service that is no stand-in has
//! none.

mod infra;
mod telegram;

use crate::sandbox::{infra::InfraStandIn, telegram::Telegram};
use infra::InfraSwitches;

/// A switch as the page shows it.
pub(super) struct Shown {
    /// In the page's forms.
    pub name: &'static str,
    pub words: &'static str,
    pub on: bool,
}

/// All switches there are.
pub(super) struct Switches {
    telegram: Telegram,
    infra: Option<InfraSwitches>,
}

impl Switches {
    pub fn new(telegram: Telegram, infra: Option<InfraStandIn>) -> Switches {
        Switches { telegram, infra: infra.map(InfraSwitches::new) }
    }

    /// The switches of every service that has some, under its name.
    pub fn groups(&self) -> Vec<(&'static str, Vec<Shown>)> {
        let infra = self.infra.as_ref().map(|infra| {
            let shown = infra::ALL.map(|(name, switch, words)| Shown { name, words, on: infra.is_on(switch) });
            ("Infra", Vec::from(shown))
        });
        let shown = telegram::ALL.map(|(name, switch, words)| Shown { name, words, on: telegram::is_on(&self.telegram, switch) });
        infra.into_iter().chain([("Telegram", Vec::from(shown))]).collect()
    }

    /// Turns it on, or off when it is on. Nothing when there is no such switch.
    pub fn flip(&self, name: &str) -> Option<()> {
        if let Some((_, switch, _)) = telegram::ALL.iter().find(|(known, ..)| *known == name) {
            telegram::flip(&self.telegram, *switch);
            return Some(());
        }
        let (_, switch, _) = infra::ALL.iter().find(|(known, ..)| *known == name)?;
        self.infra.as_ref()?.flip(*switch);
        Some(())
    }
}
