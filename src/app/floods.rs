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
    /// What comes without an hour of its own (taps), by the moment it arrives.
    updates: DefaultKeyedRateLimiter<TelegramId>,
    burst: u32,
    /// Messages, by the hour Telegram gave them: what waited while we were away came at its own pace, and a clock of
    /// ours that is wrong neither lets a flood in nor keeps anybody out.
    written: Mutex<Written>,
    told: Mutex<HashMap<TelegramId, Time>>,
    /// Updates that were counted and could not be stored: when they come again, they are not counted again.
    counted: Mutex<HashSet<i64>>,
}

/// When each person's messages are paid for, at one for every `REFILL`; in milliseconds of Telegram's clock.
#[derive(Default)]
struct Written {
    paid: HashMap<TelegramId, i64>,
    newest: i64,
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
        let burst = burst.get();
        Floods {
            updates: RateLimiter::keyed(quota),
            burst,
            written: Mutex::default(),
            told: Mutex::default(),
            counted: Mutex::default(),
        }
    }

    /// Counts update number `update` of this person, written at `sent` by Telegram's clock, if that is known.
    pub fn check(&self, person: TelegramId, update: i64, sent: Option<Time>, now: Time) -> Flood {
        let again = !self.counted.lock().unwrap_or_else(PoisonError::into_inner).insert(update);
        let fits = || self.fits_by_hour(person, sent).unwrap_or_else(|| self.updates.check_key(&person).is_ok());
        if again || fits() {
            return Flood::Fine;
        }
        // It is acknowledged and does not come again.
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).remove(&update);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match told.get(&person) {
            Some(at) if *at <= now && now < *at + TOLD_FOR => Flood::Silent,
            Some(_) | None => {
                told.insert(person, now);
                Flood::TellOnce
            }
        }
    }

    /// Whether a message fits, by the hour it was written; nothing when it has none, or is an old one that was changed or
    /// comes late.
    fn fits_by_hour(&self, person: TelegramId, sent: Option<Time>) -> Option<bool> {
        let (sent, price) = (sent?.0, i64::try_from(REFILL.as_millis()).unwrap_or(i64::MAX));
        let credit = price.saturating_mul(self.burst.into());
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.newest = written.newest.max(sent);
        let paid = written.paid.entry(person).or_insert(sent);
        if *paid > sent.saturating_add(credit.saturating_mul(2)) {
            return None;
        }
        let next = (*paid).max(sent) + price;
        let fits = next - sent <= credit;
        if fits {
            *paid = next;
        }
        Some(fits)
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
        self.told.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, at| *at <= now && now < *at + TOLD_FOR);
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = written.newest;
        written.paid.retain(|_, paid| *paid > newest);
        written.paid.shrink_to_fit();
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
        let answers: Vec<Flood> = (0..6).map(|update| floods.check(ann, update, None, Time(0))).collect();
        assert_eq!(answers, [Flood::Fine, Flood::Fine, Flood::Fine, Flood::TellOnce, Flood::Silent, Flood::Silent]);
        assert_eq!(floods.check(bob, 7, None, Time(0)), Flood::Fine);
        assert_eq!(floods.check(ann, 2, None, Time(0)), Flood::Fine, "it comes again because it could not be stored");
    }

    #[test]
    fn messages_are_counted_by_the_hour_they_were_written() {
        let ann = TelegramId(1);
        // Our clock is forty days ahead, or behind, or jumps: a flood is a flood all the same.
        for wrong in [3_456_000_000, -3_456_000_000] {
            let floods = Floods::with_burst(4);
            let fine = (0..100).filter(|n| floods.check(ann, *n, Some(Time(1_000)), Time(1_000 + wrong)) == Flood::Fine).count();
            assert_eq!(fine, 4);
        }
        // An hour of ordinary talk that waited for us fits, however fast it comes in.
        let floods = Floods::with_burst(4);
        assert!((0..3600).all(|n| floods.check(ann, n, Some(Time(n * 1000)), Time(4_000_000)) == Flood::Fine));
        // One that comes late is counted as it comes, and not against those that were written after it.
        assert_eq!(floods.check(ann, 4000, Some(Time(5_000)), Time(4_000_000)), Flood::Fine);
        // A person who was told under a wrong clock is told again once it is right.
        let floods = Floods::with_burst(1);
        let answers: Vec<Flood> = [(1, 9_000_000), (2, 9_000_000), (3, 9_000_000), (4, 1_000)]
            .map(|(update, now)| floods.check(ann, update, Some(Time(0)), Time(now)))
            .to_vec();
        assert_eq!(answers, [Flood::Fine, Flood::TellOnce, Flood::Silent, Flood::TellOnce]);
        floods.tidy(Time(1_000));
        assert_eq!(floods.check(ann, 5, Some(Time(60_000)), Time(60_000)), Flood::Fine);
    }
}
