//! The judge judged: histories broken by hand, each of which it has to notice, and the one thing it has to forgive.

use clawhatch::sandbox::infra::Effect;

use super::{checker::faults, evidence::Evidence, run_apart, street::Death, walks::Walk};
use crate::world::On;

/// One thing that went wrong.
type Break = (&'static str, fn(&mut Evidence));

/// The first message that says the claw is awake, once more, in the journal and in the chat.
fn awake_twice(run: &mut Evidence) {
    let awake = |text: &str| text.contains("Your claw is awake");
    let call = run.calls.iter().rfind(|call| call.method.eq_ignore_ascii_case("sendMessage") && awake(&call.args.to_string()));
    let call = call.expect("it was said").clone();
    run.calls.push(call);
    let chat = &mut run.chats[0].1;
    let shown = chat.iter().find(|(_, text)| awake(text)).expect("it is shown").clone();
    chat.push(shown);
}

fn row_says_so(run: &mut Evidence) {
    let row = run.outbox.iter_mut().find(|row| row["once"].as_deref().is_some_and(|once| once.starts_with("ready:")));
    row.expect("the row of what was said").insert("unclear", Some("1".to_owned()));
}

const BROKEN: &[Break] = &[
    ("a second claw", |run| {
        let mut made = run.infra.iter().find(|entry| entry.effect == Effect::Created).expect("it was made").clone();
        made.claw_id = "another".to_owned();
        run.infra.push(made);
        let claw = run.claws[0].clone();
        run.claws.push(claw);
    }),
    ("the same claw made twice", |run| {
        let made = run.infra.iter().find(|entry| entry.effect == Effect::Created).expect("it was made").clone();
        run.infra.push(made);
    }),
    ("a repeat under another key", |run| {
        let mut asked = run.infra[0].clone();
        (asked.idempotency_key, asked.effect) = (Some("another".to_owned()), Effect::Nothing);
        run.infra.push(asked);
    }),
    ("another order under the same key", |run| {
        let mut asked = run.infra[0].clone();
        (asked.model, asked.effect) = (Some("another/model".to_owned()), Effect::Nothing);
        run.infra.push(asked);
    }),
    ("no claw", |run| run.claws.clear()),
    ("a message twice, and no row says so", awake_twice),
    ("a message twice, its row says so, and nothing died", |run| {
        awake_twice(run);
        row_says_so(run);
        run.deaths = 0;
    }),
    ("a message three times for one death", |run| {
        awake_twice(run);
        awake_twice(run);
        row_says_so(run);
    }),
    ("a claw restarted once more", |run| run.tended[0].0 += 1),
    ("an operation nobody wished", |run| run.operations.push([("kind", Some("restart".to_owned()))].into())),
    ("a message lost", |run| run.chats[0].1.retain(|(_, text)| !text.contains("Your claw is awake"))),
    ("a message nobody expects", |run| run.chats[0].1.push((true, "Something went wrong".to_owned()))),
    ("a message that waits", |run| drop(run.outbox[0].insert("done_at", None))),
    ("a message given up", |run| drop(run.outbox[0].insert("outcome", Some("gave_up".to_owned())))),
    ("an update that waits", |run| drop(run.inbox[0].insert("done_at", None))),
    ("an update put aside", |run| drop(run.inbox[0].insert("dead_at", Some("1".to_owned())))),
    ("an update lost", |run| drop(run.inbox.remove(0))),
    ("an update twice", |run| {
        let row = run.inbox[0].clone();
        run.inbox.push(row);
    }),
    ("a claw held for ever", |run| drop(run.claw_rows[0].insert("lease_until", Some("9".repeat(15))))),
    ("an office held for ever", |run| drop(run.schedules[0].insert("lease_until", Some("9".repeat(15))))),
    ("a second person", |run| {
        let row = run.persons[0].clone();
        run.persons.push(row);
    }),
    ("a second trial", |run| {
        let row = run.periods[0].clone();
        run.periods.push(row);
    }),
    ("a clock that never started", |run| drop(run.periods[0].insert("started_at", None))),
    ("a pasted token left behind", |run| run.pending_tokens.push([("id", Some("1".to_owned()))].into())),
    ("an incident", |run| run.incidents.push([("code", Some("AAA-AAA".to_owned()))].into())),
    ("an audit row taken out", |run| drop(run.audit.remove(1))),
    ("a trail its verifier finds broken", |run| run.verified = "row 2 of the audit trail was changed or taken out".to_owned()),
    ("an audit row changed", |run| drop(run.audit[1].insert("actor", Some("nobody".to_owned())))),
    ("an audit row that says something happened twice", |run| {
        let row = run.audit[0].clone();
        run.audit.push(row);
    }),
    ("an audit row never written", |run| {
        run.audit.pop();
    }),
    ("a secret printed", |run| run.said.push_str(&run.secrets[0].clone())),
    ("a secret in a row", |run| drop(run.outbox[0].insert("notice", Some(run.secrets[0].clone())))),
    ("a panic", |run| run.said.push_str("thread 'x' panicked at")),
];

#[test]
fn every_broken_history_is_noticed() {
    let plain = run_apart(Walk::Hatch, On::Sqlite, Death::Chunks(Vec::new())).expect("a walk without a death").evidence;
    assert_eq!(faults(&plain, &plain), Vec::<String>::new());
    for (what, happened) in BROKEN {
        let mut run = Evidence { deaths: 1, ..plain.clone() };
        happened(&mut run);
        assert!(!faults(&run, &plain).is_empty(), "it did not notice: {what}");
    }
    let mut forgiven = Evidence { deaths: 1, ..plain.clone() };
    awake_twice(&mut forgiven);
    row_says_so(&mut forgiven);
    assert_eq!(faults(&forgiven, &plain), Vec::<String>::new(), "a second copy that its row tells of");
}
