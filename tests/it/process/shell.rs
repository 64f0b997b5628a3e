//! What an operator types: `check`, `migrate`, `keys`, `audit`, and the settings that have to be mended first.

use std::collections::BTreeMap;

use clawhatch::{
    app::keys,
    drivers::vault::{KeyRing, Vault, generate_key},
    store::{Db, migrate},
};

use super::{Around, tells_no_secret};
use crate::world::{On, World};

/// What `check` found, without what is the same every time.
async fn findings(around: &Around) -> (Option<i32>, String) {
    let told = around.shell(&["check"]).await;
    tells_no_secret(around, &told.text);
    let lines: Vec<&str> = told.text.lines().filter(|line| !line.contains("AI_GATEWAY_API_KEY")).collect();
    (told.code, lines.join("\n"))
}

#[tokio::test]
async fn the_doctor_finds_everything_good() {
    let around = Around::new(On::Sqlite).await;
    let (code, before) = findings(&around).await;
    assert_eq!(code, Some(0), "{before}");
    assert!(before.contains("mind  database: ") && before.contains("migrations are to be run"), "{before}");
    let told = around.shell(&["migrate"]).await;
    assert_eq!((told.code, told.text.trim()), (Some(0), "The schema is up to date."));
    let (code, after) = findings(&around).await;
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(after, @"
    good  settings: every one is readable
    good  database: opens, and its schema is up to date
    good  keys: they open what this database was sealed with
    good  bot: @clawhatch_bot
    good  webhook: none, as polling needs
    good  infra: answers, accepts INFRA_API_KEY and tells what it runs
    ");
    let db = Db::open(&around.names["DATABASE_URL"]).await.expect("the database");
    let mut tx = db.look().await.expect("a look");
    assert_eq!(tx.find_meta("key_check").await.expect("an answer"), None, "a doctor writes nothing down");
}

#[tokio::test]
async fn the_doctor_minds_an_infra_that_does_not_tell_what_it_runs() {
    let around = Around::new(On::Sqlite).await;
    around.infra.rule(|rules| rules.unlisted = Some(404));
    let (code, found) = findings(&around).await;
    assert!(code == Some(0) && found.contains("good  infra: answers. Whether it accepts INFRA_API_KEY shows"), "{found}");
    around.infra.rule(|rules| rules.unlisted = Some(500));
    let (code, found) = findings(&around).await;
    assert!(code == Some(0) && found.contains("mind  infra: answers, and does not tell what it runs"), "{found}");
}

#[tokio::test]
async fn the_doctor_names_each_broken_thing() {
    let around = Around::new(On::Sqlite).await;
    let ring = KeyRing::parse(&around.names["ENCRYPTION_KEYS"]).expect("a ring");
    let db = Db::open(&around.names["DATABASE_URL"]).await.expect("the database");
    migrate(&db).await.expect("a schema");
    keys::open(&db, &Vault::new(ring)).await.map(drop).expect("the first start");
    let mut around = around;
    let good = around.names.clone();
    let elsewhere = around.names["DATABASE_URL"].replace("process.db", "missing/process.db");
    let other_key = format!("k1:{}", generate_key());
    for (name, value, expected) in [
        ("DATABASE_URL", elsewhere.as_str(), "bad   database: it does not open"),
        ("DATABASE_URL", "postgres://u:CANARY@127.0.0.1:1/x", "bad   database: it does not open"),
        (
            "ENCRYPTION_KEYS",
            other_key.as_str(),
            "bad   keys: ENCRYPTION_KEYS does not hold the key this database was sealed with",
        ),
        (
            "TELEGRAM_BOT_TOKEN",
            "123456789:AACANARYCANARYCANARYCANARYCANARYCAN",
            "bad   bot: Telegram does not accept TELEGRAM_BOT_TOKEN",
        ),
        ("TELEGRAM_API_URL", "http://127.0.0.1:1", "bad   bot: "),
        ("INFRA_API_URL", "http://127.0.0.1:1", "bad   infra: "),
        ("INFRA_API_KEY", "an-old-key", "bad   infra: it does not accept INFRA_API_KEY"),
        ("TRIAL_HOURS", "two", "bad   TRIAL_HOURS: write a whole number from 1 to 8760"),
    ] {
        around.names.clone_from(&good);
        around.set(name, value);
        let (code, found) = findings(&around).await;
        assert_eq!(code, Some(1), "{name}={value}\n{found}");
        assert!(found.lines().any(|line| line.starts_with(expected)), "{name}={value}\n{found}");
        assert_eq!(found.lines().filter(|line| line.starts_with("bad")).count(), 1, "{found}");
    }
}

#[tokio::test]
async fn wrong_settings_are_told_at_once_a_line_each() {
    let around = Around::new(On::Sqlite).await;
    for command in [&["run"][..], &["migrate"], &["keys", "rotate"], &["audit", "verify"]] {
        let told = around.start_with(command, &BTreeMap::new()).ends().await;
        assert_eq!(told.code, Some(2), "{command:?}");
        insta::allow_duplicates! { insta::assert_snapshot!(told.text, @"
    These settings have to be mended first:
      TELEGRAM_BOT_TOKEN: it is missing; set TELEGRAM_BOT_TOKEN or TELEGRAM_BOT_TOKEN_FILE to the token @BotFather gave
      INFRA_API_URL: it is missing; set it to the infra's https:// address
      INFRA_API_KEY: it is missing; set INFRA_API_KEY or INFRA_API_KEY_FILE
      AI_GATEWAY_API_KEY: it is missing; set AI_GATEWAY_API_KEY or AI_GATEWAY_API_KEY_FILE
      ENCRYPTION_KEYS: it is missing; set ENCRYPTION_KEYS or ENCRYPTION_KEYS_FILE to id:key; `clawhatch keys generate` prints a new key
    "); }
    }
    let wrong = [
        ("TELEGRAM_BOT_TOKEN", "123:CANARY"),
        ("TELEGRAM_API_URL", "http://CANARY@example.com"),
        ("TELEGRAM_WEBHOOK_SECRET", "CANARY"),
        ("DATABASE_URL", "mysql://u:CANARY@h/d"),
        ("INFRA_API_URL", "http://u:CANARY@infra.example.com"),
        ("INFRA_API_KEY", "CAN ARY"),
        ("AI_GATEWAY_API_KEY_FILE", "/nowhere/CANARY"),
        ("ENCRYPTION_KEYS", "k1:CANARY"),
        ("ADMIN_IDS", "CANARY"),
        ("LISTEN_ADDR", "CANARY"),
        ("LOG_FORMAT", "CANARY"),
        ("MODELS_FILE", "/nowhere/CANARY"),
    ];
    let wrong = wrong.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let told = around.start_with(&["run"], &wrong).ends().await;
    assert_eq!(told.code, Some(2));
    insta::assert_snapshot!(told.text, @"
    These settings have to be mended first:
      TELEGRAM_BOT_TOKEN: this is not a bot token; copy the whole line digits:letters from @BotFather
      TELEGRAM_API_URL: write https://host, or http:// on this machine only
      TELEGRAM_WEBHOOK_SECRET: it must be 16 to 256 letters, digits, _ or -
      LISTEN_ADDR: write an address and a port, such as 127.0.0.1:8080
      DATABASE_URL: it must begin with sqlite: or postgres://
      INFRA_API_URL: write https://host, without a user, a query or a fragment
      INFRA_API_KEY: it must be one line of letters, digits and signs, without blanks
      AI_GATEWAY_API_KEY: the file in AI_GATEWAY_API_KEY_FILE cannot be read: entity not found
      ENCRYPTION_KEYS: the key of entry 1 must be exactly 32 bytes, as 64 hex digits or as base64
      ADMIN_IDS: write numeric Telegram ids separated by commas, such as 4242,4343
      MODELS_FILE: the file cannot be read: entity not found
      LOG_FORMAT: write text or json
    ");
    assert!(!told.text.contains("CANARY") && !told.text.contains("CAN ARY"));
}

#[tokio::test]
async fn a_start_with_another_key_is_refused_with_exact_words() {
    let mut around = Around::new(On::Sqlite).await;
    let running = around.start(&["run"]);
    around.is_ready().await;
    running.stops().await;
    around.set("ENCRYPTION_KEYS", &format!("k1:{}", generate_key()));
    let told = around.shell(&["run"]).await;
    assert_eq!(told.code, Some(1));
    let sentence = "clawhatch stopped: ENCRYPTION_KEYS does not hold the key this database was sealed with: ";
    assert!(told.text.lines().any(|line| line.starts_with(sentence)), "{}", told.text);
    tells_no_secret(&around, &told.text);
}

#[tokio::test]
async fn a_new_key_is_whole_and_another_each_time() {
    let around = Around::new(On::Sqlite).await;
    let mut keys = Vec::new();
    for _ in 0..2 {
        let told = around.start_with(&["keys", "generate"], &BTreeMap::new()).ends().await;
        assert_eq!(told.code, Some(0), "it needs no settings");
        let key = told.text.trim().to_owned();
        assert_eq!(hex::decode(&key).map(|bytes| bytes.len()), Ok(32), "{key}");
        KeyRing::parse(&format!("k1:{key}")).expect("it fits into ENCRYPTION_KEYS");
        keys.push(key);
    }
    assert_ne!(keys[0], keys[1]);
}

#[tokio::test]
async fn keys_are_rotated_and_the_old_one_may_go() {
    for on in [On::Sqlite, On::Postgres] {
        let w = World::on(on).await;
        w.person(1001, "Ann", "en").hatches("anns_helper_bot").await;
        let mut around = Around::new(On::Sqlite).await;
        around.set("DATABASE_URL", &w.database_url);
        let (old, new) = (w.settings.encryption_keys.expose().clone(), format!("k2:{}", generate_key()));
        for (ring, expected) in
            [(format!("{new},{old}"), "3 secrets"), (format!("{new},{old}"), "0 secrets"), (new.clone(), "0 secrets")]
        {
            around.set("ENCRYPTION_KEYS", &ring);
            let told = around.shell(&["keys", "rotate"]).await;
            assert_eq!(told.code, Some(0), "{}", told.text);
            assert!(told.text.starts_with(&format!("{expected} were put under the first key.")), "{}", told.text);
        }
        around.set("ENCRYPTION_KEYS", &old);
        let (code, found) = findings(&around).await;
        assert!(code == Some(1) && found.contains("bad   keys: "), "{found}");
    }
}

#[tokio::test]
async fn the_trail_is_verified_and_a_changed_row_named() {
    for on in [On::Sqlite, On::Postgres] {
        let w = World::on(on).await;
        w.person(1001, "Ann", "en").hatches("anns_helper_bot").await;
        while w.app().seal_audit().await.expect("sealing") > 0 {}
        let rows = w.texts("SELECT id FROM audit").await.len();
        let mut around = Around::new(On::Sqlite).await;
        around.set("DATABASE_URL", &w.database_url);
        let told = around.shell(&["audit", "verify"]).await;
        assert_eq!((told.code, told.text.trim()), (Some(0), format!("{rows} rows, unbroken.").as_str()));
        w.sql("UPDATE audit SET actor = 'nobody' WHERE number = 2").await;
        let told = around.shell(&["audit", "verify"]).await;
        assert_eq!(told.code, Some(1));
        assert!(told.text.contains("clawhatch stopped: row 2 of the audit trail was changed or taken out"), "{}", told.text);
    }
}
