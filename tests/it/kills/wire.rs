//! The wire between the program and everything it talks to. Every chunk of bytes that crosses, in either direction and
//! on any socket, has a number; told so, the program is killed just before one of them is handed on. That chunk never
//! arrives, and neither does anything after it: a request is lost before it is heard, or its answer is.
//!
//! Instead of the program, the connection alone may end: around whatever makes something stand in the database.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::spoken::{Ears, Tongue};

/// Longer than anything that is said at once.
const LARGEST_CHUNK: usize = 64 * 1024;

/// What strikes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blow {
    /// The program is killed before a chunk is handed on.
    #[default]
    Kill,
    /// The connection ends before a commit reaches the database; the program lives on.
    CutBefore,
    /// The connection ends when a commit is made, before its answer is heard; the program lives on.
    CutAfter,
}

impl Blow {
    /// Whether it comes down on commits alone.
    fn is_cut(self) -> bool {
        self != Blow::Kill
    }
}

/// Counts what crosses, over all lives of the program, and strikes once. A cut counts commits: they are what can stand
/// without anybody knowing.
#[derive(Default)]
pub struct Count(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    blow: Blow,
    counts: bool,
    passed: usize,
    strikes_at: Option<usize>,
    struck: Option<String>,
}

/// What becomes of one chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    HandedOn,
    /// Its answer is not.
    HandedOnUnheard,
    Lost,
}

impl Count {
    /// Strikes at chunk, or commit, number `at`, the first of which is 0.
    pub fn striking(blow: Blow, at: Option<usize>) -> Count {
        Count(Mutex::new(Counted { blow, strikes_at: at, ..Counted::default() }))
    }

    /// Begins to count.
    pub fn begin(&self) {
        self.lock().counts = true;
    }

    /// How many were counted.
    pub fn passed(&self) -> usize {
        self.lock().passed
    }

    /// Before what it struck.
    pub fn struck(&self) -> Option<String> {
        self.lock().struck.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The wires of one life of the program. Dropped, they are cut.
pub struct Wires {
    line: Arc<Line>,
    _cut: DropGuard,
}

struct Line {
    count: Arc<Count>,
    life: Mutex<Life>,
    cut: CancellationToken,
}

#[derive(Default)]
struct Life {
    process: Option<Pid>,
    over: bool,
}

impl Wires {
    pub fn new(count: Arc<Count>) -> Wires {
        let cut = CancellationToken::new();
        let line = Arc::new(Line { count, life: Mutex::default(), cut: cut.clone() });
        Wires { line, _cut: cut.drop_guard() }
    }

    /// A door that leads to `to`.
    pub async fn door(&self, name: &'static str, tongue: Tongue, to: SocketAddr) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let line = Arc::clone(&self.line);
        tokio::spawn(async move {
            let cut = line.cut.clone();
            while let Some(Ok((inside, _))) = cut.run_until_cancelled(listener.accept()).await {
                let line = Arc::clone(&line);
                tokio::spawn(async move { line.carry(name, tongue, inside, to).await });
            }
        });
        Ok(address)
    }

    /// Whom to kill.
    pub fn belongs_to(&self, process: u32) {
        let id = i32::try_from(process).ok().and_then(Pid::from_raw).expect("the number of a process");
        self.line.life.lock().unwrap_or_else(PoisonError::into_inner).process = Some(id);
    }
}

impl Line {
    /// Carries one connection until either end, or the life of the program, is over.
    async fn carry(&self, name: &'static str, tongue: Tongue, inside: TcpStream, to: SocketAddr) {
        let Some(Ok(outside)) = self.cut.run_until_cancelled(TcpStream::connect(to)).await else { return };
        for stream in [&inside, &outside] {
            // Without this a small answer waits for the one before it to be acknowledged.
            let _ = stream.set_nodelay(true);
        }
        let (ears, ends, unheard) = (Mutex::new(Ears::new(tongue)), self.cut.child_token(), AtomicBool::new(false));
        let hears = || ears.lock().unwrap_or_else(PoisonError::into_inner);
        let ((inside_read, inside_write), (outside_read, outside_write)) = (inside.into_split(), outside.into_split());
        let asks = pump(inside_read, outside_write, |bytes| {
            let (asked, commits) = hears().asked(bytes);
            let fate = self.fate(commits, || format!("{name}: asking {asked}"));
            unheard.fetch_or(fate == Fate::HandedOnUnheard, Ordering::SeqCst);
            if fate == Fate::Lost {
                ends.cancel();
            }
            fate != Fate::Lost
        });
        let answers = pump(outside_read, inside_write, |bytes| {
            let answered = hears().answered(bytes);
            let lost =
                unheard.load(Ordering::SeqCst) || self.fate(false, || format!("{name}: answering {answered}")) == Fate::Lost;
            if lost {
                ends.cancel();
            }
            !lost
        });
        ends.run_until_cancelled(async { tokio::join!(asks, answers) }).await;
    }

    /// What becomes of one more chunk. The program dies here, or its connection.
    fn fate(&self, commits: bool, what: impl FnOnce() -> String) -> Fate {
        let mut life = self.life.lock().unwrap_or_else(PoisonError::into_inner);
        if life.over {
            return Fate::Lost;
        }
        let mut count = self.count.lock();
        if !count.counts || (count.blow.is_cut() && !commits) {
            return Fate::HandedOn;
        }
        if count.struck.is_some() || count.strikes_at != Some(count.passed) {
            count.passed += 1;
            return Fate::HandedOn;
        }
        count.struck = Some(what());
        match count.blow {
            Blow::Kill => {
                let process = life.process.expect("it was told whom to kill before anything was said");
                kill_process(process, Signal::KILL).expect("the program is ours to kill");
                life.over = true;
                self.cut.cancel();
                Fate::Lost
            }
            Blow::CutBefore => Fate::Lost,
            Blow::CutAfter => Fate::HandedOnUnheard,
        }
    }
}

/// Hands on what is read, as long as it may be.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, may_pass: impl Fn(&[u8]) -> bool) {
    let mut chunk = vec![0; LARGEST_CHUNK];
    loop {
        let length = match from.read(&mut chunk).await {
            Ok(0) | Err(_) => break,
            Ok(length) => length,
        };
        if !may_pass(&chunk[..length]) || to.write_all(&chunk[..length]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}
