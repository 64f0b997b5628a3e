//! Taps that come twice, at once, late, from somebody else or with a byte changed: one effect, and a kind answer.

use crate::on_both;

on_both! {
    async fn two_taps_before_either_is_handled_have_one_effect(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        ann.prepares(&token).await;
        let (message, start) = ann.data("Start 48");
        w.telegram.taps_data(ann.id, ann.bot(), message, &start);
        w.telegram.taps_data(ann.id, ann.bot(), message, &start);
        w.settle().await;
        assert_eq!((w.infra.claws().len(), w.audited("claw.hatch").await, w.audited("trial.begin").await), (1, 1, 1));
        assert_eq!(ann.toasts(), ["Already done."]);
        insta::assert_snapshot!(ann.chat(), @"
        Ann: /hatch
        clawhatch: ✓ @anns_helper_bot hatched in 0:00.
          [ Open its card ]
        clawhatch: Your claw is awake.
          Open @anns_helper_bot and say hello.

          Your free time ends in 2 days, on Sunday, 21 June, at 12:00 UTC.
          Nothing is charged afterwards.
          [ Say hello to @anns_helper_bot ]
          [ Open its card ] [ My claws ]
        ");
    }

    async fn two_workers_at_once_have_one_effect(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        ann.prepares(&token).await;
        let (message, start) = ann.data("Start 48");
        for _ in 0..4 {
            w.telegram.taps_data(ann.id, ann.bot(), message, &start);
        }
        w.take_in().await;
        let worker = || async {
            loop {
                let rows = w.app().take_updates(50).await.expect("taking updates");
                if rows.is_empty() && w.rows("inbox WHERE done_at IS NULL").await == 0 {
                    return;
                }
                for row in rows {
                    w.product.door.handle(row).await;
                }
            }
        };
        tokio::join!(worker(), worker(), worker());
        w.settle().await;
        assert_eq!((w.infra.claws().len(), w.rows("claws").await, w.audited("trial.begin").await), (1, 1, 1));
        assert_eq!(ann.toasts(), ["Already done."; 3]);
    }

    async fn an_old_button_brings_the_present_screen(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        ann.says("/start").await;
        let (message, hatch) = ann.data("Hatch my claw");
        ann.prepares(&token).await;
        ann.sends_data(message, &hatch).await;
        assert!(ann.last().contains("Ready to hatch"), "the wizard goes on where it is: {}", ann.last());
        // A jump ahead from a screen of another time lands on what is missing.
        let boris = w.person(2002, "Boris", "en");
        boris.says("/start").await;
        let last = boris.data("Hatch my claw").0;
        for spelling in ["st.zzz", "pd.h", "ms.h.1", "ap.h", "bs"] {
            let data = w.app().pepper.tag_tap(boris.id, spelling);
            boris.sends_data(last, &data).await;
            let expected = if spelling == "st.zzz" { "Your own AI assistant" } else { "Step 1 of 5" };
            assert!(boris.last().starts_with(expected), "{spelling}: {}", boris.last());
        }
        assert_eq!(boris.toasts(), ["That screen was old. Here is how things stand now."; 2]);
        assert_eq!(w.infra.claws().len(), 0);
        // Well spelt once, and without any meaning now.
        let data = w.app().pepper.tag_tap(boris.id, "zz.9");
        boris.sends_data(last, &data).await;
        assert_eq!(boris.toasts().last().map(String::as_str), Some("That screen was old. Here is how things stand now."));
        assert!(boris.last().starts_with("Your own AI assistant"), "{}", boris.last());
        assert_eq!(w.texts("SELECT chain FROM incidents").await, Vec::<String>::new());
    }

    async fn a_button_of_another_person_does_nothing(w: World) {
        let ann = w.person(1001, "Ann", "en");
        let boris = w.person(2002, "Boris", "en");
        ann.hatches("anns_helper_bot").await;
        ann.taps("Open its card").await;
        boris.says("/start").await;
        let (before, anns, borises) = (w.infra.claws(), ann.chat(), boris.chat());
        let labels = ["Change model", "Change people", "Rename it", "Pause it", "Give it a new token", "Delete this claw", "Home"];
        for label in labels {
            let (message, data) = ann.data(label);
            boris.sends_data(message, &data).await;
        }
        assert_eq!(boris.toasts(), ["This button belongs to someone else."; 7]);
        assert!(w.telegram.toasts(boris.id).iter().all(|toast| toast.alert), "a window, not a passing bubble");
        assert_eq!(w.audited("tap.forged").await, labels.len());
        assert_eq!((w.infra.claws(), ann.chat(), boris.chat()), (before, anns, borises));

        // Drawn for Boris himself, as if our own code had made a mistake, it is still not his claw.
        let claw = w.texts("SELECT id FROM claws").await[0].replace('-', "");
        let minute = format!("{:x}", w.clock.now().0 / 60_000);
        for spelling in ["cd", "pe", "ak", "re", "rn", "nt", "ad", "un"].map(|head| format!("{head}.{claw}")) {
            let data = w.app().pepper.tag_tap(boris.id, &spelling);
            boris.sends_data(boris.data("Hatch my claw").0, &data).await;
        }
        for spelling in [("pa", ""), ("al", ".zzz"), ("ab", ".zzz"), ("de", "")].map(|(head, shown)| format!("{head}.{claw}.{minute}{shown}")) {
            let data = w.app().pepper.tag_tap(boris.id, &spelling);
            boris.sends_data(boris.data("Hatch my claw").0, &data).await;
        }
        assert_eq!(w.audited("tap.not_yours").await, 12);
        assert_eq!(boris.toasts().len(), 7 + 12);
        assert_eq!(w.texts("SELECT chain FROM incidents").await, Vec::<String>::new());
    }

    async fn a_changed_byte_makes_a_button_worthless(w: World) {
        let ann = w.person(1001, "Ann", "en");
        ann.hatches("anns_helper_bot").await;
        ann.taps("Open its card").await;
        ann.taps("Delete this claw").await;
        let (message, data) = ann.data("Delete it and its memory");
        let chat = ann.chat();
        let mut sent = 0;
        for at in 0..data.len() {
            for change in [1u8, 32] {
                let mut bytes = data.clone().into_bytes();
                bytes[at] ^= change;
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                w.telegram.taps_data(ann.id, ann.bot(), message, &changed);
                sent += 1;
            }
            let cut = &data[..at];
            w.telegram.taps_data(ann.id, ann.bot(), message, cut);
            sent += 1;
        }
        for more in [format!("{data}x"), format!("x{data}"), "x".repeat(5000), "\u{0}".to_owned()] {
            w.telegram.taps_data(ann.id, ann.bot(), message, &more);
            sent += 1;
        }
        w.settle().await;
        assert_eq!(ann.toasts().len(), sent);
        assert_eq!(ann.toasts().iter().filter(|toast| *toast == "This button belongs to someone else.").count(), sent);
        assert_eq!((w.audited("tap.forged").await, w.audited("claw.delete").await), (sent, 0));
        assert_eq!(ann.chat(), chat);
        ann.sends_data(message, &data).await;
        assert_eq!(w.audited("claw.delete").await, 1, "the button as it was drawn still works");
    }
}
