//! What can go wrong with the database, by what the caller should do about it.

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing of this transaction stands; running the same use case again may well work: a shared commit failed, a
    /// deadlock or a serialization failure, a connection that went away.
    #[error("the transaction has to be run again: {0}")]
    Again(String),
    /// The row is not ours any more: its lease ran out and somebody else took it.
    #[error("the lease on {table} {id} is lost")]
    LeaseLost { table: &'static str, id: String },
    /// A unique key refused the row.
    #[error("there already is such a row: {0}")]
    Taken(String),
    /// A row holds what no version of ours writes.
    #[error("inconsistent {table}.{column}: {why}")]
    Inconsistent { table: &'static str, column: &'static str, why: String },
    /// The schema is not the one a version of ours made.
    #[error(
        "the schema of this database was made by another text of migration {0} than this version holds. Nothing was changed. \
         Run the version that made it, or restore a backup from before."
    )]
    AnotherSchema(i64),
    #[error("the database")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(inner) if inner.is_unique_violation() => StoreError::Taken(inner.message().to_owned()),
            sqlx::Error::Database(inner) if inner.code().is_some_and(|code| passes_over(&code)) => {
                StoreError::Again(inner.message().to_owned())
            }
            // SQLite: BUSY, LOCKED and their extended codes, IOERR, FULL, and CANTOPEN, which is how it says that the
            // process may have no more files.
            sqlx::Error::Database(inner)
                if inner
                    .code()
                    .and_then(|code| code.parse::<i64>().ok())
                    .is_some_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14)) =>
            {
                StoreError::Again(inner.message().to_owned())
            }
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => StoreError::Again(error.to_string()),
            _ => StoreError::Database(error),
        }
    }
}

/// Whether PostgreSQL's code names something that may be over the next time: the classes of connections, of
/// transactions taken back, of resources (a full disk), of an operator's acts and timeouts, and of its machine; and a
/// lock or a transaction that took too long.
fn passes_over(code: &str) -> bool {
    ["08", "40", "53", "57", "58"].iter().any(|class| code.len() == 5 && code.starts_with(class))
        || matches!(code, "55P03" | "25P03")
}
