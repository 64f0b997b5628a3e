//! A thousand fresh accounts ask for free time at once: exactly as many begin as there are places, whoever handles them,
//! and somebody who has been here before is served all the same.

use clawhatch::{
    domain::{
        bot_token::BotToken,
        ids::{BotId, TelegramId},
        notice::Offer,
        tap::Tap,
        wizard::Desk,
    },
    drivers::vault::Place,
    wiring::Product,
};
use futures::future::join_all;

use crate::{
    on_both,
    world::{On, World, run},
};

const PEOPLE: i64 = 1000;
const FIRST: i64 = 10_000;
/// A person's bot has the person's number and this.
const BOTS: i64 = 700_000_000;

on_both! {
    a_thousand_ask_and_every_place_is_taken_once,
    a_thousand_ask_and_as_many_begin_as_may_in_a_day,
}

fn everyone() -> impl Iterator<Item = TelegramId> {
    (FIRST..FIRST + PEOPLE).map(TelegramId)
}

/// Brings a thousand people to the last step of the wizard, each with a bot of their own.
async fn a_crowd_at_the_last_step(w: &World) {
    let probe = w.person(9, "Probe", "en");
    let token = probe.makes_bot("Probe", "probes_own_bot");
    probe.prepares(&token).await;
    let probes_bot = w.telegram.bot_by_username("probes_own_bot").expect("a bot").id;
    for id in everyone() {
        w.telegram.add_person(id, "Ann", None, None, Some("en"));
        w.telegram.says(id, w.bot.id, "/start");
    }
    w.settle().await;
    let desk = w.texts("SELECT desk FROM persons WHERE telegram_id = 9").await.remove(0);
    assert!(desk.contains(&probes_bot.to_string()), "{desk}");
    let last = FIRST + PEOPLE - 1;
    let changed = w
        .sql(&format!(
            "UPDATE persons SET terms = 1, desk = REPLACE('{desk}', '{probes_bot}', CAST(telegram_id + {BOTS} AS TEXT)) \
             WHERE telegram_id BETWEEN {FIRST} AND {last}"
        ))
        .await;
    assert_eq!(changed, PEOPLE as u64);
    let persons = w
        .texts(&format!(
            "SELECT id || ' ' || CAST(telegram_id AS TEXT) FROM persons WHERE telegram_id BETWEEN {FIRST} AND {last}"
        ))
        .await;
    let sqlite = w.database_url.starts_with("sqlite:");
    let row = |line: &String| {
        let (person, telegram) = line.split_once(' ').expect("two words");
        let bot = BotId(telegram.parse::<i64>().expect("a number") + BOTS);
        let token = BotToken::parse(&format!("{bot}:AAfakefakefakefakefakefakefakefake1")).expect("a token");
        let place = Place { table: "bots", column: "token", owner: format!("{bot}/{person}") };
        let sealed = hex::encode(w.app().vault.seal(token.expose().as_bytes(), &place));
        let sealed = if sqlite { format!("x'{sealed}'") } else { format!("'\\x{sealed}'") };
        format!("({bot}, '{person}', 'bot_{bot}_bot', 'Helper', {sealed}, 1)")
    };
    let rows: Vec<String> = persons.iter().map(row).collect();
    w.sql(&format!("INSERT INTO bots (id, person_id, username, name, token, created_at) VALUES {}", rows.join(", "))).await;
}

/// Everybody presses the last button; nothing is handled yet.
async fn everyone_taps(w: &World) {
    let desk = w.texts("SELECT desk FROM persons WHERE telegram_id = 9").await.remove(0);
    let mut wizard = serde_json::from_str::<Desk>(&desk).expect("a desk").wizard.expect("a wizard");
    for id in everyone() {
        wizard.bot = Some(BotId(id.0 + BOTS));
        let start = Tap::Start(wizard.shown(&Offer::Trial { hours: 48 })).spell();
        let shown = w.telegram.last_from_bot(id, w.bot.id).expect("an answer to /start").message_id;
        w.telegram.taps_data(id, w.bot.id, shown, &w.app().pepper.tag_tap(id, &start));
    }
    let mut offset = 0;
    loop {
        let (next, _) = clawhatch::bot::poll_once(w.app(), &w.product.api, offset, 0).await;
        if next == offset {
            return;
        }
        offset = next;
    }
}

/// What a replica's worker does, until there is nothing left.
async fn handles(product: &Product) {
    loop {
        let rows = product.app.take_updates(32).await.expect("updates");
        if rows.is_empty() {
            return;
        }
        join_all(rows.into_iter().map(|row| product.door.handle(row))).await;
    }
}

async fn as_many_as(w: &World, most: usize) {
    // What met a busy database waits a few seconds to be tried again.
    w.clock.advance(std::time::Duration::from_secs(10));
    w.settle().await;
    assert_eq!(w.rows("claws").await, most);
    assert_eq!(w.rows("periods WHERE kind = 'trial'").await, most);
    assert_eq!((w.audited("trial.begin").await, w.audited("claw.hatch").await), (most, most));
    assert_eq!(w.rows("trial_marks").await, 2 * most, "a mark for the person and one for the bot");
    assert_eq!(w.rows("line").await, PEOPLE as usize - most, "everybody else has a place in line");
    assert_eq!(w.infra.claws().len(), most);
    assert_eq!(w.texts("SELECT id FROM inbox WHERE dead_at IS NOT NULL").await, Vec::<String>::new());
}

async fn ask_all(w: World, changed: &[(&str, &str)], most: usize) {
    let w = w.restarted_with(changed).await;
    a_crowd_at_the_last_step(&w).await;
    let bob = w.person(1002, "Bob", "en");
    bob.says("/start").await;
    everyone_taps(&w).await;
    w.telegram.says(bob.id, w.bot.id, "/help");
    w.take_in().await;
    let began = std::time::Instant::now();
    handles(&w.product).await;
    eprintln!("{PEOPLE} accounts asked for {most} places: handled in {:?}", began.elapsed());
    as_many_as(&w, most).await;
    assert!(bob.last().starts_with("I hatch claws"), "{}", bob.chat());
}

async fn a_thousand_ask_and_every_place_is_taken_once(w: World) {
    ask_all(w, &[("MAX_CLAWS", "17"), ("TRIALS_PER_DAY", "500")], 17).await;
}

async fn a_thousand_ask_and_as_many_begin_as_may_in_a_day(w: World) {
    ask_all(w, &[("MAX_CLAWS", "500"), ("TRIALS_PER_DAY", "13")], 13).await;
}

#[test]
fn two_replicas_give_no_place_twice() {
    run(async {
        let w = World::with(On::Postgres, &[("MAX_CLAWS", "21"), ("TRIALS_PER_DAY", "23")]).await;
        a_crowd_at_the_last_step(&w).await;
        let other = w.replica().await;
        everyone_taps(&w).await;
        tokio::join!(handles(&w.product), handles(&other), handles(&w.product), handles(&other));
        as_many_as(&w, 21).await;
    });
}
