//! The wire between the program and everything it talks to. Every chunk of bytes that crosses, in either direction and
//! on any socket, has a number; told so, the program is killed just before one of them is handed on. That chunk never
//! arrives, and neither does anything after it: a request is lost before it is heard, or its answer is.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
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

/// Counts what crosses, over all lives of the program, and strikes once.
#[derive(Default)]
pub struct Count(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    counts: bool,
    passed: usize,
    strikes_at: Option<usize>,
    struck: Option<String>,
}

impl Count {
    /// Kills before chunk number `at`, the first of which is 0.
    pub fn striking(at: Option<usize>) -> Count {
        Count(Mutex::new(Counted { strikes_at: at, ..Counted::default() }))
    }

    /// Begins to count.
    pub fn begin(&self) {
        self.lock().counts = true;
    }

    /// How many chunks passed.
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
        let ears = Mutex::new(Ears::new(tongue));
        let ((inside_read, inside_write), (outside_read, outside_write)) = (inside.into_split(), outside.into_split());
        let asks = self.pump(inside_read, outside_write, |bytes| {
            format!("{name}: asking {}", ears.lock().unwrap_or_else(PoisonError::into_inner).asked(bytes))
        });
        let answers = self.pump(outside_read, inside_write, |bytes| {
            format!("{name}: answering {}", ears.lock().unwrap_or_else(PoisonError::into_inner).answered(bytes))
        });
        self.cut.run_until_cancelled(async { tokio::join!(asks, answers) }).await;
    }

    async fn pump(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, what: impl Fn(&[u8]) -> String) {
        let mut chunk = vec![0; LARGEST_CHUNK];
        loop {
            let length = match from.read(&mut chunk).await {
                Ok(0) | Err(_) => break,
                Ok(length) => length,
            };
            if !self.passes(|| what(&chunk[..length])) || to.write_all(&chunk[..length]).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    }

    /// Whether one more chunk is handed on. The program dies here.
    fn passes(&self, what: impl FnOnce() -> String) -> bool {
        let mut life = self.life.lock().unwrap_or_else(PoisonError::into_inner);
        if life.over {
            return false;
        }
        let what = what();
        let mut count = self.count.lock();
        if !count.counts {
            return true;
        }
        if count.struck.is_none() && count.strikes_at == Some(count.passed) {
            let process = life.process.expect("it was told whom to kill before anything was said");
            kill_process(process, Signal::KILL).expect("the program is ours to kill");
            count.struck = Some(what);
            life.over = true;
            self.cut.cancel();
            return false;
        }
        count.passed += 1;
        true
    }
}
