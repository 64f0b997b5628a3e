//! What must hold for every screen in every language.

mod language;
mod samples;
mod samples_admin;
mod snapshots;
mod snapshots_admin;
mod texts;

use proptest::prelude::*;

use crate::{
    domain::{locale::Locale, tap::Tap, time::Time},
    view::{Button, Eyes, Keyboard, Screen, commands, html, profile, screen, toast},
};

/// Thursday, 12 March 2026, 08:00 UTC.
pub const NOW: Time = Time(1_773_302_400_000);

pub fn eyes(locale: Locale) -> Eyes<'static> {
    Eyes { locale, zone: Some("Europe/Madrid"), now: NOW }
}

/// Complains unless `html` is what Telegram takes: our few tags, balanced, and nothing else unescaped.
fn check_html(html: &str) {
    let mut open = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '>', '&']) {
        let found = &rest[at..];
        if let Some(entity) = found.strip_prefix('&') {
            assert!(["lt;", "gt;", "amp;", "quot;"].iter().any(|known| entity.starts_with(known)), "a bare & in {html}");
            rest = entity;
            continue;
        }
        assert!(found.starts_with('<'), "a bare > in {html}");
        let (tag, after) = found[1..].split_once('>').unwrap_or_else(|| panic!("an open tag in {html}"));
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "a stray end in {html}"),
            None => {
                assert!(["b", "i", "code", "blockquote"].contains(&tag), "<{tag}> in {html}");
                open.push(tag);
            }
        }
        rest = after;
    }
    assert!(open.is_empty(), "{open:?} left open in {html}");
}

fn check_buttons(screen: &Screen) {
    let rows = match &screen.keyboard {
        Keyboard::None => return,
        Keyboard::PickPeople { pick, cancel } => return assert!(!pick.is_empty() && !cancel.is_empty()),
        Keyboard::Buttons(rows) => rows,
    };
    assert!(rows.iter().map(Vec::len).sum::<usize>() <= 100, "Telegram takes a hundred buttons");
    for row in rows {
        assert!((1..=2).contains(&row.len()), "{row:?}");
        for button in row {
            let (Button::Tap { label, .. } | Button::Url { label, .. }) = button;
            assert!((1..=40).contains(&label.chars().count()), "{label}");
            match button {
                Button::Tap { tap, .. } => {
                    let spelling = tap.spell();
                    assert!(spelling.len() <= 47, "{spelling}");
                    assert_eq!(Tap::read(&spelling).as_ref(), Some(tap));
                }
                Button::Url { url, .. } => {
                    let address = url.strip_prefix("https://t.me/").expect("an address of Telegram");
                    assert!(address.chars().all(|c| c.is_ascii_graphic()), "{url}");
                }
            }
        }
    }
}

fn check(screen: &Screen) {
    assert!(!screen.html.trim().is_empty());
    assert!(screen.html.encode_utf16().count() <= html::MOST, "{} units", screen.html.encode_utf16().count());
    check_html(&screen.html);
    check_buttons(screen);
}

#[test]
fn every_screen_is_whole_in_every_language() {
    for locale in Locale::ALL {
        for notice in samples::notices("Ann", 3) {
            let screen = screen(&notice, eyes(locale));
            check(&screen);
            assert!(!screen.html.contains('$') && !screen.html.contains("\n\n\n"), "{}", screen.html);
        }
    }
}

#[test]
fn every_screen_of_the_wizard_has_back_and_cancel() {
    let steps = samples::wizard_steps();
    assert_eq!(steps.len(), 7);
    for notice in steps {
        let Keyboard::Buttons(rows) = screen(&notice, eyes(Locale::En)).keyboard else { panic!("no buttons: {notice:?}") };
        let last = rows.last().expect("a last row");
        let labels: Vec<&str> = last
            .iter()
            .map(|b| match b {
                Button::Tap { label, .. } | Button::Url { label, .. } => &**label,
            })
            .collect();
        assert_eq!(labels, ["Back", "Cancel"], "{notice:?}");
    }
}

#[test]
fn toasts_menus_and_the_profile_fit_telegram() {
    for locale in Locale::ALL {
        for small in samples::toasts() {
            let text = toast(small, locale);
            assert!((1..=200).contains(&text.chars().count()), "{text}");
        }
        assert_eq!(commands(false, locale).len(), 8);
        let all = commands(true, locale);
        assert_eq!(all.len(), 12);
        for (name, text) in all {
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
            assert!((1..=256).contains(&text.chars().count()) && !text.contains('<'), "{text}");
        }
        let (short, long) = profile(locale);
        assert!((1..=120).contains(&short.encode_utf16().count()), "{short}");
        assert!((1..=512).contains(&long.encode_utf16().count()), "{long}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_names_break_no_screen(text in "\\PC{0,60}|[<>&\"'/@.:a-z\u{202e}\u{300}\u{5d0}]{0,300}|.{0,3000}", n in 0u32..70, locale in 0usize..4) {
        for notice in samples::notices(&text, n) {
            check(&screen(&notice, eyes(Locale::ALL[locale])));
        }
    }
}
