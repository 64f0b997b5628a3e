//! Migrations of the real program: killed in the middle and gone on with, several at once with one of them killed, and
//! other versions' schemas, which are worked on or refused in exact words.

use std::{
    os::unix::process::ExitStatusExt as _,
    time::{Duration, Instant},
};

use clawhatch::store::{Db, Pending, pending};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::{Around, PROGRAM, until, webhooks::with_webhook};
use crate::world::On;

/// What a file size beyond its limit ends a program with.
const XFSZ: i32 = 25;

async fn how_far(around: &Around) -> Pending {
    let db = Db::open(&around.names["DATABASE_URL"]).await.expect("the database");
    let pending = pending(&db).await.expect("an answer");
    db.close().await;
    pending
}

/// A transaction that makes the last table of the first migration come to a stand.
async fn in_its_way(url: &str) -> PgConnection {
    let mut other = PgConnection::connect(url).await.expect("a connection");
    other.execute("BEGIN").await.expect("a transaction");
    other.execute("CREATE TABLE schedules (name TEXT)").await.expect("a table of the same name");
    other
}

async fn waiting(watcher: &mut PgConnection, on: &str) -> i64 {
    let select = format!(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = '{on}'"
    );
    sqlx::query_scalar(AssertSqlSafe(select)).fetch_one(watcher).await.expect("a look")
}

#[tokio::test]
async fn killed_in_the_middle_on_postgres_it_starts_over() {
    let around = Around::new(On::Postgres).await;
    let url = around.names["DATABASE_URL"].clone();
    let mut watcher = PgConnection::connect(&url).await.expect("a connection");
    let mut other = in_its_way(&url).await;
    let migrating = around.start(&["run"]);
    until("it stands in the middle", async || waiting(&mut watcher, "transactionid").await == 1).await;
    migrating.dies().await;
    other.execute("ROLLBACK").await.expect("out of the way");
    let tables =
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'";
    let busy = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()";
    until("its server noticed", async || sqlx::query_scalar::<_, i64>(busy).fetch_one(&mut watcher).await.expect("a look") == 0)
        .await;
    assert_eq!(sqlx::query_scalar::<_, i64>(tables).fetch_one(&mut watcher).await.expect("a look"), 0, "nothing of it stands");
    assert_eq!(how_far(&around).await, Pending::Behind(migrations()));
    let running = around.start(&["run"]);
    let ann = around.hatches(1001, "anns_helper_bot").await;
    around.hears(ann, "Your claw is awake").await;
    assert_eq!(how_far(&around).await, Pending::UpToDate);
    running.stops().await;
}

/// How many migrations this program knows.
fn migrations() -> usize {
    std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres")).expect("the migrations").count()
}

#[tokio::test]
async fn killed_at_any_write_on_sqlite_it_starts_over() {
    let around = Around::new(On::Sqlite).await;
    let (mut killed, mut room) = (0, 4096);
    // The system kills it at the first byte it writes beyond its room, which is a page more each time.
    loop {
        let fresh = format!("sqlite:{}", around.folder.path().join(format!("at-{room}.db")).display());
        let mut names = around.names.clone();
        names.insert("DATABASE_URL".to_owned(), fresh);
        let limit = format!("--fsize={room}:unlimited");
        let mut limited = around.start_by("prlimit", &["--core=0", &limit, PROGRAM, "migrate"], &names);
        let ended = tokio::time::timeout(super::PATIENCE, limited.child.wait()).await.expect("it ends").expect("its end");
        if ended.success() {
            break;
        }
        assert_eq!(ended.signal(), Some(XFSZ), "{}", limited.said());
        killed += 1;
        let told = around.start_with(&["migrate"], &names).ends().await;
        assert_eq!((told.code, told.text.trim()), (Some(0), "The schema is up to date."), "killed with room for {room} bytes");
        if killed % 10 == 0 {
            // And it is not only said to be.
            let running = around.start_with(&["run"], &names);
            around.is_ready().await;
            running.stops().await;
        }
        room += 4096;
    }
    assert!(killed >= 40, "only {killed} places to be killed at");
}

#[tokio::test]
async fn the_others_wait_for_one_that_migrates_long_and_go_on_when_it_is_killed() {
    let around = with_webhook(On::Postgres).await;
    let url = around.names["DATABASE_URL"].clone();
    let mut watcher = PgConnection::connect(&url).await.expect("a connection");
    let mut other = in_its_way(&url).await;
    let began = Instant::now();
    let migrating = around.start(&["run"]);
    until("one migrates", async || waiting(&mut watcher, "transactionid").await == 1).await;
    let mut names = around.names.clone();
    names.extend(around.other_ports());
    let patient = around.start_with(&["run"], &names);
    until("the other waits", async || waiting(&mut watcher, "advisory").await == 1).await;
    // Longer than any statement or lock may take in the daily work.
    tokio::time::sleep(Duration::from_secs(17).saturating_sub(began.elapsed())).await;
    assert_eq!(
        (waiting(&mut watcher, "transactionid").await, waiting(&mut watcher, "advisory").await),
        (1, 1),
        "both are patient:\n{}\n{}",
        migrating.said(),
        patient.said()
    );
    migrating.dies().await;
    other.execute("ROLLBACK").await.expect("out of the way");
    until("the other runs", async || patient.said().contains("clawhatch runs as @clawhatch_bot")).await;
    assert_eq!(how_far(&around).await, Pending::UpToDate);
    let again = around.start(&["run"]);
    around.is_ready().await;
    let ann = around.hatches(1001, "anns_helper_bot").await;
    around.hears(ann, "Your claw is awake").await;
    again.stops().await;
    patient.stops().await;
}

#[tokio::test]
async fn many_migrate_one_file_at_once() {
    let around = Around::new(On::Sqlite).await;
    let started: Vec<_> = (0..8).map(|_| around.start(&["migrate"])).collect();
    for migrating in started {
        let told = migrating.ends().await;
        assert_eq!((told.code, told.text.trim()), (Some(0), "The schema is up to date."));
    }
    assert_eq!(how_far(&around).await, Pending::UpToDate);
}

/// What a newer version does to the schema: a column more in every table, a table, and a row that says so.
pub async fn is_migrated_by_a_newer_version(url: &str) {
    let sqlite = url.starts_with("sqlite:");
    let tables = if sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlx%' AND name NOT LIKE 'sqlite%'"
    } else {
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT LIKE '%sqlx%'"
    };
    let tables = crate::rows::texts_of(url, tables).await;
    assert!(tables.len() >= 15, "{tables:?}");
    let mut steps: Vec<String> = tables
        .iter()
        .flat_map(|table| {
            [
                format!("ALTER TABLE {table} ADD COLUMN newer BIGINT NOT NULL DEFAULT 7"),
                format!("ALTER TABLE {table} ADD COLUMN newest TEXT"),
            ]
        })
        .collect();
    let none = if sqlite { "x'00'" } else { "'\\x00'" };
    steps.push("CREATE TABLE from_the_future (id TEXT NOT NULL PRIMARY KEY)".to_owned());
    steps.push(format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'from the future', TRUE, {none}, 0)"
    ));
    for step in steps {
        crate::rows::run(url, &step).await;
    }
}

#[tokio::test]
async fn an_older_program_that_runs_while_a_newer_one_migrates_goes_on() {
    for on in [On::Sqlite, On::Postgres] {
        let around = Around::new(on).await;
        let running = around.start(&["run"]);
        around.is_ready().await;
        // Every statement of the walk has been prepared on the old schema.
        let ann = around.hatches(1001, "anns_helper_bot").await;
        around.hears(ann, "Your claw is awake").await;
        is_migrated_by_a_newer_version(&around.names["DATABASE_URL"]).await;
        assert_eq!(how_far(&around).await, Pending::Ahead);
        let bob = around.hatches(1002, "bobs_helper_bot").await;
        around.hears(bob, "Your claw is awake").await;
        around.telegram.says(ann, around.bot.id, "/status");
        around.taps(ann, "Pause it").await;
        let told = running.stops().await;
        assert!(!told.text.contains("ERROR") && !told.text.contains("incident"), "{on:?}: {}", told.text);
        // And started on it, as after a roll back.
        let running = around.start(&["run"]);
        let eve = around.hatches(1003, "eves_helper_bot").await;
        around.hears(eve, "Your claw is awake").await;
        let (_, ready) = around.get("LISTEN_ADDR", "/readyz").await.expect("an answer");
        assert!(ready.contains("\"migrations\":\"ahead\""), "{ready}");
        let told = running.stops().await;
        assert!(!told.text.contains("ERROR") && !told.text.contains("incident"), "{on:?}: {}", told.text);
        assert_eq!(around.infra.claws().len(), 3);
        let found = around.shell(&["check"]).await;
        assert!(
            found.text.contains("mind  database: a newer version has migrated it. This version runs on it."),
            "{}",
            found.text
        );
        let told = around.shell(&["migrate"]).await;
        let last = told.text.lines().last();
        assert_eq!((told.code, last), (Some(0), Some("A newer version has migrated this database. This version runs on it.")));
    }
}

#[tokio::test]
async fn a_migration_with_another_text_is_refused_in_exact_words() {
    for on in [On::Sqlite, On::Postgres] {
        let around = Around::new(on).await;
        assert_eq!(around.shell(&["migrate"]).await.code, Some(0));
        let other = if on == On::Sqlite { "x'00'" } else { "'\\x00'" };
        crate::rows::run(
            &around.names["DATABASE_URL"],
            &format!("UPDATE _sqlx_migrations SET checksum = {other} WHERE version = 1"),
        )
        .await;
        let before = around.texts("SELECT description FROM _sqlx_migrations").await;
        let sentence = "the schema of this database was made by another text of migration 1 than this version holds. Nothing was changed. \
                        Run the version that made it, or restore a backup from before.";
        for command in [&["run"][..], &["migrate"]] {
            let told = around.shell(command).await;
            assert_eq!(told.code, Some(1), "{}", told.text);
            assert!(
                told.text.lines().any(|line| line.starts_with("clawhatch stopped: ") && line.ends_with(sentence)),
                "{}",
                told.text
            );
        }
        assert_eq!(around.texts("SELECT description FROM _sqlx_migrations").await, before);
    }
}
