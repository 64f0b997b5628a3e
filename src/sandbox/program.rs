//! A program of ours as a child process: started, killed, started again, and whatever it writes kept for the page. When
//! it ends by itself it is started again after a pause, and the page says so.

use std::{
    collections::VecDeque,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::{mpsc, oneshot, watch},
    time::{Instant, timeout},
};

const LINES_KEPT: usize = 200;
const LONGEST_LINE: usize = 2_000;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// Whoever ran this long had not failed to start.
const STEADY: Duration = Duration::from_secs(20);

/// What is started, and with what.
#[derive(Clone)]
pub(super) struct Launch {
    pub program: PathBuf,
    pub arguments: &'static [&'static str],
    /// Its settings; it gets no others.
    pub settings: Vec<(&'static str, String)>,
}

/// How it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Being {
    Running {
        pid: u32,
        since: Instant,
    },
    /// Killed by the page; waits to be started.
    Killed,
    /// Ended by itself, `how`; it is started again soon.
    Died {
        how: String,
    },
}

enum Order {
    Kill,
    Start,
    /// The sandbox ends. With a pause, it was told already and may end by itself.
    End(Duration, oneshot::Sender<()>),
}

/// The child and its supervisor. Clones are the same one.
#[derive(Clone)]
pub(super) struct Program {
    shared: Arc<Shared>,
    orders: mpsc::UnboundedSender<Order>,
}

struct Shared {
    seen: Mutex<Seen>,
    changed: watch::Sender<u64>,
}

struct Seen {
    being: Being,
    starts: u32,
    lines: VecDeque<String>,
}

impl Program {
    /// Starts it and keeps it running.
    pub fn start(launch: Launch) -> Program {
        let seen = Seen { being: Being::Killed, starts: 0, lines: VecDeque::new() };
        let shared = Arc::new(Shared { seen: Mutex::new(seen), changed: watch::Sender::new(0) });
        let (orders, taken) = mpsc::unbounded_channel();
        tokio::spawn(supervise(launch, Arc::clone(&shared), taken));
        Program { shared, orders }
    }

    pub fn being(&self) -> Being {
        self.shared.lock().being.clone()
    }

    /// How often it was started.
    pub fn starts(&self) -> u32 {
        self.shared.lock().starts
    }

    /// The last lines it wrote, the oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.shared.lock().lines.iter().cloned().collect()
    }

    pub fn changed(&self) -> watch::Receiver<u64> {
        self.shared.changed.subscribe()
    }

    /// Kills it with SIGKILL; it stays dead until it is started.
    pub fn kill(&self) {
        // The supervisor is gone only when the sandbox ends.
        let _gone = self.orders.send(Order::Kill);
    }

    /// Starts it, after killing it when it runs.
    pub fn restart(&self) {
        let _gone = self.orders.send(Order::Start);
    }

    /// Ends it for good: at once, or when `patience` is over.
    pub async fn end(&self, patience: Duration) {
        let (done, ended) = oneshot::channel();
        if self.orders.send(Order::End(patience, done)).is_ok() {
            let _gone = ended.await;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, being: Being) {
        {
            let mut seen = self.lock();
            seen.starts += u32::from(matches!(being, Being::Running { .. }));
            seen.being = being;
        }
        self.changed.send_modify(|count| *count += 1);
    }

    fn write(&self, line: String) {
        {
            let mut seen = self.lock();
            if seen.lines.len() >= LINES_KEPT {
                seen.lines.pop_front();
            }
            seen.lines.push_back(line);
        }
        self.changed.send_modify(|count| *count += 1);
    }
}

/// What happened to a running child.
enum End {
    ByItself(String),
    Killed,
    Restart,
    Over(oneshot::Sender<()>),
}

async fn supervise(launch: Launch, shared: Arc<Shared>, mut orders: mpsc::UnboundedReceiver<Order>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let begun = Instant::now();
        let end = match launch.command().stdin(Stdio::piped()).spawn() {
            Ok(child) => attend(child, &shared, &mut orders).await,
            Err(error) => End::ByItself(format!("it cannot be started: {error}")),
        };
        let mut wait = match end {
            End::Over(done) => {
                // Whoever asked may have stopped waiting.
                let _gone = done.send(());
                return;
            }
            End::Restart => continue,
            End::Killed => {
                shared.write("(sandbox) killed".into());
                shared.set(Being::Killed);
                None
            }
            End::ByItself(how) => {
                pause = if begun.elapsed() >= STEADY { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
                shared.write(format!("(sandbox) {how}; starting it again in {} s", pause.as_secs()));
                shared.set(Being::Died { how });
                Some(pause)
            }
        };
        loop {
            let order = match wait {
                Some(pause) => timeout(pause, orders.recv()).await,
                None => Ok(orders.recv().await),
            };
            match order {
                Err(_) | Ok(Some(Order::Start)) => break,
                Ok(Some(Order::Kill)) => {
                    shared.set(Being::Killed);
                    wait = None;
                }
                Ok(Some(Order::End(_, done))) => {
                    let _gone = done.send(());
                    return;
                }
                Ok(None) => return,
            }
        }
    }
}

impl Launch {
    /// As it is started, with both of its outputs to be read.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.arguments).env_clear().envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

/// Stays with a running child until it ends or is ended.
async fn attend(mut child: Child, shared: &Arc<Shared>, orders: &mut mpsc::UnboundedReceiver<Order>) -> End {
    // Held until it has ended: who reads it learns by its close that we are gone, however we went.
    let _tether = child.stdin.take();
    if let Some(out) = child.stdout.take() {
        tokio::spawn(keep_lines(out, Arc::clone(shared)));
    }
    if let Some(out) = child.stderr.take() {
        tokio::spawn(keep_lines(out, Arc::clone(shared)));
    }
    shared.set(Being::Running { pid: child.id().unwrap_or_default(), since: Instant::now() });
    let order = tokio::select! {
        status = child.wait() => return End::ByItself(how(status)),
        order = orders.recv() => order,
    };
    let (end, patience) = match order {
        Some(Order::Kill) => (End::Killed, Duration::ZERO),
        Some(Order::Start) => (End::Restart, Duration::ZERO),
        Some(Order::End(patience, done)) => (End::Over(done), patience),
        None => (End::Killed, Duration::ZERO),
    };
    if !patience.is_zero() && timeout(patience, child.wait()).await.is_ok() {
        return end;
    }
    // An error means that it has ended already.
    let _ended = child.kill().await;
    end
}

fn how(status: std::io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) => match status.code() {
            Some(code) => format!("it ended by itself with code {code}"),
            None => "it was ended by a signal from outside".into(),
        },
        Err(error) => format!("it was lost: {error}"),
    }
}

/// Copies lines to our own stderr and keeps the last ones.
async fn keep_lines(from: impl AsyncRead + Unpin, shared: Arc<Shared>) {
    let mut lines = BufReader::new(from).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        let line = String::from_utf8_lossy(&line);
        #[expect(clippy::print_stderr, reason = "what our programs write is what the sandbox writes")]
        {
            eprintln!("{line}");
        }
        shared.write(without_colours(&line).chars().take(LONGEST_LINE).collect());
    }
}

/// The text without the terminal's colour marks.
fn without_colours(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.find(|c: char| c.is_ascii_alphabetic()).map_or("", |end| &after[end + 1..]);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::without_colours;

    #[test]
    fn colour_marks_are_taken_out() {
        assert_eq!(without_colours("\u{1b}[2m12:00\u{1b}[0m \u{1b}[32m INFO\u{1b}[0m ready"), "12:00  INFO ready");
        assert_eq!(without_colours("broken \u{1b}["), "broken ");
    }
}
