//! Messages this process is sending right now. When a clock jumps ahead, their leases look run out, and the rows are
//! taken a second time while the first call is still on its way: then the fence moves on, and nothing is sent twice.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{domain::ids::OutboxId, store::Message};

#[derive(Clone, Debug, Default)]
pub struct Sending(Arc<Mutex<HashMap<OutboxId, i64>>>);

/// Kept while one message is being sent.
pub struct Sent {
    sending: Sending,
    id: OutboxId,
}

impl Sending {
    /// Begins to send a message.
    pub fn begin(&self, message: &Message) -> Sent {
        self.with(|under_way| under_way.insert(message.id, message.fence));
        Sent { sending: self.clone(), id: message.id }
    }

    /// Leaves out what is being sent already; it goes on under the new fence.
    pub fn only_new(&self, taken: Vec<Message>) -> Vec<Message> {
        self.with(|under_way| {
            let is_new = |message: &Message| match under_way.get_mut(&message.id) {
                Some(fence) => {
                    *fence = message.fence;
                    false
                }
                None => true,
            };
            taken.into_iter().filter(is_new).collect()
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<OutboxId, i64>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Sent {
    /// The fence to write the result under.
    pub fn fence(&self, taken_under: i64) -> i64 {
        self.sending.with(|under_way| under_way.get(&self.id).copied()).unwrap_or(taken_under)
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.sending.with(|under_way| under_way.remove(&self.id));
    }
}
