//! What can be made to break from the page: each switch says in words what it breaks, knows whether it is on, and can
//! be flipped. A switch for "the next call" goes off by itself when that call has come.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::sandbox::{
    infra::{Fault, InfraStandIn},
    telegram::Telegram,
};

const INFRA_SLOW: Duration = Duration::from_secs(5);
const TELEGRAM_SLOW: Duration = Duration::from_secs(3);
const TELEGRAM_WAIT_SECONDS: u32 = 10;
const TELEGRAM_LIMIT_ALL_MS: i64 = 30_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    InfraSlow,
    InfraFails,
    InfraLost,
    InfraHung,
    InfraGarbled,
    InfraFull,
    InfraUnlisted,
    NodeDeaf,
    NodeFails,
    TelegramLimit,
    TelegramLimitAll,
    TelegramFails,
    TelegramLost,
    TelegramSlow,
    TelegramConflict,
}

/// Name in the page's forms, switch, and what it breaks.
pub(super) const INFRA: [(&str, Switch, &str); 9] = [
    ("infra-slow", Switch::InfraSlow, "The infra thinks for 5 s before every answer"),
    ("infra-fails", Switch::InfraFails, "The infra fails: the next 3 calls do nothing and answer 500"),
    ("infra-lost", Switch::InfraLost, "The infra accepts but its answer gets lost (next call)"),
    ("infra-hung", Switch::InfraHung, "The infra does nothing and never answers (next call)"),
    ("infra-garbled", Switch::InfraGarbled, "The infra accepts but answers with a web page (next call)"),
    ("infra-full", Switch::InfraFull, "The infra has no room for another claw"),
    (
        "infra-unlisted",
        Switch::InfraUnlisted,
        "The infra cannot be asked what it runs: what happens there by itself is not noticed",
    ),
    ("node-deaf", Switch::NodeDeaf, "The clawnode answers no question about a claw (503); what it is told to do it does"),
    ("node-fails", Switch::NodeFails, "The clawnode's disk is full: backups, and putting them back, fail"),
];
pub(super) const TELEGRAM: [(&str, Switch, &str); 6] = [
    ("telegram-limit", Switch::TelegramLimit, "Telegram says “too many requests, wait 10 s” (429) to the next message"),
    ("telegram-limit-all", Switch::TelegramLimitAll, "Telegram says so to every message, for the next 30 s"),
    ("telegram-fails", Switch::TelegramFails, "Telegram fails: the next 3 calls do nothing and answer 502"),
    ("telegram-lost", Switch::TelegramLost, "Telegram does it but its answer gets lost (next call)"),
    ("telegram-slow", Switch::TelegramSlow, "Telegram thinks for 3 s before every answer"),
    ("telegram-conflict", Switch::TelegramConflict, "Another program polls with our bot's token (409)"),
];

/// The switches, with what only the page remembers of them.
pub(super) struct Switches {
    telegram: Telegram,
    infra: InfraStandIn,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    slow: bool,
    /// For a planned fault: how often it had struck when it was planned, and how often it shall.
    planned: BTreeMap<Fault, (u64, u32)>,
}

impl Switches {
    pub fn new(telegram: Telegram, infra: InfraStandIn) -> Switches {
        Switches { telegram, infra, memory: Mutex::default() }
    }

    pub fn named(name: &str) -> Option<Switch> {
        INFRA.iter().chain(&TELEGRAM).find(|(known, ..)| *known == name).map(|(_, switch, _)| *switch)
    }

    pub fn is_on(&self, switch: Switch) -> bool {
        let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = |fault: Fault| {
            let planned = memory.planned.get(&fault);
            planned.is_some_and(|(before, times)| self.infra.struck(fault) < before + u64::from(*times))
        };
        let faults = self.telegram.faults();
        match switch {
            Switch::InfraSlow => memory.slow,
            Switch::InfraFails => waits(Fault::Failed),
            Switch::InfraLost => waits(Fault::Lost),
            Switch::InfraHung => waits(Fault::Hung),
            Switch::InfraGarbled => waits(Fault::Garbled),
            Switch::InfraFull => self.infra.rules().capacity.is_some(),
            Switch::InfraUnlisted => self.infra.rules().unlisted.is_some(),
            Switch::NodeDeaf => self.infra.rules().deaf.is_some(),
            Switch::NodeFails => self.infra.rules().tending_fails.is_some(),
            Switch::TelegramLimit => faults.rate_limit_next.is_some(),
            Switch::TelegramLimitAll => faults.limited_until.is_some_and(|until| until > self.telegram.now()),
            Switch::TelegramFails => faults.fail_next > 0,
            Switch::TelegramLost => faults.lose_answers > 0,
            Switch::TelegramSlow => faults.slow.is_some(),
            Switch::TelegramConflict => faults.conflict,
        }
    }

    /// Turns it on, or off when it is on.
    pub fn flip(&self, switch: Switch) {
        let on = !self.is_on(switch);
        match switch {
            Switch::InfraSlow => {
                self.memory.lock().unwrap_or_else(PoisonError::into_inner).slow = on;
                self.infra.slow(if on { INFRA_SLOW } else { Duration::ZERO });
            }
            Switch::InfraFails => self.plan(Fault::Failed, if on { 3 } else { 0 }),
            Switch::InfraLost => self.plan(Fault::Lost, u32::from(on)),
            Switch::InfraHung => self.plan(Fault::Hung, u32::from(on)),
            Switch::InfraGarbled => self.plan(Fault::Garbled, u32::from(on)),
            Switch::InfraFull => {
                let held = self.infra.claws().len();
                self.infra.rule(|rules| rules.capacity = on.then_some(held));
            }
            Switch::InfraUnlisted => self.infra.rule(|rules| rules.unlisted = on.then_some(404)),
            Switch::NodeDeaf => self.infra.rule(|rules| rules.deaf = on.then_some(503)),
            Switch::NodeFails => self.infra.rule(|rules| rules.tending_fails = on.then_some("disk_full")),
            Switch::TelegramLimit => {
                self.telegram.break_things(|it| it.rate_limit_next = on.then_some((None, TELEGRAM_WAIT_SECONDS)));
            }
            Switch::TelegramLimitAll => {
                let until = self.telegram.now() + TELEGRAM_LIMIT_ALL_MS;
                self.telegram.break_things(|it| it.limited_until = on.then_some(until));
            }
            Switch::TelegramFails => self.telegram.break_things(|it| it.fail_next = if on { 3 } else { 0 }),
            Switch::TelegramLost => self.telegram.break_things(|it| it.lose_answers = u32::from(on)),
            Switch::TelegramSlow => self.telegram.break_things(|it| it.slow = on.then_some(TELEGRAM_SLOW)),
            Switch::TelegramConflict => self.telegram.break_things(|it| it.conflict = on),
        }
    }

    fn plan(&self, fault: Fault, times: u32) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.planned.insert(fault, (self.infra.struck(fault), times));
        self.infra.fault_next(times, fault);
    }
}
