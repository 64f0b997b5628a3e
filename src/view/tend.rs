//! A claw that runs, as its owner looks after it: devices, backups, what it wrote, what came of what was asked, what ails it.

use crate::{
    domain::{
        card::Busy,
        claw::Ailment,
        device::DeviceState,
        ids::{ClawId, DeviceId},
        operation::Mishap,
        tap::{Minute, Tap, TendTap},
        tending::{BackupLine, DeviceLine, TendNotice, UsageLine},
        time::Time,
    },
    view::{
        Button, Eyes, Screen,
        html::{self, Html},
        page::Page,
        time,
    },
};

/// Lists and log lines take at most this much of a message.
const LIST: usize = 2800;

pub fn screen(eyes: Eyes<'_>, notice: &TendNotice) -> Screen {
    match notice {
        TendNotice::Devices { claw, bot, waiting, paired } => devices(eyes, *claw, bot, waiting, paired),
        TendNotice::DeviceAsks { device, claw, bot, line, state } => device_asks(eyes, *device, *claw, bot, line, *state),
        TendNotice::Backups { claw, bot, backups, busy } => backup_list(eyes, *claw, bot, backups, *busy),
        TendNotice::ConfirmRestore { operation, claw, bot, made, drawn } => Page::new(eyes)
            .say("confirm-restore", &[("bot", bot.into()), ("when", time::absolute(eyes, *made).into())])
            .say("restore-loses", &[])
            .tap("do-restore", Tap::Tend(TendTap::Restore { operation: *operation, drawn: Minute::of(*drawn) }))
            .tap("do-keep-as-is", Tap::Tend(TendTap::Backups(*claw)))
            .done(),
        TendNotice::Logs { claw, bot, lines, usage } => logs(eyes, *claw, bot, lines, usage.as_ref()),
        TendNotice::Done { claw, bot, what } => {
            let page = Page::new(eyes).say(done_words(*what), &[("bot", bot.into())]);
            let more = match what {
                Busy::BackingUp => Some(eyes.tap("do-backups", Tap::Tend(TendTap::Backups(*claw)))),
                Busy::Restarting | Busy::Restoring => None,
            };
            page.row(more).tap("do-open-card", Tap::Card(*claw)).done()
        }
        TendNotice::Failed { claw, bot, what, why, code } => {
            let page = Page::new(eyes).say(failed_words(*what), &[("bot", bot.into())]).say(mishap_words(*why), &[]);
            let page = match code {
                Some(code) => page.code(code),
                None => page,
            };
            page.tap("do-open-card", Tap::Card(*claw)).done()
        }
        TendNotice::Ailing { claw, bot, ailment } => {
            let mend = if ailment.is_token_trouble() {
                eyes.tap("do-new-token", Tap::NewToken(*claw))
            } else {
                eyes.tap("do-restart", Tap::Tend(TendTap::Restart(*claw)))
            };
            Page::new(eyes)
                .say("ailing", &[("bot", bot.into())])
                .add(ailment_words(eyes, *ailment))
                .row([mend])
                .tap("do-open-card", Tap::Card(*claw))
                .done()
        }
    }
}

/// Which version runs, and since when.
pub fn being(eyes: Eyes<'_>, version: Option<&str>, started: Option<Time>) -> Option<Html> {
    let version = html::value(version?);
    Some(match started {
        Some(started) => {
            let up = time::length(eyes, eyes.now.since(started));
            eyes.html("card-being", &[("version", version.into()), ("up", up.into())])
        }
        None => eyes.html("card-version", &[("version", version.into())]),
    })
}

/// What is being done to it.
pub fn busy_words(eyes: Eyes<'_>, busy: Busy) -> Html {
    let id = match busy {
        Busy::Restarting => "busy-restarting",
        Busy::BackingUp => "busy-backing-up",
        Busy::Restoring => "busy-restoring",
    };
    eyes.html(id, &[])
}

/// What ails it, and what helps.
pub fn ailment_words(eyes: Eyes<'_>, ailment: Ailment) -> Html {
    let id = match ailment {
        Ailment::TokenRejected => "ailment-token-rejected",
        Ailment::TokenElsewhere => "ailment-token-elsewhere",
        Ailment::OutOfMemory => "ailment-out-of-memory",
        Ailment::Crashes => "ailment-crashes",
        Ailment::ConfigInvalid => "ailment-config-invalid",
        Ailment::SlowStart => "ailment-slow-start",
        Ailment::ModelRefused => "ailment-model-refused",
        Ailment::DiskFull => "ailment-disk-full",
        Ailment::Other => "ailment-other",
    };
    eyes.html(id, &[])
}

fn done_words(what: Busy) -> &'static str {
    match what {
        Busy::Restarting => "restarted",
        Busy::BackingUp => "backed-up",
        Busy::Restoring => "restored",
    }
}

fn failed_words(what: Busy) -> &'static str {
    match what {
        Busy::Restarting => "restart-failed",
        Busy::BackingUp => "backup-failed",
        Busy::Restoring => "restore-failed",
    }
}

fn mishap_words(why: Mishap) -> &'static str {
    match why {
        Mishap::Gone => "mishap-gone",
        Mishap::DiskFull => "mishap-disk-full",
        Mishap::Failed => "mishap-failed",
        Mishap::Unreached => "mishap-unreached",
        Mishap::Unknown => "mishap-unknown",
        Mishap::Overtaken => "mishap-overtaken",
    }
}

/// A device as it calls itself.
fn device(eyes: Eyes<'_>, line: &DeviceLine) -> Html {
    let name = if line.name.trim().is_empty() { eyes.html("device-unnamed", &[]) } else { html::name(&line.name) };
    if line.platform.trim().is_empty() {
        return name;
    }
    eyes.html("device-named", &[("name", name.into()), ("platform", html::name(&line.platform).into())])
}

fn devices(eyes: Eyes<'_>, claw: ClawId, bot: &str, waiting: &[(DeviceId, DeviceLine)], paired: &[DeviceLine]) -> Screen {
    let mut page = Page::new(eyes).say("devices-title", &[("bot", bot.into())]);
    if waiting.is_empty() && paired.is_empty() {
        page = page.say("devices-none", &[]);
    }
    let more = |left: usize| eyes.html("and-more", &[("n", (left as u64).into())]);
    if !paired.is_empty() {
        let lines = paired.iter().map(|line| eyes.html("devices-paired", &[("device", device(eyes, line).into())])).collect();
        page = page.add(html::list(lines, "\n", LIST / 2, more));
    }
    if !waiting.is_empty() {
        let line = |line: &DeviceLine| {
            let at = time::relative(eyes, line.at.unwrap_or(eyes.now));
            eyes.html("devices-waiting", &[("device", device(eyes, line).into()), ("when", at.into())])
        };
        page = page.add(html::list(waiting.iter().map(|(_, it)| line(it)).collect(), "\n", LIST / 2, more));
    }
    for (id, line) in waiting {
        let who = html::plain_name(if line.name.trim().is_empty() { &line.platform } else { &line.name });
        let who = html::label(&who, 24);
        page = page.row([
            eyes.tap_with("do-let-in-named", &[("name", html::value(&who).into())], Tap::Tend(TendTap::LetIn(*id))),
            eyes.tap("do-turn-away", Tap::Tend(TendTap::TurnAway(*id))),
        ]);
    }
    page.row([eyes.tap("do-refresh", Tap::Tend(TendTap::Devices(claw))), eyes.tap("do-back", Tap::Card(claw))]).done()
}

fn device_asks(eyes: Eyes<'_>, id: DeviceId, claw: ClawId, bot: &str, line: &DeviceLine, state: DeviceState) -> Screen {
    let facts = [("bot", bot.into()), ("device", device(eyes, line).into())];
    let page = Page::new(eyes);
    match state {
        DeviceState::Waiting => page
            .say("device-asks", &facts)
            .say("device-asks-hint", &[])
            .row([
                eyes.tap("do-let-in", Tap::Tend(TendTap::LetIn(id))),
                eyes.tap("do-turn-away", Tap::Tend(TendTap::TurnAway(id))),
            ])
            .done(),
        DeviceState::LettingIn => page.say("device-letting-in", &facts).done(),
        DeviceState::TurningAway => page.say("device-turning-away", &facts).done(),
        DeviceState::LetIn => page.say("device-let-in", &facts).tap("do-devices", Tap::Tend(TendTap::Devices(claw))).done(),
        DeviceState::TurnedAway => page.say("device-turned-away", &facts).done(),
        DeviceState::Gone => page.say("device-gone", &facts).done(),
    }
}

fn backup_list(eyes: Eyes<'_>, claw: ClawId, bot: &str, backups: &[BackupLine], busy: Option<Busy>) -> Screen {
    let mut page = Page::new(eyes).say("backups-title", &[("bot", bot.into())]);
    if backups.is_empty() {
        page = page.say("backups-none", &[]);
    } else {
        let line = |it: &BackupLine| {
            let id = if it.failed { "backups-failed" } else { "backups-line" };
            eyes.html(id, &[("when", time::when(eyes, it.made).into()), ("size", size(it.bytes).into())])
        };
        let more = |left: usize| eyes.html("and-more", &[("n", (left as u64).into())]);
        page = page.add(html::list(backups.iter().map(line).collect(), "\n", LIST, more));
    }
    page = page.add_maybe(busy.map(|busy| busy_words(eyes, busy)));
    if busy.is_none() {
        page = page.tap("do-back-up", Tap::Tend(TendTap::BackUp(claw)));
    }
    for it in backups {
        if let Some(shown) = it.shown {
            let when = html::label(time::absolute(eyes, it.made).as_str(), 28);
            page = page.row([eyes.tap_with(
                "do-ask-restore",
                &[("when", html::value(&when).into())],
                Tap::Tend(TendTap::AskRestore { claw, backup: shown }),
            )]);
        }
    }
    page.row([eyes.tap("do-refresh", Tap::Tend(TendTap::Backups(claw))), eyes.tap("do-back", Tap::Card(claw))]).done()
}

/// "0.4 MB": what a person compares, not what a disk counts.
fn size(bytes: u64) -> Html {
    let tenths = bytes.div_ceil(104_858);
    html::value(&format!("{}.{} MB", tenths / 10, tenths % 10))
}

fn logs(eyes: Eyes<'_>, claw: ClawId, bot: &str, lines: &[String], usage: Option<&UsageLine>) -> Screen {
    let mut page = Page::new(eyes).say("logs-title", &[("bot", bot.into())]);
    if let Some(usage) = usage {
        let usd = html::value(&format!("{}.{:02}", usage.cents / 100, usage.cents % 100));
        let facts = [
            ("input", html::value(&thousands(usage.input_tokens)).into()),
            ("output", html::value(&thousands(usage.output_tokens)).into()),
            ("usd", usd.into()),
        ];
        page = page.say("logs-usage", &facts);
    }
    if lines.is_empty() {
        page = page.say("logs-none", &[]);
    } else {
        // The last ones count: what does not fit is left out at the beginning.
        let mut shown: Vec<Html> = Vec::new();
        let mut room = LIST;
        for line in lines.iter().rev() {
            let line = html::prose(line, 300);
            if line.size() + 1 > room {
                break;
            }
            room -= line.size() + 1;
            shown.push(line);
        }
        shown.reverse();
        page = page.say("logs-lines", &[("lines", html::join(&shown, "\n").into())]);
    }
    let again: Button = eyes.tap("do-refresh", Tap::Tend(TendTap::Logs(claw)));
    page.row([again, eyes.tap("do-back", Tap::Card(claw))]).done()
}

/// "12 345": digits in threes.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}
