//! A claw that our own host agent runs, played from the street: every button of its card, what is pushed to its owner, what
//! goes wrong on the way, and what a plain infra does not offer.

mod ailing;
mod backups;
mod devices;
mod events;
mod real;
mod restart;
mod sleep;

use crate::{
    on_both,
    world::{Someone, World},
};

/// The same world with a clawnode behind it.
pub async fn clawnode(w: World) -> World {
    w.infra.rule(|rules| rules.clawnode = true);
    w.restarted_with(&[("DEFAULT_DRIVER", "clawnode")]).await
}

/// Ann, with a claw that is awake.
pub async fn ann(w: &World) -> Someone<'_> {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    ann
}

/// The host's name of the only claw.
pub fn slug(w: &World) -> String {
    let claws = w.infra.claws();
    assert_eq!(claws.len(), 1, "{claws:?}");
    claws[0].slug.clone()
}

/// How many calls of a route reached the host.
pub fn calls(w: &World, route: &str) -> usize {
    w.infra.journal().iter().filter(|entry| entry.route == route).count()
}

/// Under how many different names they came.
pub fn names(w: &World, route: &str) -> usize {
    let journal = w.infra.journal();
    let mut keys: Vec<_> = journal.iter().filter(|it| it.route == route).map(|it| it.idempotency_key.clone()).collect();
    assert!(keys.iter().all(Option::is_some), "{journal:?}");
    keys.sort();
    keys.dedup();
    keys.len()
}

on_both! { the_card_of_a_claw_that_runs, what_is_asked_while_the_host_is_silent }

async fn the_card_of_a_claw_that_runs(w: World) {
    let w = clawnode(w).await;
    let ann = ann(&w).await;
    w.pass(std::time::Duration::from_secs(3 * 3600)).await;
    insta::assert_snapshot!(ann.opens_card().await, @"
    @anns_helper_bot   ● awake

    Gemini 3 Flash, only you
    Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
    OpenClaw 2026.9.6, up for 3 hours
    [ Open chat ]
    [ Change model ] [ Change people ]
    [ Backups ] [ Devices ]
    [ Logs ] [ Restart it ]
    [ Rename it ] [ Pause it… ]
    [ Give it a new token ] [ Delete this claw… ]
    [ My claws ] [ Home ]
    ");
    ann.taps("Logs").await;
    insta::assert_snapshot!(ann.last(), @"
    Logs of @anns_helper_bot

    Used so far: 12 345 tokens in, 678 out, about 0.13 USD.

    memory is empty
    gateway ready
    [ Refresh ] [ Back ]
    ");
    assert_eq!(w.audited("claw.logs").await, 1);
    let olga = w.admin().await;
    olga.says("/fleet").await;
    insta::assert_snapshot!(olga.last(), @"
    Fleet: 1 of 100 claws
    In line: 0. Trials today: 1 of 50.

    ● awake 1

    Host sandbox, clawnode 0.1.0, OpenClaw 2026.9.6
    Runs 1 of 15. Memory free 15.0 of 16.0 GB, disk 50.0 of 100.0 GB.

    claw-1 Ann 1001
    @anns_helper_bot, Gemini 3 Flash
    ● awake, 3 hours
    trial, ends in 2 days, on Sunday, 21 June, at 12:00 UTC
    [ Refresh ] [ Home ]
    ");
}

async fn what_is_asked_while_the_host_is_silent(w: World) {
    let w = clawnode(w).await;
    let ann = ann(&w).await;
    for button in ["Logs", "Devices", "Backups"] {
        ann.opens_card().await;
        w.infra.rule(|rules| rules.deaf = Some(503));
        ann.taps(button).await;
        assert!(ann.last().contains("The server is not answering right now."), "{button}: {}", ann.last());
        w.infra.rule(|rules| rules.deaf = None);
    }
    let olga = w.admin().await;
    w.infra.rule(|rules| rules.deaf = Some(503));
    olga.says("/fleet").await;
    assert!(olga.last().contains("The host of claws does not answer."), "{}", olga.last());
    // It is asked after every minute, and that it does not answer means nothing for the claw.
    w.pass(std::time::Duration::from_secs(3600)).await;
    assert!(ann.opens_card().await.contains("● awake"), "{}", ann.last());
    w.infra.rule(|rules| rules.deaf = None);
    w.pass(std::time::Duration::from_secs(1200)).await;
    assert_eq!((calls(&w, "provision"), calls(&w, "suspend")), (1, 0));
}

on_both! {
    async fn a_plain_infra_offers_none_of_it(w: World) {
        let ann = ann(&w).await;
        let card = ann.opens_card().await;
        for button in ["Restart", "Devices", "Backups", "Logs", "OpenClaw"] {
            assert!(!card.contains(button), "{button}: {card}");
        }
        assert_eq!(w.texts("SELECT driver FROM claws").await, ["infra_api"]);
    }

    // A row names its driver: another default changes nothing for it.
    async fn a_claw_stays_with_its_driver(w: World) {
        let ann_before = ann(&w).await;
        assert!(ann_before.opens_card().await.contains("awake"));
        let w = clawnode(w).await;
        let ann = w.person(1001, "Ann", "en");
        assert!(!ann.opens_card().await.contains("Restart"), "{}", ann.last());
        let bob = w.person(1002, "Bob", "en");
        bob.hatches("bobs_helper_bot").await;
        assert!(bob.opens_card().await.contains("Restart it"), "{}", bob.last());
        let mut drivers = w.texts("SELECT driver FROM claws").await;
        drivers.sort();
        assert_eq!(drivers, ["clawnode", "infra_api"]);
    }
}
