//! Devices that ask to be let in: pushed to the owner, answered once, and found without any event.

use std::time::Duration;

use clawhatch::sandbox::infra::Fault;

use super::{ann, calls, clawnode, names, slug};
use crate::{on_both, world::World};

const MINUTE: Duration = Duration::from_secs(60);

on_both! { a_device_is_let_in_by_its_owner }

async fn a_device_is_let_in_by_its_owner(w: World) {
    let w = clawnode(w).await;
    let ann = ann(&w).await;
    w.infra.device_asks(&slug(&w), "req-1", "Ann's phone", "ios");
    w.settle().await;
    insta::assert_snapshot!(ann.last(), @"
    A device asks to talk to @anns_helper_bot: Ann's phone (ios)

    Approve only what you have just started yourself. Whoever is let in can do all that you can.
    [ Approve ] [ Refuse ]
    ");
    ann.taps("Approve").await;
    w.pass(MINUTE).await;
    assert_eq!(w.infra.devices_let_in(&slug(&w)), ["Ann's phone"]);
    insta::assert_snapshot!(ann.last(), @"
    ✓ Let in to @anns_helper_bot: Ann's phone (ios)
    [ Devices ]
    ");
    assert_eq!((ann.count("Ann's phone"), calls(&w, "approve"), w.audited("claw.let_in").await), (1, 1, 1), "{}", ann.chat());
    ann.taps("Devices").await;
    insta::assert_snapshot!(ann.last(), @"
    Devices of @anns_helper_bot

    ✓ Ann's phone (ios)
    [ Refresh ] [ Back ]
    ");
    assert_eq!(w.refused_by_telegram(), [""; 0]);
}

on_both! {
    async fn a_device_is_turned_away(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.device_asks(&slug(&w), "req-1", "Somebody's laptop", "linux");
        w.settle().await;
        let (message, yes) = ann.data("Approve");
        ann.taps("Refuse").await;
        w.pass(MINUTE).await;
        assert_eq!((ann.count("Refused for"), calls(&w, "reject")), (1, 1), "{}", ann.chat());
        // The yes of before is no yes any more.
        ann.sends_data(message, &yes).await;
        w.pass(MINUTE).await;
        assert_eq!((w.infra.devices_let_in(&slug(&w)).len(), calls(&w, "approve")), (0, 0));
        assert_eq!(ann.toasts().last().map(String::as_str), Some("Already done."), "{:?}", ann.toasts());
    }

    async fn a_request_that_is_over_cannot_be_answered(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.device_asks(&slug(&w), "req-1", "Ann's phone", "ios");
        w.settle().await;
        let (message, yes) = ann.data("Approve");
        w.infra.device_leaves(&slug(&w), "req-1");
        w.settle().await;
        assert_eq!(ann.count("is over"), 1, "{}", ann.chat());
        ann.sends_data(message, &yes).await;
        assert_eq!(calls(&w, "approve"), 0);
    }

    async fn somebody_else_lets_nobody_in(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.device_asks(&slug(&w), "req-1", "Ann's phone", "ios");
        w.settle().await;
        let (_, yes) = ann.data("Approve");
        let bob = w.person(1002, "Bob", "en");
        let message = bob.says("/start").await;
        bob.sends_data(message, &yes).await;
        w.pass(MINUTE).await;
        assert_eq!(calls(&w, "approve"), 0);
    }

    async fn lost_answers_let_in_once(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.device_asks(&slug(&w), "req-1", "Ann's phone", "ios");
        w.settle().await;
        w.infra.fault_next(2, Fault::Lost);
        ann.taps("Approve").await;
        w.pass(MINUTE).await;
        w.pass(MINUTE).await;
        assert_eq!((w.infra.devices_let_in(&slug(&w)).len(), names(&w, "approve"), ann.count("Let in")), (1, 1, 1), "{}", ann.chat());
    }

    async fn a_request_that_could_not_be_answered_can_be_answered_again(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.device_asks(&slug(&w), "req-1", "Ann's phone", "ios");
        w.settle().await;
        w.infra.fail_next(1000, 503);
        ann.taps("Approve").await;
        for _ in 0..11 {
            w.pass(MINUTE).await;
        }
        w.infra.fail_next(0, 503);
        w.pass(MINUTE).await;
        assert!(w.infra.devices_let_in(&slug(&w)).is_empty());
        ann.taps("Approve").await;
        w.pass(MINUTE).await;
        assert_eq!(w.infra.devices_let_in(&slug(&w)), ["Ann's phone"], "{}", ann.chat());
    }

    async fn hostile_names_stay_names(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.device_asks(&slug(&w), "req-1", "<b>evil.example</b> /fleet", "a&b");
        w.infra.device_asks(&slug(&w), "../../provision", "a path", "x");
        w.settle().await;
        w.pass(2 * MINUTE).await;
        assert_eq!((ann.count("asks to talk"), w.rows("devices").await), (1, 1), "{}", ann.chat());
        ann.taps("Approve").await;
        w.pass(MINUTE).await;
        assert_eq!((calls(&w, "approve"), w.refused_by_telegram().len()), (1, 0));
    }

    async fn whoever_is_forgotten_leaves_no_device_behind(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.device_asks(&slug(&w), "req-1", "Ann's phone", "ios");
        w.settle().await;
        ann.says("/delete_my_data").await;
        ann.taps("Delete my data and").await;
        w.pass(MINUTE).await;
        assert_eq!((w.rows("devices").await, w.places_of("Ann's phone").await.len()), (0, 0));
    }
}
