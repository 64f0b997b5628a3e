//! A second look before what cannot be taken back. When the wall clock and the monotonic one disagree by more than
//! five minutes, one of them was moved; nothing is destroyed until sixty seconds of monotonic time later, when a
//! clock that was put right has been put right.

use std::time::Duration;

use crate::domain::time::{MINUTE, Time};

const DISAGREEMENT: Duration = Duration::from_secs(5 * 60);
const SECOND_LOOK: Duration = MINUTE;

/// Both clocks as they stood when they last agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondLook {
    wall: Time,
    steady: Duration,
    /// Monotonic time before which nothing is destroyed.
    not_before: Option<Duration>,
}

impl SecondLook {
    pub fn new(wall: Time, steady: Duration) -> SecondLook {
        SecondLook { wall, steady, not_before: None }
    }

    /// Whether what cannot be taken back may be done now. To be asked at every tick, so that a jump is noticed.
    pub fn allows(&mut self, wall: Time, steady: Duration) -> bool {
        if self.disagreement(wall, steady) > DISAGREEMENT.as_millis() {
            *self = SecondLook { wall, steady, not_before: Some(steady + SECOND_LOOK) };
        }
        self.not_before.is_none_or(|until| steady >= until)
    }

    /// By how many milliseconds the clocks have gone apart.
    fn disagreement(&self, wall: Time, steady: Duration) -> u128 {
        let walked = i128::from(wall.0) - i128::from(self.wall.0);
        let ran = i128::try_from(steady.saturating_sub(self.steady).as_millis()).unwrap_or(i128::MAX);
        (walked - ran).unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_of_the_wall_clock_asks_for_a_second_look() {
        let (mut wall, mut steady) = (Time(1_000_000_000), Duration::from_secs(7));
        let mut look = SecondLook::new(wall, steady);
        let mut after = |seconds: u64, jump: i64| {
            steady += Duration::from_secs(seconds);
            wall = Time(wall.0 + jump) + Duration::from_secs(seconds);
            look.allows(wall, steady)
        };
        assert!(after(3600, 0), "an hour that really passed");
        assert!(after(0, 5 * 60_000), "five minutes are no disagreement");
        assert!(!after(0, 1), "and a little more is");
        assert!(!after(59, 0));
        assert!(after(1, 0), "a minute later it still says so");
        assert!(!after(0, -3_600_000), "back is a jump too");
        assert!(!after(59, 0));
        assert!(after(1, 0));
    }
}
