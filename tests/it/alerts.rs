//! Alerts: told to every admin, edited when they are over, and told to those who come late.

use clawhatch::domain::time::MINUTE;

use crate::on_both;

on_both! {
    async fn an_admin_who_comes_late_reads_what_is_broken_now_once(w: World) {
        let w = w.restarted_with(&[("ADMIN_IDS", "9001,9002")]).await;
        let first = w.admin().await;
        let ann = w.person(1001, "Ann", "en");
        w.infra.rule(|rules| rules.capacity = Some(0));
        ann.hatches("anns_helper_bot").await;
        assert_eq!(first.count("The infra has no room"), 1, "{}", first.chat());
        // The other one cannot be written to before they press Start.
        let late = w.person(9002, "Oleg", "en");
        assert_eq!(late.messages(), 0);
        late.says("/start").await;
        insta::assert_snapshot!(late.chat(), @"
        Oleg: /start
        clawhatch: Alert. The infra has no room. New claws wait in line.

          Add room, or take claws down.

          It began just now, today at 12:00 UTC.
          [ Open fleet ]
        clawhatch: Your own AI assistant, living in your own Telegram bot.
          It remembers, it works while you sleep, and only the people you choose can talk to it.

          Free for 48 hours. No card.
          [ Hatch my claw ]
          [ How it works ] [ Settings ]
          [ 🌐 English ]
        ");
        late.says("/start").await;
        first.says("/start").await;
        w.telegram.blocks(late.id, late.bot());
        w.settle().await;
        w.telegram.unblocks(late.id, late.bot());
        w.settle().await;
        assert_eq!((late.count("The infra has no room"), first.count("The infra has no room")), (1, 1), "{}", late.chat());
        ann.says("/start").await;
        assert_eq!(ann.count("The infra has no room. New claws"), 0);
        // It ends in the same message, and what is over is not told to whoever comes now.
        w.infra.rule(|rules| rules.capacity = None);
        for _ in 0..3 {
            w.pass(5 * MINUTE).await;
        }
        assert_eq!((late.count("Resolved after"), late.count("Alert.")), (1, 0), "{}", late.chat());
        let w = w.restarted_with(&[("ADMIN_IDS", "9001,9002,9003")]).await;
        let later = w.person(9003, "Oscar", "en");
        later.says("/start").await;
        assert_eq!(later.count("no room"), 0, "{}", later.chat());
    }

    async fn an_admin_who_comes_back_reads_what_broke_meanwhile(w: World) {
        let admin = w.admin().await;
        let ann = w.person(1001, "Ann", "en");
        w.telegram.blocks(admin.id, admin.bot());
        w.settle().await;
        w.infra.rule(|rules| rules.capacity = Some(0));
        ann.hatches("anns_helper_bot").await;
        assert_eq!(admin.count("The infra has no room"), 0);
        w.telegram.unblocks(admin.id, admin.bot());
        w.settle().await;
        assert_eq!(admin.count("The infra has no room"), 1, "{}", admin.chat());
    }
}
