//! The product as a process of its own, and what the system counts of a process: its CPU time and its memory. So the
//! load generator, which is this process, and the database are never counted with it.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Read as _, Seek as _},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::telegram::Telegram;

/// How long a start may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(120);
/// A token of our stand-in's bot; it accepts any.
const TOKEN: &str = "123456789:AAbenchbenchbenchbenchbenchbenchb12";
/// One key for all, so that a database can be opened again.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
pub const WEBHOOK_SECRET: &str = "a-secret-for-the-benchmark";

/// How updates reach the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    Polling,
    Webhook,
}

/// The settings of one product, which may be started more than once.
pub struct Product {
    pub names: BTreeMap<String, String>,
    pub listen: SocketAddr,
}

/// The product, running. It is killed when dropped.
pub struct Running {
    child: Child,
    /// From the start of the process until it said that it may be given work.
    pub start: Duration,
}

/// An address on loopback nobody listens on now.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address")
}

impl Product {
    pub fn new(telegram: &Telegram, database_url: &str, arrival: Arrival) -> Product {
        let (listen, metrics) = (free_address(), free_address());
        let mode = match arrival {
            Arrival::Polling => "polling",
            Arrival::Webhook => "webhook",
        };
        let names = [
            ("TELEGRAM_BOT_TOKEN", TOKEN.to_owned()),
            ("TELEGRAM_API_URL", telegram.url.clone()),
            ("TELEGRAM_MODE", mode.to_owned()),
            ("TELEGRAM_WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
            ("PUBLIC_URL", format!("http://{listen}")),
            ("LISTEN_ADDR", listen.to_string()),
            ("METRICS_ADDR", metrics.to_string()),
            ("DATABASE_URL", database_url.to_owned()),
            ("INFRA_API_URL", "http://127.0.0.1:1".to_owned()),
            ("INFRA_API_KEY", "infra-key".to_owned()),
            ("AI_GATEWAY_API_KEY", "gateway-key".to_owned()),
            ("ENCRYPTION_KEYS", format!("k1:{KEY}")),
        ];
        Product { names: names.map(|(name, value)| (name.to_owned(), value)).into(), listen }
    }

    /// Starts it and waits until it takes work.
    pub async fn start(&self) -> Running {
        // What it logs goes into a file, as with an operator.
        let said = tempfile::tempfile().expect("a file for what it says");
        let began = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_clawhatch"))
            .arg("run")
            .env_clear()
            .envs(&self.names)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said.try_clone().expect("the same file"))
            .spawn()
            .expect("the program");
        let mut running = Running { child, start: Duration::ZERO };
        while !is_ready(self.listen).await {
            assert!(began.elapsed() < PATIENCE, "the program does not become ready");
            assert!(running.child.try_wait().expect("its state").is_none(), "the program ended:\n{}", text_of(said));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        running.start = began.elapsed();
        running
    }
}

fn text_of(mut file: File) -> String {
    let mut text = String::new();
    file.rewind().and_then(|()| file.read_to_string(&mut text)).map_or_else(|error| error.to_string(), |_| text)
}

/// Whether `/readyz` answers 200, asked without any client that would have to warm up.
async fn is_ready(at: SocketAddr) -> bool {
    let asked = async {
        let mut line = TcpStream::connect(at).await?;
        line.write_all(b"GET /readyz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n").await?;
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    asked.await.is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200"))
}

impl Running {
    pub fn cpu(&self) -> Duration {
        cpu_of(self.child.id())
    }

    pub fn memory(&self) -> Memory {
        memory_of(self.child.id())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU time a process has used, in user and in system mode; nothing when it is gone.
pub fn cpu_of(pid: u32) -> Duration {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name stands in brackets and may hold blanks; the fields after it are numbered from 3.
    let fields: Vec<&str> = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |at: usize| fields.get(at - 3).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    // Linux counts a hundred ticks a second on every machine we know.
    Duration::from_millis((ticks(14) + ticks(15)) * 10)
}

/// CPU time of this process: the load generator and the stand-in.
pub fn own_cpu() -> Duration {
    cpu_of(std::process::id())
}

/// Resident memory in megabytes of 10^6 bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    pub resident: f64,
    /// The part that is not a page of a file: what the program itself asked for.
    pub own: f64,
    pub peak: f64,
}

/// The memory of a process; nothing when it is gone.
pub fn memory_of(pid: u32) -> Memory {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let megabytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|rest| rest.trim_start_matches(':').split_whitespace().next()?.parse::<f64>().ok());
        kilobytes.unwrap_or(0.0) * 1024.0 / 1e6
    };
    Memory { resident: megabytes("VmRSS"), own: megabytes("RssAnon"), peak: megabytes("VmHWM") }
}

/// The machine, in a line.
pub fn machine() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_matches([' ', '\t', ':']);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let flush = flush_time().as_secs_f64() * 1000.0;
    format!("Machine: {cores} cores, {model}; a flush to disk takes {flush:.2} ms.")
}

/// The median of flushing 4 kB to the disk the databases are on.
fn flush_time() -> Duration {
    use std::io::Write as _;
    let mut file = tempfile::tempfile().expect("a file");
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            file.write_all(&[7; 4096]).expect("written");
            let began = Instant::now();
            file.sync_data().expect("on disk");
            began.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}
