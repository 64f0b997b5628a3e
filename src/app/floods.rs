//! How much one person may send, and how often they are told. Kept in memory: it protects this process; whatever
//! costs money is counted in rows.

use std::{
    collections::{HashMap, HashSet},
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};

use crate::domain::{ids::TelegramId, time::Time};

/// So many updates at once, and then one every half second: 20 within ten seconds and more for the patient.
const BURST: u32 = 20;
const REFILL: Duration = Duration::from_millis(500);
/// More of these than any outage leaves behind; beyond, counting twice is the smaller harm.
const MOST_COUNTED: usize = 100_000;
/// How long a person who was told is not told again.
const TOLD_FOR: Duration = Duration::from_secs(60);

pub struct Floods {
    updates: DefaultKeyedRateLimiter<TelegramId>,
    told: Mutex<HashMap<TelegramId, Time>>,
    /// Updates that were counted and could not be stored: when they come again, they are not counted again.
    counted: Mutex<HashSet<i64>>,
}

/// What to do with an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flood {
    Fine,
    /// Over the limit: acknowledge, count, do not store, and tell the person once.
    TellOnce,
    Silent,
}

impl Default for Floods {
    fn default() -> Self {
        Floods::with_burst(BURST)
    }
}

impl Floods {
    pub fn with_burst(burst: u32) -> Floods {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(REFILL).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
        Floods { updates: RateLimiter::keyed(quota), told: Mutex::default(), counted: Mutex::default() }
    }

    /// Counts update number `update` of this person.
    pub fn check(&self, person: TelegramId, update: i64, now: Time) -> Flood {
        let again = !self.counted.lock().unwrap_or_else(PoisonError::into_inner).insert(update);
        if again || self.updates.check_key(&person).is_ok() {
            return Flood::Fine;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match told.get(&person) {
            Some(at) if now < *at + TOLD_FOR => Flood::Silent,
            Some(_) | None => {
                told.insert(person, now);
                Flood::TellOnce
            }
        }
    }

    /// These updates are stored; they will not come again.
    pub fn stored(&self, updates: impl IntoIterator<Item = i64>) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        for update in updates {
            counted.remove(&update);
        }
        if counted.len() > MOST_COUNTED {
            counted.clear();
        }
    }

    /// Forgets everyone who has been quiet; memory does not grow with the number of people seen.
    pub fn tidy(&self, now: Time) {
        self.updates.retain_recent();
        self.updates.shrink_to_fit();
        self.told.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, at| now < *at + TOLD_FOR);
    }
}

/// How fast new messages go to one chat: Telegram allows about one a second, with short bursts
/// (core.telegram.org/bots/faq, "My bot is hitting limits").
pub struct ChatPace(DefaultKeyedRateLimiter<i64>);

impl Default for ChatPace {
    fn default() -> Self {
        ChatPace::with_burst(8)
    }
}

impl ChatPace {
    pub fn with_burst(burst: u32) -> ChatPace {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        ChatPace(RateLimiter::keyed(Quota::per_second(NonZeroU32::MIN).allow_burst(burst)))
    }

    /// How long to wait before the next new message to this chat; nothing when it may go now.
    pub fn wait(&self, chat: i64) -> Option<Duration> {
        self.0.check_key(&chat).err().map(|not_yet| not_yet.wait_time_from(DefaultClock::default().now()))
    }

    pub fn tidy(&self) {
        self.0.retain_recent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_once_and_others_are_not_touched() {
        let floods = Floods::with_burst(3);
        let (ann, bob) = (TelegramId(1), TelegramId(2));
        let answers: Vec<Flood> = (0..6).map(|update| floods.check(ann, update, Time(0))).collect();
        assert_eq!(answers, [Flood::Fine, Flood::Fine, Flood::Fine, Flood::TellOnce, Flood::Silent, Flood::Silent]);
        assert_eq!(floods.check(bob, 7, Time(0)), Flood::Fine);
        assert_eq!(floods.check(ann, 2, Time(0)), Flood::Fine, "it comes again because it could not be stored");
    }
}
