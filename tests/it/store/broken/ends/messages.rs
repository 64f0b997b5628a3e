//! Messages: sent, to be sent again, replaced, withdrawn, given back.

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

fn is_free_and_open(row: &Row) -> bool {
    row.is_null("done_at") && row.is_null("lease_until")
}

pub const OUTBOX: &[Rule] = &[
    Rule {
        name: "DONE",
        text: "UPDATE outbox ",
        tries: |rows| for_each(rows, "id", values![NOW, "sent", true]),
        does: Changes(|rows, values| {
            change(
                rows,
                |row| is_open_and_ours(row, values),
                |row| {
                    row.set("done_at", values[2].clone());
                    row.set("outcome", values[3].clone());
                    row.set("unclear", values[4].clone());
                    row.set("lease_until", NULL);
                },
            );
        }),
        left: &[],
    },
    Rule {
        name: "RETRY",
        text: "UPDATE outbox ",
        tries: |rows| for_each(rows, "id", values![NOW + 5, true, true]),
        does: Changes(|rows, values| {
            change(
                rows,
                |row| is_open_and_ours(row, values),
                |row| {
                    row.set("due_at", values[2].clone());
                    row.adds("tries", 1);
                    row.set("unclear", values[4].clone());
                    row.set("lease_until", NULL);
                },
            );
        }),
        left: &[],
    },
    Rule {
        // The new one is in its place by now.
        name: "REPLACED",
        text: "UPDATE outbox ",
        tries: |rows| {
            let new = rows
                .iter()
                .find(|row| row.is("chat_id", 5) && row.is("slot", "screen") && may_be_replaced(row))
                .expect("a new one");
            vec![values![5_i64, "screen", NOW, new.get("id")]]
        },
        does: Changes(|rows, values| {
            let older = |row: &Row| {
                row.is("chat_id", values[0].clone()) && row.is("slot", values[1].clone()) && !row.is("id", values[3].clone())
            };
            change(
                rows,
                |row| older(row) && may_be_replaced(row),
                |row| {
                    row.set("done_at", values[2].clone());
                    row.set("outcome", "replaced");
                    row.set("notice", NULL);
                },
            );
        }),
        left: &[],
    },
    Rule {
        // It takes over from what it replaces: the place at the bottom, and the wait a chat was told.
        name: "OVER",
        text: "INSERT INTO outbox ",
        tries: |_| {
            let new = |id: &str, slot: &str, fresh: bool, once: Option<&str>, due: i64| {
                values![id, 5_i64, "show", slot, fresh, NULL, once.map(str::to_owned), "new", NOW, due]
            };
            vec![
                new("a", "screen", false, Some("once"), NOW),
                new("b", "screen", false, Some("once"), NOW),
                new("c", "empty", false, None, NOW),
                new("d", "empty", true, None, NOW + 3),
                new("e", "operation:1", true, None, NOW + 999_999_999),
            ]
        },
        does: Changes(|rows, values| {
            let [Value::Int(fresh), Value::Int(due)] = [&values[4], &values[9]] else { panic!("numbers") };
            let (mut fresh, mut due) = (*fresh, *due);
            if rows.iter().any(|row| row.is("once", values[6].clone())) {
                return;
            }
            for row in rows.iter() {
                if row.is("chat_id", values[1].clone()) && row.is("slot", values[3].clone()) && may_be_replaced(row) {
                    (fresh, due) = (fresh.max(row.int("fresh")), due.max(row.int("due_at")));
                }
            }
            let columns = ["id", "chat_id", "act", "slot", "fresh", "message_id", "once", "notice", "created_at"];
            let new =
                columns.into_iter().zip(values).fold(blank("outbox"), |row, (column, value)| row.with(column, value.clone()));
            rows.push(new.with("fresh", fresh).with("due_at", due));
        }),
        left: &[
            ("w.fresh > $5 -> w.fresh >= $5", "of two that are equal either may be taken"),
            ("w.due_at > $10 -> w.due_at >= $10", "of two that are equal either may be taken"),
        ],
    },
    Rule {
        name: "DROP_FOR_CHAT",
        text: "UPDATE outbox ",
        tries: |_| vec![values![5_i64, NOW]],
        does: Changes(|rows, values| {
            change(
                rows,
                |row| row.is("chat_id", values[0].clone()) && is_free_and_open(row),
                |row| {
                    row.set("done_at", values[1].clone());
                    row.set("outcome", "blocked");
                    row.set("notice", NULL);
                },
            );
        }),
        left: &[],
    },
    Rule {
        name: "WITHDRAW",
        text: "DELETE FROM outbox ",
        tries: |_| vec![values![5_i64, "screen"]],
        does: Changes(|rows, values| {
            rows.retain(|row| {
                !(row.is("chat_id", values[0].clone()) && row.is("slot", values[1].clone()) && is_free_and_open(row))
            });
        }),
        left: &[],
    },
    Rule {
        name: "KEEP_OUTBOX",
        text: "UPDATE outbox ",
        tries: |rows| for_each(rows, "id", values![HELD + 5]),
        does: Changes(|rows, values| {
            let held = |row: &Row| is_ours(row, values) && !row.is_null("lease_until");
            change(rows, held, |row| row.set("lease_until", values[2].clone()));
        }),
        left: &[],
    },
    Rule {
        name: "FREE_OUTBOX",
        text: "fence = $2",
        tries: |rows| for_each(rows, "id", values![HELD]),
        does: Changes(|rows, values| free_doubtful(rows, "id", values)),
        left: &[],
    },
    Rule {
        // Whoever held it may have sent it.
        name: "FREE_OUTBOX",
        text: "IS NOT NULL",
        tries: |_| vec![values![]],
        does: Changes(|rows, _| {
            change(
                rows,
                |row| row.is_null("done_at") && !row.is_null("lease_until"),
                |row| {
                    row.set("lease_until", NULL);
                    row.set("unclear", 1);
                },
            );
        }),
        left: &[],
    },
];

fn may_be_replaced(row: &Row) -> bool {
    is_free_and_open(row) && row.is("tries", 0)
}

on_both! {
    async fn no_break_of_ending_messages_is_unnoticed(w: World) {
        let db = &database(&w).await;
        let message = blank("outbox").with("act", "show").with("notice", "n").with("created_at", NOW);
        let rows = each(each(vec![message], "fence", &[OURS, ANOTHERS]), "lease_until", &[None, Some(HELD), Some(HELD_LONGER)]);
        let rows = each(each(rows, "tries", &[0, 2]), "done_at", &[NULL, Some(NOW - 9)]);
        let rows = each(each(rows, "chat_id", &[5, 6]), "slot", &[None, Some("screen"), Some("operation:1")]);
        let mut rows = numbered(rows, "id");
        for (at, row) in rows.iter_mut().enumerate() {
            // Whatever may not be replaced is due later and moves to the bottom: it would show if it counted.
            let is_other = !may_be_replaced(row) || !row.is("chat_id", 5) || !row.is("slot", "screen");
            row.set("due_at", NOW + 1000 + at as i64 + if is_other { 100_000 } else { 0 });
            row.set("fresh", i64::from(is_other || row.is("fence", ANOTHERS)));
        }
        fill(db, "outbox", &rows).await;
        try_rules(db, "outbox", OUTBOX).await;
    }
}
