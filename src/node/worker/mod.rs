//! A claw's own worker: reads the row, asks what follows from it, does that one thing, writes down what it saw, and looks
//! again. It alone touches the claw, so that one gateway has one writer. Killed between any two lines, it goes on from
//! the row: every step may be done again.

mod backup;
mod devices;
mod erase;
mod look;
mod restore;
mod start;

use std::{sync::Arc, time::Duration};

use tokio::sync::{Notify, OwnedSemaphorePermit};

use crate::{
    domain::time::Time,
    node::{
        cell::Cell,
        claw::{Claw, Ended, Seen, Silence, Step, next_step},
        host::Node,
        logs,
        runtime::{Firmness, RuntimeError},
        spec::Spec,
        store::Row,
    },
};

/// The longest sleep: a row is looked at again however still it is.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// Waits after a step that could not be done: 1 s, 2 s, 4 s and so on until then.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// When to look at the row again.
pub(super) enum Next {
    Now,
    After(Duration),
    At(Time),
    /// When somebody wishes something.
    Called,
}

/// What a worker knows beside the row. All of it may be lost.
#[derive(Default)]
pub(super) struct Mind {
    /// The right to be starting, held until the claw is up.
    pub(super) permit: Option<OwnedSemaphorePermit>,
    pub(super) silence: Silence,
    /// Whether this worker has asked the gateway to end.
    pub(super) asked: bool,
    /// How often a change could not be given to the gateway.
    pub(super) refused: u32,
    /// When the devices were last looked at.
    pub(super) devices: Option<Time>,
    /// Whether the gateway was seen in this life of the node.
    pub(super) met: bool,
}

/// One claw with everything a step needs.
pub(super) struct Job<'a> {
    pub(super) node: &'a Arc<Node>,
    pub(super) row: Row,
    pub(super) spec: Spec,
    pub(super) cell: Cell,
}

/// The worker of one claw, until the claw is no more or the node ends.
pub(super) async fn tend(node: Arc<Node>, slug: String, bell: Arc<Notify>) {
    let mut mind = Mind::default();
    let mut fails = 0_u32;
    while !node.stop.is_cancelled() {
        let next = match turn(&node, &slug, &mut mind, &bell).await {
            Ok(Some(next)) => {
                fails = 0;
                next
            }
            Ok(None) => break,
            Err(error) => {
                fails += 1;
                let wait = Duration::from_secs(1 << fails.saturating_sub(1).min(6)).min(LONGEST_WAIT);
                tracing::error!(claw.slug = slug, wait_s = wait.as_secs(), "a step of claw {slug} failed: {error:#}");
                Next::After(wait)
            }
        };
        let wait = match next {
            Next::Now => continue,
            Next::After(wait) => wait,
            Next::At(time) => node.clock.now().until(time).max(Duration::from_millis(5)),
            Next::Called => LONGEST_SLEEP,
        };
        tokio::select! {
            () = tokio::time::sleep(wait.min(LONGEST_SLEEP)) => {}
            () = bell.notified() => {}
            () = node.stop.cancelled() => {}
        }
    }
    node.dismiss(&slug);
    node.has_changed();
    // The same name may have been asked for again while its last worker was on its way out.
    if !node.stop.is_cancelled() && matches!(node.store.find(&slug).await, Ok(Some(_)) | Err(_)) {
        node.wake(&slug);
    }
}

/// One step. Nothing when the claw is no more.
async fn turn(node: &Arc<Node>, slug: &str, mind: &mut Mind, bell: &Notify) -> anyhow::Result<Option<Next>> {
    let Some(row) = node.store.find(slug).await? else { return Ok(None) };
    let spec = node.spec(&row)?;
    let cell = node.cell(&row, &spec)?;
    let job = Job { node, row, spec, cell };
    let now = node.clock.now();
    let step = next_step(&job.row.claw, now);
    if !matches!(step, Step::Look(_)) && !matches!(job.row.claw.seen, Seen::Up { .. }) {
        mind.permit = None;
    }
    if can_back_up(&step)
        && let Some(backup) = node.store.wanted_backup(slug).await?
    {
        return job.back_up(backup).await.map(Some);
    }
    let next = match step {
        Step::Prepare => job.prepare().await?,
        Step::Start => job.start(mind, bell).await?,
        Step::Look(again) => job.look(mind, again).await?,
        Step::Apply => job.apply(mind).await?,
        Step::Ask => job.ask(mind).await?,
        Step::Kill => job.kill().await?,
        Step::GiveUp(why) => {
            let claw = &job.row.claw;
            tracing::error!(claw.slug = slug, reason = ?why.code, "claw {slug} does not come up: {}", why.detail);
            let seen = Seen::Broken { boot: claw.boot, at: now, why };
            job.save(Claw { seen, ..claw.clone() }).await?
        }
        Step::Unpack(backup) => job.unpack(&backup).await?,
        Step::Swap => job.swap().await?,
        Step::Keep => job.keep().await?,
        Step::PutBack => job.put_back().await?,
        Step::Expire => {
            let mut tx = node.store.begin(now).await?;
            tx.expire(slug).await?;
            tx.commit().await?;
            node.has_changed();
            Next::Now
        }
        Step::Erase => {
            job.erase().await?;
            return Ok(None);
        }
        Step::Rest(until) => until.map_or(Next::Called, Next::At),
    };
    Ok(Some(next))
}

/// A backup is made of a claw that runs well or rests, not of one that changes.
fn can_back_up(step: &Step) -> bool {
    match step {
        Step::Look(again) => *again >= Duration::from_secs(1),
        Step::Rest(_) => true,
        Step::Prepare
        | Step::Start
        | Step::Apply
        | Step::Ask
        | Step::Kill
        | Step::GiveUp(_)
        | Step::Unpack(_)
        | Step::Swap
        | Step::Keep
        | Step::PutBack
        | Step::Expire
        | Step::Erase => false,
    }
}

impl Job<'_> {
    pub(super) fn slug(&self) -> &str {
        &self.row.claw.slug
    }

    /// A claw that talks without end does not fill the disk.
    pub(super) fn keep_log_short(&self) {
        match logs::keep_short(&self.node.settings.data_dir.join("claws"), &self.cell.paths.log) {
            Ok(false) => {}
            Ok(true) => tracing::info!(claw.slug = self.slug(), "the log of claw {} was cut down to its end", self.slug()),
            // The claw may have put something else in its place, again and again: no reason to fill our own log.
            Err(error) => tracing::debug!(claw.slug = self.slug(), %error, "a log cannot be kept short"),
        }
    }

    /// Writes down what was seen, and goes on at once.
    pub(super) async fn save(&self, claw: Claw) -> anyhow::Result<Next> {
        self.save_row(&Row { claw, ..self.row.clone() }).await
    }

    pub(super) async fn save_row(&self, row: &Row) -> anyhow::Result<Next> {
        let mut tx = self.node.store.begin(self.node.clock.now()).await?;
        tx.save_seen(row).await?;
        tx.commit().await?;
        self.node.has_changed();
        Ok(Next::Now)
    }

    /// Asks the gateway to end. It is written down first: a node that is killed now asks again.
    async fn ask(&self, mind: &mut Mind) -> anyhow::Result<Next> {
        let claw = &self.row.claw;
        let Seen::Up { boot, .. } = claw.seen else { return Ok(Next::Now) };
        let seen = Seen::Ending { boot, since: self.node.clock.now(), killed: false };
        self.save(Claw { seen, ..claw.clone() }).await?;
        crash_point!("node-ending");
        self.node.runtime.stop(&self.cell, Firmness::Ask).await?;
        mind.asked = true;
        crash_point!("node-asked");
        Ok(Next::Now)
    }

    /// Makes it end.
    async fn kill(&self) -> anyhow::Result<Next> {
        let claw = &self.row.claw;
        let (Seen::Up { boot, .. } | Seen::Ending { boot, .. }) = claw.seen else { return Ok(Next::Now) };
        let seen = Seen::Ending { boot, since: self.node.clock.now(), killed: true };
        self.save(Claw { seen, ..claw.clone() }).await?;
        crash_point!("node-killing");
        tracing::warn!(claw.slug = self.slug(), "claw {} is made to end", self.slug());
        self.node.runtime.stop(&self.cell, Firmness::Kill).await?;
        Ok(Next::Now)
    }

    /// This boot could not be begun.
    pub(super) async fn not_started(&self, error: &RuntimeError) -> anyhow::Result<Next> {
        tracing::error!(claw.slug = self.slug(), "claw {} was not started: {error}", self.slug());
        let how = match error {
            RuntimeError::NoRoom(_) => Ended::NoRoom,
            RuntimeError::TooLong(_) | RuntimeError::Failed(_) => Ended::Lost,
        };
        self.save(self.row.claw.failed(how, self.node.clock.now())).await
    }
}
