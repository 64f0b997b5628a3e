//! What every driver that runs claws offers, whatever stands behind it.

use async_trait::async_trait;

use crate::domain::{
    bot_token::BotToken,
    claw::{Call, Capabilities, Outcome, Trouble},
    ids::{PersonId, TelegramId},
    secret::Secret,
};

/// Which claw: the two names the infra knows it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Our own id of the person, never the Telegram one.
    pub user_id: PersonId,
    /// `claw-<n>`, counted per person and never used again.
    pub claw_id: String,
}

/// Everything the infra needs to run one claw.
#[derive(Clone, Debug)]
pub struct Order {
    pub address: Address,
    pub ai_gateway_key: Secret<String>,
    pub model: String,
    pub bot_token: BotToken,
    /// Numeric ids, the owner first.
    pub allow_from: Vec<TelegramId>,
}

/// How a claw is by the infra's own list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedState {
    Running,
    Starting,
    Stopped,
    /// A word we do not know: it is there, and no more is concluded.
    Other,
}

/// One claw of the infra's list, in the infra's words. It may be anybody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub user_id: String,
    pub claw_id: String,
    pub state: ListedState,
    pub model: Option<String>,
}

/// Which part of the list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    First,
    /// What follows on a page that named this place as the next.
    After(&'a str),
    /// The claws of one person, all of them.
    Of(PersonId),
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub claws: Vec<Listed>,
    /// Where the list goes on; nothing on its last page.
    pub next: Option<String>,
}

/// What became of the question what runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Survey {
    Page(Page),
    /// This infra keeps no list for us.
    NotOffered,
}

/// One way to run claws. Every call may be repeated under the same key and must then have one effect.
#[async_trait]
pub trait ClawDriver: Send + Sync {
    /// The name in `DEFAULT_DRIVER` and in every claw's row.
    fn name(&self) -> &'static str;

    fn capabilities(&self) -> Capabilities;

    /// Brings the claw up with exactly this order. Never fails: whatever happens is an outcome.
    async fn provision(&self, call: &Call, order: &Order) -> Outcome;

    /// Takes the claw down. A claw that is not there is a success.
    async fn deprovision(&self, call: &Call, address: &Address) -> Outcome;

    /// How the claw is. Only called when the driver has the capability `status`.
    async fn look(&self, address: &Address) -> Outcome;

    /// What the infra runs, by its own list, page by page. Whoever cannot be asked says so.
    async fn survey(&self, _part: Part<'_>) -> Result<Survey, Trouble> {
        Ok(Survey::NotOffered)
    }

    /// Whether the infra answers us at all; for the doctor.
    async fn probe(&self) -> Result<(), Trouble>;
}
