//! Text that OpenClaw wrote, fit to be shown: without bot tokens, keys and anything else that looks like one.

use crate::domain::bot_token::find_tokens;

const HIDDEN: &str = "***";
/// A word this long is no word.
const LONGEST_WORD: usize = 40;
/// How keys of model services begin.
const KEYS: [&str; 4] = ["sk-", "pk-", "vck_", "AIza"];
const SHORTEST_KEY: usize = 12;

/// A line without anything secret. Ids stay readable, so that a log still tells what belongs together.
pub fn redact(line: &str) -> String {
    let mut clean = line.to_owned();
    for token in find_tokens(line).into_iter().rev() {
        clean.replace_range(token, HIDDEN);
    }
    let mut shown = String::with_capacity(clean.len());
    let mut after_bearer = false;
    for word in words(&clean) {
        let is_word = word.starts_with(in_word);
        if is_word && (is_secret(word) || after_bearer) {
            shown.push_str(HIDDEN);
        } else {
            shown.push_str(word);
        }
        if is_word || word.trim() != "" {
            after_bearer = word.eq_ignore_ascii_case("bearer");
        }
    }
    shown
}

fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// The text in pieces: words, and what stands between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|c| in_word(c) != in_word(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

fn is_secret(word: &str) -> bool {
    word.len() >= LONGEST_WORD || (word.len() >= SHORTEST_KEY && KEYS.iter().any(|begin| word.starts_with(begin)))
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn secrets_are_hidden_and_ids_are_not() {
        let gateway = "f".repeat(48);
        for (line, shown) in [
            ("bot 123456789:AAfakefakefakefakefakefakefakefake1 polls", "bot *** polls"),
            ("key=sk-or-v1-0123456789abcdef.", "key=***."),
            ("Authorization: Bearer abc.def", "Authorization: Bearer ***.def"),
            (&format!("token={gateway} é"), "token=*** é"),
            ("runId=77301ca6-50b4-475e-85f0-7b7bdf4939d5 took 12 ms", "runId=77301ca6-50b4-475e-85f0-7b7bdf4939d5 took 12 ms"),
            ("sk-ip this task-list", "sk-ip this task-list"),
            ("", ""),
        ] {
            assert_eq!(redact(line), shown, "{line}");
        }
    }
}
