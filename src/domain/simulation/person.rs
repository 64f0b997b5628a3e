//! The street: what people tap, and what the use cases let them do. The rules are those of the product; only the rows
//! are these.

use super::{
    history::Wants,
    rows::{PersonRow, Update, Word},
    world::World,
};
use crate::domain::{
    claw::{Claw, Spec, Status, UNDO, Wish, status},
    entitlement::{Entitlement, Period, PeriodKind, claws_allowed},
    ids::{BotId, ClawId, PeriodId, PersonId},
    person::TERMS_VERSION,
    shown::Shown,
    tap::{Minute, Tap},
    time::{HOUR, MINUTE, Time},
    wizard::{Purpose, Wizard, WizardStep},
};
use uuid::Uuid;

const BOTS: u8 = 3;
const MODELS: u8 = 3;
const FINGERPRINT: u8 = 5;

/// What came of a tap on a claw.
#[derive(Clone, Copy, PartialEq)]
enum Done {
    Yes,
    Nothing,
}

impl World {
    /// A person does something: each press of a button is an update of its own.
    pub fn says(&mut self, who: u8, wants: Wants) {
        let who = usize::from(who % 2);
        // What stood above a button is no part of these worlds.
        let (drawn, shown) = (Minute::of(self.now()), Shown::default());
        let taps = match wants {
            Wants::Hatch { bot, model } => vec![
                Tap::Hatch,
                Tap::AgreeToTerms(TERMS_VERSION),
                Tap::UseBot(Purpose::Hatch, BotId(i64::from(bot % BOTS))),
                Tap::PickModel { purpose: Purpose::Hatch, index: model % MODELS, fingerprint: FINGERPRINT },
                Tap::PeopleDone(Purpose::Hatch),
                Tap::Start(shown),
            ],
            Wants::Pause(claw) => self.of(who, claw, |claw| Tap::Pause { claw, drawn }),
            Wants::Resume(claw) => self.of(who, claw, Tap::Resume),
            Wants::Delete(claw) => self.of(who, claw, |claw| Tap::Delete { claw, drawn }),
            Wants::DeleteLate(claw) => self.of(who, claw, |claw| Tap::Delete { claw, drawn: Minute(drawn.0 - 11) }),
            Wants::Undo(claw) => self.of(who, claw, Tap::Undo),
            Wants::Model(claw, index) => {
                let index = index % MODELS;
                self.of(who, claw, |claw| Tap::ApplyModel { claw, index, fingerprint: FINGERPRINT, drawn })
            }
            // Which bot it is lies on the person's desk; here it is told by the minute's place.
            Wants::Bot(claw, bot) => {
                self.desks[who] = BotId(i64::from(bot % BOTS));
                self.of(who, claw, |claw| Tap::ApplyBot { claw, drawn, shown })
            }
            Wants::Forget => vec![Tap::Forget { drawn, shown }],
        };
        for tap in taps {
            let number = self.next_number();
            self.chats.updates.push(Update { number, who, tap: tap.spell() });
        }
    }

    /// A button on the card of one of a person's claws, if they have any.
    fn of(&self, who: usize, claw: u8, tap: impl Fn(ClawId) -> Tap) -> Vec<Tap> {
        let theirs = self.rows.people[who].id.map(|id| self.rows.living(id)).unwrap_or_default();
        let meant = theirs.get(usize::from(claw) % theirs.len().max(1));
        meant.map(|row| tap(self.rows.claws[*row].claw.id)).into_iter().collect()
    }

    /// Handles one update, as the tree of handlers does: reads the tap, does what it may, answers.
    pub fn handle(&mut self, update: &Update, received: Time) {
        let (who, now) = (update.who, self.now());
        let person =
            self.rows.people[who].id.unwrap_or_else(|| PersonId(Uuid::from_u128(u128::from(self.next_number()) + (1 << 64))));
        self.rows.people[who].id = Some(person);
        self.rows.people[who].unreachable = false;
        let stale = now.since(received) > 10 * MINUTE;
        let is_expired = |drawn: Minute| !drawn.is_fresh(now) || stale;
        match Tap::read(&update.tap).expect("we read what we spelt") {
            Tap::Hatch => self.wizard(who, |wizard| wizard),
            Tap::AgreeToTerms(version) if version == TERMS_VERSION => {
                self.rows.people[who].agreed = true;
                self.wizard(who, Wizard::agree);
            }
            Tap::UseBot(Purpose::Hatch, bot) if self.bot_is_free(bot) => {
                let agreed = self.rows.people[who].agreed;
                self.wizard(who, |wizard| wizard.use_bot(bot, agreed));
            }
            Tap::PickModel { index, fingerprint: FINGERPRINT, .. } => {
                self.wizard(who, |wizard| wizard.pick_model(&model(index)));
            }
            Tap::PeopleDone(Purpose::Hatch) => self.wizard(who, Wizard::people_done),
            Tap::Start(_) => self.hatch(who, person),
            Tap::Pause { claw, drawn } if !is_expired(drawn) => self.on_claw(person, claw, |world, row, claw| {
                if !matches!(claw.wish, Wish::Running { .. }) {
                    return Done::Nothing;
                }
                world.promises.wants_pause(row);
                world.save(row, claw.pause(now), Some(now));
                Done::Yes
            }),
            Tap::Resume(claw) => self.on_claw(person, claw, |world, row, claw| {
                let covered = Entitlement::of(&world.rows.periods_of(person), now).covers_now();
                if claw.wish != Wish::Paused || !covered {
                    return Done::Nothing;
                }
                world.promises.wants_run(row);
                world.save(row, claw.run(now), Some(now));
                Done::Yes
            }),
            Tap::Delete { claw, drawn } if !is_expired(drawn) => self.on_claw(person, claw, |world, row, claw| {
                if claw.is_leaving() {
                    return Done::Nothing;
                }
                world.promises.wants_gone(row, now + UNDO);
                world.save(row, claw.delete(now + UNDO, now), Some(now));
                Done::Yes
            }),
            Tap::Undo(claw) => self.on_claw(person, claw, |world, row, claw| world.undo(person, row, claw)),
            Tap::ApplyModel { claw, index, fingerprint: FINGERPRINT, drawn } if !is_expired(drawn) => {
                self.on_claw(person, claw, |world, row, claw| {
                    let spec = Spec { model: model(index), ..claw.spec.clone() };
                    if claw.is_leaving() || spec == claw.spec {
                        return Done::Nothing;
                    }
                    world.rewish(row, claw, spec)
                });
            }
            Tap::ApplyBot { claw, drawn, .. } if !is_expired(drawn) => {
                let bot = self.desks[who];
                self.on_claw(person, claw, |world, row, claw| {
                    if claw.is_leaving() || !(claw.has_bot(bot) || world.bot_is_free(bot)) {
                        return Done::Nothing;
                    }
                    let spec = Spec { bot, ..claw.spec.clone() };
                    world.rewish(row, claw, spec)
                });
            }
            Tap::Forget { drawn, .. } if !is_expired(drawn) => self.forget(who, person),
            // A button that expired, is unknown, or is not asked for here: the screen is drawn anew.
            _ => {}
        }
        self.answered.push(update.number);
        self.rows.say(who, Word::Answer(update.number), None, now);
    }

    fn wizard(&mut self, who: usize, to: impl FnOnce(Wizard) -> Wizard) {
        let person = &mut self.rows.people[who];
        let wizard = to(person.wizard.take().unwrap_or_else(|| Wizard::begin(person.agreed)));
        let step = wizard.missing(person.agreed).map_or(wizard.step, |missing| missing.min(wizard.step));
        person.wizard = Some(Wizard { step, ..wizard });
    }

    /// Whether no claw that is there has this bot.
    fn bot_is_free(&self, bot: BotId) -> bool {
        let guards = self.rows.guards;
        let has = |claw: &Claw| claw.has_bot(bot) && (guards.held_bots || claw.spec.bot == bot);
        !guards.one_claw_per_bot || !self.rows.claws.iter().any(|row| has(&row.claw))
    }

    /// The last tap of the wizard.
    fn hatch(&mut self, who: usize, person: PersonId) {
        let now = self.now();
        let Some(Wizard { step: WizardStep::Summary, bot: Some(bot), model: Some(model), people }) =
            self.rows.people[who].wizard.clone()
        else {
            return;
        };
        let periods = self.rows.periods_of(person);
        let staying = self.rows.living(person).into_iter().filter(|at| !self.rows.claws[*at].claw.is_leaving()).count();
        if !self.bot_is_free(bot) {
            return;
        }
        if claws_allowed(&periods, now) <= staying {
            let marks = [("person", who as i64), ("bot", bot.0)];
            let used = periods.iter().any(|period| period.kind == PeriodKind::Trial);
            let marked = self.rows.guards.trial_marks && marks.iter().any(|mark| self.rows.marks.contains(mark));
            if staying > 0 || used || marked {
                return;
            }
            self.rows.marks.extend(marks);
            self.promises.begins_trial(who, bot);
            self.give(person, PeriodKind::Trial, 48);
        }
        let spec = Spec { bot, model, people };
        let number = 1 + self.rows.claws.iter().filter(|row| row.claw.person == person).count() as i64;
        let id = ClawId(Uuid::from_u128(1 + self.rows.claws.len() as u128));
        self.promises.hatches(&spec);
        self.add(Claw::new(id, person, number, "infra", spec, now));
        self.rows.people[who].wizard = None;
    }

    fn on_claw(&mut self, person: PersonId, id: ClawId, does: impl FnOnce(&mut World, usize, Claw) -> Done) {
        let theirs = |claw: &Claw| claw.id == id && claw.person == person && claw.destroyed.is_none();
        if let Some(row) = self.rows.claws.iter().position(|row| theirs(&row.claw)) {
            let claw = self.rows.claws[row].claw.clone();
            does(self, row, claw);
        }
    }

    fn undo(&mut self, person: PersonId, row: usize, claw: Claw) -> Done {
        let now = self.now();
        if status(&claw) != Status::Destroying {
            return Done::Nothing;
        }
        let staying = self.rows.living(person).into_iter().filter(|at| !self.rows.claws[*at].claw.is_leaving()).count();
        if staying > 0 && staying >= claws_allowed(&self.rows.periods_of(person), now) {
            return Done::Nothing;
        }
        let Some(back) = claw.undelete(now) else { return Done::Nothing };
        self.promises.wants_it_back(row);
        self.save(row, back, Some(now));
        Done::Yes
    }

    fn rewish(&mut self, row: usize, claw: Claw, spec: Spec) -> Done {
        let now = self.now();
        self.promises.wants_spec(row, &spec);
        self.save(row, claw.change(spec, now), Some(now));
        Done::Yes
    }

    /// Claws go, periods end, and whoever writes next is somebody else to us.
    fn forget(&mut self, who: usize, person: PersonId) {
        let now = self.now();
        for row in self.rows.living(person) {
            let claw = self.rows.claws[row].claw.clone();
            self.promises.wants_gone(row, now);
            let forgotten = Claw { previous: None, ..claw.delete(now, now) };
            self.save(row, forgotten, Some(now));
        }
        self.revoke(person);
        self.rows.outbox.iter_mut().filter(|message| message.chat == who).for_each(|message| message.done = true);
        self.rows.people[who] = PersonRow::default();
    }

    /// An admin gives time; a claw that is there by no grant yet is looked at.
    pub fn grants(&mut self, who: u8, hours: u16) {
        let (who, now) = (usize::from(who % 2), self.now());
        let Some(person) = self.rows.people[who].id else { return };
        let is_grant = |period: &&Period| period.kind == PeriodKind::Grant && (period.waits() || period.runs(now));
        let grants = self.rows.periods_of(person).iter().filter(is_grant).count();
        let mut claws = self.rows.living(person);
        claws.retain(|at| !self.rows.claws[*at].claw.is_leaving());
        self.give(person, PeriodKind::Grant, u32::from(hours));
        if claws.len() > grants {
            self.rows.claws[claws[0]].work.due = Some(now);
        }
    }

    fn give(&mut self, person: PersonId, kind: PeriodKind, hours: u32) {
        let id = PeriodId(Uuid::from_u128(1 + self.rows.periods.len() as u128));
        let (length, created) = (hours * HOUR, self.now());
        let period = Period { id, person, kind, length, started: None, revoked: None, granted_by: None, reason: None, created };
        self.rows.periods.push(period);
    }

    /// An admin takes a claw away, and with a person's last one their time.
    pub fn takes_away(&mut self, who: u8) {
        let (who, now) = (usize::from(who % 2), self.now());
        let Some(person) = self.rows.people[who].id else { return };
        let claws = self.rows.living(person);
        let Some(row) = claws.first().copied() else { return };
        if !claws.iter().any(|other| *other != row && !self.rows.claws[*other].claw.is_leaving()) {
            self.revoke(person);
        }
        let claw = self.rows.claws[row].claw.clone();
        self.promises.wants_gone(row, now);
        self.say_of(row, Word::TakenAway { claw: row }, ("taken", claw.id.0.as_u128(), 0));
        self.save(row, claw.delete(now, now), Some(now));
    }

    fn revoke(&mut self, person: PersonId) {
        let now = self.now();
        let live = |period: &Period| period.waits() || period.runs(now);
        for period in self.rows.periods.iter_mut().filter(|period| period.person == person && live(period)) {
            period.revoked = Some(now);
        }
    }
}

fn model(index: u8) -> String {
    format!("model {index}")
}
