//! /fleet and /trace: looking, without touching. Both are noted.

use std::{collections::HashMap, time::Duration};

use serde_json::json;

use crate::{
    app::{App, Event, Result, Sender, Tapped, admin::person_line, line::day_of},
    domain::{
        admin::{AdminNotice, NodeLine},
        claw::{Status, status},
        incident::IncidentCode,
        notice::{Notice, Toast},
        refusal::Refusal,
    },
};

/// Claws on one page.
const PER_PAGE: usize = 8;
/// How long an admin waits for the host of claws.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most claws counted for the summary.
const MOST: i64 = 100_000;

impl App {
    pub async fn show_fleet(&self, event: &Event, sender: &Sender, tapped: Tapped, page: u8) -> Result<()> {
        let node = self.ask_node().await;
        let (mut act, admin) = self.act_of(event, sender).await?;
        act.by_admin(sender.id);
        act.audit("admin.fleet", None, None, json!({ "page": page })).await?;
        let all = act.tx.list_fleet(MOST, 0).await?;
        let mut counts: HashMap<Status, u32> = HashMap::new();
        for claw in &all {
            *counts.entry(status(claw)).or_default() += 1;
        }
        let mut counts: Vec<(Status, u32)> = counts.into_iter().collect();
        counts.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), format!("{word:?}")));
        let pages = all.len().div_ceil(PER_PAGE).clamp(1, 255) as u8;
        let page = page.min(pages - 1);
        let mut lines = Vec::new();
        for claw in all.iter().skip(usize::from(page) * PER_PAGE).take(PER_PAGE) {
            lines.push(act.fleet_line(claw).await?);
        }
        let notice = AdminNotice::Fleet {
            lines,
            page,
            pages,
            total: all.len() as u32,
            counts,
            in_line: u32::try_from(act.tx.line_length().await?).unwrap_or(0),
            capacity: self.rules.max_claws,
            trials_today: u32::try_from(act.tx.count_trials_of_day(day_of(act.now)).await?).unwrap_or(0),
            trials_per_day: self.rules.trials_per_day,
            node,
        };
        act.screen(&admin, tapped, Notice::Admin(notice)).await?;
        act.commit().await
    }

    /// What the host of claws has, and has left. Nothing where there is none to ask.
    async fn ask_node(&self) -> Option<NodeLine> {
        let driver = self.drivers.first();
        if !driver.capabilities().status {
            return None;
        }
        match tokio::time::timeout(PATIENCE, driver.capacity()).await {
            Ok(Ok(Some(it))) => Some(NodeLine::Answers {
                name: it.node,
                version: it.version,
                openclaw: it.openclaw,
                draining: it.draining,
                running: it.running,
                most: it.most,
                memory_free_mb: it.memory_free_mb,
                memory_total_mb: it.memory_total_mb,
                disk_free_mb: it.disk_free_mb,
                disk_total_mb: it.disk_total_mb,
            }),
            Ok(Ok(None)) => None,
            Ok(Err(_)) | Err(_) => Some(NodeLine::Silent),
        }
    }

    /// A page of the fleet by button, which anybody could have copied.
    pub async fn turn_fleet(&self, event: &Event, sender: &Sender, tapped: Tapped, page: u8) -> Result<Option<Toast>> {
        if !self.is_admin(sender.id) {
            return Err(Refusal::NotYours.into());
        }
        self.show_fleet(event, sender, tapped, page).await.map(|()| None)
    }

    pub(super) async fn trace(&self, event: &Event, sender: &Sender, code: IncidentCode) -> Result<()> {
        let (mut act, admin) = self.act_of(event, sender).await?;
        act.by_admin(sender.id);
        let incident = act.tx.find_incident(&code).await?.ok_or(Refusal::IncidentUnknown { code })?;
        act.audit("admin.trace", incident.person, incident.claw, json!({ "code": incident.code })).await?;
        let person = match incident.person {
            Some(id) => act.tx.find_person(id).await?.as_ref().map(person_line),
            None => None,
        };
        act.screen(&admin, Tapped::Typed, Notice::Admin(AdminNotice::Trace { incident, person })).await?;
        act.commit().await
    }
}
