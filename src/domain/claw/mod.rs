//! A claw: one managed assistant. Its row holds what is wished of it and what was last seen of it; everything else
//! (its status word, the next step, which notice is due) is worked out from these.

mod facts;
mod record;
mod status;
mod step;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use facts::{Ailment, Facts};
pub use record::{Call, Effect, Outcome, Trouble, ask, record};
pub use status::{Status, status};
pub use step::{Step, backoff, destroy_at, look_again, next_step, retry_at};

use crate::domain::{
    entitlement::KEPT_AFTER_END,
    ids::{BotId, ClawId, PersonId, TelegramId},
    time::Time,
};

/// How long a claw may take to come up before people and admins are told that it is late.
pub const DEADLINE: Duration = Duration::from_secs(20 * 60);
/// How long a deletion can be undone.
pub const UNDO: Duration = Duration::from_secs(10 * 60);
/// How often a full infra is asked again.
pub const ASK_FULL_AGAIN: Duration = Duration::from_secs(5 * 60);
/// How often a claw that runs is looked at, where the infra can be asked how it is.
pub const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// The most people a claw listens to besides its owner.
pub const MOST_PEOPLE: usize = 50;

/// What the infra is asked to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    pub bot: BotId,
    pub model: String,
    /// Who may talk to it besides its owner.
    pub people: Vec<Guest>,
}

/// Somebody a claw listens to. The name is what its owner's picker or forward showed; the number decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    pub id: TelegramId,
    pub name: Option<String>,
}

/// What is wished: by its person, by an admin, or by the end of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wish", rename_all = "snake_case")]
pub enum Wish {
    Running { generation: u32 },
    Paused,
    Suspended { since: Time },
    Gone { not_before: Time, before: Before },
}

/// What a deletion was asked of, so that undo can bring it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "before", rename_all = "snake_case")]
pub enum Before {
    Running,
    Paused,
    Suspended { since: Time },
}

/// What was last seen at the infra.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum Seen {
    Absent,
    /// We asked, or were about to. `maybe_arrived` stays true until an answer proves otherwise; `accepted` once the
    /// infra said that it is at work.
    Asked {
        what: Ask,
        generation: u32,
        key: String,
        since: Time,
        maybe_arrived: bool,
        accepted: bool,
    },
    Running {
        generation: u32,
        health: Health,
    },
    /// It is there and does not run.
    Stopped,
    /// The infra refused this generation. It is not there, unless an earlier attempt may have arrived (`maybe_there`).
    Broken {
        generation: u32,
        reason: Reason,
        retryable: bool,
        maybe_there: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    Provision,
    Deprovision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Good,
    Poor,
}

/// Why the infra would not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Another claw already uses this bot's token.
    TokenInUse,
    /// The bot's token no longer opens the bot.
    TokenDead,
    /// An earlier claw of this name is still being removed.
    Deleting,
    ModelNotAllowed,
    NoCapacity,
    /// The name belongs to somebody else's claw. Never adopted.
    Foreign,
    /// The infra found our request wrong.
    Rejected,
}

impl Reason {
    /// Whether asking again later, unchanged, can help.
    pub fn retryable(self) -> bool {
        match self {
            Reason::Deleting | Reason::NoCapacity => true,
            Reason::TokenInUse | Reason::TokenDead | Reason::ModelNotAllowed | Reason::Foreign | Reason::Rejected => false,
        }
    }
}

/// What a driver can do beyond bringing a claw up and taking it down. A button for what is not here is not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// A changed specification is applied by provisioning again, without taking the claw down first.
    pub updates_in_place: bool,
    /// It can be asked how a claw is.
    pub status: bool,
    /// A claw that sleeps stays there and keeps what it knows.
    pub keeps_data: bool,
    pub restart: bool,
    pub devices: bool,
    /// Backups are made, listed and restored.
    pub backup: bool,
    pub logs: bool,
    pub usage: bool,
    /// It tells what happens by itself.
    pub events: bool,
    pub chat: bool,
}

impl Capabilities {
    /// Whether a claw that is now taken down, or changed, surely keeps what it knows. `claw` is what was last seen of it.
    pub fn keep(self, claw: &Claw) -> bool {
        claw.keeps_data || self.keeps_data
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claw {
    pub id: ClawId,
    pub person: PersonId,
    /// Counted per person, never used again: the infra knows this claw as `claw-<number>`.
    pub number: i64,
    /// Which driver runs it.
    pub driver: String,
    /// A name its owner gave it.
    pub title: Option<String>,
    pub spec: Spec,
    /// The last specification that ran, while a newer one is not proven.
    pub previous: Option<Spec>,
    /// Bots it was moved away from and may still be running with at the infra. No other claw may have them yet.
    pub held: Vec<BotId>,
    /// Counts every wish to run; the name of an effect at the infra.
    pub generation: u32,
    /// Counts every intention towards the infra; a repeat of one does not count.
    pub asks: u32,
    pub wish: Wish,
    pub seen: Seen,
    /// Since when we have been working towards the wish; the deadline counts from here.
    pub working_since: Option<Time>,
    /// The deadline has passed and was reported.
    pub late: bool,
    /// Failures in a row.
    pub tries: u32,
    /// The infra said, when it last took this claw down, that it keeps what the claw knows.
    pub keeps_data: bool,
    /// What the infra said of it when it was last looked at and ran.
    pub facts: Option<Facts>,
    pub first_ready: Option<Time>,
    /// When its owner was warned that it will be destroyed.
    pub warned: Option<Time>,
    pub destroyed: Option<Time>,
    pub created: Time,
    /// Grows with every change, so that a watcher sees that something happened and a button that it is old.
    pub version: i64,
}

impl Claw {
    /// A new claw that shall run.
    pub fn new(id: ClawId, person: PersonId, number: i64, driver: &str, spec: Spec, now: Time) -> Claw {
        Claw {
            id,
            person,
            number,
            driver: driver.to_owned(),
            title: None,
            spec,
            previous: None,
            held: Vec::new(),
            generation: 1,
            asks: 0,
            wish: Wish::Running { generation: 1 },
            seen: Seen::Absent,
            working_since: Some(now),
            late: false,
            tries: 0,
            keeps_data: false,
            facts: None,
            first_ready: None,
            warned: None,
            destroyed: None,
            created: now,
            version: 0,
        }
    }

    /// What the infra calls it. Fits `^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$`.
    pub fn handle(&self) -> String {
        format!("claw-{}", self.number)
    }

    /// The number in such a name; nothing for a name that is not ours.
    pub fn number_in(handle: &str) -> Option<i64> {
        let number = handle.strip_prefix("claw-")?.parse().ok()?;
        (format!("claw-{number}") == handle && number > 0).then_some(number)
    }

    /// Whether the infra should run nothing under its name, and to our knowledge does not.
    pub fn should_be_down(&self) -> bool {
        self.destroyed.is_some() || (matches!(self.wish, Wish::Paused | Wish::Suspended { .. }) && self.is_as_wished())
    }

    /// It was found running at the infra though it is wished asleep, and is to be taken down again.
    pub fn found_running(mut self, now: Time) -> Claw {
        self.seen = Seen::Running { generation: self.generation, health: Health::Good };
        self.begin_work(now)
    }

    /// Whether it is on its way out or gone.
    pub fn is_leaving(&self) -> bool {
        self.destroyed.is_some() || matches!(self.wish, Wish::Gone { .. })
    }

    /// It was seen to run as wished: nothing is left to work for, and its specification is proven.
    pub fn confirm(mut self, now: Time) -> Claw {
        self.first_ready.get_or_insert(now);
        self.previous = None;
        self.working_since = None;
        self.late = false;
        self
    }

    /// Wishes it to run (again), as a new generation.
    pub fn run(mut self, now: Time) -> Claw {
        self.warned = None;
        self.generation += 1;
        self.wish = Wish::Running { generation: self.generation };
        self.begin_work(now)
    }

    pub fn pause(mut self, now: Time) -> Claw {
        self.wish = Wish::Paused;
        self.begin_work(now)
    }

    /// Its period is over: it sleeps, and can be woken for seven days.
    pub fn suspend(mut self, now: Time) -> Claw {
        self.wish = Wish::Suspended { since: now };
        self.begin_work(now)
    }

    /// Wishes it gone, at `not_before` at the earliest.
    pub fn delete(mut self, not_before: Time, now: Time) -> Claw {
        let before = match self.wish {
            Wish::Running { .. } => Before::Running,
            Wish::Paused => Before::Paused,
            Wish::Suspended { since } => Before::Suspended { since },
            Wish::Gone { before, .. } => before,
        };
        self.wish = Wish::Gone { not_before, before };
        self.begin_work(now)
    }

    /// Whether it goes because it slept for as long as it is kept, and not because somebody wished so.
    pub fn goes_by_itself(&self) -> bool {
        match self.wish {
            Wish::Gone { not_before, before: Before::Suspended { since } } => not_before >= since + KEPT_AFTER_END,
            Wish::Gone { before: Before::Running | Before::Paused, .. } => false,
            Wish::Running { .. } | Wish::Paused | Wish::Suspended { .. } => false,
        }
    }

    /// Takes a deletion back, if its time has not come. One that came at once (an admin's, or at the end of a sleep)
    /// cannot be, also when the clock is put back to before it.
    pub fn undelete(mut self, now: Time) -> Option<Claw> {
        let Wish::Gone { not_before, before } = self.wish else { return None };
        let came_at_once = self.working_since.is_some_and(|wished| wished >= not_before);
        if now >= not_before || came_at_once || self.destroyed.is_some() {
            return None;
        }
        if matches!(self.seen, Seen::Broken { .. }) {
            // It may have been refused while nobody wished it to run, and then nobody was told: it is asked for anew.
            self.generation += 1;
        }
        self.wish = match before {
            Before::Running => Wish::Running { generation: self.generation },
            Before::Paused => Wish::Paused,
            Before::Suspended { since } => Wish::Suspended { since },
        };
        let mut back = self.begin_work(now);
        if matches!(back.seen, Seen::Running { generation, .. } if generation == back.generation) {
            // It never stopped: nothing is to be done, and nothing can be late.
            back.working_since = None;
        }
        Some(back)
    }

    /// Wishes another specification. A running claw is brought to it; a sleeping one takes it when it wakes.
    pub fn change(mut self, spec: Spec, now: Time) -> Claw {
        if self.previous.is_none() && self.first_ready.is_some() {
            self.previous = Some(self.spec.clone());
        }
        self.take_spec(spec);
        match self.wish {
            Wish::Running { .. } => self.run(now),
            Wish::Paused | Wish::Suspended { .. } | Wish::Gone { .. } => self,
        }
    }

    /// Goes back to the last specification that ran.
    pub fn heal_back(mut self, now: Time) -> Claw {
        if let Some(spec) = self.previous.take() {
            self.take_spec(spec);
        }
        self.run(now)
    }

    /// Until the infra has let go of the bot it had, nobody else gets it: two claws would take each other's messages.
    fn take_spec(&mut self, spec: Spec) {
        let had = std::mem::replace(&mut self.spec, spec).bot;
        if had != self.spec.bot && !matches!(self.seen, Seen::Absent | Seen::Stopped) && !self.held.contains(&had) {
            self.held.push(had);
        }
    }

    /// Whether it has this bot, or may still be running with it.
    pub fn has_bot(&self, bot: BotId) -> bool {
        self.destroyed.is_none() && (self.spec.bot == bot || self.held.contains(&bot))
    }

    /// Its secrets are erased; nothing of it is left outside.
    pub fn erased(mut self, now: Time) -> Claw {
        self.destroyed = Some(now);
        self.working_since = None;
        self
    }

    /// Whether what was seen is what is wished already.
    fn is_as_wished(&self) -> bool {
        match (self.wish, &self.seen) {
            (Wish::Running { generation }, Seen::Running { generation: seen, .. }) => generation == *seen,
            (Wish::Paused | Wish::Suspended { .. }, Seen::Absent | Seen::Stopped) => true,
            (Wish::Running { .. } | Wish::Paused | Wish::Suspended { .. } | Wish::Gone { .. }, _) => false,
        }
    }

    fn begin_work(mut self, now: Time) -> Claw {
        // A deletion taken back may find everything as it was: then there is nothing to be late with.
        self.working_since = (!self.is_as_wished()).then_some(now);
        self.late = false;
        self.tries = 0;
        self
    }
}

/// The place of one claw among its person's living ones, in which rights are dealt out: those awake come before those
/// asleep, the older before the newer. One that is on its way out stands behind all.
pub fn rank_of(theirs: &[Claw], id: ClawId) -> usize {
    let place = |claw: &Claw| (matches!(claw.wish, Wish::Suspended { .. }), claw.number);
    let staying = || theirs.iter().filter(|claw| !claw.is_leaving());
    match staying().find(|claw| claw.id == id) {
        Some(own) => staying().filter(|other| place(other) < place(own)).count(),
        None => staying().count(),
    }
}

#[cfg(test)]
mod tests;
