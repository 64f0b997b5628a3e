//! Looking closely: what a button carries, what stands in the database, what Telegram refused.

use clawhatch::{
    bot,
    domain::ids::MessageId,
    sandbox::telegram::{Kind, TapResult},
};

use crate::world::{Someone, World};

/// A text with the characters spelt out that set the direction of writing or join what stands beside them.
pub fn visible(text: &str) -> String {
    text.replace('\u{2068}', "(isolated ").replace('\u{2069}', ")").replace('\u{2060}', "(joined)")
}

impl World {
    /// Where in the database a text stands.
    pub async fn places_of(&self, needle: &str) -> Vec<String> {
        let holds = |value: &[u8]| value.windows(needle.len()).any(|part| part == needle.as_bytes());
        let values = self.every_value().await;
        values.into_iter().filter(|(_, value)| holds(value)).map(|(place, _)| place).collect()
    }

    /// Stores what waits at Telegram, and handles nothing of it yet.
    pub async fn take_in(&self) {
        bot::poll_once(self.app(), &self.product.api, 0, 0).await;
    }

    /// How many rows a table holds.
    pub async fn rows(&self, table: &str) -> usize {
        self.texts(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}")).await[0].parse().expect("a number")
    }

    /// What Telegram has refused so far, in its words. A screen it could not read would be here; one that is drawn as it
    /// stands already is no harm.
    pub fn refused_by_telegram(&self) -> Vec<String> {
        let refused = self.telegram.journal().into_iter().filter(|call| call.status != 200);
        let refused = refused.filter(|call| !call.answer["description"].as_str().unwrap_or_default().contains("is not modified"));
        refused.map(|call| format!("{}: {}", call.method, call.answer["description"].as_str().unwrap_or_default())).collect()
    }
}

impl Someone<'_> {
    /// Where a button is that so reads, in the newest message that has it, and what it does.
    pub fn button(&self, label: &str) -> (MessageId, Kind) {
        let chat = self.world.telegram.chat(self.id, self.bot());
        let found = chat.iter().rev().find_map(|shown| {
            let button = shown.buttons.iter().flatten().find(|(text, _)| text.contains(label))?;
            Some((shown.message_id, button.1.clone()))
        });
        found.unwrap_or_else(|| panic!("nobody shows a button {label:?} in:\n{}", self.chat()))
    }

    /// The same for a button that asks our bot something: what it carries.
    pub fn data(&self, label: &str) -> (MessageId, String) {
        match self.button(label) {
            (message, Kind::Tap(data)) => (message, data),
            (_, other) => panic!("{label:?} does not ask our bot: {other:?}"),
        }
    }

    /// The address a button opens.
    pub fn link(&self, label: &str) -> String {
        match self.button(label) {
            (_, Kind::Url(url)) => url,
            (_, other) => panic!("{label:?} opens nothing: {other:?}"),
        }
    }

    /// Sends any data as a tap on any message, and does what there is to do.
    pub async fn sends_data(&self, message: MessageId, data: &str) {
        let asked = self.world.telegram.taps_data(self.id, self.bot(), message, data);
        assert!(matches!(asked, TapResult::Asked { .. }), "{asked:?}");
        self.world.settle().await;
    }

    /// Presses the key of the picker that closes it.
    pub async fn presses(&self, key: &str) {
        self.world.telegram.presses(self.id, self.bot(), key).unwrap_or_else(|| panic!("no key {key:?} in:\n{}", self.chat()));
        self.world.settle().await;
    }

    /// How many messages the chat shows.
    pub fn messages(&self) -> usize {
        self.world.telegram.chat(self.id, self.bot()).len()
    }
}
