//! From /start to a claw that is awake.

use crate::on_both;

on_both! {
    async fn a_person_walks_from_start_to_a_claw(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.hatches("anns_helper_bot").await;
        insta::assert_snapshot!(ann.chat(), @"
        Ann: /start
        clawhatch: ✓ @anns_helper_bot hatched in 0:00.
          [ Open its card ]
        clawhatch: Your claw is awake.
          Open @anns_helper_bot and say hello.

          Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
          Nothing is charged afterwards.
          [ Say hello to @anns_helper_bot ]
          [ Open its card ] [ My claws ]
        ");
        let claws = w.infra.claws();
        assert_eq!(claws.iter().map(|claw| (claw.claw_id.as_str(), claw.allow_from.clone())).collect::<Vec<_>>(), [("claw-1", vec!["1001".to_owned()])]);
    }
}
