//! A stand-in for Telegram: people, bots, their chats and the Bot API in front of them.
//!
//! [`Telegram`] is a handle, cheap to clone. A test or the sandbox page acts through it as a person would (`says`,
//! `taps`, `blocks`), and reads what the person sees (`chat`, `transcript`, `toasts`). A program under test talks to
//! `url()` with the real protocol. Everything both of them do changes one state behind one lock, and time is whatever
//! the clock that was passed in says.
//!
//! Three things here are guesses, because Telegram does not tell: how long a tap may be answered (ten minutes here),
//! how fast one chat may be written to ([`Pace`]), and that a stranger's message to a restricted bot just stays unread.
//! Only HTML is known as a `parse_mode`.

mod access;
mod acts;
mod args;
mod botfather;
mod bots;
mod calls;
mod claws;
mod delivery;
mod faults;
mod groups;
mod html;
mod json;
mod keyboard;
mod line;
mod people;
mod reading;
mod refused;
mod rich;
mod server;
mod state;
mod updates;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::state::State;
pub use self::{
    acts::{ButtonRef, Forward, TapAnswer, TapResult},
    botfather::BOTFATHER,
    bots::{BotAccount, NotCreated},
    claws::ClawAnswer,
    faults::{Faults, Hits, Pace},
    keyboard::{Key, Kind, ReplyKeyboard},
    reading::{Call, Shown, Toast},
};

/// Tells the time in milliseconds since 1970 UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The stand-in. Clones share one state.
#[derive(Clone)]
pub struct Telegram {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    clock: Clock,
    address: SocketAddr,
    /// Counts the changes of `state`.
    version: watch::Sender<u64>,
    stop: CancellationToken,
}

impl Telegram {
    /// Starts on 127.0.0.1 and any free port. Must be called inside a tokio runtime.
    pub fn start(clock: Clock) -> io::Result<Telegram> {
        Telegram::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), clock)
    }

    /// Starts on `address`, which must be loopback.
    pub fn start_on(address: SocketAddr, clock: Clock) -> io::Result<Telegram> {
        if !address.ip().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the stand-in listens on loopback only"));
        }
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let inner = Inner {
            state: Mutex::new(State::new()),
            clock,
            address: listener.local_addr()?,
            version: watch::Sender::new(0),
            stop: CancellationToken::new(),
        };
        let telegram = Telegram { inner: Arc::new(inner) };
        server::serve(&telegram, listener)?;
        Ok(telegram)
    }

    /// Where the Bot API answers, without a slash at the end: `{url}/bot{token}/{method}`.
    pub fn url(&self) -> String {
        format!("http://{}", self.inner.address)
    }

    /// Stops the server: waiting polls end, the port becomes free. The state stays readable.
    pub fn stop(&self) {
        self.inner.stop.cancel();
    }

    /// How many times the state has changed.
    pub fn version(&self) -> u64 {
        *self.inner.version.borrow()
    }

    /// Waits until `version()` is greater than `seen`, and gives it.
    pub async fn changed(&self, seen: u64) -> u64 {
        let mut version = self.inner.version.subscribe();
        match version.wait_for(|now| *now > seen).await {
            Ok(now) => *now,
            Err(_) => seen,
        }
    }

    /// The stand-in's time in milliseconds.
    pub fn now(&self) -> i64 {
        (self.inner.clock)()
    }

    /// Sets what breaks from now on: `telegram.break_things(|faults| faults.fail_next = 2)`.
    pub fn break_things(&self, change: impl FnOnce(&mut Faults)) {
        self.act(|state, _| change(&mut state.faults));
    }

    /// What is set to break now.
    pub fn faults(&self) -> Faults {
        self.look(|state| state.faults.clone())
    }

    /// How often each fault has struck.
    pub fn hits(&self) -> Hits {
        self.look(|state| state.hits.clone())
    }

    /// How fast one chat may be written to; `None` lifts the limit.
    pub fn set_pace(&self, pace: Option<Pace>) {
        self.act(|state, _| state.pace = pace);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the state.
    fn look<R>(&self, read: impl FnOnce(&State) -> R) -> R {
        read(&self.lock())
    }

    /// Changes the state, and tells those who wait for a change.
    fn act<R>(&self, change: impl FnOnce(&mut State, i64) -> R) -> R {
        let now = self.now();
        let done = change(&mut self.lock(), now);
        self.inner.version.send_modify(|version| *version += 1);
        done
    }
}

impl std::fmt::Debug for Telegram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Telegram({})", self.url())
    }
}
