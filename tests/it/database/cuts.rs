//! The connection to PostgreSQL is cut before or after COMMITs, all over a walk from /start to a claw that is awake and
//! on to its end. An outcome nobody was told is not guessed: the row tells, and everything stands once.

use std::collections::BTreeMap;

use clawhatch::sandbox::infra::Effect;
use sqlx::PgPool;

use super::{
    hitch::{Cut, Hitch},
    muddle_through,
};
use crate::world::{On, Someone, World, run};

/// One walk's mark on the world: what Ann reads, what the infra did, and how many rows of each kind there are.
#[derive(Debug, PartialEq, Eq)]
struct Marks {
    chat: Vec<String>,
    effects: Vec<Effect>,
    rows: BTreeMap<String, usize>,
}

impl Marks {
    async fn of(w: &World, ann: Someone<'_>) -> Marks {
        let shown = w.telegram.chat(ann.id, w.bot.id);
        // Some steps had to be waited for, which is nobody's fault here.
        let timeless = |text: &str| {
            let masked = crate::rows::masked(text);
            masked.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect::<String>()
        };
        let chat = shown.iter().map(|shown| format!("{} {}", shown.from_bot, timeless(&shown.text))).collect();
        let effects = w.infra.journal().into_iter().map(|entry| entry.effect);
        let effects = effects.filter(|effect| !matches!(effect, Effect::Nothing | Effect::Replayed)).collect();
        let mut rows = BTreeMap::new();
        for what in [
            "SELECT 'audit ' || action FROM audit",
            "SELECT 'outbox once ' || COALESCE(outcome, 'open') FROM outbox WHERE once IS NOT NULL",
            "SELECT 'inbox ' || CASE WHEN done_at IS NOT NULL THEN 'done' WHEN dead_at IS NOT NULL THEN 'dead' ELSE 'open' END FROM inbox",
            "SELECT 'period ' || kind FROM periods",
            "SELECT 'mark ' || kind FROM trial_marks",
            "SELECT 'claw' FROM claws",
            "SELECT 'incident' FROM incidents",
            "SELECT 'pending token' FROM pending_tokens",
        ] {
            for row in w.texts(what).await {
                *rows.entry(row).or_default() += 1;
            }
        }
        Marks { chat, effects, rows }
    }
}

async fn walk(hitch: Option<(Cut, usize, usize)>) -> (Marks, usize) {
    let w = World::on(On::Postgres).await;
    let wire = Hitch::to(&w.database_url).await;
    let through = wire.url(&w.database_url);
    let w = w.restarted_with(&[("DATABASE_URL", &through)]).await;
    let direct = PgPool::connect(&w.database_url).await.expect("the database, past the wire");
    let ann = w.person(1001, "Ann", "en");
    let token = ann.makes_bot("Helper", "anns_helper_bot");
    if let Some((cut, which, of)) = hitch {
        wire.cut(cut, which, of);
    }
    let says = async |text: &str| {
        w.telegram.says(ann.id, w.bot.id, text);
        muddle_through(&w, &direct).await;
    };
    let taps = async |label: &str| {
        let shown = w.telegram.chat(ann.id, w.bot.id);
        let found = shown.iter().rev().find_map(|shown| {
            let full = shown.buttons.iter().flatten().find(|(text, _)| text.contains(label))?.0.clone();
            Some((shown.message_id, full))
        });
        let Some((message, full)) = found else { panic!("nobody shows a button {label:?} in:\n{}", ann.chat()) };
        w.telegram.taps(ann.id, w.bot.id, message, full.as_str());
        muddle_through(&w, &direct).await;
    };
    says("/start").await;
    for label in ["Hatch", "gree", "token"] {
        taps(label).await;
    }
    says(&token).await;
    for label in ["Use this bot", "Gemini 3 Flash", "Only me", "Start 48"] {
        taps(label).await;
    }
    says("/status").await;
    for label in ["Pause", "Pause"] {
        taps(label).await;
    }
    let (commits, cuts) = wire.mended();
    muddle_through(&w, &direct).await;
    if hitch.is_some() {
        assert!(cuts >= 15, "only {cuts} of {commits} commits were cut");
    }
    (Marks::of(&w, ann).await, commits)
}

fn every_commit_may_be_cut(cut: Cut) {
    run(async {
        let (expected, commits) = walk(None).await;
        assert_eq!(expected.effects.iter().filter(|effect| **effect == Effect::Created).count(), 1);
        assert!(expected.rows["inbox done"] >= 12 && !expected.rows.contains_key("incident"), "{expected:#?}");
        assert!(commits > 100, "{commits}");
        // Each COMMIT of the walk is one of three, and so is cut in one of these worlds.
        for which in 0..3 {
            let (marks, commits) = walk(Some((cut, which, 3))).await;
            assert_eq!(marks, expected, "{cut:?}: one of three of {commits} commits, the {which}th");
        }
    });
}

#[test]
fn a_connection_cut_before_a_commit_loses_and_repeats_nothing() {
    every_commit_may_be_cut(Cut::Before);
}

#[test]
fn a_connection_cut_after_a_commit_loses_and_repeats_nothing() {
    every_commit_may_be_cut(Cut::After);
}
