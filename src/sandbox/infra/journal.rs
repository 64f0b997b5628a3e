//! What the stand-in saw, in order, for whoever checks afterwards. Secrets stand in it as fingerprints only.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::sandbox::infra::faults::Fault;

/// One call to the stand-in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Milliseconds since 1970 UTC, by the stand-in's clock, when the call came in.
    pub at: i64,
    /// `provision`, `deprovision`, or what a clawnode is asked besides.
    pub route: &'static str,
    pub user_id: String,
    pub claw_id: String,
    pub idempotency_key: Option<String>,
    /// [`fingerprint`] of the bot token.
    pub token: Option<String>,
    /// [`fingerprint`] of the AI gateway key.
    pub ai_gateway_key: Option<String>,
    pub model: Option<String>,
    pub allow_from: Vec<String>,
    /// The names of the body's fields, as they came.
    pub fields: Vec<String>,
    /// Nothing when no answer left.
    pub status: Option<u16>,
    pub effect: Effect,
    pub fault: Option<Fault>,
}

/// What a call changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    #[default]
    Nothing,
    Created,
    Changed,
    Removed,
    /// The stored answer to an Idempotency-Key was given again.
    Replayed,
}

/// Twelve hex digits by which two secrets can be told apart, and from which neither can be read.
pub fn fingerprint(secret: &str) -> String {
    hex::encode(&Sha256::digest(secret.as_bytes())[..6])
}
