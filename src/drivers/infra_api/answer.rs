//! What an infra's answer means. Infras differ in the shape of their answers, so we look in every usual place; what
//! stays unread makes the outcome unclear, never a success.
//!
//! **409 on provision.** The claw's address is `(our person id, claw-n)` and is never used again, so there are two ways
//! to meet a claw there. If an earlier attempt of this same generation may have arrived, it is ours and up. If none
//! did, somebody else made it or our database is older than the world (a restored backup); either way nobody knows
//! which bot and which people it serves, and adopting it would hand a stranger's claw to a customer. So it is refused as
//! foreign: asking again cannot help and an admin must look.
//!
//! **404 on deprovision** is success only with an empty body or JSON: a web server's own page means that we knock at
//! the wrong door, and believing it would leave every ended claw running.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::domain::claw::{Health, Outcome, Reason, Trouble};

/// An answer, taken apart.
pub(super) struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    /// Nothing when the body is neither empty nor a JSON object.
    said: Option<Said>,
}

/// What the body says, wherever it says it.
#[derive(Default)]
struct Said {
    status: String,
    code: String,
    owner: Option<String>,
    refuses: bool,
    existed: Option<bool>,
    retained: bool,
}

impl Answer {
    /// Takes an answer apart. `retry_after` is the header's.
    pub(super) fn read(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Answer {
        let said = if body.trim_ascii().is_empty() {
            Some(Said::default())
        } else {
            serde_json::from_slice::<Map<String, Value>>(body).ok().map(|object| Said::read(&object))
        };
        Answer { status, retry_after, said }
    }

    /// The outcome of a provision for the person `user_id`.
    pub(super) fn to_provision(&self, user_id: &str, maybe_arrived: bool) -> Outcome {
        if let Some(outcome) = self.before_the_body(user_id) {
            return outcome;
        }
        let empty = Said::default();
        let said = match (&self.said, self.status) {
            (Some(said), _) => said,
            (None, 200..300) => return self.unreadable(),
            (None, _) => &empty,
        };
        match self.status {
            200..300 if said.refuses => reason_of(&said.code).map_or_else(|| self.unreadable(), |reason| self.refused(reason)),
            200..300 => match (said.status.as_str(), self.status) {
                ("deleting", _) => self.refused(Reason::Deleting),
                ("config_error" | "error" | "failed", _) => self.refused(Reason::Rejected),
                ("crashed" | "stopping" | "stopped" | "suspended" | "trash", _) => {
                    Outcome::Unclear(Trouble::BadAnswer(format!("{}, and the claw does not run", self.status)))
                }
                ("requested" | "preparing" | "provisioning" | "starting" | "pending" | "queued" | "installing", _) | (_, 202) => {
                    Outcome::Starting
                }
                ("degraded", _) => Outcome::Up(Health::Poor),
                // "ready", "running", nothing at all, or a word of its own: 2xx is what the contract promises.
                _ => Outcome::Up(Health::Good),
            },
            409 => match reason_of(&said.code) {
                Some(reason) => self.refused(reason),
                None if !is_exists(&said.code) => self.refused(Reason::Rejected),
                None if maybe_arrived => Outcome::Up(Health::Good),
                None => self.refused(Reason::Foreign),
            },
            _ => self.after_the_body(said),
        }
    }

    /// The outcome of a deprovision for the person `user_id`.
    pub(super) fn to_deprovision(&self, user_id: &str) -> Outcome {
        if let Some(outcome) = self.before_the_body(user_id) {
            return outcome;
        }
        let empty = Said::default();
        let said = match (&self.said, self.status) {
            (Some(said), _) => said,
            (None, 200..300 | 404 | 410) => return self.unreadable(),
            (None, _) => &empty,
        };
        let down = Outcome::Down { keeps_data: said.retained };
        match self.status {
            404 | 410 => down,
            400..600 if matches!(said.code.as_str(), "not_found" | "unknown_claw" | "claw_not_found") => down,
            200..300 if said.existed == Some(false) => down,
            200..300 if said.refuses => self.unreadable(),
            200..300 if self.status == 202 || matches!(said.status.as_str(), "deleting" | "stopping") => Outcome::Starting,
            200..300 => down,
            // Still going down: ask again, it will be gone.
            409 if said.code == "deleting" => Outcome::Unreached(Trouble::Overloaded(409)),
            _ => self.after_the_body(said),
        }
    }

    /// What is decided before anything else: not let in, turned away, sent elsewhere, or somebody else's claw.
    fn before_the_body(&self, user_id: &str) -> Option<Outcome> {
        match self.status {
            401 | 403 => return Some(Outcome::Unreached(Trouble::LockedOut)),
            425 | 429 => return Some(Outcome::Unreached(Trouble::Overloaded(self.status))),
            300..=399 => {
                let where_to = format!("{}, a redirect; the infra's URL must be its last one", self.status);
                return Some(Outcome::Unreached(Trouble::BadAnswer(where_to)));
            }
            _ => {}
        }
        let owner = self.said.as_ref()?.owner.as_deref()?;
        (owner != user_id).then(|| self.refused(Reason::Foreign))
    }

    /// Errors that both calls share.
    fn after_the_body(&self, said: &Said) -> Outcome {
        if let Some(reason) = reason_of(&said.code) {
            return self.refused(reason);
        }
        match self.status {
            507 => self.refused(Reason::NoCapacity),
            503 => Outcome::Unreached(Trouble::Overloaded(503)),
            408 | 500..600 => Outcome::Unclear(Trouble::Overloaded(self.status)),
            400..500 => self.refused(Reason::Rejected),
            _ => self.unreadable(),
        }
    }

    fn refused(&self, reason: Reason) -> Outcome {
        Outcome::Refused { reason, retry_after: self.retry_after }
    }

    /// Never quotes the body: it may hold what we sent.
    fn unreadable(&self) -> Outcome {
        Outcome::Unclear(Trouble::BadAnswer(format!("{} with a body that does not say what happened", self.status)))
    }
}

impl Said {
    fn read(object: &Map<String, Value>) -> Said {
        let claw = object.get("claw").and_then(Value::as_object);
        let find =
            |name: &str| claw.and_then(|claw| claw.get(name)).or_else(|| object.get(name)).filter(|value| !value.is_null());
        Said {
            status: find("status").or_else(|| find("state")).and_then(word).unwrap_or_default(),
            code: code(object).or_else(|| sentence(object)).unwrap_or_default(),
            owner: owner(object),
            refuses: ["ok", "success"].iter().any(|name| object.get(*name) == Some(&Value::Bool(false))),
            existed: find("existed").and_then(Value::as_bool),
            retained: find("retained_until").is_some(),
        }
    }
}

/// The first thing that looks like a code, in the usual places: `code`, `error`, `detail`, the tail of a problem's `type`.
fn code(object: &Map<String, Value>) -> Option<String> {
    ["code", "error", "detail", "type"].iter().find_map(|name| match object.get(*name)? {
        Value::Object(inner) => code(inner),
        value => word(value),
    })
}

/// The code that stands for a reason given in a sentence only: that the claw exists, or one we cannot read.
fn sentence(object: &Map<String, Value>) -> Option<String> {
    ["error", "detail", "message"].iter().find_map(|name| match object.get(*name)? {
        Value::Object(inner) => sentence(inner),
        Value::String(text) if text.to_lowercase().contains("already exist") => Some("exists".to_owned()),
        Value::String(text) if !text.trim().is_empty() => Some("unreadable".to_owned()),
        _ => None,
    })
}

/// Whom the body names as the claw's person, at the top, in `claw`, in `error` or in `detail`.
fn owner(object: &Map<String, Value>) -> Option<String> {
    let here = |object: &Map<String, Value>| match object.get("user_id")? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let inside = ["claw", "error", "detail"].into_iter().filter_map(|name| object.get(name)?.as_object());
    std::iter::once(object).chain(inside).find_map(here)
}

/// A text as a plain word: `https://infra.example/errors/token-in-use` and `Token in use` are both `token_in_use`.
/// Nothing for sentences.
fn word(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let text = if text.contains("://") || text.starts_with("urn:") { text.rsplit(['/', '#', ':']).next()? } else { text };
    let plain = text.trim().to_lowercase().replace([' ', '-'], "_");
    let fits = (1..=40).contains(&plain.len()) && plain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    fits.then_some(plain)
}

/// The reason a code names, if we know it.
fn reason_of(code: &str) -> Option<Reason> {
    match code {
        "token_in_use" | "bot_token_in_use" | "bot_in_use" => Some(Reason::TokenInUse),
        "token_dead" | "token_invalid" | "invalid_token" | "bot_token_invalid" | "invalid_bot_token" | "token_revoked" => {
            Some(Reason::TokenDead)
        }
        "deleting" => Some(Reason::Deleting),
        "model_not_allowed" | "unknown_model" | "invalid_model" => Some(Reason::ModelNotAllowed),
        "no_capacity" | "out_of_capacity" => Some(Reason::NoCapacity),
        "foreign" | "other_owner" | "not_owner" => Some(Reason::Foreign),
        _ => None,
    }
}

/// Whether a 409 says no more than that the claw is there.
fn is_exists(code: &str) -> bool {
    matches!(code, "" | "exists" | "already_exists" | "claw_exists" | "already_provisioned" | "conflict" | "duplicate")
}

#[cfg(test)]
mod tests;
