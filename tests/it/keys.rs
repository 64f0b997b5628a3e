//! The keys of the vault: a wrong one is refused before anything runs, a rotation may be killed anywhere and goes on,
//! and a sealed token opens in its own row only.

use std::{future::Future, pin::pin, task::Poll};

use clawhatch::{
    app::keys,
    config::Settings,
    domain::{
        ids::{BotId, PersonId},
        person::BotBrief,
    },
    drivers::vault::{KeyRing, Place, Vault, generate_key, key_of},
    sandbox::infra::fingerprint,
    store::Bot,
};

use crate::{
    on_both,
    store::add_person,
    world::{On, START, World, run},
};

pub const BOTS: i64 = 120;

pub fn vault(ring: &str) -> Vault {
    Vault::new(KeyRing::parse(ring).expect("a ring"))
}

pub fn ring_of(w: &World) -> String {
    w.settings.encryption_keys.expose().clone()
}

pub fn place(bot: i64, person: PersonId) -> Place {
    Place { table: "bots", column: "token", owner: format!("{bot}/{person}") }
}

/// Many connected bots, sealed under the world's present key.
pub async fn connect_many(w: &World) -> PersonId {
    let person = add_person(&w.app().db, 1).await;
    let vault = vault(&ring_of(w));
    let mut tx = w.app().db.begin().await.expect("a transaction");
    for id in 1..=BOTS {
        let brief = BotBrief { id: BotId(id), username: format!("b{id}"), name: "B".to_owned() };
        let token = Some(vault.seal(format!("{id}:secret").as_bytes(), &place(id, person)));
        tx.put_bot(&Bot { brief, person, managed: false, token, access: None }, START).await.expect("a bot");
    }
    tx.commit().await.expect("a commit");
    person
}

pub async fn sealed(w: &World) -> Vec<(BotId, Vec<u8>)> {
    let mut tx = w.app().db.begin().await.expect("a transaction");
    let rows = tx.list_sealed_tokens(BotId(i64::MIN), 1000).await.expect("the tokens");
    rows.into_iter().map(|(id, _, token)| (id, token)).collect()
}

async fn stopping<T>(work: impl Future<Output = T>, waits: usize) -> Option<T> {
    let mut work = pin!(work);
    let mut left = waits;
    std::future::poll_fn(move |context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left <= 1 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

on_both! {
    async fn a_wrong_key_is_refused_and_changes_nothing(w: World) {
        let before = w.every_value().await;
        let wrong = generate_key();
        for (ring, expected) in [
            (format!("k1:{wrong}"), "ENCRYPTION_KEYS does not hold the key this database was sealed with: the secret does not open: the key, its place or its bytes are not those it was sealed with"),
            (format!("k9:{wrong}"), "ENCRYPTION_KEYS does not hold the key this database was sealed with: the key \"k1\" is not in ENCRYPTION_KEYS"),
        ] {
            for told in [
                keys::open(&w.app().db, &vault(&ring)).await.map(drop).expect_err("another key"),
                keys::verify(&w.app().db, &vault(&ring)).await.expect_err("another key"),
            ] {
                let told = format!("{told:#}");
                assert_eq!(told, expected);
                assert!(!told.contains(&wrong), "{told}");
            }
        }
        assert_eq!(w.every_value().await, before);
        keys::verify(&w.app().db, &vault(&format!("k2:{wrong},{}", ring_of(&w)))).await.expect("the old key is still there");
    }
}

#[test]
fn the_settings_name_each_fault_of_the_keys_and_never_their_text() {
    let good = generate_key();
    let short = &good[..62];
    for (keys, expected) in [
        (
            "".to_owned(),
            "it is missing; set ENCRYPTION_KEYS or ENCRYPTION_KEYS_FILE to id:key; `clawhatch keys generate` prints a new key",
        ),
        (good.clone(), "entry 1 has no colon; write id:key"),
        (format!("k1:{short}"), "the key of entry 1 must be exactly 32 bytes, as 64 hex digits or as base64"),
        (format!("k1:{good},k1:{good}"), "entry 2 repeats an id; every key needs its own"),
        (format!("{good}:k1"), "the id of entry 1 must be 1 to 16 letters, digits, _ or -"),
        (format!("k1:{good},"), "entry 2 has no colon; write id:key"),
    ] {
        let env = |name: &str| (name == "ENCRYPTION_KEYS").then(|| keys.clone()).filter(|keys| !keys.is_empty());
        let check = |text: &str| KeyRing::parse(text).map(drop).map_err(|error| error.to_string());
        let faults = Settings::from_env_with(&env, &check).expect_err("much is missing");
        let fault = faults.iter().find(|fault| fault.name == "ENCRYPTION_KEYS").expect("a fault of the keys");
        assert_eq!(fault.sentence, expected);
        assert!(!format!("{faults:?}").contains(short), "{faults:?}");
    }
}

on_both! {
    async fn a_rotation_killed_anywhere_goes_on_where_it_was(w: World) {
        let person = connect_many(&w).await;
        let old = ring_of(&w);
        let (new, both) = (format!("k2:{}", generate_key()), String::new());
        let both = format!("{new},{old}{both}");
        let (mut waits, mut killed) = (1, 0);
        while stopping(keys::rotate(&w.app().db, &vault(&both)), waits).await.is_none() {
            killed += 1;
            // Whatever is there opens with both keys, at any moment.
            for (bot, token) in sealed(&w).await {
                let plain = vault(&both).open(&token, &place(bot.0, person)).expect("it opens");
                assert_eq!(plain.expose(), format!("{}:secret", bot.0).as_bytes());
            }
            keys::verify(&w.app().db, &vault(&both)).await.expect("the next start works");
            waits = waits * 3 / 2 + 1;
        }
        assert!(killed >= 3, "killed {killed} times");
        assert_eq!(keys::rotate(&w.app().db, &vault(&both)).await.expect("a second run"), 0, "nothing is left to move");
        let tokens = sealed(&w).await;
        assert_eq!(tokens.len() as i64, BOTS);
        for (bot, token) in tokens {
            assert_eq!(key_of(&token), Some("k2"));
            assert!(vault(&new).open(&token, &place(bot.0, person)).is_ok(), "the old key is no longer needed");
        }
        keys::open(&w.app().db, &vault(&new)).await.map(drop).expect("nor for the start");
        assert!(keys::verify(&w.app().db, &vault(&old)).await.is_err(), "the old one alone is not enough");
    }
}

on_both! {
    async fn one_token_that_does_not_open_keeps_no_other_from_moving(w: World) {
        connect_many(&w).await;
        let swapped = "UPDATE bots SET token = (SELECT o.token FROM bots o WHERE o.id = 8) WHERE id = 7";
        assert_eq!(w.sql(swapped).await, 1);
        let both = format!("k2:{},{}", generate_key(), ring_of(&w));
        let told = format!("{:#}", keys::rotate(&w.app().db, &vault(&both)).await.expect_err("one is left"));
        assert!(told.starts_with("121 secrets were put under the first key, and 1 could not be: the token of bot 7: "), "{told}");
        let left: Vec<_> = sealed(&w).await.into_iter().filter(|(_, token)| key_of(token) == Some("k1")).collect();
        assert_eq!(left.iter().map(|(bot, _)| bot.0).collect::<Vec<_>>(), [7]);
    }
}

on_both! {
    async fn a_token_from_another_persons_row_is_never_sent(w: World) {
        let admin = w.admin().await;
        let (ann, bob) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
        ann.hatches("anns_helper_bot").await;
        let bobs = bob.hatches("bobs_helper_bot").await;
        let annas = w.texts("SELECT CAST(id AS TEXT) FROM bots ORDER BY username").await;
        let (hers, his) = (&annas[0], &annas[1]);
        w.sql("CREATE TABLE kept AS SELECT id, token FROM bots").await;
        for (to, from) in [(hers, his), (his, hers)] {
            w.sql(&format!("UPDATE bots SET token = (SELECT k.token FROM kept k WHERE k.id = {from}) WHERE id = {to}")).await;
        }
        let calls_before = w.infra.journal().len();
        let her_id = w.texts("SELECT person_id FROM claws ORDER BY created_at, id").await.remove(0);
        // Her claw goes and has to be ordered again.
        w.sql(&format!("UPDATE claws SET seen = '{{\"seen\":\"absent\"}}', due_at = 0 WHERE person_id = '{her_id}'")).await;
        w.settle().await;
        let calls = w.infra.journal().split_off(calls_before);
        assert!(calls.iter().all(|call| call.token != Some(fingerprint(&bobs))), "{calls:#?}");
        assert!(calls.iter().all(|call| call.route != "provision"), "nothing is ordered with it: {calls:#?}");
        let alerts = w.texts("SELECT name FROM alerts WHERE resolved_at IS NULL").await;
        assert_eq!(alerts, [format!("unsealable:{hers}")]);
        let incidents = w.texts("SELECT doing FROM incidents").await;
        assert!(incidents.contains(&"opening a sealed token".to_owned()), "{incidents:?}");
        assert!(admin.chat().contains(&format!("the token of bot {hers}")), "{}", admin.masked_chat());
        assert_eq!(w.infra.claws().len(), 2, "his goes on as it is");
    }
}

#[test]
fn a_rotation_runs_beside_a_server_that_seals() {
    run(async {
        let w = World::on(On::Postgres).await;
        connect_many(&w).await;
        let old = ring_of(&w);
        let w = w.restarted_with(&[("ENCRYPTION_KEYS", &format!("k2:{},{old}", generate_key()))]).await;
        let ann = w.person(1001, "Ann", "en");
        let ring = vault(&ring_of(&w));
        let (moved, _) = tokio::join!(keys::rotate(&w.app().db, &ring), ann.hatches("anns_helper_bot"));
        assert!(moved.expect("rotated") >= BOTS as usize);
        assert!(sealed(&w).await.iter().all(|(_, token)| key_of(token) == Some("k2")));
        assert_eq!(w.infra.claws().len(), 1);
    });
}
