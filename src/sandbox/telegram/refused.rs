//! How the Bot API says no: a status, a sentence, and sometimes how long to wait.

use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub status: u16,
    pub description: String,
    pub retry_after: Option<u32>,
}

impl Refused {
    pub fn bad(what: impl std::fmt::Display) -> Refused {
        Refused { status: 400, description: format!("Bad Request: {what}"), retry_after: None }
    }

    pub fn forbidden(what: &str) -> Refused {
        Refused { status: 403, description: format!("Forbidden: {what}"), retry_after: None }
    }

    pub fn conflict(what: &str) -> Refused {
        Refused { status: 409, description: format!("Conflict: {what}"), retry_after: None }
    }

    pub fn unauthorized() -> Refused {
        Refused { status: 401, description: "Unauthorized".into(), retry_after: None }
    }

    pub fn not_found() -> Refused {
        Refused { status: 404, description: "Not Found".into(), retry_after: None }
    }

    pub fn too_many(retry_after: u32) -> Refused {
        let description = format!("Too Many Requests: retry after {retry_after}");
        Refused { status: 429, description, retry_after: Some(retry_after) }
    }

    /// The body of the answer.
    pub fn json(&self) -> Value {
        let mut body = json!({ "ok": false, "error_code": self.status, "description": self.description });
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({ "retry_after": seconds });
        }
        body
    }
}
