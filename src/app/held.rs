//! Claws this process works on right now, so that it can hand them over when it ends.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::{domain::ids::ClawId, store::ClawLease};

#[derive(Debug, Default)]
pub struct Held(Mutex<HashMap<ClawId, ClawLease>>);

impl Held {
    pub fn add(&self, leases: &[ClawLease]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(leases.iter().map(|lease| (lease.id, *lease)));
    }

    pub fn remove(&self, lease: &ClawLease) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&lease.id);
    }

    /// Whether this process works on no claw now.
    pub fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    pub fn take_all(&self) -> Vec<ClawLease> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain().map(|(_, lease)| lease).collect()
    }
}
