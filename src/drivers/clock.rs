//! The clock every part of the server takes its time from. The wall says what time it is for people and periods; the
//! steady one only grows, and says how long something really took. They are two answers because the wall can be moved:
//! by an administrator, by a lost network, by the sandbox.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::domain::time::{Time, millis};

/// How long an offset read from the file is believed before the file is read again.
const READ_AGAIN: Duration = Duration::from_millis(200);

/// A clock. Clones show the same time.
#[derive(Clone)]
pub struct Clock(Arc<Kind>);

enum Kind {
    System,
    Shifted { file: PathBuf, known: Mutex<Known> },
    Manual(Mutex<Hands>),
}

/// The offset last read, and when.
struct Known {
    offset_ms: i64,
    read: Option<Instant>,
}

struct Hands {
    wall: Time,
    steady: Duration,
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Clock {
        start();
        Clock(Arc::new(Kind::System))
    }

    /// The machine's clock moved by the milliseconds written in `file`. Only the wall is moved. A file that is
    /// missing or not a whole number leaves the offset as it was last read, at first zero.
    pub fn shifted(file: PathBuf) -> Clock {
        start();
        Clock(Arc::new(Kind::Shifted { file, known: Mutex::new(Known { offset_ms: 0, read: None }) }))
    }

    /// A clock that stands at `start` until it is moved by hand; for tests.
    pub fn manual(start: Time) -> Clock {
        Clock(Arc::new(Kind::Manual(Mutex::new(Hands { wall: start, steady: Duration::ZERO }))))
    }

    /// What time it is.
    pub fn now(&self) -> Time {
        match &*self.0 {
            Kind::System => wall(),
            Kind::Shifted { file, known } => {
                let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                if known.read.is_none_or(|read| read.elapsed() >= READ_AGAIN) {
                    let written = std::fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok());
                    known.offset_ms = written.unwrap_or(known.offset_ms);
                    known.read = Some(Instant::now());
                }
                Time(wall().0.saturating_add(known.offset_ms))
            }
            Kind::Manual(hands) => hands.lock().unwrap_or_else(PoisonError::into_inner).wall,
        }
    }

    /// How long the process has run (a manual clock: how far it was advanced). Never goes back, whatever the wall does.
    pub fn steady(&self) -> Duration {
        match &*self.0 {
            Kind::System | Kind::Shifted { .. } => start().elapsed(),
            Kind::Manual(hands) => hands.lock().unwrap_or_else(PoisonError::into_inner).steady,
        }
    }

    /// Lets `span` pass on a manual clock, for the wall and the steady one alike. Any other clock is not moved.
    pub fn advance(&self, span: Duration) {
        if let Kind::Manual(hands) = &*self.0 {
            let mut hands = hands.lock().unwrap_or_else(PoisonError::into_inner);
            hands.wall = hands.wall + span;
            hands.steady += span;
        }
    }

    /// Moves only the wall of a manual clock, by so many milliseconds forwards or (negative) back.
    pub fn jump(&self, by_ms: i64) {
        if let Kind::Manual(hands) = &*self.0 {
            let mut hands = hands.lock().unwrap_or_else(PoisonError::into_inner);
            hands.wall = Time(hands.wall.0.saturating_add(by_ms));
        }
    }
}

/// When the first clock of this process was made.
fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
fn wall() -> Time {
    let now = SystemTime::now();
    Time(match now.duration_since(UNIX_EPOCH) {
        Ok(span) => millis(span),
        Err(before) => -millis(before.duration()),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Clock, READ_AGAIN};
    use crate::domain::time::{HOUR, Time};

    #[test]
    fn a_manual_clock_moves_only_by_hand_and_its_clones_with_it() {
        let clock = Clock::manual(Time(1_000));
        let other = clock.clone();
        clock.advance(Duration::from_millis(250));
        assert_eq!((other.now(), other.steady()), (Time(1_250), Duration::from_millis(250)));
        other.jump(-1_000);
        assert_eq!((clock.now(), clock.steady()), (Time(250), Duration::from_millis(250)));
    }

    #[test]
    fn a_file_moves_the_wall_and_a_broken_file_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("offset");
        let (plain, shifted) = (Clock::system(), Clock::shifted(file.clone()));
        assert!(shifted.now().since(plain.now()) < HOUR, "no file, no offset");
        std::fs::write(&file, "172800000\n").expect("a written file");
        std::thread::sleep(READ_AGAIN + Duration::from_millis(20));
        assert!(shifted.now().since(plain.now()) >= 47 * HOUR);
        assert!(shifted.steady() < HOUR, "the steady clock is not moved");
        std::fs::write(&file, "tomorrow").expect("a written file");
        std::thread::sleep(READ_AGAIN + Duration::from_millis(20));
        assert!(shifted.now().since(plain.now()) >= 47 * HOUR, "the last good offset holds");
    }

    #[test]
    fn the_system_clock_shows_this_century() {
        let clock = Clock::system();
        assert!(clock.now() > Time(1_700_000_000_000));
        assert!(clock.steady() <= clock.steady());
    }
}
