//! An operation from its wish to its end, and every way in which it may come to nothing.

use uuid::Uuid;

use super::*;
use crate::domain::{claw::Spec, ids::BotId};

const NOW: Time = Time(1_800_000_000_000);

fn claw() -> Claw {
    let spec = Spec { bot: BotId(7), model: "m".into(), people: Vec::new() };
    Claw::new(ClawId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)), 1, "clawnode", spec, NOW)
}

fn wished(deed: Deed) -> Operation {
    let stage = Stage::Wished { since: NOW, maybe_arrived: false };
    let (claw, person) = (ClawId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
    Operation { id: OperationId(Uuid::from_u128(3)), claw, person, deed, stage, tries: 0, created: NOW }
}

fn away() -> Reply {
    Reply::Unreached(Trouble::NoConnection("refused".into()))
}

fn silence() -> Reply {
    Reply::Unclear(Trouble::NoAnswer("it took too long".into()))
}

#[test]
fn what_never_arrived_is_not_done_later_than_it_was_wished() {
    let (asked, before) = wished(Deed::Restart).intended();
    assert_eq!((asked.next(&claw(), NOW), before), (Next::Ask, false));
    let (again, due) = asked.replied(&away(), before, 0, NOW);
    assert_eq!(again.stage, Stage::Wished { since: NOW, maybe_arrived: false });
    assert!(due.is_some_and(|due| due > NOW && due <= NOW + MINUTE));
    assert_eq!(again.next(&claw(), NOW + SENT_WITHIN), Next::GiveUp(Mishap::Unreached));
    assert_eq!(again.next(&claw().pause(NOW), NOW), Next::GiveUp(Mishap::Overtaken));
}

#[test]
fn what_may_have_arrived_is_asked_for_until_it_is_known() {
    let (asked, before) = wished(Deed::Restart).intended();
    let (again, _) = asked.replied(&silence(), before, 0, NOW);
    let late = NOW + SENT_WITHIN;
    assert_eq!(again.next(&claw(), late), Next::Ask);
    let (asked, before) = again.intended();
    assert!(before, "it may have arrived before");
    // That this attempt did not arrive says nothing of the one before it.
    let (still, _) = asked.replied(&away(), before, 0, late);
    assert_eq!(still.stage, Stage::Wished { since: NOW, maybe_arrived: true });
    assert_eq!(still.next(&claw(), NOW + 20 * MINUTE), Next::GiveUp(Mishap::Unknown));
    let (done, due) = still.replied(&Reply::Done, true, 0, late);
    assert_eq!((done.stage.clone(), due, done.next(&claw(), late)), (Stage::Done { at: late }, None, Next::Nothing));
}

#[test]
fn what_the_node_works_on_is_watched_under_its_name() {
    let (asked, before) = wished(Deed::Backup).intended();
    let (works, due) = asked.replied(&Reply::Working { name: Some("b1".into()) }, before, 0, NOW);
    assert_eq!(due, Some(NOW + ASK_AFTER));
    assert_eq!(works.next(&claw(), NOW + ASK_AFTER), Next::Watch);
    // An answer without the name, or none at all, forgets nothing.
    let (works, _) = works.replied(&Reply::Working { name: None }, true, 0, NOW + ASK_AFTER);
    let (works, due) = works.replied(&away(), true, 0, NOW + ASK_AFTER);
    assert_eq!(works.stage, Stage::Working { since: NOW, name: Some("b1".into()) });
    assert!(due.is_some());
    assert_eq!(works.next(&claw(), NOW + HOUR), Next::GiveUp(Mishap::Unknown));
    assert_eq!(works.next(&claw().delete(NOW, NOW), NOW), Next::GiveUp(Mishap::Overtaken));
    let (failed, _) = works.replied(&Reply::Refused(Mishap::DiskFull), true, 0, NOW);
    assert!(failed.is_over() && failed.next(&claw(), NOW) == Next::Nothing);
}

#[test]
fn a_yes_that_was_never_given_does_nothing() {
    let backup = Deed::Restore { backup: "b1".into(), made: NOW };
    let asking = Operation { stage: Stage::Asking, ..wished(backup) };
    assert_eq!(asking.next(&claw(), NOW), Next::Nothing);
    assert!(!asking.is_over());
}
