//! What a clawnode knows of a claw beside whether it runs: since when, what ails it, its devices and backups; and what it
//! tells by itself, by number.

use serde_json::{Value, json};

use crate::{
    domain::time::millis,
    sandbox::infra::{
        host::{Claw, Host, Name, Reply, down},
        hosted::HostStatus,
        journal::Effect,
    },
};

pub(super) const VERSION: &str = "2026.9.6";

/// The state of one claw beyond its status.
#[derive(Clone, Debug, Default)]
pub(super) struct Tended {
    pub started: Option<i64>,
    /// Code and detail.
    pub ailment: Option<(String, String)>,
    pub asking: Vec<Device>,
    pub paired: Vec<Device>,
    backups: Vec<Backup>,
    restore: Option<Restore>,
    /// What it has learned: one line for each start and each backup put back.
    pub lines: Vec<String>,
    pub restarts: u32,
    /// Keys under which something was done already.
    keys: Vec<String>,
    /// A restart under way, to be told of.
    restarting: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Device {
    pub id: String,
    pub name: String,
    pub platform: String,
    pub at: i64,
}

#[derive(Clone, Debug)]
struct Backup {
    id: String,
    key: String,
    made: i64,
    due: i64,
    /// Nothing while it is being made.
    ended: Option<Result<(), &'static str>>,
    fails: Option<&'static str>,
    told: bool,
}

#[derive(Clone, Debug)]
struct Restore {
    backup: String,
    key: String,
    fails: Option<&'static str>,
    ended: Option<Result<(), &'static str>>,
}

/// Everything that happened, from a number on.
#[derive(Default)]
pub(super) struct Told {
    last: i64,
    events: Vec<Value>,
}

impl Told {
    pub fn tell(&mut self, at: i64, name: &Name, kind: &str, detail: Value) {
        self.last += 1;
        let (user, claw) = name;
        self.events.push(json!({
            "seq": self.last, "at": rfc3339(at), "user_id": user, "claw_id": claw, "kind": kind, "detail": detail,
        }));
    }

    /// What happened after that number, or the first that is still told.
    pub fn after(&self, after: i64, limit: usize) -> Result<Value, i64> {
        let first = self.events.first().and_then(|it| it["seq"].as_i64()).unwrap_or(self.last + 1);
        if after + 1 < first && after < self.last {
            return Err(first);
        }
        let news = self.events.iter().filter(|it| it["seq"].as_i64() > Some(after)).take(limit);
        let news: Vec<Value> = news.cloned().collect();
        let next = news.last().and_then(|it| it["seq"].as_i64()).unwrap_or(self.last);
        Ok(json!({ "events": news, "next": next }))
    }

    /// Forgets what happened so far, and goes on counting.
    pub fn forget(&mut self) {
        self.events.clear();
    }

    /// Loses its memory: it counts from the beginning.
    pub fn lose(&mut self) {
        *self = Told::default();
    }

    /// Tells the last event once more, as a host does that was killed in between.
    pub fn repeat(&mut self) {
        if let Some(mut last) = self.events.last().cloned() {
            self.last += 1;
            last["seq"] = json!(self.last);
            self.events.push(last);
        }
    }
}

pub(super) fn rfc3339(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string()
}

impl Tended {
    pub fn begin(restored: bool) -> Tended {
        Tended { lines: vec![if restored { "memory found" } else { "memory is empty" }.to_owned()], ..Tended::default() }
    }

    /// Its gateway is up.
    pub fn is_up(&mut self, since: i64, now: i64, name: &Name, feed: &mut Told) {
        self.started = Some(since);
        self.lines.push("gateway ready".to_owned());
        if std::mem::take(&mut self.restarting) {
            feed.tell(now, name, "restarted", json!({}));
        }
        if let Some(restore) = self.restore.as_mut().filter(|restore| restore.ended.is_none()) {
            let ended = restore.fails.map_or(Ok(()), Err);
            restore.ended = Some(ended);
            match ended {
                Ok(()) => {
                    self.lines.push(format!("restored from {}", restore.backup));
                    feed.tell(now, name, "restored", json!({ "backup_id": restore.backup }));
                }
                Err(why) => feed.tell(now, name, "restore_failed", json!({ "backup_id": restore.backup, "reason": why })),
            }
        }
    }

    /// Lets time do its work; whether anything changed.
    pub fn settle(&mut self, now: i64, name: &Name, feed: &mut Told) -> bool {
        let mut changed = false;
        for backup in self.backups.iter_mut().filter(|it| it.due <= now && !it.told) {
            let ended = backup.fails.map_or(Ok(()), Err);
            (backup.ended, backup.told, changed) = (Some(ended), true, true);
            let kind = if ended.is_ok() { "backup_ready" } else { "backup_failed" };
            feed.tell(now, name, kind, json!({ "backup_id": backup.id }));
        }
        changed
    }

    fn backup(&self, backup: &Backup) -> Value {
        let (state, reason) = match backup.ended {
            None => ("running", None),
            Some(Ok(())) => ("ready", None),
            Some(Err(why)) => ("failed", Some(why)),
        };
        json!({ "id": backup.id, "state": state, "created_at": rfc3339(backup.made), "size_bytes": 1_234_567, "reason": reason })
    }

    pub fn backups(&self) -> Vec<Value> {
        self.backups.iter().rev().map(|it| self.backup(it)).collect()
    }
}

impl Claw {
    /// The claw as a clawnode tells of it.
    pub fn told(&self) -> Value {
        let (seen, tended) = (&self.seen, &self.tended);
        let state = match seen.status {
            HostStatus::Starting => "starting",
            HostStatus::Ready if tended.ailment.as_ref().is_some_and(|(code, _)| code == "crash_loop") => "crashed",
            HostStatus::Ready if tended.ailment.is_some() => "degraded",
            HostStatus::Ready => "ready",
            HostStatus::Stopped => "stopped",
            HostStatus::Suspended => "suspended",
            HostStatus::Deleting => "deleting",
        };
        let restore = tended.restore.as_ref().map(|it| {
            let (state, reason) = match it.ended {
                None => ("running", None),
                Some(Ok(())) => ("done", None),
                Some(Err(why)) => ("failed", Some(why)),
            };
            json!({ "backup_id": it.backup, "key": it.key, "state": state, "reason": reason })
        });
        json!({
            "user_id": seen.user_id, "claw_id": seen.claw_id, "slug": seen.slug, "state": state,
            "reason": tended.ailment.as_ref().map(|(code, detail)| json!({ "code": code, "detail": detail })),
            "generation": seen.generation, "model": seen.model, "telegram_allow_from": seen.allow_from,
            "bot_id": seen.bot_id.to_string(), "openclaw_version": VERSION, "created_at": rfc3339(seen.created_at),
            "started_at": tended.started.map(rfc3339), "ready_at": seen.ready_at.map(rfc3339), "restarts": tended.restarts,
            "retained_until": null, "pending_devices": tended.asking.len(), "restore": restore,
        })
    }
}

impl Host {
    /// Does what a clawnode is asked of a claw. `key` names the effect: the same key is the same effect.
    pub fn tend(&mut self, route: &str, name: &Name, subject: &str, key: &str, now: i64) -> Reply {
        let (time, fails) = (millis(self.rules.tending_time), self.rules.tending_fails);
        let Some(claw) = self.claws.get_mut(name).filter(|claw| claw.seen.status != HostStatus::Deleting) else {
            return Reply::error(404, "no_such_claw");
        };
        let known = claw.tended.keys.iter().any(|it| it == key);
        let effect = if known { Effect::Replayed } else { Effect::Changed };
        let restores = claw.tended.restore.as_ref().is_some_and(|it| it.ended.is_none());
        let busy = restores && !known && route != "suspend";
        if busy {
            return Reply::error(409, "busy");
        }
        let runs = claw.seen.status == HostStatus::Ready;
        match route {
            "suspend" => {
                if !matches!(claw.seen.status, HostStatus::Suspended | HostStatus::Stopped) {
                    self.events.push(down(claw));
                }
                claw.seen.status = HostStatus::Suspended;
                claw.tended.started = None;
            }
            "restart" if !known => {
                if runs {
                    self.events.push(down(claw));
                }
                claw.tended.restarts += 1;
                claw.tended.restarting = true;
                claw.tended.ailment = claw.tended.ailment.take().filter(|(code, _)| code.starts_with("bot_token"));
                claw.seen.status = HostStatus::Starting;
                claw.due = now + time;
            }
            "backups" if !known => {
                let id = format!("backup-{}", claw.tended.backups.len() + 1);
                claw.tended.backups.push(Backup {
                    id,
                    key: key.to_owned(),
                    made: now,
                    due: now + time,
                    ended: None,
                    fails,
                    told: false,
                });
            }
            "restore" if !known => {
                if !claw.tended.backups.iter().any(|it| it.id == subject && it.ended == Some(Ok(()))) {
                    return Reply::error(404, "no_such_backup");
                }
                if runs {
                    self.events.push(down(claw));
                }
                claw.tended.restore = Some(Restore { backup: subject.to_owned(), key: key.to_owned(), fails, ended: None });
                claw.seen.status = HostStatus::Starting;
                claw.due = now + time;
            }
            "approve" | "reject" if !known => {
                let Some(at) = claw.tended.asking.iter().position(|it| it.id == subject) else {
                    return Reply::error(404, "no_such_request");
                };
                let device = claw.tended.asking.remove(at);
                if route == "approve" {
                    claw.tended.paired.push(device);
                }
                self.feed.tell(now, name, "device_gone", json!({ "request_id": subject }));
            }
            _ => {}
        }
        if !known {
            claw.tended.keys.push(key.to_owned());
        }
        self.version += 1;
        self.settle(now);
        let Some(claw) = self.claws.get(name) else { return Reply::error(404, "no_such_claw") };
        let (status, body) = match route {
            "backups" => {
                let mine = claw.tended.backups.iter().find(|it| it.key == key).map(|it| claw.tended.backup(it));
                (202, json!({ "ok": true, "backup": mine }))
            }
            "restore" => (202, json!({ "ok": true, "claw": claw.told() })),
            "restart" if claw.seen.status == HostStatus::Starting => {
                (202, json!({ "ok": true, "changed": true, "claw": claw.told() }))
            }
            _ => (200, json!({ "ok": true, "changed": !known, "claw": claw.told() })),
        };
        Reply { status, body, retry_after: None, effect }
    }
}
