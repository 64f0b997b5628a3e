//! What this process makes of its two clocks: a second look before what cannot be taken back, and whether the wall went
//! back, so that waiting work has to be looked through.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    domain::{prudence::SecondLook, time::Time},
    drivers::clock::Clock,
};

/// How far the wall may go back between two looks, before waiting work is looked through.
const WENT_BACK: i128 = 5_000;

#[derive(Debug)]
pub struct Prudence {
    second_look: Mutex<SecondLook>,
    last_look: Mutex<(Time, Duration)>,
}

impl Prudence {
    pub fn new(clock: &Clock) -> Prudence {
        let (wall, steady) = (clock.now(), clock.steady());
        Prudence { second_look: Mutex::new(SecondLook::new(wall, steady)), last_look: Mutex::new((wall, steady)) }
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
        let mut look = self.second_look.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *look;
        let allowed = look.allows(clock.now(), clock.steady());
        if *look != before {
            tracing::warn!("the clock was moved: nothing is destroyed for a minute");
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::MINUTE;

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
    fn a_clock_that_is_moved_is_noticed() {
        let clock = Clock::manual(Time(1_000_000_000));
        let prudence = Prudence::new(&clock);
        assert!(prudence.allows(&clock));
        clock.jump(40 * 24 * 3_600_000);
        assert!(!prudence.allows(&clock));
        clock.advance(MINUTE);
        assert!(prudence.allows(&clock));
    }
}
