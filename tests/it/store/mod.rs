//! The store on both databases: every statement, who is given which work, whose writes count, and in what order things
//! are said.

mod broken;
mod claims;
mod fences;
mod messages;
mod places;

use clawhatch::{
    domain::{
        claw::{Claw, Spec},
        ids::{BotId, ClawId, PersonId, TelegramId},
        locale::Locale,
        person::Person,
        time::Time,
    },
    store::{Db, StoreError, statements},
};
use sqlx::{
    Connection as _, Either, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection, Statement as _, TypeInfo as _,
};
use uuid::Uuid;

use crate::{
    on_both,
    world::{START, World, run},
};

/// A person in the database.
pub async fn add_person(db: &Db, number: u128) -> PersonId {
    let person = Person {
        id: PersonId(Uuid::from_u128(number)),
        telegram: Some(TelegramId(number as i64)),
        name: None,
        locale: Locale::default(),
        zone: None,
        reachable: true,
        terms: 0,
        created: START,
    };
    let mut tx = db.begin().await.expect("a transaction");
    assert!(tx.add_person(&person, None).await.expect("a person"));
    tx.commit().await.expect("a commit");
    person.id
}

pub fn new_claw(person: PersonId, number: i64, bot: i64) -> Claw {
    let id = ClawId(Uuid::from_u128(person.0.as_u128() * 1000 + number as u128));
    let spec = Spec { bot: BotId(bot), model: "m".to_owned(), people: Vec::new() };
    Claw::new(id, person, number, "infra_api", spec, START)
}

/// An instant so many seconds after the world began.
pub fn at(seconds: i64) -> Time {
    Time(START.0 + seconds * 1000)
}

#[test]
fn every_statement_prepares() {
    run(async {
        let lite = World::on(crate::world::On::Sqlite).await;
        let mut connection = SqliteConnection::connect(&lite.database_url).await.expect("SQLite");
        for sql in statements() {
            // A column that a newer version adds must not change what a prepared statement gives.
            let all = ["SELECT *", "RETURNING *", ".*"];
            assert!(!all.iter().any(|all| sql.sqlite.contains(all) || sql.postgres.contains(all)), "{} reads *", sql.name);
            if let Err(error) = connection.prepare(sqlx::AssertSqlSafe(sql.sqlite).into_sql_str()).await {
                panic!("{} does not prepare on SQLite: {error}\n{}", sql.name, sql.sqlite);
            }
        }
        let postgres = World::on(crate::world::On::Postgres).await;
        let mut connection = PgConnection::connect(&postgres.database_url).await.expect("PostgreSQL");
        for sql in statements() {
            let prepared = connection.prepare(sqlx::AssertSqlSafe(sql.postgres).into_sql_str()).await;
            let prepared = prepared.unwrap_or_else(|error| panic!("{} does not prepare: {error}\n{}", sql.name, sql.postgres));
            // Whole numbers, texts and bytes are all we bind.
            if let Some(Either::Left(types)) = prepared.parameters() {
                for kind in types {
                    assert!(["INT8", "TEXT", "BYTEA"].contains(&kind.name()), "{}: {}\n{}", sql.name, kind.name(), sql.postgres);
                }
            }
        }
        assert!(statements().len() > 90, "the list of statements is not whole: {}", statements().len());
    });
}

on_both! {
    async fn a_bot_hosts_one_living_claw(w: World) {
        let db = &w.app().db;
        let (ann, bob) = (add_person(db, 1).await, add_person(db, 2).await);
        let first = new_claw(ann, 1, 77);
        let mut tx = db.begin().await.expect("a transaction");
        tx.add_claw(&first, START).await.expect("the first claw");
        tx.commit().await.expect("a commit");
        for second in [new_claw(ann, 2, 77), new_claw(bob, 1, 77)] {
            let mut tx = db.begin().await.expect("a transaction");
            assert!(matches!(tx.add_claw(&second, START).await, Err(StoreError::Taken(_))));
        }
        let mut tx = db.begin().await.expect("a transaction");
        tx.save_claw(&first.erased(START), None).await.expect("saved");
        tx.add_claw(&new_claw(bob, 1, 77), START).await.expect("the bot is free again");
        tx.commit().await.expect("a commit");
        let mut tx = db.begin().await.expect("a transaction");
        let mut other = new_claw(ann, 2, 78);
        tx.add_claw(&other, START).await.expect("another bot");
        other.spec.bot = BotId(77);
        assert!(matches!(tx.save_claw(&other, None).await, Err(StoreError::Taken(_))), "nor by a change");
    }
}

on_both! {
    async fn a_claw_that_changed_meanwhile_is_not_overwritten(w: World) {
        let db = &w.app().db;
        let claw = new_claw(add_person(db, 1).await, 1, 77);
        let mut tx = db.begin().await.expect("a transaction");
        tx.add_claw(&claw, START).await.expect("a claw");
        tx.save_claw(&claw.clone().pause(START), None).await.expect("the first");
        tx.commit().await.expect("a commit");
        let mut tx = db.begin().await.expect("a transaction");
        assert!(matches!(tx.save_claw(&claw, None).await, Err(StoreError::Again(_))), "read before the first wrote");
        drop(tx);
        let mut tx = db.begin().await.expect("a transaction");
        let kept = tx.hold_claw(claw.id).await.expect("a look").expect("the claw");
        assert_eq!((kept.wish, kept.version), (claw.pause(START).wish, 1));
    }
}
