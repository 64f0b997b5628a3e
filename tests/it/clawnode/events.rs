//! What the host tells by itself: each thing once, and nothing lost that matters when it is lost.

use std::time::Duration;

use super::{ann, clawnode, slug};
use crate::on_both;

const MINUTE: Duration = Duration::from_secs(60);

on_both! {
    async fn what_is_told_twice_is_taken_up_once(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.device_asks(&slug(&w), "req-1", "Ann's phone", "ios");
        w.settle().await;
        w.infra.repeat_event();
        w.settle().await;
        // A replica that read the same page before the first one had written down how far it was.
        w.sql("UPDATE meta SET value = value WHERE name = 'events'").await;
        w.sql("DELETE FROM meta WHERE name = 'events'").await;
        w.settle().await;
        assert_eq!((ann.count("asks to talk"), w.rows("devices").await), (1, 1), "{}", ann.chat());
        assert_eq!(w.audited("device.asks").await, 1);
    }

    async fn what_is_not_told_any_more_is_seen_by_looking(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.device_asks(&slug(&w), "req-1", "Ann's phone", "ios");
        w.infra.forget_events();
        w.settle().await;
        assert_eq!(ann.count("asks to talk"), 0);
        w.pass(2 * MINUTE).await;
        assert_eq!(ann.count("asks to talk"), 1, "{}", ann.chat());
        // And from there on it is told again.
        w.infra.device_asks(&slug(&w), "req-2", "Ann's laptop", "macos");
        w.settle().await;
        assert_eq!(ann.count("asks to talk"), 2, "{}", ann.chat());
    }

    async fn a_host_that_lost_its_memory_is_listened_to_from_the_beginning(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.device_asks(&slug(&w), "req-1", "Ann's phone", "ios");
        w.settle().await;
        w.infra.lose_events();
        w.infra.device_asks(&slug(&w), "req-2", "Ann's laptop", "macos");
        w.settle().await;
        w.pass(MINUTE).await;
        assert_eq!((ann.count("Ann's phone"), ann.count("Ann's laptop")), (1, 1), "{}", ann.chat());
    }

    async fn two_replicas_take_it_up_once(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.pass(MINUTE).await;
        let other = w.replica().await;
        for n in 0..20 {
            w.infra.device_leaves(&slug(&w), &format!("nobody-{n}"));
        }
        w.infra.device_asks(&slug(&w), "req-1", "Ann's phone", "ios");
        let (one, two) = tokio::join!(w.app().read_events(Duration::ZERO), other.app.read_events(Duration::ZERO));
        one.expect("the one");
        two.expect("the other");
        w.settle().await;
        assert_eq!((ann.count("asks to talk"), w.audited("device.asks").await), (1, 1), "{}", ann.chat());
    }

    async fn a_claw_that_is_gone_is_brought_back(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        let olga = w.admin().await;
        w.infra.remove_by_itself(&slug(&w));
        w.pass(2 * MINUTE).await;
        assert_eq!((w.infra.claws().len(), ann.count("I brought it back")), (1, 1), "{}", ann.chat());
        assert_eq!(w.audited("claw.vanished").await, 1);
        assert_eq!(olga.count("A claw that ran is gone from the infra."), 1, "{}", olga.chat());
    }
}
