//! The one place where text from outside becomes Telegram HTML. [`Html`] can only be made here, so a value that was
//! not escaped cannot reach a screen. Lengths are counted in UTF-16 units of the escaped text: whichever way Telegram
//! counts its 4096, we are below it.

use crate::domain::person::tame_name;

/// The longest text of one message.
pub const MOST: usize = 4096;

/// Text that is safe to send with `parse_mode=HTML`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }

    /// How much of a message it takes.
    pub fn size(&self) -> usize {
        self.0.encode_utf16().count()
    }

    /// A text of ours: compiled-in words, whose arguments were escaped before they were put in.
    pub(super) fn ours(words: String) -> Html {
        Html(words)
    }
}

/// A name, title or username as somebody wrote it: tamed, cut to 40 characters, without live links, escaped.
pub fn name(raw: &str) -> Html {
    Html(escape(&plain_name(raw)))
}

/// The same for button labels and other places that take no HTML.
pub fn plain_name(raw: &str) -> String {
    let mut calm = String::new();
    let tame = tame_name(raw);
    let mut letters = tame.chars().peekable();
    while let Some(c) = letters.next() {
        calm.push(c);
        // Telegram makes links of `evil.example`, `@someone` and `/command` by itself. An invisible joiner keeps a
        // stranger's name from being tapped in an operator's chat.
        if matches!(c, '.' | '@' | '/' | '#' | ':') && letters.peek().is_some_and(|next| next.is_alphanumeric() || *next == '/') {
            calm.push('\u{2060}');
        }
    }
    if calm.chars().any(is_right_to_left) {
        // Isolated, so that it cannot turn the words around it.
        return format!("\u{2068}{calm}\u{2069}");
    }
    calm
}

/// A value of the operator's or our own making, such as a model's name or a time: escaped and cut, links left alone.
pub fn value(raw: &str) -> Html {
    prose(raw, 120)
}

/// A longer text from outside, cut to `most` units of escaped text.
pub fn prose(raw: &str, most: usize) -> Html {
    let mut out = String::new();
    let mut size = 0;
    for c in raw.chars() {
        let direction = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}');
        if (c.is_control() && c != '\n') || direction {
            continue;
        }
        let mut one = String::new();
        escape_char(c, &mut one);
        size += one.encode_utf16().count();
        if size >= most {
            out.push('…');
            break;
        }
        out.push_str(&one);
    }
    Html(out)
}

/// `lines` under one another with `gap` between them, as many as fit into `most`; what is left out is said by `more`.
pub fn list(lines: Vec<Html>, gap: &str, most: usize, more: impl FnOnce(usize) -> Html) -> Html {
    let total = lines.len();
    let mut out = String::new();
    let mut size = 0;
    for (at, line) in lines.into_iter().enumerate() {
        size += line.size() + gap.len();
        if size > most {
            if at > 0 {
                out.push_str(gap);
            }
            out.push_str(more(total - at).as_str());
            break;
        }
        if at > 0 {
            out.push_str(gap);
        }
        out.push_str(line.as_str());
    }
    Html(out)
}

/// Blocks under one another with `gap` between them.
pub fn join(blocks: &[Html], gap: &str) -> Html {
    Html(blocks.iter().map(Html::as_str).filter(|block| !block.is_empty()).collect::<Vec<_>>().join(gap))
}

/// A label cut to what a phone shows.
pub fn label(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most - 1).collect::<String>().trim_end().to_owned();
    // A cut may have taken the end of an isolated stretch.
    if cut.contains('\u{2068}') && !cut.contains('\u{2069}') {
        cut.pop();
        cut.push('\u{2069}');
    }
    cut.push('…');
    cut
}

fn escape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        escape_char(c, &mut out);
    }
    out
}

fn escape_char(c: char, out: &mut String) {
    match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        '"' => out.push_str("&quot;"),
        other => out.push(other),
    }
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tamed_and_escaped() {
        for (raw, shown) in [
            ("Ann", "Ann"),
            ("<b>Ann</b> & \"Co\"", "&lt;b&gt;Ann&lt;/\u{2060}b&gt; &amp; &quot;Co&quot;"),
            ("evil.example", "evil.\u{2060}example"),
            ("/fleet", "/\u{2060}fleet"),
            ("Gabo P. Ruiz", "Gabo P. Ruiz"),
            ("\u{202e}gnp.exe", "gnp.\u{2060}exe"),
            ("דנה", "\u{2068}דנה\u{2069}"),
        ] {
            assert_eq!(name(raw).as_str(), shown, "{raw}");
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters_not_inside_an_escape() {
        assert_eq!(prose("a&b&c", 9).as_str(), "a&amp;b…");
        assert_eq!(prose("line\r\nline\u{7}", 50).as_str(), "line\nline");
        assert_eq!(label("0123456789", 6), "01234…");
    }

    #[test]
    fn a_list_says_what_it_leaves_out() {
        let lines = (0..10).map(|n| value(&format!("line {n}"))).collect();
        let shown = list(lines, "\n", 16, |left| value(&format!("and {left} more")));
        assert_eq!(shown.as_str(), "line 0\nline 1\nand 8 more");
    }
}
