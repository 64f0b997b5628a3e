//! What `/proc` says of processes. A process is known by its number and the moment it began, because numbers come
//! again; the host's boot id tells whether any of it can still be so.

use std::{collections::BTreeMap, fs, os::unix::fs::MetadataExt as _};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde::{Deserialize, Serialize};

/// Kilobytes of a page.
const PAGE_KB: u64 = 4;

/// One process, and no other that ever has its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    pub pid: i32,
    /// When it began, in the system's ticks since it booted.
    pub began: u64,
}

/// What a line of `/proc/<pid>/stat` says, as far as we read it.
struct Stat {
    dead: bool,
    session: i32,
    began: u64,
    rss_kb: u64,
}

impl Life {
    /// The process that has this number now.
    pub fn of(pid: i32) -> Option<Life> {
        Some(Life { pid, began: stat(pid)?.began })
    }

    /// Whether it still lives. One that is dead and only waits to be counted does not.
    pub fn is_there(self) -> bool {
        stat(self.pid).is_some_and(|stat| stat.began == self.began && !stat.dead)
    }

    /// Sends it a signal, if it is still there.
    pub fn signal(self, signal: Signal) {
        if self.is_there()
            && let Some(pid) = Pid::from_raw(self.pid)
        {
            // It may have ended in this moment, which is as well.
            let _ended = kill_process(pid, signal);
        }
    }

    /// Kills it with everything in its process group.
    pub fn kill_group(self) {
        if let Some(pid) = Pid::from_raw(self.pid).filter(|_| self.is_there()) {
            let _ended = kill_process_group(pid, Signal::KILL);
        }
    }
}

fn stat(pid: i32) -> Option<Stat> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything, brackets too.
    let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Stat {
        dead: matches!(fields.first(), Some(&"Z" | &"X")),
        session: fields.get(3)?.parse().ok()?,
        began: number(19)?,
        rss_kb: number(21)? * PAGE_KB,
    })
}

/// The numbers of all processes.
fn all() -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// The memory of every session, in kilobytes: a gateway leads one, and whatever it starts is in it unless it leaves.
pub fn memory_of_sessions() -> BTreeMap<i32, u64> {
    let mut sessions = BTreeMap::new();
    for stat in all().into_iter().filter_map(stat) {
        *sessions.entry(stat.session).or_default() += stat.rss_kb;
    }
    sessions
}

/// Kills whatever belongs to this session or, where a claw has a user of its own, to this user. False while some of it
/// may still be there.
pub fn sweep(session: Option<i32>, user: Option<u32>) -> bool {
    let own = std::process::id();
    let mut clean = true;
    for pid in all().into_iter().filter(|pid| u32::try_from(*pid) != Ok(own)) {
        let Some(life) = Life::of(pid).filter(|life| life.is_there()) else { continue };
        let in_session = session.is_some() && stat(pid).map(|stat| stat.session) == session;
        let of_user = user.is_some() && fs::metadata(format!("/proc/{pid}")).ok().map(|meta| meta.uid()) == user;
        if in_session || of_user {
            life.signal(Signal::KILL);
            clean = false;
        }
    }
    clean
}

/// The id of this boot of the host.
pub fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

/// How often the machine has killed for want of memory since it booted.
pub fn kills_for_memory() -> u64 {
    let text = fs::read_to_string("/proc/vmstat").unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok()).unwrap_or(0)
}

/// The machine's memory in megabytes: all of it, and what could be had now.
pub fn machine_memory_mb() -> (u64, u64) {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kb = |name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    };
    (kb("MemTotal:") / 1024, kb("MemAvailable:") / 1024)
}

#[cfg(test)]
mod tests {
    use super::{Life, boot_id, machine_memory_mb, memory_of_sessions, stat};

    #[test]
    fn this_process_is_found_and_another_life_is_not_it() {
        let pid = i32::try_from(std::process::id()).expect("a number");
        let life = Life::of(pid).expect("this process");
        assert!(life.is_there());
        assert!(!Life { began: life.began + 1, ..life }.is_there());
        let session = stat(pid).expect("this process").session;
        assert!(memory_of_sessions()[&session] > 1024, "a test needs a megabyte");
    }

    #[test]
    fn the_machine_is_known() {
        let (all, free) = machine_memory_mb();
        assert!(all > 100 && free <= all);
        assert_eq!(boot_id().len(), 36);
    }
}
