//! The use cases: one public function for each thing a person, an event or the clock can want. A use case opens one
//! transaction, changes rows, queues its answers in the same transaction and commits; outside calls happen before it
//! is opened or after it is committed, never inside.

mod access;
mod act;
pub mod admin;
mod alerts;
mod asked;
mod audit;
mod bells;
mod bots;
mod cards;
mod changes;
mod claws;
mod doubts;
mod floods;
mod gather;
mod hatch;
mod health;
mod held;
mod home;
pub mod inbox;
mod insist;
pub mod keys;
mod line;
mod lull;
mod offers;
mod offices;
pub mod outbox;
mod patrol;
mod persons;
mod prudence;
mod reconcile;
mod sending;
mod survey;
mod taps;
mod tending;
mod told;
mod walk;

use std::{sync::Arc, time::Duration};

use crate::{
    domain::{catalogue::Catalogue, ids::TelegramId, refusal::Refusal, secret::Secret, time::millis},
    drivers::{
        claws::Drivers,
        clock::Clock,
        pepper::Pepper,
        telegram::{BotAccounts, Messenger, OwnBot},
        vault::Vault,
    },
    store::{Db, StoreError},
};

pub use crate::store::{ClawLease, InboxRow, Message, OperationLease, ScheduleLease};

pub use act::{Act, Event, Sender, Tapped};
pub use audit::verify as verify_audit;
pub use bells::Bells;
pub use bots::Pasted;
pub use doubts::Doubts;
pub use floods::{Flood, Floods};
pub use gather::Gather;
pub use health::Health;
pub use held::{BEAT, Held, Keeping};
pub use lull::Lull;
pub use outbox::Pace;
pub use prudence::Prudence;
pub use sending::Sending;
pub use taps::Pressed;

/// What the operator decided.
#[derive(Debug)]
pub struct Rules {
    pub admins: Vec<TelegramId>,
    pub trial_hours: u32,
    pub max_claws: u32,
    pub trials_per_day: u32,
    pub catalogue: Catalogue,
    /// Reaches every claw until keys are made per claw.
    pub ai_gateway_key: Secret<String>,
    /// The longest an infra call may take.
    pub longest_call: Duration,
}

/// Everything a use case may reach for.
pub struct App {
    pub db: Db,
    pub clock: Clock,
    pub vault: Vault,
    pub pepper: Arc<Pepper>,
    pub messenger: Arc<dyn Messenger>,
    pub accounts: Arc<dyn BotAccounts>,
    pub drivers: Drivers,
    pub own: OwnBot,
    pub rules: Rules,
    pub bells: Bells,
    pub floods: Floods,
    pub gather: Gather,
    pub pace: Pace,
    pub prudence: Prudence,
    pub held: Held,
    pub doubts: Doubts,
    pub lull: Lull,
    pub sending: Sending,
    /// An alert about our token may be open: the first message that gets through ends it.
    pub token_doubted: std::sync::atomic::AtomicBool,
    /// When a call to the infra last failed, as `ran_for` has it; 0 if none has since the start. By the steady clock: a wall
    /// that is moved must not keep an alert open, or end it.
    pub infra_failed: std::sync::atomic::AtomicI64,
    /// When the infra last did what it was asked, as this process knows.
    pub infra_answered: std::sync::atomic::AtomicI64,
}

/// How a use case ends when it does not end well.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The person may read why.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nothing stands; run it again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody outside, whose word this needs, does not answer. The same again later may go well.
    #[error("{0}")]
    Silent(String),
    /// Nobody we know did it, and it is nothing that begins an acquaintance.
    #[error("somebody we do not know pressed an old button")]
    Stranger,
    /// For us only.
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
}

pub type Result<T> = std::result::Result<T, Error>;

impl App {
    /// A moment by the steady clock, in milliseconds and never 0.
    pub(crate) fn ran_for(&self) -> i64 {
        millis(self.clock.steady()).saturating_add(1)
    }

    pub fn is_admin(&self, id: TelegramId) -> bool {
        self.rules.admins.contains(&id)
    }
}

/// A new name for a row. Version 7: those made later sort later.
pub(crate) fn new_id() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}
