//! The sandbox's clock: the machine's time moved by an offset. The offset is also written to a file, from which the
//! product takes it; nobody else writes that file.

use std::{
    fs, io,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use crate::{domain::time::Time, drivers::clock::Clock};

pub(super) struct MovedClock {
    machine: Clock,
    offset_ms: AtomicI64,
    file: PathBuf,
    writing: Mutex<()>,
}

impl MovedClock {
    /// Goes on with the offset that `file` holds, or with none.
    pub fn at(file: PathBuf) -> MovedClock {
        let written = fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok());
        let offset_ms = AtomicI64::new(written.unwrap_or(0));
        MovedClock { machine: Clock::system(), offset_ms, file, writing: Mutex::new(()) }
    }

    pub fn now(&self) -> Time {
        Time(self.machine.now().0.saturating_add(self.offset()))
    }

    /// How far it is moved, in milliseconds.
    pub fn offset(&self) -> i64 {
        self.offset_ms.load(Ordering::SeqCst)
    }

    pub fn file(&self) -> &std::path::Path {
        &self.file
    }

    /// Moves it on by so many milliseconds.
    pub fn advance(&self, by_ms: i64) -> io::Result<()> {
        self.set(|offset| offset.saturating_add(by_ms))
    }

    /// Shows the machine's time again.
    pub fn back(&self) -> io::Result<()> {
        self.set(|_| 0)
    }

    /// The file is replaced as a whole, so that a reader finds the old offset or the new one.
    fn set(&self, change: impl FnOnce(i64) -> i64) -> io::Result<()> {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = change(self.offset());
        let beside = self.file.with_extension("new");
        fs::write(&beside, format!("{offset}\n"))?;
        fs::rename(&beside, &self.file)?;
        self.offset_ms.store(offset, Ordering::SeqCst);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::MovedClock;
    use crate::drivers::clock::Clock;

    #[test]
    fn the_product_sees_the_offset_and_a_new_sandbox_keeps_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("clock");
        let clock = MovedClock::at(file.clone());
        clock.advance(3_600_000).expect("moved");
        clock.advance(86_400_000).expect("moved");
        assert_eq!((clock.offset(), std::fs::read_to_string(&file).expect("a file").as_str()), (90_000_000, "90000000\n"));
        let apart = clock.now().0 - Clock::shifted(file.clone()).now().0;
        assert!(apart.abs() < 1_000, "{apart}");
        assert_eq!(MovedClock::at(file.clone()).offset(), 90_000_000);
        clock.back().expect("moved");
        assert_eq!(MovedClock::at(file).offset(), 0);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_the_clock_alone() {
        let clock = MovedClock::at("/nowhere/clock".into());
        assert!(clock.advance(1).is_err());
        assert_eq!(clock.offset(), 0);
    }
}
