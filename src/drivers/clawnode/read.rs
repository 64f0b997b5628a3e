//! What a clawnode says, taken apart. A word we do not know is never taken for a success; what a host tells of a claw is
//! somebody else's text, so it is cut short and never decides where a call goes.

use serde_json::{Map, Value};

use super::object;
use crate::{
    domain::{
        claw::{Ailment, Facts, Health, Outcome, Trouble},
        operation::{Deed, Mishap, Reply},
        time::Time,
    },
    drivers::claws::{Asking, Backup, BackupState, Capacity, Devices, Feed, Happened, Looked, Paired, Usage, What},
};

/// The longest name of anything we keep.
const MOST_NAME: usize = 64;
/// The longest line of a log, and the most entries of any list.
const MOST_LINE: usize = 500;
const MOST_LISTED: usize = 200;

/// A JSON object.
#[derive(Default)]
pub(super) struct Body(Map<String, Value>);

/// Whether a name may stand in a path: `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`.
pub(super) fn is_name(text: &str) -> bool {
    (1..=MOST_NAME).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        && text.as_bytes()[0].is_ascii_alphanumeric()
}

impl Body {
    /// Nothing when it is no JSON object.
    pub fn read(bytes: &[u8]) -> Option<Body> {
        if bytes.trim_ascii().is_empty() {
            return Some(Body::default());
        }
        serde_json::from_slice(bytes).ok().map(Body)
    }

    pub fn code(&self) -> Option<&str> {
        self.0.get("code").and_then(Value::as_str)
    }

    pub fn is_refusal(&self) -> bool {
        self.0.get("ok") == Some(&Value::Bool(false))
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    fn claw(&self) -> Option<&Map<String, Value>> {
        object(&self.0, "claw")
    }

    /// How the claw in it is.
    pub fn looked(&self) -> Looked {
        let unreadable = || Outcome::Unclear(Trouble::BadAnswer("a claw without a state we know".into()));
        let Some(claw) = self.claw() else { return Looked { outcome: unreadable(), facts: None, asking: None } };
        let outcome = match text(claw, "state").as_str() {
            "ready" => Outcome::Up(Health::Good),
            // It is there as wished and does not do well. What is to be done is for people, not for a loop of ours.
            "degraded" | "crashed" | "config_error" => Outcome::Up(Health::Poor),
            "requested" | "preparing" | "starting" | "stopping" => Outcome::Starting,
            "stopped" | "suspended" => Outcome::Asleep,
            "deleting" | "trash" => Outcome::Down { keeps_data: false },
            _ => unreadable(),
        };
        let ailment = object(claw, "reason").map(|reason| ailment(&text(reason, "code")));
        let ailment = ailment.or_else(|| (text(claw, "state") == "crashed").then_some(Ailment::Crashes));
        let facts = matches!(outcome, Outcome::Up(_)).then(|| Facts {
            version: Some(text(claw, "openclaw_version")).filter(|version| is_name(version)),
            started: time(claw, "started_at"),
            ailment: ailment.filter(|_| outcome == Outcome::Up(Health::Poor)),
            since: None,
        });
        let asking = claw.get("pending_devices").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        Looked { outcome, facts, asking }
    }

    /// How far something is that was asked of the claw in it, under `key`.
    pub fn progress(&self, key: &str, deed: &Deed) -> Reply {
        let Some(claw) = self.claw() else { return Reply::Unclear(Trouble::BadAnswer("a claw without a state".into())) };
        let state = text(claw, "state");
        match deed {
            Deed::Restore { .. } => match object(claw, "restore").filter(|restore| text(restore, "key") == key) {
                Some(restore) => match text(restore, "state").as_str() {
                    "done" => Reply::Done,
                    "failed" => Reply::Refused(mishap(&text(restore, "reason"))),
                    _ => Reply::Working { name: None },
                },
                None => Reply::Working { name: None },
            },
            Deed::Restart => match state.as_str() {
                "ready" | "degraded" => Reply::Done,
                "crashed" | "config_error" => Reply::Refused(Mishap::Failed),
                _ => Reply::Working { name: None },
            },
            // Their answers say it at once.
            Deed::Backup | Deed::LetIn { .. } | Deed::TurnAway { .. } => Reply::Done,
        }
    }

    pub fn backup(&self) -> Option<Backup> {
        backup(object(&self.0, "backup")?)
    }

    pub fn backups(&self) -> Vec<Backup> {
        self.list("backups").filter_map(backup).collect()
    }

    pub fn devices(&self) -> Devices {
        let paired = |it: &Map<String, Value>| Paired {
            name: text(it, "name"),
            platform: text(it, "platform"),
            at: time(it, "paired_at"),
        };
        Devices { asking: self.list("pending").filter_map(asking).collect(), paired: self.list("paired").map(paired).collect() }
    }

    pub fn lines(&self) -> Vec<String> {
        let lines = self.0.get("lines").and_then(Value::as_array).into_iter().flatten();
        let cut = |line: &str| line.chars().take(MOST_LINE).collect();
        lines.filter_map(|line| line.as_str().map(cut)).take(MOST_LISTED).collect()
    }

    /// Nothing while it is still being counted: that it used nothing would not be true.
    pub fn usage(&self) -> Option<Usage> {
        let count = |name: &str| self.0.get(name).and_then(Value::as_u64).unwrap_or_default();
        let usd = self.0.get("cost_usd").and_then(Value::as_f64).filter(|usd| (0.0..1e9).contains(usd)).unwrap_or_default();
        let (input_tokens, output_tokens) = (count("input_tokens"), count("output_tokens"));
        let unknown = input_tokens + output_tokens == 0 && self.0.get("refreshing") == Some(&Value::Bool(true));
        (!unknown).then(|| Usage { input_tokens, output_tokens, micro_usd: (usd * 1e6).round() as u64 })
    }

    pub fn capacity(&self) -> Capacity {
        let inside = |name: &str, field: &str| {
            object(&self.0, name).and_then(|it| it.get(field)).and_then(Value::as_u64).unwrap_or_default()
        };
        let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let versions = self.0.get("openclaw_versions").and_then(Value::as_array).into_iter().flatten();
        Capacity {
            node: text(&self.0, "node"),
            version: text(&self.0, "version"),
            draining: self.0.get("draining") == Some(&Value::Bool(true)),
            memory_free_mb: inside("memory_mb", "available"),
            memory_total_mb: inside("memory_mb", "total"),
            disk_free_mb: inside("disk_mb", "free"),
            disk_total_mb: inside("disk_mb", "total"),
            running: small(inside("claws", "running")),
            most: small(inside("claws", "max")),
            openclaw: versions.filter_map(|it| it.as_str().map(|it| it.chars().take(MOST_NAME).collect())).take(5).collect(),
        }
    }

    /// Nothing when it is no page of events. An event that cannot be read is passed over, not the page.
    pub fn feed(&self) -> Option<Feed> {
        let next = self.number("next")?;
        let events = self.0.get("events")?.as_array()?.iter().filter_map(Value::as_object).filter_map(happened).collect();
        Some(Feed::Page { events, next })
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &Map<String, Value>> {
        self.0.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).take(MOST_LISTED)
    }
}

/// A text, cut short; empty when it is not there.
fn text(map: &Map<String, Value>, name: &str) -> String {
    map.get(name).and_then(Value::as_str).unwrap_or_default().chars().take(MOST_NAME).collect()
}

fn time(map: &Map<String, Value>, name: &str) -> Option<Time> {
    let at: jiff::Timestamp = map.get(name)?.as_str()?.parse().ok()?;
    Some(Time(at.as_millisecond()))
}

fn ailment(code: &str) -> Ailment {
    match code {
        "bot_token_rejected" => Ailment::TokenRejected,
        "bot_token_used_elsewhere" => Ailment::TokenElsewhere,
        "out_of_memory" => Ailment::OutOfMemory,
        "crash_loop" => Ailment::Crashes,
        "config_invalid" => Ailment::ConfigInvalid,
        "slow_start" => Ailment::SlowStart,
        "model_auth_failed" => Ailment::ModelRefused,
        "disk_full" => Ailment::DiskFull,
        _ => Ailment::Other,
    }
}

/// Why the node could not, by the first word of its reason.
fn mishap(reason: &str) -> Mishap {
    match reason.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next() {
        Some("disk_full") => Mishap::DiskFull,
        Some("no_such_backup" | "no_such_claw" | "no_such_request") => Mishap::Gone,
        Some(_) | None => Mishap::Failed,
    }
}

fn backup(map: &Map<String, Value>) -> Option<Backup> {
    let name = text(map, "id");
    let reason = object(map, "reason").map_or_else(|| text(map, "reason"), |reason| text(reason, "code"));
    let state = match text(map, "state").as_str() {
        "ready" => BackupState::Ready,
        "failed" => BackupState::Failed(mishap(&reason)),
        "running" => BackupState::Running,
        _ => return None,
    };
    let bytes = map.get("size_bytes").and_then(Value::as_u64).unwrap_or_default();
    is_name(&name).then_some(Backup { name, state, made: time(map, "created_at")?, bytes })
}

/// Nothing for a request whose name cannot stand in a path.
fn asking(map: &Map<String, Value>) -> Option<Asking> {
    let request = text(map, "request_id");
    let at = time(map, "requested_at");
    is_name(&request).then(|| Asking { request, name: text(map, "name"), platform: text(map, "platform"), at })
}

fn happened(map: &Map<String, Value>) -> Option<Happened> {
    let seq = map.get("seq")?.as_i64()?;
    let empty = Map::new();
    let detail = object(map, "detail").unwrap_or(&empty);
    let what = match text(map, "kind").as_str() {
        "state" => What::State,
        "device_requested" => asking(detail).map_or(What::Other, What::DeviceAsks),
        "device_gone" => What::DeviceGone { request: text(detail, "request_id") },
        "backup_ready" | "backup_failed" | "restored" | "restore_failed" | "restarted" => What::Ended,
        _ => What::Other,
    };
    Some(Happened { seq, user_id: text(map, "user_id"), claw_id: text(map, "claw_id"), what })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Body {
        Body::read(text.as_bytes()).expect("an object")
    }

    #[test]
    fn only_words_we_know_say_that_a_claw_runs() {
        let looked = |state: &str| body(&format!(r#"{{"ok":true,"claw":{{"state":"{state}"}}}}"#)).looked().outcome;
        assert_eq!(looked("ready"), Outcome::Up(Health::Good));
        for poor in ["degraded", "crashed", "config_error"] {
            assert_eq!(looked(poor), Outcome::Up(Health::Poor), "{poor}");
        }
        for sleeps in ["stopped", "suspended"] {
            assert_eq!(looked(sleeps), Outcome::Asleep, "{sleeps}");
        }
        for unknown in ["", "dreaming", "READY"] {
            assert!(matches!(looked(unknown), Outcome::Unclear(_)), "{unknown}");
        }
        assert!(matches!(body(r#"{"ok":true}"#).looked().outcome, Outcome::Unclear(_)));
    }

    #[test]
    fn facts_are_read_of_one_that_runs() {
        let text = r#"{"claw":{"state":"degraded","openclaw_version":"2026.9.6","started_at":"2026-06-19T12:00:00Z","pending_devices":2,
            "reason":{"code":"bot_token_used_elsewhere","detail":"409"}}}"#;
        let looked = body(text).looked();
        let facts = looked.facts.expect("facts");
        assert_eq!(facts.version.as_deref(), Some("2026.9.6"));
        assert_eq!(
            (facts.started, facts.ailment, looked.asking),
            (Some(Time(1_781_870_400_000)), Some(Ailment::TokenElsewhere), Some(2))
        );
        assert_eq!(body(r#"{"claw":{"state":"suspended","openclaw_version":"1"}}"#).looked().facts, None);
    }

    #[test]
    fn what_is_still_being_counted_is_not_nothing() {
        let usage = |text: &str| body(text).usage().map(|it| (it.input_tokens, it.micro_usd));
        assert_eq!(usage(r#"{"input_tokens":0,"output_tokens":0,"cost_usd":0,"refreshing":true}"#), None);
        assert_eq!(usage(r#"{"input_tokens":0,"output_tokens":0,"cost_usd":0,"refreshing":false}"#), Some((0, 0)));
        assert_eq!(usage(r#"{"input_tokens":7,"output_tokens":1,"cost_usd":0.5,"refreshing":true}"#), Some((7, 500_000)));
    }

    #[test]
    fn names_that_lead_elsewhere_are_left_out() {
        for name in ["", ".", "../x", "a/b", "-a", "a b", "é", &"a".repeat(65)] {
            assert!(!is_name(name), "{name}");
        }
        let devices = body(
            r#"{"pending":[{"request_id":"../../x","name":"n"},{"request_id":"r1","name":"Ann's phone","platform":"ios"}]}"#,
        );
        assert_eq!(devices.devices().asking.iter().map(|it| it.request.as_str()).collect::<Vec<_>>(), ["r1"]);
    }

    #[test]
    fn a_page_of_events_is_read_with_what_it_does_not_know() {
        let page = body(
            r#"{"events":[{"seq":1,"user_id":"u","claw_id":"claw-1","kind":"state","detail":{"state":"ready"}},{"kind":"state"},
            {"seq":2,"user_id":"u","claw_id":"claw-1","kind":"eclipse"},{"seq":3,"user_id":"u","claw_id":"claw-1","kind":"backup_ready"}],"next":3}"#,
        );
        let Some(Feed::Page { events, next: 3 }) = page.feed() else { panic!("a page") };
        assert_eq!(
            events.iter().map(|it| (it.seq, it.what.clone())).collect::<Vec<_>>(),
            [(1, What::State), (2, What::Other), (3, What::Ended)]
        );
        assert_eq!(body(r#"{"events":[]}"#).feed(), None);
    }
}
