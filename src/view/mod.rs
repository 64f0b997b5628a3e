//! Words: a notice becomes text and buttons here, in the language of whoever reads it. Pure but for the texts, which
//! are compiled in.

use crate::domain::{
    locale::Locale,
    notice::{Notice, Toast},
    tap::Tap,
    time::Time,
};

/// Who reads, and when: what the words depend on.
#[derive(Clone, Copy, Debug)]
pub struct Eyes<'a> {
    pub locale: Locale,
    /// IANA name; UTC, and named so, when not told.
    pub zone: Option<&'a str>,
    pub now: Time,
}

/// A message ready to be sent: HTML of the kind Telegram takes, and buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    pub html: String,
    pub keyboard: Keyboard,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keyboard {
    None,
    Buttons(Vec<Vec<Button>>),
    /// A reply keyboard with one button that opens Telegram's picker of people, and one to cancel.
    PickPeople {
        pick: String,
        cancel: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    Tap { label: String, tap: Tap },
    Url { label: String, url: String },
}

/// The words and buttons of `notice` for `eyes`.
pub fn screen(notice: &Notice, eyes: Eyes<'_>) -> Screen {
    let _ = (notice, eyes);
    Screen { html: String::new(), keyboard: Keyboard::None }
}

/// The small text that answers a tap.
pub fn toast(toast: Toast, locale: Locale) -> String {
    let _ = (toast, locale);
    String::new()
}
