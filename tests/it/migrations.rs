//! The schema: the same on both databases, brought up to date by anybody at any time, and run on by an older program.

use std::collections::BTreeSet;

use clawhatch::store::{Db, Pending, migrate, pending};

use crate::{
    on_both,
    postgres::postgres_database,
    world::{On, World, run},
};

const SQLITE_COLUMNS: &str = "SELECT m.name || '.' || c.cid || ' ' || c.name || ' ' || c.type || CASE WHEN c.\"notnull\" = 1 THEN ' required' ELSE '' END \
    || COALESCE(' = ' || c.dflt_value, '') FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '%sqlx%'";
const POSTGRES_COLUMNS: &str = "SELECT table_name || '.' || (ordinal_position - 1) || ' ' || column_name || ' ' || upper(data_type) \
    || CASE is_nullable WHEN 'NO' THEN ' required' ELSE '' END || COALESCE(' = ' || column_default, '') \
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '%sqlx%'";
const SQLITE_INDEXES: &str = "SELECT m.name || ' (' || (SELECT group_concat(i.name, ', ') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno) i) || ')' \
    || CASE l.\"unique\" WHEN 1 THEN ' unique' ELSE '' END || CASE l.partial WHEN 1 THEN ' where ' || (SELECT substr(d.sql, instr(d.sql, 'WHERE ') + 6) \
    FROM sqlite_master d WHERE d.name = l.name) ELSE '' END || CASE l.origin WHEN 'c' THEN ' ' || l.name ELSE '' END \
    FROM sqlite_master m, pragma_index_list(m.name) l WHERE m.type = 'table' AND m.name NOT LIKE '%sqlx%'";
const POSTGRES_INDEXES: &str = "SELECT t.relname || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(c, n) \
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.c) || ')' || CASE WHEN x.indisunique THEN ' unique' ELSE '' END \
    || COALESCE(' where ' || pg_get_expr(x.indpred, t.oid), '') || CASE WHEN EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u')) THEN '' ELSE ' ' || i.relname END \
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace \
    WHERE s.nspname = 'public' AND t.relname NOT LIKE '%sqlx%'";
const SQLITE_REFERENCES: &str = "SELECT m.name || '.' || f.\"from\" || ' -> ' || f.\"table\" || '.' || f.\"to\" \
    FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
const POSTGRES_REFERENCES: &str = "SELECT c.conrelid::regclass || '.' || a.attname || ' -> ' || c.confrelid::regclass || '.' || b.attname FROM pg_constraint c \
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1] \
    WHERE c.contype = 'f'";

/// One line as both databases would write it.
fn alike(line: String) -> String {
    line.replace("BLOB", "BYTEA").replace("::text", "").replace("::bigint", "").replace(" ~~ ", " LIKE ").replace(['(', ')'], "")
}

#[test]
fn schemas_agree() {
    run(async {
        let (lite, postgres) = (World::on(On::Sqlite).await, World::on(On::Postgres).await);
        for (what, in_lite, in_postgres, least) in [
            ("columns", SQLITE_COLUMNS, POSTGRES_COLUMNS, 100),
            ("indexes", SQLITE_INDEXES, POSTGRES_INDEXES, 30),
            ("references", SQLITE_REFERENCES, POSTGRES_REFERENCES, 4),
        ] {
            let here: BTreeSet<String> = lite.texts(in_lite).await.into_iter().map(alike).collect();
            let there: BTreeSet<String> = postgres.texts(in_postgres).await.into_iter().map(alike).collect();
            let (only_here, only_there) = (here.difference(&there), there.difference(&here));
            let (only_here, only_there): (Vec<_>, Vec<_>) = (only_here.collect(), only_there.collect());
            assert!(only_here.is_empty() && only_there.is_empty(), "{what}\nSQLite: {only_here:#?}\nPostgreSQL: {only_there:#?}");
            assert!(here.len() >= least, "{what} were not found: {here:#?}");
        }
    });
}

#[test]
fn both_check_as_many_things_of_each_table() {
    run(async {
        let (lite, postgres) = (World::on(On::Sqlite).await, World::on(On::Postgres).await);
        let in_lite = "SELECT name || ' ' || (length(sql) - length(replace(sql, 'CHECK (', 'CHECK('))) FROM sqlite_master \
                       WHERE type = 'table' AND sql LIKE '%CHECK (%'";
        let in_postgres = "SELECT conrelid::regclass || ' ' || count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0 GROUP BY conrelid";
        let here: BTreeSet<String> = lite.texts(in_lite).await.into_iter().collect();
        let there: BTreeSet<String> = postgres.texts(in_postgres).await.into_iter().collect();
        assert_eq!(here, there);
        assert!(here.len() >= 8, "{here:?}");
    });
}

on_both! {
    async fn migrating_again_changes_nothing(w: World) {
        let db = w.db().await;
        let rows = w.every_value().await;
        for _ in 0..2 {
            migrate(&db).await.expect("nothing to do");
        }
        assert_eq!(pending(&db).await.expect("an answer"), Pending::UpToDate);
        assert_eq!(w.every_value().await, rows);
    }
}

on_both! {
    async fn an_older_program_runs_on_a_newer_schema(w: World) {
        let ahead = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'from the future', TRUE, ";
        let checksum = if w.database_url.starts_with("sqlite:") { "x'00', 0)" } else { "'\\x00', 0)" };
        assert_eq!(w.sql(&format!("{ahead}{checksum}")).await, 1);
        assert_eq!(pending(&w.db().await).await.expect("an answer"), Pending::Ahead);
        let w = w.restarted().await;
        let ann = w.person(1001, "Ann", "en");
        ann.hatches("anns_helper_bot").await;
        assert_eq!(w.infra.claws().len(), 1);
        let health = w.app().health().await;
        assert!(health.serves() && health.migrations == "ahead", "{health:?}");
    }
}

on_both! {
    async fn a_migration_that_was_rewritten_is_refused(w: World) {
        let checksum = if w.database_url.starts_with("sqlite:") { "x'00'" } else { "'\\x00'" };
        w.sql(&format!("UPDATE _sqlx_migrations SET checksum = {checksum}")).await;
        let error = migrate(&w.db().await).await.expect_err("it is not the migration we know");
        let told = format!("{:#}", anyhow::Error::new(error));
        assert!(told.contains("made by another text of migration 1 than this version holds"), "{told}");
    }
}

#[test]
fn a_new_database_is_behind_and_says_so() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let urls = [format!("sqlite:{}", folder.path().join("new.db").display()), postgres_database().await];
        for url in urls {
            let db = Db::open(&url).await.expect("an empty database");
            assert!(matches!(pending(&db).await, Ok(Pending::Behind(1..))), "{url}");
            migrate(&db).await.expect("every migration");
            assert_eq!(pending(&db).await.expect("an answer"), Pending::UpToDate);
            db.close().await;
            assert!(pending(&db).await.is_err(), "a database that does not answer is not behind: {url}");
        }
    });
}

#[test]
fn many_replicas_start_at_once() {
    run(async {
        let url = postgres_database().await;
        let starts = (0..8).map(|_| {
            let url = url.clone();
            tokio::spawn(async move {
                let db = Db::open(&url).await.expect("the database");
                migrate(&db).await.expect("whoever comes second waits");
                pending(&db).await.expect("an answer")
            })
        });
        for start in starts.collect::<Vec<_>>() {
            assert_eq!(start.await.expect("a replica"), Pending::UpToDate);
        }
    });
}
