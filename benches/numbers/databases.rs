//! The databases the product is measured on: an empty one each time, and a big one with a million claws.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use clawhatch::store::{self, Db};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection};

use crate::process::cpu_of;

/// Which kind of database.
#[derive(Clone, Debug)]
pub enum On {
    Sqlite,
    /// The cluster's URL; it is never written to but through databases of our own.
    Postgres(String),
}

/// One database, gone when dropped with the folder or the cluster it is in.
pub struct Database {
    pub url: String,
    folder: Option<tempfile::TempDir>,
}

fn next_name() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    format!("numbers_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::SeqCst))
}

impl On {
    pub fn name(&self) -> &'static str {
        match self {
            On::Sqlite => "SQLite",
            On::Postgres(_) => "PostgreSQL",
        }
    }

    /// A cluster that does not flush what it acknowledges would be compared unfairly.
    pub async fn check_durable(&self) {
        let On::Postgres(url) = self else { return };
        let mut line = PgConnection::connect(url).await.expect("the PostgreSQL of --postgres");
        for setting in ["fsync", "synchronous_commit"] {
            let show = AssertSqlSafe(format!("SHOW {setting}"));
            let value: String = sqlx::query(show).fetch_one(&mut line).await.expect("an answer").get(0);
            assert_eq!(value, "on", "{setting} is off: what this PostgreSQL acknowledges is not on disk");
        }
    }

    /// A new, empty database.
    pub async fn make(&self) -> Database {
        match self {
            On::Sqlite => {
                let folder = tempfile::tempdir().expect("a folder");
                Database { url: format!("sqlite:{}", folder.path().join("clawhatch.db").display()), folder: Some(folder) }
            }
            On::Postgres(base) => {
                let name = next_name();
                let mut line = PgConnection::connect(base).await.expect("the cluster");
                line.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a database of our own");
                let (front, _) = base.rsplit_once('/').expect("a URL ends with a database");
                Database { url: format!("{front}/{name}"), folder: None }
            }
        }
    }

    /// A database with so many persons, each with a bot, a right that runs, and a claw that runs and is due in days.
    pub async fn make_big(&self, claws: i64, now: i64) -> Database {
        let database = self.make().await;
        let db = Db::open(&database.url).await.expect("the database");
        store::migrate(&db).await.expect("a schema");
        db.close().await;
        drop(db);
        match self {
            On::Sqlite => {
                let mut line = SqliteConnection::connect(&database.url).await.expect("the file");
                line.execute("PRAGMA synchronous = OFF").await.expect("set");
                for sql in fill(claws, now, "printf('%012x', n)", numbers_sqlite(claws)) {
                    line.execute(AssertSqlSafe(sql)).await.expect("filled");
                }
                line.execute("ANALYZE").await.expect("counted");
                line.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("written");
            }
            On::Postgres(_) => {
                let mut line = PgConnection::connect(&database.url).await.expect("the database");
                line.execute("SET synchronous_commit = off").await.expect("set");
                let numbers = format!("(SELECT generate_series(1::BIGINT, {claws}) AS n) numbers");
                for sql in fill(claws, now, "lpad(to_hex(n), 12, '0')", numbers) {
                    line.execute(AssertSqlSafe(sql)).await.expect("filled");
                }
                line.execute("VACUUM ANALYZE").await.expect("counted");
                line.execute("CHECKPOINT").await.expect("written");
            }
        }
        database
    }
}

fn numbers_sqlite(claws: i64) -> String {
    format!(
        "(WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {claws}) SELECT n FROM counted) numbers"
    )
}

/// The statements that fill the tables; `hex` is twelve hex digits of `n`, `numbers` a table of `n`.
fn fill(claws: i64, now: i64, hex: &str, numbers: String) -> [String; 4] {
    let day = 86_400_000;
    let began = now - day;
    let id = |kind: u8| format!("'01900000-0000-7{kind:03}-8000-' || {hex}");
    let (person, claw, period) = (id(1), id(2), id(3));
    [
        format!(
            "INSERT INTO persons (id, telegram_id, name, locale, claws_made, created_at) \
             SELECT {person}, 100000000 + n, 'Ann', 'en', 1, {began} FROM {numbers}"
        ),
        format!(
            "INSERT INTO bots (id, person_id, username, name, created_at) \
             SELECT 200000000 + n, {person}, 'bot', 'Bot', {began} FROM {numbers}"
        ),
        format!(
            "INSERT INTO periods (id, person_id, kind, length_ms, started_at, created_at) \
             SELECT {period}, {person}, 'grant', {length}, {began}, {began} FROM {numbers}",
            length = 30 * day
        ),
        // Idle: due in one to twenty days, evenly.
        format!(
            "INSERT INTO claws (id, person_id, number, driver, bot_id, spec, generation, wish, seen, first_ready, created_at, due_at) \
             SELECT {claw}, {person}, 1, 'infra_api', 200000000 + n, \
             '{{\"bot\":' || (200000000 + n) || ',\"model\":\"gemini-3-flash\",\"people\":[]}}', 1, \
             '{{\"wish\":\"running\",\"generation\":1}}', '{{\"seen\":\"running\",\"generation\":1,\"health\":\"good\"}}', \
             {began}, {began}, {now} + {day} + n * {spread} / {claws} FROM {numbers}",
            spread = 19 * day
        ),
    ]
}

impl Database {
    /// Runs SQL of the measurement, such as making claws due; gives the rows it touched.
    pub async fn run(&self, sql: String) -> u64 {
        let sql = AssertSqlSafe(sql);
        match self.folder {
            Some(_) => {
                let mut line = SqliteConnection::connect(&self.url).await.expect("the file");
                sqlx::query(sql).execute(&mut line).await.expect("done").rows_affected()
            }
            None => {
                let mut line = PgConnection::connect(&self.url).await.expect("the database");
                sqlx::query(sql).execute(&mut line).await.expect("done").rows_affected()
            }
        }
    }

    /// CPU time the database's own processes have used for us; nothing for a database inside the product.
    pub async fn cpu(&self) -> Duration {
        if self.folder.is_some() {
            return Duration::ZERO;
        }
        let mut line = PgConnection::connect(&self.url).await.expect("the database");
        let rows = sqlx::query("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").fetch_all(&mut line).await;
        let pids = rows.expect("an answer").into_iter().filter_map(|row| u32::try_from(row.get::<i32, _>(0)).ok());
        pids.map(cpu_of).sum()
    }

    /// Megabytes on disk.
    pub async fn size(&self) -> f64 {
        let bytes = match &self.folder {
            Some(folder) => {
                let files = std::fs::read_dir(folder.path()).expect("the folder").filter_map(Result::ok).map(|file| file.path());
                files.map(|file: PathBuf| file.metadata().map_or(0, |known| known.len())).sum()
            }
            None => {
                let mut line = PgConnection::connect(&self.url).await.expect("the database");
                let size = sqlx::query("SELECT pg_database_size(current_database())").fetch_one(&mut line).await;
                u64::try_from(size.expect("an answer").get::<i64, _>(0)).unwrap_or(0)
            }
        };
        bytes as f64 / 1e6
    }
}
