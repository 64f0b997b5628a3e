//! What would be in the database: rows that are due and leased, and the unique keys. A write names the fencing number
//! it works under. [`Guards`] are what the database does for us; each can be taken away, to see what it is for.

use std::time::Duration;

use crate::domain::{
    claw::Claw,
    entitlement::{EndingIn, Period},
    ids::{PeriodId, PersonId},
    time::{HOUR, Time},
    wizard::Wizard,
};

/// No lease lasts as long as this.
const CLAW_NEVER: Duration = Duration::from_secs(2 * 60 * 60);
const CHAT_NEVER: Duration = Duration::from_secs(5 * 60);

/// A row taken for a while.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    pub row: usize,
    pub fence: u32,
    /// The end of it by the clock that nobody can move.
    pub until: Duration,
}

/// The columns all waiting work shares.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    pub due: Option<Time>,
    pub lease: Option<Time>,
    pub fence: u32,
}

impl Work {
    pub fn due(at: Time) -> Work {
        Work { due: Some(at), lease: None, fence: 0 }
    }

    /// As the claim statement has it: a lease that lies absurdly far ahead is none.
    fn is_free(&self, now: Time, never: Duration) -> bool {
        self.lease.is_none_or(|until| until <= now || until > now + never)
    }

    fn is_due(&self, now: Time) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// The same for events and messages, none of which waits two hours.
    fn is_due_soon(&self, now: Time) -> bool {
        self.due.is_some_and(|due| due <= now || due > now + 2 * HOUR)
    }

    fn take(&mut self, row: usize, until: Time, steady_until: Duration) -> Lease {
        self.fence += 1;
        self.lease = Some(until);
        Lease { row, fence: self.fence, until: steady_until }
    }
}

pub struct ClawRow {
    pub claw: Claw,
    pub work: Work,
}

/// An update of Telegram: a button, spelt as it is on the screen.
#[derive(Clone, Debug)]
pub struct Update {
    pub number: u32,
    pub who: usize,
    pub tap: String,
}

pub struct InboxRow {
    pub update: Update,
    pub received: Time,
    pub work: Work,
    pub done: bool,
}

/// What a message says, as far as two of them can be told apart by who reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Ready {
        claw: usize,
    },
    Woken {
        claw: usize,
    },
    Asleep {
        claw: usize,
        kept_until: Time,
    },
    DestroySoon {
        claw: usize,
        at: Time,
    },
    Destroyed {
        claw: usize,
    },
    Healed {
        claw: usize,
        generation: u32,
    },
    Late {
        claw: usize,
        generation: u32,
    },
    Stuck {
        claw: usize,
        generation: u32,
        reason: &'static str,
    },
    Ending {
        period: PeriodId,
        left: EndingIn,
    },
    TakenAway {
        claw: usize,
    },
    /// The screen a tap is answered with.
    Answer(u32),
}

/// A message to be said.
#[derive(Clone, Debug)]
pub struct OutboxRow {
    pub chat: usize,
    pub word: Word,
    pub work: Work,
    pub tries: u32,
    pub unclear: bool,
    pub done: bool,
}

/// The names of what is said once: the word, of which claw or period, and a number that tells occasions apart.
pub type Once = (&'static str, u128, i64);

/// Somebody who writes to us. Being forgotten gives them another id of ours.
#[derive(Debug, Default)]
pub struct PersonRow {
    pub id: Option<PersonId>,
    pub agreed: bool,
    pub wizard: Option<Wizard>,
    pub unreachable: bool,
}

/// What the database guards. All of it, unless a test takes something away.
#[derive(Clone, Copy, Debug)]
pub struct Guards {
    pub fences: bool,
    pub once_keys: bool,
    pub update_numbers: bool,
    pub trial_marks: bool,
    pub one_claw_per_bot: bool,
    pub held_bots: bool,
    /// The fence is looked at once more right before a call.
    pub look_before_call: bool,
}

impl Guards {
    pub const ALL: Guards = Guards {
        fences: true,
        once_keys: true,
        update_numbers: true,
        trial_marks: true,
        one_claw_per_bot: true,
        held_bots: true,
        look_before_call: true,
    };
}

pub struct Rows {
    pub guards: Guards,
    pub people: [PersonRow; 2],
    pub claws: Vec<ClawRow>,
    pub periods: Vec<Period>,
    pub inbox: Vec<InboxRow>,
    pub outbox: Vec<OutboxRow>,
    pub said: Vec<Once>,
    pub marks: Vec<(&'static str, i64)>,
}

impl Rows {
    pub fn new(guards: Guards) -> Rows {
        Rows {
            guards,
            people: [PersonRow::default(), PersonRow::default()],
            claws: Vec::new(),
            periods: Vec::new(),
            inbox: Vec::new(),
            outbox: Vec::new(),
            said: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Whether a write under this lease stands.
    pub fn holds(&self, work: &Work, lease: &Lease) -> bool {
        work.fence == lease.fence || !self.guards.fences
    }

    pub fn claim_claw(&mut self, now: Time, steady: Duration, lasts: Duration) -> Option<Lease> {
        let due = |row: &&(usize, &mut ClawRow)| {
            row.1.claw.destroyed.is_none() && row.1.work.is_due(now) && row.1.work.is_free(now, CLAW_NEVER)
        };
        let first = self.claws.iter_mut().enumerate().filter(|row| due(&row)).min_by_key(|(_, row)| row.work.due);
        first.map(|(at, row)| row.work.take(at, now + lasts, steady + lasts))
    }

    /// Gives a claw back, to be looked at again at `due`. Nothing when it was lost meanwhile.
    pub fn release_claw(&mut self, lease: &Lease, due: Option<Time>) {
        if self.holds(&self.claws[lease.row].work, lease) {
            let work = &mut self.claws[lease.row].work;
            (work.due, work.lease) = (due, None);
        }
    }

    /// The first waiting update of a chat that is at rest.
    pub fn claim_update(&mut self, now: Time, steady: Duration, lasts: Duration) -> Option<Lease> {
        let mut busy = [false; 2];
        for at in 0..self.inbox.len() {
            let row = &self.inbox[at];
            let lane = row.update.who;
            if row.done || std::mem::replace(&mut busy[lane], true) {
                continue;
            }
            if row.work.is_due_soon(now) && row.work.is_free(now, CHAT_NEVER) {
                return Some(self.inbox[at].work.take(at, now + lasts, steady + lasts));
            }
        }
        None
    }

    /// The first waiting message of a chat that is at rest.
    pub fn claim_message(&mut self, now: Time, steady: Duration, lasts: Duration) -> Option<Lease> {
        let mut busy = [false; 2];
        for at in 0..self.outbox.len() {
            let row = &self.outbox[at];
            if row.done || std::mem::replace(&mut busy[row.chat], true) {
                continue;
            }
            if row.work.is_due_soon(now) && row.work.is_free(now, CHAT_NEVER) {
                return Some(self.outbox[at].work.take(at, now + lasts, steady + lasts));
            }
        }
        None
    }

    /// Queues a message. False when it was said before under this name.
    pub fn say(&mut self, chat: usize, word: Word, once: Option<Once>, now: Time) -> bool {
        if let Some(once) = once {
            if self.guards.once_keys && self.said.contains(&once) {
                return false;
            }
            self.said.push(once);
        }
        let work = Work::due(now);
        self.outbox.push(OutboxRow { chat, word, work, tries: 0, unclear: false, done: false });
        true
    }

    /// Who may be written to about this claw.
    pub fn reader(&self, claw: usize) -> Option<usize> {
        let owner = self.claws[claw].claw.person;
        self.people.iter().position(|person| person.id == Some(owner))
    }

    pub fn periods_of(&self, person: PersonId) -> Vec<Period> {
        self.periods.iter().filter(|period| period.person == person).cloned().collect()
    }

    /// A person's claws that are not gone, as rows.
    pub fn living(&self, person: PersonId) -> Vec<usize> {
        let is_theirs = |row: &ClawRow| row.claw.person == person && row.claw.destroyed.is_none();
        (0..self.claws.len()).filter(|at| is_theirs(&self.claws[*at])).collect()
    }
}
