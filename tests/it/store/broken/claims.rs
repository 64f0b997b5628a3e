//! Taking work. Every row that is free and due is taken, of a lane only the first, and of a lane somebody is at none; no
//! other row is touched; of more than are asked for, those that are due longest; and what another is just taking is
//! stepped over.

use std::collections::HashSet;

use clawhatch::store::{Db, Sql, StoreError};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::{
    NOW, add_person, broken, compare, database, is_noticed,
    rows::{NULL, Reader, Row, blank, each, fill, numbered, sql},
};
use crate::{on_both, world::World};

/// How far ahead of the clock a due time is absurd.
const FAR: i64 = 7_200_000;
const UNTIL: i64 = NOW + 60_000;

struct Claim {
    table: &'static str,
    name: &'static str,
    /// No lease of this table lasts longer.
    never: i64,
    /// Whether the row may be taken, apart from its own lease.
    may: fn(&Row, &[Row]) -> bool,
    /// What decides between rows that are due at the same time; nothing where the order is not told.
    then: fn(&Row) -> String,
    ordered_on_postgres: bool,
    left: &'static [(&'static str, &'static str)],
}

/// Why a break changes nothing that could be noticed.
const ALWAYS_TRUE: &str = "it is true of every row, and makes PostgreSQL read the index of what waits";
const FIRST_IS_OPEN: &str = "the first open row of its lane is open; said again for the index of what is open";
const FREE_ITSELF: &str = "a row that is held is not free to be taken anyway";
const INDEX_HAS_IT: &str = "where the index is read, it has this order anyway; it is said so that no other plan changes it";
const ANY_WILL_DO: &str = "it is asked whether anybody is at the lane, and not who; one row makes PostgreSQL content";
const SQLITE_TAKES_ONE: &str = "of what stands for one value SQLite takes the first row by itself";

const CLAIMS: [Claim; 5] = [
    Claim {
        table: "inbox",
        name: "CLAIM",
        never: 300_000,
        may: |row, all| {
            let open = |row: &Row| row.is_null("done_at") && row.is_null("dead_at");
            is_due(row) && open(row) && is_next(row, all, |row| row.get("lane"), |row| row.int("seq"), open)
        },
        then: |row| format!("{:020}", row.int("seq").expect("a number")),
        ordered_on_postgres: false,
        left: &[
            ("t.due_at > 0 -> 1 = 1", ALWAYS_TRUE),
            ("t.due_at > 0 -> t.due_at >= 0", ALWAYS_TRUE),
            ("t.done_at IS NULL -> 1 = 1", FIRST_IS_OPEN),
            ("t.dead_at IS NULL -> 1 = 1", FIRST_IS_OPEN),
            ("perhaps: ORDER BY e.seq -> nothing", INDEX_HAS_IT),
            ("sqlite: LIMIT 1 -> nothing", SQLITE_TAKES_ONE),
            ("e.id <> t.id -> 1 = 1", FREE_ITSELF),
            ("ORDER BY e.seq -> nothing #2", ANY_WILL_DO),
            ("ORDER BY e.seq -> ORDER BY e.seq DESC #2", ANY_WILL_DO),
            ("LIMIT 1 -> nothing #2", ANY_WILL_DO),
            ("perhaps: ORDER BY t.due_at, t.seq -> nothing", INDEX_HAS_IT),
        ],
    },
    Claim {
        table: "outbox",
        name: "CLAIM",
        never: 300_000,
        may: |row, all| {
            is_due(row)
                && row.is_null("done_at")
                && is_next(row, all, |row| row.get("chat_id"), |row| row.get("id"), |row| row.is_null("done_at"))
        },
        then: |row| row.get("id").expect("an id"),
        ordered_on_postgres: false,
        left: &[
            ("t.due_at > 0 -> 1 = 1", ALWAYS_TRUE),
            ("t.due_at > 0 -> t.due_at >= 0", ALWAYS_TRUE),
            ("t.done_at IS NULL -> 1 = 1", FIRST_IS_OPEN),
            ("perhaps: ORDER BY e.id -> nothing", INDEX_HAS_IT),
            ("sqlite: LIMIT 1 -> nothing", SQLITE_TAKES_ONE),
            ("e.id <> t.id -> 1 = 1", FREE_ITSELF),
            ("ORDER BY e.id -> nothing #2", ANY_WILL_DO),
            ("ORDER BY e.id -> ORDER BY e.id DESC #2", ANY_WILL_DO),
            ("LIMIT 1 -> nothing #2", ANY_WILL_DO),
            ("perhaps: ORDER BY t.due_at, t.id -> nothing", INDEX_HAS_IT),
        ],
    },
    Claim {
        table: "claws",
        name: "CLAIM",
        never: 7_200_000,
        may: |row, _| row.int("due_at").is_some_and(|due| due <= NOW) && row.is_null("destroyed_at"),
        then: |_| String::new(),
        ordered_on_postgres: true,
        left: &[("perhaps: ORDER BY t.due_at -> nothing", INDEX_HAS_IT)],
    },
    Claim {
        table: "operations",
        name: "CLAIM",
        never: 7_200_000,
        may: |row, _| row.int("due_at").is_some_and(|due| due <= NOW) && row.is_null("ended_at"),
        then: |_| String::new(),
        ordered_on_postgres: true,
        left: &[("perhaps: ORDER BY t.due_at -> nothing", INDEX_HAS_IT)],
    },
    Claim {
        table: "bots",
        name: "CLAIM_ACCESS",
        never: 3_600_000,
        may: |row, _| row.int("due_at").is_some_and(|due| due <= NOW) && row.is("managed", 1) && !row.is_null("token"),
        then: |_| String::new(),
        ordered_on_postgres: true,
        left: &[("perhaps: ORDER BY t.due_at -> nothing", INDEX_HAS_IT)],
    },
];

pub fn statements() -> Vec<Sql> {
    CLAIMS.iter().map(Claim::statement).collect()
}

fn is_due(row: &Row) -> bool {
    row.int("due_at").is_some_and(|due| due <= NOW || due > NOW + FAR)
}

/// A lease that ends later than any lease can is free.
fn is_held(row: &Row, never: i64) -> bool {
    row.int("lease_until").is_some_and(|until| until > NOW && until <= NOW + never)
}

/// The first of what is open in its lane, and nobody is at another of it.
fn is_next<L: PartialEq, N: PartialOrd>(
    row: &Row,
    all: &[Row],
    lane: fn(&Row) -> L,
    number: fn(&Row) -> N,
    open: impl Fn(&Row) -> bool,
) -> bool {
    let beside = || all.iter().filter(|other| lane(other) == lane(row) && *other != row && open(other));
    beside().all(|other| number(other) > number(row) && !is_held(other, 300_000))
}

impl Claim {
    fn statement(&self) -> Sql {
        super::statement(self.name, &format!("UPDATE {} ", self.table))
    }

    fn may_be_taken(&self, row: &Row, all: &[Row]) -> bool {
        (self.may)(row, all) && !is_held(row, self.never)
    }

    fn taken(&self, row: &Row) -> Row {
        let mut taken = row.clone().with("lease_until", UNTIL);
        taken.adds("fence", 1);
        if self.table == "outbox" && !row.is_null("lease_until") {
            // Whoever held it may have sent it.
            taken.set("unclear", 1);
        }
        taken
    }

    /// Whether this text takes all these rows, of which it may take some, and of fewer the right ones.
    async fn follows(&self, db: &Db, before: &[Row], may: &[&Row], sql: Sql) -> Result<bool, StoreError> {
        let allowed: HashSet<&Row> = may.iter().copied().collect();
        let untouched = before.iter().filter(|row| !allowed.contains(row)).cloned();
        let mut expected: Vec<Row> = may.iter().map(|row| self.taken(row)).chain(untouched).collect();
        expected.sort();
        Ok(self.take(db, sql, 1_000_000).await? == expected && self.takes_the_oldest(db, before, may, sql).await?)
    }

    async fn takes_the_oldest(&self, db: &Db, before: &[Row], may: &[&Row], sql: Sql) -> Result<bool, StoreError> {
        const FEW: usize = 5;
        let after: HashSet<Row> = self.take(db, sql, FEW as i64).await?.into_iter().collect();
        let (taken, waits): (Vec<&Row>, Vec<&Row>) = may.iter().partition(|row| after.contains(&self.taken(row)));
        let untouched = before.iter().filter(|row| after.contains(row)).count();
        let place = |row: &&Row| (row.int("due_at"), (self.then)(row));
        let ordered = db.is_sqlite() || self.ordered_on_postgres;
        let is_oldest = taken.iter().map(place).max() <= waits.iter().map(place).min();
        Ok(taken.len() == FEW && untouched == before.len() - FEW && (!ordered || is_oldest))
    }

    /// The rows after so many were taken; nothing of it stays.
    async fn take(&self, db: &Db, claim: Sql, most: i64) -> Result<Vec<Row>, StoreError> {
        let mut tx = db.begin().await?;
        if !db.is_sqlite() {
            tx.run(sql("PATIENCE", "SET LOCAL lock_timeout = '50ms'".to_owned()), Vec::new()).await?;
        }
        tx.all(claim, vec![NOW.into(), UNTIL.into(), most.into()]).await?;
        Reader::of(self.table).rows(&mut tx).await
    }
}

async fn try_claim(w: &World, claim: &Claim, rows: &[Row]) {
    let db = &database(w).await;
    fill(db, claim.table, rows).await;
    let before = Reader::of(claim.table).rows(&mut db.look().await.expect("a look")).await.expect("rows");
    let mut may: Vec<&Row> = before.iter().filter(|row| claim.may_be_taken(row, &before)).collect();
    // On PostgreSQL somebody else is just taking one of them.
    let mut other = None;
    if !db.is_sqlite() {
        let (table, id) = (claim.table, may.swap_remove(may.len() / 2).get("id").expect("an id"));
        let mut connection = PgConnection::connect(&w.database_url).await.expect("PostgreSQL");
        let lock = format!("BEGIN; SELECT 1 FROM {table} WHERE CAST(id AS TEXT) = '{id}' FOR UPDATE");
        connection.execute(AssertSqlSafe(lock)).await.expect("a lock");
        other = Some(connection);
    }
    let whole = claim.statement();
    assert!(claim.follows(db, &before, &may, whole).await.expect("an answer"), "{} are taken otherwise", claim.table);
    let (made, mut unnoticed) = (broken(db, whole), Vec::new());
    for (what, sql) in &made {
        let noticed = match claim.follows(db, &before, &may, *sql).await {
            Ok(follows) => !follows,
            Err(error) => is_noticed(what, &error),
        };
        if !noticed {
            unnoticed.push(what.clone());
        }
    }
    compare(db, &format!("{} {}", claim.table, claim.name), &made, &unnoticed, claim.left);
    drop(other);
}

/// All leases that make a difference, where none lasts longer than `never`.
fn leases(never: i64) -> [Option<i64>; 6] {
    [None, Some(NOW - 1), Some(NOW), Some(NOW + 1), Some(NOW + never), Some(NOW + never + 1)]
}

/// Rows alone in their lanes in every state, and two in one lane in all pairs of the states that matter there.
fn in_lanes(open: Row, lane: &'static str, ended: impl Fn(Vec<Row>) -> Vec<Row>) -> Vec<Row> {
    let dues = [NOW - 1, NOW, NOW + 1, NOW + FAR, NOW + FAR + 1];
    let mut rows = ended(each(each(vec![open.clone()], "due_at", &dues), "lease_until", &leases(300_000)));
    for (at, row) in rows.iter_mut().enumerate() {
        row.set(lane, 100_000 + at as i64);
    }
    let leases = [None, Some(NOW), Some(NOW + 1), Some(NOW + 300_000), Some(NOW + 300_001)];
    let states = ended(each(each(vec![open], "due_at", &[NOW, NOW + 1]), "lease_until", &leases));
    for (at, one) in states.iter().enumerate() {
        for (beside, other) in states.iter().enumerate() {
            let number = (at * states.len() + beside) as i64;
            rows.extend([one, other].map(|row| row.clone().with(lane, number)));
        }
    }
    rows
}

on_both! {
    async fn no_break_of_taking_updates_is_unnoticed(w: World) {
        let open = blank("inbox").with("body", "x").with("received_at", NOW);
        let ended = |rows: Vec<Row>| {
            let dead = rows.iter().map(|row| row.clone().with("dead_at", NOW - 9)).collect::<Vec<_>>();
            [each(rows, "done_at", &[NULL, Some(NOW - 9)]), dead].concat()
        };
        let mut rows = numbered(in_lanes(open, "lane", ended), "id");
        let last = rows.len() as i64;
        for (at, row) in rows.iter_mut().enumerate() {
            // What comes first by number was stored last.
            row.set("seq", last - at as i64);
        }
        try_claim(&w, &CLAIMS[0], &rows).await;
    }

    async fn no_break_of_taking_messages_is_unnoticed(w: World) {
        let open = blank("outbox").with("act", "show").with("created_at", NOW);
        let mut rows = numbered(in_lanes(open, "chat_id", |rows| each(rows, "done_at", &[NULL, Some(NOW - 9)])), "id");
        rows.reverse();
        try_claim(&w, &CLAIMS[1], &rows).await;
    }

    async fn no_break_of_taking_claws_is_unnoticed(w: World) {
        let person = add_person(&w.app().db, 1).await;
        let texts = ["driver", "spec", "wish", "seen"];
        let living = texts.into_iter().fold(blank("claws"), |row, column| row.with(column, "{}"));
        let living = living.with("person_id", person.to_string()).with("generation", 1).with("created_at", NOW);
        let dues = [None, Some(NOW - 2), Some(NOW - 1), Some(NOW), Some(NOW + 1)];
        let rows = each(each(vec![living], "lease_until", &leases(7_200_000)), "due_at", &dues);
        let mut rows = numbered(each(rows, "destroyed_at", &[NULL, Some(NOW - 9)]), "id");
        for (at, row) in rows.iter_mut().enumerate() {
            row.set("number", at as i64);
            row.set("bot_id", at as i64);
        }
        try_claim(&w, &CLAIMS[2], &rows).await;
    }

    async fn no_break_of_taking_operations_is_unnoticed(w: World) {
        let texts = ["person_id", "kind", "deed", "stage"];
        let open = texts.into_iter().fold(blank("operations"), |row, column| row.with(column, "{}")).with("created_at", NOW);
        let dues = [None, Some(NOW - 2), Some(NOW - 1), Some(NOW), Some(NOW + 1)];
        let rows = each(each(vec![open], "lease_until", &leases(7_200_000)), "due_at", &dues);
        let rows = each(rows, "ended_at", &[NULL, Some(NOW - 9)]);
        let rows = numbered(numbered(rows, "id"), "claw_id");
        try_claim(&w, &CLAIMS[3], &rows).await;
    }

    async fn no_break_of_taking_bots_is_unnoticed(w: World) {
        let person = add_person(&w.app().db, 1).await;
        let bot = blank("bots").with("person_id", person.to_string()).with("username", "b").with("name", "b").with("created_at", NOW);
        let dues = [None, Some(NOW - 2), Some(NOW - 1), Some(NOW), Some(NOW + 1)];
        let rows = each(each(vec![bot], "lease_until", &leases(3_600_000)), "due_at", &dues);
        let mut rows = each(each(rows, "managed", &[0, 1]), "token", &[None, Some("sealed")]);
        for (at, row) in rows.iter_mut().enumerate() {
            row.set("id", at as i64);
        }
        try_claim(&w, &CLAIMS[4], &rows).await;
    }
}
