//! Telegram tells us to wait, does not know us any more, or gives our updates to somebody else: what we stop doing, what
//! we keep, who is told, and that it all goes on afterwards.

use std::time::Duration;

use clawhatch::domain::{
    ids::{ChatId, TelegramId},
    time::MINUTE,
};

use crate::{
    on_both,
    world::{Someone, World},
};

on_both! {
    when_everybody_is_told_to_wait_nobody_is_written_to,
    chats_that_wait_by_themselves_delay_no_other,
    messages_that_were_taken_before_the_pause_are_held_back,
    a_call_without_an_answer_is_made_again,
    a_second_poller_is_told_and_costs_no_update,
    a_token_that_is_revoked_is_told_and_nothing_is_lost,
    a_token_that_holds_again_is_noticed,
    money_from_before_an_outage_is_not_given,
}

const NONE: [String; 0] = [];

impl World {
    fn now(&self) -> i64 {
        self.clock.now().0
    }

    /// Calls that were refused with 429 so far.
    fn told_to_wait(&self) -> u32 {
        self.telegram.hits().rate_limited
    }

    async fn all_is_said(&self) {
        assert_eq!(self.texts("SELECT id FROM outbox WHERE done_at IS NULL").await, NONE);
        assert_eq!(self.texts("SELECT id FROM inbox WHERE done_at IS NULL").await, NONE);
    }
}

/// Sixty people who have begun.
async fn crowd(w: &World) -> Vec<Someone<'_>> {
    let people: Vec<_> = (0..60).map(|n| w.person(2000 + n, "Ann", "en")).collect();
    for someone in &people {
        w.telegram.says(someone.id, w.bot.id, "/start");
    }
    w.settle().await;
    people
}

async fn when_everybody_is_told_to_wait_nobody_is_written_to(w: World) {
    let people = crowd(&w).await;
    let until = w.now() + 30_000;
    w.telegram.break_things(|faults| faults.limited_until = Some(until));
    for someone in &people {
        w.telegram.says(someone.id, w.bot.id, "/help");
    }
    w.settle().await;
    assert_eq!(w.told_to_wait(), 3, "three chats show that it is everybody");
    for _ in 0..29 {
        w.pass(Duration::from_secs(1)).await;
    }
    assert_eq!((w.told_to_wait(), people.iter().filter(|one| one.count("I hatch claws") > 0).count()), (3, 0));
    // It is not over when Telegram said: the one that goes first finds out for all.
    w.telegram.break_things(|faults| faults.limited_until = Some(until + 20_000));
    for _ in 0..20 {
        w.pass(Duration::from_secs(1)).await;
    }
    assert_eq!(w.told_to_wait(), 4);
    for _ in 0..3 {
        w.pass(Duration::from_secs(1)).await;
    }
    assert_eq!(w.told_to_wait(), 4);
    assert!(people.iter().all(|one| one.count("I hatch claws") == 1), "everybody is answered, once");
    w.all_is_said().await;
    // Afterwards everything is as it was.
    people[0].says("/settings").await;
    assert_eq!(people[0].count("I hatch claws"), 0, "{}", people[0].chat());
}

async fn chats_that_wait_by_themselves_delay_no_other(w: World) {
    let people = crowd(&w).await;
    let (slow, others) = people.split_at(5);
    let until = w.now() + 60_000;
    w.telegram.break_things(|faults| faults.limited_chats = slow.iter().map(|one| (ChatId(one.id.0), until)).collect());
    // They write one after the other, and each time somebody else is answered at once.
    for (waits, other) in slow.iter().zip(others) {
        waits.says("/help").await;
        assert_eq!(waits.count("I hatch claws"), 0);
        other.says("/help").await;
        assert_eq!(other.count("I hatch claws"), 1, "{}", other.chat());
    }
    assert_eq!(w.told_to_wait(), 5, "each of them was tried once");
    w.pass(Duration::from_secs(59)).await;
    assert_eq!(w.told_to_wait(), 5);
    w.pass(Duration::from_secs(2)).await;
    assert!(slow.iter().all(|one| one.count("I hatch claws") == 1));
    w.all_is_said().await;
}

async fn messages_that_were_taken_before_the_pause_are_held_back(w: World) {
    let people = crowd(&w).await;
    for someone in &people {
        w.telegram.says(someone.id, w.bot.id, "/help");
    }
    w.take_in().await;
    for row in w.app().take_updates(100).await.expect("updates") {
        w.product.door.handle(row).await;
    }
    let taken = w.app().take_messages(60).await.expect("messages");
    assert_eq!(taken.len(), 60, "all of them are in our hands");
    let until = w.now() + 30_000;
    w.telegram.break_things(|faults| faults.limited_until = Some(until));
    for message in taken {
        w.app().deliver(message).await.expect("written down");
    }
    assert_eq!(w.told_to_wait(), 3);
    w.pass(Duration::from_secs(30)).await;
    w.pass(Duration::from_secs(2)).await;
    assert_eq!(w.told_to_wait(), 3);
    assert!(people.iter().all(|one| one.count("I hatch claws") == 1));
    assert_eq!(w.texts("SELECT id FROM outbox WHERE unclear = 1 OR tries > 0").await, NONE, "waiting is no failure");
    w.all_is_said().await;
}

async fn a_call_without_an_answer_is_made_again(w: World) {
    let (ann, bob) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
    ann.says("/start").await;
    bob.says("/start").await;
    // New messages are thought about for longer than we wait; edits are not. Ann gets a new one, Bob an edited one.
    w.telegram.break_things(|faults| {
        faults.slow = Some(Duration::from_secs(40));
        faults.only = Some("sendMessage".to_owned());
    });
    let (message, data) = bob.data("How it works");
    w.telegram.says(ann.id, w.bot.id, "/help");
    w.telegram.taps_data(bob.id, w.bot.id, message, &data);
    w.take_in().await;
    for row in w.app().take_updates(10).await.expect("updates") {
        w.product.door.handle(row).await;
    }
    let began = std::time::Instant::now();
    let bobs = async {
        while bob.count("How it works") + bob.count("claw lives") == 0 && w.telegram.calls_of("editMessageText").is_empty() {
            tokio::task::yield_now().await;
        }
        began.elapsed()
    };
    let messages = w.app().take_messages(10).await.expect("messages");
    let sent = futures::future::join_all(messages.into_iter().map(|message| w.app().deliver(message)));
    let (sent, bobs) = tokio::join!(sent, bobs);
    assert!(sent.into_iter().all(|one| one.is_ok()));
    assert!(bobs < Duration::from_secs(5), "Bob waited {bobs:?} for Ann");
    assert!(began.elapsed() >= Duration::from_secs(14), "the call was given its time: {:?}", began.elapsed());
    assert_eq!(ann.count("I hatch claws"), 0, "nothing arrived");
    w.telegram.break_things(|faults| faults.slow = None);
    w.pass(Duration::from_secs(5)).await;
    assert_eq!(ann.count("I hatch claws"), 1, "{}", ann.chat());
    assert_eq!(
        w.texts("SELECT outcome FROM outbox WHERE unclear = 1").await,
        ["sent"],
        "it may have been delivered, and says so"
    );
    w.all_is_said().await;
}

async fn a_second_poller_is_told_and_costs_no_update(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.says("/start").await;
    w.telegram.break_things(|faults| faults.conflict = true);
    for _ in 0..5 {
        ann.says("/help").await;
        w.pass(Duration::from_secs(5)).await;
    }
    assert_eq!(ann.count("I hatch claws"), 0, "Telegram gives us nothing");
    insta::assert_snapshot!(admin.last(), @"
    Alert. Someone else receives this bot's updates. People's taps get lost.

    Find the other program with this token and stop it, or revoke the token.

    It began just now, today at 12:00 UTC.
    [ Open fleet ]
    ");
    let health = w.app().health().await;
    assert!(!health.telegram && health.serves(), "another replica could do no better: {health:?}");
    assert_eq!(admin.count("Alert."), 1, "told once: {}", admin.chat());
    w.telegram.break_things(|faults| faults.conflict = false);
    w.settle().await;
    assert_eq!(ann.count("I hatch claws"), 1, "what waited is taken up, and answered by one screen: {}", ann.chat());
    assert_eq!(w.rows("inbox WHERE lane = 'chat:1001' AND done_at IS NOT NULL").await, 6, "every update was handled");
    insta::assert_snapshot!(admin.last(), @"
    Resolved after 25 seconds. Someone else receives this bot's updates. People's taps get lost.
    [ Open fleet ]
    ");
    assert!(w.app().health().await.telegram);
}

async fn a_token_that_is_revoked_is_told_and_nothing_is_lost(w: World) {
    let admin = w.admin().await.id;
    let people: Vec<TelegramId> = crowd(&w).await.into_iter().map(|one| one.id).collect();
    let ann = people[0];
    Someone { world: &w, id: ann }.hatches("anns_helper_bot").await;
    for id in &people {
        w.telegram.says(*id, w.bot.id, "/help");
    }
    w.take_in().await;
    let renewed = w.telegram.revoke_token(w.bot.id).expect("a new token");
    w.settle().await;
    let calls = w.telegram.hits();
    let journal = || w.telegram.journal().iter().filter(|call| call.status == 401 && call.method != "getUpdates").count();
    let first = journal();
    assert!(first <= 3, "one call shows that our token is dead: {first}, {calls:?}");
    for _ in 0..10 {
        w.pass(MINUTE).await;
    }
    assert!(journal() - first <= 11, "then one call a minute, and not one for each of sixty people: {}", journal() - first);
    let health = w.app().health().await;
    assert!(!health.telegram && health.serves(), "{health:?}");
    // The claws go on meanwhile.
    assert_eq!(w.infra.claws().len(), 1);
    let w = w.restarted_with(&[("TELEGRAM_BOT_TOKEN", &renewed)]).await;
    for _ in 0..3 {
        w.pass(MINUTE).await;
    }
    for id in people {
        let one = Someone { world: &w, id };
        assert_eq!(one.count("I hatch claws"), 1, "{}", one.chat());
    }
    let admin = Someone { world: &w, id: admin };
    insta::assert_snapshot!(admin.last(), @"
    Resolved after 11 minutes. Telegram does not accept this bot's token. Nobody can be answered.
    [ Open fleet ]
    ");
    assert_eq!(admin.count("does not accept this bot's token"), 1, "{}", admin.chat());
    assert!(w.app().health().await.telegram);
    w.all_is_said().await;
}

/// Without polling nobody but the next message can notice.
async fn a_token_that_holds_again_is_noticed(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.says("/start").await;
    w.telegram.says(ann.id, w.bot.id, "/help");
    w.take_in().await;
    for row in w.app().take_updates(10).await.expect("updates") {
        w.product.door.handle(row).await;
    }
    w.telegram.break_things(|faults| faults.token_dead = Some(w.bot.id));
    let deliver = async || {
        for message in w.app().take_messages(50).await.expect("messages") {
            w.app().deliver(message).await.expect("written down");
        }
    };
    deliver().await;
    assert!(!w.app().health().await.telegram);
    w.telegram.break_things(|faults| faults.token_dead = None);
    for _ in 0..8 {
        w.clock.advance(Duration::from_secs(20));
        deliver().await;
    }
    assert!(w.app().health().await.telegram);
    assert_eq!((ann.count("I hatch claws"), admin.count("Resolved after")), (1, 1), "{}", admin.chat());
}

async fn money_from_before_an_outage_is_not_given(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.says("/start").await;
    admin.says("/provision 1001").await;
    admin.says("a friend").await;
    let (message, give) = admin.data("Give 30 days");
    w.telegram.taps_data(admin.id, w.bot.id, message, &give);
    w.take_in().await;
    // We are away until the confirmation is over, and a while longer.
    w.clock.advance(11 * MINUTE);
    w.settle().await;
    assert!(admin.last().starts_with("This waited too long and has expired. Nothing was done"), "{}", admin.chat());
    assert_eq!((w.audited("admin.grant").await, w.rows("periods").await), (0, 0));
}
