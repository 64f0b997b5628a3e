//! Restart: one effect for one wish, whatever happens on the way.

use std::time::Duration;

use clawhatch::sandbox::infra::Fault;

use super::{ann, calls, clawnode, names, slug};
use crate::on_both;

const MINUTE: Duration = Duration::from_secs(60);

on_both! {
    async fn a_restart_is_done_once_and_told(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.rule(|rules| rules.tending_time = 30 * Duration::from_secs(1));
        ann.opens_card().await;
        ann.taps("Restart it").await;
        assert!(ann.last().contains("It is restarting. I will tell you when it is up."), "{}", ann.last());
        // A second thumb.
        ann.taps("Restart it").await;
        assert_eq!(ann.toasts().last().map(String::as_str), Some("Already done."), "{:?}", ann.toasts());
        assert_eq!(ann.count("has restarted"), 0);
        w.pass(MINUTE).await;
        assert_eq!((ann.count("has restarted"), w.infra.restarts(&slug(&w))), (1, 1), "{}", ann.chat());
        assert_eq!((calls(&w, "restart"), w.audited("claw.restart").await, w.audited("operation.done").await), (1, 1, 1));
        w.pass(30 * MINUTE).await;
        assert_eq!((ann.count("has restarted"), w.infra.restarts(&slug(&w))), (1, 1));
        assert!(ann.opens_card().await.contains("● awake"), "{}", ann.last());
        // Another wish is another effect.
        ann.taps("Restart it").await;
        w.pass(MINUTE).await;
        assert_eq!((ann.count("has restarted"), w.infra.restarts(&slug(&w)), names(&w, "restart")), (2, 2, 2));
    }

    async fn an_answer_that_is_lost_is_asked_for_under_the_same_name(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        for (round, fault) in [Fault::Lost, Fault::Garbled, Fault::Bloated, Fault::Failed].into_iter().enumerate() {
            let round = round + 1;
            ann.opens_card().await;
            w.infra.fault_next(2, fault);
            ann.taps("Restart it").await;
            w.pass(MINUTE).await;
            w.pass(MINUTE).await;
            assert_eq!((ann.count("has restarted"), w.infra.restarts(&slug(&w)) as usize), (round, round), "{fault:?}: {}", ann.chat());
            assert_eq!(names(&w, "restart"), round, "{fault:?}");
        }
    }

    async fn what_cannot_be_sent_in_time_is_not_done_later(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        ann.opens_card().await;
        w.infra.fail_next(1000, 503);
        ann.taps("Restart it").await;
        for _ in 0..11 {
            w.pass(MINUTE).await;
        }
        assert_eq!(ann.count("Nothing was changed"), 1, "{}", ann.chat());
        w.infra.fail_next(0, 503);
        w.pass(30 * MINUTE).await;
        assert_eq!((w.infra.restarts(&slug(&w)), ann.count("has restarted"), w.audited("operation.failed").await), (0, 0, 1));
    }

    async fn a_wish_outlives_the_process(w: World) {
        let w = clawnode(w).await;
        let before = ann(&w).await;
        before.opens_card().await;
        let (message, data) = before.data("Restart it");
        w.telegram.taps_data(before.id, before.bot(), message, &data);
        w.take_in().await;
        for row in w.app().take_updates(50).await.expect("updates") {
            w.product.door.handle(row).await;
        }
        // It is wished and taken, and nobody has asked for it when the process ends.
        assert_eq!(w.app().take_operations(50).await.expect("operations").len(), 1);
        assert_eq!(calls(&w, "restart"), 0);
        let w = w.restarted().await;
        w.pass(5 * MINUTE).await;
        let ann = w.person(1001, "Ann", "en");
        assert_eq!((ann.count("has restarted"), w.infra.restarts(&slug(&w)), calls(&w, "restart")), (1, 1, 1), "{}", ann.chat());
    }

    async fn a_claw_that_falls_asleep_is_not_restarted(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        ann.opens_card().await;
        let (message, restart) = ann.data("Restart it");
        ann.taps("Pause it…").await;
        ann.taps("Pause it").await;
        ann.sends_data(message, &restart).await;
        assert!(ann.last().contains("This works while it is awake."), "{}", ann.last());
        assert_eq!((calls(&w, "restart"), w.rows("operations").await), (0, 0));
    }

    async fn a_button_of_somebody_else_does_nothing(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        ann.opens_card().await;
        let (_, restart) = ann.data("Restart it");
        let bob = w.person(1002, "Bob", "en");
        let message = bob.says("/start").await;
        bob.sends_data(message, &restart).await;
        assert_eq!((calls(&w, "restart"), w.rows("operations").await), (0, 0));
    }
}
