//! A person as we know them: by their numeric Telegram id, in a language, maybe in a time zone, and until they ask to
//! be forgotten.

use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{BotId, PersonId, TelegramId},
    locale::Locale,
    time::Time,
};

/// The terms in force. A person who agreed to an older version is asked again.
pub const TERMS_VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    /// Gone once the person asked to be forgotten.
    pub telegram: Option<TelegramId>,
    pub name: Option<String>,
    pub locale: Locale,
    /// An IANA name such as `Europe/Madrid`; UTC, and named so, until it is told.
    pub zone: Option<String>,
    /// False after they blocked us, or before they ever wrote: a bot cannot write first.
    pub reachable: bool,
    pub terms: u32,
    pub created: Time,
}

/// The longest zalgo and emoji names are cut to.
const NAME_CHARS: usize = 40;

/// A name fit to be shown: one line, no control or direction-changing characters, few combining marks, cut to length.
pub fn tame_name(raw: &str) -> String {
    let mut tame = String::new();
    let mut marks = 0;
    for c in raw.chars() {
        let direction = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}');
        let combining =
            matches!(c, '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0489}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}');
        marks = if combining { marks + 1 } else { 0 };
        if c.is_control() || direction || marks > 2 {
            continue;
        }
        if tame.chars().count() == NAME_CHARS {
            tame.push('…');
            break;
        }
        tame.push(c);
    }
    let tame = tame.split_whitespace().collect::<Vec<_>>().join(" ");
    if tame.is_empty() { "?".to_owned() } else { tame }
}

/// A bot a person connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotBrief {
    pub id: BotId,
    /// Without the @.
    pub username: String,
    pub name: String,
}

/// What /start carried: a campaign, a claim or a plan code; kept only if it has the allowed form.
/// Telegram allows 64 characters of `A-Z a-z 0-9 _ -` (core.telegram.org/bots/features, "Deep Linking").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartCode(pub String);

impl StartCode {
    pub fn parse(text: &str) -> Option<StartCode> {
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        fits.then(|| StartCode(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{StartCode, tame_name};

    #[test]
    fn a_wild_name_is_tamed() {
        for (raw, tame) in [
            ("Ann", "Ann"),
            ("  Ann \n\t Lee ", "Ann Lee"),
            ("\u{202e}evil\u{202c}", "evil"),
            ("Z\u{300}\u{301}\u{302}\u{303}\u{304}algo", "Z\u{300}\u{301}algo"),
            ("<b>bold</b>", "<b>bold</b>"),
            ("\u{200f}", "?"),
            ("", "?"),
        ] {
            assert_eq!(tame_name(raw), tame);
        }
        assert_eq!(tame_name(&"x".repeat(500)), format!("{}…", "x".repeat(40)));
        assert_eq!(tame_name(&"x".repeat(40)), "x".repeat(40), "what fits is not cut");
        for direction in ['\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{061c}'] {
            assert_eq!(tame_name(&format!("a{direction}b")), "ab", "{direction:?}");
        }
        for mark in ['\u{0300}', '\u{036f}', '\u{0483}', '\u{0489}', '\u{1ab0}', '\u{1aff}', '\u{20d0}', '\u{20ff}'] {
            let two = format!("a{mark}{mark}b{mark}{mark}");
            assert_eq!(tame_name(&two), two, "two marks on each letter are a script");
            assert_eq!(tame_name(&format!("a{}b", String::from(mark).repeat(9))), format!("a{mark}{mark}b"), "more are noise");
        }
    }

    #[test]
    fn only_codes_of_the_allowed_form_are_kept() {
        assert_eq!(StartCode::parse("spring_26-A"), Some(StartCode("spring_26-A".into())));
        let longest = "x".repeat(64);
        assert_eq!(StartCode::parse(&longest), Some(StartCode(longest.clone())));
        for bad in ["", "a b", "é", "a=b", &"x".repeat(65)] {
            assert_eq!(StartCode::parse(bad), None, "{bad}");
        }
    }
}
