//! What can be broken at the stand-in for the infra.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::sandbox::infra::{Fault, InfraStandIn};

const SLOW: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    Slow,
    Fails,
    Lost,
    Hung,
    Garbled,
    Full,
    Unlisted,
    NodeDeaf,
    NodeFails,
}

/// Name in the page's forms, switch, and what it breaks.
pub(super) const ALL: [(&str, Switch, &str); 9] = [
    ("infra-slow", Switch::Slow, "The infra thinks for 5 s before every answer"),
    ("infra-fails", Switch::Fails, "The infra fails: the next 3 calls do nothing and answer 500"),
    ("infra-lost", Switch::Lost, "The infra accepts but its answer gets lost (next call)"),
    ("infra-hung", Switch::Hung, "The infra does nothing and never answers (next call)"),
    ("infra-garbled", Switch::Garbled, "The infra accepts but answers with a web page (next call)"),
    ("infra-full", Switch::Full, "The infra has no room for another claw"),
    ("infra-unlisted", Switch::Unlisted, "The infra cannot be asked what it runs: what happens there by itself is not noticed"),
    ("node-deaf", Switch::NodeDeaf, "The clawnode answers no question about a claw (503); what it is told to do it does"),
    ("node-fails", Switch::NodeFails, "The clawnode's disk is full: backups, and putting them back, fail"),
];

/// The switches, with what only the page remembers of them.
pub(super) struct InfraSwitches {
    infra: InfraStandIn,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    slow: bool,
    /// For a planned fault: how often it had struck when it was planned, and how often it shall.
    planned: BTreeMap<Fault, (u64, u32)>,
}

impl InfraSwitches {
    pub fn new(infra: InfraStandIn) -> InfraSwitches {
        InfraSwitches { infra, memory: Mutex::default() }
    }

    pub fn is_on(&self, switch: Switch) -> bool {
        let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = |fault: Fault| {
            let planned = memory.planned.get(&fault);
            planned.is_some_and(|(before, times)| self.infra.struck(fault) < before + u64::from(*times))
        };
        match switch {
            Switch::Slow => memory.slow,
            Switch::Fails => waits(Fault::Failed),
            Switch::Lost => waits(Fault::Lost),
            Switch::Hung => waits(Fault::Hung),
            Switch::Garbled => waits(Fault::Garbled),
            Switch::Full => self.infra.rules().capacity.is_some(),
            Switch::Unlisted => self.infra.rules().unlisted.is_some(),
            Switch::NodeDeaf => self.infra.rules().deaf.is_some(),
            Switch::NodeFails => self.infra.rules().tending_fails.is_some(),
        }
    }

    pub fn flip(&self, switch: Switch) {
        let on = !self.is_on(switch);
        match switch {
            Switch::Slow => {
                self.memory.lock().unwrap_or_else(PoisonError::into_inner).slow = on;
                self.infra.slow(if on { SLOW } else { Duration::ZERO });
            }
            Switch::Fails => self.plan(Fault::Failed, if on { 3 } else { 0 }),
            Switch::Lost => self.plan(Fault::Lost, u32::from(on)),
            Switch::Hung => self.plan(Fault::Hung, u32::from(on)),
            Switch::Garbled => self.plan(Fault::Garbled, u32::from(on)),
            Switch::Full => {
                let held = self.infra.claws().len();
                self.infra.rule(|rules| rules.capacity = on.then_some(held));
            }
            Switch::Unlisted => self.infra.rule(|rules| rules.unlisted = on.then_some(404)),
            Switch::NodeDeaf => self.infra.rule(|rules| rules.deaf = on.then_some(503)),
            Switch::NodeFails => self.infra.rule(|rules| rules.tending_fails = on.then_some("disk_full")),
        }
    }

    fn plan(&self, fault: Fault, times: u32) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.planned.insert(fault, (self.infra.struck(fault), times));
        self.infra.fault_next(times, fault);
    }
}
