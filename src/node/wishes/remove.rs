//! `POST /deprovision`: a claw is taken down. What it knows is kept for a while, unless it shall be erased.

use std::sync::Arc;

use super::Refused;
use crate::{
    domain::time::Time,
    node::{
        cell::slug,
        claw::{Claw, Wish},
        host::Node,
        spec::is_name,
        store::Row,
    },
};

/// What became of the claw's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// There was no such claw.
    Unknown,
    /// Kept until then.
    Kept { until: Time },
    /// Being erased.
    Erased,
}

/// Takes the wish; what is running still has to come down.
pub async fn remove(node: &Arc<Node>, user_id: &str, claw_id: &str, purge: bool) -> Result<Removed, Refused> {
    if !is_name(user_id) || !is_name(claw_id) {
        return Err(Refused::Invalid("user_id and claw_id must be 1 to 64 letters, digits, _ or -".into()));
    }
    let slug = slug(user_id, claw_id);
    let now = node.clock.now();
    let mut tx = node.store.begin(now).await?;
    let Some(row) = tx.find(&slug).await? else { return Ok(Removed::Unknown) };
    let (wish, removed) = match row.claw.wish {
        Wish::Gone => return Ok(Removed::Erased),
        Wish::Trash { until } if !purge => return Ok(Removed::Kept { until }),
        Wish::Running | Wish::Stopped | Wish::Suspended | Wish::Trash { .. } if purge => (Wish::Gone, Removed::Erased),
        Wish::Running | Wish::Stopped | Wish::Suspended | Wish::Trash { .. } => {
            let until = now + node.settings.retention;
            (Wish::Trash { until }, Removed::Kept { until })
        }
    };
    // What its gateway may still be taking is kept from others until it is down.
    let row = Row { claw: Claw { wish, ..row.claw }, holds_bot: None, ..row };
    tx.save_wish(&row).await?;
    node.takes(tx, &slug).await?;
    Ok(removed)
}
