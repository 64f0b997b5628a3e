//! `POST /provision`: an upsert of what a claw is to be. The same specification changes nothing; a removed claw comes
//! back with what it knew.

use std::sync::Arc;

use super::{Operation, Refused, Taken, bot_is_free};
use crate::{
    drivers::vault::generate_key,
    node::{
        cell::slug,
        claw::{Claw, Seen, Wish},
        host::Node,
        spec::{Change, Spec, is_name},
        store::Row,
    },
};

/// What is asked for.
pub struct Provision {
    pub user_id: String,
    pub claw_id: String,
    pub change: Change,
    /// A number of the caller's own; lower ones than were seen are refused.
    pub generation: Option<u64>,
    pub operation: Option<Operation>,
}

/// Takes the wish.
pub async fn provision(node: &Arc<Node>, wanted: Provision) -> Result<Taken, Refused> {
    node.takes_work()?;
    for name in [&wanted.user_id, &wanted.claw_id] {
        if !is_name(name) {
            return Err(Refused::Invalid("user_id and claw_id must be 1 to 64 letters, digits, _ or -".into()));
        }
    }
    let slug = slug(&wanted.user_id, &wanted.claw_id);
    let now = node.clock.now();
    let mut tx = node.store.begin(now).await?;
    let before = tx.find(&slug).await?;
    if let Some(operation) = &wanted.operation
        && operation.done(&mut tx).await?.is_some()
    {
        let row = before.filter(|row| row.claw.wish != Wish::Gone).ok_or(Refused::Superseded)?;
        return Ok(Taken { row, changed: false });
    }
    let (row, changed) = match before {
        None => {
            let spec = Spec::new(&wanted.user_id, &wanted.claw_id, wanted.change)?;
            node.offers(&spec.model)?;
            bot_is_free(&mut tx, &spec, &slug).await?;
            node.has_room(&mut tx).await?;
            let uid = tx.take_uid(&node.settings.users).await?.ok_or(Refused::NoCapacity)?;
            let ports = &node.settings.ports;
            let port = tx.free_port(ports, *ports.start()).await?.ok_or(Refused::NoCapacity)?;
            let bot = spec.bot_token.bot.0;
            let row = Row {
                claw: Claw {
                    slug: slug.clone(),
                    user_id: wanted.user_id,
                    claw_id: wanted.claw_id,
                    created_at: now,
                    wish: Wish::Running,
                    generation: wanted.generation.unwrap_or(1),
                    boot: 1,
                    spec_rev: 1,
                    restore_wish: None,
                    seen: Seen::Absent,
                    start: 0,
                    starts: Vec::new(),
                    fails: 0,
                    restarts: 0,
                    applied_rev: 0,
                    restoring: None,
                },
                uid,
                port,
                gateway_token: node.seal(generate_key().as_bytes(), "gateway_token", &slug),
                spec: node.seal(&spec.to_json(), "spec", &slug),
                applied: None,
                bot_id: bot,
                holds_bot: Some(bot),
                runs_bot: None,
                wish_rev: 1,
                asking: Vec::new(),
                told: String::new(),
                restore_key: None,
                restored: None,
            };
            tx.insert(&row).await?;
            (row, true)
        }
        Some(row) => {
            let old = node.spec(&row)?;
            // Every field of a whole specification is asked for here too; limits stay unless they are given. Its files are
            // what a workspace begins with: what the claw has made of them since is its own.
            Spec::new(&wanted.user_id, &wanted.claw_id, wanted.change.clone())?;
            let spec = old.changed(Change { workspace_files: None, ..wanted.change })?;
            node.offers(&spec.model)?;
            if row.claw.wish == Wish::Gone {
                return Err(Refused::Deleting);
            }
            if wanted.generation.is_some_and(|generation| generation < row.claw.generation) {
                return Err(Refused::StaleGeneration);
            }
            bot_is_free(&mut tx, &spec, &slug).await?;
            if row.claw.wish != Wish::Running {
                node.has_room(&mut tx).await?;
            }
            let other = !spec.same(&old);
            let broken = matches!(row.claw.seen, Seen::Broken { .. });
            let (changed, again) = (other || row.claw.wish != Wish::Running, row.claw.wish != Wish::Running || broken);
            let new = row.claw.generation + u64::from(changed);
            let bot = spec.bot_token.bot.0;
            let row = Row {
                claw: Claw {
                    wish: Wish::Running,
                    generation: wanted.generation.unwrap_or(new),
                    boot: row.claw.boot + u32::from(again),
                    spec_rev: row.claw.spec_rev + u32::from(other),
                    ..row.claw
                },
                spec: if other { node.seal(&spec.to_json(), "spec", &slug) } else { row.spec },
                bot_id: bot,
                holds_bot: Some(bot),
                ..row
            };
            tx.save_wish(&row).await?;
            (row, changed)
        }
    };
    if let Some(operation) = &wanted.operation {
        operation.note(&mut tx, &slug, "").await?;
    }
    node.takes(tx, &slug).await?;
    Ok(Taken { row, changed })
}
