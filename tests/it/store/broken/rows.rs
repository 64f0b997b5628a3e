//! Tables of waiting work filled with rows in every state that matters, read back whole.

use std::collections::BTreeMap;

use clawhatch::store::{Db, Sql, StoreError, Tx, Value};

/// The tables, with the kind of each column: `i` a whole number, `t` a text, `b` bytes.
const TABLES: [(&str, &str); 6] = [
    ("inbox", "id:t seq:i lane:t body:b received_at:i due_at:i lease_until:i fence:i tries:i done_at:i dead_at:i"),
    (
        "outbox",
        "id:t chat_id:i act:t slot:t fresh:i message_id:i once:t notice:t created_at:i due_at:i lease_until:i fence:i tries:i \
         unclear:i done_at:i outcome:t",
    ),
    (
        "claws",
        "id:t person_id:t number:i driver:t title:t bot_id:i spec:t previous:t generation:i asks:i wish:t seen:t working_since:i \
         late:i tries:i keeps_data:i first_ready:i warned_at:i destroyed_at:i created_at:i version:i due_at:i lease_until:i \
         fence:i held_bots:t facts:t",
    ),
    ("bots", "id:i person_id:t username:t name:t managed:i token:b access:t due_at:i lease_until:i fence:i tries:i created_at:i"),
    (
        "operations",
        "id:t claw_id:t person_id:t kind:t subject:t deed:t stage:t tries:i created_at:i due_at:i lease_until:i fence:i ended_at:i",
    ),
    ("schedules", "name:t due_at:i lease_until:i fence:i"),
];

/// What stands in one column, as text; nothing for NULL.
type Cell = Option<String>;

/// One row, by its columns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row(BTreeMap<&'static str, Cell>);

/// What can be put into a column.
pub trait ToCell {
    fn cell(&self) -> Cell;
}

impl ToCell for i64 {
    fn cell(&self) -> Cell {
        Some(self.to_string())
    }
}

impl ToCell for &str {
    fn cell(&self) -> Cell {
        Some((*self).to_owned())
    }
}

impl ToCell for String {
    fn cell(&self) -> Cell {
        Some(self.clone())
    }
}

impl<T: ToCell> ToCell for Option<T> {
    fn cell(&self) -> Cell {
        self.as_ref().and_then(ToCell::cell)
    }
}

/// As a statement was given it.
impl ToCell for Value {
    fn cell(&self) -> Cell {
        match self {
            Value::Int(value) => value.map(|value| value.to_string()),
            Value::Text(value) => value.clone(),
            Value::Bytes(value) => value.as_ref().map(|bytes| String::from_utf8(bytes.clone()).expect("bytes of a text")),
        }
    }
}

pub const NULL: Option<i64> = None;

impl Row {
    pub fn with(mut self, column: &'static str, value: impl ToCell) -> Row {
        self.set(column, value);
        self
    }

    pub fn set(&mut self, column: &'static str, value: impl ToCell) {
        self.0.insert(column, value.cell());
    }

    pub fn get(&self, column: &str) -> Cell {
        self.0.get(column).unwrap_or_else(|| panic!("no column {column}")).clone()
    }

    pub fn is_column(&self, column: &str) -> bool {
        self.0.contains_key(column)
    }

    /// A whole number, if one stands there.
    pub fn int(&self, column: &str) -> Option<i64> {
        self.get(column).map(|text| text.parse().expect("a whole number"))
    }

    pub fn is_null(&self, column: &str) -> bool {
        self.get(column).is_none()
    }

    pub fn is(&self, column: &str, value: impl ToCell) -> bool {
        value.cell().is_some() && self.get(column) == value.cell()
    }

    pub fn adds(&mut self, column: &'static str, by: i64) {
        self.set(column, self.int(column).expect("a number") + by);
    }
}

fn columns(table: &str) -> Vec<(&'static str, &'static str)> {
    let (_, columns) = TABLES.iter().find(|(name, _)| *name == table).expect("a known table");
    columns.split_whitespace().map(|column| column.split_once(':').expect("a column and its kind")).collect()
}

/// A row in which nothing stands but what a new one has.
pub fn blank(table: &str) -> Row {
    let zero = ["fence", "tries", "late", "keeps_data", "unclear", "fresh", "version", "asks"];
    let cell = |column: &str| match column {
        "held_bots" | "subject" => "".cell(),
        column if zero.contains(&column) => 0_i64.cell(),
        _ => None,
    };
    Row(columns(table).into_iter().map(|(column, _)| (column, cell(column))).collect())
}

/// Each of these rows in each of the states: one for every value of the column.
pub fn each<T: ToCell>(rows: Vec<Row>, column: &'static str, values: &[T]) -> Vec<Row> {
    rows.iter().flat_map(|row| values.iter().map(|value| row.clone().with(column, value.cell()))).collect()
}

/// The rows, each with a key of its own in `column`, in their order.
pub fn numbered(rows: Vec<Row>, column: &'static str) -> Vec<Row> {
    rows.into_iter().enumerate().map(|(at, row)| row.with(column, format!("{at:05}"))).collect()
}

/// A statement that is ours alone.
pub fn sql(name: &'static str, text: String) -> Sql {
    // As long as the test runs, as statements live for ever.
    let text: &'static str = text.leak();
    Sql { name, sqlite: text, postgres: text }
}

/// Puts the rows into their table.
pub async fn fill(db: &Db, table: &str, rows: &[Row]) {
    let columns = columns(table);
    let names: Vec<&str> = columns.iter().map(|(column, _)| *column).collect();
    let places: Vec<String> = (1..=columns.len()).map(|at| format!("${at}")).collect();
    let insert = sql("PUT", format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", ")));
    let mut tx = db.begin().await.expect("a transaction");
    for row in rows {
        let values = columns.iter().map(|(column, kind)| match *kind {
            "i" => Value::Int(row.int(column)),
            "t" => Value::Text(row.get(column)),
            _ => Value::Bytes(row.get(column).map(String::into_bytes)),
        });
        tx.run(insert, values.collect()).await.expect("a row");
    }
    tx.commit().await.expect("a commit");
}

/// Reads tables as they stand now.
#[derive(Clone, Copy)]
pub struct Reader {
    table: &'static str,
    select: Sql,
}

impl Reader {
    pub fn of(table: &'static str) -> Reader {
        let names: Vec<&str> = columns(table).into_iter().map(|(column, _)| column).collect();
        Reader { table, select: sql("READ", format!("SELECT {} FROM {table}", names.join(", "))) }
    }

    /// All rows, in the order of their columns.
    pub async fn rows(self, tx: &mut Tx) -> Result<Vec<Row>, StoreError> {
        let columns = columns(self.table);
        let mut rows = Vec::new();
        for found in tx.all(self.select, Vec::new()).await? {
            let mut row = Row(BTreeMap::new());
            for (column, kind) in &columns {
                let cell = match *kind {
                    "i" => found.maybe_int(*column)?.cell(),
                    "t" => found.maybe_text(*column)?,
                    _ => found.maybe_bytes(*column)?.map(|bytes| String::from_utf8(bytes).expect("bytes of a text")),
                };
                row.0.insert(column, cell);
            }
            rows.push(row);
        }
        rows.sort();
        Ok(rows)
    }
}
