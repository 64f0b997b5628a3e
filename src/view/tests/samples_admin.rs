//! One of everything operators are told.

use std::time::Duration;

use uuid::Uuid;

use super::{
    NOW,
    samples::{AILMENTS, CLAW, STATUSES, code, rights, shown},
};
use crate::domain::{
    admin::{AdminAct, AdminNotice, Alert, FleetLine, NodeLine, PersonLine},
    claw::Status,
    ids::{ConfirmationId, PersonId, TelegramId},
    incident::Incident,
    notice::Right,
    time::HOUR,
};

const CONFIRMATION: ConfirmationId = ConfirmationId(Uuid::from_u128(9));

fn person(text: &str, n: u32) -> PersonLine {
    let known = !n.is_multiple_of(3);
    PersonLine {
        telegram: known.then_some(TelegramId(4242)),
        name: (!n.is_multiple_of(2)).then(|| text.to_owned()),
        reachable: known,
    }
}

fn line(text: &str, n: u32) -> FleetLine {
    FleetLine {
        claw: CLAW,
        handle: text.to_owned(),
        person: person(text, n),
        bot: text.to_owned(),
        model: text.to_owned(),
        status: STATUSES[n as usize % STATUSES.len()],
        right: rights()[n as usize % 7].clone(),
        since: NOW - n * HOUR,
    }
}

fn alerts(text: &str, n: u32) -> Vec<Alert> {
    let (person, why) = (person(text, n), text.to_owned());
    vec![
        Alert::InfraFailing { why: why.clone() },
        Alert::InfraLockedOut,
        Alert::InfraFull,
        Alert::ClawLate { claw: CLAW, person: person.clone() },
        Alert::ClawRefused { claw: CLAW, person: person.clone(), why: why.clone() },
        Alert::Drift { claw: Some(CLAW), person: person.clone(), what: why.clone() },
        Alert::Drift { claw: None, person: person.clone(), what: why.clone() },
        Alert::ClawVanished { claw: CLAW, person: person.clone() },
        Alert::ClawUnwell { claw: CLAW, person: person.clone(), ailment: AILMENTS[n as usize % 9] },
        Alert::ClawsVanished { count: n, of: 100 },
        Alert::ClawUnasked { claw: CLAW, person },
        Alert::StrangeClaw { user: why.clone(), name: why.clone() },
        Alert::InfraUnlisted { why: why.clone() },
        Alert::PoisonUpdate { update: 12 },
        Alert::PoisonMessage { chat: 4242 },
        Alert::SecondPoller,
        Alert::BotTokenDead,
        Alert::Unsealable { what: why },
    ]
}

pub fn admin(text: &str, n: u32) -> Vec<AdminNotice> {
    let acts = [
        AdminAct::Provision { person: TelegramId(4242), model: None, days: n, reason: None },
        AdminAct::Deprovision { claw: CLAW, reason: Some(text.to_owned()) },
    ];
    let person = || person(text, n);
    let lines: Vec<FleetLine> = (0..n).map(|at| line(text, at)).collect();
    let mut all = vec![
        AdminNotice::PickClaw { lines: lines.clone() },
        AdminNotice::Withdrawn,
        AdminNotice::Overtaken,
        AdminNotice::Expired,
        AdminNotice::GrantWaits { person: person(), days: n },
        AdminNotice::PersonAsks { person: person() },
        AdminNotice::Fleet {
            lines,
            page: 1,
            pages: 3,
            total: n,
            counts: STATUSES.map(|status| (status, n)).to_vec(),
            in_line: n,
            capacity: 50,
            trials_today: n,
            trials_per_day: 20,
            node: Some(if n.is_multiple_of(3) {
                NodeLine::Silent
            } else {
                NodeLine::Answers {
                    name: text.to_owned(),
                    version: text.to_owned(),
                    openclaw: vec![text.to_owned()],
                    draining: true,
                    running: n,
                    most: 20,
                    memory_free_mb: 3000,
                    memory_total_mb: 16_384,
                    disk_free_mb: 51_200,
                    disk_total_mb: 102_400,
                }
            }),
        },
    ];
    for before in rights() {
        all.push(AdminNotice::ConfirmProvision {
            id: CONFIRMATION,
            person: person(),
            bot: before.eq(&Right::None).then(|| text.to_owned()),
            claw: n.is_multiple_of(2).then(|| line(text, n)),
            model: text.to_owned(),
            days: n,
            reason: text.to_owned(),
            before,
            expires: NOW + Duration::from_secs(300),
            shown: shown(),
        });
    }
    for keeps_data in [true, false] {
        all.push(AdminNotice::ConfirmDeprovision {
            id: CONFIRMATION,
            line: line(text, n),
            reason: text.to_owned(),
            keeps_data,
            expires: NOW + Duration::from_secs(300),
            shown: shown(),
        });
    }
    for act in acts {
        all.push(AdminNotice::AskReason { id: CONFIRMATION, act: act.clone(), person: person() });
        let (status, since) = (Status::Provisioning, NOW - Duration::from_secs(24));
        all.push(AdminNotice::Working { act: act.clone(), person: person(), status, since });
        all.push(AdminNotice::Finished { act, person: person(), status: Status::Ready, took: Duration::from_secs(58) });
    }
    for known in [Some(person()), None] {
        let incident = Incident {
            code: code(),
            at: NOW - HOUR,
            person: Some(PersonId(Uuid::nil())),
            claw: known.is_some().then_some(CLAW),
            doing: text.to_owned(),
            chain: text.to_owned(),
        };
        all.push(AdminNotice::Trace { incident, person: known });
    }
    for alert in alerts(text, n) {
        let since = NOW - Duration::from_secs(240);
        all.push(AdminNotice::Alert { alert: alert.clone(), since, code: Some(code()), resolved: None });
        all.push(AdminNotice::Alert { alert, since, code: None, resolved: Some(Duration::from_secs(240)) });
    }
    all
}
