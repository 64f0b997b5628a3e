//! Bells that wake the workers at once. A lost ring costs only the time until the worker looks by itself.

use std::sync::Arc;

use tokio::sync::Notify;

#[derive(Debug, Default)]
pub struct Bells {
    pub inbox: Arc<Notify>,
    pub outbox: Arc<Notify>,
    pub claws: Arc<Notify>,
    pub operations: Arc<Notify>,
}
