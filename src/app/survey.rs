//! Comparing what the infra runs, by its own list, with what our rows say. A claw that ran and is listed no more is
//! written down as gone, and the ordinary machine brings it back; one of ours that runs and should not is taken down
//! again; what we know nothing of is told to admins and left alone.
//!
//! A list is believed only whole, and a claw it misses is asked for once more by itself. Nobody depends on a survey: an
//! infra that keeps no list is asked again after an hour, one that fails to give it after five minutes.

mod found;

use std::{collections::HashMap, time::Duration};

use crate::{
    app::{App, Result, held::LEASE},
    domain::{
        claw::{Claw, Trouble},
        ids::{ClawId, PersonId},
        time::HOUR,
    },
    drivers::claws::{Listed, ListedState, Part, Survey},
    store::ScheduleLease,
};
use found::Stray;

pub(crate) const SURVEY: &str = "survey";
const EVERY: Duration = Duration::from_secs(5 * 60);
/// When to ask an infra again that keeps no list for us.
const ASK_AGAIN: Duration = HOUR;
/// How long a claw must run that should not, before anything is made of it: what is just on its way may look so.
const STRAYS_FOR: Duration = Duration::from_secs(10 * 60);
/// Rows of ours read at once.
const ROWS: i64 = 1000;
/// A list that goes on beyond so many pages has no end.
const MOST_PAGES: usize = 10_000;
/// Strays remembered, and wrong models reported, at most.
const MOST_FOUND: usize = 1000;

/// A claw our row saw running when the survey began.
struct Ours {
    id: ClawId,
    version: i64,
    /// Its model's place among the models.
    model: usize,
    /// The list has it, and says that it does not run.
    stopped: bool,
}

/// What the list and our rows say together.
#[derive(Default)]
struct Findings {
    /// Ours that the list has not shown running (yet).
    missing: HashMap<(PersonId, i64), Ours>,
    /// How many of ours were seen running when it began.
    ran: usize,
    models: Vec<String>,
    /// Ours, with another model than its row says.
    wrong_models: Vec<(ClawId, i64, String)>,
    strays: Vec<Stray>,
}

impl App {
    /// Makes a survey, if one is due and nobody else makes it.
    pub async fn survey(&self) -> Result<()> {
        let mut taking = self.begin_taking().await?;
        let now = self.clock.now();
        let lease = taking.tx.take_schedule(SURVEY, now, now + LEASE).await?;
        self.commit_taken(taking, lease.iter().map(ScheduleLease::lease)).await?;
        let Some(lease) = lease else { return Ok(()) };
        let _keeping = self.held.keep(lease.lease(), &self.clock);
        let done = self.survey_under(&lease).await;
        let again = if matches!(done, Ok(false)) { ASK_AGAIN } else { EVERY };
        let mut tx = self.db.begin().await?;
        tx.give_back_schedule(&lease, self.clock.now() + again).await?;
        tx.commit().await?;
        done.map(drop)
    }

    /// False when this infra keeps no list.
    async fn survey_under(&self, lease: &ScheduleLease) -> Result<bool> {
        // Our side first: what changes from here on is not compared.
        let mut findings = self.list_ours().await?;
        match self.read_list(lease, &mut findings).await? {
            Some(Ok(true)) => {
                self.act_on(lease, findings).await?;
                Ok(true)
            }
            Some(Ok(false)) => {
                self.forget_surveys(lease).await?;
                Ok(false)
            }
            Some(Err(trouble)) => {
                metrics::counter!("surveys_failed_total").increment(1);
                tracing::info!(why = %trouble, "the infra's list could not be read; nothing is concluded");
                self.survey_failed(lease, &trouble).await?;
                Ok(true)
            }
            // Somebody else makes it now.
            None => Ok(true),
        }
    }

    async fn list_ours(&self) -> Result<Findings> {
        let mut findings = Findings::default();
        // Every driver speaks to the one infra.
        let mut names = self.drivers.all().map(|driver| driver.name());
        let mut name = names.next();
        let mut after = None;
        while let Some(driver) = name {
            let (claws, last) = self.db.look().await?.list_running(after, driver, ROWS).await?;
            for claw in claws {
                let model = findings.models.iter().position(|known| *known == claw.model).unwrap_or_else(|| {
                    findings.models.push(claw.model);
                    findings.models.len() - 1
                });
                let ours = Ours { id: claw.id, version: claw.version, model, stopped: false };
                findings.missing.insert((claw.person, claw.number), ours);
            }
            if last.is_none() {
                name = names.next();
            }
            after = last;
        }
        findings.ran = findings.missing.len();
        Ok(findings)
    }

    /// Reads the whole list. True when it was read, false when there is none; nothing when the lease was lost.
    async fn read_list(
        &self,
        lease: &ScheduleLease,
        findings: &mut Findings,
    ) -> Result<Option<std::result::Result<bool, Trouble>>> {
        let mut place: Option<String> = None;
        for _ in 0..MOST_PAGES {
            if !self.keep_survey(lease).await? {
                return Ok(None);
            }
            let part = place.as_deref().map_or(Part::First, Part::After);
            let page = match self.drivers.first().survey(part).await {
                Ok(Survey::Page(page)) => page,
                Ok(Survey::NotOffered) if place.is_none() => return Ok(Some(Ok(false))),
                Ok(Survey::NotOffered) => {
                    return Ok(Some(Err(Trouble::BadAnswer("the list's next page is not there".into()))));
                }
                Err(trouble) => return Ok(Some(Err(trouble))),
            };
            self.compare(&page.claws, findings).await?;
            match page.next {
                None => return Ok(Some(Ok(true))),
                Some(next) if place.as_ref() == Some(&next) => break,
                next @ Some(_) => place = next,
            }
        }
        Ok(Some(Err(Trouble::BadAnswer("a list without an end".into()))))
    }

    async fn compare(&self, listed: &[Listed], findings: &mut Findings) -> Result<()> {
        let mut tx = self.db.look().await?;
        for claw in listed {
            let person = claw.user_id.parse::<PersonId>().ok().filter(|person| person.to_string() == claw.user_id);
            let name = person.zip(Claw::number_in(&claw.claw_id));
            let runs = matches!(claw.state, ListedState::Running | ListedState::Starting);
            if let Some(ours) = name.as_ref().and_then(|name| findings.missing.get_mut(name)) {
                if claw.state == ListedState::Stopped {
                    ours.stopped = true;
                    continue;
                }
                let wished = &findings.models[ours.model];
                if let Some(model) =
                    claw.model.as_ref().filter(|model| *model != wished && findings.wrong_models.len() < MOST_FOUND)
                {
                    findings.wrong_models.push((ours.id, ours.version, model.clone()));
                }
                if let Some(name) = name {
                    findings.missing.remove(&name);
                }
                continue;
            }
            if !runs || findings.strays.len() >= MOST_FOUND {
                continue;
            }
            let row = match name {
                Some((person, number)) => tx.find_claw_at(person, number).await?,
                None => None,
            };
            match row {
                None => findings.strays.push(Stray::strange(claw)),
                Some(row) if row.should_be_down() => findings.strays.push(Stray::ours(claw, &row)),
                // It is being worked on.
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Keeps the survey ours for another while; false when it is somebody else's.
    async fn keep_survey(&self, lease: &ScheduleLease) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let kept = tx.keep_schedule(lease, self.clock.now() + LEASE).await?;
        tx.commit().await?;
        Ok(kept)
    }
}
