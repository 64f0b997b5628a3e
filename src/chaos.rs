//! Named points at which the program can be made to die, for tests that start it again and look whether everything mends.
//! Only a build with the feature `chaos` has them; in what ships, `crash_point!` is nothing at all. The points stand
//! where something has just been done outside or committed and is not yet written down or acted upon, and where it is
//! written and not yet committed.

/// Every point. The build fails for a name in the code that is not here; a test kills the program at each.
pub const POINTS: &[&str] = &[
    // Starting.
    "start-migrated",
    "start-leases-freed",
    "start-introduced",
    "start-planned",
    "poller-taken",
    // An update on its way in.
    "update-received",
    "update-stored-uncommitted",
    "update-stored",
    "update-taken",
    "token-inspected",
    "managed-token-fetched",
    "handled-tap-unanswered",
    // Any use case, and the shared commit of an embedded database.
    "act-uncommitted",
    "act-committed",
    "lane-uncommitted",
    "lane-committed",
    // A claw.
    "claws-taken",
    "claw-intended",
    "claw-called",
    "claw-recorded",
    "claw-ready-uncommitted",
    "claw-suspended-uncommitted",
    "claw-warned-uncommitted",
    "claw-destroyed-uncommitted",
    "claw-erased-uncommitted",
    "claw-inner-step-taken",
    // What is asked of a claw that runs, and what the host tells by itself.
    "operations-taken",
    "operation-intended",
    "operation-asked",
    "events-read",
    "events-taken-up",
    // What is said.
    "messages-taken",
    "message-sent",
    "message-written-down",
    // The rest.
    "access-set",
    "chore-taken",
    "chore-done",
    "audit-sealed-uncommitted",
    "person-erased-uncommitted",
];

/// The points of `clawnode`. A test of its own kills it at each.
pub const NODE_POINTS: &[&str] = &[
    // A call of the API.
    "node-wish-uncommitted",
    "node-wish-committed",
    // A claw comes up.
    "node-prepared",
    "node-files-written",
    "node-start-numbered",
    "node-started",
    // And goes down.
    "node-ending",
    "node-asked",
    "node-killing",
    "node-hung-ended",
    "node-end-seen",
    // A change is given to a running gateway.
    "node-change-written",
    "node-change-applied",
    // A device is let in or turned away.
    "node-device-decided",
    // A backup is made.
    "node-backup-begun",
    "node-backup-packed",
    "node-backup-sealed",
    "node-backup-uncommitted",
    // And gone back to.
    "node-restore-opened",
    "node-restore-unpacked",
    "node-restore-put-aside",
    "node-restore-swapped",
    "node-restore-kept",
    "node-restore-taken-out",
    // A claw is erased.
    "node-forgotten",
    "node-folder-removed",
    "node-backups-removed",
    "node-erased-uncommitted",
];

/// Dies here, if this is where the program was told to; with a condition in front, only where that holds.
macro_rules! crash_point {
    ($holds:expr, $name:literal) => {
        #[cfg(feature = "chaos")]
        if $holds {
            crash_point!($name);
        }
    };
    ($name:literal) => {
        #[cfg(feature = "chaos")]
        {
            const { assert!($crate::chaos::is_listed($name), "this point is not in the list") };
            $crate::chaos::reached($name);
        }
    };
}

#[cfg(feature = "chaos")]
pub use armed::{arm, is_listed, reached};

#[cfg(feature = "chaos")]
mod armed {
    use std::sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    };

    use rustix::process::{Signal, getpid, kill_process};

    use super::{NODE_POINTS, POINTS};

    /// Where to die, and how often the program has come there.
    struct Armed {
        name: &'static str,
        time: u32,
        reached: AtomicU32,
    }

    static ARMED: OnceLock<Armed> = OnceLock::new();

    /// Has the program die at a point: `name`, or `name:n` for the nth time it is reached.
    pub fn arm(text: &str) -> Result<(), String> {
        let (name, time) = text.split_once(':').unwrap_or((text, "1"));
        let name = POINTS
            .iter()
            .chain(NODE_POINTS)
            .find(|known| **known == name)
            .ok_or_else(|| format!("there is no crash point {name}"))?;
        let time = time.parse().map_err(|_| format!("{time} is not how often a point is reached"))?;
        ARMED.set(Armed { name, time, reached: AtomicU32::new(0) }).map_err(|_| "it was armed before".to_owned())
    }

    /// The program comes to a point.
    pub fn reached(name: &str) {
        let Some(armed) = ARMED.get().filter(|armed| armed.name == name) else { return };
        if armed.reached.fetch_add(1, Ordering::SeqCst) + 1 != armed.time {
            return;
        }
        let killed = kill_process(getpid(), Signal::KILL);
        // Not one more step, though the signal should take a moment.
        while killed.is_ok() {
            std::thread::park();
        }
    }

    /// Whether a point is in the list; asked while the program is built.
    pub const fn is_listed(name: &str) -> bool {
        stands_in(POINTS, name) || stands_in(NODE_POINTS, name)
    }

    const fn stands_in(points: &[&str], name: &str) -> bool {
        let mut at = 0;
        while at < points.len() {
            if same(points[at].as_bytes(), name.as_bytes()) {
                return true;
            }
            at += 1;
        }
        false
    }

    const fn same(one: &[u8], other: &[u8]) -> bool {
        let mut at = 0;
        while at < one.len() && at < other.len() && one[at] == other[at] {
            at += 1;
        }
        at == one.len() && at == other.len()
    }
}
