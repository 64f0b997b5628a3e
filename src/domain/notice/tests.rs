//! What the program reads from a notice without drawing it: whose card it is, whether it is over, what it asks.

use uuid::Uuid;

use super::*;
use crate::domain::{
    admin::{AdminAct, PersonLine},
    claw::Status,
    ids::ConfirmationId,
    wizard::Expecting,
};

const NOW: Time = Time(1_800_000_000_000);
const CLAW: ClawId = ClawId(Uuid::from_u128(7));

fn card() -> Card {
    Card {
        claw: CLAW,
        title: None,
        bot: "b".to_owned(),
        model: "m".to_owned(),
        guests: 0,
        status: Status::Ready,
        right: Right::None,
        kept_until: None,
        undo_until: None,
        reason: None,
        line: None,
        busy: None,
        version: None,
        started: None,
        ailment: None,
        actions: Vec::new(),
    }
}

#[test]
fn a_card_is_known_as_its_claws() {
    assert_eq!(Notice::Card(card()).card_of(), Some(CLAW));
    assert_eq!(Notice::CardAfter { done: Done::Renamed, card: card() }.card_of(), Some(CLAW));
    assert_eq!(Notice::Woken { claw: CLAW, bot: "b".to_owned() }.card_of(), None, "it is about a claw, and no card");
}

#[test]
fn an_ending_is_over_once_it_has_come() {
    let ending = Notice::Ending { claw: CLAW, bot: "b".to_owned(), kind: PeriodKind::Trial, end: NOW, keeps_data: true };
    for (now, over) in [(Time(NOW.0 - 1), false), (NOW, true), (Time(NOW.0 + 1), true)] {
        assert_eq!(ending.is_over(now), over, "{now:?}");
        assert!(!Notice::Forgotten { locale: crate::domain::locale::Locale::En }.is_over(now));
    }
}

/// Rows and messages of an older build are found by these.
#[test]
fn slots_keep_their_names() {
    let (id, text) = (ConfirmationId(Uuid::from_u128(8)), "infra".to_owned());
    for (slot, name) in [
        (Slot::Screen, "screen"),
        (Slot::Hatching(CLAW), "hatching:00000000-0000-0000-0000-000000000007"),
        (Slot::Operation(id), "operation:00000000-0000-0000-0000-000000000008"),
        (Slot::Alert(text), "alert:infra"),
    ] {
        assert_eq!(slot.name(), name);
    }
}

#[test]
fn the_wizard_counts_its_screens_from_one_to_five() {
    let steps = [WizardStep::Terms, WizardStep::Bot, WizardStep::Model, WizardStep::People, WizardStep::Summary];
    assert_eq!(steps.map(WizardStep::place), [1, 2, 3, 4, 5]);
}

#[test]
fn a_bot_that_was_forgotten_is_called_by_its_number() {
    let bot = BotBrief::forgotten(BotId(77));
    assert_eq!((bot.id, bot.username.as_str(), bot.name.as_str()), (BotId(77), "bot77", "?"));
}

#[test]
fn a_text_answers_what_the_screen_asks() {
    let (bot, purpose, id) = (BotBrief::forgotten(BotId(77)), Purpose::Claw(CLAW), ConfirmationId(Uuid::from_u128(8)));
    let change = |change| Notice::ConfirmChange {
        claw: CLAW,
        bot: "b".to_owned(),
        change,
        keeps_data: true,
        stays_awake: false,
        drawn: NOW,
    };
    let shown = Shown::default();
    let line = PersonLine { telegram: None, name: None, reachable: true };
    let act = AdminAct::Deprovision { claw: CLAW, reason: None };
    for (notice, expecting) in [
        (Notice::BotGuide { purpose: Purpose::Hatch, refusal: None }, Expecting::Token(Purpose::Hatch)),
        (Notice::BotFound { purpose, bot, foreign_webhook: false, pasted: true }, Expecting::Token(purpose)),
        (change(Change::Bot { username: "b".to_owned(), shown }), Expecting::Token(purpose)),
        (change(Change::People { guests: 1, shown }), Expecting::Nothing),
        (Notice::AskPerson { purpose, refusal: None }, Expecting::Person(purpose)),
        (Notice::AskTitle { claw: CLAW, bot: "b".to_owned(), refusal: None }, Expecting::Title(CLAW)),
        (Notice::AskZone { current: None, refusal: None }, Expecting::Zone),
        (Notice::Admin(AdminNotice::AskReason { id, act, person: line.clone() }), Expecting::Reason(id)),
        (Notice::Admin(AdminNotice::PersonAsks { person: line }), Expecting::Nothing),
        (Notice::People { purpose, guests: vec![], refusal: None, changed: true }, Expecting::Nothing),
        (Notice::Card(card()), Expecting::Nothing),
    ] {
        assert_eq!(notice.asks(), expecting, "{notice:?}");
    }
}
