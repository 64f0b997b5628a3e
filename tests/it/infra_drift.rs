//! What happens at the infra by itself: a claw that vanishes or stops is missed and brought back, one of ours that runs
//! and should not is taken down again, a stranger's is told and left alone.

use std::time::Duration;

use clawhatch::{
    domain::{
        bot_token::BotToken,
        time::{DAY, MINUTE},
    },
    sandbox::infra::{Effect, HostStatus},
};

use crate::{
    on_both,
    world::{Someone, World},
};

on_both! {
    a_claw_that_vanishes_is_missed_and_brought_back,
    a_claw_that_stops_is_started_again,
    one_that_vanishes_while_its_person_acts_is_left_to_them,
    a_claw_that_nobody_ordered_is_told_and_left_alone,
    a_claw_of_ours_that_should_sleep_is_taken_down_again,
    a_destroyed_claw_that_runs_is_taken_down_again,
    a_model_changed_by_hand_is_told,
}

pub fn slug_of(w: &World, someone: Someone<'_>) -> String {
    let own = someone.id.to_string();
    w.infra.claws().into_iter().find(|claw| claw.allow_from.first() == Some(&own)).expect("a claw of theirs").slug
}

fn created(w: &World) -> usize {
    w.infra.journal().iter().filter(|entry| entry.effect == Effect::Created).count()
}

pub fn strange(number: i64) -> BotToken {
    BotToken::parse(&format!("{number}:AAfakefakefakefakefakefakefakefake1")).expect("a token")
}

async fn person_id(w: &World, telegram: i64) -> String {
    w.texts(&format!("SELECT id FROM persons WHERE telegram_id = {telegram}")).await.remove(0)
}

async fn a_claw_that_vanishes_is_missed_and_brought_back(w: World) {
    let (admin, ann, bob) = (w.admin().await, w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
    ann.hatches("anns_helper_bot").await;
    bob.hatches("bobs_helper_bot").await;
    w.pass(6 * MINUTE).await;
    let (anns, bobs) = (ann.messages(), bob.messages());
    assert!(w.infra.remove_by_itself(&slug_of(&w, ann)));
    // It takes long to come up, so that what is said meanwhile is seen.
    w.infra.rule(|rules| rules.boot_time = Duration::from_secs(90));
    w.pass(5 * MINUTE).await;
    insta::assert_snapshot!(admin.last(), @"
    Alert. A claw that ran is gone from the infra.
    Ann 1001
    ROW

    I bring it back by myself. Look for the cause at the infra.

    It began just now, today at 12:11 UTC.
    [ Open fleet ]
    ");
    assert_eq!(ann.opens_card().await.lines().next(), Some("@anns_helper_bot   ◐ hatching"));
    for _ in 0..3 {
        w.pass(MINUTE).await;
    }
    insta::assert_snapshot!(admin.last(), @"
    Resolved after 2 minutes. A claw that ran is gone from the infra.
    Ann 1001
    ROW
    [ Open fleet ]
    ");
    insta::assert_snapshot!(ann.last(), @"
    @anns_helper_bot had stopped by itself. I brought it back; it is awake again.

    Its bot and settings are as they were; its memory may be lost. There is nothing you have to do.
    [ Open chat ]
    [ Open its card ]
    ");
    assert_eq!((w.infra.claws().len(), created(&w)), (2, 3));
    for _ in 0..6 {
        w.pass(5 * MINUTE).await;
    }
    assert_eq!(ann.messages(), anns + 3, "what she asked, its answer, and one message: {}", ann.chat());
    assert_eq!(bob.messages(), bobs, "nobody else hears of it: {}", bob.chat());
    assert_eq!((admin.count("Alert."), admin.count("Resolved after"), w.audited("claw.vanished").await), (0, 1, 1));
    assert_eq!((w.infra.claws().len(), created(&w)), (2, 3));
    // It is the same claw: the same name, the same bot, the same people.
    let names: Vec<_> = w.infra.journal().into_iter().map(|entry| (entry.user_id, entry.claw_id, entry.token)).collect();
    assert!(names.iter().filter(|name| **name == names[0]).count() >= 2, "{names:?}");
    // And it may happen again.
    assert!(w.infra.remove_by_itself(&slug_of(&w, ann)));
    w.pass(5 * MINUTE).await;
    w.pass(2 * MINUTE).await;
    assert_eq!((ann.count("had stopped by itself"), w.audited("claw.vanished").await, w.infra.claws().len()), (2, 2, 2));
}

async fn a_claw_that_stops_is_started_again(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    assert!(w.infra.stop_by_itself(&slug_of(&w, ann)));
    w.pass(5 * MINUTE).await;
    assert_eq!(w.infra.claws().iter().map(|claw| claw.status).collect::<Vec<_>>(), [HostStatus::Ready]);
    assert_eq!((ann.count("had stopped by itself"), created(&w)), (1, 1), "{}", ann.chat());
    assert_eq!(w.texts("SELECT detail FROM audit WHERE action = 'claw.vanished'").await, [r#"{"generation":1,"stopped":true}"#]);
}

async fn one_that_vanishes_while_its_person_acts_is_left_to_them(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    ann.opens_card().await;
    ann.taps("Pause it").await;
    // The list is being read when she pauses: what the row says by then counts for more.
    w.infra.remove_by_itself(&slug_of(&w, ann));
    w.infra.slow_list(Duration::from_millis(300));
    w.clock.advance(5 * MINUTE);
    let listed = w.infra.times_listed();
    let paused = async {
        while w.infra.times_listed() == listed {
            tokio::task::yield_now().await;
        }
        ann.taps("Pause it, memory").await;
    };
    let (survey, ()) = tokio::join!(w.app().survey(), paused);
    survey.expect("a survey");
    w.settle().await;
    assert_eq!(ann.opens_card().await.lines().next(), Some("@anns_helper_bot   ○ paused"));
    assert_eq!((w.audited("claw.vanished").await, w.infra.claws().len(), created(&w)), (0, 0, 1));
}

async fn a_claw_that_nobody_ordered_is_told_and_left_alone(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    let anns = person_id(&w, 1001).await;
    // One of a person we do not know, one of a person we know and a number we never gave, one with a name like ours.
    for (user, name, bot) in
        [("somebody", "claw-1", 777_001), (anns.as_str(), "claw-7", 777_002), (anns.as_str(), "claw-01", 777_003)]
    {
        w.infra.insert_foreign(user, name, user, strange(bot));
    }
    w.pass(5 * MINUTE).await;
    w.pass(5 * MINUTE).await;
    assert_eq!(admin.count("Alert."), 0, "it may be on its way: {}", admin.chat());
    w.pass(5 * MINUTE).await;
    assert_eq!(admin.count("Alert. The infra runs a claw that I know nothing of."), 3, "{}", admin.chat());
    for _ in 0..12 {
        w.pass(5 * MINUTE).await;
    }
    assert_eq!((admin.count("Alert."), w.infra.claws().len()), (3, 4), "told once, and left alone");
    assert!(w.infra.journal().iter().all(|entry| entry.route == "provision" && entry.claw_id == "claw-1"));
    let slugs: Vec<_> = w.infra.claws().into_iter().filter(|claw| claw.user_id == "somebody").map(|claw| claw.slug).collect();
    assert!(w.infra.remove_by_itself(&slugs[0]));
    w.pass(5 * MINUTE).await;
    assert_eq!((admin.count("Alert."), admin.count("Resolved after")), (2, 1), "{}", admin.chat());
    assert!(admin.chat().contains("somebody"));
}

async fn a_claw_of_ours_that_should_sleep_is_taken_down_again(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    let token = ann.hatches("anns_helper_bot").await;
    ann.opens_card().await;
    ann.taps("Pause it").await;
    ann.taps("Pause it, memory").await;
    assert_eq!(w.infra.claws(), []);
    let anns = person_id(&w, 1001).await;
    let said = ann.messages();
    w.infra.insert_foreign(&anns, "claw-1", &anns, BotToken::parse(&token).expect("her token"));
    w.pass(5 * MINUTE).await;
    w.pass(5 * MINUTE).await;
    assert_eq!((w.infra.claws().len(), admin.count("Alert.")), (1, 0));
    w.pass(5 * MINUTE).await;
    assert_eq!(w.infra.claws(), [], "the machine takes it down");
    assert_eq!(ann.opens_card().await.lines().next(), Some("@anns_helper_bot   ○ paused"));
    w.pass(5 * MINUTE).await;
    insta::assert_snapshot!(admin.last(), @"
    Resolved after 5 minutes. A claw of ours runs though it should not.
    Ann 1001
    ROW
    [ Open fleet ]
    ");
    assert_eq!(ann.messages(), said + 1, "she hears nothing of it, and asked herself: {}", ann.chat());
    assert_eq!((w.audited("claw.unasked").await, w.audited("claw.asleep").await), (1, 2));
    // The same when its time is over.
    ann.taps("Wake it up").await;
    w.pass(2 * DAY).await;
    w.infra.insert_foreign(&anns, "claw-1", &anns, BotToken::parse(&token).expect("her token"));
    for _ in 0..4 {
        w.pass(5 * MINUTE).await;
    }
    assert_eq!((w.infra.claws().len(), admin.count("Resolved after")), (0, 2), "{}", admin.chat());
}

async fn a_destroyed_claw_that_runs_is_taken_down_again(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    let token = ann.hatches("anns_helper_bot").await;
    ann.opens_card().await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    w.pass(11 * MINUTE).await;
    assert_eq!((w.infra.claws().len(), ann.count("is gone, as you asked")), (0, 1));
    let anns = person_id(&w, 1001).await;
    w.infra.insert_foreign(&anns, "claw-1", &anns, BotToken::parse(&token).expect("her old token"));
    let said = ann.messages();
    // A clock that was just moved decides nothing of the kind.
    w.pass(5 * MINUTE).await;
    w.clock.jump(3_600_000);
    w.pass(5 * MINUTE).await;
    assert_eq!((w.infra.claws().len(), admin.count("Alert.")), (1, 1), "{}", admin.chat());
    w.pass(5 * MINUTE).await;
    assert_eq!(w.infra.claws(), []);
    w.pass(5 * MINUTE).await;
    assert_eq!((admin.count("Alert."), admin.count("A claw of ours runs though it should not.")), (0, 1), "{}", admin.chat());
    assert_eq!(ann.messages(), said, "{}", ann.chat());
    // Her next claw is another name, and is not touched.
    let other = ann.makes_bot("Other", "anns_other_bot");
    ann.prepares(&other).await;
    ann.taps("Start my claw").await;
    for _ in 0..4 {
        w.pass(5 * MINUTE).await;
    }
    assert_eq!(w.infra.claws().iter().map(|claw| claw.claw_id.as_str()).collect::<Vec<_>>(), ["claw-2"]);
}

async fn a_model_changed_by_hand_is_told(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    assert!(w.infra.change_by_hand(&slug_of(&w, ann), "somebody/elses"));
    for _ in 0..3 {
        w.pass(5 * MINUTE).await;
    }
    insta::assert_snapshot!(admin.last(), @"
    Alert. What is written and what is there differ.
    Ann 1001
    ROW
    it runs somebody/elses; its row says google/gemini-3-flash

    I set right what is safe. Check the claw in the fleet.

    It began just now, today at 12:05 UTC.
    [ Open fleet ]
    ");
    assert_eq!(admin.count("Alert."), 1);
    assert!(w.infra.change_by_hand(&slug_of(&w, ann), "google/gemini-3-flash"));
    w.pass(5 * MINUTE).await;
    assert_eq!((admin.count("Alert."), admin.count("Resolved after")), (0, 1), "{}", admin.chat());
}
