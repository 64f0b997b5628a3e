//! Language and time zone.

use crate::{
    domain::{
        locale::Locale,
        refusal::Refusal,
        tap::{Tap, ZONES, ZoneChoice},
    },
    view::{Button, Eyes, Screen, html, page::Page, text::LABEL, time},
};

pub fn languages(eyes: Eyes<'_>, current: Locale) -> Screen {
    let buttons = Locale::ALL.into_iter().map(|locale| {
        let mark = if locale == current { "✓ " } else { "" };
        Button::Tap { label: format!("{mark}{}", locale.own_name()), tap: Tap::SetLanguage(locale) }
    });
    Page::new(eyes).say("languages", &[]).grid(2, buttons.collect()).tap("do-back", Tap::Home).done()
}

pub fn settings(eyes: Eyes<'_>, locale: Locale, zone: Option<&str>) -> Screen {
    let mut page = Page::new(eyes).say("settings-title", &[]);
    let language = html::value(locale.own_name());
    page = match zone {
        Some(zone) => {
            let there = Eyes { zone: Some(zone), ..eyes };
            let clock = time::clock(there, eyes.now);
            page.say(
                "settings-known",
                &[("language", language.into()), ("zone", zone_name(zone).into()), ("clock", clock.into())],
            )
        }
        None => page.say("settings-no-zone", &[("language", language.into())]),
    };
    page.row([eyes.tap("do-change-language", Tap::Languages), eyes.tap("do-change-zone", Tap::AskZone)])
        .tap("do-ask-forget", Tap::AskForget)
        .tap("do-back", Tap::Home)
        .done()
}

pub fn ask_zone(eyes: Eyes<'_>, current: Option<&str>, refused: Option<&Refusal>) -> Screen {
    let choices = ZONES.iter().zip(0u8..).map(|(zone, at)| {
        // The hour beside each city lets people choose by looking at their own clock.
        let there = Eyes { zone: Some(zone), ..eyes };
        let clock = time::clock(there, eyes.now).into_string();
        let mark = if current == Some(*zone) { "✓ " } else { "" };
        let label = format!("{mark}{} · {clock}", eyes.plain("zone-city", &[("at", at.into())]));
        Button::Tap { label: html::label(&label, LABEL), tap: Tap::SetZone(ZoneChoice(at)) }
    });
    let choices: Vec<Button> = choices.collect();
    let mut page = Page::new(eyes).after(refused).say("ask-zone", &[]);
    if let Some(zone) = current {
        page = page.say("ask-zone-current", &[("zone", zone_name(zone).into())]);
    }
    page.grid(2, choices).tap("do-back", Tap::Settings).done()
}

/// An IANA name as people read it: "America/New York". It was checked when it was typed, and is escaped all the same.
fn zone_name(zone: &str) -> html::Html {
    html::prose(&zone.replace('_', " "), 60)
}
