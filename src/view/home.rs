//! The first screen, what explains the rest, and the small answers to what we cannot use.

use crate::{
    domain::{
        entitlement::PeriodKind,
        incident::IncidentCode,
        notice::{Offer, Right},
        tap::Tap,
    },
    view::{Button, Eyes, Screen, html::Html, page::Page, text::Arg, time},
};

pub fn home(eyes: Eyes<'_>, offer: &Offer, claws: u32, wizard_open: bool) -> Screen {
    let mut page = Page::new(eyes);
    page = if claws == 0 { page.say("home-welcome", &[]) } else { page.say("home-claws", &[("claws", claws.into())]) };
    page = page.add_maybe(offer_line(eyes, offer)).say_if(wizard_open, "home-wizard-open", &[]);
    let main = if wizard_open { Some(eyes.tap("do-continue-hatching", Tap::Hatch)) } else { offer_button(eyes, offer) };
    let own = (claws > 0).then(|| eyes.tap("do-my-claws", Tap::Claws));
    // Whoever has a claw comes for it; whoever has none comes to get one.
    page = if wizard_open || claws == 0 { page.row(main).row(own) } else { page.row(own).row(main) };
    page.row([eyes.tap("do-how-it-works", Tap::HowItWorks), eyes.tap("do-settings", Tap::Settings)])
        .row([Button::Tap { label: format!("🌐 {}", eyes.locale.own_name()), tap: Tap::Languages }])
        .done()
}

/// What this person may have, in a sentence.
pub fn offer_line(eyes: Eyes<'_>, offer: &Offer) -> Option<Html> {
    match offer {
        Offer::Trial { hours } => Some(eyes.html("offer-trial", &[("span", time::hours(eyes, *hours).into())])),
        Offer::Entitled(right) => right_line(eyes, right),
        Offer::HasClaw => None,
        Offer::AskAdmin => Some(eyes.html("offer-ask-admin", &[])),
    }
}

/// The button that takes them there.
pub fn offer_button(eyes: Eyes<'_>, offer: &Offer) -> Option<Button> {
    match offer {
        Offer::Trial { .. } | Offer::Entitled(_) => Some(eyes.tap("do-hatch", Tap::Hatch)),
        Offer::HasClaw => None,
        Offer::AskAdmin => Some(eyes.tap("do-ask-admin", Tap::AskAdmin)),
    }
}

/// A right to a claw as its person reads it.
pub fn right_line(eyes: Eyes<'_>, right: &Right) -> Option<Html> {
    match right {
        Right::None => None,
        Right::Waiting { kind, hours } => {
            Some(eyes.html("right-waiting", &[("kind", which(*kind)), ("span", time::hours(eyes, *hours).into())]))
        }
        Right::Until { kind, end } => {
            Some(eyes.html("right-until", &[("kind", which(*kind)), ("when", time::when(eyes, *end).into())]))
        }
        Right::Ended { kind, end } => {
            Some(eyes.html("right-ended", &[("kind", which(*kind)), ("when", time::when(eyes, *end).into())]))
        }
    }
}

/// The word by which a text chooses between a trial's variant and a grant's.
pub fn which(kind: PeriodKind) -> Arg<'static> {
    Arg::Which(match kind {
        PeriodKind::Trial => "trial",
        PeriodKind::Grant => "grant",
    })
}

pub fn how_it_works(eyes: Eyes<'_>, trial_hours: u32) -> Screen {
    Page::new(eyes)
        .say("how-title", &[])
        .say("how-steps", &[])
        .say("how-trial", &[("span", time::hours(eyes, trial_hours).into())])
        .tap("do-hatch", Tap::Hatch)
        .tap("do-back", Tap::Home)
        .done()
}

pub fn help(eyes: Eyes<'_>, admin: bool) -> Screen {
    Page::new(eyes).say("help", &[]).say("help-commands", &[]).say_if(admin, "help-admin", &[]).home().done()
}

pub fn forgotten(eyes: Eyes<'_>) -> Screen {
    Page::new(eyes).say("forgotten", &[]).done()
}

pub fn broken(eyes: Eyes<'_>, code: &IncidentCode) -> Screen {
    Page::new(eyes).say("broken", &[]).code(code).home().done()
}

pub fn too_fast(eyes: Eyes<'_>) -> Screen {
    Page::new(eyes).say("too-fast", &[]).done()
}

pub fn not_understood(eyes: Eyes<'_>) -> Screen {
    Page::new(eyes)
        .say("not-understood", &[])
        .row([eyes.tap("do-my-claws", Tap::Claws), eyes.tap("do-help", Tap::Help)])
        .home()
        .done()
}

pub fn private_only(eyes: Eyes<'_>) -> Screen {
    Page::new(eyes).say("private-only", &[]).done()
}
