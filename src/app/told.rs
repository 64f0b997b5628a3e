//! What happens to a claw, as people, admins and the audit trail are told of it. Everything here is queued in the
//! transaction that saves the claw.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::json;

use crate::{
    app::{Act, Result, admin::person_line, offers::right_of},
    domain::{
        admin::Alert,
        claw::{Call, Claw, Effect, Reason, Status, Step, Trouble, Wish, destroy_at, status},
        entitlement::{EndingIn, Entitlement, KEPT_AFTER_END, Period, PeriodKind},
        ids::{ChatId, ClawId},
        notice::{Notice, Slot},
        person::Person,
        time::{MINUTE, Time, millis},
    },
};

/// After so many failures in a row admins hear of it.
const ALERT_AFTER: u32 = 3;

/// The names of the alerts about one claw, each followed by its id.
const ALERTS_OF_A_CLAW: [&str; 5] = ["late", "refused", "broken", "gone", "unwell"];

/// The name under which a person is told, once, that an admin took this claw away.
pub(crate) fn taken_away(claw: ClawId) -> String {
    format!("taken:{claw}")
}

impl Act<'_> {
    /// Takes a step that calls nobody, and tells of it.
    pub(crate) async fn take_inner_step(&mut self, person: &Person, claw: Claw, step: &Step, right: &Entitlement) -> Result<()> {
        let now = self.now;
        let bot = self.brief(claw.spec.bot).await?.username;
        let (id, generation) = (claw.id, claw.generation);
        match step {
            Step::Confirm => {
                let first = claw.first_ready.is_none();
                let took = now.since(claw.working_since.unwrap_or(now));
                let up = claw.confirm(now);
                self.save_claw(&up, Some(now)).await?;
                self.tell_ready(person, &up, first, took, right).await?;
                crash_point!("claw-ready-uncommitted");
            }
            Step::StartClock => {
                self.start_clock(person, right).await?;
                self.save_claw(&claw, Some(now)).await?;
            }
            Step::Warn => {
                let warned = Claw { warned: Some(now), ..claw };
                self.save_claw(&warned, Some(now)).await?;
                self.note("claw.warn", person.id, Some(id)).await?;
                let since = match warned.wish {
                    Wish::Suspended { since } => since,
                    Wish::Running { .. } | Wish::Paused | Wish::Gone { .. } => now,
                };
                let at = destroy_at(since, now);
                self.say(person, format!("destroy-soon:{id}:{}", since.0), Notice::DestroySoon { claw: id, bot, at }).await?;
                crash_point!("claw-warned-uncommitted");
            }
            Step::Suspend => {
                let asleep = claw.suspend(now);
                self.save_claw(&asleep, Some(now)).await?;
                self.note("claw.suspend", person.id, Some(id)).await?;
                let kind = match right {
                    Entitlement::Ended(period) => period.kind,
                    Entitlement::None | Entitlement::Waiting(_) | Entitlement::Running(_) => PeriodKind::Trial,
                };
                let keeps_data = self.app.drivers.capabilities(&asleep.driver).keep(&asleep);
                let notice = Notice::Asleep { claw: id, bot, kind, kept_until: now + KEPT_AFTER_END, keeps_data };
                self.say(person, format!("asleep:{id}:{}", now.0), notice).await?;
                crash_point!("claw-suspended-uncommitted");
            }
            Step::Wake => {
                let awake = claw.run(now);
                self.save_claw(&awake, Some(now)).await?;
                self.note("claw.wake", person.id, Some(id)).await?;
            }
            Step::Destroy => {
                let leaving = claw.delete(now, now);
                self.save_claw(&leaving, Some(now)).await?;
                self.note("claw.destroy", person.id, Some(id)).await?;
                crash_point!("claw-destroyed-uncommitted");
            }
            Step::Erase => {
                let by_owner = !claw.goes_by_itself();
                let gone = claw.erased(now);
                self.save_claw(&gone, None).await?;
                self.tx.erase_bot_token(gone.spec.bot).await?;
                self.note("claw.destroyed", person.id, Some(id)).await?;
                for name in ALERTS_OF_A_CLAW {
                    self.resolve(&format!("{name}:{id}")).await?;
                }
                if !self.tx.was_said(&taken_away(id)).await? {
                    self.say(person, format!("destroyed:{id}"), Notice::Destroyed { bot, by_owner }).await?;
                }
                self.tell_watchers(&gone).await?;
                crash_point!("claw-erased-uncommitted");
            }
            Step::HealBack => {
                let why = format!("generation {generation} would not run: {:?}", claw.seen);
                let code = self.incident(Some(person.id), Some(id), "changing a claw", &why).await?;
                if let Some(old) = &claw.previous
                    && self.tx.find_claw_with_bot(old.bot).await?.is_some_and(|other| other.id != id)
                {
                    // Its old bot hosts another claw by now: there is nothing to go back to.
                    let stuck = Claw { previous: None, ..claw };
                    self.save_claw(&stuck, Some(now)).await?;
                    return Ok(());
                }
                let back = claw.heal_back(now);
                let model = self.app.rules.catalogue.name_of(&back.spec.model);
                self.save_claw(&back, Some(now)).await?;
                self.audit("claw.heal_back", Some(person.id), Some(id), json!({ "generation": back.generation })).await?;
                self.tx.access_is_due(back.spec.bot, now).await?;
                self.say(person, format!("healed:{id}:{generation}"), Notice::HealedBack { claw: id, bot, model, code }).await?;
            }
            Step::ReportLate => {
                let why = format!(
                    "not up {} s after it was wished: {:?}",
                    now.since(claw.working_since.unwrap_or(now)).as_secs(),
                    claw.seen
                );
                let code = self.incident(Some(person.id), Some(id), "bringing a claw up", &why).await?;
                let late = Claw { late: true, ..claw };
                self.save_claw(&late, Some(now)).await?;
                self.note("claw.late", person.id, Some(id)).await?;
                // Who waits for their claw is told. That one goes down slowly is for admins alone.
                if matches!(late.wish, Wish::Running { .. }) {
                    self.say(person, format!("late:{id}:{generation}"), Notice::Late { claw: id, bot, code: code.clone() })
                        .await?;
                }
                let alert = Alert::ClawLate { claw: id, person: person_line(person) };
                self.raise(&format!("late:{id}"), alert, Some(code)).await?;
            }
            Step::Provision | Step::Deprovision | Step::Look | Step::Rest { .. } => {}
        }
        Ok(())
    }

    /// Tells what a recorded outcome means.
    pub(crate) async fn tell_effects(&mut self, person: &Person, claw: &Claw, effects: &[Effect]) -> Result<()> {
        for effect in effects {
            match effect {
                Effect::Asleep => {
                    self.note("claw.asleep", person.id, Some(claw.id)).await?;
                    for name in ALERTS_OF_A_CLAW {
                        self.resolve(&format!("{name}:{}", claw.id)).await?;
                    }
                }
                // An answer to what is not wished any more is nobody's news.
                Effect::Refused { generation, reason } if claw.wish == (Wish::Running { generation: *generation }) => {
                    self.tell_refused(person, claw, *reason).await?;
                }
                Effect::Refused { .. } => {}
                Effect::Stays(reason) => self.tell_it_stays(person, claw, *reason).await?,
                Effect::Failing { trouble, tries } => self.tell_failing(person, claw, trouble, *tries).await?,
            }
        }
        Ok(())
    }

    async fn tell_ready(&mut self, person: &Person, up: &Claw, first: bool, took: Duration, right: &Entitlement) -> Result<()> {
        let id = up.id;
        self.start_clock(person, right).await?;
        self.audit("claw.ready", Some(person.id), Some(id), json!({ "generation": up.generation, "first": first })).await?;
        for name in ALERTS_OF_A_CLAW {
            self.resolve(&format!("{name}:{id}")).await?;
        }
        self.resolve("infra-full").await?;
        let bot = self.brief(up.spec.bot).await?.username;
        metrics::histogram!("claw_ready_seconds").record(took.as_secs_f64());
        if self.hatching_chat(person, up).await?.is_some() {
            self.draw(person, Slot::Hatching(id), Notice::Hatched { claw: id, bot: bot.clone(), took }).await?;
        }
        let right = right_of(&self.tx.list_periods(person.id).await?, self.now);
        let notice = if first {
            Notice::Ready { claw: id, bot: bot.clone(), right }
        } else {
            Notice::Woken { claw: id, bot: bot.clone() }
        };
        let new = self.say(person, format!("ready:{id}:{}", up.generation), notice).await?;
        if !new && !first {
            // This generation was up before: it went by itself, and nobody wished for anything.
            let back = Notice::CameBack { claw: id, bot, keeps_data: up.keeps_data };
            self.say(person, format!("back:{id}:{}", up.asks), back).await?;
        }
        self.redraw_card(person, up).await?;
        self.tell_watchers(up).await
    }

    /// The clock of a right starts when it first carries a claw that runs.
    async fn start_clock(&mut self, person: &Person, right: &Entitlement) -> Result<()> {
        if let Entitlement::Waiting(period) = right {
            self.tx.start_period(period.id, self.now).await?;
            self.audit("period.start", Some(person.id), None, json!({ "period": period.id })).await?;
        }
        Ok(())
    }

    /// The infra will not take a claw down. It is asked again; somebody should know meanwhile.
    async fn tell_it_stays(&mut self, person: &Person, claw: &Claw, reason: Reason) -> Result<()> {
        let name = format!("refused:{}", claw.id);
        if self.tx.list_open_alerts().await?.iter().any(|open| open.name == name) {
            return Ok(());
        }
        let why = format!("the infra refused to take the claw down: {reason:?}");
        let code = self.incident(Some(person.id), Some(claw.id), "asking the infra to deprovision", &why).await?;
        self.raise(&name, Alert::ClawRefused { claw: claw.id, person: person_line(person), why }, Some(code)).await?;
        Ok(())
    }

    async fn tell_refused(&mut self, person: &Person, claw: &Claw, reason: Reason) -> Result<()> {
        if reason == Reason::NoCapacity {
            self.raise("infra-full", Alert::InfraFull, None).await?;
        }
        // Said once for each generation and reason, however often the infra is asked again.
        let once = format!("stuck:{}:{}:{reason:?}", claw.id, claw.generation);
        // What has something to go back to goes back, and that is told instead.
        let heals = claw.previous.is_some() && !reason.retryable();
        if reason == Reason::Deleting || heals || self.tx.was_said(&once).await? {
            return Ok(());
        }
        let why = format!("the infra refused generation {}: {reason:?}", claw.generation);
        let code = self.incident(Some(person.id), Some(claw.id), "asking the infra to provision", &why).await?;
        self.audit("claw.refused", Some(person.id), Some(claw.id), json!({ "reason": reason })).await?;
        let bot = self.brief(claw.spec.bot).await?.username;
        let notice = Notice::Stuck { claw: claw.id, bot, reason, code: code.clone() };
        match self.hatching_chat(person, claw).await? {
            // It takes the place of the hatching, below whatever was said since, so that it is noticed.
            Some(chat) => self.queue(chat, Some(Slot::Hatching(claw.id)), true, notice, Some(once)).await?,
            None => self.say(person, once, notice).await?,
        };
        if matches!(reason, Reason::Foreign | Reason::Rejected) {
            let alert = Alert::ClawRefused { claw: claw.id, person: person_line(person), why };
            self.raise(&format!("refused:{}", claw.id), alert, Some(code)).await?;
        }
        Ok(())
    }

    async fn tell_failing(&mut self, person: &Person, claw: &Claw, trouble: &Trouble, tries: u32) -> Result<()> {
        self.app.infra_failed.store(self.app.ran_for(), Ordering::SeqCst);
        let alert = match trouble {
            Trouble::LockedOut => Alert::InfraLockedOut,
            Trouble::NoConnection(_) | Trouble::Overloaded(_) | Trouble::NoAnswer(_) | Trouble::BadAnswer(_)
                if tries >= ALERT_AFTER =>
            {
                Alert::InfraFailing { why: trouble.to_string() }
            }
            Trouble::NoConnection(_) | Trouble::Overloaded(_) | Trouble::NoAnswer(_) | Trouble::BadAnswer(_) => return Ok(()),
        };
        let known = self.tx.list_open_alerts().await?.iter().any(|open| open.name == "infra");
        if !known {
            let code = self.incident(Some(person.id), Some(claw.id), "asking the infra", &trouble.to_string()).await?;
            self.raise("infra", alert, Some(code)).await?;
        }
        Ok(())
    }

    /// The infra answered.
    pub(crate) async fn infra_answers(&mut self) -> Result<()> {
        self.app.infra_answered.store(self.app.ran_for(), Ordering::SeqCst);
        self.calm_infra().await
    }

    /// What was said about the infra is over once it has answered and then not failed for two minutes. Looked at now
    /// and then, too: when all is well again, nobody may have anything to ask it for days.
    pub(crate) async fn calm_infra(&mut self) -> Result<()> {
        let failed = self.app.infra_failed.load(Ordering::SeqCst);
        let answered = self.app.infra_answered.load(Ordering::SeqCst);
        let calm = failed == 0 || self.app.ran_for() - failed >= millis(2 * MINUTE);
        let over = answered > failed && calm;
        if over { self.resolve("infra").await } else { Ok(()) }
    }

    /// Draws how far a claw on its way up is, where a message for that is. When nothing hatches any more, it goes.
    pub(crate) async fn tell_progress(&mut self, person: &Person, claw: &Claw) -> Result<()> {
        self.redraw_card(person, claw).await?;
        let watched = if claw.first_ready.is_none() { self.hatching_chat(person, claw).await? } else { None };
        let Some(chat) = watched else { return Ok(()) };
        match status(claw) {
            Status::Pending | Status::Provisioning | Status::Updating => self.draw_hatching(person, claw).await,
            // It is told in a moment that it is ready; what was refused says so itself, in the same message.
            Status::Ready | Status::Degraded | Status::Waiting | Status::Error => Ok(()),
            Status::Pausing | Status::Paused | Status::Suspended | Status::Destroying | Status::Destroyed => {
                self.clear(chat, &Slot::Hatching(claw.id)).await
            }
        }
    }

    /// Where a person watches this claw hatch, if they do and can be written to.
    async fn hatching_chat(&mut self, person: &Person, claw: &Claw) -> Result<Option<ChatId>> {
        let Some(telegram) = person.telegram.filter(|_| person.reachable) else { return Ok(None) };
        let slot = self.tx.find_slot(telegram.chat(), &Slot::Hatching(claw.id).name()).await?;
        Ok(slot.map(|_| telegram.chat()))
    }

    pub(crate) async fn tell_end_is_near(
        &mut self,
        person: &Person,
        claw: &Claw,
        period: &Period,
        left: EndingIn,
        end: Time,
    ) -> Result<()> {
        let bot = self.brief(claw.spec.bot).await?.username;
        let keeps_data = self.app.drivers.capabilities(&claw.driver).keep(claw);
        let notice = Notice::Ending { claw: claw.id, bot, kind: period.kind, end, keeps_data };
        self.say(person, format!("ending:{}:{left:?}", period.id), notice).await?;
        Ok(())
    }

    pub(crate) async fn audit_ask(&mut self, claw: &Claw, call: &Call) -> Result<()> {
        // A repeat of the same call is no change; one row for each intention.
        if call.maybe_arrived {
            return Ok(());
        }
        let detail = json!({ "what": call.what, "generation": call.generation });
        self.audit("claw.ask", Some(claw.person), Some(claw.id), detail).await
    }
}
