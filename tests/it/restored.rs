//! A backup six hours old is restored. The rows forgot who came, who left and who changed their mind; the infra did not.
//! Nothing is destroyed and nothing adopted unasked, people and admins are told, and everybody can go on from there.

use clawhatch::{
    domain::{
        ids::TelegramId,
        time::{HOUR, MINUTE},
    },
    sandbox::infra::{Effect, Entry, HostStatus},
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use url::Url;

use crate::{
    on_both,
    world::{Someone, World},
};

on_both! {
    six_hours_are_forgotten,
}

/// A copy of the database as it is now, and the world going on with the old one.
async fn backed_up(w: World) -> (World, String) {
    if w.database_url.starts_with("sqlite:") {
        let copy = format!("{}-copy", w.database_url);
        let mut beside = SqliteConnection::connect(&w.database_url).await.expect("the database");
        let text = AssertSqlSafe(format!("VACUUM INTO '{}'", copy.trim_start_matches("sqlite:")));
        sqlx::query(text).execute(&mut beside).await.expect("a copy");
        return (w, copy);
    }
    // Nobody may be in it while it is copied.
    w.app().db.close().await;
    let mut url = Url::parse(&w.database_url).expect("its URL");
    let name = url.path().trim_start_matches('/').to_owned();
    url.set_path("postgres");
    let mut cluster = PgConnection::connect(url.as_str()).await.expect("the throw-away cluster");
    let text = AssertSqlSafe(format!("CREATE DATABASE {name}_copy TEMPLATE {name}"));
    sqlx::query(text).execute(&mut cluster).await.expect("a copy");
    url.set_path(&format!("{name}_copy"));
    (w.restarted().await, url.to_string())
}

async fn restored(mut w: World, backup: String) -> World {
    w.app().db.close().await;
    w.database_url.clone_from(&backup);
    w.restarted_with(&[("DATABASE_URL", &backup)]).await
}

fn someone(world: &World, id: i64) -> Someone<'_> {
    Someone { world, id: TelegramId(id) }
}

/// What the infra was asked for this claw, from its `since`th call on.
fn asked_for(w: &World, since: usize, owner: i64) -> Vec<Entry> {
    let owner = owner.to_string();
    let theirs = |entry: &Entry| entry.allow_from.first() == Some(&owner);
    w.infra.journal().into_iter().skip(since).filter(theirs).collect()
}

fn model_of(w: &World, owner: i64) -> String {
    let owner = owner.to_string();
    w.infra.claws().into_iter().find(|claw| claw.allow_from.first() == Some(&owner)).expect("their claw").model
}

async fn six_hours_are_forgotten(w: World) {
    w.admin().await;
    for (id, bot) in [(1001, "anns_helper_bot"), (1002, "bobs_helper_bot"), (1004, "daves_helper_bot")] {
        w.person(id, "Ann", "en").hatches(bot).await;
    }
    w.person(1003, "Carol", "en").says("/start").await;
    let (w, backup) = backed_up(w).await;

    // Six hours of life: Carol and Eve hatch, Bob leaves, Dave wants another mind.
    let carols = someone(&w, 1003).hatches("carols_helper_bot").await;
    w.person(1005, "Eve", "en").hatches("eves_helper_bot").await;
    let (bob, dave) = (someone(&w, 1002), someone(&w, 1004));
    bob.opens_card().await;
    bob.taps("Delete this claw").await;
    bob.taps("Delete it").await;
    dave.opens_card().await;
    for label in ["Change model", "Claude Sonnet", "Change model, memory"] {
        dave.taps(label).await;
    }
    someone(&w, 1003).opens_card().await;
    w.pass(11 * MINUTE).await;
    w.pass(6 * HOUR).await;
    assert_eq!((w.infra.claws().len(), bob.count("is gone, as you asked")), (4, 1));
    let asked = w.infra.journal().len();
    let keys: Vec<_> = w.infra.journal().into_iter().map(|entry| entry.idempotency_key).collect();
    let anns = someone(&w, 1001).count("");

    let w = restored(w, backup).await;
    for _ in 0..4 {
        w.pass(5 * MINUTE).await;
    }
    let (admin, ann, bob, carol, dave, eve) =
        (someone(&w, 9001), someone(&w, 1001), someone(&w, 1002), someone(&w, 1003), someone(&w, 1004), someone(&w, 1005));
    // Ann's did not change: nobody touches it, and she hears nothing.
    assert_eq!((asked_for(&w, asked, 1001), ann.count("")), (Vec::new(), anns), "{}", ann.chat());
    // Bob's row still wishes for a claw: it is there again, and he is told.
    assert_eq!((asked_for(&w, asked, 1002).len(), bob.count("had stopped by itself. I brought it back")), (1, 1));
    // Those of Carol and Eve are known to nobody: told to admins, neither adopted nor taken down.
    assert_eq!((asked_for(&w, asked, 1003), asked_for(&w, asked, 1005)), (Vec::new(), Vec::new()));
    assert_eq!(w.texts("SELECT id FROM claws").await.len(), 3);
    assert_eq!(admin.count("The infra runs a claw that I know nothing of"), 2, "{}", admin.chat());
    assert_eq!((admin.count("it runs anthropic/claude-sonnet"), model_of(&w, 1004).contains("sonnet")), (1, true));
    let removed = w.infra.journal().iter().skip(asked).filter(|entry| entry.effect == Effect::Removed).count();
    let ready = w.infra.claws().iter().filter(|claw| claw.status == HostStatus::Ready).count();
    assert_eq!((removed, ready), (0, 5), "nothing is destroyed");
    // A button of the forgotten hours does nothing, and breaks nothing.
    carol.taps("Pause it").await;
    assert_eq!(asked_for(&w, asked, 1003), Vec::new());
    // Whoever asks again gets what they ask: Dave another mind, Carol and Eve their claws, in their old bots.
    dave.opens_card().await;
    for label in ["Change model", "GPT-5.2", "Change model, memory"] {
        dave.taps(label).await;
    }
    assert!(model_of(&w, 1004).contains("gpt-5.2"), "{}\n{}", model_of(&w, 1004), dave.chat());
    carol.prepares(&carols).await;
    carol.taps("Start 48").await;
    w.pass(5 * MINUTE).await;
    assert_eq!(carol.opens_card().await.lines().next(), Some("@carols_helper_bot   ● awake"), "{}", carol.chat());
    eve.says("/start").await;
    for _ in 0..3 {
        w.pass(5 * MINUTE).await;
    }
    assert_eq!(w.infra.claws().len(), 5);
    // No intention bears the name of one that was forgotten.
    let later = w.infra.journal().into_iter().skip(asked);
    assert_eq!(later.filter(|entry| keys.contains(&entry.idempotency_key)).count(), 0);
    assert_eq!(w.texts("SELECT code FROM incidents").await, Vec::<String>::new());
}
