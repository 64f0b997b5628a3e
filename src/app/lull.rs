//! When to stop saying anything at all. A chat that is told to wait waits by its own row; when several chats are told
//! so at once and nothing gets through, it is Telegram's limit for the whole bot (or our token is dead), and calling on
//! would only make it longer. Kept in memory and by the steady clock: each process learns it by a handful of calls.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Different chats that wait at the same time, with nothing said between, before all do.
const IN_A_ROW: usize = 3;
/// How far apart single messages go out after a pause, until one has got through.
const PROBE_EVERY: Duration = Duration::from_secs(1);
/// No pause is longer, whatever we are told.
const LONGEST: Duration = Duration::from_secs(3600);

#[derive(Debug, Default)]
pub struct Lull(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Chats told to wait since something last got through, and until when.
    waiting: Vec<(i64, Duration)>,
    /// Nothing is said before this; afterwards one message at a time, until one got through.
    until: Option<Duration>,
}

impl Lull {
    /// How many of `most` messages may be taken now.
    pub fn allows(&self, most: i64, steady: Duration) -> i64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.until {
            Some(until) if steady < until => 0,
            Some(_) => {
                state.until = Some(steady + PROBE_EVERY);
                most.min(1)
            }
            None => most,
        }
    }

    /// How much of a pause is left for a message that was taken before it began. What probes after one is let through.
    pub fn left(&self, steady: Duration) -> Option<Duration> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = state.until?;
        (until > steady + PROBE_EVERY).then(|| until - steady)
    }

    /// A chat was told to wait.
    pub fn told_to_wait(&self, chat: i64, wait: Duration, steady: Duration) {
        let until = steady + wait.min(LONGEST);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.retain(|(other, until)| *other != chat && *until > steady);
        state.waiting.push((chat, until));
        if state.until.is_some() || state.waiting.len() >= IN_A_ROW {
            state.until = Some(state.until.map_or(until, |known| known.max(until)));
            tracing::warn!(wait_s = wait.as_secs(), "Telegram asks several chats to wait; nothing is sent meanwhile");
        }
    }

    /// Our token is not accepted: nobody can be written to.
    pub fn locked_out(&self, wait: Duration, steady: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).until = Some(steady + wait);
    }

    /// Something got through.
    pub fn got_through(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.clear();
        state.until = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn one_chat_that_waits_is_no_reason_to_be_silent() {
        let lull = Lull::default();
        for n in 0..10 {
            lull.told_to_wait(7, at(30), at(n));
            assert_eq!((lull.allows(32, at(n)), lull.left(at(n))), (32, None));
        }
        lull.told_to_wait(8, at(30), at(11));
        lull.got_through();
        lull.told_to_wait(9, at(30), at(12));
        assert_eq!(lull.allows(32, at(12)), 32, "others get through");
        // Two that waited long ago are no crowd with one that waits now.
        lull.told_to_wait(1, at(5), at(100));
        lull.told_to_wait(2, at(5), at(100));
        lull.told_to_wait(3, at(5), at(200));
        assert_eq!(lull.allows(32, at(200)), 32);
    }

    #[test]
    fn when_several_wait_all_do_and_then_one_goes_first() {
        let lull = Lull::default();
        for chat in 1..=3 {
            lull.told_to_wait(chat, at(30), at(10));
        }
        assert_eq!((lull.allows(32, at(39)), lull.left(at(20))), (0, Some(at(20))));
        assert_eq!((lull.allows(32, at(40)), lull.allows(32, at(40))), (1, 0), "one, and not two at once");
        assert_eq!(lull.left(at(40)), None, "the one that was taken may go");
        lull.told_to_wait(4, at(60), at(40));
        assert_eq!((lull.allows(32, at(99)), lull.allows(32, at(100))), (0, 1));
        lull.got_through();
        assert_eq!(lull.allows(32, at(100)), 32);
        lull.locked_out(at(60), at(200));
        assert_eq!((lull.allows(32, at(259)), lull.allows(32, at(260))), (0, 1));
    }
}
