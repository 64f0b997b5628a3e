//! What runs a claw's gateway, behind one trait: `process` starts it itself, `systemd` has the host's systemd do it.
//! Every call may be made again: a start of what runs is refused by the lock of its place, a stop of what is gone is
//! done.

pub mod becoming;
pub mod fence;
mod hands;
pub mod hold;
pub mod lay;
mod locks;
pub mod proc;
mod process;
mod systemd;

use std::{path::PathBuf, time::Duration};

use async_trait::async_trait;

pub use hands::Hands;
pub use process::{ProcessRuntime, end_of};
pub use systemd::{SystemdRuntime, SystemdSettings};

use crate::{
    domain::{secret::Secret, time::Time},
    node::{cell::Cell, runtime::lay::Layout},
};

/// A program to run in a claw's place. Its environment is exactly this one; secrets stand in it or in files, never
/// among the arguments.
#[derive(Clone, Debug)]
pub struct Program {
    pub program: PathBuf,
    pub args: Vec<String>,
    pub env: Vec<(String, Secret<String>)>,
    /// Where it starts.
    pub dir: PathBuf,
}

/// How a program that was run to its end came out.
#[derive(Clone, Debug)]
pub struct ToolEnd {
    /// Nothing when a signal ended it.
    pub code: Option<i32>,
    /// At most a MiB of each.
    pub stdout: String,
    pub stderr: String,
}

/// Whose a port is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    pub user: u32,
    pub port: u16,
}

/// How a gateway stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing runs, and this start left no word: it never came to be, or the host was started anew.
    Nothing,
    /// It runs.
    Running { memory_mb: u32 },
    /// This start is over.
    Ended(Ending),
}

/// How a gateway ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    pub how: How,
    pub at: Time,
}

/// The ways a gateway can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Killed(i32),
    /// For want of memory: its own limit, or the machine's.
    OutOfMemory,
}

/// How firmly a stop is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Firmness {
    /// It may finish what it does.
    Ask,
    /// Now, and all it has started with it.
    Kill,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuntimeError {
    /// The host has no room: disk, processes, memory.
    #[error("the host has no room: {0}")]
    NoRoom(String),
    /// It took too long and was ended.
    #[error("{0} did not come to an end in time")]
    TooLong(String),
    /// Anything else, for the log.
    #[error("{0}")]
    Failed(String),
}

impl RuntimeError {
    /// Sorts what the system said while we did something.
    pub fn of(doing: &str, error: &std::io::Error) -> RuntimeError {
        let text = format!("{doing}: {error}");
        match error.kind() {
            std::io::ErrorKind::StorageFull
            | std::io::ErrorKind::QuotaExceeded
            | std::io::ErrorKind::OutOfMemory
            | std::io::ErrorKind::WouldBlock => RuntimeError::NoRoom(text),
            _ => RuntimeError::Failed(text),
        }
    }
}

/// Whatever runs claws.
#[async_trait]
pub trait Runtime: Send + Sync {
    /// Its name, as settings spell it.
    fn name(&self) -> &'static str;

    /// Why claws are not kept from each other here, if they are not.
    fn weakness(&self) -> Option<&str>;

    /// Keeps every claw's gateway for its own on the host's network. These are all the claws there are; whoever starts
    /// one has said so before.
    async fn fence(&self, owners: &[Owner]) -> Result<(), RuntimeError>;

    /// Makes a claw's folder, if it is not there, and lays these things out in it, all as the claw's user.
    async fn lay(&self, cell: &Cell, layout: Layout) -> Result<(), RuntimeError>;

    /// Starts a gateway as start number `start` of its claw. Returns once it is on its way; [`Runtime::look`] tells what
    /// became of it. Never two at once in one place, whoever asks.
    async fn start(&self, cell: &Cell, start: u32, program: &Program) -> Result<(), RuntimeError>;

    /// How start number `start` stands.
    async fn look(&self, cell: &Cell, start: u32) -> Result<Seen, RuntimeError>;

    /// Asks whatever runs in this place to end. Done when nothing does.
    async fn stop(&self, cell: &Cell, firmness: Firmness) -> Result<(), RuntimeError>;

    /// Runs a program to its end in a claw's place and under its limits; it is killed after `at_most`.
    async fn tool(&self, cell: &Cell, program: &Program, at_most: Duration) -> Result<ToolEnd, RuntimeError>;

    /// Forgets all about a place in which nothing runs.
    async fn forget(&self, cell: &Cell) -> Result<(), RuntimeError>;
}
