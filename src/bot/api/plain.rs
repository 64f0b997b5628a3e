//! Telegram's HTML as plain text, for the message it would not take as HTML.

/// `html` without its tags and with its entities turned back. What is neither stays as it is.
pub(super) fn plain_text(html: &str) -> String {
    let mut plain = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        match tag_length(rest).map(|length| (None, length)).or_else(|| entity(rest).map(|(c, length)| (Some(c), length))) {
            Some((character, length)) => {
                plain.extend(character);
                rest = &rest[length..];
            }
            None => {
                plain.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    plain + rest
}

/// How long the tag at the start is; nothing when it is a lone `<`.
fn tag_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('<')?;
    inner.strip_prefix('/').unwrap_or(inner).starts_with(|c: char| c.is_ascii_alphabetic()).then_some(())?;
    inner.find('>').map(|end| end + 2)
}

/// The character the entity at the start stands for, and how long it is.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = text.get(1..end)?;
    let character = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((character, end + 1))
}

#[cfg(test)]
mod tests {
    use proptest::proptest;

    use super::plain_text;

    #[test]
    fn tags_go_and_entities_turn_back() {
        for (html, plain) in [
            ("", ""),
            ("<b>Ann</b> &amp; <i>Bob</i>", "Ann & Bob"),
            ("1 &lt; 2 &quot;&#39;&#x27;&gt;", "1 < 2 \"''>"),
            ("<a href=\"https://t.me/x?a=1&amp;b=2\">here</a>", "here"),
            ("&amp;lt;", "&lt;"),
            ("1 < 2, a & b, &unknown; &", "1 < 2, a & b, &unknown; &"),
            ("<b>never closed", "never closed"),
            ("cut <b", "cut <b"),
            ("Это <b>«тест»</b> &#128025;", "Это «тест» 🐙"),
        ] {
            assert_eq!(plain_text(html), plain, "{html}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(html in "(<|>|&|;|#|x|/|a|é|🐙|lt|b| ){0,60}") {
            plain_text(&html);
        }
    }
}
