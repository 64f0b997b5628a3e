//! Bots whose access list is set: done, due again, connected anew, given back.

use super::{
    super::{
        Does::Changes,
        NOW, Rule, add_person, database,
        rows::{NULL, Row, blank, each, fill},
        try_rules,
    },
    ANOTHERS, HELD, HELD_LONGER, OURS, change, for_each, free_doubtful, is_ours, values,
};
use crate::on_both;

/// Who has the first half of the bots.
const ANN: &str = "00000000-0000-0000-0000-000000000001";
const BOB: &str = "00000000-0000-0000-0000-000000000002";

pub const BOTS: &[Rule] = &[
    Rule {
        name: "ACCESS_DONE",
        text: "UPDATE bots ",
        tries: |rows| for_each(rows, "id", values!["[1]", NOW + 5, 3_i64]),
        does: Changes(|rows, values| {
            change(
                rows,
                |row| is_ours(row, values),
                |row| {
                    row.set("access", values[2].clone());
                    row.set("due_at", values[3].clone());
                    row.set("tries", values[4].clone());
                    row.set("lease_until", NULL);
                },
            );
        }),
        left: &[],
    },
    Rule {
        // Whoever is at it works by an older list: what they write does not count.
        name: "ACCESS_DUE",
        text: "UPDATE bots ",
        tries: |rows| rows.iter().map(|row| values![row.int("id"), NOW + 5]).collect(),
        does: Changes(|rows, values| {
            let has_access = |row: &Row| row.is("id", values[0].clone()) && row.is("managed", 1) && !row.is_null("token");
            change(rows, has_access, |row| {
                row.set("due_at", values[1].clone());
                row.adds("fence", 1);
                row.set("lease_until", NULL);
            });
        }),
        left: &[],
    },
    Rule {
        name: "PUT",
        text: "INSERT INTO bots ",
        tries: |rows| {
            let new = |id: Option<i64>, managed: bool| {
                values![id, ANN, "new", "New", managed, b"new token".to_vec(), NOW + 5, NOW, NOW + 6]
            };
            let mut tries: Vec<_> = rows.iter().map(|row| new(row.int("id"), row.is("fence", OURS))).collect();
            tries.push(new(Some(1_000_000), true));
            tries
        },
        does: Changes(|rows, values| {
            let columns = ["id", "person_id", "username", "name", "managed", "token", "due_at", "created_at"];
            let new = columns.into_iter().zip(values).fold(blank("bots"), |row, (column, value)| row.with(column, value.clone()));
            let Some(old) = rows.iter_mut().find(|row| row.is("id", values[0].clone())) else {
                rows.push(new);
                return;
            };
            // One that was made through us stays so in the same hands, also when its token is pasted.
            let managed = old.is("managed", 1) && old.get("person_id") == new.get("person_id") || new.is("managed", 1);
            let kept =
                new.with("managed", i64::from(managed)).with("created_at", old.get("created_at")).with("tries", old.get("tries"));
            *old = kept.with("due_at", values[8].clone()).with("fence", old.int("fence").map(|fence| fence + 1));
        }),
        left: &[],
    },
    Rule {
        name: "KEEP_BOT",
        text: "UPDATE bots ",
        tries: |rows| for_each(rows, "id", values![HELD + 5]),
        does: Changes(|rows, values| {
            let held = |row: &Row| is_ours(row, values) && !row.is_null("lease_until");
            change(rows, held, |row| row.set("lease_until", values[2].clone()));
        }),
        left: &[],
    },
    Rule {
        name: "FREE_BOT",
        text: "UPDATE bots ",
        tries: |rows| for_each(rows, "id", values![HELD]),
        does: Changes(|rows, values| free_doubtful(rows, "id", values)),
        left: &[],
    },
    Rule {
        name: "FREE_BOTS",
        text: "UPDATE bots ",
        tries: |_| vec![values![]],
        does: Changes(|rows, _| change(rows, |_| true, |row| row.set("lease_until", NULL))),
        left: &[(
            "lease_until IS NOT NULL -> 1 = 1",
            "a row without a lease is freed of none; said for the index of what is held",
        )],
    },
];

on_both! {
    async fn no_break_of_ending_access_is_unnoticed(w: World) {
        let db = &database(&w).await;
        let people = [add_person(db, 1).await.to_string(), add_person(db, 2).await.to_string()];
        assert_eq!(people, [ANN, BOB]);
        let bot = blank("bots").with("username", "b").with("name", "b").with("access", "[]").with("due_at", NOW).with("created_at", NOW - 9);
        let rows = each(each(vec![bot], "fence", &[OURS, ANOTHERS]), "lease_until", &[None, Some(HELD), Some(HELD_LONGER)]);
        let rows = each(each(each(rows, "managed", &[0, 1]), "token", &[None, Some("sealed")]), "person_id", &people);
        let mut rows = each(rows, "tries", &[2]);
        for (at, row) in rows.iter_mut().enumerate() {
            row.set("id", at as i64);
        }
        fill(db, "bots", &rows).await;
        try_rules(db, "bots", BOTS).await;
    }
}
