//! A claw that runs and does not do well: its owner is told what they can mend, with the button for it; admins of the rest.

use std::time::Duration;

use super::{ann, calls, clawnode, slug};
use crate::{on_both, world::World};

const MINUTE: Duration = Duration::from_secs(60);

on_both! { a_token_that_is_used_elsewhere_is_told_with_the_button_that_mends_it }

async fn a_token_that_is_used_elsewhere_is_told_with_the_button_that_mends_it(w: World) {
    let w = clawnode(w).await;
    let ann = ann(&w).await;
    w.infra.ails(&slug(&w), Some("bot_token_used_elsewhere"));
    w.settle().await;
    insta::assert_snapshot!(ann.last(), @"
    @anns_helper_bot is not well.

    Another program receives its bot's messages. Stop it, or take a new token from BotFather and give it to me; that ends the other one.
    [ Give it a new token ]
    [ Open its card ]
    ");
    w.pass(10 * MINUTE).await;
    assert_eq!(ann.count("is not well"), 1, "{}", ann.chat());
    assert!(ann.opens_card().await.contains("▲ awake, but unwell"), "{}", ann.last());
    // The flow of a new token, to its end.
    ann.taps("Give it a new token").await;
    let token = w.telegram.revoke_token(w.infra.claws()[0].bot_id).expect("a new token");
    ann.says(&token).await;
    ann.taps("Use this bot").await;
    ann.taps("Use this token").await;
    w.pass(2 * MINUTE).await;
    assert!(ann.opens_card().await.contains("● awake"), "{}", ann.last());
    assert_eq!(w.audited("claw.ailing").await, 1);
    assert_eq!(calls(&w, "provision"), 2);
}

on_both! {
    async fn what_heals_and_comes_back_is_told_again(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        for round in 1..=2 {
            w.infra.ails(&slug(&w), Some("bot_token_rejected"));
            w.settle().await;
            assert_eq!(ann.count("is not well"), round, "{}", ann.chat());
            w.pass(MINUTE).await;
            w.infra.ails(&slug(&w), None);
            w.settle().await;
            assert!(ann.opens_card().await.contains("● awake"), "{}", ann.last());
            w.pass(MINUTE).await;
        }
    }

    async fn one_that_crashes_is_told_to_both_and_restarted_by_its_owner(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        let olga = w.admin().await;
        w.infra.ails(&slug(&w), Some("crash_loop"));
        w.settle().await;
        assert_eq!((ann.count("ended again and again"), olga.count("A claw runs and is not well.")), (1, 1), "{}", ann.chat());
        w.pass(30 * MINUTE).await;
        // No loop of ours starts it again and again.
        assert_eq!(calls(&w, "provision"), 1);
        ann.taps("Restart it").await;
        w.pass(2 * MINUTE).await;
        assert_eq!((w.infra.restarts(&slug(&w)), ann.count("has restarted")), (1, 1), "{}", ann.chat());
        assert_eq!(olga.count("Resolved after"), 1, "{}", olga.chat());
    }
}
