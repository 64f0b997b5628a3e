//! The operator's other commands: taking claws down and looking around; and who may not.

use clawhatch::{
    domain::{
        ids::{ChatId, TelegramId},
        time::{DAY, HOUR},
    },
    sandbox::telegram::Forward,
};

use crate::{
    on_both,
    world::{Someone, World},
};

on_both! {
    a_claw_is_taken_down_by_person_and_by_id,
    one_of_several_claws_is_picked,
    the_fleet_is_shown_in_pages,
    a_code_leads_to_what_happened,
    nobody_else_commands,
    an_admin_who_is_none_any_more_cannot_go_on,
    asking_for_time_reaches_the_admins_once_a_day,
}

async fn a_claw_is_taken_down_by_person_and_by_id(w: World) {
    let (admin, ann, bob) = (w.admin().await, w.person(1001, "Ann", "en"), w.person(1002, "Bob", "en"));
    ann.hatches("anns_helper_bot").await;
    bob.hatches("bobs_helper_bot").await;
    admin.says("/deprovision 1001").await;
    insta::assert_snapshot!(admin.last(), @"
    Why? Send me the reason in one message; it is kept with the act.
    Ann 1001
    Take the claw down
    [ Withdraw ]
    ");
    admin.says("broke the rules").await;
    insta::assert_snapshot!(admin.last(), @"
    Take down claw-1?

    claw-1 Ann 1001
    @anns_helper_bot, Gemini 3 Flash
    ● awake, 0 seconds
    trial, ends in 2 days, on Sunday, 21 June, at 12:00 UTC

    Its owner loses the claw, its settings and its memory, for good.

    Reason: broke the rules

    This can be confirmed until it expires in 5 minutes, today at 12:05 UTC.
    [ Take down claw-1 ]
    [ Withdraw ]
    ");
    admin.taps("Take down").await;
    insta::assert_snapshot!(admin.last(), @"
    ✓ Take the claw down
    Ann 1001
    × gone
    took 0:00
    [ Open fleet ]
    ");
    insta::assert_snapshot!(ann.last(), @"
    An operator took down @anns_helper_bot.
    Its memory and settings are gone, and its token is erased.

    The bot is still yours in Telegram.
    [ Ask for more time ]
    [ Home ]
    ");
    assert_eq!(ann.count("as you asked"), 0);
    assert_eq!(w.infra.claws().len(), 1, "Bob's goes on");
    ann.says("/hatch").await;
    let id = w.texts("SELECT id FROM claws WHERE destroyed_at IS NULL").await.remove(0);
    admin.says(&format!("/deprovision {id}")).await;
    admin.says("by its number").await;
    admin.taps("Take down").await;
    assert_eq!(w.infra.claws(), []);
    bob.says("/start").await;
    insta::assert_snapshot!(bob.last(), @"
    Your own AI assistant, living in your own Telegram bot.
    It remembers, it works while you sleep, and only the people you choose can talk to it.

    Your free time has been used. If you want to go on, ask for more.
    [ Ask for more time ]
    [ How it works ] [ Settings ]
    [ 🌐 English ]
    ");
    let trail = w.texts("SELECT action || ' ' || detail FROM audit WHERE action LIKE 'admin.%' ORDER BY id").await;
    insta::assert_snapshot!(crate::rows::masked(&trail.join("\n")), @r#"
    admin.ask {"act":"deprovision","confirmation":"ROW"}
    admin.deprovision {"revoked":true}
    admin.ask {"act":"deprovision","confirmation":"ROW"}
    admin.deprovision {"revoked":true}
    "#);
}

async fn one_of_several_claws_is_picked(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    admin.gives_time("/provision 1001 30").await;
    let token = ann.makes_bot("Second", "anns_second_bot");
    ann.says(&token).await;
    admin.gives_time("/provision 1001 30").await;
    assert_eq!(w.infra.claws().len(), 2, "{}", admin.chat());
    admin.says("/deprovision 1001").await;
    insta::assert_snapshot!(admin.last(), @"
    Which one?

    claw-1 Ann 1001
    @anns_helper_bot, Gemini 3 Flash
    ● awake, 0 seconds
    grant, ends in 32 days, on Tuesday, 21 July, at 12:00 UTC

    claw-2 Ann 1001
    @anns_second_bot, Gemini 3 Flash
    ● awake, 0 seconds
    grant, ends in 32 days, on Tuesday, 21 July, at 12:00 UTC
    [ claw-1 @anns_helper_bot ]
    [ claw-2 @anns_second_bot ]
    [ Home ]
    ");
    admin.taps("@anns_second_bot").await;
    admin.says("one is enough").await;
    admin.taps("Take down").await;
    let living: Vec<_> = w.infra.claws().into_iter().map(|claw| claw.claw_id).collect();
    assert_eq!(living, ["claw-1"]);
    w.pass(DAY).await;
    assert_eq!(w.infra.claws().len(), 1, "its time is not taken with the other claw");
}

async fn the_fleet_is_shown_in_pages(w: World) {
    let admin = w.admin().await;
    admin.says("/fleet").await;
    insta::assert_snapshot!(admin.last(), @"
    Fleet: 0 of 100 claws
    In line: 0. Trials today: 0 of 50.

    No claw yet.
    [ Refresh ] [ Home ]
    ");
    for n in 0..9 {
        w.person(2000 + n, &format!("Person {n}"), "en").hatches(&format!("helper_{n}_bot")).await;
    }
    w.person(2000, "Person 0", "en").opens_card().await;
    w.person(2000, "Person 0", "en").taps("Pause it").await;
    w.person(2000, "Person 0", "en").taps("Pause it, memory").await;
    admin.says("/fleet").await;
    assert_eq!(admin.last().matches("claw-1 ").count(), 8);
    let head: Vec<String> = admin.last().lines().take(4).map(str::to_owned).collect();
    insta::assert_snapshot!(head.join("\n"), @"
    Fleet: 9 of 100 claws
    In line: 0. Trials today: 9 of 50.

    ● awake 8 · ○ paused 1
    ");
    admin.taps("More").await;
    insta::assert_snapshot!(admin.last(), @"
    Fleet: 9 of 100 claws
    In line: 0. Trials today: 9 of 50.

    ● awake 8 · ○ paused 1

    claw-1 Person 8 2008
    @helper_8_bot, Gemini 3 Flash
    ● awake, 0 seconds
    trial, ends in 2 days, on Sunday, 21 June, at 12:00 UTC

    Page 2 of 2
    [ ‹ Previous ]
    [ Refresh ] [ Home ]
    ");
    assert_eq!(w.audited("admin.fleet").await, 3);
}

async fn a_code_leads_to_what_happened(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    w.infra.rule(|rules| rules.models = Some(Vec::new()));
    ann.hatches("anns_helper_bot").await;
    let code = w.texts("SELECT code FROM incidents").await.remove(0);
    assert!(ann.chat().contains(&code), "{}", ann.chat());
    admin.says(&format!("/trace {code}")).await;
    let shown = admin.last();
    insta::assert_snapshot!(shown, @"
    CODE
    While asking the infra to provision

    Who: Ann 1001
    Claw: ROW
    just now, today at 12:00 UTC

    the infra refused generation 1: ModelNotAllowed
    [ Open fleet ]
    ");
    for typed in [code.to_lowercase(), code.replace('-', "")] {
        admin.says(&format!("/trace {typed}")).await;
        assert_eq!(admin.last(), shown, "{typed}");
    }
    let unknown = if code == "222-22" { "333-33" } else { "222-22" };
    admin.says(&format!("/trace {unknown}")).await;
    insta::assert_snapshot!(admin.last(), @"
    There is no incident CODE. Check the code; old ones are cleared away.
    [ Home ]
    ");
    assert_eq!(w.audited("admin.trace").await, 3);
}

async fn nobody_else_commands(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.says("/start").await;
    for command in ["/provision 1001 3650", "/deprovision 1001", "/fleet", "/trace ABC-DE", "/provision"] {
        ann.says(command).await;
        assert!(ann.last().starts_with("I hatch claws and look after them."), "{command}: {}", ann.last());
        assert!(!ann.last().contains("operators"), "{}", ann.last());
    }
    assert_eq!(w.audited("admin.refused").await, 5);
    // What an admin forwards, edits or says in a group is no command either.
    let olga = || Forward::User { id: admin.id, first_name: "Olga".to_owned(), username: None, is_bot: false };
    w.telegram.forwards(admin.id, w.bot.id, olga(), "/provision 1001");
    let text = admin.says("hello").await;
    w.telegram.edits(admin.id, w.bot.id, text, "/provision 1001");
    let group = ChatId(-100_500);
    w.telegram.add_group(group, "Office");
    w.telegram.adds_bot_to(admin.id, w.bot.id, group);
    w.telegram.says_in_group(admin.id, group, "/provision@clawhatch_bot 1001");
    w.settle().await;
    assert_eq!((w.audited("admin.ask").await, w.audited("admin.grant").await), (0, 0));
    assert_eq!(w.infra.journal(), []);
}

async fn an_admin_who_is_none_any_more_cannot_go_on(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    admin.says("/deprovision 1001").await;
    admin.says("while I can").await;
    admin.says("/fleet").await;
    let (admin, ann) = (admin.id, ann.id);
    let w = w.restarted_with(&[("ADMIN_IDS", "9002")]).await;
    let (admin, ann) = (Someone { world: &w, id: admin }, Someone { world: &w, id: ann });
    admin.taps("Take down").await;
    admin.taps("Refresh").await;
    assert_eq!(admin.toasts(), ["This button belongs to someone else."; 2]);
    admin.says("/deprovision 1001").await;
    assert!(admin.last().starts_with("I hatch claws and look after them."), "{}", admin.last());
    assert_eq!(w.infra.claws().len(), 1);
    assert_eq!(w.audited("admin.deprovision").await, 0);
    assert_eq!(ann.count("taken"), 0);
    // A reason that was asked for before is not taken any more.
    let w = w.restarted_with(&[("ADMIN_IDS", "9001")]).await;
    Someone { world: &w, id: TelegramId(9001) }.says("/provision 1001").await;
    let w = w.restarted_with(&[("ADMIN_IDS", "9002")]).await;
    let admin = Someone { world: &w, id: TelegramId(9001) };
    admin.says("because").await;
    assert!(!admin.sees("Give"), "{}", admin.chat());
}

async fn asking_for_time_reaches_the_admins_once_a_day(w: World) {
    let (admin, ann) = (w.admin().await, w.person(1001, "Ann", "en"));
    ann.hatches("anns_helper_bot").await;
    w.pass(49 * HOUR).await;
    ann.taps("Ask for more time").await;
    insta::assert_snapshot!(ann.last(), @"
    I have passed it on.
    A person will look at it, and I will write to you when they decide.
    [ Home ]
    ");
    insta::assert_snapshot!(admin.last(), @"
    Someone asks for time.
    Ann 1001

    To give 30 days: /provision 1001 30
    ");
    ann.opens_card().await;
    ann.taps("Ask for more time").await;
    assert_eq!(admin.count("asks for time"), 1);
    w.pass(24 * HOUR).await;
    ann.opens_card().await;
    ann.taps("Ask for more time").await;
    assert_eq!(admin.count("asks for time"), 2);
}
