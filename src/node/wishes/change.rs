//! `PATCH …/spec`: a part of the specification is another from now on.

use std::sync::Arc;

use super::{Refused, Taken, bot_is_free};
use crate::node::{
    claw::{Claw, Seen, Wish},
    host::Node,
    spec::Change,
    store::Row,
};

/// Takes the wish.
pub async fn change(node: &Arc<Node>, slug: &str, change: Change) -> Result<Taken, Refused> {
    node.takes_work()?;
    let mut tx = node.store.begin(node.clock.now()).await?;
    let row = tx.find(slug).await?.ok_or(Refused::NoSuchClaw)?;
    match row.claw.wish {
        Wish::Gone => return Err(Refused::Deleting),
        Wish::Trash { .. } => return Err(Refused::InTrash),
        Wish::Running | Wish::Stopped | Wish::Suspended => {}
    }
    let old = node.spec(&row)?;
    let spec = old.changed(change)?;
    node.offers(&spec.model)?;
    if spec.same(&old) {
        return Ok(Taken { row, changed: false });
    }
    bot_is_free(&mut tx, &spec, slug).await?;
    // One that was given up may come up with what is right now.
    let broken = matches!(row.claw.seen, Seen::Broken { .. });
    let claw = Claw {
        spec_rev: row.claw.spec_rev + 1,
        generation: row.claw.generation + 1,
        boot: row.claw.boot + u32::from(broken),
        ..row.claw
    };
    let bot = spec.bot_token.bot.0;
    let row = Row { claw, spec: node.seal(&spec.to_json(), "spec", slug), bot_id: bot, holds_bot: Some(bot), ..row };
    tx.save_wish(&row).await?;
    node.takes(tx, slug).await?;
    Ok(Taken { row, changed: true })
}
