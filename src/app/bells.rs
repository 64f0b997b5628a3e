//! Bells that wake the workers at once. A lost ring costs only the time until the worker looks by itself.

use tokio::sync::Notify;

#[derive(Debug, Default)]
pub struct Bells {
    pub inbox: Notify,
    pub outbox: Notify,
    pub claws: Notify,
}
