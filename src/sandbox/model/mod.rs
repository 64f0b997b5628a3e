//! A stand-in for a model: an OpenAI-compatible service that remembers what it was asked and answers from the
//! conversation it is sent, streaming or whole. It knows nothing by itself: what it seems to remember was sent along, so
//! an answer proves what a claw has kept.
//!
//! Every answer names the model that was asked for, repeats the last line a person wrote, and lists all `#words` people
//! wrote in the conversation.

mod answer;
mod server;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError},
};

use tokio_util::task::AbortOnDropHandle;

/// The stand-in. Clones share one state; it ends with the last of them.
#[derive(Clone)]
pub struct Model(Arc<Running>);

struct Running {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    _server: AbortOnDropHandle<()>,
}

#[derive(Default)]
struct State {
    /// The keys it takes; any, when none is said.
    keys: Option<Vec<String>>,
    asked: Vec<Asked>,
    /// The next answers have this status.
    failing: Option<(u16, u32)>,
}

/// One question it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub model: String,
    /// What the claw is told about itself, all of it.
    pub system: String,
    /// What people wrote, the oldest first, as it was sent.
    pub people: Vec<String>,
    pub streaming: bool,
    /// What it was answered; the status when it was refused.
    pub answer: Result<String, u16>,
}

impl Model {
    /// Starts on 127.0.0.1 and any free port. Must be called inside a tokio runtime.
    pub fn start() -> io::Result<Model> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let server = server::serve(Arc::clone(&state), listener)?;
        Ok(Model(Arc::new(Running { state, address, _server: AbortOnDropHandle::new(server) })))
    }

    /// The base of its calls, as OpenAI-compatible clients are told: `http://127.0.0.1:<port>/v1`.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.0.address)
    }

    /// Takes these keys and no others from now on.
    pub fn takes_only(&self, keys: &[&str]) {
        self.with(|state| state.keys = Some(keys.iter().map(|key| (*key).to_owned()).collect()));
    }

    /// The next `times` questions are answered with `status`; zero takes it back.
    pub fn fail_next(&self, times: u32, status: u16) {
        self.with(|state| state.failing = (times > 0).then_some((status, times)));
    }

    /// Everything it was asked, the oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.with(|state| state.asked.clone())
    }

    fn with<T>(&self, does: impl FnOnce(&mut State) -> T) -> T {
        does(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
