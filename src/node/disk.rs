//! How much room the disk of the node's data has, and how it is told that there is none.

use crate::node::host::Node;

/// Free megabytes below which nothing new is begun: the node's own database could not be written.
pub const LEAST_MB: u64 = 64;

/// How a full disk is called by the system, by SQLite, and by Node and what is written in it.
const WORDS: [&str; 4] = ["No space left on device", "database or disk is full", "ENOSPC", "Disk quota exceeded"];

impl Node {
    /// The disk of the node's data in megabytes: all of it, and what is free.
    pub fn disk_mb(&self) -> (u64, u64) {
        match rustix::fs::statvfs(&self.settings.data_dir) {
            Ok(disk) => (disk.f_blocks * disk.f_frsize / 1_048_576, disk.f_bavail * disk.f_frsize / 1_048_576),
            Err(_) => (0, 0),
        }
    }

    /// Whether there is no room for anything new.
    pub fn disk_is_full(&self) -> bool {
        self.disk_mb().1 < LEAST_MB
    }
}

/// Whether something failed because the disk is full, by the words of the failure.
pub fn is_told_of_by(words: &str) -> bool {
    WORDS.iter().any(|known| words.contains(known))
}

/// The reason of a failure, for people and programs: a full disk comes with its code in front.
pub fn reason(words: &str) -> String {
    let code = if is_told_of_by(words) { "disk_full: " } else { "" };
    code.chars().chain(words.chars()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn a_full_disk_is_told_apart() {
        let full = std::io::Error::from_raw_os_error(28).to_string();
        assert!(reason(&full).starts_with("disk_full: "), "{full}");
        assert!(reason("the backup failed: Error: ENOSPC: no space left on device, write").starts_with("disk_full: "));
        assert_eq!(reason("the archive is damaged"), "the archive is damaged");
        assert_eq!(reason(&"x".repeat(1000)).len(), 300);
    }
}
