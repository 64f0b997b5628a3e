//! What every driver that runs claws offers, whatever stands behind it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::domain::{
    bot_token::BotToken,
    claw::{Call, Capabilities, Facts, Outcome, Trouble},
    ids::{PersonId, TelegramId},
    operation::{Deed, Mishap, Reply},
    secret::Secret,
    time::Time,
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
    /// The files a new claw's workspace begins with, by name. Whoever cannot take them leaves them out.
    pub first_words: Vec<(&'static str, String)>,
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

/// Why a claw is taken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// It sleeps and may be woken: what it knows stays, where the infra can keep it.
    ToSleep,
    /// It is gone for good, with all it knows.
    ForGood,
}

/// How a claw is, by whoever runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    pub outcome: Outcome,
    /// Of one that runs.
    pub facts: Option<Facts>,
    /// How many devices ask to be let in; nothing where it does not say.
    pub asking: Option<u32>,
}

/// A device that asks to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    pub request: String,
    pub name: String,
    pub platform: String,
    pub at: Option<Time>,
}

/// A device that was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paired {
    pub name: String,
    pub platform: String,
    pub at: Option<Time>,
}

/// The devices of one claw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Devices {
    pub asking: Vec<Asking>,
    pub paired: Vec<Paired>,
}

/// How a backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupState {
    Running,
    Ready,
    Failed(Mishap),
}

/// One backup of a claw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    pub name: String,
    pub state: BackupState,
    pub made: Time,
    pub bytes: u64,
}

/// What a claw has used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// In millionths of a US dollar.
    pub micro_usd: u64,
}

/// What a host of claws has, and has left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    pub node: String,
    pub version: String,
    pub draining: bool,
    pub memory_free_mb: u64,
    pub memory_total_mb: u64,
    pub disk_free_mb: u64,
    pub disk_total_mb: u64,
    pub running: u32,
    pub most: u32,
    pub openclaw: Vec<String>,
}

/// What happened to a claw by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It is in another state: look at it.
    State,
    DeviceAsks(Asking),
    DeviceGone {
        request: String,
    },
    /// Something that was asked of it came to an end: look after it.
    Ended,
    /// A word we do not know.
    Other,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    pub seq: i64,
    pub user_id: String,
    pub claw_id: String,
    pub what: What,
}

/// What became of the question what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feed {
    Page {
        events: Vec<Happened>,
        /// The last that was told.
        next: i64,
    },
    /// What was asked for is not kept any more; it begins here.
    Gone {
        first: i64,
    },
    NotOffered,
}

/// What every question that a driver has no answer to is answered.
fn not_offered<T>() -> Result<T, Trouble> {
    Err(Trouble::BadAnswer("this infra cannot be asked that".to_owned()))
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
    async fn deprovision(&self, call: &Call, address: &Address, leave: Leave) -> Outcome;

    /// How the claw is. Only called when the driver has the capability `status`.
    async fn look(&self, _address: &Address) -> Looked {
        let outcome = Outcome::Unclear(Trouble::BadAnswer("this infra cannot be asked how a claw is".into()));
        Looked { outcome, facts: None, asking: None }
    }

    /// What the infra runs, by its own list, page by page. Whoever cannot be asked says so.
    async fn survey(&self, _part: Part<'_>) -> Result<Survey, Trouble> {
        Ok(Survey::NotOffered)
    }

    /// Does something to a claw that runs. Never fails: whatever happens is a reply.
    async fn perform(&self, _key: &str, _address: &Address, _deed: &Deed) -> Reply {
        Reply::Refused(Mishap::Failed)
    }

    /// How far such a thing is; `name` is what it was answered when it was asked, `key` under what it was.
    async fn progress(&self, _key: &str, _address: &Address, _deed: &Deed, _name: Option<&str>) -> Reply {
        Reply::Refused(Mishap::Failed)
    }

    /// Nothing when the claw is not there.
    async fn devices(&self, _address: &Address) -> Result<Option<Devices>, Trouble> {
        not_offered()
    }

    /// The newest first; nothing when the claw is not there.
    async fn backups(&self, _address: &Address) -> Result<Option<Vec<Backup>>, Trouble> {
        not_offered()
    }

    /// The last lines it wrote, the oldest first; nothing when the claw is not there.
    async fn logs(&self, _address: &Address, _lines: u32) -> Result<Option<Vec<String>>, Trouble> {
        not_offered()
    }

    async fn usage(&self, _address: &Address) -> Result<Option<Usage>, Trouble> {
        not_offered()
    }

    /// Nothing where there is no one host to ask.
    async fn capacity(&self) -> Result<Option<Capacity>, Trouble> {
        Ok(None)
    }

    /// What happened after `after`; waits up to `wait` for something to happen.
    async fn events(&self, _after: i64, _wait: Duration) -> Result<Feed, Trouble> {
        Ok(Feed::NotOffered)
    }

    /// Whether the infra answers us at all; for the doctor.
    async fn probe(&self) -> Result<(), Trouble>;
}

/// Every driver there is. A claw is served by the one its row names; new ones are given to the first.
#[derive(Clone)]
pub struct Drivers(Vec<Arc<dyn ClawDriver>>);

impl Drivers {
    /// `first` runs new claws.
    pub fn new(first: Arc<dyn ClawDriver>, others: impl IntoIterator<Item = Arc<dyn ClawDriver>>) -> Drivers {
        Drivers(std::iter::once(first).chain(others).collect())
    }

    /// What runs new claws.
    pub fn first(&self) -> &Arc<dyn ClawDriver> {
        self.0.first().expect("made with one")
    }

    /// The driver a row names; nothing for one this build does not have.
    pub fn named(&self, name: &str) -> Option<&Arc<dyn ClawDriver>> {
        self.0.iter().find(|driver| driver.name() == name)
    }

    /// What can be done with a claw of that row; nothing with one whose driver is not here.
    pub fn capabilities(&self, name: &str) -> Capabilities {
        self.named(name).map(|driver| driver.capabilities()).unwrap_or_default()
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn ClawDriver>> {
        self.0.iter()
    }
}
