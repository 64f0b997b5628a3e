//! Instants as whole milliseconds since 1970 UTC, as they stand in the database, and how far apart they are.

use std::{
    ops::{Add, Sub},
    time::Duration,
};

use serde::{Deserialize, Serialize};

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(60 * 60);
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// How long ago `earlier` was; nothing if it lies ahead.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// How long it is until `later`; nothing if it has passed.
    pub fn until(self, later: Time) -> Duration {
        later.since(self)
    }

    /// The instant for calendars and time zones.
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

/// A length of time as whole milliseconds, as the database keeps it.
pub fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

impl Add<Duration> for Time {
    type Output = Time;
    fn add(self, span: Duration) -> Time {
        Time(self.0.saturating_add(millis(span)))
    }
}

impl Sub<Duration> for Time {
    type Output = Time;
    fn sub(self, span: Duration) -> Time {
        Time(self.0.saturating_sub(millis(span)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_added_taken_away_and_measured() {
        let noon = Time(1_781_870_400_000);
        assert_eq!((MINUTE.as_secs(), HOUR, DAY), (60, 60 * MINUTE, 24 * HOUR));
        assert_eq!((noon + MINUTE, noon - MINUTE), (Time(noon.0 + 60_000), Time(noon.0 - 60_000)));
        assert_eq!(((noon + DAY).since(noon), noon.until(noon + DAY)), (DAY, DAY));
        assert_eq!(
            (noon.since(noon + DAY), (noon + DAY).until(noon)),
            (Duration::ZERO, Duration::ZERO),
            "never less than nothing"
        );
        assert_eq!(millis(Duration::new(1, 999_999)), 1000);
        assert_eq!(noon.timestamp().to_string(), "2026-06-19T12:00:00Z");
    }

    #[test]
    fn nothing_wraps_around() {
        for span in [Duration::MAX, Duration::from_millis(u64::MAX)] {
            assert_eq!((Time(0) + span, Time(-2) - span, millis(span)), (Time(i64::MAX), Time(i64::MIN), i64::MAX));
        }
        assert_eq!(Time(i64::MAX).since(Time(i64::MIN)), Duration::from_millis(i64::MAX as u64));
        assert_eq!(Time(i64::MAX).timestamp(), jiff::Timestamp::MAX);
    }
}
