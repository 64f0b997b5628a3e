//! The runtime `process`: a keeper for each claw (`clawnode hold`), started by us and outliving us. For development and
//! tests: it keeps claws apart by their users alone, knows no share of the processor, and counts memory itself.

use std::{
    collections::BTreeMap,
    fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use rustix::process::{Signal, geteuid};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    process::Command,
};
use zeroize::Zeroizing;

use crate::{
    drivers::clock::Clock,
    node::{
        cell::Cell,
        runtime::{
            Ending, Firmness, Hands, How, Owner, Program, Runtime, RuntimeError, Seen, ToolEnd,
            becoming::Becoming,
            hold::{Order, Papers},
            lay::{Layout, NO_ROOM},
            locks, proc,
        },
    },
};

/// How long a keeper may take to say that it holds its place.
const HELD: Duration = Duration::from_secs(30);
/// How long one that is in the way may take to be gone.
const GONE: Duration = Duration::from_secs(10);
/// How old a count of everybody's memory may be.
const COUNT_AGAIN: Duration = Duration::from_secs(2);
/// How much of the end of a log is read.
const LOG_END: u64 = 512 * 1024;
/// The signals and the code by which Node ends when its heap is full, and what it says then.
const HEAP_SIGNALS: [i32; 3] = [4, 5, 6];
const HEAP_CODE: i32 = 134;
const HEAP_WORDS: &str = "JavaScript heap out of memory";

/// The runtime.
pub struct ProcessRuntime {
    hands: Hands,
    /// The keepers' papers, a folder for each claw.
    papers: PathBuf,
    weakness: Option<String>,
    counted: Mutex<Option<(Instant, BTreeMap<i32, u64>)>>,
}

impl ProcessRuntime {
    /// A runtime by this `clawnode`, with its papers in this folder.
    pub fn new(clawnode: PathBuf, papers: PathBuf) -> ProcessRuntime {
        let weakness = (!geteuid().is_root())
            .then(|| "not started by root: all claws run as one user, and each can read what the others know".to_owned());
        ProcessRuntime { hands: Hands { clawnode }, papers, weakness, counted: Mutex::new(None) }
    }

    fn papers_of(&self, cell: &Cell) -> Papers {
        Papers(self.papers.join(&cell.slug))
    }

    fn memory_kb(&self, session: i32) -> u64 {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = counted.as_ref().filter(|(at, _)| at.elapsed() < COUNT_AGAIN).is_some();
        if !fresh {
            *counted = Some((Instant::now(), proc::memory_of_sessions()));
        }
        counted.as_ref().and_then(|(_, sessions)| sessions.get(&session).copied()).unwrap_or(0)
    }

    /// Whoever still holds the place is made to leave it.
    async fn clear(&self, cell: &Cell) -> Result<(), RuntimeError> {
        let began = Instant::now();
        while let Some(held) = self.papers_of(cell).held().filter(|held| held.keeper.is_there()) {
            match held.gateway {
                Some(gateway) => gateway.kill_group(),
                None => held.keeper.signal(Signal::KILL),
            }
            if began.elapsed() > GONE {
                // It does not even leave when what it waits for is gone.
                held.keeper.signal(Signal::KILL);
            }
            if began.elapsed() > 2 * GONE {
                return Err(RuntimeError::Failed("an earlier start does not leave the claw's place".into()));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

#[async_trait]
impl Runtime for ProcessRuntime {
    fn name(&self) -> &'static str {
        "process"
    }

    fn weakness(&self) -> Option<&str> {
        self.weakness.as_deref()
    }

    /// For development and tests: the host's network is left as it is.
    async fn fence(&self, _owners: &[Owner]) -> Result<(), RuntimeError> {
        Ok(())
    }

    async fn lay(&self, cell: &Cell, layout: Layout) -> Result<(), RuntimeError> {
        if let Some(user) = cell.user {
            locks::make(user).map_err(|error| RuntimeError::of("making the folder of its locks", &error))?;
        }
        self.hands.lay(cell, layout).await
    }

    async fn start(&self, cell: &Cell, start: u32, program: &Program) -> Result<(), RuntimeError> {
        let papers = self.papers_of(cell);
        if papers.held().is_some_and(|held| held.start == start && held.keeper.is_there()) {
            return Ok(());
        }
        self.clear(cell).await?;
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&papers.0);
        made.map_err(|error| RuntimeError::of("making the folder of the keeper's papers", &error))?;
        let order = Order {
            papers: papers.0,
            start,
            becoming: Becoming {
                user: cell.user,
                pids: cell.limits.pids,
                dir: program.dir.clone(),
                log: Some(cell.paths.log.clone()),
            },
            program: program.program.clone(),
            args: program.args.clone(),
            env: program.env.iter().map(|(name, value)| (name.clone(), value.expose().clone())).collect(),
        };
        let order = Zeroizing::new(serde_json::to_vec(&order).expect("paths and strings of ours make JSON"));
        let mut child = Command::new(&self.hands.clawnode)
            .arg("hold")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| RuntimeError::of("starting the claw's keeper", &error))?;
        let held = async {
            let mut stdin = child.stdin.take().ok_or_else(|| io::Error::other("no way to tell it"))?;
            stdin.write_all(&order).await?;
            drop(stdin);
            let mut word = String::new();
            BufReader::new(child.stdout.take().ok_or_else(|| io::Error::other("no way to hear it"))?)
                .read_line(&mut word)
                .await?;
            if word.trim() == "held" {
                return Ok(());
            }
            let mut why = String::new();
            if let Some(stderr) = &mut child.stderr {
                stderr.take(1000).read_to_string(&mut why).await?;
            }
            // A full disk is no fault of the claw's, and the keeper says so by its code.
            let full = child.wait().await?.code() == Some(i32::from(NO_ROOM));
            Err(io::Error::new(if full { io::ErrorKind::StorageFull } else { io::ErrorKind::Other }, why))
        };
        let held = tokio::time::timeout(HELD, held).await;
        // Ours to count when it ends, as long as we live.
        tokio::spawn(async move { child.wait().await });
        held.map_err(|_| RuntimeError::TooLong("the claw's keeper".into()))?
            .map_err(|error| RuntimeError::of("starting the claw's keeper", &error))
    }

    async fn look(&self, cell: &Cell, start: u32) -> Result<Seen, RuntimeError> {
        let papers = self.papers_of(cell);
        let held = papers.held().filter(|held| held.start == start);
        if let Some(held) = held.as_ref().filter(|held| held.keeper.is_there()) {
            let kb = held.gateway.map_or(0, |gateway| self.memory_kb(gateway.pid));
            let memory_mb = u32::try_from(kb / 1024).unwrap_or(u32::MAX);
            if memory_mb > cell.limits.memory_mb
                && let Some(gateway) = held.gateway
            {
                papers.mark_memory(start).map_err(|error| RuntimeError::of("marking a claw that is too big", &error))?;
                gateway.kill_group();
            }
            return Ok(Seen::Running { memory_mb });
        }
        if let Some(ended) = papers.ended().filter(|ended| ended.start == start) {
            let killed = ended.signal == Some(Signal::KILL.as_raw()) && (ended.memory_killed || papers.marked_memory(start));
            let how = match (ended.code, ended.signal) {
                _ if killed => How::OutOfMemory,
                (Some(code), _) => How::Exited(code),
                (None, signal) => How::Killed(signal.unwrap_or_default()),
            };
            let how = if heap_was_full(how, &cell.paths.log) { How::OutOfMemory } else { how };
            return Ok(Seen::Ended(Ending { how, at: ended.at }));
        }
        match held {
            // The keeper was killed, and the gateway with it.
            Some(held) => {
                let session = held.gateway.map(|gateway| gateway.pid);
                if !proc::sweep(session, cell.user) {
                    return Ok(Seen::Running { memory_mb: 0 });
                }
                Ok(Seen::Ended(Ending { how: How::Killed(Signal::KILL.as_raw()), at: Clock::system().now() }))
            }
            None => Ok(Seen::Nothing),
        }
    }

    async fn stop(&self, cell: &Cell, firmness: Firmness) -> Result<(), RuntimeError> {
        let held = self.papers_of(cell).held().filter(|held| held.keeper.is_there());
        match (held, firmness) {
            (Some(held), Firmness::Ask) => held.gateway.into_iter().for_each(|gateway| gateway.signal(Signal::TERM)),
            (Some(_), Firmness::Kill) => self.clear(cell).await?,
            (None, Firmness::Ask | Firmness::Kill) => {}
        }
        Ok(())
    }

    async fn tool(&self, cell: &Cell, program: &Program, at_most: Duration) -> Result<ToolEnd, RuntimeError> {
        self.hands.run(cell, program, None, at_most).await
    }

    async fn forget(&self, cell: &Cell) -> Result<(), RuntimeError> {
        self.clear(cell).await?;
        if cell.user.is_some() {
            let began = Instant::now();
            while !proc::sweep(None, cell.user) {
                if began.elapsed() > GONE {
                    return Err(RuntimeError::Failed("processes of the claw's user do not end".into()));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        if let Some(user) = cell.user {
            locks::remove(user).map_err(|error| RuntimeError::of("removing the folder of its locks", &error))?;
        }
        match fs::remove_dir_all(&self.papers_of(cell).0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(RuntimeError::of("removing the keeper's papers", &error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// Whether Node ended because its own heap was full, which no kernel knows of.
pub(super) fn heap_was_full(how: How, log: &Path) -> bool {
    let by_abort = match how {
        How::Exited(code) => code == HEAP_CODE,
        How::Killed(signal) => HEAP_SIGNALS.contains(&signal),
        How::OutOfMemory => false,
    };
    by_abort && end_of(log).contains(HEAP_WORDS)
}

/// The end of a log, whatever of it can be read. A link in its place is not followed.
pub fn end_of(log: &Path) -> String {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let flags = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits() | rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    let Ok(mut file) = fs::OpenOptions::new().read(true).custom_flags(flags).open(log) else { return String::new() };
    let length = file.metadata().map(|meta| meta.len()).unwrap_or(0);
    let mut bytes = Vec::new();
    let _whatever = file.seek(SeekFrom::Start(length.saturating_sub(LOG_END)));
    let _can_be_read = file.take(LOG_END).read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}
