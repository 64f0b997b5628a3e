//! A second look before what cannot be taken back. When the wall clock and the monotonic one disagree by more than
//! five minutes, one of them was moved; nothing is destroyed until sixty seconds of monotonic time later, when a
//! clock that was put right has been put right.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{domain::time::Time, drivers::clock::Clock};

const DISAGREEMENT: Duration = Duration::from_secs(5 * 60);
const SECOND_LOOK: Duration = Duration::from_secs(60);

/// How far the wall may go back between two looks, before waiting work is looked through.
const WENT_BACK: i128 = 5_000;

#[derive(Debug)]
pub struct Prudence {
    seen: Mutex<Seen>,
    last_look: Mutex<(Time, Duration)>,
}

#[derive(Debug)]
struct Seen {
    wall: Time,
    steady: Duration,
    /// Monotonic time before which nothing is destroyed.
    not_before: Option<Duration>,
}

impl Prudence {
    pub fn new(clock: &Clock) -> Prudence {
        let (wall, steady) = (clock.now(), clock.steady());
        Prudence { seen: Mutex::new(Seen { wall, steady, not_before: None }), last_look: Mutex::new((wall, steady)) }
    }

    /// Whether the wall clock went back since this was last asked: what was to be done in a while is then to be done in
    /// a while and as long again.
    pub fn went_back(&self, clock: &Clock) -> bool {
        let (wall, steady) = (clock.now(), clock.steady());
        let mut last = self.last_look.lock().unwrap_or_else(PoisonError::into_inner);
        let walked = i128::from(wall.0) - i128::from(last.0.0);
        let ran = i128::try_from(steady.saturating_sub(last.1).as_millis()).unwrap_or(i128::MAX);
        *last = (wall, steady);
        ran - walked > WENT_BACK
    }

    /// Whether what cannot be taken back may be done now. To be asked at every tick, so that a jump is noticed.
    pub fn allows(&self, clock: &Clock) -> bool {
        let (wall, steady) = (clock.now(), clock.steady());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let walked = i128::from(wall.0) - i128::from(seen.wall.0);
        let ran = i128::try_from(steady.saturating_sub(seen.steady).as_millis()).unwrap_or(i128::MAX);
        if (walked - ran).unsigned_abs() > DISAGREEMENT.as_millis() {
            tracing::warn!(walked_ms = %walked, ran_ms = %ran, "the clock was moved: nothing is destroyed for a minute");
            *seen = Seen { wall, steady, not_before: Some(steady + SECOND_LOOK) };
        }
        seen.not_before.is_none_or(|until| steady >= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_that_goes_back_is_noticed_once() {
        let clock = Clock::manual(Time(1_000_000_000));
        let prudence = Prudence::new(&clock);
        clock.advance(Duration::from_secs(3600));
        clock.jump(3_600_000);
        assert!(!prudence.went_back(&clock), "forwards");
        clock.jump(-3_600_000);
        assert!(prudence.went_back(&clock));
        assert!(!prudence.went_back(&clock));
        clock.jump(-2_000);
        assert!(!prudence.went_back(&clock), "a network sets clocks by seconds");
    }

    #[test]
    fn a_jump_of_the_wall_clock_asks_for_a_second_look() {
        let clock = Clock::manual(Time(1_000_000_000));
        let prudence = Prudence::new(&clock);
        clock.advance(Duration::from_secs(3600));
        assert!(prudence.allows(&clock), "an hour that really passed");
        clock.jump(40 * 24 * 3_600_000);
        assert!(!prudence.allows(&clock));
        clock.advance(Duration::from_secs(59));
        assert!(!prudence.allows(&clock));
        clock.advance(Duration::from_secs(1));
        assert!(prudence.allows(&clock), "a minute later it still says so");
        clock.jump(-3_600_000);
        assert!(!prudence.allows(&clock), "back is a jump too");
    }
}
