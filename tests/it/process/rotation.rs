//! `clawhatch keys rotate` killed at every single row, and keys that do not fit: refused in exact words, whatever
//! command meets them.

use std::time::Duration;

use clawhatch::{
    app::keys,
    drivers::vault::{generate_key, key_of},
};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};

use super::{Around, tells_no_secret, until};
use crate::{
    keys::{BOTS, connect_many, place, ring_of, sealed, vault},
    world::{On, World},
};

/// A world with many sealed tokens, and the program beside it with a second key before the first.
async fn two_keys(on: On) -> (World, clawhatch::domain::ids::PersonId, Around, String, String) {
    let w = World::on(on).await;
    let person = connect_many(&w).await;
    let mut around = Around::new(On::Sqlite).await;
    let (old, new) = (ring_of(&w), format!("k2:{}", generate_key()));
    around.set("DATABASE_URL", &w.database_url);
    around.set("ENCRYPTION_KEYS", &format!("{new},{old}"));
    (w, person, around, old, new)
}

/// The rows in the order they are sealed anew, as conditions.
fn rows() -> Vec<(&'static str, String)> {
    let bots = (1..=BOTS).map(|id| ("bots", format!("id = {id}")));
    bots.chain(["pepper", "key_check"].map(|name| ("meta", format!("name = '{name}'")))).collect()
}

/// Whatever is there opens with both keys; says how many tokens are still under the old one.
async fn all_opens(w: &World, person: clawhatch::domain::ids::PersonId, both: &str) -> usize {
    let tokens = sealed(w).await;
    for (bot, token) in &tokens {
        let plain = vault(both).open(token, &place(bot.0, person)).expect("it opens");
        assert_eq!(plain.expose(), format!("{}:secret", bot.0).as_bytes());
    }
    keys::verify(&w.app().db, &vault(both)).await.expect("the next start works");
    tokens.iter().filter(|(_, token)| key_of(token) == Some("k1")).count()
}

/// After the last kill: it is run to its end, and the old key may go.
async fn ends_well(w: &World, around: &mut Around, old: &str, new: &str) {
    let told = around.shell(&["keys", "rotate"]).await;
    assert_eq!(told.code, Some(0), "{}", told.text);
    let again = around.shell(&["keys", "rotate"]).await;
    assert!(again.text.starts_with("0 secrets were put under the first key."), "{}", again.text);
    assert!(sealed(w).await.iter().all(|(_, token)| key_of(token) == Some("k2")));
    around.set("ENCRYPTION_KEYS", new);
    let running = around.start(&["run"]);
    around.is_ready().await;
    tells_no_secret(around, &running.stops().await.text);
    around.set("ENCRYPTION_KEYS", old);
    let told = around.shell(&["run"]).await;
    assert_eq!(told.code, Some(1));
    assert!(told.text.contains("ENCRYPTION_KEYS does not hold the key this database was sealed with"), "{}", told.text);
}

#[tokio::test]
async fn killed_at_every_row_on_postgres() {
    let (w, person, mut around, old, new) = two_keys(On::Postgres).await;
    let both = around.names["ENCRYPTION_KEYS"].clone();
    let (mut holder, mut watcher) = (
        PgConnection::connect(&w.database_url).await.expect("a connection"),
        PgConnection::connect(&w.database_url).await.expect("another"),
    );
    let mut left = Vec::new();
    for (table, row) in rows() {
        // Somebody holds the row, so the program stands exactly there when it is killed.
        holder.execute("BEGIN").await.expect("a transaction");
        holder.execute(AssertSqlSafe(format!("SELECT 1 FROM {table} WHERE {row} FOR UPDATE"))).await.expect("the row");
        let rotating = around.start(&["keys", "rotate"]);
        let stands = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        until(&format!("it stands at {table} {row}"), async || {
            sqlx::query_scalar::<_, i64>(stands).fetch_one(&mut watcher).await.expect("a look") == 1
        })
        .await;
        rotating.dies().await;
        holder.execute("ROLLBACK").await.expect("it lets go");
        // Its server ends only when it notices; until then the rows of its round are held.
        let alone = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'UPDATE%' AND state <> 'idle'";
        until("its server ended", async || {
            sqlx::query_scalar::<_, i64>(alone).fetch_one(&mut watcher).await.expect("a look") == 0
        })
        .await;
        left.push(all_opens(&w, person, &both).await);
    }
    // Rounds of fifty stand or fall together, and nothing goes back.
    assert!(left.is_sorted_by(|one, next| one >= next), "{left:?}");
    assert_eq!((left.first(), left.last()), (Some(&(BOTS as usize)), Some(&0)), "{left:?}");
    ends_well(&w, &mut around, &old, &new).await;
}

/// Whether somebody else is writing the file.
async fn is_held(prober: &mut SqliteConnection) -> bool {
    if prober.execute("BEGIN IMMEDIATE").await.is_err() {
        return true;
    }
    prober.execute("ROLLBACK").await.expect("never mind");
    false
}

#[tokio::test]
async fn killed_at_rows_of_every_kind_on_sqlite() {
    let (w, person, mut around, old, new) = two_keys(On::Sqlite).await;
    let both = around.names["ENCRYPTION_KEYS"].clone();
    let mut by_hand = SqliteConnection::connect(&w.database_url).await.expect("a connection");
    let mut prober = SqliteConnection::connect(&w.database_url).await.expect("another");
    prober.execute("PRAGMA busy_timeout = 0").await.expect("no patience");
    let all = rows();
    let chosen = [0, 1, 48, 49, 50, 51, 99, 100, all.len() - 3, all.len() - 2, all.len() - 1];
    for (table, row) in chosen.map(|at| all[at].clone()) {
        // This row takes for ever, so the program stands exactly there when it is killed.
        let for_ever = "SELECT COUNT(*) FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000000000) SELECT x FROM n)";
        let trigger = format!("CREATE TRIGGER here BEFORE UPDATE ON {table} WHEN old.{row} BEGIN {for_ever}; END");
        by_hand.execute(AssertSqlSafe(trigger)).await.expect("a trigger");
        let rotating = around.start(&["keys", "rotate"]);
        until(&format!("it stands at {table} {row}"), async || {
            // Between two rounds it does not hold the file for so long.
            is_held(&mut prober).await && {
                tokio::time::sleep(Duration::from_millis(100)).await;
                is_held(&mut prober).await
            }
        })
        .await;
        rotating.dies().await;
        by_hand.execute("DROP TRIGGER here").await.expect("the file is free again");
        all_opens(&w, person, &both).await;
    }
    ends_well(&w, &mut around, &old, &new).await;
}

/// What the program says of these keys, from the first line that names them.
async fn says_of_keys(around: &Around, arguments: &[&str]) -> (Option<i32>, String) {
    let told = around.shell(arguments).await;
    let line = told.text.lines().rev().find(|line| line.contains("ENCRYPTION_KEYS")).unwrap_or(&told.text).trim().to_owned();
    (told.code, line)
}

#[tokio::test]
async fn keys_that_do_not_fit_are_refused_in_exact_words_by_every_command() {
    for on in [On::Sqlite, On::Postgres] {
        let w = World::on(on).await;
        w.person(1001, "Ann", "en").hatches("anns_helper_bot").await;
        let before = w.every_value().await;
        let mut around = Around::new(On::Sqlite).await;
        around.set("DATABASE_URL", &w.database_url);
        let right = ring_of(&w);
        let key = right.trim_start_matches("k1:").to_owned();
        let file = around.folder.path().join("keys");
        let path = file.to_str().expect("text").to_owned();
        let wrong = format!("k1:{}", generate_key());
        let does_not_hold = "ENCRYPTION_KEYS does not hold the key this database was sealed with";
        let does_not_open = "the secret does not open: the key, its place or its bytes are not those it was sealed with";
        for (given, from_file, code, expected) in [
            (Some(wrong.as_str()), false, 1, format!("{does_not_hold}: {does_not_open}")),
            (Some(&format!("k9:{key}")), false, 1, format!("{does_not_hold}: the key \"k1\" is not in ENCRYPTION_KEYS")),
            (Some(&right[..right.len() - 1]), true, 2, "ENCRYPTION_KEYS: the key of entry 1 must be exactly 32 bytes, as 64 hex digits or as base64".to_owned()),
            (Some(""), true, 2, "ENCRYPTION_KEYS: the file in ENCRYPTION_KEYS_FILE is empty".to_owned()),
            (None, true, 2, "ENCRYPTION_KEYS: the file in ENCRYPTION_KEYS_FILE cannot be read: entity not found".to_owned()),
            (None, false, 2, "ENCRYPTION_KEYS: it is missing; set ENCRYPTION_KEYS or ENCRYPTION_KEYS_FILE to id:key; `clawhatch keys generate` prints a new key".to_owned()),
        ] {
            around.names.remove("ENCRYPTION_KEYS");
            around.names.remove("ENCRYPTION_KEYS_FILE");
            match (given, from_file) {
                (Some(text), true) => std::fs::write(&file, text).expect("the file"),
                (None, true) => std::fs::remove_file(&file).expect("no file"),
                (Some(text), false) => around.set("ENCRYPTION_KEYS", text),
                (None, false) => {}
            }
            if from_file {
                around.set("ENCRYPTION_KEYS_FILE", &path);
            }
            for command in [&["run"][..], &["keys", "rotate"], &["check"]] {
                let (ended, line) = says_of_keys(&around, command).await;
                let is_check = command == ["check"];
                assert_eq!(ended, Some(if is_check { 1 } else { code }), "{command:?} {line}");
                assert!(line.contains(&expected), "{command:?}\n{line}\n{expected}");
                assert!(!line.contains(&key[..16]) && !line.contains(&wrong[3..19]), "{line}");
            }
        }
        assert_eq!(w.every_value().await, before, "nothing was changed");
    }
}

#[tokio::test]
async fn sealed_values_in_one_anothers_places_stop_the_start() {
    for on in [On::Sqlite, On::Postgres] {
        let w = World::on(on).await;
        let mut around = Around::new(On::Sqlite).await;
        around.set("DATABASE_URL", &w.database_url);
        around.set("ENCRYPTION_KEYS", &ring_of(&w));
        w.sql("UPDATE meta SET value = (SELECT m.value FROM meta m WHERE m.name = 'key_check') WHERE name = 'pepper'").await;
        for command in [&["run"][..], &["check"]] {
            let told = around.shell(command).await;
            assert_eq!(told.code, Some(1), "{command:?}");
            let expected =
                "opening the pepper: the secret does not open: the key, its place or its bytes are not those it was sealed with";
            assert!(told.text.contains(expected), "{}", told.text);
        }
    }
}
