//! A claw comes to be, and comes up.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
};

use anyhow::Context as _;
use tokio::sync::Notify;

use super::{Job, Mind, Next};
use crate::node::{
    claw::{Claw, Reason, ReasonCode, Seen},
    openclaw::{self, OpenClawError, RenderedFile, When},
    runtime::{
        RuntimeError,
        lay::{Lay, Layout},
    },
    store::Row,
};

impl Job<'_> {
    /// Makes its folder.
    pub(super) async fn prepare(&self) -> anyhow::Result<Next> {
        let folders = self.cell.paths.folders();
        if let Err(error) = self.node.runtime.lay(&self.cell, Layout { folders, files: Vec::new() }).await {
            return self.not_started(&error).await;
        }
        crash_point!("node-prepared");
        let claw = &self.row.claw;
        let seen = Seen::Down { boot: claw.boot, at: self.node.clock.now(), after: None };
        self.save(Claw { seen, ..claw.clone() }).await
    }

    /// Writes its files and starts its gateway.
    pub(super) async fn start(&self, mind: &mut Mind, bell: &Notify) -> anyhow::Result<Next> {
        if mind.permit.is_none() {
            tokio::select! {
                permit = Arc::clone(&self.node.starts).acquire_owned() => mind.permit = permit.ok(),
                // Something else may be wished by now.
                () = bell.notified() => return Ok(Next::Now),
                () = self.node.stop.cancelled() => return Ok(Next::Now),
            }
        }
        let claw = &self.row.claw;
        // Whatever of an earlier start is still there must not be beside this one.
        self.node.runtime.stop(&self.cell, crate::node::runtime::Firmness::Kill).await?;
        self.keep_log_short();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, self.cell.port)).is_err() {
            return self.move_port().await;
        }
        if let Err(error) = self.node.fence().await {
            return self.not_started(&error).await;
        }
        let files = self.node.openclaw.render(&self.spec, &self.cell);
        let layout = Layout { folders: self.cell.paths.folders(), files: files.iter().map(|file| lay(file, false)).collect() };
        if let Err(error) = self.node.runtime.lay(&self.cell, layout).await {
            return self.not_started(&error).await;
        }
        crash_point!("node-files-written");
        // A specification that came up before needs no second look: a real one takes seconds.
        if claw.start == 0 || claw.applied_rev != claw.spec_rev {
            match self.node.openclaw.validate(&*self.node.runtime, &self.spec, &self.cell).await {
                Ok(()) => {}
                Err(OpenClawError::ConfigInvalid(why)) => {
                    let why = Reason::new(ReasonCode::ConfigInvalid, &openclaw::redact(&why));
                    tracing::error!(claw.slug = self.slug(), "OpenClaw refuses the configuration of claw {}", self.slug());
                    let seen = Seen::Broken { boot: claw.boot, at: self.node.clock.now(), why };
                    return self.save(Claw { seen, ..claw.clone() }).await;
                }
                Err(error) => return self.not_started(&RuntimeError::Failed(error.to_string())).await,
            }
        }
        let started = claw.starting(self.node.clock.now());
        let runs_bot = Some(self.row.bot_id);
        let row = Row { claw: started.clone(), applied: Some(self.row.spec.clone()), runs_bot, ..self.row.clone() };
        if !self.takes_number(&row).await? {
            return Ok(Next::Now);
        }
        crash_point!("node-start-numbered");
        let program = self.node.openclaw.gateway(&self.spec, &self.cell);
        if let Err(error) = self.node.runtime.start(&self.cell, started.start, &program).await {
            let failed = Job { node: self.node, row, spec: self.spec.clone(), cell: self.cell.clone() };
            return failed.not_started(&error).await;
        }
        crash_point!("node-started");
        tracing::info!(claw.slug = self.slug(), start = started.start, "claw {} is on its way up", self.slug());
        mind.met = true;
        Ok(Next::Now)
    }

    /// Takes the number of a start. False when something else is wished by now: whoever was told that it is down must not
    /// find it coming up.
    async fn takes_number(&self, started: &Row) -> anyhow::Result<bool> {
        let mut tx = self.node.store.begin(self.node.clock.now()).await?;
        if tx.find(self.slug()).await?.is_none_or(|row| row.wish_rev != self.row.wish_rev) {
            return Ok(false);
        }
        tx.save_seen(started).await?;
        tx.commit().await?;
        self.node.has_changed();
        Ok(true)
    }

    /// Somebody else has the port: another one is this claw's from now on.
    async fn move_port(&self) -> anyhow::Result<Next> {
        let mut tx = self.node.store.begin(self.node.clock.now()).await?;
        let ports = &self.node.settings.ports;
        let next = self.cell.port.saturating_add(1);
        let free = match tx.free_port(ports, next).await? {
            Some(port) => Some(port),
            None => tx.free_port(ports, *ports.start()).await?,
        };
        let port = free.context("every port of CLAWNODE_PORTS is taken")?;
        tracing::warn!(claw.slug = self.slug(), was = self.cell.port, now = port, "a port was taken by somebody else");
        tx.save_seen(&Row { port, ..self.row.clone() }).await?;
        tx.commit().await?;
        Ok(Next::Now)
    }
}

/// A file as it is laid out; beside a running gateway nothing that it may rewrite itself is touched.
pub(super) fn lay(file: &RenderedFile, over: bool) -> Lay {
    let laid = |keep| Lay::new(&file.path, file.bytes.expose(), file.mode, keep);
    match file.when {
        When::Missing => laid(!over),
        When::Always => laid(false),
        // Of what a gateway has kept beside its configuration, the next one would rather believe that than what we write.
        When::Stopped => laid(false).alone(),
    }
}
