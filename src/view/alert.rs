//! Alerts to admins: what is broken, for whom, since when; edited to how long it took once it is over.

use std::time::Duration;

use crate::{
    domain::{admin::Alert, incident::IncidentCode, tap::Tap, time::Time},
    view::{
        Eyes, Screen,
        admin::who,
        html::{self, Html},
        page::Page,
        tend::ailment_words,
        time,
    },
};

pub fn screen(eyes: Eyes<'_>, alert: &Alert, since: Time, code: Option<&IncidentCode>, resolved: Option<Duration>) -> Screen {
    let words = words(eyes, alert);
    let page = Page::new(eyes);
    let page = match resolved {
        Some(took) => page.say("alert-resolved", &[("what", words.into()), ("took", time::length(eyes, took).into())]),
        None => page
            .say("alert-open", &[("what", words.into())])
            .say("alert-next", &[("next", eyes.html(next_step(alert), &[]).into())])
            .say("alert-since", &[("when", time::when(eyes, since).into())]),
    };
    let page = match code {
        Some(code) => page.code(code),
        None => page,
    };
    page.tap("do-open-fleet", Tap::Fleet { page: 0 }).done()
}

fn words(eyes: Eyes<'_>, alert: &Alert) -> Html {
    let long = |text: &str| html::prose(text, 600).into();
    match alert {
        Alert::InfraFailing { why } => eyes.html("alert-infra-failing", &[("why", long(why))]),
        Alert::InfraLockedOut => eyes.html("alert-infra-locked-out", &[]),
        Alert::InfraFull => eyes.html("alert-infra-full", &[]),
        Alert::ClawLate { claw, person } => {
            eyes.html("alert-claw-late", &[("claw", html::value(&claw.to_string()).into()), ("person", who(eyes, person).into())])
        }
        Alert::ClawRefused { claw, person, why } => eyes.html(
            "alert-claw-refused",
            &[("claw", html::value(&claw.to_string()).into()), ("person", who(eyes, person).into()), ("why", long(why))],
        ),
        Alert::ClawUnwell { claw, person, ailment } => {
            let facts = [
                ("claw", html::value(&claw.to_string()).into()),
                ("person", who(eyes, person).into()),
                ("why", ailment_words(eyes, *ailment).into()),
            ];
            eyes.html("alert-claw-unwell", &facts)
        }
        Alert::Drift { claw, person, what } => {
            let claw = claw.map_or_else(|| html::value("-"), |claw| html::value(&claw.to_string()));
            eyes.html("alert-drift", &[("claw", claw.into()), ("person", who(eyes, person).into()), ("what", long(what))])
        }
        Alert::ClawVanished { claw, person } => eyes.html(
            "alert-claw-vanished",
            &[("claw", html::value(&claw.to_string()).into()), ("person", who(eyes, person).into())],
        ),
        Alert::ClawsVanished { count, of } => {
            eyes.html("alert-claws-vanished", &[("count", (*count).into()), ("of", (*of).into())])
        }
        Alert::ClawUnasked { claw, person } => eyes
            .html("alert-claw-unasked", &[("claw", html::value(&claw.to_string()).into()), ("person", who(eyes, person).into())]),
        Alert::StrangeClaw { user, name } => {
            eyes.html("alert-strange-claw", &[("user", html::value(user).into()), ("name", html::value(name).into())])
        }
        Alert::InfraUnlisted { why } => eyes.html("alert-infra-unlisted", &[("why", long(why))]),
        Alert::PoisonUpdate { update } => {
            eyes.html("alert-poison-update", &[("update", html::value(&update.to_string()).into())])
        }
        Alert::PoisonMessage { chat } => eyes.html("alert-poison-message", &[("chat", html::value(&chat.to_string()).into())]),
        Alert::SecondPoller => eyes.html("alert-second-poller", &[]),
        Alert::BotTokenDead => eyes.html("alert-bot-token-dead", &[]),
        Alert::Unsealable { what } => eyes.html("alert-unsealable", &[("what", long(what))]),
    }
}

/// What an operator can do about it.
fn next_step(alert: &Alert) -> &'static str {
    match alert {
        Alert::InfraFailing { .. } => "next-infra-failing",
        Alert::InfraLockedOut => "next-infra-locked-out",
        Alert::InfraFull => "next-infra-full",
        Alert::ClawLate { .. } => "next-claw-late",
        Alert::ClawRefused { .. } => "next-claw-refused",
        Alert::ClawUnwell { .. } => "next-claw-unwell",
        Alert::Drift { .. } => "next-drift",
        Alert::ClawVanished { .. } => "next-claw-vanished",
        Alert::ClawsVanished { .. } => "next-claws-vanished",
        Alert::ClawUnasked { .. } => "next-claw-unasked",
        Alert::StrangeClaw { .. } => "next-strange-claw",
        Alert::InfraUnlisted { .. } => "next-infra-unlisted",
        Alert::PoisonUpdate { .. } => "next-poison-update",
        Alert::PoisonMessage { .. } => "next-poison-message",
        Alert::SecondPoller => "next-second-poller",
        Alert::BotTokenDead => "next-bot-token-dead",
        Alert::Unsealable { .. } => "next-unsealable",
    }
}
