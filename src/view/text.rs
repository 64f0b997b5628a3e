//! The texts under `locales/`, compiled in, and the one way to look one up. An argument says what it is: text from
//! outside (tamed and escaped here), something that is HTML already, or a number that decides a plural.

use std::{borrow::Cow, collections::HashMap};

use fluent_templates::{LanguageIdentifier, fluent_bundle::FluentValue, langid};

use crate::{
    domain::{locale::Locale, tap::Tap},
    view::{Button, Eyes, html, html::Html},
};

fluent_templates::static_loader! {
    pub(super) static TEXTS = {
        locales: "./locales",
        fallback_language: "en",
        // The marks Fluent puts around arguments are not wanted inside tags and links.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The longest label of a button.
pub const LABEL: usize = 40;

/// What is put into a text.
#[derive(Clone, Debug)]
pub enum Arg<'a> {
    /// Somebody wrote it.
    Outside(&'a str),
    /// Made by `html` or by a text of ours.
    Html(Html),
    /// A word that chooses between variants of a text.
    Which(&'static str),
    Count(u64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Arg::Outside(text)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Arg::Outside(text)
    }
}

impl From<Html> for Arg<'_> {
    fn from(html: Html) -> Self {
        Arg::Html(html)
    }
}

impl From<u64> for Arg<'_> {
    fn from(count: u64) -> Self {
        Arg::Count(count)
    }
}

impl From<u32> for Arg<'_> {
    fn from(count: u32) -> Self {
        Arg::Count(u64::from(count))
    }
}

impl From<u8> for Arg<'_> {
    fn from(count: u8) -> Self {
        Arg::Count(u64::from(count))
    }
}

/// Named arguments of one text.
pub type Args<'a> = &'a [(&'static str, Arg<'a>)];

/// A text of ours as HTML.
pub fn html(locale: Locale, id: &str, args: Args<'_>) -> Html {
    Html::ours(find(locale, id, args, |raw| html::name(raw).into_string()))
}

/// A text of ours for a place that takes no HTML: a label, a toast, a command's line.
pub fn plain(locale: Locale, id: &str, args: Args<'_>) -> String {
    find(locale, id, args, html::plain_name)
}

fn find(locale: Locale, id: &str, args: Args<'_>, outside: impl Fn(&str) -> String) -> String {
    let args: HashMap<Cow<'static, str>, FluentValue<'_>> = args
        .iter()
        .map(|(name, arg)| {
            let value = match arg {
                Arg::Outside(raw) => FluentValue::from(outside(raw)),
                Arg::Html(html) => FluentValue::from(html.as_str()),
                Arg::Which(word) => FluentValue::from(*word),
                Arg::Count(count) => FluentValue::from(*count),
            };
            (Cow::Borrowed(*name), value)
        })
        .collect();
    let found = TEXTS.lookup_single_language(&language(locale), id, Some(&args));
    debug_assert!(found.is_ok(), "the text {id} in {locale:?}: {found:?}");
    // A text that is missing in one language is better read in English than not at all.
    found.or_else(|_| TEXTS.lookup_single_language(&language(Locale::En), id, Some(&args))).unwrap_or_else(|_| id.to_owned())
}

pub(super) fn language(locale: Locale) -> LanguageIdentifier {
    match locale {
        Locale::En => langid!("en"),
        Locale::Es => langid!("es"),
        Locale::Ru => langid!("ru"),
        Locale::Zh => langid!("zh"),
    }
}

impl Eyes<'_> {
    pub(super) fn html(self, id: &str, args: Args<'_>) -> Html {
        html(self.locale, id, args)
    }

    pub(super) fn plain(self, id: &str, args: Args<'_>) -> String {
        plain(self.locale, id, args)
    }

    /// A button of ours.
    pub(super) fn tap(self, id: &str, tap: Tap) -> Button {
        self.tap_with(id, &[], tap)
    }

    pub(super) fn tap_with(self, id: &str, args: Args<'_>, tap: Tap) -> Button {
        Button::Tap { label: html::label(&self.plain(id, args), LABEL), tap }
    }

    /// A button that opens an address.
    pub(super) fn url(self, id: &str, url: String) -> Button {
        Button::Url { label: html::label(&self.plain(id, &[]), LABEL), url }
    }
}
