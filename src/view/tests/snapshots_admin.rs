//! The key screens of operators, in English.

use std::time::Duration;

use super::{
    NOW,
    samples::{CLAW, code, shown},
    snapshots::{HELPER, draw},
};
use crate::domain::{
    admin::{AdminNotice, Alert, FleetLine, PersonLine},
    claw::Status,
    entitlement::PeriodKind,
    ids::{ConfirmationId, TelegramId},
    notice::{Notice, Right},
    time::HOUR,
};

fn ann() -> PersonLine {
    PersonLine { telegram: Some(TelegramId(4242)), name: Some("Ann".to_owned()), reachable: true }
}

#[test]
fn provision_to_confirm() {
    let notice = Notice::Admin(AdminNotice::ConfirmProvision {
        id: ConfirmationId(uuid::Uuid::nil()),
        person: ann(),
        bot: Some(HELPER.to_owned()),
        claw: None,
        model: "Claude Sonnet".to_owned(),
        days: 30,
        reason: "beta tester".to_owned(),
        before: Right::Ended { kind: PeriodKind::Trial, end: NOW - 20 * HOUR },
        expires: NOW + Duration::from_secs(300),
        shown: shown(),
    });
    insta::assert_snapshot!(draw(&notice), @"
    <b>Give 30 days?</b>

    Who: Ann <code>4242</code>
    Bot: @anns_helper_bot
    Model: Claude Sonnet
    Before: trial, ended 20 hours ago, yesterday at 13:00
    After: 30 days more, nothing is charged
    Reason: <i>beta tester</i>

    This can be confirmed until it expires in 5 minutes, today at 09:05.

    [ Give 30 days ]
    [ Withdraw ]
    ");
}

#[test]
fn fleet() {
    let notice = Notice::Admin(AdminNotice::Fleet {
        lines: vec![FleetLine {
            claw: CLAW,
            handle: "claw-7".to_owned(),
            person: ann(),
            bot: HELPER.to_owned(),
            model: "Gemini 3 Flash".to_owned(),
            status: Status::Ready,
            right: Right::Until { kind: PeriodKind::Trial, end: NOW + 23 * HOUR },
            since: NOW - 25 * HOUR,
        }],
        page: 0,
        pages: 1,
        total: 1,
        counts: vec![(Status::Ready, 1)],
        in_line: 2,
        capacity: 50,
        trials_today: 3,
        trials_per_day: 20,
        node: None,
    });
    insta::assert_snapshot!(draw(&notice), @"
    <b>Fleet: 1 of 50 claws</b>
    In line: 2. Trials today: 3 of 20.

    ● awake 1

    <b>claw-7</b> Ann <code>4242</code>
    @anns_helper_bot, Gemini 3 Flash
    ● awake, 25 hours
    trial, ends in 23 hours, tomorrow at 08:00

    [ Refresh ] [ Home ]
    ");
}

#[test]
fn alert_and_its_end() {
    let notice = Notice::Admin(AdminNotice::Alert {
        alert: Alert::ClawLate { claw: CLAW, person: ann() },
        since: NOW - Duration::from_secs(1200),
        code: Some(code()),
        resolved: None,
    });
    insta::assert_snapshot!(draw(&notice), @"
    <b>Alert.</b> A claw takes far too long: it should be up, or gone, by now.
    Ann <code>4242</code>
    <code>00000000-0000-0000-0000-000000000007</code>

    I keep trying by myself. Look at the claw at the infra.

    It began 20 minutes ago, today at 08:40.

    <i>(K7F-2M)</i>

    [ Open fleet ]
    ");
}
