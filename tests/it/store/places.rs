//! The last place: two replicas hatch for two people in the same moment, and one of them gets it.

use clawhatch::{
    app::{Floods, Pace},
    bot,
    wiring::{Outside, Product, assemble},
};

use crate::world::{On, Someone, World, run};

/// The same product once more, on the same database: a second replica.
async fn replica(w: &World) -> Product {
    let (floods, pace) = (Floods::with_burst(100_000), Pace::with_burst(100_000));
    let outside = Outside { clock: w.clock.clone(), db: w.db().await, floods, pace };
    assemble(&w.settings, outside).await.expect("a replica")
}

/// Presses the button and lets nobody take the tap up yet.
fn presses(who: Someone<'_>, label: &str) {
    let (telegram, bot) = (&who.world.telegram, who.world.bot.id);
    let shown = telegram.last_from_bot(who.id, bot).expect("a screen");
    let full = shown.buttons.iter().flatten().find(|(text, _)| text.contains(label)).expect("the button").0.clone();
    telegram.taps(who.id, bot, shown.message_id, full.as_str());
}

async fn one_place_for_two(on: On, setting: &str) {
    let w = World::with(on, &[(setting, "1")]).await;
    let other = replica(&w).await;
    let people = [w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en")];
    for (who, username) in people.iter().zip(["anns_bot", "bobs_bot"]) {
        let token = who.makes_bot("Helper", username);
        who.prepares(&token).await;
    }
    for who in people {
        presses(who, "Start 48");
    }
    let (app, offset) = (w.app(), 0);
    let stored = bot::poll_once(app, &w.product.api, offset, 0).await.0;
    assert!(stored > 0);
    let mut rows = app.take_updates(50).await.expect("the taps");
    assert_eq!(rows.len(), 2, "one of each chat");
    let (second, first) = (rows.remove(1), rows.remove(0));
    tokio::join!(w.product.door.handle(first), other.door.handle(second));
    w.settle().await;
    assert_eq!(w.texts("SELECT id FROM claws").await.len(), 1, "{setting}: {}\n\n{}", people[0].chat(), people[1].chat());
    assert_eq!(w.texts("SELECT person_id FROM line").await.len(), 1);
    assert_eq!(w.texts("SELECT id FROM periods").await.len(), 1);
    assert_eq!(w.infra.claws().len(), 1);
    assert_eq!(people.iter().filter(|who| who.count("Your claw is awake") == 1).count(), 1);
}

#[test]
fn the_last_place_is_given_once_by_two_replicas() {
    run(async {
        for setting in ["MAX_CLAWS", "TRIALS_PER_DAY"] {
            one_place_for_two(On::Postgres, setting).await;
        }
    });
}

#[test]
fn the_last_place_is_given_once_in_an_embedded_database() {
    run(async { one_place_for_two(On::Sqlite, "MAX_CLAWS").await });
}
