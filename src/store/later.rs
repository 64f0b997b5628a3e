//! Writes that can wait until the end of their transaction. Each statement on its own costs a way to the database and
//! back, and the way is dearer than the statement: so what nobody has to read yet is collected and written in one go,
//! with the commit or before the first statement that names its table.
//!
//! SQLite is given the statements one after the other in one text. PostgreSQL takes one statement at a time, so there
//! each becomes a `WITH` of a single one: they all see the rows as they were before, which is why writes that change
//! rows of one table are never put together. A transaction that does nothing else is that one statement, and needs no
//! BEGIN and no COMMIT.

use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Either, Executor as _, PgConnection, Postgres, Sqlite, SqliteConnection};

use crate::store::{
    Result, Sql, StoreError, Tx, Value,
    patience::patiently,
    tx::{Line, bound},
};

/// PostgreSQL's code for a division by zero.
const DIVISION_BY_ZERO: &str = "22012";

/// One write that waits.
pub struct Later {
    table: &'static str,
    sql: Sql,
    values: Vec<Value>,
    /// The row it has to change; when it is not ours any more, nothing of the transaction may stand.
    must: Option<String>,
}

impl Later {
    /// A write to `table`.
    pub fn new(table: &'static str, sql: Sql, values: Vec<Value>) -> Later {
        Later { table, sql, values, must: None }
    }

    /// A write that must change exactly one row, `id`, or else the lease on it is lost.
    pub fn must(table: &'static str, sql: Sql, values: Vec<Value>, id: &str) -> Later {
        Later { table, sql, values, must: Some(id.to_owned()) }
    }

    pub fn is_named_in(&self, text: &str) -> bool {
        text.contains(self.table)
    }

    /// Plain new rows never meet.
    fn goes_with(&self, other: &Later) -> bool {
        let adds = |later: &Later| later.sql.sqlite.starts_with("INSERT") && later.sql.sqlite.contains(" VALUES ");
        self.table != other.table || (adds(self) && adds(other))
    }

    fn lost(&self) -> StoreError {
        StoreError::LeaseLost { table: self.table, id: self.must.clone().unwrap_or_default() }
    }
}

impl Tx {
    /// Puts a group of writes off. Those of one group may change the same table, as they are made in their order and
    /// do not touch the same rows.
    pub(super) async fn put_off(&mut self, group: Vec<Later>) -> Result<()> {
        if group.iter().any(|new| self.later.iter().any(|waiting| !waiting.goes_with(new))) {
            self.write_later().await?;
        }
        self.later.extend(group);
        Ok(())
    }

    /// Makes the writes that wait; more may follow.
    pub(super) async fn write_later(&mut self) -> Result<()> {
        if !self.later.is_empty() {
            self.open().await?;
            self.write_last().await?;
        }
        Ok(())
    }

    /// Makes the writes that wait, as the last thing before the commit.
    pub(super) async fn write_last(&mut self) -> Result<()> {
        let later = std::mem::take(&mut self.later);
        if later.is_empty() {
            return Ok(());
        }
        Box::pin(async move {
            match &mut self.line {
                Line::Lane(lane) => write_sqlite(lane.connection(), later).await,
                Line::Look(pooled) => write_sqlite(pooled, later).await,
                // Nothing was opened: this one statement is the whole transaction.
                Line::Idle(pool) => write_postgres(&mut *pool.acquire().await?, later).await,
                Line::Open(transaction) => write_postgres(transaction, later).await,
                Line::Single(pooled) => write_postgres(pooled, later).await,
            }
        })
        .await
    }
}

async fn write_sqlite(connection: &mut SqliteConnection, later: Vec<Later>) -> Result<()> {
    let (mut text, mut values) = (String::new(), Vec::new());
    for write in &later {
        push_renumbered(&mut text, write.sql.sqlite, values.len());
        text.push(';');
        values.extend(write.values.iter().cloned());
    }
    let mut touched = connection.fetch_many(bound!(Sqlite, AssertSqlSafe(text), values));
    for write in &later {
        let rows = loop {
            match touched.try_next().await? {
                Some(Either::Left(done)) => break done.rows_affected(),
                Some(Either::Right(_)) => {}
                None => break 0,
            }
        };
        if write.must.is_some() && rows != 1 {
            return Err(write.lost());
        }
    }
    Ok(())
}

async fn write_postgres(connection: &mut PgConnection, mut later: Vec<Later>) -> Result<()> {
    if later.len() == 1 {
        let alone = later.remove(0);
        let lost = alone.must.is_some().then(|| alone.lost());
        let rows = patiently(bound!(Postgres, alone.sql.postgres, alone.values).execute(connection)).await?.rows_affected();
        return lost.filter(|_| rows != 1).map_or(Ok(()), Err);
    }
    let (mut text, mut values, mut checks) = (String::from("WITH "), Vec::new(), String::new());
    let mut lost = None;
    for (at, write) in later.into_iter().enumerate() {
        text.push_str(&format!("w{at} AS ("));
        push_renumbered(&mut text, write.sql.postgres, values.len());
        text.push_str(" RETURNING 1), ");
        if write.must.is_some() {
            // Without its row the statement fails, and with it all the others.
            checks.push_str(&format!(" + 1 / (SELECT COUNT(*) FROM w{at})"));
            lost = Some(write.lost());
        }
        values.extend(write.values);
    }
    text.truncate(text.len() - 2);
    text.push_str(&format!(" SELECT 1{checks}"));
    let written = async {
        match bound!(Postgres, AssertSqlSafe(text), values).execute(connection).await {
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(DIVISION_BY_ZERO) => Ok(false),
            written => written.map(|_| true),
        }
    };
    match (patiently(written).await?, lost) {
        (false, Some(lost)) => Err(lost),
        (false, None) => Err(StoreError::Again("a division by zero of nobody's".into())),
        (true, _) => Ok(()),
    }
}

/// The statement with its placeholders counted on from `before`.
pub(super) fn push_renumbered(text: &mut String, sql: &str, before: usize) {
    let mut parts = sql.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let number: usize = part[..digits].parse().expect("a placeholder has a number");
        text.push('$');
        text.push_str(&(number + before).to_string());
        text.push_str(&part[digits..]);
    }
}
