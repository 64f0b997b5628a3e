//! How a gateway is, and what a changed specification asks of it.

use std::time::Duration;

use super::{Job, Mind, Next, start::lay};
use crate::{
    domain::time::MINUTE,
    node::{
        claw::{self, Claw, Ended, Looked, Seen, Wellness},
        openclaw::{Applied, OpenClawError},
        runtime::{self, Firmness, lay::Layout},
        store::Row,
    },
};

/// How often a change is offered to a gateway that cannot take it now, before it is started anew with it.
const OFFERS: u32 = 5;
/// How long a claw that is coming up keeps others from it.
const STARTING: Duration = Duration::from_secs(120);

impl Job<'_> {
    /// Sees how its gateway is.
    pub(super) async fn look(&self, mind: &mut Mind, again: Duration) -> anyhow::Result<Next> {
        let claw = &self.row.claw;
        let now = self.node.clock.now();
        let ended = match self.node.runtime.look(&self.cell, claw.start).await? {
            runtime::Seen::Running { memory_mb } => {
                self.node.note_memory(self.slug(), memory_mb);
                None
            }
            runtime::Seen::Ended(how) => Some(Some(how)),
            runtime::Seen::Nothing => Some(None),
        };
        if let Some(how) = ended {
            let after = claw::ended(claw, how, now);
            tracing::info!(claw.slug = self.slug(), how = ?after.seen, "the gateway of claw {} has ended", self.slug());
            (mind.asked, mind.permit, mind.silence) = (false, None, claw::Silence::default());
            crash_point!("node-end-seen");
            return self.save(after).await;
        }
        let Seen::Up { health: before, since, .. } = &claw.seen else {
            if let Seen::Ending { killed, .. } = claw.seen
                && (killed || !mind.asked)
            {
                let firmness = if killed { Firmness::Kill } else { Firmness::Ask };
                self.node.runtime.stop(&self.cell, firmness).await?;
                mind.asked = true;
            }
            return Ok(Next::After(again));
        };
        self.keep_log_short();
        if !mind.met {
            tracing::info!(claw.slug = self.slug(), start = claw.start, "claw {} still runs; it is watched again", self.slug());
            mind.met = true;
        }
        let health = self.node.openclaw.probe(&self.cell).await;
        match claw::looked(claw, health, &mut mind.silence, now) {
            Looked::Hangs => {
                tracing::error!(claw.slug = self.slug(), "claw {} does not answer and is ended", self.slug());
                mind.silence = claw::Silence::default();
                self.node.runtime.stop(&self.cell, Firmness::Kill).await?;
                crash_point!("node-hung-ended");
                self.save(claw.failed(Ended::Hung, now)).await
            }
            Looked::As(after) => {
                let coming = matches!(after.seen, Seen::Up { health: Wellness::Coming { .. }, .. });
                if !coming || now.since(*since) > STARTING {
                    mind.permit = None;
                }
                if *after != *claw {
                    if let Seen::Up { health, .. } = &after.seen
                        && health != before
                    {
                        tracing::info!(claw.slug = self.slug(), health = ?health, "claw {} is otherwise than it was", self.slug());
                    }
                    return self.save(*after).await;
                }
                if !coming {
                    self.watch_devices(mind).await?;
                }
                Ok(Next::After(again))
            }
        }
    }

    /// Makes the running gateway follow the changed specification.
    pub(super) async fn apply(&self, mind: &mut Mind) -> anyhow::Result<Next> {
        let claw = &self.row.claw;
        let old = self.node.applied(&self.row)?.unwrap_or_else(|| self.spec.clone());
        let files = self.node.openclaw.changed_files(&old, &self.spec, &self.cell);
        let layout = Layout { folders: Vec::new(), files: files.iter().map(|file| lay(file, true)).collect() };
        self.node.runtime.lay(&self.cell, layout).await?;
        crash_point!("node-change-written");
        match self.node.openclaw.apply(&old, &self.spec, &self.cell).await {
            Ok(Applied::Hot) => {
                crash_point!("node-change-applied");
                mind.refused = 0;
                let after = Claw { applied_rev: claw.spec_rev, ..claw.clone() };
                let (applied, runs_bot) = (Some(self.row.spec.clone()), Some(self.row.bot_id));
                self.save_row(&Row { claw: after, applied, runs_bot, ..self.row.clone() }).await
            }
            Ok(Applied::NeedsRestart) => self.ask(mind).await,
            Err(OpenClawError::Unavailable(why)) if mind.refused < OFFERS => {
                mind.refused += 1;
                tracing::info!(claw.slug = self.slug(), why, "claw {} cannot take a change now", self.slug());
                // It may have ended meanwhile, which only a look would find.
                match self.node.runtime.look(&self.cell, claw.start).await? {
                    runtime::Seen::Running { .. } => Ok(Next::After(Duration::from_secs(1))),
                    runtime::Seen::Ended(_) | runtime::Seen::Nothing => self.look(mind, MINUTE).await,
                }
            }
            Err(error) => {
                tracing::warn!(claw.slug = self.slug(), %error, "claw {} is started anew with a change", self.slug());
                mind.refused = 0;
                self.ask(mind).await
            }
        }
    }
}
