//! Claws: written back, held, given back.

use super::{
    super::{
        Does::{Answers, Changes},
        NOW, Rule, add_person, database,
        rows::{NULL, Row, ToCell as _, blank, each, fill, numbered},
        try_rules,
    },
    ANOTHERS, HELD, HELD_LONGER, OURS, change, for_each, free_doubtful, is_ours, values,
};
use crate::on_both;

const SAVED: [&str; 16] = [
    "id",
    "title",
    "bot_id",
    "spec",
    "previous",
    "generation",
    "wish",
    "seen",
    "working_since",
    "late",
    "tries",
    "keeps_data",
    "first_ready",
    "destroyed_at",
    "due_at",
    "version",
];

pub const CLAWS: &[Rule] = &[
    Rule {
        // Of a claw that is destroyed nobody keeps a lease: nobody would look at it any more to free it.
        name: "SAVE",
        text: "UPDATE claws ",
        tries: |rows| {
            let saved = |at: usize, row: &Row, destroyed: Option<i64>| {
                let mut values = values![
                    row.get("id"),
                    "t",
                    10_000 + at as i64,
                    "{1}",
                    "{2}",
                    3_i64,
                    "{3}",
                    "{4}",
                    NOW,
                    true,
                    4_i64,
                    true,
                    NOW
                ];
                values.extend(values![destroyed, NOW + 5, 3_i64, 6_i64, NOW, ",8,", "{5}"]);
                values
            };
            rows.iter().enumerate().map(|(at, row)| saved(at, row, (at % 2 == 0).then_some(NOW))).collect()
        },
        does: Changes(|rows, values| {
            let read = |row: &Row| row.is("id", values[0].clone()) && row.is("version", values[15].clone());
            change(rows, read, |row| {
                for (column, value) in SAVED[1..15].iter().copied().zip(&values[1..]) {
                    row.set(column, value.clone());
                }
                for (column, value) in ["asks", "warned_at", "held_bots", "facts"].into_iter().zip(&values[16..]) {
                    row.set(column, value.clone());
                }
                row.adds("version", 1);
                if values[13].cell().is_some() {
                    row.set("lease_until", NULL);
                }
            });
        }),
        left: &[],
    },
    Rule {
        name: "RELEASE",
        text: "UPDATE claws ",
        tries: |rows| for_each(rows, "id", values![NOW + 5]),
        does: Changes(|rows, values| {
            change(
                rows,
                |row| is_ours(row, values),
                |row| {
                    row.set("due_at", values[2].clone());
                    row.set("lease_until", NULL);
                },
            );
        }),
        left: &[],
    },
    Rule {
        name: "HOLDS",
        text: " FROM claws ",
        tries: |rows| for_each(rows, "id", values![]),
        does: Answers(|rows, values| {
            let holds = |row: &&Row| is_ours(row, values) && !row.is_null("lease_until");
            vec![rows.iter().filter(holds).count().to_string()]
        }),
        left: &[],
    },
    Rule {
        name: "OVERDUE",
        text: " FROM claws ",
        tries: |_| vec![values![NOW]],
        does: Answers(|rows, _| {
            let is_free = |row: &Row| row.int("lease_until").is_none_or(|until| until <= NOW);
            let late = rows.iter().filter(|row| row.is_null("destroyed_at") && is_free(row));
            let dues: Vec<i64> = late.filter_map(|row| row.int("due_at")).filter(|due| *due <= NOW).collect();
            vec![format!("{} {}", dues.len(), dues.iter().min().expect("some are late"))]
        }),
        left: &[],
    },
    Rule {
        name: "KEEP_CLAW",
        text: "UPDATE claws ",
        tries: |rows| for_each(rows, "id", values![HELD + 5]),
        does: Changes(|rows, values| {
            let held = |row: &Row| is_ours(row, values) && !row.is_null("lease_until");
            change(rows, held, |row| row.set("lease_until", values[2].clone()));
        }),
        left: &[],
    },
    Rule {
        name: "FREE_CLAW",
        text: "UPDATE claws ",
        tries: |rows| for_each(rows, "id", values![HELD]),
        does: Changes(|rows, values| free_doubtful(rows, "id", values)),
        left: &[],
    },
    Rule {
        name: "FREE_CLAWS",
        text: "UPDATE claws ",
        tries: |_| vec![values![]],
        does: Changes(|rows, _| change(rows, |_| true, |row| row.set("lease_until", NULL))),
        left: &[(
            "lease_until IS NOT NULL -> 1 = 1",
            "a row without a lease is freed of none; said for the index of what is held",
        )],
    },
];

on_both! {
    async fn no_break_of_ending_claws_is_unnoticed(w: World) {
        let db = &database(&w).await;
        let person = add_person(db, 1).await;
        let texts = ["driver", "spec", "wish", "seen"];
        let claw = texts.into_iter().fold(blank("claws"), |row, column| row.with(column, "{}"));
        let claw = claw.with("person_id", person.to_string()).with("generation", 1).with("created_at", NOW);
        let rows = each(each(vec![claw], "fence", &[OURS, ANOTHERS]), "version", &[3, 4]);
        let rows = each(rows, "lease_until", &[None, Some(NOW), Some(NOW + 1), Some(HELD), Some(HELD_LONGER)]);
        let rows = each(each(rows, "due_at", &[None, Some(NOW - 1), Some(NOW), Some(NOW + 1)]), "destroyed_at", &[NULL, NULL, Some(NOW - 9)]);
        let mut rows = numbered(rows, "id");
        for (at, row) in rows.iter_mut().enumerate() {
            row.set("number", at as i64);
            row.set("bot_id", at as i64);
        }
        fill(db, "claws", &rows).await;
        try_rules(db, "claws", CLAWS).await;
    }
}
