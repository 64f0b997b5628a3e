//! Bad weather at the infra. Whatever it does: one claw for each wish, under one key; at most one calm word to its
//! person; one alert to the admins, which ends when it is over.

use std::time::Duration;

use clawhatch::{
    domain::time::{HOUR, MINUTE},
    sandbox::infra::{Effect, Entry, Fault, InfraStandIn},
};

use crate::{
    on_both,
    world::{Someone, World},
};

on_both! {
    every_fault_ends_with_one_claw,
    an_infra_that_never_answers_holds_nobody_else_up,
    a_key_that_is_not_accepted_is_told_once,
    an_infra_that_is_gone_is_waited_for,
    a_claw_that_is_late_is_told_and_comes_all_the_same,
    a_claw_that_is_ours_already_is_taken_for_ours,
    a_claw_that_died_of_itself_comes_back_when_it_is_woken,
    a_removal_that_fails_goes_on_until_it_is_done,
}

/// Lets the tries that follow on a failure come due, one after the other.
pub async fn wait_out(w: &World) {
    for _ in 0..8 {
        w.pass(Duration::from_secs(40)).await;
    }
}

/// The calls about one person's claws.
fn calls_for(w: &World, someone: &Someone<'_>, route: &str) -> Vec<Entry> {
    let own = |entry: &Entry| entry.route == route && entry.allow_from.first() == Some(&someone.id.to_string());
    w.infra.journal().into_iter().filter(own).collect()
}

fn created(entries: &[Entry]) -> usize {
    entries.iter().filter(|entry| entry.effect == Effect::Created).count()
}

async fn every_fault_ends_with_one_claw(w: World) {
    let w = w.restarted_with(&[("INFRA_PROVISION_TIMEOUT", "1")]).await;
    let admin = w.admin().await;
    let faults = [(Fault::Failed, 5), (Fault::Lost, 2), (Fault::Garbled, 2), (Fault::Bloated, 1), (Fault::Hung, 1)];
    for (n, (fault, times)) in faults.into_iter().enumerate() {
        let someone = w.person(2000 + n as i64, "Ann", "en");
        w.infra.fault_next(times, fault);
        someone.hatches(&format!("helper_{n}_bot")).await;
        wait_out(&w).await;
        let calls = calls_for(&w, &someone, "provision");
        assert_eq!(created(&calls), 1, "{fault:?}: {calls:#?}");
        assert_eq!(calls.len() as u32, times + 1, "{fault:?}: {calls:#?}");
        assert!(calls.iter().all(|call| call.idempotency_key == calls[0].idempotency_key), "{fault:?}: {calls:#?}");
        assert!(calls.iter().all(|call| call.token == calls[0].token && call.model == calls[0].model));
        assert_eq!(w.infra.claws().len(), n + 1);
        assert_eq!(someone.count("Your claw is awake."), 1, "{fault:?}: {}", someone.chat());
        assert_eq!(w.telegram.chat(someone.id, w.bot.id).len(), 3, "/start and two messages: {}", someone.chat());
    }
    w.pass(10 * MINUTE).await;
    insta::assert_snapshot!(admin.masked_chat(), @"
    Olga: /start
    clawhatch: Your own AI assistant, living in your own Telegram bot.
      It remembers, it works while you sleep, and only the people you choose can talk to it.

      Free for 48 hours. No card.
      [ Hatch my claw ]
      [ How it works ] [ Settings ]
      [ 🌐 English ]
    clawhatch: Resolved after 3 minutes. The infra fails or cannot be reached. Nothing hatches or changes meanwhile.
      the infra answered 500

      (CODE)
      [ Open fleet ]
    ");
}

async fn an_infra_that_never_answers_holds_nobody_else_up(w: World) {
    let w = w.restarted_with(&[("INFRA_PROVISION_TIMEOUT", "1")]).await;
    let (ann, bob) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
    for (someone, bot) in [(ann, "anns_helper_bot"), (bob, "bobs_helper_bot")] {
        let token = someone.makes_bot("Helper", bot);
        someone.prepares(&token).await;
    }
    for someone in [ann, bob] {
        let shown = w.telegram.last_from_bot(someone.id, w.bot.id).expect("the summary");
        w.telegram.taps(someone.id, w.bot.id, shown.message_id, "Start 48 hours free");
    }
    clawhatch::bot::poll_once(w.app(), &w.product.api, 0, 0).await;
    for row in w.app().take_updates(50).await.expect("both taps") {
        w.product.door.handle(row).await;
    }
    w.infra.fault_next(1, Fault::Hung);
    let mut leases = w.app().take_claws(50).await.expect("both claws").into_iter();
    let (first, second) = (leases.next().expect("a claw"), leases.next().expect("another"));
    let (first, second) = tokio::join!(w.app().reconcile(first), w.app().reconcile(second));
    first.and(second).expect("both were worked on");
    assert_eq!(w.infra.claws().len(), 1, "one hangs, the other is up");
    wait_out(&w).await;
    assert_eq!(w.infra.claws().len(), 2);
    assert_eq!(w.infra.journal().len(), 3);
}

async fn a_key_that_is_not_accepted_is_told_once(w: World) {
    let right = w.settings.infra.key.expose().clone();
    let w = w.restarted_with(&[("INFRA_API_KEY", "an-old-key")]).await;
    let (admin, ann, bob) = (w.admin().await.id, w.person(1001, "Ann", "en").id, w.person(1002, "Bob", "en").id);
    Someone { world: &w, id: ann }.hatches("anns_helper_bot").await;
    Someone { world: &w, id: bob }.hatches("bobs_helper_bot").await;
    wait_out(&w).await;
    insta::assert_snapshot!(Someone { world: &w, id: admin }.masked_chat(), @"
    Olga: /start
    clawhatch: Your own AI assistant, living in your own Telegram bot.
      It remembers, it works while you sleep, and only the people you choose can talk to it.

      Free for 48 hours. No card.
      [ Hatch my claw ]
      [ How it works ] [ Settings ]
      [ 🌐 English ]
    clawhatch: Alert. The infra does not accept our key. Nothing hatches or changes.

      Put the right key into the settings and restart.

      It began just now, today at 12:00 UTC.

      (CODE)
      [ Open fleet ]
    ");
    insta::assert_snapshot!(Someone { world: &w, id: ann }.masked_chat(), @"
    Ann: /start
    clawhatch: Hatching @anns_helper_bot

      ✓ Token sealed
      ✓ Server asked
      … Finding it a place   5:20

      This is taking longer than usual. You can close this; I will write to you when it is awake.
      [ Open its card ]
    ");
    let w = w.restarted_with(&[("INFRA_API_KEY", &right)]).await;
    w.pass(10 * MINUTE).await;
    let (admin, ann) = (Someone { world: &w, id: admin }, Someone { world: &w, id: ann });
    insta::assert_snapshot!(crate::rows::masked(&admin.last()), @"
    Resolved after 15 minutes. The infra does not accept our key. Nothing hatches or changes.

    (CODE)
    [ Open fleet ]
    ");
    assert_eq!(admin.count("accept our key"), 1);
    assert_eq!(w.infra.claws().len(), 2);
    assert_eq!(ann.count("Your claw is awake."), 1);
}

async fn an_infra_that_is_gone_is_waited_for(w: World) {
    let right = w.infra.url().to_owned();
    let gone = InfraStandIn::start("key", std::sync::Arc::new(|| 0)).await.expect("a stand-in");
    gone.stop();
    let w = w.restarted_with(&[("INFRA_API_URL", gone.url())]).await;
    let admin = w.admin().await.id;
    let ann = w.person(1001, "Ann", "en").id;
    Someone { world: &w, id: ann }.hatches("anns_helper_bot").await;
    wait_out(&w).await;
    assert_eq!(Someone { world: &w, id: admin }.count("Alert."), 1);
    let w = w.restarted_with(&[("INFRA_API_URL", &right)]).await;
    w.pass(10 * MINUTE).await;
    assert_eq!(created(&w.infra.journal()), 1);
    insta::assert_snapshot!(Someone { world: &w, id: admin }.last(), @"
    Resolved after 14 minutes. The infra fails or cannot be reached. Nothing hatches or changes meanwhile.
    no connection: Connection refused (os error 111)

    (CODE)
    [ Open fleet ]
    ");
    insta::assert_snapshot!(Someone { world: &w, id: ann }.chat(), @"
    Ann: /start
    clawhatch: ✓ @anns_helper_bot hatched in 15:20.
      [ Open its card ]
    clawhatch: Your claw is awake.
      Open @anns_helper_bot and say hello.

      Your free time ends in 2 days, on Sunday, 21 June, at 12:15 UTC.
      Nothing is charged afterwards.
      [ Say hello to @anns_helper_bot ]
      [ Open its card ] [ My claws ]
    ");
}

async fn a_claw_that_is_late_is_told_and_comes_all_the_same(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    w.infra.fail_next(1_000_000, 503);
    ann.hatches("anns_helper_bot").await;
    for _ in 0..25 {
        w.pass(MINUTE).await;
    }
    insta::assert_snapshot!(ann.masked_chat(), @"
    Ann: /start
    clawhatch: Hatching @anns_helper_bot

      ✓ Token sealed
      ✓ Server asked
      … Finding it a place   21:00

      This is taking longer than usual. You can close this; I will write to you when it is awake.
      [ Open its card ]
    clawhatch: @anns_helper_bot is not up yet.
      The server is not answering as it should. I keep trying and will tell you when your claw is awake. The operators know.

      (CODE)
      [ Open its card ]
    ");
    insta::assert_snapshot!(admin.masked_chat(), @"
    Olga: /start
    clawhatch: Your own AI assistant, living in your own Telegram bot.
      It remembers, it works while you sleep, and only the people you choose can talk to it.

      Free for 48 hours. No card.
      [ Hatch my claw ]
      [ How it works ] [ Settings ]
      [ 🌐 English ]
    clawhatch: Alert. The infra fails or cannot be reached. Nothing hatches or changes meanwhile.
      the infra answered 503

      I keep trying by myself. Check that the infra is up and its address is right.

      It began just now, today at 12:02 UTC.

      (CODE)
      [ Open fleet ]
    clawhatch: Alert. A claw takes far too long: it should be up, or gone, by now.
      Ann 1001
      ROW

      I keep trying by myself. Look at the claw at the infra.

      It began just now, today at 12:20 UTC.

      (CODE)
      [ Open fleet ]
    ");
    w.infra.fail_next(0, 503);
    w.pass(10 * MINUTE).await;
    assert_eq!((w.infra.claws().len(), created(&w.infra.journal())), (1, 1));
    insta::assert_snapshot!(ann.masked_chat(), @"
    Ann: /start
    clawhatch: ✓ @anns_helper_bot hatched in 35:00.
      [ Open its card ]
    clawhatch: @anns_helper_bot is not up yet.
      The server is not answering as it should. I keep trying and will tell you when your claw is awake. The operators know.

      (CODE)
      [ Open its card ]
    clawhatch: Your claw is awake.
      Open @anns_helper_bot and say hello.

      Your free time ends in 2 days, on Sunday, 21 June, at 12:35 UTC.
      Nothing is charged afterwards.
      [ Say hello to @anns_helper_bot ]
      [ Open its card ] [ My claws ]
    ");
    assert_eq!((admin.count("Alert."), admin.count("Resolved after")), (0, 2), "{}", admin.chat());
}

async fn a_claw_that_is_ours_already_is_taken_for_ours(w: World) {
    // An infra that knows no repeats: the second order for a claw is refused because the claw is there.
    w.infra.rule(|rules| {
        rules.upsert = false;
        rules.boot_time = Duration::from_secs(1);
    });
    w.infra.fault_next(1, Fault::Lost);
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    wait_out(&w).await;
    let statuses: Vec<_> = w.infra.journal().iter().map(|entry| entry.status).collect();
    assert_eq!(statuses, [None, Some(409)]);
    assert_eq!(ann.count("Your claw is awake."), 1, "{}", ann.chat());
}

async fn a_claw_that_died_of_itself_comes_back_when_it_is_woken(w: World) {
    w.infra.rule(|rules| rules.unlisted = Some(404));
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    assert!(w.infra.remove_by_itself(&w.infra.claws()[0].slug));
    w.pass(HOUR).await;
    // This infra cannot be asked what it runs, so nobody can know.
    assert_eq!(ann.opens_card().await.lines().next(), Some("@anns_helper_bot   ● awake"));
    assert_eq!(w.infra.claws(), []);
    ann.taps("Pause it").await;
    ann.taps("Pause it, memory").await;
    ann.opens_card().await;
    ann.taps("Wake it up").await;
    assert_eq!(w.infra.claws().len(), 1);
}

async fn a_removal_that_fails_goes_on_until_it_is_done(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    w.infra.fail_next(1_000_000, 500);
    w.pass(48 * HOUR).await;
    for _ in 0..20 {
        w.pass(HOUR).await;
    }
    assert_eq!(w.infra.claws().len(), 1);
    assert_eq!(admin.count("Alert."), 2, "of the infra and of this claw: {}", admin.chat());
    assert_eq!(ann.count("is asleep"), 1);
    w.infra.fail_next(0, 500);
    w.pass(HOUR).await;
    w.pass(MINUTE).await;
    assert_eq!(w.infra.claws(), []);
    assert_eq!(admin.count("Alert."), 0, "{}", admin.chat());
    let gone: Vec<_> = w.infra.journal().into_iter().filter(|entry| entry.route == "deprovision").collect();
    assert!(gone.iter().all(|entry| entry.idempotency_key == gone[0].idempotency_key));
}
