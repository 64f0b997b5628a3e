//! /delete_my_data: nothing that names a person, their bot or their token is left in any column of any table; the
//! mark of the free time is, and whoever comes back is somebody new.

use clawhatch::domain::time::{HOUR, MINUTE};

use crate::{on_both, world::World};

on_both! {
    everything_that_names_a_person_is_erased,
    whoever_comes_back_is_somebody_new_without_a_free_time,
    an_old_question_is_asked_anew,
    nothing_is_erased_by_a_change_of_mind,
}

/// Where any of these still stands.
async fn traces(w: &World, secrets: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (place, bytes) in w.every_value().await {
        let text = String::from_utf8_lossy(&bytes);
        for secret in secrets {
            if text.contains(secret) {
                found.push(format!("{place} holds {secret}: {text}"));
            }
        }
    }
    found
}

async fn everything_that_names_a_person_is_erased(w: World) {
    let admin = w.admin().await;
    let ann = w.person(77_700_177, "Annabel-Lee", "en");
    let token = ann.hatches("annabels_helper_bot").await;
    let secret = token.split_once(':').expect("a token").1;
    // She leaves as many traces as one can.
    ann.opens_card().await;
    ann.taps("Rename it").await;
    ann.says("My Precious").await;
    ann.says("/settings").await;
    ann.taps("Change time zone").await;
    ann.says("Europe/Madrid").await;
    let spare = ann.makes_bot("Spare of Annabel", "annabels_spare_bot");
    ann.says(&spare).await;
    admin.gives_time("/provision 77700177 5").await;
    admin.says("/fleet").await;
    w.infra.fail_next(4, 500);
    ann.opens_card().await;
    ann.taps("Pause it").await;
    ann.taps("Pause it, memory").await;
    admin.says("/deprovision 77700177").await;
    for _ in 0..3 {
        w.pass(10 * MINUTE).await;
    }
    let names = ["77700177", "Annabel", "annabels_", secret, "My Precious", "Madrid", "friend of the house"];
    let before = traces(&w, &names).await;
    assert!(before.len() > 10, "{before:#?}");
    assert!(traces(&w, &[secret]).await.is_empty(), "a token is never readable");

    ann.says("/delete_my_data").await;
    insta::assert_snapshot!(ann.last(), @"
    Delete everything I know about you?

    Deleted for good: your claw with its memory, your name, your Telegram number, your settings and your bots' tokens.
    Time you still have is lost too. What stays is a record that no longer says who it was about. Your bots stay yours in Telegram.
    [ Delete my data and my claw ]
    [ Keep everything ]
    ");
    ann.taps("Delete my data and my claw").await;
    insta::assert_snapshot!(ann.last(), @"
    Done. I no longer know who you are.
    You can clear this chat now. /start begins anew.
    ");
    assert_eq!(w.infra.claws(), []);
    w.pass(HOUR).await;
    w.pass(HOUR).await;
    assert_eq!(traces(&w, &names).await, Vec::<String>::new());
    let sealed = w.texts("SELECT CAST(id AS TEXT) FROM bots WHERE token IS NOT NULL").await;
    assert_eq!((sealed.len(), w.texts("SELECT id FROM pending_tokens").await.len()), (0, 0));
    // What stays says that someone was here, and not who.
    assert_eq!(w.texts("SELECT kind FROM trial_marks ORDER BY kind").await, ["bot", "person"]);
    assert_eq!(w.texts("SELECT id FROM claws WHERE destroyed_at IS NOT NULL").await.len(), 1);
    assert_eq!((w.audited("person.forget").await, w.audited("claw.destroyed").await), (1, 1));
    w.app().seal_audit().await.expect("sealing");
    assert!(clawhatch::app::verify_audit(&w.db().await).await.expect("reading").is_ok(), "the trail is unbroken");
    let said = w.telegram.chat(ann.id, w.bot.id).iter().filter(|shown| shown.sent_at > crate::world::START.0 + 1_200_000).count();
    assert_eq!(said, 3, "nothing is said after the last word: {}", ann.chat());
}

async fn whoever_comes_back_is_somebody_new_without_a_free_time(w: World) {
    let ann = w.person(1001, "Ann", "en");
    let token = ann.hatches("anns_helper_bot").await;
    ann.says("/delete_my_data").await;
    ann.taps("Delete my data and my claw").await;
    w.pass(MINUTE).await;
    ann.says("/start").await;
    insta::assert_snapshot!(ann.last(), @"
    Your own AI assistant, living in your own Telegram bot.
    It remembers, it works while you sleep, and only the people you choose can talk to it.

    Your free time has been used. If you want to go on, ask for more.
    [ Ask for more time ]
    [ How it works ] [ Settings ]
    [ 🌐 English ]
    ");
    assert_eq!(w.texts("SELECT id FROM persons").await.len(), 2);
    // Time can be given, and the old bot is hers again.
    let admin = w.admin().await;
    admin.gives_time("/provision 1001 3").await;
    ann.prepares(&token).await;
    ann.taps("Start my 3 days").await;
    assert_eq!(w.infra.claws().len(), 1, "{}", ann.chat());
    // She forgets us once more, and gives the bot away: it has had its free time, too.
    ann.says("/delete_my_data").await;
    ann.taps("Delete my data and my claw").await;
    let bob = w.person(1002, "Bob", "en");
    bob.prepares(&token).await;
    bob.taps("Start 48").await;
    assert!(bob.last().contains("has had its free time"), "{}", bob.last());
    assert_eq!(w.infra.claws(), []);
}

async fn an_old_question_is_asked_anew(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.says("/start").await;
    ann.says("/delete_my_data").await;
    insta::assert_snapshot!(ann.last(), @"
    Delete everything I know about you?

    Deleted for good: your name, your Telegram number, your settings and your bots' tokens.
    What stays is a record that no longer says who it was about. Your bots stay yours in Telegram.
    [ Delete my data ]
    [ Keep everything ]
    ");
    w.pass(12 * MINUTE).await;
    ann.taps("Delete my data").await;
    assert_eq!(ann.toasts(), ["This button is too old. Nothing was done; please check and tap again."]);
    assert_eq!(w.audited("person.forget").await, 0);
    ann.taps("Delete my data").await;
    assert_eq!(w.audited("person.forget").await, 1, "{}", ann.chat());
}

async fn nothing_is_erased_by_a_change_of_mind(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.hatches("anns_helper_bot").await;
    ann.says("/delete_my_data").await;
    ann.taps("Keep everything").await;
    w.pass(HOUR).await;
    assert_eq!(w.infra.claws().len(), 1);
    assert_eq!(w.texts("SELECT name FROM persons").await, ["Ann"]);
}
