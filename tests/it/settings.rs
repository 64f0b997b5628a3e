//! Language, time zone and the small commands.

use crate::on_both;

on_both! {
    async fn a_language_is_chosen_and_kept(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.says("/language").await;
        insta::assert_snapshot!(ann.last(), @"
        Which language shall I speak?
        [ ✓ English ] [ Español ]
        [ Русский ] [ 简体中文 ]
        [ Back ]
        ");
        ann.taps("Español").await;
        insta::assert_snapshot!(ann.last(), @"
        Tu propio asistente de IA, en tu propio bot de Telegram.
        Recuerda, trabaja mientras duermes y solo habla con quien tú elijas.

        Gratis durante 48 horas. Sin tarjeta.
        [ Crear mi claw ]
        [ Cómo funciona ] [ Ajustes ]
        [ 🌐 Español ]
        ");
        ann.says("/language").await;
        ann.taps("Español").await;
        ann.says("/language").await;
        ann.taps("English").await;
        assert_eq!(ann.toasts(), ["Ahora hablo español.", "Ahora hablo español.", "I speak English now."]);
    }

    async fn a_zone_is_tapped_or_typed_and_then_used(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.hatches("anns_helper_bot").await;
        ann.says("/settings").await;
        insta::assert_snapshot!(ann.last(), @"
        Settings

        Language: English
        Time zone: not known yet, so I say times in UTC
        [ Change language ] [ Change time zone ]
        [ Delete my data… ]
        [ Back ]
        ");
        ann.taps("Change time zone").await;
        insta::assert_snapshot!(ann.last(), @"
        What time is it where you are?
        Tap the clock that matches yours, or send me the name of your zone, such as Europe/Rome.
        [ UTC · 12:00 ] [ Los Angeles · 05:00 ]
        [ New York · 08:00 ] [ São Paulo · 09:00 ]
        [ London · 13:00 ] [ Madrid · 14:00 ]
        [ Moscow · 15:00 ] [ Dubai · 16:00 ]
        [ Kolkata · 17:30 ] [ Singapore · 20:00 ]
        [ Shanghai · 20:00 ] [ Tokyo · 21:00 ]
        [ Back ]
        ");
        ann.taps("New York").await;
        insta::assert_snapshot!(ann.last(), @"
        Settings

        Language: English
        Time zone: America/New York, where it is 08:00
        [ Change language ] [ Change time zone ]
        [ Delete my data… ]
        [ Back ]
        ");
        for (typed, zone, clock) in [("Madrid", "Europe/Madrid", "14:00"), ("asia/kolkata", "Asia/Kolkata", "17:30"), ("  são paulo ", "", ""), ("Sao Paulo", "America/Sao Paulo", "09:00"), ("Europe/Madrid", "Europe/Madrid", "14:00")] {
            if ann.sees("Change time zone") {
                ann.taps("Change time zone").await;
            }
            ann.says(typed).await;
            if zone.is_empty() {
                assert!(ann.last().starts_with("I do not know that time zone."), "{typed}: {}", ann.last());
            } else {
                assert!(ann.last().contains(&format!("Time zone: {zone}, where it is {clock}")), "{typed}: {}", ann.last());
            }
        }
        ann.taps("Change time zone").await;
        ann.says("half past nine").await;
        insta::assert_snapshot!(ann.last(), @"
        I do not know that time zone. Tap one of the cities, or send a name such as Europe/Rome.

        What time is it where you are?
        Tap the clock that matches yours, or send me the name of your zone, such as Europe/Rome.

        Now set: Europe/Madrid.
        [ UTC · 12:00 ] [ Los Angeles · 05:00 ]
        [ New York · 08:00 ] [ São Paulo · 09:00 ]
        [ London · 13:00 ] [ ✓ Madrid · 14:00 ]
        [ Moscow · 15:00 ] [ Dubai · 16:00 ]
        [ Kolkata · 17:30 ] [ Singapore · 20:00 ]
        [ Shanghai · 20:00 ] [ Tokyo · 21:00 ]
        [ Back ]
        ");
        ann.says("Madrid").await;
        ann.says("/claws").await;
        assert!(ann.last().contains("on Sunday, 21 June, at 14:00."), "{}", ann.last());
        assert_eq!(ann.toasts(), ["Times are in your zone now."]);
    }

    async fn the_small_commands_answer(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let admin = w.person(9001, "Olga", "en");
        for (command, begins) in [
            ("/start", "Your own AI assistant"),
            ("/menu", "Your own AI assistant"),
            ("/home", "Your own AI assistant"),
            ("/help", "I hatch claws"),
            ("/HELP", "I hatch claws"),
            ("/help@clawhatch_bot", "I hatch claws"),
            ("/claws", "You have no claw yet."),
            ("/status", "You have no claw yet."),
            ("/settings", "Settings"),
            ("/language", "Which language"),
            ("/cancel", "Your own AI assistant"),
            ("/hatch", "Step 1 of 5"),
            ("/delete_my_data", "Delete everything I know about you?"),
            ("/help@other_bot", "I set claws up"),
            ("/nonsense", "I set claws up"),
            ("/fleet", "I hatch claws"),
            ("/provision 1001 30", "I hatch claws"),
            ("hello", "I set claws up"),
        ] {
            ann.says(command).await;
            assert!(ann.last().starts_with(begins), "{command}: {}", ann.last());
        }
        insta::assert_snapshot!(ann.last(), @"
        I set claws up, but I do not chat myself.
        To talk to your claw, open its own chat. To change something, choose here:
        [ My claws ] [ Help ]
        [ Home ]
        ");
        ann.says("/claws").await;
        insta::assert_snapshot!(ann.last(), @"
        You have no claw yet.

        Free for 48 hours. No card.
        [ Hatch my claw ]
        [ Home ]
        ");
        admin.says("/help").await;
        assert!(admin.last().contains("/provision"), "{}", admin.last());
        ann.says("/help").await;
        assert!(!ann.last().contains("/provision"), "{}", ann.last());
    }

    async fn a_start_link_brings_a_code(w: World) {
        let long = "x".repeat(64);
        let too_long = "x".repeat(65);
        for (id, code, kept) in [(1, "spring_26-A", true), (2, long.as_str(), true), (3, too_long.as_str(), false), (4, "a=b", false), (5, "a b", false), (6, "<b>", false)] {
            let person = w.person(id, "Ann", "en");
            person.says(&format!("/start {code}")).await;
            assert!(person.last().starts_with("Your own AI assistant"), "{code}: {}", person.last());
            let came = w.texts(&format!("SELECT COALESCE(came_with, '') FROM persons WHERE telegram_id = {id}")).await;
            assert_eq!(came, [if kept { code } else { "" }]);
        }
        w.person(1, "Ann", "en").says("/start another").await;
        assert_eq!(w.texts("SELECT came_with FROM persons WHERE telegram_id = 1").await, ["spring_26-A"], "the first code is kept");
    }
}
