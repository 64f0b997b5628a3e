//! Every no, with its reason and the next step in words, and where one helps, the button for that step.

use crate::{
    domain::{refusal::Refusal, tap::Tap, wizard::Purpose},
    view::{Button, Eyes, Screen, html, html::Html, page::Page, wizard::botfather},
};

/// A refusal on a screen of its own.
pub fn screen(eyes: Eyes<'_>, refused: &Refusal) -> Screen {
    Page::new(eyes).add(words(eyes, refused)).row(next_step(eyes, refused)).home().done()
}

/// The sentence and the next step.
pub fn words(eyes: Eyes<'_>, refused: &Refusal) -> Html {
    let say = |id: &str| eyes.html(id, &[]);
    match refused {
        Refusal::NotAToken => say("refusal-not-a-token"),
        Refusal::TokenDead => say("refusal-token-dead"),
        Refusal::OurOwnBot => say("refusal-our-own-bot"),
        Refusal::BotTaken => say("refusal-bot-taken"),
        Refusal::BotBusy => say("refusal-bot-busy"),
        Refusal::TokenForgotten => say("refusal-token-forgotten"),
        Refusal::TelegramSilent => say("refusal-telegram-silent"),
        Refusal::PersonIsOwner => say("refusal-person-is-owner"),
        Refusal::PersonKnown => say("refusal-person-known"),
        Refusal::TooManyPeople { most } => eyes.html("refusal-too-many-people", &[("most", (*most).into())]),
        Refusal::UsernameNotEnough => say("refusal-username-not-enough"),
        Refusal::ForwardHidden => say("refusal-forward-hidden"),
        Refusal::NotAPerson => say("refusal-not-a-person"),
        Refusal::NotANumber => say("refusal-not-a-number"),
        Refusal::TrialUsed => say("refusal-trial-used"),
        Refusal::BotTrialUsed => say("refusal-bot-trial-used"),
        Refusal::NotEntitled => say("refusal-not-entitled"),
        Refusal::ClawLimit => say("refusal-claw-limit"),
        Refusal::WizardIncomplete => say("refusal-wizard-incomplete"),
        Refusal::ModelGone => say("refusal-model-gone"),
        Refusal::NotYours => say("refusal-not-yours"),
        Refusal::ClawGone => say("refusal-claw-gone"),
        Refusal::TooLateToUndo => say("refusal-too-late-to-undo"),
        Refusal::BadTitle { most } => eyes.html("refusal-bad-title", &[("most", (*most).into())]),
        Refusal::NotAwake => say("refusal-not-awake"),
        Refusal::ClawBusy => say("refusal-claw-busy"),
        Refusal::InfraSilent => say("refusal-infra-silent"),
        Refusal::UnknownZone => say("refusal-unknown-zone"),
        Refusal::PersonUnknown => say("refusal-person-unknown"),
        Refusal::BadArguments { usage } => eyes.html("refusal-bad-arguments", &[("usage", html::prose(usage, 200).into())]),
        Refusal::ModelUnknown { typed } => eyes.html("refusal-model-unknown", &[("typed", typed.into())]),
        Refusal::IncidentUnknown { code } => eyes.html("refusal-incident-unknown", &[("code", html::prose(&code.0, 20).into())]),
        Refusal::NoClaw => say("refusal-no-claw"),
    }
}

/// The button for the next step, where there is one besides going home.
fn next_step(eyes: Eyes<'_>, refused: &Refusal) -> Option<Button> {
    match refused {
        Refusal::NotAToken | Refusal::TokenDead => Some(botfather(eyes)),
        Refusal::OurOwnBot | Refusal::BotTaken | Refusal::BotBusy | Refusal::TokenForgotten | Refusal::BotTrialUsed => {
            Some(eyes.tap("do-another-bot", Tap::BotStep))
        }
        Refusal::TrialUsed | Refusal::NotEntitled => Some(eyes.tap("do-ask-admin", Tap::AskAdmin)),
        Refusal::ClawLimit
        | Refusal::NotYours
        | Refusal::ClawGone
        | Refusal::TooLateToUndo
        | Refusal::NotAwake
        | Refusal::ClawBusy
        | Refusal::InfraSilent => Some(eyes.tap("do-my-claws", Tap::Claws)),
        Refusal::WizardIncomplete => Some(eyes.tap("do-continue-hatching", Tap::Hatch)),
        Refusal::ModelGone => Some(eyes.tap("do-change-model", Tap::Models { purpose: Purpose::Hatch, page: 0 })),
        Refusal::UnknownZone => Some(eyes.tap("do-change-zone", Tap::AskZone)),
        Refusal::ModelUnknown { .. } | Refusal::PersonUnknown | Refusal::NoClaw => {
            Some(eyes.tap("do-open-fleet", Tap::Fleet { page: 0 }))
        }
        Refusal::TelegramSilent
        | Refusal::PersonIsOwner
        | Refusal::PersonKnown
        | Refusal::TooManyPeople { .. }
        | Refusal::UsernameNotEnough
        | Refusal::ForwardHidden
        | Refusal::NotAPerson
        | Refusal::NotANumber
        | Refusal::BadTitle { .. }
        | Refusal::BadArguments { .. }
        | Refusal::IncidentUnknown { .. } => None,
    }
}
