//! The infra: claws by person and number, calls known by their keys, and a journal of what it did. It knows nothing of
//! our rows.

use std::collections::HashMap;

use super::{history::Mood, promises::Promise};
use crate::domain::{
    claw::{Ask, Call, Health, Outcome, Reason, Spec, Trouble},
    ids::PersonId,
};

/// Whose claw, and its number among theirs.
pub type Address = (PersonId, i64);

/// One call on its way.
#[derive(Clone, Debug)]
pub struct Parcel {
    pub call: Call,
    pub at: Address,
    pub order: Order,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub enum Order {
    Up(Spec),
    /// Taken down; an infra that can keeps what the claw knows.
    Sleep,
    /// Taken down for good.
    Down,
}

/// A claw that runs.
#[derive(Clone, Debug)]
pub struct Live {
    pub at: Address,
    pub spec: Spec,
    pub generation: u32,
}

pub struct Infra {
    pub mood: Mood,
    /// It is a clawnode: a claw is changed as it runs, and sleeps where it is.
    rich: bool,
    knows_keys: bool,
    pub live: Vec<Live>,
    /// Claws that sleep, with all they know.
    pub asleep: Vec<Address>,
    /// What each key was answered for good.
    kept: HashMap<String, Outcome>,
    /// Claws it said it was at work on.
    at_work: Vec<(Address, Ask)>,
    waiting: Vec<Parcel>,
    answered: Option<Parcel>,
    /// Each key under which something was brought up.
    pub ups: Vec<(Address, String)>,
    /// Claws that went by themselves and were not brought up since.
    pub vanished: Vec<Address>,
    pub broken: Option<(Promise, String)>,
}

impl Infra {
    pub fn new(rich: bool, knows_keys: bool) -> Infra {
        Infra {
            mood: Mood::Well,
            rich,
            knows_keys,
            live: Vec::new(),
            asleep: Vec::new(),
            kept: HashMap::new(),
            at_work: Vec::new(),
            waiting: Vec::new(),
            answered: None,
            ups: Vec::new(),
            vanished: Vec::new(),
            broken: None,
        }
    }

    pub fn find(&self, at: Address) -> Option<&Live> {
        self.live.iter().find(|live| live.at == at)
    }

    /// Whether it runs, or may by itself in a while.
    pub fn may_run(&self, at: Address) -> bool {
        self.find(at).is_some() || self.waiting.iter().any(|parcel| parcel.at == at && matches!(parcel.order, Order::Up(_)))
    }

    /// Takes a call, in the order in which those for this claw were sent; what its sender hears of it.
    pub fn take(&mut self, parcel: Parcel) -> Outcome {
        let silence = || Outcome::Unclear(Trouble::NoAnswer("silence".to_owned()));
        match self.mood {
            Mood::Away => return Outcome::Unreached(Trouble::NoConnection("refused".to_owned())),
            Mood::LockedOut => return Outcome::Unreached(Trouble::LockedOut),
            Mood::Deaf => return silence(),
            Mood::Late => {
                self.waiting.push(parcel);
                return silence();
            }
            Mood::Well
            | Mood::Slow
            | Mood::Mute
            | Mood::Garbled
            | Mood::Full
            | Mood::TokenDead
            | Mood::Deleting
            | Mood::Clings => {}
        }
        self.catch_up(Some(parcel.at));
        let answer = self.does(&parcel);
        match self.mood {
            Mood::Mute => silence(),
            Mood::Garbled => Outcome::Unclear(Trouble::BadAnswer("a page of its own".to_owned())),
            _ => {
                if matches!(answer, Outcome::Up(_) | Outcome::Down { .. } | Outcome::Asleep) {
                    self.answered = Some(parcel);
                }
                answer
            }
        }
    }

    /// Says how a claw is.
    pub fn look(&mut self, at: Address) -> Outcome {
        match self.mood {
            Mood::Away | Mood::LockedOut => Outcome::Unreached(Trouble::Overloaded(503)),
            Mood::Mute | Mood::Garbled | Mood::Deaf | Mood::Late => Outcome::Unclear(Trouble::NoAnswer("silence".to_owned())),
            Mood::Well | Mood::Slow | Mood::Full | Mood::TokenDead | Mood::Deleting | Mood::Clings => {
                self.catch_up(Some(at));
                match self.find(at) {
                    Some(_) => Outcome::Up(Health::Good),
                    None if self.asleep.contains(&at) => Outcome::Asleep,
                    None => Outcome::Down { keeps_data: false },
                }
            }
        }
    }

    /// Does what it has let wait, for one claw or for all.
    pub fn catch_up(&mut self, only: Option<Address>) {
        let is_meant = |parcel: &Parcel| only.is_none_or(|at| at == parcel.at);
        let (due, rest): (Vec<Parcel>, Vec<Parcel>) = std::mem::take(&mut self.waiting).into_iter().partition(is_meant);
        self.waiting = rest;
        for parcel in due {
            self.does(&parcel);
        }
    }

    /// The last call that was answered comes once more. To an infra that knows no keys it would be a new one.
    pub fn repeat(&mut self) {
        if let Some(parcel) = self.answered.clone().filter(|_| self.knows_keys) {
            self.does(&parcel);
        }
    }

    pub fn vanish(&mut self, which: usize) {
        if which < self.live.len() {
            let gone = self.live.remove(which);
            self.vanished.push(gone.at);
        }
    }

    fn does(&mut self, parcel: &Parcel) -> Outcome {
        let Parcel { call, at, order } = parcel;
        if let Some(kept) = self.kept.get(&call.key).filter(|_| self.knows_keys) {
            return kept.clone();
        }
        let refused = |reason| Outcome::Refused { reason, retry_after: None };
        let is_there = self.find(*at).is_some();
        let done = match order {
            Order::Up(spec) => {
                // A token is looked at before anything else; whether there is room, only for what is not there.
                let reason = match self.mood {
                    Mood::TokenDead => Some(Reason::TokenDead),
                    Mood::Deleting if !is_there => Some(Reason::Deleting),
                    Mood::Full if !is_there => Some(Reason::NoCapacity),
                    _ => None,
                };
                if let Some(reason) = reason {
                    return refused(reason);
                }
                if is_there && !self.rich {
                    // What the driver makes of "it exists": ours if an earlier attempt may have arrived, else a stranger's.
                    return if call.maybe_arrived { Outcome::Up(Health::Good) } else { refused(Reason::Foreign) };
                }
                self.brings_up(*at, spec, call);
                if self.is_slow(*at, Ask::Provision) {
                    return Outcome::Starting;
                }
                Outcome::Up(Health::Good)
            }
            Order::Sleep | Order::Down if is_there && self.mood == Mood::Clings => return refused(Reason::Rejected),
            Order::Sleep | Order::Down if is_there && self.is_slow(*at, Ask::Deprovision) => return Outcome::Starting,
            Order::Sleep if self.rich && (is_there || self.asleep.contains(at)) => {
                self.goes_down(*at);
                self.asleep.push(*at);
                Outcome::Asleep
            }
            Order::Sleep | Order::Down => {
                self.goes_down(*at);
                Outcome::Down { keeps_data: false }
            }
        };
        self.kept.insert(call.key.clone(), done.clone());
        done
    }

    fn goes_down(&mut self, at: Address) {
        self.live.retain(|live| live.at != at);
        self.asleep.retain(|known| *known != at);
        self.at_work.retain(|(known, _)| *known != at);
    }

    fn brings_up(&mut self, at: Address, spec: &Spec, call: &Call) {
        if let Some(other) = self.live.iter().find(|live| live.at != at && live.spec.bot == spec.bot) {
            let said = format!("two claws listen to bot {}: {at:?} and {:?}", spec.bot, other.at);
            self.broken.get_or_insert((Promise::OneClaw, said));
        }
        self.live.retain(|live| live.at != at);
        self.asleep.retain(|known| *known != at);
        self.live.push(Live { at, spec: spec.clone(), generation: call.generation });
        self.vanished.retain(|known| *known != at);
        if !self.ups.iter().any(|(known, key)| *known == at && *key == call.key) {
            self.ups.push((at, call.key.clone()));
        }
    }

    /// Whether it says, this first time, only that it is at work.
    fn is_slow(&mut self, at: Address, what: Ask) -> bool {
        let first = self.mood == Mood::Slow && !self.at_work.contains(&(at, what));
        if first {
            self.at_work.push((at, what));
        }
        first
    }
}
