//! Leases are short, and made longer as long as somebody works under them: whatever a dead process held is taken up by
//! another within half a minute, and a call that lasts longer keeps its claw. Two replicas on one PostgreSQL, with the
//! clock moved by hand; nobody's heart beats by itself here.

use std::time::Duration;

use clawhatch::{
    app::{ClawLease, InboxRow},
    domain::time::MINUTE,
    sandbox::infra::{Effect, Fault},
    store::Work,
    wiring::Product,
};

use crate::{
    process::until,
    world::{On, World, run},
};

const SECOND: Duration = Duration::from_secs(1);
/// What no replica leaves alone for longer.
const LEASE: Duration = Duration::from_secs(30);

/// A world with a replica beside it, in which Ann has asked for a claw and nobody has begun with it.
async fn ann_waits() -> (World, Product) {
    let w = World::on(On::Postgres).await;
    let ann = w.person(1001, "Ann", "en");
    let token = ann.makes_bot("Helper", "anns_helper_bot");
    ann.prepares(&token).await;
    let shown = w.telegram.last_from_bot(ann.id, w.bot.id).expect("the summary");
    let label = shown.buttons.iter().flatten().find(|(label, _)| label.contains("Start 48")).expect("the last tap").0.clone();
    w.telegram.taps(ann.id, w.bot.id, shown.message_id, label.as_str());
    let (offset, _) = clawhatch::bot::poll_once(w.app(), &w.product.api, 0, 0).await;
    assert!(offset > 0);
    for row in w.app().take_updates(50).await.expect("her tap") {
        w.product.door.handle(row).await;
    }
    let other = w.replica().await;
    (w, other)
}

async fn takes_claws(product: &Product) -> Vec<ClawLease> {
    product.app.take_claws(50).await.expect("a look for claws")
}

/// Works on the only claw under a slow infra, and does `meanwhile` while the call is under way.
async fn in_a_long_call(w: &World, lease: ClawLease, meanwhile: impl AsyncFnOnce()) {
    w.infra.slow(2 * SECOND);
    let called = async {
        until("the infra is asked", async || w.infra.struck(Fault::Slow) > 0).await;
        w.infra.slow(Duration::ZERO);
        Box::pin(meanwhile()).await;
    };
    let (done, ()) = tokio::join!(w.app().reconcile(lease), called);
    done.expect("work on a claw");
}

fn created(w: &World) -> usize {
    w.infra.journal().iter().filter(|entry| entry.effect == Effect::Created).count()
}

#[test]
fn a_call_that_lasts_keeps_its_claw() {
    run(async {
        let (w, other) = ann_waits().await;
        let lease = takes_claws(&w.product).await.remove(0);
        in_a_long_call(&w, lease, async || {
            for _ in 0..20 {
                w.clock.advance(5 * SECOND);
                w.app().keep_held().await.expect("a beat");
                assert_eq!(takes_claws(&other).await, [], "it is held");
            }
        })
        .await;
        assert!(w.app().held.is_empty());
        w.settle().await;
        let calls = w.infra.journal().len();
        assert_eq!((created(&w), w.audited("claw.ready").await), (1, 1), "{calls} calls");
    });
}

#[test]
fn whoever_is_frozen_in_a_call_keeps_nothing() {
    run(async {
        let (w, other) = ann_waits().await;
        let lease = takes_claws(&w.product).await.remove(0);
        let row = "SELECT seen || ' ' || version || ' ' || fence FROM claws";
        let after = std::sync::Mutex::new(Vec::new());
        in_a_long_call(&w, lease, async || {
            w.clock.advance(LEASE - SECOND);
            assert_eq!(takes_claws(&other).await, [], "not yet");
            w.clock.advance(SECOND);
            let theirs = takes_claws(&other).await.remove(0);
            assert_eq!((theirs.id, theirs.fence), (lease.id, lease.fence + 1));
            // Too late: it is somebody else's, and keeps its end.
            let until = w.texts("SELECT CAST(lease_until AS TEXT) FROM claws").await;
            w.app().keep_held().await.expect("a beat");
            assert_eq!(w.texts("SELECT CAST(lease_until AS TEXT) FROM claws").await, until);
            other.app.reconcile(theirs).await.expect("they finish it");
            *after.lock().expect("nobody panics") = w.texts(row).await;
        })
        .await;
        assert_eq!(w.texts(row).await, *after.lock().expect("nobody panics"), "whoever was frozen wrote nothing");
        w.settle().await;
        let keys: std::collections::BTreeSet<_> = w.infra.journal().into_iter().map(|entry| entry.idempotency_key).collect();
        assert_eq!((created(&w), keys.len()), (1, 1), "{:#?}", w.infra.journal());
    });
}

#[test]
fn what_a_dead_replica_held_is_taken_up_within_half_a_minute() {
    run(async {
        let (w, other) = ann_waits().await;
        let dead = w.app();
        w.telegram.says(clawhatch::domain::ids::TelegramId(1001), w.bot.id, "/status");
        clawhatch::bot::poll_once(dead, &w.product.api, 0, 0).await;
        let claws = takes_claws(&w.product).await.len();
        let updates = dead.take_updates(50).await.expect("updates").len();
        let messages = dead.take_messages(50).await.expect("messages").len();
        assert!(dead.take_poller().await.expect("an answer").is_some());
        assert!(claws == 1 && updates == 1 && messages == 1, "{claws} {updates} {messages}");
        let takes_all = async || {
            let app = &other.app;
            let updates: Vec<InboxRow> = app.take_updates(50).await.expect("updates");
            let messages = app.take_messages(50).await.expect("messages");
            let poller = app.take_poller().await.expect("an answer");
            (takes_claws(&other).await.len(), updates.len(), messages.len(), poller.is_some())
        };
        w.clock.advance(LEASE - SECOND);
        assert_eq!(takes_all().await, (0, 0, 0, false));
        w.clock.advance(SECOND);
        assert_eq!(takes_all().await, (1, 1, 1, true));
    });
}

#[test]
fn an_own_claw_is_kept_and_not_taken_twice_when_the_clock_leaps() {
    run(async {
        let (w, _other) = ann_waits().await;
        let lease = takes_claws(&w.product).await.remove(0);
        in_a_long_call(&w, lease, async || {
            // Nobody's heart beat for ten minutes: the database was away, or the wall was put forward.
            w.clock.advance(10 * MINUTE);
            assert_eq!(takes_claws(&w.product).await, [], "we are at work on it");
            let kept = w.app().held.all();
            assert_eq!((kept.len(), kept[0].work), (1, Work::Claws));
            assert!(kept[0].until > w.clock.now() + LEASE - SECOND);
        })
        .await;
        assert_eq!(w.texts("SELECT CAST(fence AS TEXT) FROM claws").await, [lease.fence.to_string()]);
        w.settle().await;
        assert_eq!((w.infra.journal().len(), created(&w)), (1, 1));
    });
}

#[test]
fn what_was_given_back_is_not_held_again_by_a_late_beat() {
    run(async {
        let (w, other) = ann_waits().await;
        let lease = takes_claws(&w.product).await.remove(0);
        let app = w.app();
        let _keeping = app.held.keep(lease.lease(), &w.clock);
        app.hand_over(&app.held.all()).await;
        w.clock.advance(LEASE / 2);
        app.keep_held().await.expect("a beat");
        assert_eq!(takes_claws(&other).await.len(), 1, "it is free at once");
    });
}
