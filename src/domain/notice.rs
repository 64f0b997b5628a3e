//! Everything we say, as data. `view/` turns a notice into words and buttons by one exhaustive match, in the language
//! and time zone of whoever reads it, at the moment it is sent. An outbox row stores the notice, never the words.

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use crate::domain::card::{Busy, Card, CardAction, ClawBrief, Done};
use crate::domain::{
    admin::AdminNotice,
    catalogue::Model,
    claw::{Guest, Reason},
    entitlement::PeriodKind,
    ids::{BotId, ClawId},
    incident::IncidentCode,
    locale::Locale,
    person::BotBrief,
    refusal::Refusal,
    shown::Shown,
    tending::TendNotice,
    time::Time,
    wizard::{Purpose, WizardStep},
};

/// What the home and summary screens offer this person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// The trial has not been used.
    Trial { hours: u32 },
    /// A period waits or runs and leaves room for one more claw.
    Entitled(Right),
    /// A period runs and its claw is already there.
    HasClaw,
    /// Nothing left; an admin can help.
    AskAdmin,
}

/// A person's right to a claw, as screens tell it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    None,
    /// Starts when a claw is first ready and then lasts this many hours.
    Waiting {
        kind: PeriodKind,
        hours: u32,
    },
    Until {
        kind: PeriodKind,
        end: Time,
    },
    Ended {
        kind: PeriodKind,
        end: Time,
    },
}

/// The steps of a hatching, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HatchStage {
    /// The token is sealed and the wish is written down.
    Sealed,
    /// The infra has been asked.
    Asked,
    /// The infra has accepted; the assistant starts.
    Starting,
}

/// What becomes of time that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantedFor {
    /// It waits for a bot to be connected.
    NoBot,
    /// A claw hatches by it.
    Hatching,
    /// A claw that slept wakes by it.
    Waking { claw: ClawId, bot: String },
    /// A claw goes on by it when the time it has now is over.
    GoingOn { claw: ClawId, bot: String },
}

/// Why someone waits in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineReason {
    /// Every claw we may run is taken.
    Full,
    /// Today's trials are given out.
    TrialsToday,
}

/// One change to a claw that needs a yes, because the infra may forget what the claw knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Model {
        index: u8,
        fingerprint: u8,
        name: String,
    },
    People {
        guests: u32,
        #[serde(default)]
        shown: Shown,
    },
    Bot {
        username: String,
        #[serde(default)]
        shown: Shown,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    // Home and words.
    Home {
        offer: Offer,
        claws: u32,
        wizard_open: bool,
    },
    HowItWorks {
        trial_hours: u32,
    },
    Help {
        admin: bool,
    },
    Languages {
        current: Locale,
    },
    Settings {
        locale: Locale,
        zone: Option<String>,
    },
    AskZone {
        current: Option<String>,
        #[serde(default)]
        refusal: Option<Refusal>,
    },

    // The wizard. `step` and the total of steps are shown in its screens.
    Terms {
        version: u32,
    },
    ChooseBot {
        /// The one-tap link, where our bot may create bots for people. The name it suggests is added in the reader's words.
        create_url: Option<String>,
        /// Bots this person connected earlier that host no claw.
        free: Vec<BotBrief>,
        /// Shown above when something went wrong.
        refusal: Option<Refusal>,
    },
    BotGuide {
        purpose: Purpose,
        refusal: Option<Refusal>,
    },
    BotFound {
        purpose: Purpose,
        bot: BotBrief,
        /// Another service receives this bot's messages now; using it here ends that.
        foreign_webhook: bool,
        /// The message that held the token is deleted (always, unless the bot was made in one tap).
        pasted: bool,
    },
    /// A bot was made in one tap while nobody was choosing one. It is kept for later.
    BotKept {
        bot: String,
    },
    ChooseModel {
        purpose: Purpose,
        models: Vec<(u8, Model)>,
        fingerprint: u8,
        chosen: Option<String>,
        default: String,
        page: u8,
        pages: u8,
    },
    People {
        purpose: Purpose,
        guests: Vec<Guest>,
        refusal: Option<Refusal>,
        changed: bool,
    },
    /// Carries the picker of people as a reply keyboard.
    AskPerson {
        purpose: Purpose,
        #[serde(default)]
        refusal: Option<Refusal>,
    },
    Summary {
        bot: BotBrief,
        model: String,
        guests: u32,
        offer: Offer,
        keeps_data: bool,
        refusal: Option<Refusal>,
        #[serde(default)]
        shown: Shown,
    },
    InLine {
        place: u32,
        reason: LineReason,
    },
    /// There is a place; it is kept for so many hours.
    YourTurn {
        hours: u32,
    },
    AdminAsked,

    // Hatching and living.
    Hatching {
        claw: ClawId,
        bot: String,
        stage: HatchStage,
        since: Time,
        slow: bool,
    },
    /// What the hatching message becomes when it is over.
    Hatched {
        claw: ClawId,
        bot: String,
        took: Duration,
    },
    Ready {
        claw: ClawId,
        bot: String,
        right: Right,
    },
    /// The hatching message when it cannot go on by itself.
    Stuck {
        claw: ClawId,
        bot: String,
        reason: Reason,
        code: IncidentCode,
    },
    Late {
        claw: ClawId,
        bot: String,
        code: IncidentCode,
    },
    Claws {
        claws: Vec<ClawBrief>,
        offer: Offer,
    },
    Card(Card),
    /// Something was done to a claw; shown above its card.
    CardAfter {
        done: Done,
        card: Card,
    },
    AskTitle {
        claw: ClawId,
        bot: String,
        #[serde(default)]
        refusal: Option<Refusal>,
    },
    ConfirmPause {
        claw: ClawId,
        bot: String,
        keeps_data: bool,
        drawn: Time,
    },
    ConfirmChange {
        claw: ClawId,
        bot: String,
        change: Change,
        keeps_data: bool,
        /// It is changed as it runs.
        #[serde(default)]
        stays_awake: bool,
        drawn: Time,
    },
    ConfirmDelete {
        claw: ClawId,
        bot: String,
        drawn: Time,
    },
    HealedBack {
        claw: ClawId,
        bot: String,
        model: String,
        code: IncidentCode,
    },

    // The end of a period.
    Ending {
        claw: ClawId,
        bot: String,
        kind: PeriodKind,
        end: Time,
        keeps_data: bool,
    },
    Asleep {
        claw: ClawId,
        bot: String,
        kind: PeriodKind,
        kept_until: Time,
        keeps_data: bool,
    },
    DestroySoon {
        claw: ClawId,
        bot: String,
        at: Time,
    },
    Destroyed {
        bot: String,
        by_owner: bool,
    },
    Woken {
        claw: ClawId,
        bot: String,
    },
    /// It was gone from the infra by itself, and runs again.
    CameBack {
        claw: ClawId,
        bot: String,
        keeps_data: bool,
    },

    /// What its owner does with a claw that runs, and what it does by itself.
    Tend(TendNotice),

    // Grants by an admin.
    Granted {
        days: u32,
        claw: GrantedFor,
    },
    ClawTakenAway {
        bot: String,
    },

    // One's own data.
    AskForget {
        claws: u32,
        drawn: Time,
        #[serde(default)]
        shown: Shown,
    },
    /// The last words to whoever asked to be forgotten. They bring their language along, as nothing else knows it any more.
    Forgotten {
        locale: Locale,
    },

    // Whatever else.
    Refused(Refusal),
    /// Something of ours broke.
    Broken {
        code: IncidentCode,
    },
    TooFast,
    /// A plain text we had no use for.
    NotUnderstood,
    PrivateOnly,
    Admin(AdminNotice),
}

impl Notice {
    /// The claw whose card this is.
    pub fn card_of(&self) -> Option<ClawId> {
        let (Notice::Card(card) | Notice::CardAfter { card, .. }) = self else { return None };
        Some(card.claw)
    }

    /// Whether it has nothing to say any more by `now`: what comes after it says it better.
    pub fn is_over(&self, now: Time) -> bool {
        matches!(self, Notice::Ending { end, .. } if *end <= now)
    }
}

/// The small text a tap is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Toast {
    /// The button belongs to someone else.
    NotYours,
    /// The screen was old; here is the present one.
    Redrawn,
    /// Something else would be done by now than the screen said; here is what.
    Changed,
    /// Too old to act on what costs or destroys.
    Expired,
    /// We do not know who that is (any more).
    Stranger,
    AlreadyDone,
    LanguageSet,
    ZoneSet,
    Removed,
    Broken,
}

/// Which of a person's messages a notice is drawn in. A slot keeps one message and edits it; without a slot each
/// notice is a message of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// The live screen.
    Screen,
    /// The hatching of one claw.
    Hatching(ClawId),
    /// What one confirmed admin command came to.
    Operation(crate::domain::ids::ConfirmationId),
    /// One alert to one admin, edited when it is resolved.
    Alert(String),
    /// One device that asks to be let in, edited when it is answered.
    Device(crate::domain::ids::DeviceId),
}

impl Slot {
    /// The slot's name in the database.
    pub fn name(&self) -> String {
        match self {
            Slot::Screen => "screen".to_owned(),
            Slot::Hatching(claw) => format!("hatching:{claw}"),
            Slot::Operation(id) => format!("operation:{id}"),
            Slot::Alert(key) => format!("alert:{key}"),
            Slot::Device(id) => format!("device:{id}"),
        }
    }
}

impl WizardStep {
    /// Its place among the five, as screens show it.
    pub fn place(self) -> u8 {
        match self {
            WizardStep::Terms => 1,
            WizardStep::Bot => 2,
            WizardStep::Model => 3,
            WizardStep::People => 4,
            WizardStep::Summary => 5,
        }
    }
}

/// Who may press what: a bot's brief with nothing in it stands for one that was forgotten.
impl BotBrief {
    pub fn forgotten(id: BotId) -> BotBrief {
        BotBrief { id, username: format!("bot{id}"), name: "?".to_owned() }
    }
}

#[cfg(test)]
mod tests;
