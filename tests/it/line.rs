//! The waiting line: people who cannot begin yet, their places, and whose turn it is.

use clawhatch::domain::time::{HOUR, MINUTE};

use crate::{on_both, world::World};

on_both! {
    when_all_places_are_taken_people_wait_in_line,
    a_place_is_kept_for_twelve_hours,
    only_so_many_begin_on_one_day,
    whoever_is_given_time_leaves_the_line,
}

async fn when_all_places_are_taken_people_wait_in_line(w: World) {
    let w = w.restarted_with(&[("MAX_CLAWS", "1")]).await;
    let (ann, bob, eve) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"), w.person(1003, "Eve", "en"));
    ann.hatches("anns_helper_bot").await;
    bob.hatches("bobs_helper_bot").await;
    insta::assert_snapshot!(bob.last(), @"
    Every place is taken right now.

    You are number 1 in line. I will write to you when it is your turn; you do not have to wait here.
    Everything you chose is kept.
    [ Leave the line ]
    [ Home ]
    ");
    eve.hatches("eves_helper_bot").await;
    insta::assert_snapshot!(eve.last(), @"
    Every place is taken right now.

    You are number 2 in line. I will write to you when it is your turn; you do not have to wait here.
    Everything you chose is kept.
    [ Leave the line ]
    [ Home ]
    ");
    w.pass(MINUTE).await;
    assert_eq!(w.infra.claws().len(), 1);
    ann.says("/status").await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    w.pass(11 * MINUTE).await;
    w.pass(MINUTE).await;
    insta::assert_snapshot!(bob.last(), @"
    It is your turn.
    A place is held for you for 12 hours. Everything you chose is still here.
    [ Continue hatching ]
    [ Leave the line ]
    ");
    assert_eq!(eve.count("It is your turn."), 0, "{}", eve.chat());
    bob.taps("Continue hatching").await;
    insta::assert_snapshot!(bob.last(), @"
    Step 5 of 5

    Ready to hatch
    Helper, @bobs_helper_bot
    Gemini 3 Flash, only you

    48 hours free, starting when it is ready. Nothing is charged afterwards.

    Good to know: pausing or changing this claw later keeps its bot and settings, but may cost it its memory. I will ask each time.
    [ Start 48 hours free ]
    [ Change bot ] [ Change model ]
    [ Back ] [ Cancel ]
    ");
    bob.taps("Start 48").await;
    w.pass(MINUTE).await;
    let living: Vec<_> = w.infra.claws().into_iter().map(|claw| claw.allow_from).collect();
    assert_eq!(living, [["1002"]], "what Bob chose was kept: {}", bob.chat());
    assert_eq!(eve.count("It is your turn."), 0, "Bob has the place: {}", eve.chat());
    eve.taps("Leave").await;
    insta::assert_snapshot!(eve.last(), @"
    Your own AI assistant, living in your own Telegram bot.
    It remembers, it works while you sleep, and only the people you choose can talk to it.

    Free for 48 hours. No card.

    You were in the middle of hatching a claw. Everything you chose is still here.
    [ Continue hatching ]
    [ How it works ] [ Settings ]
    [ 🌐 English ]
    ");
}

async fn a_place_is_kept_for_twelve_hours(w: World) {
    let w = w.restarted_with(&[("MAX_CLAWS", "1")]).await;
    let (ann, bob, eve) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"), w.person(1003, "Eve", "en"));
    ann.hatches("anns_helper_bot").await;
    bob.hatches("bobs_helper_bot").await;
    eve.hatches("eves_helper_bot").await;
    ann.says("/status").await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    w.pass(11 * MINUTE).await;
    w.pass(MINUTE).await;
    assert_eq!((bob.count("It is your turn."), eve.count("It is your turn.")), (1, 0));
    w.pass(11 * HOUR).await;
    w.pass(MINUTE).await;
    assert_eq!((bob.count("It is your turn."), eve.count("It is your turn.")), (1, 0));
    // Nobody else slips in meanwhile.
    let dan = w.person(1004, "Dan", "en");
    dan.hatches("dans_helper_bot").await;
    assert_eq!(w.infra.claws(), []);
    w.pass(HOUR).await;
    w.pass(MINUTE).await;
    assert_eq!(
        (bob.count("It is your turn."), eve.count("It is your turn."), dan.count("It is your turn.")),
        (1, 1, 0),
        "Bob did not come"
    );
    // Bob comes after all: his answers are kept, and he stands at the end of the line.
    bob.taps("Continue hatching").await;
    bob.taps("Start 48").await;
    insta::assert_snapshot!(bob.last(), @"
    Every place is taken right now.

    You are number 2 in line. I will write to you when it is your turn; you do not have to wait here.
    Everything you chose is kept.
    [ Leave the line ]
    [ Home ]
    ");
    eve.taps("Continue hatching").await;
    eve.taps("Start 48").await;
    assert_eq!(w.infra.claws().len(), 1);
}

async fn only_so_many_begin_on_one_day(w: World) {
    let w = w.restarted_with(&[("TRIALS_PER_DAY", "1")]).await;
    let (ann, bob) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
    ann.hatches("anns_helper_bot").await;
    bob.hatches("bobs_helper_bot").await;
    insta::assert_snapshot!(bob.last(), @"
    Today's free claws have all been given out.

    You are number 1 in line. I will write to you when it is your turn; you do not have to wait here.
    Everything you chose is kept.
    [ Leave the line ]
    [ Home ]
    ");
    w.pass(11 * HOUR).await;
    w.pass(MINUTE).await;
    assert_eq!(bob.count("It is your turn."), 0);
    w.pass(HOUR).await;
    w.pass(MINUTE).await;
    assert_eq!(bob.count("It is your turn."), 1, "it is past midnight: {}", bob.chat());
    bob.taps("Continue hatching").await;
    bob.taps("Start 48").await;
    assert_eq!(w.infra.claws().len(), 2);
}

async fn whoever_is_given_time_leaves_the_line(w: World) {
    let w = w.restarted_with(&[("MAX_CLAWS", "1")]).await;
    let admin = w.admin().await;
    let (ann, bob) = (w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
    ann.hatches("anns_helper_bot").await;
    bob.hatches("bobs_helper_bot").await;
    admin.says("/provision 1002").await;
    admin.says("a friend").await;
    admin.taps("Give").await;
    assert_eq!(w.infra.claws().len(), 2, "{}", admin.chat());
    ann.says("/status").await;
    ann.taps("Delete this claw").await;
    ann.taps("Delete it").await;
    w.pass(11 * MINUTE).await;
    w.pass(MINUTE).await;
    assert_eq!(bob.count("It is your turn."), 0, "{}", bob.chat());
}
