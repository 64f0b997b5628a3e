//! What happens to a claw, as people, admins and the audit trail are told of it. Everything here is queued in the
//! transaction that saves the claw.

use serde_json::json;

use crate::{
    app::{Act, Result, admin::person_line, offers::right_of},
    domain::{
        admin::Alert,
        claw::{Call, Claw, Effect, Reason, Seen, Step, Trouble, Wish},
        entitlement::{EndingIn, Entitlement, KEPT_AFTER_END, Period, PeriodKind, WARNED_BEFORE_DESTROY, next_to_start},
        ids::{ChatId, ClawId},
        notice::{Notice, Slot},
        person::Person,
        time::Time,
    },
};

/// After so many failures in a row admins hear of it.
const ALERT_AFTER: u32 = 3;

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
            Step::Suspend => {
                let asleep = claw.suspend(now);
                self.save_claw(&asleep, Some(now)).await?;
                self.note("claw.suspend", person.id, Some(id)).await?;
                let kind = match right {
                    Entitlement::Ended(period) => period.kind,
                    Entitlement::None | Entitlement::Waiting(_) | Entitlement::Running(_) => PeriodKind::Trial,
                };
                let notice =
                    Notice::Asleep { claw: id, bot, kind, kept_until: now + KEPT_AFTER_END, keeps_data: asleep.keeps_data };
                self.say(person, format!("asleep:{id}:{}", now.0), notice).await?;
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
            }
            Step::Erase => {
                let by_owner = !claw.goes_by_itself();
                let gone = claw.erased(now);
                self.save_claw(&gone, None).await?;
                self.tx.erase_bot_token(gone.spec.bot).await?;
                self.note("claw.destroyed", person.id, Some(id)).await?;
                self.resolve(&format!("late:{id}")).await?;
                self.resolve(&format!("refused:{id}")).await?;
                // Whoever had it taken away by an admin has read so.
                if !self.tx.was_said(&taken_away(id)).await? {
                    self.say(person, format!("destroyed:{id}"), Notice::Destroyed { bot, by_owner }).await?;
                }
                self.tell_watchers(&gone).await?;
            }
            Step::HealBack => {
                let why = format!("generation {generation} would not run: {:?}", claw.seen);
                let code = self.incident(Some(person.id), Some(id), "changing a claw", &why).await?;
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
                self.say(person, format!("late:{id}:{generation}"), Notice::Late { claw: id, bot, code: code.clone() }).await?;
                let alert = Alert::ClawLate { claw: id, person: person_line(person) };
                self.raise(&format!("late:{id}"), alert, Some(code)).await?;
            }
            Step::Provision | Step::Deprovision | Step::Look | Step::Rest { .. } => {}
        }
        Ok(())
    }

    /// Tells what a recorded outcome means.
    pub(crate) async fn tell_effects(&mut self, person: &Person, before: &Claw, after: &Claw, effects: &[Effect]) -> Result<()> {
        for effect in effects {
            match effect {
                Effect::Ready { first } => self.tell_ready(person, before, after, *first).await?,
                Effect::Asleep => self.note("claw.asleep", person.id, Some(after.id)).await?,
                Effect::Refused(reason) => self.tell_refused(person, after, *reason).await?,
                Effect::Failing { trouble, tries } => self.tell_failing(person, after, trouble, *tries).await?,
            }
        }
        self.tell_progress(person, after).await?;
        self.tell_watchers(after).await
    }

    async fn tell_ready(&mut self, person: &Person, before: &Claw, after: &Claw, first: bool) -> Result<()> {
        let id = after.id;
        self.start_clock(person, id).await?;
        self.audit("claw.ready", Some(person.id), Some(id), json!({ "generation": after.generation, "first": first })).await?;
        self.resolve(&format!("late:{id}")).await?;
        self.resolve(&format!("refused:{id}")).await?;
        self.resolve("infra-full").await?;
        let bot = self.brief(after.spec.bot).await?.username;
        let took = self.now.since(before.working_since.unwrap_or(self.now));
        metrics::histogram!("claw_ready_seconds").record(took.as_secs_f64());
        if self.hatching_chat(person, after).await?.is_some() {
            self.draw(person, Slot::Hatching(id), Notice::Hatched { claw: id, bot: bot.clone(), took }).await?;
        }
        let right = right_of(&self.tx.list_periods(person.id).await?, self.now);
        let notice = if first { Notice::Ready { claw: id, bot, right } } else { Notice::Woken { claw: id, bot } };
        self.say(person, format!("ready:{id}:{}", after.generation), notice).await?;
        Ok(())
    }

    /// This claw is up: its period begins to run, unless one that runs is enough for every claw of this person.
    pub(crate) async fn start_clock(&mut self, person: &Person, claw: ClawId) -> Result<()> {
        let periods = self.tx.list_periods(person.id).await?;
        if !periods.iter().any(Period::waits) {
            return Ok(());
        }
        let up = self.tx.list_claws(person.id).await?.iter().filter(|other| other.id == claw || other.is_up()).count();
        if let Some(period) = next_to_start(&periods, up, self.now) {
            self.tx.start_period(period.id, self.now).await?;
            self.audit("period.start", Some(person.id), None, json!({ "period": period.id })).await?;
        }
        Ok(())
    }

    async fn tell_refused(&mut self, person: &Person, claw: &Claw, reason: Reason) -> Result<()> {
        if reason == Reason::NoCapacity {
            self.raise("infra-full", Alert::InfraFull, None).await?;
        }
        // Said once for each generation and reason, however often the infra is asked again.
        let once = format!("stuck:{}:{}:{reason:?}", claw.id, claw.generation);
        let heals_back = claw.previous.is_some() && !reason.retryable();
        if reason == Reason::Deleting || heals_back || self.tx.was_said(&once).await? {
            return Ok(());
        }
        // A claw that shall not run is no business of its person when the infra refuses to take it down.
        let wanted = matches!(claw.wish, Wish::Running { .. });
        let alarm = format!("refused:{}", claw.id);
        if !wanted && (reason.retryable() || self.tx.list_open_alerts().await?.iter().any(|open| open.name == alarm)) {
            return Ok(());
        }
        let (doing, what) = if wanted {
            ("asking the infra to provision", "to run")
        } else {
            ("asking the infra to deprovision", "to take down")
        };
        let why = format!("the infra refused {what} generation {}: {reason:?}", claw.generation);
        let code = self.incident(Some(person.id), Some(claw.id), doing, &why).await?;
        self.audit("claw.refused", Some(person.id), Some(claw.id), json!({ "reason": reason })).await?;
        let bot = self.brief(claw.spec.bot).await?.username;
        if wanted {
            let notice = Notice::Stuck { claw: claw.id, bot, reason, code: code.clone() };
            match self.hatching_chat(person, claw).await? {
                // It takes the place of the hatching, below whatever was said since, so that it is noticed.
                Some(chat) => self.queue(chat, Some(Slot::Hatching(claw.id)), true, notice, Some(once)).await?,
                None => self.say(person, once, notice).await?,
            };
        }
        if !wanted || matches!(reason, Reason::Foreign | Reason::Rejected) {
            let alert = Alert::ClawRefused { claw: claw.id, person: person_line(person), why };
            self.raise(&alarm, alert, Some(code)).await?;
        }
        Ok(())
    }

    async fn tell_failing(&mut self, person: &Person, claw: &Claw, trouble: &Trouble, tries: u32) -> Result<()> {
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

    /// Draws how far a claw on its way up is, where a message for that is.
    pub(crate) async fn tell_progress(&mut self, person: &Person, claw: &Claw) -> Result<()> {
        // What was refused says so itself, in the same message.
        let refused = matches!(claw.seen, Seen::Broken { .. });
        if refused || claw.is_up() || claw.first_ready.is_some() || !matches!(claw.wish, Wish::Running { .. }) {
            return Ok(());
        }
        if self.hatching_chat(person, claw).await?.is_some() {
            self.draw_hatching(person, claw).await?;
        }
        Ok(())
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
        let notice = Notice::Ending { claw: claw.id, bot, kind: period.kind, left, end, keeps_data: claw.keeps_data };
        self.say(person, format!("ending:{}:{left:?}", period.id), notice).await?;
        Ok(())
    }

    /// The warning two days before a sleeping claw is destroyed, once.
    pub(crate) async fn tell_destruction_is_near(&mut self, person: &Person, claw: &Claw) -> Result<()> {
        let Wish::Suspended { since } = claw.wish else { return Ok(()) };
        let at = since + KEPT_AFTER_END;
        if self.now >= at - WARNED_BEFORE_DESTROY && self.now < at {
            let bot = self.brief(claw.spec.bot).await?.username;
            self.say(person, format!("destroy-soon:{}:{}", claw.id, since.0), Notice::DestroySoon { claw: claw.id, bot, at })
                .await?;
        }
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
