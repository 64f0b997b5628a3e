//! `clawnode hold`: the keeper of one start of a claw. It outlives the node, waits for the gateway, and writes down how
//! it ended, so that an exit code is known also to a node that was started anew. It takes its order from standard input,
//! because arguments can be read by everyone; one lock per place keeps a second keeper out.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    os::unix::{fs::OpenOptionsExt as _, process::ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    fs::{FlockOperation, flock},
    process::{Signal, getpid, setsid},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    domain::time::Time,
    drivers::clock::Clock,
    node::runtime::{
        becoming::Becoming,
        lay::{NO_ROOM, is_full},
        proc::{self, Life},
    },
};

/// How long a keeper waits for the one before it to let go of the place.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// What a keeper is told.
#[derive(Serialize, Deserialize)]
pub struct Order {
    /// The folder of this place's papers.
    pub papers: PathBuf,
    pub start: u32,
    pub becoming: Becoming,
    pub program: PathBuf,
    pub args: Vec<String>,
    pub env: Vec<(String, String)>,
}

/// Who holds a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub start: u32,
    /// Of the host: after another boot none of it is true any more.
    pub boot_id: String,
    pub keeper: Life,
    pub gateway: Option<Life>,
}

/// How a start ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub start: u32,
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// The machine killed for want of memory while it ran.
    pub memory_killed: bool,
    pub at: Time,
}

/// A keeper's papers in a place.
#[derive(Clone, Debug)]
pub struct Papers(pub PathBuf);

impl Papers {
    /// Who holds the place, as far as this boot of the host goes.
    pub fn held(&self) -> Option<Held> {
        read(&self.0.join("held")).filter(|held: &Held| held.boot_id == proc::boot_id())
    }

    /// How the latest start to end ended.
    pub fn ended(&self) -> Option<Ended> {
        read(&self.0.join("ended"))
    }

    /// Marks that this start was ended by us for the memory it took.
    pub fn mark_memory(&self, start: u32) -> io::Result<()> {
        write(&self.0.join("memory"), &start)
    }

    /// Whether it was.
    pub fn marked_memory(&self, start: u32) -> bool {
        read(&self.0.join("memory")) == Some(start)
    }
}

/// The program. Says `held` on standard output once the place is taken; the rest is for its papers.
pub fn main() -> ExitCode {
    match hold() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_there = writeln!(io::stderr(), "{error}");
            ExitCode::from(if is_full(&error) { NO_ROOM } else { 75 })
        }
    }
}

fn hold() -> io::Result<()> {
    let mut text = zeroize::Zeroizing::new(String::new());
    io::stdin().read_to_string(&mut text)?;
    let order: Order = serde_json::from_str(&text).map_err(|_| io::Error::other("the order is cut short"))?;
    // A session of its own: whoever ends the node's does not end the claws.
    setsid()?;
    let papers = Papers(order.papers.clone());
    let _lock = lock(&papers.0.join("lock"))?;
    let keeper = Life::of(getpid().as_raw_nonzero().get()).ok_or_else(|| io::Error::other("/proc cannot be read"))?;
    let mut held = Held { start: order.start, boot_id: proc::boot_id(), keeper, gateway: None };
    write(&papers.0.join("held"), &held)?;
    let kills_before = proc::kills_for_memory();
    let mut child = Command::new("/proc/self/exe")
        .args(order.becoming.args(Some(std::process::id())))
        .arg(&order.program)
        .args(&order.args)
        .env_clear()
        .envs(order.env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    drop((order.env, text));
    let pid = i32::try_from(child.id()).expect("process numbers are positive and small");
    held.gateway = Life::of(pid);
    write(&papers.0.join("held"), &held)?;
    let mut out = io::stdout();
    // The node may be gone by now; the claw is not.
    let _nobody_there = writeln!(out, "held").and_then(|()| out.flush());
    let status = child.wait()?;
    let ended = Ended {
        start: order.start,
        code: status.code(),
        signal: status.signal(),
        memory_killed: status.signal() == Some(Signal::KILL.as_raw()) && proc::kills_for_memory() > kills_before,
        at: Clock::system().now(),
    };
    // Whatever it has started goes with it.
    while !proc::sweep(Some(pid), order.becoming.user) {
        std::thread::sleep(Duration::from_millis(20));
    }
    write(&papers.0.join("ended"), &ended)
}

/// The place's lock; closed with the file, at the latest when the keeper dies.
fn lock(file: &Path) -> io::Result<fs::File> {
    let lock = fs::OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(file)?;
    let began = Instant::now();
    while let Err(error) = flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        if began.elapsed() > LOCK_PATIENCE {
            return Err(io::Error::other(format!("another keeper holds this place: {error}")));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(lock)
}

/// All of it or nothing: a paper that is half written is not read.
fn write(file: &Path, value: &impl Serialize) -> io::Result<()> {
    let beside = file.with_extension("new");
    fs::write(&beside, serde_json::to_vec(value)?)?;
    fs::rename(beside, file)
}

fn read<T: DeserializeOwned>(file: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}
