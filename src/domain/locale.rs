//! The languages we speak, all of them completely.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    #[default]
    En,
    Es,
    Ru,
    Zh,
}

impl Locale {
    pub const ALL: [Locale; 4] = [Locale::En, Locale::Es, Locale::Ru, Locale::Zh];

    /// The short code used in the database, in buttons and as the folder name under `locales/`.
    pub fn code(self) -> &'static str {
        match self {
            Locale::En => "en",
            Locale::Es => "es",
            Locale::Ru => "ru",
            Locale::Zh => "zh",
        }
    }

    /// The language's name in itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Locale::En => "English",
            Locale::Es => "Español",
            Locale::Ru => "Русский",
            Locale::Zh => "简体中文",
        }
    }

    /// Our own code back into a language.
    pub fn from_code(code: &str) -> Option<Locale> {
        Locale::ALL.into_iter().find(|locale| locale.code() == code)
    }

    /// The best guess from an IETF tag such as Telegram's `language_code` (`pt-br`, `zh-hans`, `ru`); English otherwise.
    pub fn guess(tag: Option<&str>) -> Locale {
        let primary = tag.unwrap_or("").split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
        Locale::from_code(&primary).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn each_language_has_a_code_and_a_name_of_its_own() {
        let names = Locale::ALL.map(|locale| (locale.code(), locale.own_name()));
        assert_eq!(names, [("en", "English"), ("es", "Español"), ("ru", "Русский"), ("zh", "简体中文")]);
        for locale in Locale::ALL {
            assert_eq!(Locale::from_code(locale.code()), Some(locale));
        }
        for code in ["", "EN", "de", "en-us"] {
            assert_eq!(Locale::from_code(code), None, "{code}");
        }
    }

    #[test]
    fn a_tag_is_guessed_by_its_first_part() {
        for (tag, expected) in [
            (Some("ru"), Locale::Ru),
            (Some("zh-hans"), Locale::Zh),
            (Some("es-419"), Locale::Es),
            (Some("ES_mx"), Locale::Es),
            (Some("pt-br"), Locale::En),
            (Some(""), Locale::En),
            (None, Locale::En),
        ] {
            assert_eq!(Locale::guess(tag), expected, "{tag:?}");
        }
    }
}
