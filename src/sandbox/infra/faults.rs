//! Ways in which the stand-in can be made to fail while it runs, each counted.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Every call waits first.
    Slow,
    /// Does nothing and answers with a status.
    Failed,
    /// Does it, then closes the connection without an answer.
    Lost,
    /// Does it and answers 200 with a page.
    Garbled,
    /// Does it and answers 200 with ten megabytes.
    Bloated,
    /// Does nothing and never answers.
    Hung,
    /// Does it and never answers.
    Silent,
}

/// One call that fails: how, and, for [`Fault::Failed`], with what status and code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strike {
    pub fault: Fault,
    pub status: u16,
    pub code: &'static str,
}

/// A way in which the list fails, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListFault {
    /// Answers with a status.
    Failed(u16),
    /// Breaks off in the middle of the answer.
    Cut,
    /// Leaves half of the claws out and says that this was all.
    Short,
    /// Says that nothing runs at all.
    Empty,
    /// Answers 200 with a page for people.
    Garbled,
    /// Answers 200 with ten megabytes.
    Bloated,
    /// Never answers.
    Hung,
    /// Names the same next page for ever.
    Circle,
}

/// What is to fail, and how often each fault has struck.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    pub(super) slow: Duration,
    status: u16,
    /// The list waits this long before every answer.
    pub(super) list_slow: Duration,
    /// What the next questions for the list meet.
    pub(super) list: Option<(ListFault, u32)>,
    waiting: BTreeMap<Fault, u32>,
    /// One call yet to come, after so many others.
    later: Option<(u32, Strike)>,
    struck: BTreeMap<Fault, u64>,
}

impl Faults {
    /// Lets the next `times` calls meet `fault`; zero takes it back. `status` is for [`Fault::Failed`].
    pub(super) fn plan(&mut self, fault: Fault, times: u32, status: u16) {
        self.waiting.insert(fault, times);
        if fault == Fault::Failed {
            self.status = status;
        }
    }

    /// Lets one call meet a fault, after `calls` others.
    pub(super) fn plan_after(&mut self, calls: u32, strike: Strike) {
        self.later = Some((calls, strike));
    }

    /// The fault this call meets, which is then one less.
    pub(super) fn draw(&mut self) -> Option<Strike> {
        let strike = self.draw_later().or_else(|| self.draw_next())?;
        self.count(strike.fault);
        Some(strike)
    }

    fn draw_later(&mut self) -> Option<Strike> {
        match self.later.take()? {
            (0, strike) => Some(strike),
            (calls, strike) => {
                self.later = Some((calls - 1, strike));
                None
            }
        }
    }

    fn draw_next(&mut self) -> Option<Strike> {
        let (fault, times) = self.waiting.iter_mut().find(|(_, times)| **times > 0)?;
        *times -= 1;
        Some(Strike { fault: *fault, status: self.status, code: "made_to_fail" })
    }

    /// The fault this question for the list meets, which is then one less.
    pub(super) fn draw_for_list(&mut self) -> Option<ListFault> {
        let (fault, times) = self.list.as_mut().filter(|(_, times)| *times > 0)?;
        *times -= 1;
        Some(*fault)
    }

    pub(super) fn count(&mut self, fault: Fault) {
        *self.struck.entry(fault).or_default() += 1;
    }

    pub(super) fn struck(&self, fault: Fault) -> u64 {
        self.struck.get(&fault).copied().unwrap_or_default()
    }
}
