//! The judge over a run that met deaths. It knows nothing of how the program works: it reads what the stand-ins wrote
//! down, what stands in the chats and in the database, and holds it against a run of the same walk that met none.

use std::collections::{BTreeMap, BTreeSet};

use clawhatch::sandbox::infra::Effect;
use sha2::{Digest as _, Sha256};

use super::{books::Line, evidence::Evidence};

/// No lease lasts so long, in milliseconds.
const LONGEST_LEASE: i64 = 3_600_000;

/// Everything in `run` that must not be, a line each. `plain` is the same walk without a death.
pub fn faults(run: &Evidence, plain: &Evidence) -> Vec<String> {
    let mut faults = Vec::new();
    one_claw(run, plain, &mut faults);
    each_message_once(run, plain, &mut faults);
    nothing_waits(run, &mut faults);
    same_facts(run, plain, &mut faults);
    audit_holds(run, plain, &mut faults);
    nothing_is_told(run, &mut faults);
    faults
}

fn text<'a>(line: &'a Line, column: &str) -> &'a str {
    line.get(column).and_then(|value| value.as_deref()).unwrap_or_default()
}

fn is_null(line: &Line, column: &str) -> bool {
    line.get(column).is_none_or(Option::is_none)
}

/// How often each of these occurs.
fn counted<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(item).or_default() += 1;
    }
    counts
}

/// At the infra: what was made and removed is what a walk without deaths makes and removes, each wish under one key.
fn one_claw(run: &Evidence, plain: &Evidence, faults: &mut Vec<String>) {
    let effects = |evidence: &Evidence, wanted: Effect| evidence.infra.iter().filter(|entry| entry.effect == wanted).count();
    for effect in [Effect::Created, Effect::Changed, Effect::Removed] {
        let (here, there) = (effects(run, effect), effects(plain, effect));
        if here != there {
            faults.push(format!("the infra: {effect:?} {here} times, {there} without a death"));
        }
    }
    let names: BTreeSet<_> = run.infra.iter().map(|entry| (&entry.user_id, &entry.claw_id)).collect();
    if names.len() != plain.infra.iter().map(|entry| (&entry.user_id, &entry.claw_id)).collect::<BTreeSet<_>>().len() {
        faults.push(format!("the infra was asked for these claws: {names:?}"));
    }
    let orders = |evidence: &Evidence| {
        let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for entry in &evidence.infra {
            let order =
                format!("{} {:?} {:?} {:?} {:?}", entry.route, entry.token, entry.model, entry.allow_from, entry.ai_gateway_key);
            keys.entry(format!("{:?}", entry.idempotency_key)).or_default().insert(order);
        }
        keys
    };
    let (here, there) = (orders(run), orders(plain));
    if here.len() != there.len() || here.keys().any(|key| key == "None") {
        faults.push(format!("the infra: these keys, {} without a death: {:?}", there.len(), here.keys()));
    }
    faults.extend(here.iter().filter(|(_, orders)| orders.len() > 1).map(|(key, orders)| format!("{key} means {orders:?}")));
    if run.tended != plain.tended {
        faults.push(format!("done to claws that run: {:?}, and without a death {:?}", run.tended, plain.tended));
    }
    let hosted =
        |evidence: &Evidence| counted(evidence.claws.iter().map(|claw| (claw.model.clone(), format!("{:?}", claw.status))));
    if hosted(run) != hosted(plain) {
        faults.push(format!("these claws are there: {:?}, and without a death {:?}", hosted(run), hosted(plain)));
    }
}

/// Digits pass: the minute, how long something took.
fn timeless(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match (c.is_ascii_digit(), out.ends_with('#')) {
            (true, false) => out.push('#'),
            (true, true) => {}
            (false, _) => out.push(c),
        }
    }
    out
}

/// In each chat stands what stands there without a death, in that order. What stands there besides is a second copy
/// that nobody could know of: a death took the answer to its sending, and its row says so.
fn each_message_once(run: &Evidence, plain: &Evidence, faults: &mut Vec<String>) {
    for ((chat, shown), (_, expected)) in run.chats.iter().zip(&plain.chats) {
        let mut left = expected.iter().map(|(from, text)| (*from, timeless(text))).peekable();
        let mut extra = Vec::new();
        for (from_bot, text) in shown {
            if left.peek() == Some(&(*from_bot, timeless(text))) {
                left.next();
            } else {
                extra.push((*from_bot, text));
            }
        }
        let missing: Vec<_> = left.collect();
        if !missing.is_empty() {
            let calls = run.calls.iter().filter(|call| call.args["chat_id"].as_i64() == Some(chat.0));
            let calls: Vec<String> = calls
                .map(|call| format!("{} {} {} -> {}", call.method, call.args["message_id"], call.args["text"], call.status))
                .collect();
            faults.push(format!("chat {chat} lacks {missing:?}; it shows {shown:?}; its calls:\n    {}", calls.join("\n    ")));
        }
        // Slots: a copy nobody knows of is not edited any more, so it may show what the message first said.
        let id = chat.to_string();
        let unclear = run.outbox.iter().filter(|row| text_is(row, "chat_id", &id) && text_is(row, "unclear", "1")).count();
        let explained = if was_erased(run) { run.deaths } else { unclear.min(run.deaths) };
        if extra.len() > explained {
            faults.push(format!("chat {chat} shows {} messages too many, {explained} of them explained: {extra:?}", extra.len()));
        }
        faults
            .extend(extra.iter().filter(|(from_bot, _)| !from_bot).map(|(_, text)| format!("chat {chat}: who wrote {text:?}?")));
        sent_once(run, *chat, faults);
    }
    let known: BTreeSet<i64> = run.chats.iter().map(|(chat, _)| chat.0).collect();
    for call in run.calls.iter().filter(|call| call.method == "sendMessage" && call.status == 200) {
        if call.args["chat_id"].as_i64().is_none_or(|chat| !known.contains(&chat)) {
            faults.push(format!("written to a chat nobody knows: {}", call.args));
        }
    }
}

fn text_is(line: &Line, column: &str, value: &str) -> bool {
    text(line, column) == value
}

fn was_erased(run: &Evidence) -> bool {
    run.persons.iter().any(|person| !is_null(person, "erased_at"))
}

/// By the journal, deleted messages among them: no text was sent twice, unless a row of the chat says that it may have
/// been; and never a third time for one death.
fn sent_once(run: &Evidence, chat: clawhatch::domain::ids::ChatId, faults: &mut Vec<String>) {
    let to_chat = run.calls.iter().filter(|call| call.args["chat_id"].as_i64() == Some(chat.0));
    let sent = to_chat.filter(|call| call.method.eq_ignore_ascii_case("sendMessage") && call.status == 200);
    let texts = counted(sent.map(|call| timeless(call.args["text"].as_str().unwrap_or_default())));
    let copies: usize = texts.values().map(|count| count - 1).sum();
    let unclear =
        run.outbox.iter().filter(|row| text_is(row, "chat_id", &chat.to_string()) && text_is(row, "unclear", "1")).count();
    let explained = if was_erased(run) { run.deaths } else { unclear.min(run.deaths) };
    if copies > explained {
        let twice: Vec<_> = texts.into_iter().filter(|(_, count)| *count > 1).collect();
        faults.push(format!("chat {chat} was sent {copies} copies, {explained} of them explained by a row: {twice:?}"));
    }
}

/// Nothing waits, nothing is held for ever, nothing was given up.
fn nothing_waits(run: &Evidence, faults: &mut Vec<String>) {
    for row in &run.inbox {
        if is_null(row, "done_at") || !is_null(row, "dead_at") || !is_null(row, "lease_until") || !is_null(row, "body") {
            faults.push(format!("inbox: {row:?}"));
        }
    }
    for row in &run.outbox {
        let well = matches!(text(row, "outcome"), "sent" | "replaced");
        if is_null(row, "done_at") || !well || !is_null(row, "lease_until") && text_is(row, "outcome", "sent") {
            faults.push(format!("outbox: {row:?}"));
        }
    }
    for row in run.claw_rows.iter().chain(&run.bots).chain(&run.operations) {
        if !is_null(row, "lease_until") {
            faults.push(format!("still held: {row:?}"));
        }
    }
    for row in &run.schedules {
        if text(row, "lease_until").parse::<i64>().is_ok_and(|until| until > run.now + LONGEST_LEASE) {
            faults.push(format!("held for ever: {row:?}"));
        }
    }
    for (table, rows) in [("pending_tokens", &run.pending_tokens), ("incidents", &run.incidents), ("alerts", &run.alerts)] {
        faults.extend(rows.iter().map(|row| format!("{table}: {row:?}")));
    }
    let updates = counted(run.inbox.iter().map(|row| text(row, "id")));
    faults.extend(updates.into_iter().filter(|(_, count)| *count > 1).map(|(id, count)| format!("{id} is there {count} times")));
}

/// What is true in the end is what is true without a death.
fn same_facts(run: &Evidence, plain: &Evidence, faults: &mut Vec<String>) {
    fn shape(rows: &[Line], columns: &[&str]) -> BTreeMap<Vec<String>, usize> {
        counted(rows.iter().map(|row| columns.iter().map(|column| masked(text(row, column))).collect()))
    }
    type Table = fn(&Evidence) -> &Vec<Line>;
    let tables: [(&str, Table, &[&str]); 9] = [
        ("persons", |e| &e.persons, &["telegram_id"]),
        ("claws", |e| &e.claw_rows, &["wish", "seen", "generation"]),
        ("operations", |e| &e.operations, &["kind"]),
        ("devices", |e| &e.devices, &["request_id", "state"]),
        ("periods", |e| &e.periods, &["kind"]),
        ("trial_marks", |e| &e.trial_marks, &["kind"]),
        ("bots", |e| &e.bots, &["id"]),
        ("inbox", |e| &e.inbox, &["id", "lane"]),
        ("audit", |e| &e.audit, &["action", "actor"]),
    ];
    for (name, rows, columns) in tables {
        let (here, there) = (shape(rows(run), columns), shape(rows(plain), columns));
        if here != there {
            let more: Vec<_> = here.iter().filter(|(key, count)| there.get(*key) != Some(count)).collect();
            let less: Vec<_> = there.iter().filter(|(key, count)| here.get(*key) != Some(count)).collect();
            faults.push(format!("{name}: {more:?}, and without a death {less:?}"));
        }
    }
    let null = |rows: &[Line], column: &str| rows.iter().filter(|row| is_null(row, column)).count();
    for (name, rows, column) in [
        ("periods", (&run.periods, &plain.periods), "started_at"),
        ("periods", (&run.periods, &plain.periods), "revoked_at"),
        ("operations", (&run.operations, &plain.operations), "ended_at"),
        ("claws", (&run.claw_rows, &plain.claw_rows), "destroyed_at"),
        ("persons", (&run.persons, &plain.persons), "erased_at"),
        ("bots", (&run.bots, &plain.bots), "token"),
    ] {
        if null(rows.0, column) != null(rows.1, column) {
            faults.push(format!(
                "{name}.{column} is empty {} times, and {} without a death",
                null(rows.0, column),
                null(rows.1, column)
            ));
        }
    }
    let said = |evidence: &Evidence| {
        counted(evidence.outbox.iter().filter(|row| !is_null(row, "once")).map(|row| masked(text(row, "once"))))
    };
    if said(run) != said(plain) {
        faults.push(format!("said once: {:?}, and without a death {:?}", said(run), said(plain)));
    }
}

/// Ids and times differ from run to run.
fn masked(text: &str) -> String {
    let is_id = |word: &str| word.len() == 36 && word.matches('-').count() == 4;
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut out = String::new();
    for piece in text.split_inclusive(|c| !word(c)) {
        let end = piece.trim_end_matches(|c| !word(c)).len();
        let (name, after) = piece.split_at(end);
        let is_time = name.len() >= 13 && name.bytes().all(|byte| byte.is_ascii_digit());
        out.push_str(if is_id(name) {
            "ID"
        } else if is_time {
            "TIME"
        } else {
            name
        });
        out.push_str(after);
    }
    out
}

/// The trail is whole, by the program's own word and by ours: numbered from 1 without gaps, and each row is linked to the one before it.
fn audit_holds(run: &Evidence, _plain: &Evidence, faults: &mut Vec<String>) {
    let unbroken = format!("{} rows, unbroken.", run.audit.len());
    if run.verified.trim() != unbroken {
        faults.push(format!("audit verify says {:?}, not {unbroken:?}", run.verified));
    }
    let mut previous = String::new();
    for (at, row) in run.audit.iter().enumerate() {
        let number = (at + 1).to_string();
        if text(row, "number") != number {
            faults.push(format!("audit: row {number} is numbered {:?}", row.get("number")));
            return;
        }
        let mut hash = Sha256::new();
        for field in [&previous, &number]
            .into_iter()
            .map(String::as_str)
            .chain(["id", "at", "actor", "action", "person_id", "claw_id", "detail"].map(|column| text(row, column)))
        {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
        previous = hex::encode(hash.finalize());
        if text(row, "hash") != previous {
            faults.push(format!("audit: row {number} does not fit the one before it"));
            return;
        }
    }
}

/// Nothing secret was printed, written to somebody or kept readable.
fn nothing_is_told(run: &Evidence, faults: &mut Vec<String>) {
    let rows = [&run.outbox, &run.inbox, &run.audit, &run.incidents, &run.alerts, &run.claw_rows];
    let places =
        [("what it said", run.said.clone()), ("its calls", format!("{:?}", run.calls)), ("its rows", format!("{rows:?}"))];
    for (place, content) in places {
        for secret in run.secrets.iter().filter(|secret| !secret.is_empty() && content.contains(secret.as_str())) {
            faults.push(format!("{place} holds the secret {:?}…", &secret[..4.min(secret.len())]));
        }
    }
    if run.said.contains("panicked") {
        faults.push(format!("it panicked:\n{}", run.said));
    }
}
