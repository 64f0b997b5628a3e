//! Chores and offices: taken, kept, given back, and the gate in front of the places.

use clawhatch::store::Value;

use super::{
    super::{
        Does::{Answers, Changes},
        NOW, Rule, database,
        rows::{NULL, Row, blank, each, fill, numbered},
        try_rules,
    },
    ANOTHERS, HELD, OURS, change, for_each, free_doubtful, values,
};
use crate::on_both;

/// No chore waits longer, and no office is held longer.
const LONGEST_WAIT: i64 = 3_660_000;
const LONGEST_LEASE: i64 = 300_000;

fn may_be_taken(row: &Row) -> bool {
    let is_due = row.int("due_at").is_some_and(|due| due <= NOW || due > NOW + LONGEST_WAIT);
    is_due && row.int("lease_until").is_none_or(|until| until <= NOW || until > NOW + LONGEST_LEASE)
}

fn is_ours(row: &Row, values: &[Value]) -> bool {
    row.is("name", values[0].clone()) && row.is("fence", values[1].clone())
}

pub const SCHEDULES: &[Rule] = &[
    Rule {
        name: "TAKE",
        text: "UPDATE schedules ",
        tries: |rows| {
            let named = rows.iter().enumerate().filter(|(at, _)| at % 7 != 0);
            named.map(|(_, row)| values![row.get("name"), NOW, HELD]).collect()
        },
        does: Changes(|rows, values| {
            change(
                rows,
                |row| row.is("name", values[0].clone()) && may_be_taken(row),
                |row| {
                    row.set("lease_until", values[2].clone());
                    row.adds("fence", 1);
                },
            );
        }),
        left: &[],
    },
    Rule {
        name: "DUE",
        text: " FROM schedules ",
        tries: |_| vec![values![NOW]],
        does: Answers(|rows, _| {
            rows.iter().filter(|row| may_be_taken(row)).map(|row| row.get("name").expect("a name")).collect()
        }),
        left: &[],
    },
    Rule {
        name: "KEEP",
        text: "UPDATE schedules ",
        tries: |rows| for_each(rows, "name", values![HELD + 5]),
        does: Changes(|rows, values| {
            let held = |row: &Row| is_ours(row, values) && !row.is_null("lease_until");
            change(rows, held, |row| row.set("lease_until", values[2].clone()));
        }),
        left: &[],
    },
    Rule {
        name: "GIVE_BACK",
        text: "UPDATE schedules ",
        tries: |rows| for_each(rows, "name", values![NOW + 5]),
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
        name: "HELD",
        text: " FROM schedules ",
        tries: |rows| rows.iter().map(|row| values![row.get("name"), NOW]).collect(),
        does: Answers(|rows, values| {
            let held = |row: &&Row| {
                row.is("name", values[0].clone())
                    && row.int("lease_until").is_some_and(|until| until > NOW && until <= NOW + LONGEST_LEASE)
            };
            vec![rows.iter().filter(held).count().to_string()]
        }),
        left: &[],
    },
    Rule {
        // Nobody else passes until the transaction ends.
        name: "GATE",
        text: "UPDATE schedules ",
        tries: |_| vec![values![]],
        does: Changes(|rows, _| change(rows, |row| row.is("name", "places"), |row| row.adds("fence", 1))),
        left: &[],
    },
    Rule {
        name: "KEEP_SCHEDULE",
        text: "UPDATE schedules ",
        tries: |rows| for_each(rows, "name", values![HELD + 5]),
        does: Changes(|rows, values| {
            let held = |row: &Row| is_ours(row, values) && !row.is_null("lease_until");
            change(rows, held, |row| row.set("lease_until", values[2].clone()));
        }),
        left: &[],
    },
    Rule {
        name: "FREE_SCHEDULE",
        text: "fence = $2",
        tries: |rows| for_each(rows, "name", values![NOW + 1]),
        does: Changes(|rows, values| free_doubtful(rows, "name", values)),
        left: &[],
    },
    Rule {
        name: "FREE_SCHEDULES",
        text: "UPDATE schedules ",
        tries: |_| vec![values![]],
        does: Changes(|rows, _| change(rows, |_| true, |row| row.set("lease_until", NULL))),
        left: &[("lease_until IS NOT NULL -> 1 = 1", "a row without a lease is freed of none")],
    },
];

on_both! {
    async fn no_break_of_holding_offices_is_unnoticed(w: World) {
        let db = &database(&w).await;
        let dues = [NOW - 1, NOW, NOW + 1, NOW + LONGEST_WAIT, NOW + LONGEST_WAIT + 1];
        let leases = [None, Some(NOW - 1), Some(NOW), Some(NOW + 1), Some(NOW + LONGEST_LEASE), Some(NOW + LONGEST_LEASE + 1)];
        let rows = each(each(vec![blank("schedules")], "due_at", &dues), "lease_until", &leases);
        let rows = numbered(each(rows, "fence", &[OURS, ANOTHERS]), "name");
        // Of the product's own only the gate is needed; the places of the others would change with every new chore.
        w.sql("DELETE FROM schedules WHERE name <> 'places'").await;
        fill(db, "schedules", &rows).await;
        try_rules(db, "schedules", SCHEDULES).await;
    }
}
