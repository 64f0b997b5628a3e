//! The state of a host of claws: which claws are there, who may use which bot, and what a call changes. No HTTP here.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    domain::{
        bot_token::BotToken,
        time::{DAY, millis},
    },
    sandbox::infra::{
        hosted::{HostEvent, HostStatus, Hosted, Rules},
        journal::{Effect, fingerprint},
        tended::{Tended, Told},
    },
};

/// `(user_id, claw_id)`: together they name a claw.
pub(super) type Name = (String, String);

/// The body of `/provision`. Unknown fields are ignored.
#[derive(Deserialize)]
pub(super) struct Wanted {
    pub(super) user_id: String,
    pub(super) claw_id: String,
    pub(super) ai_gateway_key: String,
    pub(super) model: String,
    pub(super) telegram_bot_token: String,
    pub(super) telegram_allow_from: Vec<String>,
}

/// The body of `/deprovision`.
#[derive(Deserialize)]
pub(super) struct Unwanted {
    pub(super) user_id: String,
    pub(super) claw_id: String,
    #[serde(default)]
    pub(super) purge: bool,
}

/// What is asked of a claw that runs.
#[derive(Deserialize)]
pub(super) struct Tending {
    pub(super) user_id: String,
    pub(super) claw_id: String,
    /// A backup's or a request's name.
    #[serde(default)]
    pub(super) subject: String,
}

/// What a call is answered.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Value,
    /// Seconds.
    pub(super) retry_after: Option<i64>,
    pub(super) effect: Effect,
}

impl Reply {
    pub(super) fn error(status: u16, code: &str) -> Reply {
        Reply { status, body: json!({ "ok": false, "code": code }), retry_after: None, effect: Effect::Nothing }
    }
}

pub(super) struct Claw {
    pub(super) seen: Hosted,
    pub(super) token: BotToken,
    /// When it becomes ready, or is gone.
    pub(super) due: i64,
    pub(super) tended: Tended,
}

/// An answer kept under its Idempotency-Key.
struct Kept {
    body: [u8; 32],
    reply: Reply,
    until: i64,
}

#[derive(Default)]
pub(super) struct Host {
    pub(super) rules: Rules,
    pub(super) claws: BTreeMap<Name, Claw>,
    /// What it tells by itself.
    pub(super) feed: Told,
    retained: BTreeMap<Name, i64>,
    kept: BTreeMap<String, Kept>,
    /// What happened since somebody last asked.
    pub(super) events: Vec<HostEvent>,
    /// Grows with every change.
    pub(super) version: u64,
}

impl Host {
    /// Lets time do its work: claws become ready, removed ones disappear, kept answers and data run out.
    pub(super) fn settle(&mut self, now: i64) {
        for (name, claw) in &mut self.claws {
            if claw.seen.status == HostStatus::Starting && claw.due <= now {
                claw.seen.status = HostStatus::Ready;
                claw.seen.ready_at = Some(claw.due);
                self.version += 1;
                self.events.push(up(claw));
                self.feed.tell(now, name, "state", json!({ "state": "ready", "reason": null }));
                claw.tended.is_up(claw.due, now, name, &mut self.feed);
            }
            self.version += u64::from(claw.tended.settle(now, name, &mut self.feed));
        }
        let before = self.claws.len();
        self.claws.retain(|_, claw| claw.seen.status != HostStatus::Deleting || claw.due > now);
        self.version += (before - self.claws.len()) as u64;
        self.kept.retain(|_, kept| kept.until > now);
        self.retained.retain(|_, until| *until > now);
    }

    /// The answer kept under `key`, if this call was answered before.
    pub(super) fn replay(&self, key: &str, body: &[u8]) -> Option<Reply> {
        let kept = self.kept.get(key)?;
        if kept.body != <[u8; 32]>::from(Sha256::digest(body)) {
            return Some(Reply::error(422, "idempotency_key_reused"));
        }
        Some(Reply { effect: Effect::Replayed, ..kept.reply.clone() })
    }

    /// Keeps a finished answer for a day. "Not ready yet" and errors are not kept: asking again must be able to help.
    pub(super) fn keep(&mut self, key: &str, body: &[u8], reply: &Reply, now: i64) {
        if (200..300).contains(&reply.status) && reply.status != 202 {
            let kept = Kept { body: Sha256::digest(body).into(), reply: reply.clone(), until: now + millis(DAY) };
            self.kept.insert(key.to_owned(), kept);
        }
    }

    pub(super) fn provision(&mut self, wanted: &Wanted, now: i64) -> Reply {
        let name = (wanted.user_id.clone(), wanted.claw_id.clone());
        let ids_fit = is_id(&name.0) && is_id(&name.1) && !wanted.telegram_allow_from.is_empty();
        if !ids_fit || !wanted.telegram_allow_from.iter().all(|id| is_number(id)) || wanted.ai_gateway_key.is_empty() {
            return Reply::error(400, "invalid");
        }
        let Some(token) = BotToken::parse(&wanted.telegram_bot_token) else { return Reply::error(400, "token_invalid") };
        if self.rules.models.as_ref().is_some_and(|models| !models.contains(&wanted.model)) {
            return Reply::error(422, "model_not_allowed");
        }
        if let Some(claw) = self.claws.get(&name) {
            if claw.seen.owner != name.0 {
                let body = json!({ "ok": false, "code": "already_exists", "user_id": claw.seen.owner });
                return Reply { status: 409, body, retry_after: None, effect: Effect::Nothing };
            }
            if claw.seen.status == HostStatus::Deleting {
                let seconds = (claw.due - now + 999) / 1000;
                return Reply { retry_after: Some(seconds.max(1)), ..Reply::error(409, "deleting") };
            }
            if !self.rules.upsert {
                return Reply::error(409, "already_exists");
            }
        }
        if self.claws.iter().any(|(other, claw)| *other != name && claw.seen.bot_id == token.bot) {
            return Reply::error(409, "token_in_use");
        }
        let effect = if self.claws.contains_key(&name) {
            self.update(&name, wanted, token, now)
        } else if self.rules.capacity.is_some_and(|most| self.claws.len() >= most) {
            return Reply::error(507, "no_capacity");
        } else {
            self.create(&name, wanted, token, now)
        };
        self.settle(now);
        self.describe(&name, effect)
    }

    fn create(&mut self, name: &Name, wanted: &Wanted, token: BotToken, now: i64) -> Effect {
        let restored = self.retained.remove(name).is_some();
        let seen = Hosted {
            user_id: name.0.clone(),
            claw_id: name.1.clone(),
            owner: name.0.clone(),
            slug: slug(name),
            model: wanted.model.clone(),
            allow_from: wanted.telegram_allow_from.clone(),
            bot_id: token.bot,
            token: fingerprint(token.expose()),
            ai_gateway_key: fingerprint(&wanted.ai_gateway_key),
            status: HostStatus::Starting,
            generation: 1,
            created_at: now,
            ready_at: None,
            restored,
        };
        let tended = Tended::begin(restored);
        self.claws.insert(name.clone(), Claw { seen, token, due: now + millis(self.rules.boot_time), tended });
        self.version += 1;
        Effect::Created
    }

    /// Brings a claw to another order: a new token restarts it, as any order does that does not run; anything else it
    /// takes as it runs.
    fn update(&mut self, name: &Name, wanted: &Wanted, token: BotToken, now: i64) -> Effect {
        let due = now + millis(self.rules.boot_time);
        let Some(claw) = self.claws.get_mut(name) else { return Effect::Nothing };
        let key = fingerprint(&wanted.ai_gateway_key);
        let rests = matches!(claw.seen.status, HostStatus::Stopped | HostStatus::Suspended);
        let restart = claw.seen.token != fingerprint(token.expose()) || rests;
        let same = !restart
            && claw.seen.model == wanted.model
            && claw.seen.allow_from == wanted.telegram_allow_from
            && claw.seen.ai_gateway_key == key;
        if same {
            return Effect::Nothing;
        }
        if restart {
            if !rests {
                self.events.push(down(claw));
            }
            // Whatever ailed its token is over with another one.
            claw.tended.ailment = None;
            claw.seen.status = HostStatus::Starting;
            claw.due = due;
        }
        claw.seen.bot_id = token.bot;
        claw.seen.token = fingerprint(token.expose());
        claw.token = token;
        claw.seen.model.clone_from(&wanted.model);
        claw.seen.allow_from.clone_from(&wanted.telegram_allow_from);
        claw.seen.ai_gateway_key = key;
        claw.seen.generation += 1;
        self.version += 1;
        if claw.seen.status == HostStatus::Ready {
            self.events.push(up(claw));
        }
        Effect::Changed
    }

    /// The answer of `/provision` as the claw is now.
    pub(super) fn describe(&self, name: &Name, effect: Effect) -> Reply {
        let Some(claw) = self.claws.get(name) else { return Reply::error(500, "it disappeared while it started") };
        let status = if claw.seen.status == HostStatus::Ready { 200 } else { 202 };
        let told = if self.rules.clawnode { claw.told() } else { json!(claw.seen) };
        let body = json!({ "ok": true, "changed": effect != Effect::Nothing, "claw": told });
        Reply { status, body, retry_after: None, effect }
    }

    pub(super) fn deprovision(&mut self, unwanted: &Unwanted, now: i64) -> Reply {
        let name = (unwanted.user_id.clone(), unwanted.claw_id.clone());
        if !is_id(&name.0) || !is_id(&name.1) {
            return Reply::error(400, "invalid");
        }
        let retained_until = self.rules.retention.filter(|_| !unwanted.purge).map(|span| now + millis(span));
        if unwanted.purge {
            self.retained.remove(&name);
        }
        let Some(claw) = self.claws.get_mut(&name) else {
            let body = json!({ "ok": true, "existed": false, "retained_until": self.retained.get(&name) });
            return Reply { status: 200, body, retry_after: None, effect: Effect::Nothing };
        };
        if claw.seen.owner != name.0 {
            let body = json!({ "ok": false, "code": "foreign", "user_id": claw.seen.owner });
            return Reply { status: 409, body, retry_after: None, effect: Effect::Nothing };
        }
        if claw.seen.status == HostStatus::Deleting {
            return Reply { retry_after: Some(((claw.due - now + 999) / 1000).max(1)), ..Reply::error(409, "deleting") };
        }
        if !matches!(claw.seen.status, HostStatus::Stopped | HostStatus::Suspended) {
            self.events.push(down(claw));
        }
        claw.seen.status = HostStatus::Deleting;
        claw.due = now + millis(self.rules.removal_time);
        self.version += 1;
        if let Some(until) = retained_until {
            self.retained.insert(name, until);
        }
        self.settle(now);
        let body = json!({ "ok": true, "existed": true, "retained_until": retained_until });
        Reply { status: 200, body, retry_after: None, effect: Effect::Removed }
    }

    pub(super) fn claws(&self) -> Vec<Hosted> {
        self.claws.values().map(|claw| claw.seen.clone()).collect()
    }

    /// Takes a claw away without anybody asking; whether it was there.
    pub(super) fn remove(&mut self, slug: &str) -> bool {
        let Some(name) = self.claws.iter().find(|(_, claw)| claw.seen.slug == slug).map(|(name, _)| name.clone()) else {
            return false;
        };
        self.events.extend(self.claws.remove(&name).as_ref().map(down));
        self.version += 1;
        true
    }

    /// Ends a claw without anybody asking, and leaves it there; whether it ran.
    pub(super) fn stop(&mut self, slug: &str) -> bool {
        let Some(claw) = self.claws.values_mut().find(|claw| claw.seen.slug == slug && claw.seen.status == HostStatus::Ready)
        else {
            return false;
        };
        claw.seen.status = HostStatus::Stopped;
        self.events.push(down(claw));
        self.version += 1;
        let name = (claw.seen.user_id.clone(), claw.seen.claw_id.clone());
        self.feed.tell(0, &name, "state", json!({ "state": "stopped", "reason": null }));
        true
    }

    /// Sets another model by hand, past every order; whether the claw was there.
    pub(super) fn set_model(&mut self, slug: &str, model: &str) -> bool {
        let Some(claw) = self.claws.values_mut().find(|claw| claw.seen.slug == slug) else { return false };
        claw.seen.model = model.to_owned();
        self.version += 1;
        true
    }

    /// The list of one person's claws, or a page of everybody's: up to `limit` after the name `after`, and the name to go
    /// on after.
    pub(super) fn list(&self, person: Option<&str>, after: Option<&Name>, limit: usize) -> (Vec<Value>, Option<Name>) {
        let wanted = |name: &&Name| person.is_none_or(|person| name.0 == person) && after.is_none_or(|after| *name > after);
        let names: Vec<&Name> = self.claws.keys().filter(wanted).take(limit + 1).collect();
        let line = |name: &&Name| {
            let seen = &self.claws[*name].seen;
            let state = match seen.status {
                HostStatus::Starting => "starting",
                HostStatus::Ready => "running",
                HostStatus::Suspended if self.rules.clawnode => "suspended",
                HostStatus::Stopped | HostStatus::Suspended | HostStatus::Deleting => "stopped",
            };
            json!({ "user_id": seen.user_id, "claw_id": seen.claw_id, "state": state, "model": seen.model })
        };
        let next = (names.len() > limit).then(|| names[limit - 1].clone());
        (names.iter().take(limit).map(line).collect(), next)
    }

    /// Puts a claw of `owner` under a name we may think ours; its bot is `token`'s.
    pub(super) fn insert(&mut self, name: &Name, owner: &str, token: BotToken, now: i64) {
        let wanted = Wanted {
            user_id: name.0.clone(),
            claw_id: name.1.clone(),
            ai_gateway_key: "somebody else's".into(),
            model: "somebody/else".into(),
            telegram_bot_token: String::new(),
            telegram_allow_from: vec!["1".into()],
        };
        self.create(name, &wanted, token, now);
        if let Some(claw) = self.claws.get_mut(name) {
            claw.seen.owner = owner.to_owned();
        }
    }
}

pub(super) fn up(claw: &Claw) -> HostEvent {
    HostEvent::Up { claw: claw.seen.clone(), token: claw.token.clone() }
}

pub(super) fn down(claw: &Claw) -> HostEvent {
    HostEvent::Down { claw: claw.seen.clone() }
}

/// The name a claw has on its host: the same for the same person and claw, and telling neither.
fn slug(name: &Name) -> String {
    let digest = Sha256::digest([name.0.as_bytes(), &[0], name.1.as_bytes()].concat());
    format!("c{}", &hex::encode(digest)[..15])
}

/// `^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        && text.as_bytes()[0].is_ascii_alphanumeric()
}

fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}
