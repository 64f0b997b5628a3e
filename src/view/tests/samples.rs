//! One of everything we say, with a text and a number to fill in.

use std::time::Duration;

use uuid::Uuid;

use super::{NOW, samples_admin};
use crate::domain::{
    card::Busy,
    catalogue::{Grade, Model},
    claw::{Ailment, Guest, Reason, Status},
    device::DeviceState,
    entitlement::PeriodKind,
    ids::{BotId, ClawId, DeviceId, OperationId, TelegramId},
    incident::IncidentCode,
    locale::Locale,
    notice::{Card, CardAction, Change, ClawBrief, Done, GrantedFor, HatchStage, LineReason, Notice, Offer, Right, Toast},
    operation::Mishap,
    person::BotBrief,
    refusal::Refusal,
    shown::Shown,
    tending::{BackupLine, DeviceLine, TendNotice, UsageLine},
    time::HOUR,
    wizard::Purpose,
};

pub const CLAW: ClawId = ClawId(Uuid::from_u128(7));
pub const REASONS: [Reason; 7] = [
    Reason::TokenInUse,
    Reason::TokenDead,
    Reason::Deleting,
    Reason::ModelNotAllowed,
    Reason::NoCapacity,
    Reason::Foreign,
    Reason::Rejected,
];
pub const STATUSES: [Status; 12] = [
    Status::Pending,
    Status::Provisioning,
    Status::Ready,
    Status::Degraded,
    Status::Updating,
    Status::Pausing,
    Status::Paused,
    Status::Suspended,
    Status::Waiting,
    Status::Error,
    Status::Destroying,
    Status::Destroyed,
];
const ACTIONS: [CardAction; 14] = [
    CardAction::OpenChat,
    CardAction::ChangeModel,
    CardAction::People,
    CardAction::Pause,
    CardAction::Resume,
    CardAction::Rename,
    CardAction::NewToken,
    CardAction::Delete,
    CardAction::Undo,
    CardAction::AskAdmin,
    CardAction::Restart,
    CardAction::Backups,
    CardAction::Devices,
    CardAction::Logs,
];

pub const BUSY: [Busy; 3] = [Busy::Restarting, Busy::BackingUp, Busy::Restoring];
pub const AILMENTS: [Ailment; 9] = [
    Ailment::TokenRejected,
    Ailment::TokenElsewhere,
    Ailment::OutOfMemory,
    Ailment::Crashes,
    Ailment::ConfigInvalid,
    Ailment::SlowStart,
    Ailment::ModelRefused,
    Ailment::DiskFull,
    Ailment::Other,
];

fn tending(text: &str, n: u32) -> Vec<TendNotice> {
    let (claw, bot) = (CLAW, text.to_owned());
    let (device, operation) = (DeviceId(Uuid::max()), OperationId(Uuid::max()));
    let line = || DeviceLine { name: text.to_owned(), platform: text.to_owned(), at: Some(NOW - HOUR) };
    let nameless = DeviceLine { name: String::new(), platform: String::new(), at: None };
    let backup = |failed: bool| BackupLine { made: NOW - 30 * HOUR, bytes: 1_234_567, shown: (!failed).then(shown), failed };
    let mut all = vec![
        TendNotice::Devices { claw, bot: bot.clone(), waiting: vec![], paired: vec![] },
        TendNotice::Devices {
            claw,
            bot: bot.clone(),
            waiting: (0..n.min(15)).map(|_| (device, line())).chain([(device, nameless)]).collect(),
            paired: (0..n.min(15)).map(|_| line()).collect(),
        },
        TendNotice::Backups { claw, bot: bot.clone(), backups: vec![], busy: None },
        TendNotice::ConfirmRestore { operation, claw, bot: bot.clone(), made: NOW - 30 * HOUR, drawn: NOW },
        TendNotice::Logs { claw, bot: bot.clone(), lines: vec![], usage: None },
        TendNotice::Logs {
            claw,
            bot: bot.clone(),
            lines: (0..n).map(|_| text.to_owned()).collect(),
            usage: Some(UsageLine { input_tokens: 1_234_567, output_tokens: 89, cents: 1234 }),
        },
    ];
    let states = [
        DeviceState::Waiting,
        DeviceState::LettingIn,
        DeviceState::TurningAway,
        DeviceState::LetIn,
        DeviceState::TurnedAway,
        DeviceState::Gone,
    ];
    all.extend(states.map(|state| TendNotice::DeviceAsks { device, claw, bot: bot.clone(), line: line(), state }));
    for what in BUSY {
        let backups = (0..n.min(8)).map(|at| backup(at % 3 == 0)).collect();
        all.push(TendNotice::Backups { claw, bot: bot.clone(), backups, busy: Some(what) });
        all.push(TendNotice::Done { claw, bot: bot.clone(), what });
        let mishaps = [Mishap::Gone, Mishap::DiskFull, Mishap::Failed, Mishap::Unreached, Mishap::Unknown, Mishap::Overtaken];
        all.extend(mishaps.map(|why| TendNotice::Failed { claw, bot: bot.clone(), what, why, code: Some(code()) }));
    }
    all.extend(AILMENTS.map(|ailment| TendNotice::Ailing { claw, bot: bot.clone(), ailment }));
    all
}

pub fn code() -> IncidentCode {
    IncidentCode("K7F-2M".to_owned())
}

/// The print that is spelt longest.
pub fn shown() -> Shown {
    Shown::read("zzz").unwrap()
}

pub fn bot(text: &str) -> BotBrief {
    BotBrief { id: BotId(123_456_789), username: text.to_owned(), name: text.to_owned() }
}

pub fn grade(n: u8) -> Grade {
    Grade::try_from(n).unwrap()
}

pub fn model(name: &str) -> Model {
    Model { id: name.to_owned(), name: name.to_owned(), price: grade(1), speed: grade(3), quality: grade(2) }
}

fn guests(text: &str, n: u32) -> Vec<Guest> {
    (0..n.min(50)).map(|at| Guest { id: TelegramId(1000 + i64::from(at)), name: (at % 3 > 0).then(|| text.to_owned()) }).collect()
}

pub fn rights() -> Vec<Right> {
    let mut rights = vec![Right::None];
    for kind in [PeriodKind::Trial, PeriodKind::Grant] {
        rights.push(Right::Waiting { kind, hours: 48 });
        rights.push(Right::Until { kind, end: NOW + 23 * HOUR });
        rights.push(Right::Ended { kind, end: NOW - 30 * HOUR });
    }
    rights
}

fn offers() -> Vec<Offer> {
    let mut offers = vec![Offer::Trial { hours: 48 }, Offer::HasClaw, Offer::AskAdmin];
    offers.extend(rights().into_iter().map(Offer::Entitled));
    offers
}

pub fn card(text: &str, n: u32, status: Status) -> Card {
    Card {
        claw: CLAW,
        title: n.is_multiple_of(2).then(|| text.to_owned()),
        bot: text.to_owned(),
        model: text.to_owned(),
        guests: n,
        status,
        right: Right::Until { kind: PeriodKind::Trial, end: NOW + 23 * HOUR },
        kept_until: Some(NOW + 150 * HOUR),
        undo_until: Some(NOW + Duration::from_secs(540)),
        reason: Some(Reason::TokenDead),
        line: Some(n),
        busy: Some(BUSY[n as usize % 3]),
        version: Some(text.to_owned()),
        started: Some(NOW - 30 * HOUR),
        ailment: Some(AILMENTS[n as usize % 9]),
        actions: ACTIONS.to_vec(),
    }
}

pub fn refusals(text: &str) -> Vec<Refusal> {
    vec![
        Refusal::NotAToken,
        Refusal::TokenDead,
        Refusal::OurOwnBot,
        Refusal::BotTaken,
        Refusal::BotBusy,
        Refusal::TokenForgotten,
        Refusal::TelegramSilent,
        Refusal::PersonIsOwner,
        Refusal::PersonKnown,
        Refusal::TooManyPeople { most: 50 },
        Refusal::UsernameNotEnough,
        Refusal::ForwardHidden,
        Refusal::NotAPerson,
        Refusal::NotANumber,
        Refusal::TrialUsed,
        Refusal::BotTrialUsed,
        Refusal::NotEntitled,
        Refusal::ClawLimit,
        Refusal::WizardIncomplete,
        Refusal::ModelGone,
        Refusal::NotYours,
        Refusal::ClawGone,
        Refusal::TooLateToUndo,
        Refusal::BadTitle { most: 40 },
        Refusal::NotAwake,
        Refusal::ClawBusy,
        Refusal::InfraSilent,
        Refusal::UnknownZone,
        Refusal::PersonUnknown,
        Refusal::BadArguments { usage: text.to_owned() },
        Refusal::ModelUnknown { typed: text.to_owned() },
        Refusal::IncidentUnknown { code: IncidentCode(text.to_owned()) },
        Refusal::NoClaw,
    ]
}

pub fn toasts() -> [Toast; 10] {
    [
        Toast::NotYours,
        Toast::Redrawn,
        Toast::Changed,
        Toast::Expired,
        Toast::Stranger,
        Toast::AlreadyDone,
        Toast::LanguageSet,
        Toast::ZoneSet,
        Toast::Removed,
        Toast::Broken,
    ]
}

/// The steps of the wizard, one of each kind.
pub fn wizard_steps() -> Vec<Notice> {
    let steps = wizard("ann_bot", 2, Purpose::Hatch, None);
    steps
        .into_iter()
        .filter(|notice| !matches!(notice, Notice::AskPerson { .. } | Notice::Summary { keeps_data: true, .. }))
        .take(7)
        .collect()
}

fn wizard(text: &str, n: u32, purpose: Purpose, refusal: Option<Refusal>) -> Vec<Notice> {
    let models = (0..n.min(8) as u8).map(|at| (at, model(text))).collect();
    let mut all = vec![
        Notice::Terms { version: 1 },
        Notice::ChooseBot {
            create_url: n.is_multiple_of(2).then(|| "https://t.me/newbot/a/b".to_owned()),
            free: (0..n).map(|_| bot(text)).collect(),
            refusal: refusal.clone(),
        },
        Notice::BotGuide { purpose, refusal: refusal.clone() },
        Notice::BotFound { purpose, bot: bot(text), foreign_webhook: n.is_multiple_of(2), pasted: true },
        Notice::ChooseModel {
            purpose,
            models,
            fingerprint: 42,
            chosen: Some(text.to_owned()),
            default: text.to_owned(),
            page: 1,
            pages: 3,
        },
        Notice::People { purpose, guests: guests(text, n), refusal: refusal.clone(), changed: n.is_multiple_of(2) },
        Notice::AskPerson { purpose, refusal: refusal.clone() },
    ];
    for offer in offers() {
        for keeps_data in [false, true] {
            all.push(Notice::Summary {
                bot: bot(text),
                model: text.to_owned(),
                guests: n,
                offer: offer.clone(),
                keeps_data,
                refusal: refusal.clone(),
                shown: shown(),
            });
        }
    }
    all
}

/// Every notice there is, with `text` wherever somebody else's words can stand.
pub fn notices(text: &str, n: u32) -> Vec<Notice> {
    let (claw, bot, drawn) = (CLAW, text.to_owned(), NOW);
    let mut all = vec![
        Notice::HowItWorks { trial_hours: 48 },
        Notice::Help { admin: false },
        Notice::Help { admin: true },
        Notice::Languages { current: Locale::Ru },
        Notice::Settings { locale: Locale::En, zone: None },
        Notice::Settings { locale: Locale::En, zone: Some(text.to_owned()) },
        Notice::AskZone { current: None, refusal: None },
        Notice::AskZone { current: Some(text.to_owned()), refusal: Some(Refusal::UnknownZone) },
        Notice::People { purpose: Purpose::Hatch, guests: vec![], refusal: None, changed: false },
        Notice::InLine { place: n, reason: LineReason::Full },
        Notice::InLine { place: n, reason: LineReason::TrialsToday },
        Notice::YourTurn { hours: n },
        Notice::AdminAsked,
        Notice::BotKept { bot: bot.clone() },
        Notice::Hatched { claw, bot: bot.clone(), took: Duration::from_secs(58) },
        Notice::Late { claw, bot: bot.clone(), code: code() },
        Notice::AskTitle { claw, bot: bot.clone(), refusal: None },
        Notice::AskTitle { claw, bot: bot.clone(), refusal: Some(Refusal::BadTitle { most: 40 }) },
        Notice::ConfirmDelete { claw, bot: bot.clone(), drawn },
        Notice::HealedBack { claw, bot: bot.clone(), model: text.to_owned(), code: code() },
        Notice::DestroySoon { claw, bot: bot.clone(), at: NOW + 48 * HOUR },
        Notice::Destroyed { bot: bot.clone(), by_owner: true },
        Notice::Destroyed { bot: bot.clone(), by_owner: false },
        Notice::Woken { claw, bot: bot.clone() },
        Notice::CameBack { claw, bot: bot.clone(), keeps_data: true },
        Notice::CameBack { claw, bot: bot.clone(), keeps_data: false },
        Notice::Granted { days: n, claw: GrantedFor::NoBot },
        Notice::Granted { days: n, claw: GrantedFor::Hatching },
        Notice::Granted { days: n, claw: GrantedFor::Waking { claw, bot: bot.clone() } },
        Notice::Granted { days: n, claw: GrantedFor::GoingOn { claw, bot: bot.clone() } },
        Notice::ClawTakenAway { bot: bot.clone() },
        Notice::AskForget { claws: n, drawn, shown: shown() },
        Notice::AskForget { claws: 0, drawn, shown: shown() },
        Notice::Forgotten { locale: Locale::Zh },
        Notice::Broken { code: code() },
        Notice::TooFast,
        Notice::NotUnderstood,
        Notice::PrivateOnly,
    ];
    let claws: Vec<ClawBrief> = (0..n)
        .map(|at| ClawBrief {
            claw,
            title: (at % 2 > 0).then(|| text.to_owned()),
            bot: bot.clone(),
            status: STATUSES[at as usize % 12],
        })
        .collect();
    for offer in offers() {
        all.push(Notice::Home { offer: offer.clone(), claws: n, wizard_open: false });
        all.push(Notice::Home { offer: offer.clone(), claws: 0, wizard_open: true });
        all.push(Notice::Claws { claws: claws.clone(), offer: offer.clone() });
        all.push(Notice::Claws { claws: vec![], offer });
    }
    all.extend(wizard(text, n, Purpose::Hatch, Some(Refusal::ModelUnknown { typed: text.to_owned() })));
    all.extend(wizard(text, n, Purpose::Claw(claw), None));
    for stage in [HatchStage::Sealed, HatchStage::Asked, HatchStage::Starting] {
        for slow in [false, true] {
            all.push(Notice::Hatching { claw, bot: bot.clone(), stage, since: NOW - Duration::from_secs(24), slow });
        }
    }
    all.extend(rights().into_iter().map(|right| Notice::Ready { claw, bot: bot.clone(), right }));
    all.extend(REASONS.map(|reason| Notice::Stuck { claw, bot: bot.clone(), reason, code: code() }));
    all.extend(STATUSES.map(|status| Notice::Card(card(text, n, status))));
    let done = [
        Done::Renamed,
        Done::Changing,
        Done::ChangingAwake,
        Done::Pausing,
        Done::Waking,
        Done::Deleting,
        Done::Undone,
        Done::Restarting,
        Done::BackingUp,
        Done::Restoring,
        Done::LettingIn,
        Done::TurningAway,
        Done::Nothing,
    ];
    all.extend(done.map(|done| Notice::CardAfter { done, card: card(text, n, Status::Ready) }));
    let changes = [
        Change::Model { index: 200, fingerprint: 99, name: text.to_owned() },
        Change::People { guests: n, shown: shown() },
        Change::Bot { username: text.to_owned(), shown: shown() },
    ];
    for keeps_data in [true, false] {
        all.push(Notice::ConfirmPause { claw, bot: bot.clone(), keeps_data, drawn });
        for change in changes.clone() {
            for stays_awake in [true, false] {
                let (bot, change) = (bot.clone(), change.clone());
                all.push(Notice::ConfirmChange { claw, bot, change, keeps_data, stays_awake, drawn });
            }
        }
        for kind in [PeriodKind::Trial, PeriodKind::Grant] {
            for left in [24, 6, 1] {
                all.push(Notice::Ending { claw, bot: bot.clone(), kind, end: NOW + left * HOUR, keeps_data });
            }
            all.push(Notice::Asleep { claw, bot: bot.clone(), kind, kept_until: NOW + 168 * HOUR, keeps_data });
        }
    }
    all.extend(tending(text, n).into_iter().map(Notice::Tend));
    all.extend(refusals(text).into_iter().map(Notice::Refused));
    all.extend(samples_admin::admin(text, n).into_iter().map(Notice::Admin));
    all
}
