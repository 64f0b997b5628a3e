//! The infra's list of what it runs: one that fails, lies, is slow or long harms nobody, and one replica reads it.

use std::time::Duration;

use clawhatch::{
    domain::time::{HOUR, MINUTE},
    sandbox::infra::ListFault,
};

use crate::{
    infra_drift::{slug_of, strange},
    on_both,
    world::World,
};

on_both! {
    a_list_that_fails_concludes_nothing,
    a_list_that_misses_one_is_asked_again,
    a_list_that_misses_nearly_all_is_not_believed_at_first_sight,
    an_infra_without_a_list_is_asked_rarely_and_nothing_fails,
    a_slow_list_holds_nobody_up,
    a_long_list_is_read_to_its_end,
    two_replicas_make_one_survey,
    thirty_thousand_claws_are_compared,
}

const NONE: [String; 0] = [];

async fn a_list_that_fails_concludes_nothing(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    let said = ann.messages();
    let faults = [
        ListFault::Failed(500),
        ListFault::Failed(401),
        ListFault::Failed(302),
        ListFault::Cut,
        ListFault::Garbled,
        ListFault::Bloated,
        ListFault::Circle,
    ];
    for fault in faults {
        w.infra.break_list(1, fault);
        let before = w.infra.times_listed();
        w.pass(5 * MINUTE).await;
        assert!(w.infra.times_listed() > before, "{fault:?}");
        w.pass(5 * MINUTE).await;
    }
    assert_eq!((w.audited("claw.vanished").await, admin.count("Alert."), ann.messages()), (0, 0, said), "{}", admin.chat());
    // One that fails for half an hour is told, once, and what it hid is found when it is back.
    w.infra.break_list(10, ListFault::Failed(503));
    w.infra.remove_by_itself(&slug_of(&w, ann));
    for _ in 0..10 {
        w.pass(5 * MINUTE).await;
    }
    insta::assert_snapshot!(admin.last(), @"
    Alert. The infra does not tell what it runs. What happens there by itself stays unnoticed.
    the infra answered 503

    I keep asking. Claws hatch and change all the same.

    It began just now, today at 13:40 UTC.
    [ Open fleet ]
    ");
    assert_eq!((admin.count("Alert."), w.infra.claws().len()), (1, 0));
    w.pass(5 * MINUTE).await;
    w.pass(MINUTE).await;
    assert_eq!((admin.count("Alert."), w.infra.claws().len(), ann.count("had stopped by itself")), (0, 1, 1));
}

async fn a_list_that_misses_one_is_asked_again(w: World) {
    let (admin, ann, bob) = (w.admin().await, w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
    ann.hatches("anns_helper_bot").await;
    bob.hatches("bobs_helper_bot").await;
    let (anns, bobs) = (ann.messages(), bob.messages());
    w.infra.break_list(1, ListFault::Short);
    let before = w.infra.times_listed();
    w.pass(5 * MINUTE).await;
    assert_eq!(w.infra.times_listed(), before + 2, "the list, and the one it left out");
    assert_eq!((w.audited("claw.vanished").await, admin.count("Alert.")), (0, 0), "{}", admin.chat());
    assert_eq!((ann.messages(), bob.messages(), w.infra.journal().len()), (anns, bobs, 2));
}

async fn a_list_that_misses_nearly_all_is_not_believed_at_first_sight(w: World) {
    let admin = w.admin().await;
    let names: Vec<String> = (0..21).map(|n| format!("helper_{n}_bot")).collect();
    let people: Vec<_> = (0..21).map(|n| w.person(2000 + n, "Ann", "en")).collect();
    for (someone, name) in people.iter().zip(&names) {
        someone.hatches(name).await;
    }
    // The whole list is empty, and so is every answer about one person.
    w.infra.break_list(22, ListFault::Empty);
    w.pass(5 * MINUTE).await;
    insta::assert_snapshot!(admin.last(), @"
    Alert. The infra's list misses 21 of the 21 claws that ran.

    I look a second time, then bring them back by myself. Look for the cause at the infra.

    It began just now, today at 12:05 UTC.
    [ Open fleet ]
    ");
    assert_eq!(w.audited("claw.vanished").await, 0);
    w.infra.break_list(0, ListFault::Empty);
    w.pass(5 * MINUTE).await;
    assert_eq!((w.audited("claw.vanished").await, admin.count("Alert."), w.infra.journal().len()), (0, 0, 21));
    // They really are gone: the second look brings every one of them back.
    for claw in w.infra.claws() {
        w.infra.remove_by_itself(&claw.slug);
    }
    w.pass(5 * MINUTE).await;
    assert_eq!(w.infra.claws(), []);
    w.pass(5 * MINUTE).await;
    w.pass(5 * MINUTE).await;
    assert_eq!((w.infra.claws().len(), w.audited("claw.vanished").await, w.infra.journal().len()), (21, 21, 42));
    assert_eq!((admin.count("Alert."), admin.count("Resolved after")), (0, 2), "one alert for all of them: {}", admin.chat());
    assert!(people.iter().all(|someone| someone.count("had stopped by itself") == 1));
}

async fn an_infra_without_a_list_is_asked_rarely_and_nothing_fails(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    for status in [404, 405, 501] {
        w.infra.rule(|rules| rules.unlisted = Some(status));
        w.pass(HOUR).await;
        let before = w.infra.times_listed();
        for _ in 0..24 {
            w.pass(5 * MINUTE).await;
        }
        assert_eq!(w.infra.times_listed() - before, 2, "once in an hour: {status}");
    }
    assert_eq!((admin.count("Alert."), w.audited("claw.vanished").await), (0, 0));
    // What was said while it kept a list is over when it keeps none any more.
    w.infra.rule(|rules| rules.unlisted = None);
    w.pass(HOUR).await;
    w.infra.insert_foreign("somebody", "claw-1", "somebody", strange(777_001));
    for _ in 0..4 {
        w.pass(5 * MINUTE).await;
    }
    assert_eq!(admin.count("Alert."), 1);
    w.infra.rule(|rules| rules.unlisted = Some(404));
    w.pass(5 * MINUTE).await;
    assert_eq!((admin.count("Alert."), admin.count("Resolved after")), (0, 1), "{}", admin.chat());
    assert_eq!(w.texts("SELECT name FROM alerts WHERE resolved_at IS NULL").await, NONE);
}

async fn a_slow_list_holds_nobody_up(w: World) {
    let ann = w.person(1001, "Ann", "en");
    w.infra.slow_list(Duration::from_secs(600));
    w.clock.advance(5 * MINUTE);
    let before = w.infra.times_listed();
    let survey = w.app().survey();
    tokio::pin!(survey);
    let others = async {
        while w.infra.times_listed() == before {
            tokio::task::yield_now().await;
        }
        ann.hatches("anns_helper_bot").await;
        w.app().do_chores().await.expect("chores");
        w.app().draw_progress().await.expect("progress");
    };
    tokio::select! {
        biased;
        done = &mut survey => panic!("the list was not slow: {done:?}"),
        () = others => {}
    }
    assert_eq!(ann.count("Your claw is awake."), 1);
}

async fn a_long_list_is_read_to_its_end(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    let slug = slug_of(&w, ann);
    // Three pages of strangers stand around hers.
    for n in 0..1200 {
        w.infra.insert_foreign(&format!("{n:04}-somebody"), "claw-1", "somebody", strange(800_000 + n));
    }
    let before = w.infra.times_listed();
    w.pass(5 * MINUTE).await;
    assert_eq!((w.infra.times_listed() - before, w.audited("claw.vanished").await), (3, 0));
    w.infra.remove_by_itself(&slug);
    w.pass(5 * MINUTE).await;
    assert_eq!((w.infra.times_listed() - before, w.audited("claw.vanished").await), (7, 1), "and once for hers alone");
    // A page that fails ends the survey without a conclusion.
    w.infra.remove_by_itself(&slug);
    w.clock.advance(5 * MINUTE);
    w.infra.slow_list(Duration::from_millis(50));
    let pages = w.infra.times_listed();
    let failing = async {
        while w.infra.times_listed() < pages + 2 {
            tokio::task::yield_now().await;
        }
        w.infra.break_list(1, ListFault::Failed(500));
    };
    let (survey, ()) = tokio::join!(w.app().survey(), failing);
    survey.expect("a survey that fails is no error");
    assert_eq!((w.infra.times_listed() - pages, w.audited("claw.vanished").await), (3, 1));
    w.pass(5 * MINUTE).await;
    assert_eq!(w.audited("claw.vanished").await, 2);
    // So many strangers are no more than a few words.
    assert!((1..=20).contains(&admin.count("Alert.")), "{}", admin.count("Alert."));
}

async fn two_replicas_make_one_survey(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    w.infra.remove_by_itself(&slug_of(&w, ann));
    w.infra.slow_list(Duration::from_millis(100));
    w.clock.advance(5 * MINUTE);
    let before = w.infra.times_listed();
    let other = w.app().clone();
    let (one, two) = tokio::join!(w.app().survey(), async { other.survey().await });
    one.and(two).expect("both end well");
    assert_eq!((w.infra.times_listed() - before, w.audited("claw.vanished").await), (2, 1));
    // One that was frozen in the middle of its survey, and whose lease somebody else took, concludes nothing.
    w.settle().await;
    w.infra.remove_by_itself(&slug_of(&w, ann));
    w.clock.advance(5 * MINUTE);
    let listed = w.infra.times_listed();
    let frozen = async {
        while w.infra.times_listed() == listed {
            tokio::task::yield_now().await;
        }
        w.sql("UPDATE schedules SET fence = fence + 1 WHERE name = 'survey'").await;
    };
    let (survey, ()) = tokio::join!(w.app().survey(), frozen);
    survey.expect("it ends well");
    assert_eq!(w.audited("claw.vanished").await, 1);
}

/// Ann's claw as often as somebody runs it for a living; three of them vanish.
async fn thirty_thousand_claws_are_compared(w: World) {
    const CLAWS: i64 = 30_000;
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    let (numbers, digits) = if w.database_url.starts_with("sqlite:") {
        (
            format!("(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {CLAWS}) SELECT i FROM n)"),
            "printf('%012d', s.i)",
        )
    } else {
        (format!("generate_series(1, {CLAWS})"), "lpad(s.i::text, 12, '0')")
    };
    let (id, person) = (format!("'00000000-0000-7000-8000-' || {digits}"), format!("'00000000-0000-7000-9000-' || {digits}"));
    w.sql(&format!(
        "INSERT INTO persons (id, telegram_id, locale, created_at) SELECT {person}, 500000 + s.i, 'en', 1 FROM {numbers} AS s{}",
        if numbers.starts_with('(') { "" } else { "(i)" }
    ))
    .await;
    w.sql(&format!(
        "INSERT INTO claws (id, person_id, number, driver, bot_id, spec, generation, asks, wish, seen, first_ready, created_at, version) \
         SELECT {id}, {person}, 1, c.driver, 800000000 + s.i, c.spec, c.generation, c.asks, c.wish, c.seen, c.first_ready, c.created_at, c.version \
         FROM claws c, {numbers} AS s{} WHERE c.bot_id < 800000000",
        if numbers.starts_with('(') { "" } else { "(i)" }
    ))
    .await;
    assert_eq!(w.rows("claws").await, CLAWS as usize + 1);
    let gone = [7, 15_000, CLAWS];
    w.infra.insert_many(
        (1..=CLAWS)
            .filter(|n| !gone.contains(n))
            .map(|n| (format!("00000000-0000-7000-9000-{n:012}"), "claw-1".to_owned(), strange(800_000_000 + n))),
    );
    w.clock.advance(5 * MINUTE);
    let before = w.infra.times_listed();
    let began = std::time::Instant::now();
    w.app().survey().await.expect("a survey");
    eprintln!("{CLAWS} claws compared in {:?}, {} questions", began.elapsed(), w.infra.times_listed() - before);
    let missed = w.texts("SELECT claw_id FROM audit WHERE action = 'claw.vanished' ORDER BY claw_id").await;
    assert_eq!(missed, gone.map(|n| format!("00000000-0000-7000-8000-{n:012}")));
    assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
}
