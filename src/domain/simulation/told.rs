//! What people are told and when, what came of telling it, and what is still to come by itself.

use std::time::Duration;

use super::{
    history::Weather,
    rows::{ClawRow, Lease, Word, Work},
    world::World,
};
use crate::domain::{
    claw::{Claw, Effect, Reason, Seen, Wish},
    entitlement::{EndingIn, Entitlement, Period},
    time::{HOUR, MINUTE, Time},
};

impl World {
    /// Writes down what came of sending a message.
    pub fn was_sent(&mut self, lease: &Lease, heard: Weather, shown: Option<usize>) {
        let now = self.now();
        if self.rows.outbox[lease.row].done || !self.rows.holds(&self.rows.outbox[lease.row].work, lease) {
            return;
        }
        let row = &mut self.rows.outbox[lease.row];
        let again = |tries: u32| now + Duration::from_secs(1 << tries.min(6)).min(MINUTE);
        match heard {
            Weather::Fine => {
                row.done = true;
                if let Some(shown) = shown {
                    self.chats.shown[shown].known = true;
                }
            }
            Weather::TooMany => (row.work.due, row.work.lease) = (Some(now + Duration::from_secs(30)), None),
            // Twice perhaps delivered is enough.
            Weather::Mute | Weather::Deaf if row.unclear => row.done = true,
            Weather::Mute | Weather::Deaf => {
                (row.work.due, row.work.lease, row.unclear) = (Some(again(row.tries)), None, true);
                row.tries += 1;
            }
            Weather::Away => {
                (row.work.due, row.work.lease) = (Some(again(row.tries)), None);
                row.tries += 1;
            }
            Weather::Blocked => {
                let chat = row.chat;
                self.rows.people[chat].unreachable = true;
                for row in self.rows.outbox.iter_mut().filter(|row| row.chat == chat) {
                    row.done = true;
                }
            }
        }
    }

    pub fn tell_effect(&mut self, row: usize, after: &Claw, effect: &Effect) {
        let Effect::Refused { generation, reason } = effect else { return };
        let heals = after.previous.is_some() && !reason.retryable();
        if after.wish != (Wish::Running { generation: *generation }) || *reason == Reason::Deleting || heals {
            return;
        }
        let (reason, number) = match reason {
            Reason::TokenInUse => ("token in use", 0),
            Reason::TokenDead => ("token dead", 1),
            Reason::Deleting => ("deleting", 2),
            Reason::ModelNotAllowed => ("model not allowed", 3),
            Reason::NoCapacity => ("no capacity", 4),
            Reason::Foreign => ("foreign", 5),
            Reason::Rejected => ("rejected", 6),
        };
        let once = ("stuck", after.id.0.as_u128(), i64::from(after.generation) * 8 + number);
        self.say_of(row, Word::Stuck { claw: row, generation: *generation, reason }, once);
    }

    /// The notice before the end that fits this hour.
    pub fn tell_ending(&mut self, row: usize, right: &Entitlement) {
        let Entitlement::Running(period) = right else { return };
        let claw = &self.rows.claws[row].claw;
        let Some(left) = (self.machine.ending)(period, self.now()).filter(|_| !claw.is_leaving()) else { return };
        if self.rows.periods.iter().any(|other| other.person == period.person && Period::waits(other)) {
            return;
        }
        let number = EndingIn::ALL.iter().position(|known| *known == left).unwrap_or_default();
        self.say_of(row, Word::Ending { period: period.id, left }, ("ending", period.id.0.as_u128(), number as i64));
    }

    /// Whether a row waits for something that comes by itself, and until when.
    pub fn next_due(&self) -> Option<Time> {
        let now = self.now();
        let lease = |until: Option<Time>| until.filter(|until| *until > now && *until <= now + 2 * HOUR).unwrap_or(now);
        let is_held = |row: &&ClawRow| row.work.lease.is_some_and(|until| until > now);
        let claws = self.rows.claws.iter().filter(|row| row.claw.destroyed.is_none() && (!is_well(&row.claw) || is_held(row)));
        let claws = claws.filter_map(|row| Some(row.work.due?.max(lease(row.work.lease))));
        // Only the first of each chat; the others wait for it.
        let inbox = [0, 1].map(|who| self.rows.inbox.iter().find(|row| !row.done && row.update.who == who).map(|row| row.work));
        let outbox = [0, 1].map(|chat| self.rows.outbox.iter().find(|row| !row.done && row.chat == chat).map(|row| row.work));
        let chats = inbox.into_iter().chain(outbox).flatten();
        let due = |work: Work| work.due.filter(|due| *due <= now + 2 * HOUR).unwrap_or(now).max(lease(work.lease));
        claws.chain(chats.map(due)).min()
    }
}

/// It runs as wished; an infra that can be asked is asked about it every minute, for ever.
fn is_well(claw: &Claw) -> bool {
    matches!((claw.wish, &claw.seen), (Wish::Running { generation: wished }, Seen::Running { generation, .. }) if wished == *generation)
        && claw.working_since.is_none()
}
