//! The right side: the clock, our programs, the switches, and what lies in the database and the journal.

use askama::Template;

use crate::{
    domain::{
        ids::{ChatId, TelegramId},
        time::millis,
    },
    sandbox::{
        cast::Role,
        page::here::{Here, clock_face, clock_face_seconds, day},
        program::{Being, Program},
        switches,
        telegram::{BOTFATHER, Call},
    },
};

#[derive(Template)]
#[template(path = "sandbox/clock.html")]
pub(super) struct ClockPart {
    path: String,
    time: String,
    day: String,
    moved: Option<String>,
}

impl ClockPart {
    pub fn of(here: &Here) -> ClockPart {
        let (now, offset) = (here.stage.clock.now().0, here.stage.clock.offset());
        ClockPart { path: here.path(), time: clock_face(now), day: day(now), moved: (offset != 0).then(|| span(offset)) }
    }
}

/// Days and hours in words, such as "1 day 2 h".
fn span(ms: i64) -> String {
    let minutes = ms.abs() / 60_000;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let parts = [(days, if days == 1 { "day" } else { "days" }), (hours, "h"), (minutes, "min")];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n} {unit}")).collect();
    if parts.is_empty() { "less than a minute".into() } else { parts.join(" ") }
}

/// A program of ours: how it is, and what can be done to it.
#[derive(Template)]
#[template(path = "sandbox/program.html")]
pub(super) struct ProgramPart {
    path: String,
    /// Behind the names of what can be done to it.
    which: &'static str,
    being: String,
    running: bool,
    waits: bool,
    starts: u32,
}

impl ProgramPart {
    pub fn of(here: &Here) -> ProgramPart {
        ProgramPart::about(&here.stage.product, here, "", "Nobody answers until you start it again.")
    }

    /// The clawnode, when there is one.
    pub fn of_node(here: &Here) -> Option<ProgramPart> {
        let program = here.stage.backstage.node()?.program();
        Some(ProgramPart::about(program, here, "-node", "Its claws go on, and are met again when you start it."))
    }

    fn about(program: &Program, here: &Here, which: &'static str, killed: &str) -> ProgramPart {
        let (being, running, waits) = match program.being() {
            Being::Running { pid, since } => {
                (format!("Running for {}, process {pid}", span(millis(since.elapsed()))), true, false)
            }
            Being::Killed => (format!("Killed. {killed}"), false, false),
            Being::Died { how } => (format!("Down: {how}. It is started again by itself."), false, true),
        };
        ProgramPart { path: here.path(), which, being, running, waits, starts: program.starts() }
    }
}

#[derive(Template)]
#[template(path = "sandbox/log.html")]
pub(super) struct Log {
    lines: Vec<String>,
}

impl Log {
    pub fn of(here: &Here) -> Log {
        Log { lines: here.stage.product.lines() }
    }

    /// The clawnode's, when there is one.
    pub fn of_node(here: &Here) -> Option<Log> {
        Some(Log { lines: here.stage.backstage.node()?.program().lines() })
    }
}

#[derive(Template)]
#[template(path = "sandbox/switches.html")]
pub(super) struct SwitchesPart {
    path: String,
    groups: Vec<(&'static str, Vec<switches::Shown>)>,
    name: &'static str,
    bot: String,
    blocked: bool,
    can_block: bool,
}

impl SwitchesPart {
    pub fn of(here: &Here) -> SwitchesPart {
        SwitchesPart {
            path: here.path(),
            groups: here.stage.switches.groups(),
            name: here.role.name,
            bot: here.chat.name.clone(),
            blocked: here.is_blocked(),
            can_block: here.is_started() && here.chat.id != BOTFATHER,
        }
    }
}

pub(super) fn person(id: TelegramId) -> String {
    Role::of(id).map_or_else(|| id.to_string(), |role| role.name.to_owned())
}

#[derive(Template)]
#[template(path = "sandbox/outbox.html")]
pub(super) struct Outbox {
    open: i64,
    rows: Vec<OutboxRow>,
}

struct OutboxRow {
    at: String,
    to: String,
    what: String,
    slot: String,
    outcome: String,
    waits: bool,
}

impl Outbox {
    pub fn of(here: &Here) -> Outbox {
        let pages = here.stage.ledger.pages();
        let row = |it: &crate::store::OutboxGlance| {
            let tries = if it.tries > 0 { format!(", {} tries", it.tries) } else { String::new() };
            let unclear = if it.unclear { ", unclear" } else { "" };
            OutboxRow {
                at: clock_face_seconds(it.created.0),
                to: chat(it.chat),
                what: it.notice.clone().unwrap_or_else(|| it.act.clone()),
                slot: it.slot.clone().unwrap_or_default(),
                outcome: format!("{}{tries}{unclear}", it.outcome.as_deref().unwrap_or("waits")),
                waits: it.outcome.is_none(),
            }
        };
        Outbox { open: pages.open, rows: pages.outbox.iter().map(row).collect() }
    }
}

fn chat(id: ChatId) -> String {
    person(TelegramId(id.0))
}

#[derive(Template)]
#[template(path = "sandbox/audit.html")]
pub(super) struct Audit {
    rows: Vec<AuditLine>,
}

struct AuditLine {
    at: String,
    number: String,
    actor: String,
    action: String,
    detail: String,
}

impl Audit {
    pub fn of(here: &Here) -> Audit {
        let line = |it: &crate::store::AuditRow| AuditLine {
            at: clock_face_seconds(it.at.0),
            number: it.number.map_or_else(|| "not sealed yet".to_owned(), |number| number.to_string()),
            actor: actor(&it.actor),
            action: it.action.clone(),
            detail: if it.detail == "{}" { String::new() } else { it.detail.clone() },
        };
        Audit { rows: here.stage.ledger.pages().audit.iter().map(line).collect() }
    }
}

/// `admin:9001` as "admin Olga"; a person's own id cut short.
fn actor(actor: &str) -> String {
    match actor.split_once(':') {
        Some((kind, id)) => match id.parse() {
            Ok(id) => format!("{kind} {}", person(TelegramId(id))),
            Err(_) => format!("{kind} …{}", id.chars().skip(id.chars().count().saturating_sub(6)).collect::<String>()),
        },
        None => actor.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "sandbox/calls.html")]
pub(super) struct Calls {
    rows: Vec<CallRow>,
}

struct CallRow {
    at: String,
    method: String,
    args: String,
    status: u16,
    what: String,
    failed: bool,
}

const CALLS: usize = 30;

impl Calls {
    pub fn of(here: &Here) -> Calls {
        let journal = here.stage.telegram.journal();
        let told = journal.iter().rev().filter(|call| !call.method.eq_ignore_ascii_case("getUpdates"));
        Calls { rows: told.take(CALLS).map(call_row).collect() }
    }
}

fn call_row(call: &Call) -> CallRow {
    let field = |name: &str| call.args.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let to = field("chat_id").and_then(|id| id.parse().ok()).map(|id| person(TelegramId(id)));
    let text = field("text").map(|text| text.lines().next().unwrap_or_default().chars().take(70).collect::<String>());
    let args: Vec<String> = [to, field("message_id").map(|id| format!("#{id}")), text].into_iter().flatten().collect();
    let why = call.answer.get("description").and_then(serde_json::Value::as_str);
    CallRow {
        at: clock_face_seconds(call.at),
        method: call.method.clone(),
        args: args.join(" "),
        status: call.status,
        what: if call.lost { "answer lost".into() } else { why.unwrap_or_default().to_owned() },
        failed: call.status != 200 || call.lost,
    }
}
