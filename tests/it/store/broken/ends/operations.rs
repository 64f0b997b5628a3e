//! What is asked of claws that run: intended, ended, due again, given back.

use clawhatch::store::Value;

use super::{
    super::{
        Does::Changes,
        NOW, Rule, database,
        rows::{NULL, Row, blank, each, fill, numbered},
        try_rules,
    },
    ANOTHERS, HELD, HELD_LONGER, OURS, change, free_doubtful, is_ours, values,
};
use crate::on_both;

/// Ours by its lease, and not over.
fn is_open(row: &Row, values: &[Value]) -> bool {
    is_ours(row, values) && row.is_null("ended_at")
}

/// The values for row after row, each with a stage of its own. Every seventh is left out.
fn staged(rows: &[Row], rest: impl Fn(usize) -> Vec<Value>) -> Vec<Vec<Value>> {
    let named = rows.iter().enumerate().filter(|(at, _)| at % 7 != 0);
    named.map(|(at, row)| [values![row.get("id"), OURS, format!("{{{at}}}"), 5_i64], rest(at)].concat()).collect()
}

pub const OPERATIONS: &[Rule] = &[
    Rule {
        name: "INTEND",
        text: "UPDATE operations ",
        tries: |rows| staged(rows, |_| values![]),
        does: Changes(|rows, values| {
            change(
                rows,
                |row| is_open(row, values),
                |row| {
                    row.set("stage", values[2].clone());
                    row.set("tries", values[3].clone());
                },
            );
        }),
        left: &[],
    },
    Rule {
        name: "SAVE",
        text: "UPDATE operations ",
        tries: |rows| staged(rows, |at| values![NOW + 5, (at % 2 == 0).then_some(NOW + 6)]),
        does: Changes(|rows, values| {
            change(
                rows,
                |row| is_open(row, values),
                |row| {
                    for (column, value) in ["stage", "tries", "due_at", "ended_at"].into_iter().zip(&values[2..]) {
                        row.set(column, value.clone());
                    }
                    row.set("lease_until", NULL);
                },
            );
        }),
        left: &[],
    },
    Rule {
        name: "KEEP_OPERATION",
        text: "UPDATE operations ",
        tries: |rows| super::for_each(rows, "id", values![HELD + 5]),
        does: Changes(|rows, values| {
            let held = |row: &Row| is_ours(row, values) && !row.is_null("lease_until");
            change(rows, held, |row| row.set("lease_until", values[2].clone()));
        }),
        left: &[],
    },
    Rule {
        name: "FREE_OPERATION",
        text: "UPDATE operations ",
        tries: |rows| super::for_each(rows, "id", values![HELD]),
        does: Changes(|rows, values| free_doubtful(rows, "id", values)),
        left: &[],
    },
    Rule {
        name: "FREE_OPERATIONS",
        text: "UPDATE operations ",
        tries: |_| vec![values![]],
        does: Changes(|rows, _| change(rows, |_| true, |row| row.set("lease_until", NULL))),
        left: &[("lease_until IS NOT NULL -> 1 = 1", "a row without a lease is freed of none")],
    },
];

on_both! {
    async fn no_break_of_ending_operations_is_unnoticed(w: World) {
        let db = &database(&w).await;
        let texts = ["person_id", "kind", "deed", "stage"];
        let open = texts.into_iter().fold(blank("operations"), |row, column| row.with(column, "{}")).with("created_at", NOW);
        let rows = each(each(vec![open], "fence", &[OURS, ANOTHERS]), "lease_until", &[None, Some(HELD), Some(HELD_LONGER)]);
        let rows = each(each(rows, "due_at", &[None, Some(NOW - 1), Some(NOW)]), "ended_at", &[NULL, NULL, Some(NOW - 9)]);
        // One of a kind for each claw.
        let rows = numbered(numbered(rows, "id"), "claw_id");
        fill(db, "operations", &rows).await;
        try_rules(db, "operations", OPERATIONS).await;
    }
}
