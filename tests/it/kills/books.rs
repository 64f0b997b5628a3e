//! What stands in the database, read from beside the program.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};

/// A row: its columns as text.
pub type Line = BTreeMap<&'static str, Option<String>>;

/// Columns of bytes: only whether there are any is read.
const SEALED: [&str; 2] = ["token", "body"];

/// One open look at the database.
pub enum Books {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// What is still to be done, one query for each table: it gives a row for each piece of work.
const AT_WORK: &[(&str, &str)] = &[
    ("inbox", "SELECT id FROM inbox WHERE done_at IS NULL AND dead_at IS NULL"),
    ("outbox", "SELECT id FROM outbox WHERE done_at IS NULL"),
    ("claws", "SELECT id FROM claws WHERE destroyed_at IS NULL AND (lease_until IS NOT NULL OR due_at <= NOW)"),
    ("operations", "SELECT id FROM operations WHERE ended_at IS NULL AND due_at IS NOT NULL"),
    ("bots", "SELECT CAST(id AS TEXT) FROM bots WHERE lease_until IS NOT NULL OR (managed = 1 AND due_at <= NOW)"),
];

impl Books {
    /// Nothing while there is no database yet.
    pub async fn open(url: &str) -> Books {
        if url.starts_with("sqlite:") {
            Books::Sqlite(SqliteConnection::connect(url).await.expect("the database"))
        } else {
            Books::Postgres(PgConnection::connect(url).await.expect("the database"))
        }
    }

    /// These columns of every row of a table.
    pub async fn table(&mut self, name: &str, columns: &[&'static str], order: &str) -> Vec<Line> {
        let read = |column: &&str| match SEALED.contains(column) {
            true => format!("CASE WHEN {column} IS NULL THEN NULL ELSE 'bytes' END"),
            false => format!("CAST({column} AS TEXT)"),
        };
        let list: Vec<String> = columns.iter().map(read).collect();
        let found = self
            .select(&format!("SELECT {} FROM {name} ORDER BY {name}.{order}", list.join(", ")))
            .await
            .expect("the rows of a table");
        found.into_iter().map(|values| columns.iter().copied().zip(values).collect()).collect()
    }

    /// What is still to be done at this hour, and whether the audit trail is still to be sealed.
    pub async fn at_work(&mut self, now: i64) -> (Vec<String>, bool) {
        let mut waits = Vec::new();
        for (table, select) in AT_WORK {
            match self.select(&select.replace("NOW", &now.to_string())).await {
                Ok(rows) => waits.extend(rows.into_iter().flatten().flatten().map(|id| format!("{table} {id}"))),
                Err(_) => return (vec!["no schema yet".to_owned()], true),
            }
        }
        let unsealed = self.select("SELECT id FROM audit WHERE number IS NULL").await;
        (waits, !unsealed.is_ok_and(|rows| rows.is_empty()))
    }

    async fn select(&mut self, text: &str) -> sqlx::Result<Vec<Vec<Option<String>>>> {
        let text = AssertSqlSafe(text.to_owned());
        Ok(match self {
            Books::Sqlite(connection) => {
                let rows = sqlx::query(text).fetch_all(connection).await?;
                rows.iter().map(|row| (0..row.len()).map(|at| row.get(at)).collect()).collect()
            }
            Books::Postgres(connection) => {
                let rows = sqlx::query(text).fetch_all(connection).await?;
                rows.iter().map(|row| (0..row.len()).map(|at| row.get(at)).collect()).collect()
            }
        })
    }

    pub async fn close(self) {
        match self {
            Books::Sqlite(connection) => drop(connection.close().await),
            Books::Postgres(connection) => drop(connection.close().await),
        }
    }
}
