//! /delete_my_data: nothing that names a person, their bot or their token is left in any column of any table; the
//! mark of the free time is, and whoever comes back is somebody new.

use clawhatch::domain::time::{HOUR, MINUTE};

use crate::{on_both, world::World};

on_both! {
    everything_that_names_a_person_is_erased,
    whoever_comes_back_is_somebody_new_without_a_free_time,
    an_old_question_is_asked_anew,
    what_was_on_its_way_makes_nobody_known_again,
    the_last_words_are_in_the_persons_language,
    an_old_button_of_a_forgotten_person_does_nothing,
    what_becomes_of_a_forgotten_bot_makes_nobody_known,
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
    assert_eq!(said, 2, "nothing is said after the last word: {}", ann.chat());
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

/// Who is known by a Telegram number now.
async fn known(w: &World) -> Vec<String> {
    w.texts("SELECT CAST(telegram_id AS TEXT) FROM persons WHERE telegram_id IS NOT NULL").await
}

async fn what_was_on_its_way_makes_nobody_known_again(w: World) {
    let ann = w.person(1001, "Ann", "en");
    let boris = w.person(2002, "Boris", "en");
    let token = ann.hatches("anns_helper_bot").await;
    boris.says("/start").await;
    let (home, settings) = ann.data("My claws");
    ann.says("/delete_my_data").await;
    let (message, yes) = ann.data("Delete my data");
    // Everything is here before any of it is taken up.
    w.telegram.taps_data(ann.id, ann.bot(), message, &yes);
    w.telegram.taps_data(ann.id, ann.bot(), message, &yes);
    w.telegram.taps_data(ann.id, ann.bot(), home, &settings);
    for text in ["/start", "one more thing", &token] {
        w.telegram.says(ann.id, ann.bot(), text);
    }
    w.telegram.says(boris.id, boris.bot(), "/help");
    w.settle().await;
    assert_eq!((known(&w).await, w.audited("person.forget").await), (vec!["2002".to_owned()], 1));
    insta::assert_snapshot!(ann.last(), @"
    Done. I no longer know who you are.
    You can clear this chat now. /start begins anew.
    ");
    assert!(!ann.sees("Delete my data"), "the question is gone: {}", ann.chat());
    assert!(boris.last().starts_with("I hatch claws"), "{}", boris.last());
    assert_eq!((w.rows("inbox WHERE done_at IS NULL OR body IS NOT NULL").await, w.rows("pending_tokens").await), (0, 0));
    assert_eq!((w.rows("claws WHERE destroyed_at IS NULL").await, w.texts("SELECT chain FROM incidents").await.len()), (0, 0));
    // What is written now is a new beginning.
    w.pass(MINUTE).await;
    ann.says("/start").await;
    assert_eq!(known(&w).await.len(), 2);
}

async fn the_last_words_are_in_the_persons_language(w: World) {
    for (id, name, language, agree, said) in [
        (1001, "Ann", "en", "Delete my data", "Done. I no longer know who you are."),
        (1002, "Ana", "es", "Borrar mis datos", "Hecho. Ya no sé quién eres."),
        (1003, "Anna", "ru", "Удалить мои данные", "Готово. Я больше не знаю, кто вы."),
        (1004, "安", "zh-hans", "删除我的数据", "好了，我不再知道你是谁。"),
    ] {
        let ann = w.person(id, name, language);
        ann.says("/start").await;
        ann.says("/delete_my_data").await;
        ann.taps(agree).await;
        assert!(ann.last().starts_with(said), "{}", ann.last());
    }
}

async fn an_old_button_of_a_forgotten_person_does_nothing(w: World) {
    for (id, name, language, bot, said) in [
        (1001, "Ann", "en", "anns_helper_bot", "I do not know you (any more). Send /start to begin anew."),
        (1002, "Ana", "es", "anas_helper_bot", "No sé (o ya no sé) quién eres. Envía /start para empezar de nuevo."),
        (1003, "Anna", "ru", "annas_helper_bot", "Я вас не знаю (или уже не помню). Нажмите /start, чтобы начать заново."),
        (1004, "安", "zh-hans", "an_helper_bot", "我（已经）不认识你了。发送 /start 重新开始。"),
    ] {
        let ann = w.person(id, name, "en");
        ann.hatches(bot).await;
        let (message, card) = ann.data("Open its card");
        // What would agree, what would be refused, and what no version spells.
        let others = ["at.1", "fl.0", "pm.h.0.77", "zz"].map(|spelling| w.app().pepper.tag_tap(ann.id, spelling));
        ann.says("/delete_my_data").await;
        ann.taps("Delete my data and my claw").await;
        w.person(id, name, language);
        let (chat, toasts) = (ann.chat(), ann.toasts().len());
        for data in [&card].into_iter().chain(&others) {
            ann.sends_data(message, data).await;
        }
        assert_eq!(ann.toasts()[toasts..], [said; 5]);
        ann.sends_data(message, "forged").await;
        assert_eq!((known(&w).await.len(), ann.chat()), (0, chat));
    }
    assert_eq!((w.audited("tap.forged").await, w.audited("terms.agree").await), (4, 4));
    assert_eq!(w.texts("SELECT chain FROM incidents").await, Vec::<String>::new());
}

async fn what_becomes_of_a_forgotten_bot_makes_nobody_known(w: World) {
    let ann = w.person(1001, "Ann", "en");
    ann.says("/start").await;
    ann.taps("Hatch").await;
    ann.taps("I agree").await;
    let url = ann.link("Create it in one tap");
    let bot = w.telegram.opens_newbot_link_as(ann.id, &url, "Helper", "anns_helper_bot").expect("a bot").id;
    w.settle().await;
    ann.says("/delete_my_data").await;
    let (message, yes) = ann.data("Delete my data");
    // Another one is made in the very moment. It waits beside the chat, and may be taken up first or be on its way already.
    w.telegram.taps_data(ann.id, ann.bot(), message, &yes);
    w.telegram.opens_newbot_link_as(ann.id, &url, "Second", "second_bot").expect("a bot");
    w.take_in().await;
    let mut rows = w.app().take_updates(50).await.expect("taking updates");
    assert_eq!(rows.len(), 2);
    rows.sort_by_key(|row| row.id.clone());
    for row in rows {
        w.product.door.handle(row).await;
    }
    w.settle().await;
    assert_eq!(known(&w).await, Vec::<String>::new(), "{}", ann.chat());
    w.telegram.revoke_token(bot).expect("a new token");
    w.settle().await;
    assert_eq!((known(&w).await, w.rows("bots WHERE token IS NOT NULL").await), (Vec::<String>::new(), 0));
    // To make one through us from now on is to come back.
    w.telegram.opens_newbot_link_as(ann.id, &url, "Third", "third_bot").expect("a bot");
    w.settle().await;
    assert_eq!((known(&w).await, w.rows("bots WHERE token IS NOT NULL").await), (vec!["1001".to_owned()], 1));
}
