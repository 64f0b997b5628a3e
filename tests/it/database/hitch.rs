//! A wire to PostgreSQL, or to anything else, that can fall silent: then nothing comes through and nothing is refused, as
//! when a machine or a network is gone.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
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

/// The wire.
pub struct Hitch {
    port: u16,
    silent: Arc<AtomicBool>,
    _accepting: AbortOnDropHandle<()>,
}

impl Hitch {
    /// A wire to the server of this URL.
    pub async fn to(database_url: &str) -> Hitch {
        let url = Url::parse(database_url).expect("a URL");
        let server: SocketAddr =
            format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port")).parse().expect("an address");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let silent = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&silent);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, Arc::clone(&shared)));
            }
        });
        Hitch { port, silent, _accepting: AbortOnDropHandle::new(accepting) }
    }

    /// The same database by way of this wire.
    pub fn url(&self, database_url: &str) -> String {
        let mut url = Url::parse(database_url).expect("a URL");
        url.set_port(Some(self.port)).expect("a port");
        url.to_string()
    }

    /// Lets everything that is or comes in meanwhile wait for ever; what connects after the silence is heard.
    pub fn falls_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }
}

async fn carry(client: TcpStream, server: SocketAddr, silent: Arc<AtomicBool>) {
    // A connection that was there during a silence stays dead afterwards.
    let dead = AtomicBool::new(silent.load(Ordering::SeqCst));
    let Ok(server) = TcpStream::connect(server).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let ((client_in, client_out), (server_in, server_out)) = (client.into_split(), server.into_split());
    let hears = || {
        let silent = silent.load(Ordering::SeqCst);
        !dead.fetch_or(silent, Ordering::SeqCst) && !silent
    };
    // Whichever side ends, both do.
    tokio::select! {
        () = pass(client_in, server_out, hears) => {}
        () = pass(server_in, client_out, hears) => {}
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, hears: impl Fn() -> bool) {
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let Ok(length @ 1..) = from.read(&mut chunk).await else { return };
        if hears() && to.write_all(&chunk[..length]).await.is_err() {
            return;
        }
    }
}
