//! A wire to PostgreSQL, or to anything else, that can be cut just before or just after a COMMIT reaches the server, or fall silent: then
//! nothing comes through and nothing is refused, as when a machine or a network is gone.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};
use tokio_util::task::AbortOnDropHandle;
use url::Url;

/// Where a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The server never hears of the COMMIT.
    Before,
    /// It is done, and its answer never comes.
    After,
}

/// What is to go wrong.
#[derive(Default)]
struct Plan {
    cut: Option<Cut>,
    /// Which COMMITs are cut: one of so many.
    which: (usize, usize),
    commits: usize,
    cuts: usize,
    silent: bool,
}

/// The wire.
pub struct Hitch {
    port: u16,
    plan: Arc<Mutex<Plan>>,
    _accepting: AbortOnDropHandle<()>,
}

fn lock(plan: &Mutex<Plan>) -> MutexGuard<'_, Plan> {
    plan.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hitch {
    /// A wire to the server of this URL.
    pub async fn to(database_url: &str) -> Hitch {
        let url = Url::parse(database_url).expect("a URL");
        let server: SocketAddr =
            format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port")).parse().expect("an address");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let plan = Arc::new(Mutex::new(Plan::default()));
        let shared = Arc::clone(&plan);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, Arc::clone(&shared)));
            }
        });
        Hitch { port, plan, _accepting: AbortOnDropHandle::new(accepting) }
    }

    /// The same database by way of this wire.
    pub fn url(&self, database_url: &str) -> String {
        let mut url = Url::parse(database_url).expect("a URL");
        url.set_port(Some(self.port)).expect("a port");
        url.to_string()
    }

    /// From now on, one COMMIT of every `of` is cut; with each `which` below `of`, others are, until all have been.
    pub fn cut(&self, cut: Cut, which: usize, of: usize) {
        let mut plan = lock(&self.plan);
        (plan.cut, plan.which, plan.commits, plan.cuts) = (Some(cut), (which, of), 0, 0);
    }

    /// COMMITs seen and cut since then; nothing is cut any more.
    pub fn mended(&self) -> (usize, usize) {
        let mut plan = lock(&self.plan);
        plan.cut = None;
        (plan.commits, plan.cuts)
    }

    /// Lets everything that is or comes in meanwhile wait for ever; what connects after the silence is heard.
    pub fn falls_silent(&self, silent: bool) {
        lock(&self.plan).silent = silent;
    }
}

async fn carry(client: TcpStream, server: SocketAddr, plan: Arc<Mutex<Plan>>) {
    let dead = Arc::new(AtomicBool::new(lock(&plan).silent));
    let Ok(server) = TcpStream::connect(server).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let ((client_in, client_out), (server_in, server_out)) = (client.into_split(), server.into_split());
    let answer_is_lost = Arc::new(AtomicBool::new(false));
    let there = pass(client_in, server_out, |chunk| {
        let mut plan = lock(&plan);
        if dead.fetch_or(plan.silent, Ordering::SeqCst) || plan.silent {
            return Fate::Swallowed;
        }
        if !chunk.windows(7).any(|seven| seven == b"COMMIT\0") {
            return Fate::Passed;
        }
        plan.commits += 1;
        let ((which, of), Some(cut)) = (plan.which, plan.cut) else { return Fate::Passed };
        // Which one of each block it is differs from block to block, or a loop of as many COMMITs as there are in a block
        // would never get through.
        let block = plan.commits / of;
        if plan.commits % of != (which + (block * block + block / 3) % 5) % of {
            return Fate::Passed;
        }
        plan.cuts += 1;
        match cut {
            Cut::Before => Fate::Cut,
            Cut::After => {
                answer_is_lost.store(true, Ordering::SeqCst);
                Fate::Passed
            }
        }
    });
    let back = pass(server_in, client_out, |_| {
        if dead.fetch_or(lock(&plan).silent, Ordering::SeqCst) {
            Fate::Swallowed
        } else if answer_is_lost.load(Ordering::SeqCst) {
            Fate::Cut
        } else {
            Fate::Passed
        }
    });
    // Whichever side ends, both do.
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}

enum Fate {
    Passed,
    Swallowed,
    Cut,
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, judge: impl Fn(&[u8]) -> Fate) {
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let Ok(length @ 1..) = from.read(&mut chunk).await else { return };
        match judge(&chunk[..length]) {
            Fate::Passed if to.write_all(&chunk[..length]).await.is_err() => return,
            Fate::Passed | Fate::Swallowed => {}
            Fate::Cut => return,
        }
    }
}
