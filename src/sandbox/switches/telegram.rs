//! What can be broken at Telegram.

use std::time::Duration;

use crate::sandbox::telegram::Telegram;

const SLOW: Duration = Duration::from_secs(3);
const WAIT_SECONDS: u32 = 10;
const LIMIT_ALL_MS: i64 = 30_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    Limit,
    LimitAll,
    Fails,
    Lost,
    Slow,
    Conflict,
}

/// Name in the page's forms, switch, and what it breaks.
pub(super) const ALL: [(&str, Switch, &str); 6] = [
    ("telegram-limit", Switch::Limit, "Telegram says “too many requests, wait 10 s” (429) to the next message"),
    ("telegram-limit-all", Switch::LimitAll, "Telegram says so to every message, for the next 30 s"),
    ("telegram-fails", Switch::Fails, "Telegram fails: the next 3 calls do nothing and answer 502"),
    ("telegram-lost", Switch::Lost, "Telegram does it but its answer gets lost (next call)"),
    ("telegram-slow", Switch::Slow, "Telegram thinks for 3 s before every answer"),
    ("telegram-conflict", Switch::Conflict, "Another program polls with our bot's token (409)"),
];

pub(super) fn is_on(telegram: &Telegram, switch: Switch) -> bool {
    let faults = telegram.faults();
    match switch {
        Switch::Limit => faults.rate_limit_next.is_some(),
        Switch::LimitAll => faults.limited_until.is_some_and(|until| until > telegram.now()),
        Switch::Fails => faults.fail_next > 0,
        Switch::Lost => faults.lose_answers > 0,
        Switch::Slow => faults.slow.is_some(),
        Switch::Conflict => faults.conflict,
    }
}

pub(super) fn flip(telegram: &Telegram, switch: Switch) {
    let on = !is_on(telegram, switch);
    let until = telegram.now() + LIMIT_ALL_MS;
    telegram.break_things(|it| match switch {
        Switch::Limit => it.rate_limit_next = on.then_some((None, WAIT_SECONDS)),
        Switch::LimitAll => it.limited_until = on.then_some(until),
        Switch::Fails => it.fail_next = if on { 3 } else { 0 },
        Switch::Lost => it.lose_answers = u32::from(on),
        Switch::Slow => it.slow = on.then_some(SLOW),
        Switch::Conflict => it.conflict = on,
    });
}
