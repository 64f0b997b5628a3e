//! One open transaction on either database, the values that go into a statement and the rows that come out.

use futures::future::BoxFuture;
use sqlx::{Column as _, PgPool, Postgres, Row as _, Sqlite, pool::PoolConnection, postgres::PgRow, sqlite::SqliteRow};

use crate::{
    domain::ids::PersonId,
    store::{Result, Sql, StoreError, lane::LaneTx, later::Later, patience::patiently},
};

/// A transaction. Dropped without [`Tx::commit`], nothing of it stands.
pub struct Tx {
    pub(super) line: Line,
    /// Writes that nobody has to see yet: they are made together, before anything reads their tables.
    pub(super) later: Vec<Later>,
    /// What lies on the desk of the person this transaction holds.
    pub(super) desk: Option<(PersonId, String)>,
}

/// What a transaction runs on.
pub(super) enum Line {
    /// A turn in SQLite's one writer lane.
    Lane(Box<LaneTx>),
    /// A look at what SQLite has committed; it cannot write.
    Look(PoolConnection<Sqlite>),
    /// PostgreSQL before the first statement: nothing is open, and nothing was asked yet.
    Idle(PgPool),
    Open(sqlx::Transaction<'static, Postgres>),
    /// Each statement stands by itself.
    Single(PoolConnection<Postgres>),
}

/// A statement on its way. It lives on the heap: a use case makes a dozen of them, a door has dozens of use cases, and with
/// all of their states side by side one tap outgrows the stack of a thread.
pub type Statement<'a, T> = BoxFuture<'a, Result<T>>;

/// A value for a placeholder.
#[derive(Clone, Debug)]
pub enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! value_from {
    ($($from:ty => $make:expr),* $(,)?) => { $(
        impl From<$from> for Value {
            fn from(value: $from) -> Value {
                let make: fn($from) -> Value = $make;
                make(value)
            }
        }
    )* };
}

value_from! {
    i64 => |v| Value::Int(Some(v)),
    Option<i64> => Value::Int,
    u32 => |v| Value::Int(Some(i64::from(v))),
    bool => |v| Value::Int(Some(i64::from(v))),
    crate::domain::time::Time => |v| Value::Int(Some(v.0)),
    Option<crate::domain::time::Time> => |v| Value::Int(v.map(|t| t.0)),
    String => |v| Value::Text(Some(v)),
    Option<String> => Value::Text,
    &str => |v| Value::Text(Some(v.to_owned())),
    &String => |v| Value::Text(Some(v.clone())),
    Vec<u8> => |v| Value::Bytes(Some(v)),
    Option<Vec<u8>> => Value::Bytes,
    crate::domain::ids::PersonId => |v| Value::Text(Some(v.to_string())),
    Option<crate::domain::ids::PersonId> => |v| Value::Text(v.map(|id| id.to_string())),
    crate::domain::ids::ClawId => |v| Value::Text(Some(v.to_string())),
    Option<crate::domain::ids::ClawId> => |v| Value::Text(v.map(|id| id.to_string())),
    crate::domain::ids::OutboxId => |v| Value::Text(Some(v.to_string())),
    crate::domain::ids::ConfirmationId => |v| Value::Text(Some(v.to_string())),
    crate::domain::ids::OperationId => |v| Value::Text(Some(v.to_string())),
    crate::domain::ids::DeviceId => |v| Value::Text(Some(v.to_string())),
    crate::domain::ids::PendingTokenId => |v| Value::Text(Some(v.to_string())),
    crate::domain::ids::PeriodId => |v| Value::Text(Some(v.to_string())),
    crate::domain::ids::TelegramId => |v| Value::Int(Some(v.0)),
    Option<crate::domain::ids::TelegramId> => |v| Value::Int(v.map(|id| id.0)),
    crate::domain::ids::ChatId => |v| Value::Int(Some(v.0)),
    crate::domain::ids::MessageId => |v| Value::Int(Some(v.0)),
    Option<crate::domain::ids::MessageId> => |v| Value::Int(v.map(|id| id.0)),
    crate::domain::ids::BotId => |v| Value::Int(Some(v.0)),
}

/// The values of a statement, in the order of its placeholders.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Value::from($value)),*] };
}
pub(super) use values;

/// Binds the values to a query of either database.
macro_rules! bound {
    ($database:ty, $text:expr, $values:expr) => {
        $values.into_iter().fold(sqlx::query::<$database>($text), |query, value| match value {
            $crate::store::Value::Int(value) => query.bind(value),
            $crate::store::Value::Text(value) => query.bind(value),
            $crate::store::Value::Bytes(value) => query.bind(value),
        })
    };
}
pub(super) use bound;

/// Runs a query on whatever the transaction runs on: one expression for SQLite, one for PostgreSQL.
macro_rules! on_line {
    ($line:expr, |$lite:ident| $sqlite:expr, |$pg:ident| $postgres:expr) => {
        match $line {
            Line::Lane(lane) => {
                let $lite = lane.connection();
                $sqlite
            }
            Line::Look(pooled) => {
                let $lite = &mut **pooled;
                $sqlite
            }
            Line::Idle(_) => unreachable!("it was opened just before"),
            Line::Open(transaction) => {
                let $pg = &mut **transaction;
                $postgres
            }
            Line::Single(pooled) => {
                let $pg = &mut **pooled;
                $postgres
            }
        }
    };
}

pub(super) use on_line;

impl Tx {
    pub(super) fn on(line: Line) -> Tx {
        Tx { line, later: Vec::new(), desk: None }
    }

    /// Before a statement: what it may have to see is written, and the transaction is open.
    pub(super) async fn before(&mut self, sql: Sql) -> Result<()> {
        if self.later.iter().any(|later| later.is_named_in(sql.sqlite)) {
            self.write_later().await?;
        }
        self.open().await
    }

    pub(super) async fn open(&mut self) -> Result<()> {
        if let Line::Idle(pool) = &self.line {
            self.line = Line::Open(Box::pin(patiently(pool.begin())).await?);
        }
        Ok(())
    }

    /// Runs a statement; gives how many rows it touched.
    pub fn run(&mut self, sql: Sql, values: Vec<Value>) -> Statement<'_, u64> {
        Box::pin(async move {
            self.before(sql).await?;
            Ok(on_line!(&mut self.line, |lite| bound!(Sqlite, sql.sqlite, values).execute(lite).await?.rows_affected(), |pg| {
                patiently(bound!(Postgres, sql.postgres, values).execute(pg)).await?.rows_affected()
            }))
        })
    }

    /// All rows a statement gives.
    pub fn all(&mut self, sql: Sql, values: Vec<Value>) -> Statement<'_, Vec<Row>> {
        Box::pin(async move {
            self.before(sql).await?;
            Ok(on_line!(
                &mut self.line,
                |lite| bound!(Sqlite, sql.sqlite, values).fetch_all(lite).await?.into_iter().map(Row::Sqlite).collect(),
                |pg| patiently(bound!(Postgres, sql.postgres, values).fetch_all(pg))
                    .await?
                    .into_iter()
                    .map(Row::Postgres)
                    .collect()
            ))
        })
    }

    /// The first row, if any.
    pub async fn find(&mut self, sql: Sql, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.all(sql, values).await?.into_iter().next())
    }

    /// The first column of the first row, a whole number; 0 without a row.
    pub async fn number(&mut self, sql: Sql, values: Vec<Value>) -> Result<i64> {
        self.find(sql, values).await?.map_or(Ok(0), |row| row.int(0_usize))
    }

    /// Makes it all stand. When this returns an error, nothing of it stands (or, on a lost connection to PostgreSQL,
    /// it is not known: the row that caused it tells when it is taken up again).
    pub fn commit(mut self) -> Statement<'static, ()> {
        Box::pin(async move {
            self.write_last().await?;
            match self.line {
                Line::Lane(lane) => lane.commit().await,
                Line::Look(_) | Line::Idle(_) | Line::Single(_) => Ok(()),
                Line::Open(transaction) => patiently(transaction.commit()).await,
            }
        })
    }
}

/// A row of either database. Reading a column that is not there or of another type is an inconsistency of ours.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// A column by name, or by place.
pub trait At: Copy + sqlx::ColumnIndex<SqliteRow> + sqlx::ColumnIndex<PgRow> {}
impl<T: Copy + sqlx::ColumnIndex<SqliteRow> + sqlx::ColumnIndex<PgRow>> At for T {}

macro_rules! reads {
    ($($name:ident -> $type:ty;)*) => { $(
        pub fn $name(&self, at: impl At) -> Result<$type> {
            Ok(match self {
                Row::Sqlite(row) => row.try_get(at)?,
                Row::Postgres(row) => row.try_get(at)?,
            })
        }
    )* };
}

impl Row {
    reads! {
        int -> i64;
        maybe_int -> Option<i64>;
        text -> String;
        maybe_text -> Option<String>;
        bytes -> Vec<u8>;
        maybe_bytes -> Option<Vec<u8>>;
    }

    /// A column that holds 1 or 0.
    pub fn yes(&self, at: impl At) -> Result<bool> {
        Ok(self.int(at)? != 0)
    }

    pub fn time(&self, at: impl At) -> Result<crate::domain::time::Time> {
        self.int(at).map(crate::domain::time::Time)
    }

    pub fn maybe_time(&self, at: impl At) -> Result<Option<crate::domain::time::Time>> {
        Ok(self.maybe_int(at)?.map(crate::domain::time::Time))
    }

    /// A column whose text is an id, or a number of a smaller kind, or anything else that is read from text.
    pub fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&self, table: &'static str, column: &'static str) -> Result<T> {
        self.text(column)?.parse().map_err(|why: T::Err| StoreError::Inconsistent { table, column, why: why.to_string() })
    }

    /// A column whose text is JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&self, table: &'static str, column: &'static str) -> Result<T> {
        from_json(&self.text(column)?, table, column)
    }

    /// The names of the columns, for people who look at the database by hand and for tests.
    pub fn columns(&self) -> Vec<String> {
        match self {
            Row::Sqlite(row) => row.columns().iter().map(|column| column.name().to_owned()).collect(),
            Row::Postgres(row) => row.columns().iter().map(|column| column.name().to_owned()).collect(),
        }
    }
}

pub(super) fn from_json<T: serde::de::DeserializeOwned>(text: &str, table: &'static str, column: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|why| StoreError::Inconsistent { table, column, why: why.to_string() })
}

pub(super) fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our values have string keys and no failing serializers")
}
