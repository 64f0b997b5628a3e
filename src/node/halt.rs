//! `clawnode halt`: ends the gateways of all claws here and leaves nothing of theirs on the host but their folders. What is
//! wished of them stays as it is, so the next start of the node brings them up again, and none of it counts as a failure
//! of theirs.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::try_join_all;

use crate::node::{
    claw::{Claw, Seen},
    host::Node,
    runtime::{self, Firmness},
    store::Row,
};

/// How often it is looked whether a gateway has ended.
const LOOK: Duration = Duration::from_millis(50);

/// Ends every gateway; those that do not within `grace` are made to. No worker may be at work. How many ran, and
/// how many there are.
pub async fn halt(node: &Arc<Node>, grace: Duration) -> anyhow::Result<(usize, usize)> {
    let slugs = node.store.slugs().await?;
    let ran = try_join_all(slugs.iter().map(|slug| end(node, slug, grace))).await?;
    Ok((ran.iter().filter(|ran| **ran).count(), ran.len()))
}

async fn end(node: &Arc<Node>, slug: &str, grace: Duration) -> anyhow::Result<bool> {
    let Some(row) = node.store.find(slug).await? else { return Ok(false) };
    let cell = node.cell(&row, &node.spec(&row)?)?;
    let runs =
        async || Ok::<_, anyhow::Error>(matches!(node.runtime.look(&cell, row.claw.start).await?, runtime::Seen::Running { .. }));
    let ran = runs().await?;
    let began = Instant::now();
    if ran && !grace.is_zero() {
        node.runtime.stop(&cell, Firmness::Ask).await?;
    }
    while runs().await? {
        if began.elapsed() >= grace {
            node.runtime.stop(&cell, Firmness::Kill).await?;
        }
        tokio::time::sleep(LOOK).await;
    }
    if let Seen::Up { boot, .. } | Seen::Ending { boot, .. } = row.claw.seen {
        let seen = Seen::Down { boot, at: node.clock.now(), after: None };
        let mut tx = node.store.begin(node.clock.now()).await?;
        tx.save_seen(&Row { claw: Claw { seen, ..row.claw.clone() }, ..row }).await?;
        tx.commit().await?;
    }
    node.runtime.forget(&cell).await?;
    Ok(ran)
}
