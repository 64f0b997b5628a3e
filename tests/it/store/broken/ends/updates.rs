//! Updates: done, to be done again, put aside, forgotten, given back.

use clawhatch::store::Value;

use super::{
    super::{
        Does::Changes,
        NOW, Rule, database,
        rows::{NULL, Row, blank, each, fill, numbered},
        try_rules,
    },
    ANOTHERS, HELD, HELD_LONGER, OURS, change, for_each, free_doubtful, is_open_and_ours, is_ours, values,
};
use crate::on_both;

pub const INBOX: &[Rule] = &[
    Rule {
        name: "DONE",
        text: "UPDATE inbox ",
        tries: |rows| for_each(rows, "id", values![NOW]),
        does: Changes(|rows, values| {
            change(
                rows,
                |row| is_open_and_ours(row, values),
                |row| {
                    row.set("done_at", values[2].clone());
                    row.set("body", NULL);
                    row.set("lease_until", NULL);
                },
            );
        }),
        left: &[],
    },
    Rule {
        name: "RETRY",
        text: "UPDATE inbox ",
        tries: |rows| for_each(rows, "id", values![NOW + 5, true]),
        does: Changes(|rows, values| {
            change(
                rows,
                |row| is_open_and_ours(row, values),
                |row| {
                    row.set("due_at", values[2].clone());
                    row.adds("tries", 1);
                    row.set("lease_until", NULL);
                },
            );
        }),
        left: &[],
    },
    Rule {
        name: "DEAD",
        text: "UPDATE inbox ",
        tries: |rows| for_each(rows, "id", values![NOW]),
        does: Changes(|rows, values| {
            change(
                rows,
                |row| is_open_and_ours(row, values),
                |row| {
                    row.set("dead_at", values[2].clone());
                    row.set("lease_until", NULL);
                },
            );
        }),
        left: &[],
    },
    Rule {
        name: "KEEP_INBOX",
        text: "UPDATE inbox ",
        tries: |rows| for_each(rows, "id", values![HELD + 5]),
        does: Changes(|rows, values| {
            let held = |row: &Row| is_ours(row, values) && !row.is_null("lease_until");
            change(rows, held, |row| row.set("lease_until", values[2].clone()));
        }),
        left: &[],
    },
    Rule {
        name: "FREE_INBOX",
        text: "fence = $2",
        tries: |rows| for_each(rows, "id", values![HELD]),
        does: Changes(|rows, values| free_doubtful(rows, "id", values)),
        left: &[],
    },
    Rule {
        name: "FREE_INBOX",
        text: "IS NOT NULL",
        tries: |_| vec![values![]],
        does: Changes(|rows, _| {
            change(rows, |row| row.is_null("done_at") && row.is_null("dead_at"), |row| row.set("lease_until", NULL));
        }),
        left: &[(
            "lease_until IS NOT NULL -> 1 = 1",
            "a row without a lease is freed of none; said for the index of what is held",
        )],
    },
    Rule {
        // What waits for somebody who is being forgotten: done with, unread, but for the row that asks for it.
        name: "EVENTS",
        text: "UPDATE inbox ",
        tries: |rows| {
            let asks: Vec<&Row> = rows.iter().filter(|row| row.is("lane", "5") && row.is("lease_until", HELD)).collect();
            vec![values!["5", asks[0].get("id"), NOW], values!["6", asks[1].get("id"), NOW]]
        },
        does: Changes(|rows, values| {
            let (Value::Text(Some(lane)), asks) = (&values[0], &values[1]) else { panic!("a lane") };
            let theirs = |row: &Row| row.get("lane").is_some_and(|it| it == *lane || it.starts_with(&format!("{lane}:")));
            change(rows, theirs, |row| {
                row.set("lane", "erased");
                row.set("body", NULL);
                if !row.is("id", asks.clone()) {
                    row.set("lease_until", NULL);
                    if row.is_null("dead_at") && row.is_null("done_at") {
                        row.set("done_at", NOW);
                    }
                }
            });
        }),
        left: &[],
    },
];

on_both! {
    async fn no_break_of_ending_updates_is_unnoticed(w: World) {
        let db = &database(&w).await;
        let event = blank("inbox").with("seq", 1).with("body", "x").with("received_at", NOW).with("due_at", NOW);
        let rows = each(each(vec![event], "fence", &[OURS, ANOTHERS]), "lease_until", &[None, Some(HELD), Some(HELD_LONGER)]);
        let rows = each(rows, "lane", &["5", "5:before", "55", "6"]);
        let dead = each(rows.clone(), "dead_at", &[NOW - 9]);
        let rows = [each(rows, "done_at", &[NULL, Some(NOW - 9)]), dead].concat();
        fill(db, "inbox", &numbered(rows, "id")).await;
        try_rules(db, "inbox", INBOX).await;
    }
}
