//! Buttons: whether one is ours, and what to do about one that is not or no longer means anything.

use serde_json::json;

use crate::{
    app::{App, Event, Result, Sender, Tapped},
    domain::{ids::TelegramId, notice::Toast, tap::Tap},
    drivers::pepper::TapCheck,
};

/// What a pressed button turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pressed {
    Ours(Tap),
    /// We made it for this person, and no longer know what it means.
    Old,
    /// Not made by us, or not for this person.
    Forged,
}

impl App {
    /// Reads what a button carries. It proves only that we drew it for this person; every use case asks again who
    /// owns what.
    pub fn read_tap(&self, who: TelegramId, data: &str) -> Pressed {
        match self.pepper.read_tap(who, data) {
            TapCheck::Ours(spelling) => Tap::read(&spelling).map_or(Pressed::Old, Pressed::Ours),
            TapCheck::Forged => Pressed::Forged,
        }
    }

    pub async fn forged_tap(&self, event: &Event, sender: &Sender) -> Result<Option<Toast>> {
        let mut act = self.act_for(event).await?;
        // Whoever we do not know stays unknown.
        let person = act.tx.find_person_by_telegram(sender.id).await?.map(|person| person.id);
        if let Some(person) = person {
            act.by_person(person);
        }
        act.audit("tap.forged", person, None, json!({})).await?;
        act.commit().await?;
        Ok(Some(Toast::NotYours))
    }

    pub async fn old_tap(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<Option<Toast>> {
        self.show_home(event, sender, tapped).await?;
        Ok(Some(Toast::Redrawn))
    }
}
