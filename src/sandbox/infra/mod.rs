//! A stand-in for the infra that runs claws: the state of a host of claws behind its two calls, on this machine. It
//! keeps claws, lets them start and stop in time, keeps answers under their Idempotency-Keys, writes every call down,
//! and can be told to fail. Its answers follow from its state.

mod faults;
mod host;
mod hosted;
mod journal;
mod line;
mod list;
mod node;
mod routes;
mod tended;

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{net::TcpListener, sync::watch};
use tokio_util::task::AbortOnDropHandle;

pub use faults::{Fault, ListFault, Strike};
pub use hosted::{HostEvent, HostStatus, Hosted, Rules};
pub use journal::{Effect, Entry, fingerprint};

use crate::domain::{bot_token::BotToken, secret::Secret};
use faults::Faults;
use host::Host;
use line::{Lines, Switch};
use tended::{Device, Tended};

/// How often the host looks whether time has done something, really.
const TICK: Duration = Duration::from_millis(50);

/// What time it is at the host, in milliseconds since 1970 UTC.
pub type HostClock = Arc<dyn Fn() -> i64 + Send + Sync>;
/// Told of everything that happens to a claw, in order.
pub type HostHook = Arc<dyn Fn(HostEvent) + Send + Sync>;

/// The running stand-in. Clones are the same one; it stops with the last of them.
#[derive(Clone)]
pub struct InfraStandIn(Arc<Running>);

struct Running {
    shared: Arc<Shared>,
    url: String,
    tasks: Mutex<Vec<AbortOnDropHandle<()>>>,
}

struct Shared {
    key: Secret<String>,
    clock: HostClock,
    state: Mutex<State>,
    /// Held while events are handed out, so that they arrive in order.
    telling: Mutex<()>,
    changed: watch::Sender<u64>,
    stop: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    host: Host,
    faults: Faults,
    journal: Vec<Entry>,
    /// How often it was asked for its list.
    listed: u64,
    hook: Option<HostHook>,
}

impl Shared {
    fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Looks at or changes the state as it is now, then tells what happened.
    fn with<T>(&self, work: impl FnOnce(&mut State, i64) -> T) -> T {
        let now = self.now();
        let (result, version, happened) = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.host.settle(now);
            let result = work(&mut state, now);
            (result, state.host.version, !state.host.events.is_empty())
        };
        if happened {
            let _order = self.telling.lock().unwrap_or_else(PoisonError::into_inner);
            let (events, hook) = {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                (std::mem::take(&mut state.host.events), state.hook.clone())
            };
            if let Some(hook) = hook {
                events.into_iter().for_each(|event| hook(event));
            }
        }
        self.changed.send_if_modified(|known| {
            let news = version > *known;
            *known = version.max(*known);
            news
        });
        result
    }

    /// Waits until the stand-in is stopped.
    async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        // An error means that the stand-in is gone, which is the same.
        let _gone = stop.wait_for(|stop| *stop).await;
    }
}

impl InfraStandIn {
    /// Starts a host without claws on a free port of 127.0.0.1 that lets in whoever has `key`. An error is the port's.
    pub async fn start(key: &str, clock: HostClock) -> io::Result<InfraStandIn> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            key: Secret::new(key.to_owned()),
            clock,
            state: Mutex::default(),
            telling: Mutex::default(),
            changed: watch::Sender::new(0),
            stop: watch::Sender::new(false),
        });
        let service = routes::router(Arc::clone(&shared)).into_make_service_with_connect_info::<Switch>();
        let server = tokio::spawn(async move {
            // Serving on a listener of our own ends only when the task is stopped.
            let _ended = axum::serve(Lines(listener), service).await;
        });
        let ticking = Arc::clone(&shared);
        let ticker = tokio::spawn(async move {
            loop {
                tokio::time::sleep(TICK).await;
                ticking.with(|_, _| ());
            }
        });
        let tasks = Mutex::new(vec![AbortOnDropHandle::new(server), AbortOnDropHandle::new(ticker)]);
        Ok(InfraStandIn(Arc::new(Running { shared, url, tasks })))
    }

    /// The base of its calls: `http://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// The key that lets in.
    pub fn key(&self) -> &str {
        self.0.shared.key.expose()
    }

    /// Lets nobody in any more, as when the machine is off. Its state can still be looked at.
    pub fn stop(&self) {
        self.0.shared.stop.send_replace(true);
        self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Tells `hook` of every claw that comes up or goes down from now on. It gets the bot's token, which
    /// leaves the stand-in nowhere else, and must not call the stand-in back before it returns.
    pub fn on_event(&self, hook: HostHook) {
        self.0.shared.with(|state, _| state.hook = Some(hook));
    }

    /// Changes how it behaves from the next call on.
    pub fn rule(&self, change: impl FnOnce(&mut Rules)) {
        self.0.shared.with(|state, _| change(&mut state.host.rules));
    }

    /// How it behaves.
    pub fn rules(&self) -> Rules {
        self.0.shared.with(|state, _| state.host.rules.clone())
    }

    /// Its claws, those that start or are being removed among them, by person and name.
    pub fn claws(&self) -> Vec<Hosted> {
        self.0.shared.with(|state, _| state.host.claws())
    }

    /// Every call so far, the oldest first. Calls turned away at the door are among them.
    pub fn journal(&self) -> Vec<Entry> {
        self.0.shared.with(|state, _| state.journal.clone())
    }

    /// Notified whenever a claw appears, changes or disappears.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.0.shared.changed.subscribe()
    }

    /// Takes a claw away as if it had died of itself; whether it was there.
    pub fn remove_by_itself(&self, slug: &str) -> bool {
        self.0.shared.with(|state, _| state.host.remove(slug))
    }

    /// A device asks a claw to be let in; whether the claw is there.
    pub fn device_asks(&self, slug: &str, request: &str, name: &str, platform: &str) -> bool {
        self.0.shared.with(|state, now| {
            let Some((at, claw)) = state.host.claws.iter_mut().find(|(_, claw)| claw.seen.slug == slug) else { return false };
            let device = Device { id: request.to_owned(), name: name.to_owned(), platform: platform.to_owned(), at: now };
            claw.tended.asking.push(device);
            let detail = serde_json::json!({ "request_id": request, "name": name, "platform": platform });
            state.host.feed.tell(now, at, "device_requested", detail);
            state.host.version += 1;
            true
        })
    }

    /// A device takes its request back.
    pub fn device_leaves(&self, slug: &str, request: &str) {
        self.0.shared.with(|state, now| {
            if let Some((at, claw)) = state.host.claws.iter_mut().find(|(_, claw)| claw.seen.slug == slug) {
                claw.tended.asking.retain(|it| it.id != request);
                state.host.feed.tell(now, at, "device_gone", serde_json::json!({ "request_id": request }));
            }
        });
    }

    /// The devices that were let in, by name.
    pub fn devices_let_in(&self, slug: &str) -> Vec<String> {
        self.tended(slug, |tended| tended.paired.iter().map(|it| it.name.clone()).collect()).unwrap_or_default()
    }

    /// Something ails a claw from now on, or nothing any more: a clawnode's `reason.code`. Whether the claw is there.
    pub fn ails(&self, slug: &str, code: Option<&str>) -> bool {
        self.0.shared.with(|state, now| {
            let Some((at, claw)) = state.host.claws.iter_mut().find(|(_, claw)| claw.seen.slug == slug) else { return false };
            claw.tended.ailment = code.map(|code| (code.to_owned(), "made so".to_owned()));
            let told = serde_json::json!({ "state": if code.is_some() { "degraded" } else { "ready" }, "reason": code });
            state.host.feed.tell(now, at, "state", told);
            state.host.version += 1;
            true
        })
    }

    /// What ails a claw.
    pub fn ailment(&self, slug: &str) -> Option<String> {
        self.tended(slug, |tended| tended.ailment.as_ref().map(|(code, _)| code.clone())).flatten()
    }

    /// How often a claw was restarted by order.
    pub fn restarts(&self, slug: &str) -> u32 {
        self.tended(slug, |tended| tended.restarts).unwrap_or_default()
    }

    /// What a claw wrote so far.
    pub fn lines(&self, slug: &str) -> Vec<String> {
        self.tended(slug, |tended| tended.lines.clone()).unwrap_or_default()
    }

    /// A claw writes a line.
    pub fn writes(&self, slug: &str, line: &str) {
        self.tended(slug, |tended| tended.lines.push(line.to_owned()));
    }

    /// How many backups a claw has, whatever became of them.
    pub fn backups(&self, slug: &str) -> usize {
        self.tended(slug, |tended| tended.backups().len()).unwrap_or_default()
    }

    fn tended<T>(&self, slug: &str, look: impl FnOnce(&mut Tended) -> T) -> Option<T> {
        self.0.shared.with(|state, _| {
            let claw = state.host.claws.values_mut().find(|claw| claw.seen.slug == slug)?;
            Some(look(&mut claw.tended))
        })
    }

    /// What happened so far is not told any more.
    pub fn forget_events(&self) {
        self.0.shared.with(|state, _| state.host.feed.forget());
    }

    /// It loses its memory of what happened, and counts from the beginning.
    pub fn lose_events(&self) {
        self.0.shared.with(|state, _| state.host.feed.lose());
    }

    /// It tells the last thing once more.
    pub fn repeat_event(&self) {
        self.0.shared.with(|state, _| state.host.feed.repeat());
    }

    /// Ends a claw as if it had crashed for good: it is there and does not run. Whether it ran.
    pub fn stop_by_itself(&self, slug: &str) -> bool {
        self.0.shared.with(|state, _| state.host.stop(slug))
    }

    /// Gives a claw another model, as somebody does who works on the host by hand; whether it was there.
    pub fn change_by_hand(&self, slug: &str, model: &str) -> bool {
        self.0.shared.with(|state, _| state.host.set_model(slug, model))
    }

    /// Puts a claw there that nobody ordered over HTTP, of the person `owner` and serving `token`'s bot. With another
    /// `owner` than `user_id` an order for this name meets somebody else's claw.
    pub fn insert_foreign(&self, user_id: &str, claw_id: &str, owner: &str, token: BotToken) {
        let name = (user_id.to_owned(), claw_id.to_owned());
        self.0.shared.with(|state, now| {
            state.host.insert(&name, owner, token, now);
            state.host.settle(now);
        });
    }

    /// Every call waits this long first; zero takes it back.
    pub fn slow(&self, span: Duration) {
        self.0.shared.with(|state, _| state.faults.slow = span);
    }

    /// The next `times` calls change nothing and are answered `status`; zero times takes it back.
    pub fn fail_next(&self, times: u32, status: u16) {
        self.0.shared.with(|state, _| state.faults.plan(Fault::Failed, times, status));
    }

    /// The next `times` calls meet `fault`; zero takes it back. [`Fault::Failed`] answers 500; slowness has a call of its own.
    pub fn fault_next(&self, times: u32, fault: Fault) {
        if fault != Fault::Slow {
            self.0.shared.with(|state, _| state.faults.plan(fault, times, 500));
        }
    }

    /// The next `times` questions for the list meet `fault`; zero takes it back. The two calls are not touched.
    pub fn break_list(&self, times: u32, fault: ListFault) {
        self.0.shared.with(|state, _| state.faults.list = Some((fault, times)));
    }

    /// The list waits this long before every answer; zero takes it back.
    pub fn slow_list(&self, span: Duration) {
        self.0.shared.with(|state, _| state.faults.list_slow = span);
    }

    /// How often it was asked for its list so far.
    pub fn times_listed(&self) -> u64 {
        self.0.shared.with(|state, _| state.listed)
    }

    /// One call meets a fault, after `calls` others that meet none. Only the last such plan counts.
    pub fn strike_after(&self, calls: u32, strike: Strike) {
        self.0.shared.with(|state, _| state.faults.plan_after(calls, strike));
    }

    /// How often a fault has struck so far.
    pub fn struck(&self, fault: Fault) -> u64 {
        self.0.shared.with(|state, _| state.faults.struck(fault))
    }
}
