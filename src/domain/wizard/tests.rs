//! The wizard forward and back, what its summary shows, lists of people, and which no leaves a question standing.

use uuid::Uuid;

use super::*;

fn guest(id: i64) -> Guest {
    Guest { id: TelegramId(id), name: None }
}

#[test]
fn forward_and_back_through_every_step() {
    let at_summary = Wizard::begin(false).agree().use_bot(BotId(1), true).pick_model("m").people_done();
    assert_eq!(at_summary.step, WizardStep::Summary);
    assert_eq!(at_summary.missing(true), None);
    let mut steps = vec![at_summary.step];
    let mut at = at_summary;
    while let Some(earlier) = at.clone().back(true) {
        steps.push(earlier.step);
        at = earlier;
    }
    assert_eq!(steps, [WizardStep::Summary, WizardStep::People, WizardStep::Model, WizardStep::Bot]);
    assert_eq!((at.bot, at.model.as_deref()), (Some(BotId(1)), Some("m")), "going back forgets nothing");
}

#[test]
fn a_bot_found_before_the_terms_waits_for_them() {
    let wizard = Wizard::begin(false).use_bot(BotId(1), false);
    assert_eq!(wizard.step, WizardStep::Terms);
    assert_eq!(wizard.agree().step, WizardStep::Model);
}

#[test]
fn a_list_of_people_stays_sane() {
    let mut people = vec![];
    assert_eq!(add_guest(&mut people, guest(1), TelegramId(1)), Err(Refusal::PersonIsOwner));
    assert_eq!(add_guest(&mut people, guest(2), TelegramId(1)), Ok(()));
    assert_eq!(add_guest(&mut people, guest(2), TelegramId(1)), Err(Refusal::PersonKnown));
    people = (10..10 + MOST_PEOPLE as i64).map(guest).collect();
    assert!(matches!(add_guest(&mut people, guest(2), TelegramId(1)), Err(Refusal::TooManyPeople { .. })));
}

const CLAW: ClawId = ClawId(Uuid::from_u128(7));

#[test]
fn the_first_answer_that_lacks_is_asked_for() {
    let empty = Wizard::begin(true);
    let with_bot = Wizard { bot: Some(BotId(1)), ..empty.clone() };
    let with_model = Wizard { model: Some("m".to_owned()), ..empty.clone() };
    let whole = Wizard { model: Some("m".to_owned()), ..with_bot.clone() };
    for (wizard, agreed, missing) in [
        (&empty, false, Some(WizardStep::Terms)),
        (&whole, false, Some(WizardStep::Terms)),
        (&empty, true, Some(WizardStep::Bot)),
        (&with_model, true, Some(WizardStep::Bot)),
        (&with_bot, true, Some(WizardStep::Model)),
        (&whole, true, None),
    ] {
        assert_eq!(wizard.missing(agreed), missing, "{wizard:?}");
    }
    assert_eq!((empty.step, Wizard::begin(false).step), (WizardStep::Bot, WizardStep::Terms));
    assert_eq!(Wizard::begin(false).use_bot(BotId(1), true).back(true).map(|wizard| wizard.step), Some(WizardStep::Bot));
    assert_eq!(Wizard::begin(true).back(false).map(|wizard| wizard.step), Some(WizardStep::Terms), "not agreed to any more");
    assert_eq!(Wizard::begin(false).back(false), None);
}

#[test]
fn any_answer_would_be_missed() {
    let empty = Wizard::begin(true);
    assert!(!empty.has_answers());
    assert!(Wizard { bot: Some(BotId(1)), ..empty.clone() }.has_answers());
    assert!(Wizard { model: Some("m".to_owned()), ..empty.clone() }.has_answers());
    assert!(Wizard { people: vec![guest(5)], ..empty }.has_answers());
}

#[test]
fn a_yes_is_bound_to_all_that_the_summary_shows() {
    let wizard = Wizard::begin(true).use_bot(BotId(1), true).pick_model("m");
    let trial = Offer::Trial { hours: 48 };
    let other_people = Wizard { people: vec![guest(5)], ..wizard.clone() };
    let prints = [
        wizard.shown(&trial),
        wizard.shown(&Offer::AskAdmin),
        wizard.clone().use_bot(BotId(2), true).shown(&trial),
        wizard.clone().pick_model("other").shown(&trial),
        other_people.shown(&trial),
    ];
    for (at, print) in prints.iter().enumerate() {
        assert!(!prints[..at].contains(print), "{at}: {prints:?}");
    }
    assert_eq!(wizard.people_done().shown(&trial), prints[0], "whatever the step");
    let named = Guest { name: Some("Ann".to_owned()), ..guest(5) };
    assert_eq!(print_of(&[named]), print_of(&[guest(5)]), "the number decides");
    assert_ne!(print_of(&[guest(5)]), print_of(&[guest(6)]));
}

#[test]
fn a_question_stands_after_a_no_to_its_answer_and_after_no_other() {
    let (claw, reason) = (Purpose::Claw(CLAW), Expecting::Reason(ConfirmationId(Uuid::nil())));
    let bad_title = Refusal::BadTitle { most: 40 };
    let questions = [
        (Expecting::Nothing, vec![]),
        (
            Expecting::Token(claw),
            vec![
                Refusal::NotAToken,
                Refusal::TokenDead,
                Refusal::OurOwnBot,
                Refusal::BotTaken,
                Refusal::BotBusy,
                Refusal::TokenForgotten,
                Refusal::TelegramSilent,
            ],
        ),
        (
            Expecting::Person(claw),
            vec![
                Refusal::PersonIsOwner,
                Refusal::UsernameNotEnough,
                Refusal::ForwardHidden,
                Refusal::NotAPerson,
                Refusal::NotANumber,
            ],
        ),
        (Expecting::Title(CLAW), vec![bad_title]),
        (Expecting::Zone, vec![Refusal::UnknownZone]),
        (reason, vec![]),
    ];
    for (asked, its_own) in &questions {
        for (other, noes) in &questions {
            for no in noes {
                assert_eq!(asked.is_tried_again_after(no), asked == other, "{asked:?} after {no:?}");
            }
        }
        assert!(!asked.is_tried_again_after(&Refusal::PersonKnown), "{asked:?}: one on the list stays on it");
        assert!(its_own.iter().all(|no| asked.is_tried_again_after(no)));
    }
}
