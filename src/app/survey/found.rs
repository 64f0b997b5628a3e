//! What is made of a survey's findings. Every change is made under the survey's lease, on a claw whose row has not
//! changed since the survey began.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Findings, Ours, STRAYS_FOR};
use crate::{
    app::{Act, App, Result, admin::person_line, held::LEASE, reconcile::address},
    domain::{
        admin::Alert,
        claw::{Ask, Call, Claw, Outcome, Seen, Trouble, record},
        ids::{ClawId, PersonId},
        person::Person,
        time::Time,
    },
    drivers::claws::{Leave, Listed, ListedState, Part, Survey},
    store::ScheduleLease,
};

/// The row in which surveys remember from one to the next.
const MEMORY: &str = "survey";
/// So many things of one kind are told one by one; more of them are told, or counted, together.
const FEW: usize = 10;
/// A list that misses so many of ours, and more than half of them, is not believed at first sight.
const MANY: usize = 20;
/// Claws brought back by one survey; the next goes on.
const MOST_BROUGHT_BACK: usize = 500;
/// Questions about single claws without an answer, after which no more are asked.
const MOST_SILENCES: usize = 3;
/// Surveys in a row without a list, after which admins hear of it.
const MOST_FAILURES: u32 = 6;

/// A claw the infra runs and should not.
pub(super) struct Stray {
    user: String,
    name: String,
    /// Ours; nothing for one we know nothing of.
    claw: Option<ClawId>,
}

impl Stray {
    pub(super) fn strange(listed: &Listed) -> Stray {
        Stray { user: listed.user_id.clone(), name: listed.claw_id.clone(), claw: None }
    }

    pub(super) fn ours(listed: &Listed, row: &Claw) -> Stray {
        Stray { claw: Some(row.id), ..Stray::strange(listed) }
    }

    fn key(&self) -> String {
        format!("{}/{}", self.user, self.name)
    }
}

#[derive(Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Memory {
    /// Since when each stray has been seen.
    strays: BTreeMap<String, Time>,
    /// The last list missed so many that it was not believed.
    doubted: bool,
    /// Surveys in a row without a list.
    failures: u32,
}

impl App {
    pub(super) async fn act_on(&self, lease: &ScheduleLease, findings: Findings) -> Result<()> {
        let Some(mut act) = self.act_under(lease).await? else { return Ok(()) };
        let mut memory = act.memory().await?;
        let missing = findings.missing.len();
        let many = missing >= MANY && missing * 2 > findings.ran;
        let believed = !many || memory.doubted;
        memory.doubted = many;
        memory.failures = 0;
        act.resolve("survey").await?;
        if missing > FEW {
            let (count, of) = (missing as u32, findings.ran as u32);
            act.raise("gone", Alert::ClawsVanished { count, of }, None).await?;
        } else {
            act.resolve("gone").await?;
        }
        act.tell_wrong_models(&findings.wrong_models).await?;
        let down = act.tell_strays(&mut memory, &findings.strays).await?;
        act.remember(&memory).await?;
        act.commit().await?;
        for claw in down {
            self.take_down_again(&claw).await;
        }
        if believed {
            self.bring_back(lease, findings, missing <= FEW).await?;
        }
        Ok(())
    }

    /// The list could not be read.
    pub(super) async fn survey_failed(&self, lease: &ScheduleLease, trouble: &Trouble) -> Result<()> {
        let Some(mut act) = self.act_under(lease).await? else { return Ok(()) };
        let mut memory = act.memory().await?;
        memory.failures = memory.failures.saturating_add(1);
        if memory.failures >= MOST_FAILURES {
            act.raise("survey", Alert::InfraUnlisted { why: trouble.to_string() }, None).await?;
        }
        act.remember(&memory).await?;
        act.commit().await
    }

    /// This infra keeps no list (any more): nothing that was said of one holds.
    pub(super) async fn forget_surveys(&self, lease: &ScheduleLease) -> Result<()> {
        let Some(mut act) = self.act_under(lease).await? else { return Ok(()) };
        if act.memory().await? != Memory::default() {
            act.remember(&Memory::default()).await?;
        }
        act.resolve("survey").await?;
        act.resolve("gone").await?;
        act.resolve_others("stray:", |_| false).await?;
        act.resolve_others("model:", |_| false).await?;
        act.commit().await
    }

    /// Nothing when the survey is somebody else's by now.
    async fn act_under(&self, lease: &ScheduleLease) -> Result<Option<Act<'_>>> {
        let mut act = self.act().await?;
        let kept = act.tx.keep_schedule(lease, act.now + LEASE).await?;
        Ok(kept.then_some(act))
    }

    /// Each is asked for once more by itself, because a long list may be wrong about one.
    async fn bring_back(&self, lease: &ScheduleLease, findings: Findings, each_told: bool) -> Result<()> {
        let mut silences = 0;
        for ((person, number), ours) in findings.missing.into_iter().take(MOST_BROUGHT_BACK) {
            if silences >= MOST_SILENCES || !self.keep_survey(lease).await? {
                return Ok(());
            }
            match self.drivers.first().survey(Part::Of(person)).await {
                Ok(Survey::Page(page)) if page.next.is_none() => {
                    if is_gone(&page.claws, person, number) {
                        self.write_down_gone(lease, &ours, each_told).await?;
                    } else {
                        tracing::info!(claw.id = %ours.id, "claw {} was missing from the list and is there", ours.id);
                    }
                }
                Ok(Survey::Page(_) | Survey::NotOffered) | Err(_) => silences += 1,
            }
        }
        Ok(())
    }

    async fn write_down_gone(&self, lease: &ScheduleLease, ours: &Ours, told: bool) -> Result<()> {
        let Some(mut act) = self.act_under(lease).await? else { return Ok(()) };
        let held = act.tx.hold_claw(ours.id).await?;
        // Whatever happened to it meanwhile counts for more than what the list said.
        let Some(claw) = held.filter(|claw| claw.version == ours.version) else { return Ok(()) };
        let person = act.tx.load_person(claw.person).await?;
        let (generation, keeps_data) = (claw.generation, claw.keeps_data);
        let looked = Call { what: Ask::Provision, generation, key: String::new(), maybe_arrived: true };
        let (mut gone, effects, _) = record(claw, &looked, Outcome::Down { keeps_data }, act.now);
        if ours.stopped {
            gone.seen = Seen::Stopped;
        }
        act.tell_effects(&person, &gone, &effects).await?;
        act.tell_progress(&person, &gone).await?;
        act.tell_watchers(&gone).await?;
        act.save_claw(&gone, Some(act.now)).await?;
        act.tell_vanished(&person, &gone, told).await?;
        act.commit().await
    }

    /// A destroyed claw that runs. Its row is closed, so the call is made from here; whether it helped, the next survey
    /// shows. The name is ours and is never used again, so nobody else's claw can be hit.
    async fn take_down_again(&self, claw: &Claw) {
        if !self.prudence.allows(&self.clock) {
            return;
        }
        let key = format!("{}:again:{}:deprovision", claw.id, self.clock.now().0);
        let call = Call { what: Ask::Deprovision, generation: claw.generation, key, maybe_arrived: true };
        let address = address(claw);
        let Some(driver) = self.drivers.named(&claw.driver) else { return };
        let asked = driver.deprovision(&call, &address, Leave::ForGood);
        let asked = tokio::time::timeout(self.rules.longest_call, asked).await;
        tracing::info!(claw.id = %claw.id, outcome = ?asked, "claw {} was destroyed and ran; it is taken down again", claw.id);
    }
}

impl Act<'_> {
    /// One of ours ran and does not any more, by itself. `told`: admins hear of this one.
    pub(crate) async fn tell_vanished(&mut self, person: &Person, gone: &Claw, told: bool) -> Result<()> {
        let detail = json!({ "generation": gone.generation, "stopped": gone.seen == Seen::Stopped });
        self.audit("claw.vanished", Some(person.id), Some(gone.id), detail).await?;
        if told {
            let alert = Alert::ClawVanished { claw: gone.id, person: person_line(person) };
            self.raise(&format!("gone:{}", gone.id), alert, None).await?;
        }
        metrics::counter!("claws_vanished_total").increment(1);
        Ok(())
    }

    async fn memory(&mut self) -> Result<Memory> {
        let kept = self.tx.find_meta(MEMORY).await?;
        Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }

    async fn remember(&mut self, memory: &Memory) -> Result<()> {
        let bytes = serde_json::to_vec(memory).expect("texts and numbers always make JSON");
        self.tx.keep_first_meta(MEMORY, bytes.clone()).await?;
        Ok(self.tx.replace_meta(MEMORY, bytes).await?)
    }

    /// Reports what has run for long enough and should not, wakes the machine for ours that sleep, and gives ours that
    /// are destroyed, to be taken down.
    async fn tell_strays(&mut self, memory: &mut Memory, strays: &[Stray]) -> Result<Vec<Claw>> {
        let now = self.now;
        let (mut seen, mut down) = (BTreeMap::new(), Vec::new());
        let mut room = (2 * FEW).saturating_sub(self.open_alerts("stray:").await?.len());
        for stray in strays {
            let key = stray.key();
            let since = memory.strays.get(&key).copied().filter(|since| *since <= now).unwrap_or(now);
            let name = format!("stray:{key}");
            seen.insert(key, since);
            if now.since(since) < STRAYS_FOR {
                continue;
            }
            let Some(id) = stray.claw else {
                if room > 0 {
                    let alert = Alert::StrangeClaw { user: stray.user.clone(), name: stray.name.clone() };
                    room -= usize::from(self.raise(&name, alert, None).await?);
                }
                continue;
            };
            let Some(claw) = self.tx.hold_claw(id).await?.filter(Claw::should_be_down) else { continue };
            let person = self.tx.load_person(claw.person).await?;
            self.audit("claw.unasked", Some(person.id), Some(id), json!({ "destroyed": claw.destroyed.is_some() })).await?;
            if room > 0 {
                let alert = Alert::ClawUnasked { claw: id, person: person_line(&person) };
                room -= usize::from(self.raise(&name, alert, None).await?);
            }
            if claw.destroyed.is_none() {
                let found = claw.found_running(now);
                self.save_claw(&found, Some(now)).await?;
            } else if down.len() < FEW {
                down.push(claw);
            }
        }
        self.resolve_others("stray:", |key| seen.contains_key(key)).await?;
        memory.strays = seen;
        Ok(down)
    }

    async fn tell_wrong_models(&mut self, wrong: &[(ClawId, i64, String)]) -> Result<()> {
        // One that differs was changed by hand; when all do, the infra only spells models in its own way.
        let told = if wrong.len() > FEW { &[] } else { wrong };
        for (id, version, model) in told {
            let Some(claw) = self.tx.hold_claw(*id).await?.filter(|claw| claw.version == *version) else { continue };
            let person = person_line(&self.tx.load_person(claw.person).await?);
            let what = format!("it runs {model}; its row says {}", claw.spec.model);
            self.raise(&format!("model:{id}"), Alert::Drift { claw: Some(*id), person, what }, None).await?;
        }
        self.resolve_others("model:", |key| told.iter().any(|(id, ..)| id.to_string() == key)).await
    }

    async fn open_alerts(&mut self, prefix: &str) -> Result<Vec<String>> {
        let open = self.tx.list_open_alerts().await?;
        Ok(open.into_iter().filter_map(|alert| alert.name.strip_prefix(prefix).map(str::to_owned)).collect())
    }

    /// Ends the alerts of one kind that nothing stands behind any more.
    async fn resolve_others(&mut self, prefix: &str, stands: impl Fn(&str) -> bool) -> Result<()> {
        for key in self.open_alerts(prefix).await? {
            if !stands(&key) {
                self.resolve(&format!("{prefix}{key}")).await?;
            }
        }
        Ok(())
    }
}

fn is_gone(claws: &[Listed], person: PersonId, number: i64) -> bool {
    let (person, name) = (person.to_string(), format!("claw-{number}"));
    !claws.iter().any(|it| it.user_id == person && it.claw_id == name && it.state != ListedState::Stopped)
}
