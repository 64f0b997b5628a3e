//! Backups: made, listed, put back after a yes, and every way in which that comes to nothing.

use std::time::Duration;

use clawhatch::sandbox::infra::Fault;

use super::{ann, calls, clawnode, names, slug};
use crate::{
    on_both,
    world::{Someone, World},
};

const MINUTE: Duration = Duration::from_secs(60);

async fn backed_up(w: &World, ann: &Someone<'_>) {
    ann.opens_card().await;
    ann.taps("Backups").await;
    ann.taps("Back up now").await;
    w.pass(MINUTE).await;
}

on_both! { a_backup_is_made_and_put_back }

async fn a_backup_is_made_and_put_back(w: World) {
    let w = clawnode(w).await;
    let ann = ann(&w).await;
    w.infra.rule(|rules| rules.tending_time = Duration::from_secs(20));
    ann.opens_card().await;
    ann.taps("Backups").await;
    assert!(ann.last().contains("There is none yet."), "{}", ann.last());
    ann.taps("Back up now").await;
    assert!(ann.last().contains("I am making a backup."), "{}", ann.last());
    w.pass(MINUTE).await;
    assert_eq!(ann.count("The backup of @anns_helper_bot is done."), 1, "{}", ann.chat());
    w.pass(30 * MINUTE).await;
    ann.taps("Backups").await;
    insta::assert_snapshot!(ann.last(), @"
    Backups of @anns_helper_bot

    • 31 minutes ago, today at 12:00 UTC, 1.2 MB
    [ Back up now ]
    [ Put back today at 12:00 UTC… ]
    [ Refresh ] [ Back ]
    ");
    ann.taps("Put back today").await;
    insta::assert_snapshot!(ann.last(), @"
    Put @anns_helper_bot back to today at 12:00 UTC?

    Lost for good: everything it has learned since. Its model and its people stay. It will be away for a few minutes.
    [ Put it back, lose what came after ]
    [ Keep it as it is ]
    ");
    assert_eq!(calls(&w, "restore"), 0, "nothing before the yes");
    ann.taps("Put it back").await;
    assert!(ann.last().contains("I am putting the backup back."), "{}", ann.last());
    w.pass(MINUTE).await;
    assert_eq!(ann.count("The backup is back in @anns_helper_bot."), 1, "{}", ann.chat());
    assert!(w.infra.lines(&slug(&w)).contains(&"restored from backup-1".to_owned()));
    assert_eq!((calls(&w, "restore"), w.audited("claw.restore").await, w.audited("claw.backup").await), (1, 1, 1));
    assert!(ann.opens_card().await.contains("● awake"));
    assert_eq!(w.refused_by_telegram(), [""; 0]);
}

on_both! {
    async fn an_old_yes_and_a_second_one_do_nothing(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        backed_up(&w, &ann).await;
        ann.taps("Backups").await;
        ann.taps("Put back today").await;
        let (message, yes) = ann.data("Put it back");
        w.pass(11 * MINUTE).await;
        ann.sends_data(message, &yes).await;
        assert_eq!(calls(&w, "restore"), 0);
        assert!(ann.toasts().last().is_some_and(|toast| toast.contains("too old")), "{:?}", ann.toasts());
        ann.opens_card().await;
        ann.taps("Backups").await;
        ann.taps("Put back today").await;
        let (message, yes) = ann.data("Put it back");
        ann.sends_data(message, &yes).await;
        ann.sends_data(message, &yes).await;
        w.pass(MINUTE).await;
        ann.sends_data(message, &yes).await;
        w.pass(MINUTE).await;
        assert_eq!((calls(&w, "restore"), ann.count("The backup is back")), (1, 1), "{}", ann.chat());
    }

    async fn a_yes_of_somebody_else_does_nothing(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        backed_up(&w, &ann).await;
        ann.taps("Backups").await;
        ann.taps("Put back today").await;
        let (_, yes) = ann.data("Put it back");
        let bob = w.person(1002, "Bob", "en");
        let message = bob.says("/start").await;
        bob.sends_data(message, &yes).await;
        w.pass(MINUTE).await;
        assert_eq!(calls(&w, "restore"), 0);
    }

    async fn one_thing_at_a_time(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.rule(|rules| rules.tending_time = 10 * MINUTE);
        ann.opens_card().await;
        let (message, restart) = ann.data("Restart it");
        ann.taps("Backups").await;
        ann.taps("Back up now").await;
        ann.sends_data(message, &restart).await;
        assert!(ann.last().contains("It is still busy"), "{}", ann.last());
        assert!(ann.opens_card().await.contains("A backup is being made."), "{}", ann.last());
        ann.taps("Backups").await;
        assert!(!ann.last().contains("Back up now"), "{}", ann.last());
        w.pass(11 * MINUTE).await;
        assert_eq!((ann.count("is done."), calls(&w, "backups"), calls(&w, "restart")), (1, 1, 0));
    }

    async fn lost_answers_make_no_second_backup(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        for fault in [Fault::Lost, Fault::Garbled, Fault::Failed] {
            w.infra.fault_next(2, fault);
            backed_up(&w, &ann).await;
            w.pass(MINUTE).await;
        }
        assert_eq!((w.infra.backups(&slug(&w)), names(&w, "backups"), ann.count("is done.")), (3, 3, 3), "{}", ann.chat());
        // And what is put back is put back once.
        ann.opens_card().await;
        ann.taps("Backups").await;
        ann.taps("Put back today").await;
        w.infra.fault_next(2, Fault::Lost);
        ann.taps("Put it back").await;
        w.pass(MINUTE).await;
        w.pass(MINUTE).await;
        let put_back = w.infra.lines(&slug(&w)).iter().filter(|line| line.starts_with("restored")).count();
        assert_eq!((put_back, names(&w, "restore"), ann.count("The backup is back")), (1, 1, 1), "{}", ann.chat());
    }

    async fn a_backup_that_fails_is_told_with_its_reason(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.infra.rule(|rules| rules.tending_fails = Some("disk_full"));
        backed_up(&w, &ann).await;
        assert_eq!((ann.count("No backup of @anns_helper_bot was made."), ann.count("no room left")), (1, 1), "{}", ann.chat());
        w.infra.rule(|rules| rules.tending_fails = None);
        backed_up(&w, &ann).await;
        w.infra.rule(|rules| rules.tending_fails = Some("the archive is damaged"));
        ann.taps("Backups").await;
        ann.taps("Put back today").await;
        ann.taps("Put it back").await;
        w.pass(MINUTE).await;
        assert_eq!(ann.count("The backup could not be put back"), 1, "{}", ann.chat());
        assert_eq!((w.rows("incidents").await, w.audited("operation.failed").await), (2, 2));
        assert!(ann.opens_card().await.contains("● awake"));
    }

    async fn a_list_of_before_does_not_pick_another_backup(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        backed_up(&w, &ann).await;
        ann.taps("Backups").await;
        let (message, pick) = ann.data("Put back today");
        // It is lost with its backups, and brought back without them.
        w.infra.remove_by_itself(&slug(&w));
        w.pass(2 * MINUTE).await;
        ann.sends_data(message, &pick).await;
        assert_eq!((ann.count("There is none yet."), ann.count("Put @anns_helper_bot back")), (1, 0), "{}", ann.chat());
        assert_eq!((calls(&w, "restore"), w.audited("claw.restore").await), (0, 0));
    }
}
