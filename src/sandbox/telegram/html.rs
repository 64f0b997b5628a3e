//! Reads the HTML of `parse_mode=HTML` as Telegram does: few tags, all of them closed, and what does not fit is refused
//! with the place where it stands.

use serde_json::{Map, Value, json};

use super::rich::{Entity, Rich};

const TAGS: [&str; 16] = [
    "a",
    "b",
    "blockquote",
    "code",
    "del",
    "em",
    "i",
    "ins",
    "pre",
    "s",
    "span",
    "strike",
    "strong",
    "tg-emoji",
    "tg-spoiler",
    "u",
];

struct Open {
    tag: String,
    /// What it becomes; `None` when it leaves no trace (a `code` that only names the language of its `pre`).
    kind: Option<&'static str>,
    offset: usize,
    more: Map<String, Value>,
}

struct Reader<'a> {
    source: &'a str,
    /// Bytes read.
    at: usize,
    out: String,
    /// UTF-16 units written.
    units: usize,
    open: Vec<Open>,
    found: Vec<Entity>,
}

/// The text with its entities, or what is wrong with it.
pub(super) fn parse(source: &str) -> Result<Rich, String> {
    let mut reader = Reader { source, at: 0, out: String::new(), units: 0, open: Vec::new(), found: Vec::new() };
    while let Some(next) = reader.peek() {
        match next {
            '<' if reader.rest().starts_with("</") => reader.end_tag()?,
            '<' => reader.start_tag()?,
            _ => {
                let character = reader.character();
                reader.write(character);
            }
        }
    }
    if let Some(open) = reader.open.last() {
        return Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag));
    }
    reader.found.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
    Ok(Rich { text: reader.out, entities: reader.found })
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn write(&mut self, character: char) {
        self.out.push(character);
        self.units += character.len_utf16();
    }

    /// Reads as long as `wanted` holds.
    fn read_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Reads one character, or one reference such as `&lt;` or `&#33;`. An unknown reference is plain text.
    fn character(&mut self) -> char {
        let rest = self.rest();
        if let Some((character, length)) = reference(rest) {
            self.at += length;
            return character;
        }
        let character = rest.chars().next().unwrap_or_default();
        self.at += character.len_utf8();
        character
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        self.at += 1;
        let tag = self.read_while(|c| !c.is_whitespace() && c != '>').to_ascii_lowercase();
        if self.peek().is_none() {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        if !TAGS.contains(&tag.as_str()) {
            return Err(format!("Unsupported start tag \"{tag}\" at byte offset {begin}"));
        }
        let attributes = self.attributes(&tag, begin)?;
        let open = self.opened(tag, &attributes, begin)?;
        self.open.push(open);
        Ok(())
    }

    /// Reads `name="value"` pairs up to and with the closing bracket.
    fn attributes(&mut self, tag: &str, begin: usize) -> Result<Vec<(String, String)>, String> {
        let unclosed = || format!("Unclosed start tag \"{tag}\" at byte offset {begin}");
        let mut attributes = Vec::new();
        loop {
            self.read_while(char::is_whitespace);
            match self.peek() {
                None => return Err(unclosed()),
                Some('>') => {
                    self.at += 1;
                    return Ok(attributes);
                }
                Some(_) => {}
            }
            let name = self.read_while(|c| !c.is_whitespace() && !matches!(c, '=' | '>' | '/' | '"' | '\''));
            if name.is_empty() {
                return Err(format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}"));
            }
            self.read_while(char::is_whitespace);
            if self.peek() != Some('=') {
                attributes.push((name.to_ascii_lowercase(), String::new()));
                continue;
            }
            self.at += 1;
            self.read_while(char::is_whitespace);
            let value = match self.peek() {
                Some(quote @ ('"' | '\'')) => {
                    self.at += 1;
                    let mut value = String::new();
                    while self.peek().ok_or_else(unclosed)? != quote {
                        value.push(self.character());
                    }
                    self.at += 1;
                    value
                }
                _ => self.read_while(|c| !c.is_whitespace() && c != '>').to_owned(),
            };
            attributes.push((name.to_ascii_lowercase(), value));
        }
    }

    fn opened(&mut self, tag: String, attributes: &[(String, String)], begin: usize) -> Result<Open, String> {
        let attribute = |name: &str| attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
        let mut more = Map::new();
        let mut kind = match tag.as_str() {
            "b" | "strong" => "bold",
            "i" | "em" => "italic",
            "u" | "ins" => "underline",
            "s" | "strike" | "del" => "strikethrough",
            "tg-spoiler" => "spoiler",
            "span" if attribute("class").as_deref() == Some("tg-spoiler") => "spoiler",
            "span" => return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}")),
            "code" => "code",
            "pre" => "pre",
            "blockquote" if attribute("expandable").is_some() => "expandable_blockquote",
            "blockquote" => "blockquote",
            "a" => "text_link",
            _ => "custom_emoji",
        };
        if kind == "text_link" {
            more.insert("url".into(), json!(attribute("href").unwrap_or_default()));
        }
        if kind == "custom_emoji" {
            more.insert("custom_emoji_id".into(), json!(attribute("emoji-id").unwrap_or_default()));
        }
        let class = attribute("class").unwrap_or_default();
        if let Some(language) = class.strip_prefix("language-").filter(|_| kind == "code") {
            let units = self.units;
            if let Some(pre) = self.open.last_mut().filter(|open| open.kind == Some("pre") && open.offset == units) {
                pre.more.insert("language".into(), json!(language));
                kind = "";
            }
        }
        Ok(Open { tag, kind: Some(kind).filter(|kind| !kind.is_empty()), offset: self.units, more })
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        self.at += 2;
        let tag = self.read_while(|c| c != '>').trim().to_ascii_lowercase();
        if self.peek().is_none() {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        }
        self.at += 1;
        let Some(open) = self.open.pop() else { return Err(format!("Unexpected end tag at byte offset {begin}")) };
        if !tag.is_empty() && tag != open.tag {
            let expected = open.tag;
            return Err(format!("Unmatched end tag at byte offset {begin}, expected \"</{expected}>\", found \"</{tag}>\""));
        }
        self.close(open);
        Ok(())
    }

    fn close(&mut self, open: Open) {
        let Some(mut kind) = open.kind.filter(|_| self.units > open.offset) else { return };
        let mut more = open.more;
        if kind == "text_link" {
            let Some(url) = link(more["url"].as_str().unwrap_or_default()) else { return };
            if let Some(user) = url.strip_prefix("tg://user?id=").and_then(|id| id.parse::<i64>().ok()) {
                kind = "text_mention";
                more = Map::from_iter([("user".to_owned(), json!({ "id": user, "is_bot": false, "first_name": "" }))]);
            } else {
                more.insert("url".into(), json!(url));
            }
        }
        let entity = Entity { kind: kind.to_owned(), offset: open.offset, length: self.units - open.offset, more };
        self.found.push(entity);
    }
}

/// The address as Telegram keeps it. A text with an address it cannot open stays, without the link.
fn link(text: &str) -> Option<String> {
    let full = if text.contains("://") || text.starts_with("tg:") { text.to_owned() } else { format!("http://{text}") };
    let url = url::Url::parse(&full).ok()?;
    match url.scheme() {
        "tg" => Some(full),
        "http" | "https" => url.host_str().is_some_and(|host| host.contains('.')).then(|| url.to_string()),
        _ => None,
    }
}

/// The character that `&…;` stands for, and how long the reference is.
fn reference(text: &str) -> Option<(char, usize)> {
    let name = text.strip_prefix('&')?;
    if let Some(number) = name.strip_prefix('#') {
        let end = number.find(';').filter(|end| *end <= 10)?;
        let digits = &number[..end];
        let code = match digits.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
            None => digits.parse().ok()?,
        };
        return Some((char::from_u32(code).filter(|c| *c != '\0')?, end + 3));
    }
    let known = [("lt;", '<'), ("gt;", '>'), ("amp;", '&'), ("quot;", '"')];
    known.into_iter().find(|(spelt, _)| name.starts_with(spelt)).map(|(spelt, character)| (character, spelt.len() + 1))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_is_read_can_be_written_again() {
        for html in [
            "<b>bold <i>and</i></b> plain",
            "a &lt; b &amp;&amp; c &gt; d",
            "<a href=\"https://example.com/?a=1&amp;b=2\">link</a>",
            "<pre><code class=\"language-rust\">fn main() {}</code></pre>",
            "<blockquote expandable>long</blockquote> <tg-spoiler>secret</tg-spoiler> <code>x</code>",
            "\u{1f95a} <u>after an egg</u>",
        ] {
            assert_eq!(parse(html).map(|rich| rich.html()).as_deref(), Ok(html));
        }
    }

    #[test]
    fn other_spellings_mean_the_same() {
        for (html, same) in [
            ("<STRONG>x</strong>", "<b>x</b>"),
            ("<em>x</em><ins>y</ins><del>z</del><strike>z</strike>", "<i>x</i><u>y</u><s>z</s><s>z</s>"),
            ("<span class='tg-spoiler'>x</span>", "<tg-spoiler>x</tg-spoiler>"),
            ("&#33;&#x21;&quot;&nbsp;&copy;", "!!\"&amp;nbsp;&amp;copy;"),
            ("<a href=\"http://localhost/x\">no link</a> <b></b>", "no link "),
            ("<a href=example.com>x</a>", "<a href=\"http://example.com/\">x</a>"),
        ] {
            assert_eq!(parse(html).map(|rich| rich.html()).as_deref(), Ok(same), "{html}");
        }
    }

    #[test]
    fn offsets_count_utf16_units() {
        let rich = parse("\u{1f95a}<b>egg</b>").expect("good HTML");
        assert_eq!((rich.entities[0].offset, rich.entities[0].length), (2, 3));
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        for (html, why) in [
            ("a < b", "Unsupported start tag \"\" at byte offset 2"),
            ("<p>x</p>", "Unsupported start tag \"p\" at byte offset 0"),
            ("x<b>y", "Can't find end tag corresponding to start tag \"b\""),
            ("<b>x</i>", "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""),
            ("x</b>", "Unexpected end tag at byte offset 1"),
            ("<b", "Unclosed start tag at byte offset 0"),
            ("<b>x</b", "Unclosed end tag at byte offset 4"),
            ("<span>x</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0"),
            ("<a href=\"x>y", "Unclosed start tag \"a\" at byte offset 0"),
        ] {
            assert_eq!(parse(html), Err(why.to_owned()), "{html}");
        }
    }
}
