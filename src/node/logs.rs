//! What a claw's gateway says goes to a file the claw itself owns, straight from the gateway. The node reads its end, and
//! keeps it short: a claw that talks without end must not fill the disk of all. No link a claw lays there is followed.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use rustix::fs::OFlags;

use crate::node::reach::open_inside;

/// How long a log may become before its beginning is cut off.
pub const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// What is kept of one that was too long.
const KEPT_BYTES: u64 = 1024 * 1024;
/// How much of the end of a log is read for whoever asks.
const SHOWN_BYTES: u64 = 512 * 1024;
/// Stands where something was cut off.
const CUT: &[u8] = b"[clawnode] what stood here before was cut off\n";

/// The end of a claw's log, whatever of it can be read.
pub fn end_of(claws: &Path, log: &Path) -> String {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = open_inside(claws, log, None, OFlags::RDONLY)?;
        last(&mut file, SHOWN_BYTES)
    };
    read().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Cuts a log that has become too long down to its end, and says whether it did. Its writer adds to the end wherever that
/// is, so nothing has to be told to it; what it says in this very moment may come to stand before what was kept.
pub fn keep_short(claws: &Path, log: &Path) -> io::Result<bool> {
    let mut file = match open_inside(claws, log, None, OFlags::RDWR | OFlags::APPEND) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if file.metadata()?.len() <= MOST_BYTES {
        return Ok(false);
    }
    let end = last(&mut file, KEPT_BYTES)?;
    let whole_lines = end.iter().position(|byte| *byte == b'\n').map_or(&end[..], |at| &end[at + 1..]);
    // First the room, which may be what is missing.
    file.set_len(0)?;
    file.write_all(CUT)?;
    file.write_all(whole_lines)?;
    Ok(true)
}

fn last(file: &mut File, most: u64) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(most)))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, OpenOptions},
        io::Write as _,
        os::unix::fs::symlink,
    };

    use super::{CUT, KEPT_BYTES, MOST_BYTES, end_of, keep_short};

    #[test]
    fn a_log_that_is_too_long_keeps_its_end_and_its_writer_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let claws = folder.path().canonicalize().expect("its place");
        fs::create_dir(claws.join("claw")).expect("a claw");
        let log = claws.join("claw/gateway.log");
        assert!(!keep_short(&claws, &log).expect("none is short"));
        let mut writer = OpenOptions::new().create(true).append(true).open(&log).expect("a log");
        let line = format!("{}\n", "x".repeat(1023));
        for _ in 0..MOST_BYTES / 1024 {
            writer.write_all(line.as_bytes()).expect("said");
        }
        assert!(!keep_short(&claws, &log).expect("not longer than it may be"));
        writer.write_all(b"the last line before\n").expect("said");
        assert!(keep_short(&claws, &log).expect("cut"));
        writer.write_all(b"the first line after\n").expect("said");
        let text = fs::read_to_string(&log).expect("a log");
        assert!(text.len() as u64 <= KEPT_BYTES + 200, "{}", text.len());
        assert!(text.as_bytes().starts_with(CUT) && text.ends_with("the last line before\nthe first line after\n"));
        assert!(text.lines().skip(1).all(|line| line.len() == 1023 || line.starts_with("the ")), "whole lines");
        assert!(end_of(&claws, &log).ends_with("after\n"));
    }

    #[test]
    fn no_link_of_a_claw_is_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let claws = folder.path().canonicalize().expect("its place");
        for claw in ["one", "two"] {
            fs::create_dir(claws.join(claw)).expect("a claw");
        }
        fs::create_dir(claws.join("two/log")).expect("a folder");
        let theirs = claws.join("two/log/gateway.log");
        fs::write(&theirs, vec![b'x'; usize::try_from(MOST_BYTES).expect("small") + 1]).expect("a log");
        symlink(claws.join("two/log"), claws.join("one/log")).expect("a link");
        symlink(&theirs, claws.join("one/link.log")).expect("a link");
        for log in ["one/log/gateway.log", "one/link.log"] {
            keep_short(&claws, &claws.join(log)).expect_err(log);
            assert_eq!(end_of(&claws, &claws.join(log)), "", "{log}");
        }
        assert_eq!(fs::metadata(&theirs).expect("a log").len(), MOST_BYTES + 1, "nothing of another claw is touched");
    }
}
