//! The updates that wait for one bot: made when something happens, kept until the bot confirms them or they grow old.

use std::collections::VecDeque;

use serde_json::Value;
use tokio::sync::watch;

/// Kinds a bot gets only when it asks for them by name.
const NOT_BY_DEFAULT: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];
/// How long a tap or a payment's last check waits.
const SHORT_LIFE_MS: i64 = 150_000;
/// How long everything else waits.
const LIFE_MS: i64 = 24 * 60 * 60 * 1000;

/// Updates of one lane are given to a webhook one after another; lanes do not wait for each other. Messages of a chat are
/// a lane, and so are the taps of a person, and a person's payments.
pub(super) type Lane = (&'static str, i64);

pub(super) struct Pending {
    pub update_id: i64,
    pub body: Value,
    pub lane: Lane,
    pub expires_at: i64,
    /// How often the webhook failed to take it.
    pub tries: u32,
    pub in_flight: bool,
    /// Not to be sent to the webhook before this moment.
    pub not_before: Option<tokio::time::Instant>,
}

pub(super) struct Webhook {
    pub url: String,
    pub secret: Option<String>,
    pub max_connections: usize,
    pub last_error: Option<(i64, String)>,
    /// Somebody else's: nothing is sent to it.
    pub foreign: bool,
}

pub(super) struct Inbox {
    pub pending: VecDeque<Pending>,
    last_update: i64,
    /// The kinds the bot asked for last; `None` means the default ones.
    pub allowed: Option<Vec<String>>,
    pub webhook: Option<Webhook>,
    /// Counts getUpdates calls and changes of the webhook: whoever waits under an older number has lost its place.
    pub turn: u64,
    /// Rings when there is something new to look at.
    pub bell: watch::Sender<u64>,
}

impl Inbox {
    pub fn new(last_update: i64) -> Inbox {
        let bell = watch::Sender::new(0);
        Inbox { pending: VecDeque::new(), last_update, allowed: None, webhook: None, turn: 0, bell }
    }

    /// Later updates get numbers above `update`.
    pub fn number_from(&mut self, update: i64) {
        self.last_update = self.last_update.max(update);
    }

    pub fn ring(&self) {
        self.bell.send_modify(|count| *count += 1);
    }

    /// Adds an update of `kind`, unless the bot does not want this kind.
    pub fn push(&mut self, kind: &'static str, body: Value, lane: Lane, now: i64) {
        let wanted = match &self.allowed {
            Some(kinds) => kinds.iter().any(|wanted| wanted == kind),
            None => !NOT_BY_DEFAULT.contains(&kind),
        };
        if wanted {
            let mut update = serde_json::Map::new();
            update.insert(kind.to_owned(), body);
            let life = if matches!(kind, "callback_query" | "pre_checkout_query") { SHORT_LIFE_MS } else { LIFE_MS };
            self.push_raw(update, lane, now + life);
        }
    }

    /// Adds an update as it is, with an `update_id` when it has none.
    pub fn push_raw(&mut self, mut update: serde_json::Map<String, Value>, lane: Lane, expires_at: i64) -> i64 {
        let update_id = update.get("update_id").and_then(Value::as_i64).unwrap_or(self.last_update + 1);
        self.last_update = self.last_update.max(update_id);
        update.insert("update_id".into(), update_id.into());
        let body = Value::Object(update);
        self.pending.push_back(Pending { update_id, body, lane, expires_at, tries: 0, in_flight: false, not_before: None });
        self.ring();
        update_id
    }

    pub fn drop_old(&mut self, now: i64) {
        self.pending.retain(|pending| pending.in_flight || pending.expires_at > now);
    }

    /// What getUpdates answers now. A positive offset confirms all before it; a negative one keeps only so many last ones.
    pub fn take(&mut self, offset: i64, limit: usize, now: i64) -> Vec<Value> {
        self.drop_old(now);
        if offset > 0 {
            self.pending.retain(|pending| pending.update_id >= offset);
        } else if offset < 0 {
            let keep = usize::try_from(-offset).unwrap_or(usize::MAX);
            let surplus = self.pending.len().saturating_sub(keep);
            self.pending.drain(..surplus);
        }
        self.pending.iter().take(limit).map(|pending| pending.body.clone()).collect()
    }

    /// Takes the place of whoever polls or delivers now.
    pub fn take_turn(&mut self) -> u64 {
        self.turn += 1;
        self.ring();
        self.turn
    }
}
