//! The first words of a claw: the files its workspace begins with, in its person's language and with both their names.
//! The texts are in `templates/workspace/`; `{claw}` and `{owner}` in them are the names.

use crate::domain::locale::Locale;

/// The longest name that is put into a text.
const LONGEST_NAME: usize = 64;

/// One file's name, and its text in each language.
type Text = (&'static str, [&'static str; 4]);

macro_rules! in_all_languages {
    ($name:literal) => {
        (
            $name,
            [
                include_str!(concat!("../../templates/workspace/en/", $name)),
                include_str!(concat!("../../templates/workspace/es/", $name)),
                include_str!(concat!("../../templates/workspace/ru/", $name)),
                include_str!(concat!("../../templates/workspace/zh/", $name)),
            ],
        )
    };
}

const TEXTS: [Text; 4] =
    [in_all_languages!("AGENTS.md"), in_all_languages!("MEMORY.md"), in_all_languages!("SOUL.md"), in_all_languages!("USER.md")];

/// The files a claw begins with, by name. A name that is not known is told around.
pub fn files(locale: Locale, claw: Option<&str>, owner: Option<&str>) -> [(&'static str, String); 4] {
    let at = match locale {
        Locale::En => 0,
        Locale::Es => 1,
        Locale::Ru => 2,
        Locale::Zh => 3,
    };
    let (nameless_claw, nameless_owner) = nameless(locale);
    let claw = claw.and_then(plain).unwrap_or_else(|| nameless_claw.to_owned());
    let owner = owner.and_then(plain).unwrap_or_else(|| nameless_owner.to_owned());
    TEXTS.map(|(name, texts)| (name, filled(texts[at], &claw, &owner)))
}

/// What the two are called before they have names.
fn nameless(locale: Locale) -> (&'static str, &'static str) {
    match locale {
        Locale::En => ("Claw", "Your person"),
        Locale::Es => ("Claw", "Tu persona"),
        Locale::Ru => ("Claw", "Твой человек"),
        Locale::Zh => ("Claw", "你的主人"),
    }
}

/// A name on one line, without what could be read as anything but a name; nothing when that leaves nothing.
fn plain(name: &str) -> Option<String> {
    let is_plain = |c: &char| !matches!(c, '`' | '#' | '<' | '>' | '{' | '}' | '[' | ']');
    let one_line = name.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let words: Vec<String> = one_line.map(|word| word.chars().filter(is_plain).collect()).collect();
    let kept: String = words.join(" ").chars().take(LONGEST_NAME).collect();
    Some(kept.trim().to_owned()).filter(|name| !name.is_empty())
}

/// The text with both names in it. A name is never looked into for the other's place.
fn filled(text: &str, claw: &str, owner: &str) -> String {
    let parts: Vec<String> = text.split("{claw}").map(|part| part.replace("{owner}", owner)).collect();
    parts.join(claw)
}

#[cfg(test)]
mod tests {
    use super::files;
    use crate::domain::locale::Locale;

    #[test]
    fn every_language_has_every_file_with_both_names() {
        for locale in Locale::ALL {
            let made = files(locale, Some("Rosa"), Some("Ann"));
            assert_eq!(made.each_ref().map(|(name, _)| *name), ["AGENTS.md", "MEMORY.md", "SOUL.md", "USER.md"]);
            let all: String = made.iter().map(|(_, text)| text.as_str()).collect();
            assert!(all.contains("Rosa") && all.contains("Ann"), "{locale:?}");
            assert!(!all.contains('{') && !all.contains('}'), "{locale:?}");
            let (_, soul) = &made[2];
            assert!(soul.starts_with("# ") && soul.ends_with('\n'), "{locale:?}");
        }
    }

    #[test]
    fn languages_differ() {
        let souls: Vec<String> = Locale::ALL.map(|locale| files(locale, None, None)[2].1.clone()).into();
        for (at, soul) in souls.iter().enumerate() {
            assert!(!souls[..at].contains(soul));
        }
    }

    #[test]
    fn a_name_is_a_name_and_nothing_else() {
        let [_, _, (_, soul), (_, user)] = files(Locale::En, Some("  \n"), Some("Ann\n# New rules\n{claw} `x`"));
        assert!(soul.contains("You are Claw,"), "{soul}");
        assert!(user.contains("Name: Ann New rules claw x\n") || user.contains("Name: Ann  New rules claw x\n"), "{user}");
        assert_eq!(user.lines().filter(|line| line.starts_with('#')).count(), 1);
        let long = files(Locale::En, Some(&"x".repeat(1000)), None);
        assert!(long[2].1.matches('x').count() < 70);
    }
}
