//! The loop that brings every claw to what is wished of it: look at the whole row, take the next step, write down what
//! came of it. A tap or an event only wakes it; a lost one costs minutes.

use std::time::Duration;

use crate::{
    app::{
        Act, App, Error, Result,
        held::{Keeping, LEASE},
        insist::Insist,
    },
    domain::{
        admin::{Alert, PersonLine},
        claw::{
            Ask, Call, Claw, DEADLINE, Facts, Outcome, Reason, Seen, Step, Trouble, Wish, ask, look_again, next_step, rank_of,
            record, status,
        },
        entitlement::{EndingIn, Entitlement, Period, right_at},
        person::Person,
        workspace,
    },
    drivers::claws::{Address, Devices, Leave, Looked, Order},
    store::{ClawLease, StoreError},
};

/// How soon a claw is looked at again after a step that could not be written down.
const STUMBLE: Duration = Duration::from_secs(2);
/// And after one that will hardly go better soon.
const STUMBLE_BADLY: Duration = Duration::from_secs(60);
/// Steps taken for one claw under one lease; what is left waits for the next.
const MOST_STEPS: usize = 12;

/// What is to be done outside, between two transactions.
enum Outside {
    Call(Box<Asked>),
    /// Nothing: the claw was given back.
    Nothing,
    /// A step was taken inside; look again.
    Again,
}

/// A call that was written down, with what the claw was wished to be then.
struct Asked {
    call: Call,
    work: Work,
    wish: Wish,
    /// Who is called.
    driver: String,
}

/// What came of it.
#[derive(Clone)]
struct Came {
    outcome: Outcome,
    /// What else was said, when it was only looked at.
    looked: Option<(Option<Facts>, Option<Devices>)>,
}

enum Work {
    Provision(Box<Order>),
    Deprovision(Address, Leave),
    Look(Address),
    /// The order cannot even be written; the outcome is known without asking.
    Known(Outcome),
}

impl App {
    /// Takes claws that are due.
    pub async fn take_claws(&self, most: i64) -> Result<Vec<ClawLease>> {
        self.prudence.allows(&self.clock);
        let mut taking = self.begin_taking().await?;
        let now = self.clock.now();
        let leases = taking.tx.claim_claws(now, now + LEASE, most).await?;
        self.commit_taken(taking, leases.iter().map(ClawLease::lease)).await?;
        crash_point!(!leases.is_empty(), "claws-taken");
        Ok(leases)
    }

    /// Works on one claw until it rests, waits or was lost to somebody else.
    pub async fn reconcile(&self, lease: ClawLease) -> Result<()> {
        let keeping = self.held.keep(lease.lease(), &self.clock);
        self.work_on(&lease, &keeping).await
    }

    async fn work_on(&self, lease: &ClawLease, keeping: &Keeping) -> Result<()> {
        for _ in 0..MOST_STEPS {
            match self.step(lease).await {
                Ok(Outside::Again) => {}
                Ok(Outside::Nothing) => return Ok(()),
                Ok(Outside::Call(asked)) => {
                    // Whoever was frozen here, or lost the lease to a wall clock that leapt, must not call any more: what
                    // it brought up might come after its claw was taken down for good.
                    match self.still_holds(lease, keeping).await {
                        Ok(true) => {}
                        Ok(false) => return self.give_back(lease, Duration::ZERO).await,
                        Err(error) => return self.stumbled(lease, error).await,
                    }
                    let Asked { call, work, wish, driver } = *asked;
                    crash_point!("claw-intended");
                    let came = self.call(&driver, &call, work).await;
                    crash_point!("claw-called");
                    // Nobody else knows what came of it.
                    let mut insist = Insist::on("the outcome of a call to the infra");
                    let mut tried = None;
                    let goes_on = loop {
                        match self.recorded(lease, &call, wish, came.clone(), &mut tried).await {
                            Err(error) if insist.again(&error).await => {}
                            recorded => break recorded,
                        }
                    };
                    match goes_on {
                        Ok(true) => {
                            crash_point!("claw-recorded");
                        }
                        Ok(false) => return Ok(()),
                        Err(error) => return self.stumbled(lease, error).await,
                    }
                }
                Err(error) => return self.stumbled(lease, error).await,
            }
        }
        self.give_back(lease, Duration::ZERO).await
    }

    /// Whether the lease is ours, and will be for long enough to be made longer while a call is under way.
    async fn still_holds(&self, lease: &ClawLease, keeping: &Keeping) -> Result<bool> {
        if !keeping.lasts(&self.clock) {
            self.keep_held().await?;
        }
        Ok(keeping.lasts(&self.clock) && self.db.look().await?.holds_claw(lease).await?)
    }

    async fn give_back(&self, lease: &ClawLease, after: Duration) -> Result<()> {
        let mut insist = Insist::on("that a claw is given back");
        loop {
            match self.give_back_once(lease, after).await {
                Err(error) if insist.again(&error).await => {}
                done => return done,
            }
        }
    }

    async fn give_back_once(&self, lease: &ClawLease, after: Duration) -> Result<()> {
        let mut tx = self.db.begin_single().await?;
        tx.release_claw(lease, Some(self.clock.now() + after)).await?;
        Ok(tx.commit().await?)
    }

    /// A step that could not be written down. The row still says what was intended, so the claw is simply given back,
    /// to be looked at again in a moment; if even that fails, its lease runs out. What running again does not mend,
    /// admins hear of.
    async fn stumbled(&self, lease: &ClawLease, error: Error) -> Result<()> {
        if error.is_lost() {
            return Ok(());
        }
        match &error {
            Error::Store(StoreError::Again(_)) => self.give_back(lease, STUMBLE).await?,
            Error::Store(_) | Error::Refused(_) | Error::Silent(_) | Error::Stranger | Error::Internal(_) => {
                self.give_back(lease, STUMBLE_BADLY).await?;
                let mut act = self.act().await?;
                let name = format!("broken:{}", lease.id);
                if !act.tx.list_open_alerts().await?.iter().any(|open| open.name == name) {
                    let code = act.incident(None, Some(lease.id), "bringing a claw to what is wished", &causes(&error)).await?;
                    let person = PersonLine { telegram: None, name: None, reachable: false };
                    let alert = Alert::ClawRefused { claw: lease.id, person, why: "a step of ours fails".to_owned() };
                    act.raise(&name, alert, Some(code)).await?;
                }
                act.commit().await?;
            }
        }
        Err(error)
    }

    /// One look at the row, and the step that follows from it, up to the outside call.
    async fn step(&self, lease: &ClawLease) -> Result<Outside> {
        let mut act = self.act().await?;
        let now = act.now;
        let claw = act.tx.hold_leased_claw(lease).await?;
        let person = act.tx.load_person(claw.person).await?;
        let right = act.right_of_claw(&claw).await?;
        act.tell_ending(&person, &claw, &right).await?;
        let step = next_step(&claw, &right, self.drivers.capabilities(&claw.driver), now);
        if step.irreversible(&claw) && !self.prudence.allows(&self.clock) {
            act.tx.release_claw(lease, Some(now + Duration::from_secs(15))).await?;
            act.commit().await?;
            return Ok(Outside::Nothing);
        }
        if let Some((asked, call)) = ask(claw.clone(), &step, now) {
            let work = act.work(&call, &claw, &person).await?;
            act.save_claw(&asked, Some(now)).await?;
            act.audit_ask(&asked, &call).await?;
            // Asking a full infra once more is no progress.
            if !matches!(claw.seen, Seen::Broken { retryable: true, .. }) {
                act.tell_progress(&person, &asked).await?;
            }
            act.commit().await?;
            return Ok(Outside::Call(Box::new(Asked { call, work, wish: claw.wish, driver: claw.driver })));
        }
        let outside = match step {
            Step::Rest { until } => {
                act.tx.release_claw(lease, until).await?;
                Outside::Nothing
            }
            Step::Look => {
                let call = Call { what: Ask::Provision, generation: claw.generation, key: String::new(), maybe_arrived: true };
                Outside::Call(Box::new(Asked { call, work: Work::Look(address(&claw)), wish: claw.wish, driver: claw.driver }))
            }
            Step::Confirm
            | Step::StartClock
            | Step::Suspend
            | Step::Wake
            | Step::Warn
            | Step::Destroy
            | Step::Erase
            | Step::HealBack
            | Step::ReportLate => {
                act.take_inner_step(&person, claw, &step, &right).await?;
                Outside::Again
            }
            Step::Provision | Step::Deprovision => Outside::Nothing,
        };
        act.commit().await?;
        crash_point!(matches!(outside, Outside::Again), "claw-inner-step-taken");
        Ok(outside)
    }

    /// The outside call, with no transaction open. Never longer than the rules allow.
    async fn call(&self, driver: &str, call: &Call, work: Work) -> Came {
        let asked = async {
            let Some(driver) = self.drivers.named(driver) else {
                let why = format!("this build has no driver {driver}");
                return Came { outcome: Outcome::Unreached(Trouble::NoConnection(why)), looked: None };
            };
            let outcome = match work {
                Work::Provision(order) => driver.provision(call, &order).await,
                Work::Deprovision(address, leave) => driver.deprovision(call, &address, leave).await,
                Work::Look(address) => {
                    let Looked { outcome, facts, asking } = driver.look(&address).await;
                    // An event of theirs may have been lost; whoever is known already is not told again.
                    let devices = match asking {
                        Some(1..) => driver.devices(&address).await.ok().flatten(),
                        Some(0) | None => None,
                    };
                    return Came { outcome, looked: Some((facts, devices)) };
                }
                Work::Known(outcome) => outcome,
            };
            Came { outcome, looked: None }
        };
        let came = tokio::time::timeout(self.rules.longest_call, asked).await;
        came.unwrap_or_else(|_| {
            let silence = Trouble::NoAnswer("no answer within the longest call".into());
            Came { outcome: Outcome::Unclear(silence), looked: None }
        })
    }

    /// Writes down what a call came to, on the claw as it is now, and what that means to people. True when the next
    /// step can be taken at once. `tried` is what an earlier attempt wanted to write, of which nobody knows whether it
    /// stands.
    async fn recorded(&self, lease: &ClawLease, call: &Call, wish: Wish, came: Came, tried: &mut Option<Claw>) -> Result<bool> {
        let Came { outcome, looked } = came;
        let mut act = self.act().await?;
        let before = act.tx.hold_leased_claw(lease).await?;
        let stands = |tried: &Claw| before.version > tried.version && before.seen == tried.seen && before.tries == tried.tries;
        if tried.as_ref().is_some_and(stands) {
            return Ok(act.tx.holds_claw(lease).await?);
        }
        let person = act.tx.load_person(before.person).await?;
        let answered = matches!(outcome, Outcome::Up(_) | Outcome::Starting | Outcome::Down { .. } | Outcome::Asleep);
        let was = (status(&before), before.facts.clone());
        let only_looked = looked.is_some();
        let (mut after, effects, wait) = record(before, call, outcome, act.now);
        if answered {
            act.infra_answers().await?;
        }
        let vanished =
            only_looked && matches!(after.wish, Wish::Running { .. }) && matches!(after.seen, Seen::Absent | Seen::Stopped);
        if let Some((facts, devices)) = looked {
            if let (Some(facts), Seen::Running { .. }) = (facts, &after.seen) {
                after.facts = Some(facts.after(was.1.as_ref(), act.now));
            }
            if let Some(devices) = devices {
                act.note_devices(&person, &after, &devices).await?;
            }
        }
        let due = look_again(&after, wish, wait, rand::random(), act.now);
        act.tell_effects(&person, &after, &effects).await?;
        act.tell_ailment(&person, &after, was.1.as_ref()).await?;
        // Most looks find nothing new, and then there is nothing to draw.
        if !only_looked || was != (status(&after), after.facts.clone()) {
            act.tell_progress(&person, &after).await?;
            act.tell_watchers(&after).await?;
        }
        act.save_claw(&after, Some(due)).await?;
        if vanished {
            act.tell_vanished(&person, &after, true).await?;
        }
        *tried = Some(after);
        let goes_on = due <= act.now;
        if !goes_on {
            // The rest of this lease is not needed: whoever looks next may be another replica.
            act.tx.release_claw(lease, Some(due)).await?;
        }
        act.commit().await?;
        Ok(goes_on)
    }

    /// Draws the hatching messages anew, so that the elapsed time moves. Each claw is looked at under its lock: one
    /// that is ready by now keeps the message that says so.
    pub async fn draw_progress(&self) -> Result<()> {
        let hatching = self.db.look().await?.list_hatching(self.clock.now() - DEADLINE).await?;
        for id in hatching {
            let mut act = self.act().await?;
            if let Some(claw) = act.tx.hold_claw(id).await? {
                let person = act.tx.load_person(claw.person).await?;
                act.tell_progress(&person, &claw).await?;
            }
            act.commit().await?;
        }
        Ok(())
    }
}

pub(crate) fn address(claw: &Claw) -> Address {
    Address { user_id: claw.person, claw_id: claw.handle() }
}

impl Act<'_> {
    /// What the call needs, gathered while the row is held.
    async fn work(&mut self, call: &Call, claw: &Claw, person: &Person) -> Result<Work> {
        if call.what == Ask::Deprovision {
            let leave = match claw.wish {
                Wish::Gone { .. } => Leave::ForGood,
                Wish::Running { .. } | Wish::Paused | Wish::Suspended { .. } => Leave::ToSleep,
            };
            return Ok(Work::Deprovision(address(claw), leave));
        }
        let bot = self.tx.find_bot(claw.spec.bot).await?.filter(|bot| bot.person == claw.person);
        let (Some(bot), Some(owner)) = (bot, person.telegram) else {
            return Ok(Work::Known(Outcome::Refused { reason: Reason::TokenDead, retry_after: None }));
        };
        let bot_token = match self.app.open_token(&bot) {
            Ok(token) => token,
            Err(error) => {
                let what = format!("the token of bot {}", bot.brief.id);
                let code = self.incident(Some(person.id), Some(claw.id), "opening a sealed token", &error.to_string()).await?;
                self.raise(&format!("unsealable:{}", bot.brief.id), Alert::Unsealable { what }, Some(code)).await?;
                return Ok(Work::Known(Outcome::Refused { reason: Reason::TokenDead, retry_after: None }));
            }
        };
        let name = claw.title.as_deref().unwrap_or(&bot.brief.name);
        let first_words = workspace::files(person.locale, Some(name), person.name.as_deref()).into();
        let guests = claw.spec.people.iter().map(|guest| guest.id);
        Ok(Work::Provision(Box::new(Order {
            address: address(claw),
            ai_gateway_key: self.app.rules.ai_gateway_key.clone(),
            model: claw.spec.model.clone(),
            bot_token,
            allow_from: std::iter::once(owner).chain(guests).collect(),
            first_words,
        })))
    }

    /// The right of one claw among its person's.
    async fn right_of_claw(&mut self, claw: &Claw) -> Result<Entitlement> {
        let periods = self.tx.list_periods(claw.person).await?;
        let theirs = self.tx.list_claws(claw.person).await?;
        Ok(right_at(&periods, rank_of(&theirs, claw.id), self.now))
    }

    /// The notice before the end that fits this hour, once. Nothing ends while another period waits to take over.
    async fn tell_ending(&mut self, person: &Person, claw: &Claw, right: &Entitlement) -> Result<()> {
        let Entitlement::Running(period) = right else { return Ok(()) };
        let (Some(left), Some(end), false) = (EndingIn::due(period, self.now), period.ends(), claw.is_leaving()) else {
            return Ok(());
        };
        if self.tx.list_periods(person.id).await?.iter().any(Period::waits) {
            return Ok(());
        }
        self.tell_end_is_near(person, claw, period, left, end).await
    }
}

/// The chain of causes of an error, outermost first.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut chain = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !chain.ends_with(&text) {
            chain.push_str(": ");
            chain.push_str(&text);
        }
        cause = inner.source();
    }
    chain
}
