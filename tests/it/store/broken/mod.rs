//! The statements by which work is taken, held and ended, broken in one place at a time. What each of them does is
//! said a second time here, as a rule in Rust, and tried on rows in every state that matters: the statement as it is
//! does what the rule says, and no break of it does. A break that changes nothing is named with the reason, and the test
//! fails as soon as it is noticed after all, or another is not.

mod breaks;
mod claims;
mod ends;
mod rows;

use clawhatch::store::{Db, Row as Found, Sql, StoreError, Value, statements};

use sqlx::postgres::PgPoolOptions;

use breaks::breaks;
use rows::{Reader, Row};

use super::add_person;
use crate::world::{START, World};

/// The hour of every test here.
const NOW: i64 = START.0;

/// One statement, with the rule it follows.
struct Rule {
    name: &'static str,
    /// What its text holds besides the name, to tell it from others of that name.
    text: &'static str,
    /// The values it is tried with, one after the other.
    tries: fn(&[Row]) -> Vec<Vec<Value>>,
    does: Does,
    /// Breaks that nothing can notice, and why.
    left: &'static [(&'static str, &'static str)],
}

enum Does {
    /// What becomes of all rows of the table.
    Changes(fn(&mut Vec<Row>, &[Value])),
    /// What it answers, a line for each row of the answer.
    Answers(fn(&[Row], &[Value]) -> Vec<String>),
}

/// The world's database, one connection at a time: what a try leaves is taken back before the next begins.
async fn database(w: &World) -> Db {
    if w.app().db.is_sqlite() {
        return w.db().await;
    }
    Db::Postgres(PgPoolOptions::new().max_connections(1).connect(&w.database_url).await.expect("PostgreSQL"))
}

/// The statement of the product.
fn statement(name: &str, text: &str) -> Sql {
    let mut named = statements().into_iter().filter(|sql| sql.name == name && sql.sqlite.contains(text));
    let found = named.next().unwrap_or_else(|| panic!("no statement {name} with {text:?}"));
    assert!(named.next().is_none(), "two statements {name} with {text:?}");
    found
}

/// The ways to break a statement as this database has it.
fn broken(db: &Db, sql: Sql) -> Vec<(String, Sql)> {
    let made = breaks(if db.is_sqlite() { sql.sqlite } else { sql.postgres });
    made.into_iter().map(|made| (made.what, rows::sql(sql.name, made.sql))).collect()
}

/// Whether an error of a broken statement counts as noticed. One that is no SQL any more says nothing of the tests.
fn is_noticed(what: &str, error: &StoreError) -> bool {
    let chain = format!("{error:?}");
    assert!(!chain.contains("syntax error"), "{what}: {chain}");
    true
}

/// Compares the breaks nobody noticed with those that are said to change nothing: on one of the databases or on both,
/// or, with `perhaps`, where the plan the database makes decides whether they show.
fn compare(db: &Db, of: &str, made: &[(String, Sql)], unnoticed: &[String], left: &[(&str, &str)]) {
    let (here, elsewhere) = if db.is_sqlite() { ("sqlite: ", "postgres: ") } else { ("postgres: ", "sqlite: ") };
    eprintln!("{here}{of}: {} breaks, {} noticed", made.len(), made.len() - unnoticed.len());
    let is_left = |what: &String| {
        let names = [format!("{here}{what}"), format!("perhaps: {what}"), what.clone()];
        left.iter().any(|(known, _)| names.iter().any(|name| name == known))
    };
    let surprises: Vec<_> = unnoticed.iter().filter(|what| !is_left(what)).collect();
    assert!(surprises.is_empty(), "{of}: nobody notices {surprises:#?}");
    for (what, why) in left.iter().filter(|(what, _)| !what.starts_with(elsewhere) && !what.starts_with("perhaps: ")) {
        let what = what.trim_start_matches(here);
        assert!(made.iter().any(|(made, _)| made == what), "{of}: nothing is broken like {what}");
        assert!(unnoticed.iter().any(|known| known == what), "{of}: {what} is noticed, though {why}");
    }
}

fn line(row: &Found) -> Result<String, StoreError> {
    let cell = |at: usize| row.maybe_int(at).map(|value| value.map(|value| value.to_string())).or_else(|_| row.maybe_text(at));
    let cells: Result<Vec<_>, _> = (0..row.columns().len()).map(|at| cell(at).map(Option::unwrap_or_default)).collect();
    Ok(cells?.join(" "))
}

/// Whether this text of the statement does what the rule says.
async fn follows(db: &Db, reader: Reader, before: &[Row], rule: &Rule, sql: Sql) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    let mut expected = before.to_vec();
    for values in (rule.tries)(before) {
        let found = tx.all(sql, values.clone()).await?;
        match rule.does {
            Does::Changes(change) => change(&mut expected, &values),
            Does::Answers(answer) => {
                let mut lines = found.iter().map(line).collect::<Result<Vec<_>, _>>()?;
                let mut answers = answer(&expected, &values);
                lines.sort();
                answers.sort();
                if lines != answers {
                    return Ok(false);
                }
            }
        }
    }
    expected.sort();
    Ok(reader.rows(&mut tx).await? == expected)
}

/// Tries the statements of one table, whole and broken.
async fn try_rules(db: &Db, table: &'static str, rules: &[Rule]) {
    let reader = Reader::of(table);
    let before = reader.rows(&mut db.look().await.expect("a look")).await.expect("rows");
    for rule in rules {
        let (sql, of) = (statement(rule.name, rule.text), format!("{table} {}", rule.name));
        assert!(!(rule.tries)(&before).is_empty());
        assert!(follows(db, reader, &before, rule, sql).await.expect("an answer"), "{of} does something else");
        let (made, mut unnoticed) = (broken(db, sql), Vec::new());
        for (what, sql) in &made {
            let noticed = match follows(db, reader, &before, rule, *sql).await {
                Ok(follows) => !follows,
                Err(error) => is_noticed(what, &error),
            };
            if !noticed {
                unnoticed.push(what.clone());
            }
        }
        compare(db, &of, &made, &unnoticed, rule.left);
    }
}

#[test]
fn every_statement_about_leases_is_broken_here() {
    let tried: Vec<Sql> = claims::statements().into_iter().chain(ends::statements()).collect();
    for sql in statements() {
        let is_about_leases = sql.sqlite.contains("fence = ") || sql.sqlite.contains("lease_until ");
        assert!(!is_about_leases || tried.contains(&sql), "{}: {}", sql.name, sql.sqlite);
    }
    assert!(tried.len() > 30, "{}", tried.len());
}
