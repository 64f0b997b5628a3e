//! Holding work and ending it. Whoever writes names the number their lease has; a row that is held by somebody else, has
//! ended or is another one is not touched. Nor is a message that is being sent taken back or replaced.

mod bots;
mod claws;
mod messages;
mod offices;
mod operations;
mod updates;

use clawhatch::store::{Sql, Value};

use super::{
    NOW,
    rows::{NULL, Row},
};

const HELD: i64 = NOW + 60_000;
const HELD_LONGER: i64 = NOW + 90_000;
/// The number of the lease that writes.
const OURS: i64 = 7;
const ANOTHERS: i64 = 8;

pub fn statements() -> Vec<Sql> {
    [updates::INBOX, messages::OUTBOX, claws::CLAWS, bots::BOTS, operations::OPERATIONS, offices::SCHEDULES]
        .into_iter()
        .flatten()
        .map(|rule| super::statement(rule.name, rule.text))
        .collect()
}

macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$(clawhatch::store::Value::from($value)),*] };
}
use values;

/// The values for row after row: its key, our number, and what follows. Every seventh is left out: were the key not
/// looked at, it would be touched all the same.
fn for_each(rows: &[Row], key: &str, rest: Vec<Value>) -> Vec<Vec<Value>> {
    let named = rows.iter().enumerate().filter(|(at, _)| at % 7 != 0);
    named.map(|(_, row)| [&[key_of(row, key), OURS.into()], rest.as_slice()].concat()).collect()
}

/// Bots have numbers where others have texts.
fn key_of(row: &Row, key: &str) -> Value {
    match row.is_column("username") {
        true => Value::Int(row.int(key)),
        false => Value::Text(row.get(key)),
    }
}

fn is_ours(row: &Row, values: &[Value]) -> bool {
    row.is("id", values[0].clone()) && row.is("fence", values[1].clone())
}

/// Open, and of the lease that writes.
fn is_open_and_ours(row: &Row, values: &[Value]) -> bool {
    is_ours(row, values) && row.is_null("done_at") && (!row.is_column("dead_at") || row.is_null("dead_at"))
}

fn change(rows: &mut [Row], which: impl Fn(&Row) -> bool, how: impl Fn(&mut Row)) {
    rows.iter_mut().filter(|row| which(row)).for_each(how);
}

/// A lease in doubt is given back where number and end are those that were written.
fn free_doubtful(rows: &mut [Row], key: &str, values: &[Value]) {
    let stands = |row: &Row| {
        row.is(key, values[0].clone()) && row.is("fence", values[1].clone()) && row.is("lease_until", values[2].clone())
    };
    change(rows, stands, |row| row.set("lease_until", NULL));
}
