//! What a bot token looks like, and how to find one in text that should not have held it.
//!
//! The form `<bot id>:<35 characters>` is a convention, not a promise (Bot API, "Authorizing your bot"), so this is
//! only a first sieve: Telegram's own `getMe` decides.

use std::ops::Range;

use crate::domain::{ids::BotId, secret::Secret};

/// Digits a bot id has at least, and at most.
const ID_DIGITS: std::ops::RangeInclusive<usize> = 6..=13;
/// Characters the secret half has at least, and at most.
const SECRET_CHARS: std::ops::RangeInclusive<usize> = 30..=64;

/// A token that has the right form.
#[derive(Clone, Debug)]
pub struct BotToken {
    pub bot: BotId,
    text: Secret<String>,
}

impl BotToken {
    /// The one token that `text` is, or nothing when it holds anything else.
    pub fn parse(text: &str) -> Option<BotToken> {
        let text = text.trim();
        find_tokens(text).into_iter().next().filter(|found| *found == (0..text.len()))?;
        let (bot, secret) = text.split_once(':')?;
        let bot = bot.parse().ok().filter(|_| SECRET_CHARS.contains(&secret.len()))?;
        Some(BotToken { bot: BotId(bot), text: Secret::new(text.to_owned()) })
    }

    pub fn expose(&self) -> &str {
        self.text.expose()
    }
}

/// Where in `text` something stands that holds a bot token, also with other letters stuck to it: what is too long to
/// be one may still contain one. The places are in order and do not overlap.
pub fn find_tokens(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let secret_char = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let mut found: Vec<Range<usize>> = Vec::new();
    for (colon, _) in text.match_indices(':') {
        let digits = bytes[..colon].iter().rev().take_while(|b| b.is_ascii_digit()).count().min(*ID_DIGITS.end());
        let secret = bytes[colon + 1..].iter().take_while(|b| secret_char(**b)).count();
        if digits < *ID_DIGITS.start() || secret < *SECRET_CHARS.start() {
            continue;
        }
        let start = colon - digits;
        if let Some(last) = found.last_mut() {
            // Two tokens without anything between them: the second one's digits are not the first one's secret.
            last.end = last.end.min(start.max(last.start));
        }
        found.push(start..colon + 1 + secret);
    }
    found.retain(|range| !range.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::{BotToken, find_tokens};

    const TOKEN: &str = "123456789:AAfakefakefakefakefakefakefakefake1";

    #[test]
    fn a_token_is_read_with_the_bots_id() {
        let token = BotToken::parse(&format!("  {TOKEN}\n")).expect("a token");
        assert_eq!((token.bot.0, token.expose()), (123_456_789, TOKEN));
        assert_eq!(format!("{token:?}"), "BotToken { bot: BotId(123456789), text: *** }");
    }

    #[test]
    fn other_text_is_no_token() {
        let long = format!("123456789:{}", "A".repeat(65));
        for text in ["", "hello", "12345:AAfakefakefakefakefakefakefakefake1", "123456789:short", "x 123456789:", "12:34", &long]
        {
            assert!(BotToken::parse(text).is_none(), "{text}");
        }
        assert!(BotToken::parse(&format!("{TOKEN} and more")).is_none());
    }

    #[test]
    fn the_form_has_its_bounds() {
        let token = |digits: usize, secret: &str| format!("{}:{secret}", "1".repeat(digits));
        for (digits, length, is_one) in [
            (6, 35, true),
            (5, 35, false),
            (13, 35, true),
            (14, 35, false),
            (9, 30, true),
            (9, 29, false),
            (9, 64, true),
            (9, 65, false),
        ] {
            let text = token(digits, &"A".repeat(length));
            assert_eq!(BotToken::parse(&text).is_some(), is_one, "{digits} digits, {length} letters");
            let is_cut_out = digits >= 6 && length >= 30;
            assert_eq!(!find_tokens(&text).is_empty(), is_cut_out, "{digits} digits, {length} letters");
        }
        for letter in ["_", "-", "a", "0"] {
            assert!(BotToken::parse(&token(9, &letter.repeat(35))).is_some(), "{letter}");
        }
        for letter in [".", "/", ":", "é", " "] {
            assert!(BotToken::parse(&token(9, &letter.repeat(35))).is_none(), "{letter}");
        }
    }

    #[test]
    fn tokens_are_found_inside_other_text() {
        let text = format!("Use this token: {TOKEN}, keep it («{TOKEN}») or time 12:30");
        let found: Vec<&str> = find_tokens(&text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, [TOKEN, TOKEN]);
    }

    #[test]
    fn tokens_stuck_together_or_to_other_letters_do_not_escape() {
        for text in [format!("{TOKEN}{TOKEN}"), format!("99999999{TOKEN}{}", "x".repeat(80)), format!("{TOKEN}:{TOKEN}")] {
            let mut clean = text.clone();
            for range in find_tokens(&text).into_iter().rev() {
                clean.replace_range(range, "-");
            }
            assert!(!clean.contains("AAfake"), "{clean}");
        }
    }
}
