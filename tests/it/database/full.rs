//! A file that may not grow: what does not fit is not acknowledged, what was acknowledged is done once there is room.

use std::time::Duration;

use clawhatch::{
    app, bot,
    store::{Sql, StoreError},
};
use serde_json::json;

use crate::{
    on_both,
    webhook::{House, SECRET},
    world::{On, World, run},
};

async fn set(w: &World, pragma: &'static str) {
    let mut tx = w.app().db.begin().await.expect("a transaction");
    tx.all(Sql { name: "PRAGMA", sqlite: pragma, postgres: pragma }, vec![]).await.expect("a pragma");
    tx.commit().await.expect("a commit");
}

fn update(number: i64) -> String {
    let from = json!({ "id": 1000 + number % 7, "is_bot": false, "first_name": "Ann", "language_code": "en" });
    let chat = json!({ "id": 1000 + number % 7, "type": "private", "first_name": "Ann" });
    let text = format!("/start {}", "x".repeat(3000));
    json!({ "update_id": number, "message": { "message_id": number, "from": from, "chat": chat, "date": 1, "text": text } })
        .to_string()
}

#[test]
fn a_full_file_refuses_what_does_not_fit_and_loses_nothing() {
    run(async {
        let w = World::on(On::Sqlite).await;
        for id in 1000..1007 {
            // Whoever never wrote to a bot cannot be written to.
            w.person(id, "Ann", "en").says("/start").await;
        }
        let house = House::of(&w, Some(SECRET)).await;
        // As many pages as there are, and not one more.
        set(&w, "PRAGMA max_page_count = 1").await;
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for number in 10_001..=10_200 {
            match house.brings(Some(SECRET), update(number)).await {
                200 => taken.push(number),
                503 => refused.push(number),
                other => panic!("{other}"),
            }
        }
        assert!(refused.len() > 100, "{} did not fit", refused.len());
        let stored = w.texts("SELECT id FROM inbox WHERE seq BETWEEN 10000 AND 20000 ORDER BY seq").await;
        assert_eq!(
            stored,
            taken.iter().map(|number| format!("telegram:{number}")).collect::<Vec<_>>(),
            "200 means on disk, 503 means not"
        );
        assert_eq!(house.ready().await.0, 200, "what can be read is read");
        set(&w, "PRAGMA max_page_count = 1000000").await;
        for number in &refused {
            assert_eq!(house.brings(Some(SECRET), update(*number)).await, 200, "there is room again");
        }
        w.pass(Duration::from_secs(2)).await;
        assert_eq!(w.texts("SELECT id FROM inbox WHERE seq BETWEEN 10000 AND 20000 AND done_at IS NOT NULL").await.len(), 200);
        assert_eq!(w.texts("SELECT code FROM incidents").await, Vec::<String>::new());
        for id in 1000..1007 {
            let ann = crate::world::Someone { world: &w, id: clawhatch::domain::ids::TelegramId(id) };
            let shown = w.telegram.chat(ann.id, w.bot.id);
            assert_eq!(shown.iter().filter(|shown| shown.from_bot).count(), 1, "{}", ann.chat());
        }
    });
}

on_both! {
    async fn what_the_database_could_not_do_is_no_failure_of_the_update(w: World) {
        let ann = w.person(1001, "Ann", "en");
        w.telegram.says(ann.id, w.bot.id, "/start");
        bot::poll_once(w.app(), &w.product.api, 0, 0).await;
        for _ in 0..20 {
            let row = w.app().take_updates(1).await.expect("a look").remove(0);
            let full = app::Error::Store(StoreError::Again("database or disk is full".to_owned()));
            w.app().update_failed(&row, Some(ann.id), full).await.expect("written down");
            assert_eq!(w.app().take_updates(1).await.expect("a look").len(), 0, "not at once");
            w.clock.advance(Duration::from_secs(1));
        }
        assert_eq!(w.texts("SELECT id FROM inbox WHERE tries > 0 OR dead_at IS NOT NULL").await, Vec::<String>::new());
        w.settle().await;
        assert_eq!(ann.count("Your own AI assistant"), 1, "{}", ann.chat());
        assert_eq!(w.texts("SELECT code FROM incidents").await, Vec::<String>::new());
    }
}
