//! The walks: what people do and what time does to them. Each act is done once; a person only waits for what they were
//! promised, and so does the test.

use std::time::Duration;

use clawhatch::{
    domain::{
        ids::TelegramId,
        time::{DAY, HOUR, MINUTE},
    },
    sandbox::telegram::Kind,
};

use super::street::Street;
use crate::process::until;

/// Whose walk it is.
pub const ANN: TelegramId = TelegramId(1001);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// Somebody new says /start, while the program starts.
    Start,
    /// The same on an empty database: the first start of all.
    FirstStart,
    /// From /hatch over a pasted token to a claw that is awake.
    Hatch,
    /// The same with a bot made in one tap, which is closed to strangers.
    OneTap,
    /// The free time ends: told, put to sleep, warned, destroyed.
    Expiry,
    /// The owner deletes the claw, and ten minutes pass.
    Deletion,
    /// /delete_my_data.
    Forgetting,
    /// A claw on our own host agent is restarted, lets a device in, and goes back to a backup.
    Tending,
}

impl Walk {
    /// Whether the program dies over its own start, too.
    pub fn begins_with_the_program(self) -> bool {
        matches!(self, Walk::Start | Walk::FirstStart)
    }

    /// Whether the infra is our own host agent.
    pub fn is_on_a_clawnode(self) -> bool {
        matches!(self, Walk::Tending)
    }

    /// What has happened before the deaths begin.
    pub async fn prepares(self, street: &Street) {
        let around = &street.around;
        if self.begins_with_the_program() {
            around.telegram.add_person(ANN, "Ann", None, None, Some("en"));
            return;
        }
        street.is_introduced().await;
        if !matches!(self, Walk::Hatch | Walk::OneTap) {
            around.hatches(ANN.0, "anns_helper_bot").await;
            around.hears(ANN, "Your claw is awake").await;
            street.comes_to_rest().await;
        }
    }

    /// What the deaths befall.
    pub async fn goes(self, street: &Street) {
        let around = &street.around;
        match self {
            Walk::Start | Walk::FirstStart => {
                around.telegram.says(ANN, around.bot.id, "/start");
                around.hears(ANN, "Your own AI assistant").await;
            }
            Walk::Hatch => {
                around.hatches(ANN.0, "anns_helper_bot").await;
                around.hears(ANN, "Your claw is awake").await;
            }
            Walk::OneTap => {
                around.telegram.add_person(ANN, "Ann", None, None, Some("en"));
                around.telegram.says(ANN, around.bot.id, "/hatch");
                around.taps(ANN, "I agree").await;
                around.hears(ANN, "Create it in one tap").await;
                around.telegram.opens_newbot_link_as(ANN, &one_tap(street), "Helper", "anns_helper_bot").expect("a bot");
                for label in ["Use this bot", "Gemini 3 Flash", "Only me", "Start 48"] {
                    around.taps(ANN, label).await;
                }
                around.hears(ANN, "Your claw is awake").await;
                let bot = around.telegram.bot_by_username("anns_helper_bot").expect("her bot").id;
                until("it is closed to strangers", async || around.telegram.access(bot).0).await;
            }
            Walk::Expiry => {
                // One line of each notice: the name of her bot, and these words.
                for (span, words) in [
                    (25 * HOUR, "falls asleep"),
                    (24 * HOUR, "is asleep"),
                    (5 * DAY + HOUR, "will be destroyed"),
                    (2 * DAY + HOUR, "is gone"),
                ] {
                    street.passes(span).await;
                    let says = |line: &str| line.contains("anns_helper_bot") && line.contains(words);
                    until(&format!("{words:?} is said"), async || around.chat(ANN).lines().any(says)).await;
                    street.comes_to_rest().await;
                }
            }
            Walk::Deletion => {
                around.telegram.says(ANN, around.bot.id, "/status");
                // A thumb that is faster than the note that the card arrived gets another card.
                around.hears(ANN, "Gemini 3 Flash, only you").await;
                street.comes_to_rest().await;
                around.taps(ANN, "Delete this claw").await;
                around.taps(ANN, "Delete it").await;
                around.hears(ANN, "Undo").await;
                street.comes_to_rest().await;
                street.passes(10 * MINUTE + Duration::from_secs(5)).await;
                around.hears(ANN, "is gone").await;
            }
            Walk::Forgetting => {
                around.telegram.says(ANN, around.bot.id, "/delete_my_data");
                around.taps(ANN, "Delete my data and my claw").await;
                around.hears(ANN, "I no longer know who you are").await;
            }
            Walk::Tending => {
                let slug = around.infra.claws().first().expect("her claw").slug.clone();
                around.telegram.says(ANN, around.bot.id, "/status");
                around.hears(ANN, "Gemini 3 Flash, only you").await;
                street.comes_to_rest().await;
                around.taps(ANN, "Restart it").await;
                around.hears(ANN, "has restarted").await;
                street.comes_to_rest().await;
                around.infra.device_asks(&slug, "req-1", "Ann's phone", "ios");
                around.hears(ANN, "A device asks").await;
                street.comes_to_rest().await;
                around.taps(ANN, "Approve").await;
                around.hears(ANN, "Let in to").await;
                street.comes_to_rest().await;
                around.taps(ANN, "Backups").await;
                around.hears(ANN, "There is none yet").await;
                street.comes_to_rest().await;
                around.taps(ANN, "Back up now").await;
                around.hears(ANN, "The backup of").await;
                street.comes_to_rest().await;
            }
        }
    }
}

/// Where the button leads that makes a bot.
fn one_tap(street: &Street) -> String {
    let shown = street.around.telegram.chat(ANN, street.around.bot.id);
    let link = shown.iter().flat_map(|shown| shown.buttons.iter().flatten()).find_map(|(label, kind)| match kind {
        Kind::Url(url) if label.contains("Create it in one tap") => Some(url.clone()),
        Kind::Url(_) | Kind::Tap(_) | Kind::Copy(_) | Kind::Other(_) => None,
    });
    link.expect("a button that makes a bot")
}
