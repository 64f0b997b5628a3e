//! The process dies between an intention and its answer. Whatever the infra made of it: one claw, under the same key.

use std::time::Duration;

use clawhatch::{
    domain::time::MINUTE,
    sandbox::infra::{Effect, Fault},
};

use crate::{
    on_both,
    world::{Someone, World},
};

on_both! {
    a_crash_before_the_infra_does_anything,
    a_crash_after_the_infra_did_it,
    a_crash_before_the_call,
    a_crash_between_down_and_up,
}

/// Lets a tap of the wizard's last button in and done, so that a claw is wished for and nobody has asked yet.
async fn wishes(w: &World) -> Someone<'_> {
    let ann = w.person(1001, "Ann", "en");
    let token = ann.makes_bot("Helper", "anns_helper_bot");
    ann.prepares(&token).await;
    press(w, ann, "Start 48 hours free").await;
    ann
}

/// Presses a button of the last message and lets only the door work.
async fn press(w: &World, someone: Someone<'_>, label: &str) {
    let shown = w.telegram.last_from_bot(someone.id, w.bot.id).expect("a message");
    w.telegram.taps(someone.id, w.bot.id, shown.message_id, label);
    clawhatch::bot::poll_once(w.app(), &w.product.api, 0, 0).await;
    for row in w.app().take_updates(50).await.expect("updates") {
        w.product.door.handle(row).await;
    }
}

/// Works on the claw that is due until the infra has got so many calls, and dies there.
async fn dies_after(w: &World, calls: usize) {
    let lease = w.app().take_claws(1).await.expect("claws").remove(0);
    let called = async {
        while w.infra.journal().len() < calls {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = called => {}
        done = w.app().reconcile(lease) => panic!("it did not die: {done:?}"),
    }
}

/// Lets the dead process's leases run out, where another process could hold them.
async fn goes_on(w: World) -> World {
    let w = w.restarted().await;
    w.pass(5 * MINUTE).await;
    w
}

fn keys(w: &World, route: &str) -> Vec<Option<String>> {
    let mut keys: Vec<_> =
        w.infra.journal().into_iter().filter(|entry| entry.route == route).map(|entry| entry.idempotency_key).collect();
    keys.dedup();
    keys
}

async fn a_crash_before_the_infra_does_anything(w: World) {
    let ann = wishes(&w).await.id;
    w.infra.fault_next(1, Fault::Hung);
    dies_after(&w, 1).await;
    assert_eq!(w.infra.claws(), []);
    let w = goes_on(w).await;
    let effects: Vec<Effect> = w.infra.journal().iter().map(|entry| entry.effect).collect();
    assert_eq!(effects, [Effect::Nothing, Effect::Created]);
    assert_eq!(keys(&w, "provision").len(), 1);
    assert_eq!(Someone { world: &w, id: ann }.count("Your claw is awake."), 1);
}

async fn a_crash_after_the_infra_did_it(w: World) {
    let ann = wishes(&w).await.id;
    // The infra makes the claw at once and answers only when it is ready, which takes longer than we live.
    w.infra.rule(|rules| {
        rules.boot_time = Duration::from_secs(30);
        rules.wait = Duration::from_secs(3600);
    });
    let lease = w.app().take_claws(1).await.expect("claws").remove(0);
    tokio::select! {
        biased;
        () = async {
            while w.infra.claws().is_empty() {
                tokio::task::yield_now().await;
            }
        } => {}
        done = w.app().reconcile(lease) => panic!("it did not die: {done:?}"),
    }
    let w = goes_on(w).await;
    assert_eq!(w.infra.claws().len(), 1);
    let made = w.infra.journal().into_iter().filter(|entry| entry.effect == Effect::Created).count();
    assert!(made <= 1 && keys(&w, "provision").len() == 1, "{:#?}", w.infra.journal());
    assert_eq!(Someone { world: &w, id: ann }.count("Your claw is awake."), 1);
}

async fn a_crash_before_the_call(w: World) {
    let ann = wishes(&w).await.id;
    // The claw was taken, and that was all.
    drop(w.app().take_claws(1).await.expect("claws"));
    let w = goes_on(w).await;
    assert_eq!((w.infra.journal().len(), w.infra.claws().len()), (1, 1));
    assert_eq!(Someone { world: &w, id: ann }.count("Your claw is awake."), 1);
}

async fn a_crash_between_down_and_up(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    ann.opens_card().await;
    ann.taps("Change model").await;
    ann.taps("Claude Sonnet").await;
    press(&w, ann, "Change model, memory may be lost").await;
    // It is taken down, the order for the new one hangs, and we die.
    let lease = w.app().take_claws(1).await.expect("claws").remove(0);
    let app = w.app();
    tokio::select! {
        biased;
        () = async {
            while !w.infra.claws().is_empty() {
                tokio::task::yield_now().await;
            }
            w.infra.fault_next(1, Fault::Hung);
            while w.infra.journal().len() < 3 {
                tokio::task::yield_now().await;
            }
        } => {}
        done = app.reconcile(lease) => panic!("it did not die: {done:?}"),
    }
    let ann = ann.id;
    let w = goes_on(w).await;
    assert_eq!(w.infra.claws().iter().map(|claw| claw.model.as_str()).collect::<Vec<_>>(), ["anthropic/claude-sonnet-4.6"]);
    assert_eq!((keys(&w, "provision").len(), keys(&w, "deprovision").len()), (2, 1), "{:#?}", w.infra.journal());
    assert_eq!(Someone { world: &w, id: ann }.count("is awake again"), 1);
}
