//! The one word for how a claw is, worked out from its wish and what was seen; stored nowhere.

use serde::{Deserialize, Serialize};

use crate::domain::claw::{Ask, Claw, Health, Seen, Wish};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Wished for, and the infra has not been asked yet.
    Pending,
    Provisioning,
    Ready,
    /// Runs, but not well.
    Degraded,
    /// Moving from one specification to another.
    Updating,
    Pausing,
    Paused,
    Suspended,
    /// The infra has no room; it is asked again.
    Waiting,
    Error,
    Destroying,
    Destroyed,
}

/// The status of `claw`. Every pair of wish and seen is written out.
pub fn status(claw: &Claw) -> Status {
    if claw.destroyed.is_some() {
        return Status::Destroyed;
    }
    let updating = claw.first_ready.is_some() && claw.previous.is_some();
    match (claw.wish, &claw.seen) {
        (Wish::Gone { .. }, _) => Status::Destroying,
        (Wish::Suspended { .. }, _) => Status::Suspended,
        (Wish::Paused, Seen::Absent | Seen::Stopped) => Status::Paused,
        (Wish::Paused, Seen::Asked { .. } | Seen::Running { .. } | Seen::Broken { .. }) => Status::Pausing,
        (Wish::Running { generation }, Seen::Running { generation: seen, health }) if generation == *seen => match health {
            Health::Good => Status::Ready,
            Health::Poor => Status::Degraded,
        },
        (Wish::Running { .. }, Seen::Running { .. }) => Status::Updating,
        (Wish::Running { generation }, Seen::Broken { generation: seen, reason, retryable, .. }) if generation == *seen => {
            match (reason, retryable) {
                (super::Reason::NoCapacity, true) => Status::Waiting,
                (_, true) => Status::Provisioning,
                (_, false) => Status::Error,
            }
        }
        (Wish::Running { .. }, Seen::Asked { what: Ask::Provision, .. } | Seen::Broken { .. }) if !updating => {
            Status::Provisioning
        }
        (Wish::Running { .. }, Seen::Asked { .. } | Seen::Broken { .. }) => Status::Updating,
        (Wish::Running { .. }, Seen::Absent | Seen::Stopped) if updating => Status::Updating,
        (Wish::Running { .. }, Seen::Absent | Seen::Stopped) => Status::Pending,
    }
}
