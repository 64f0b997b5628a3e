//! Message texts for the page. The stand-in gives HTML of its own making; here only the tags we know are let through,
//! every other sign is escaped, and links, commands and names of bots lead to places inside the page.

use crate::{domain::bot_token::find_tokens, sandbox::page::links};

/// Tags that are let through: as the stand-in writes them, as the page does, and their ends.
const TAGS: [(&str, &str, &str); 8] = [
    ("b", "<b>", "</b>"),
    ("i", "<i>", "</i>"),
    ("u", "<u>", "</u>"),
    ("s", "<s>", "</s>"),
    ("code", "<code>", "</code>"),
    ("pre", "<pre>", "</pre>"),
    ("blockquote", "<blockquote>", "</blockquote>"),
    ("tg-spoiler", "<span class=\"spoiler\" tabindex=\"0\">", "</span>"),
];

/// Where the reader is: links are resolved from here.
pub(super) struct Place<'a> {
    pub slug: &'a str,
    pub chat: &'a str,
    /// Commands in the text can be pressed.
    pub commands: bool,
}

/// The safe HTML of a message.
pub(super) fn safe(html: &str, place: &Place<'_>) -> String {
    let mut writer = Writer { out: String::with_capacity(html.len()), open: Vec::new(), after_block: false, place };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        writer.text(&rest[..at]);
        rest = &rest[at..];
        let Some(end) = rest.find('>') else { break };
        writer.tag(&rest[1..end]);
        rest = &rest[end + 1..];
    }
    writer.text(rest);
    while let Some(open) = writer.open.pop() {
        writer.out.push_str(open.close);
    }
    writer.out
}

struct Open {
    name: String,
    close: &'static str,
}

struct Writer<'a> {
    out: String,
    open: Vec<Open>,
    /// A quote has just ended, which ends its line.
    after_block: bool,
    place: &'a Place<'a>,
}

impl Writer<'_> {
    fn tag(&mut self, inside: &str) {
        if let Some(name) = inside.strip_prefix('/') {
            // What was opened last is closed first; anything else was never opened here.
            if let Some(open) = self.open.pop_if(|open| open.name == name) {
                self.out.push_str(open.close);
                self.after_block = open.name == "blockquote";
            }
            return;
        }
        let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        let (start, close) = match TAGS.iter().find(|(known, ..)| *known == name) {
            Some((_, start, close)) => ((*start).to_owned(), *close),
            None if name == "a" => (self.link(attributes), "</a>"),
            None => return,
        };
        self.out.push_str(&start);
        self.open.push(Open { name: name.to_owned(), close });
    }

    fn link(&self, attributes: &str) -> String {
        let href = attributes.strip_prefix("href=\"").and_then(|rest| rest.strip_suffix('"'));
        let href = decoded(href.unwrap_or_default());
        if let Some(local) = links::local(&href, self.place.slug, self.place.chat) {
            return format!("<a href=\"{}\">", escaped(&local));
        }
        match href.starts_with("https://") || href.starts_with("http://") {
            true => format!("<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">", escaped(&href)),
            false => "<a>".to_owned(),
        }
    }

    fn text(&mut self, source: &str) {
        // A messenger does not end that line once more.
        let source = if self.after_block { source.strip_prefix('\n').unwrap_or(source) } else { source };
        self.after_block &= source.is_empty();
        let text = decoded(source);
        let inside = |tag: &str| self.open.iter().any(|open| open.name == tag);
        if inside("a") {
            self.out.push_str(&escaped(&text));
        } else if inside("code") || inside("pre") {
            self.code(&text);
        } else {
            text.split_inclusive(char::is_whitespace).for_each(|word| self.word(word));
        }
    }

    /// A token can be copied with one press.
    fn code(&mut self, text: &str) {
        self.out.push_str(&escaped(text));
        if let Some(token) = find_tokens(text).into_iter().next() {
            let token = escaped(&text[token]);
            self.out.push_str(&format!(" <button type=\"button\" class=\"copy\" data-copy=\"{token}\">Copy</button>"));
        }
    }

    fn word(&mut self, word: &str) {
        let bare =
            word.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | '!' | '?' | ':' | ';' | ')' | '"'));
        let (begin, bare) = bare.split_at(bare.len() - bare.trim_start_matches(['(', '"', '“', '«']).len());
        let end = &word[begin.len() + bare.len()..];
        let href = match bare.strip_prefix('@') {
            Some(name) if name.to_ascii_lowercase().ends_with("bot") || name == "BotFather" => {
                links::local(&format!("t.me/{name}"), self.place.slug, self.place.chat)
            }
            _ => links::local(bare, self.place.slug, self.place.chat),
        };
        let name = bare.strip_prefix('/').unwrap_or_default();
        let is_command = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let shown = escaped(bare);
        self.out.push_str(&escaped(begin));
        match href {
            Some(href) => self.out.push_str(&format!("<a href=\"{}\">{shown}</a>", escaped(&href))),
            None if is_command && self.place.commands => {
                self.out.push_str(&format!(
                    "<button class=\"command\" form=\"quick\" name=\"text\" value=\"{shown}\">{shown}</button>"
                ));
            }
            None => self.out.push_str(&shown),
        }
        self.out.push_str(&escaped(end));
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// The four references the stand-in writes, as the signs they stand for.
fn decoded(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::{Place, safe};

    fn shown(html: &str) -> String {
        safe(html, &Place { slug: "ann", chat: "c_bot", commands: true })
    }

    #[test]
    fn the_tags_we_know_pass() {
        for html in
            ["<b>bold <i>and</i></b> plain", "<pre><code>x</code></pre>", "<blockquote>q</blockquote>", "a &lt; b &amp; c"]
        {
            assert_eq!(shown(html), html);
        }
        assert_eq!(shown("<blockquote>q</blockquote>\n\n<i>x</i>"), "<blockquote>q</blockquote>\n<i>x</i>", "one empty line");
        assert_eq!(shown("<pre><code class=\"language-rust\">x</code></pre>"), "<pre><code>x</code></pre>");
        assert_eq!(shown("<tg-spoiler>x</tg-spoiler>"), "<span class=\"spoiler\" tabindex=\"0\">x</span>");
    }

    #[test]
    fn nothing_else_passes() {
        for (html, safe) in [
            ("<script>alert(1)</script>", "alert(1)"),
            ("<img src=x onerror=alert(1)>", ""),
            ("<b onclick=\"x\">y</b>", "<b>y</b>"),
            ("<a href=\"javascript:alert(1)\">x</a>", "<a>x</a>"),
            (
                "<a href=\"https://e.com/&quot; onclick=&quot;x\">y</a>",
                "<a href=\"https://e.com/&quot; onclick=&quot;x\" target=\"_blank\" rel=\"noopener noreferrer\">y</a>",
            ),
            ("<b>never closed", "<b>never closed</b>"),
            ("</b></div>text", "text"),
            ("<b><i>crossed</b></i>", "<b><i>crossed</i></b>"),
            ("a < b", "a &lt; b"),
            ("\"quoted\" 'text'", "&quot;quoted&quot; &#39;text&#39;"),
            ("&lt;script&gt;", "&lt;script&gt;"),
            ("&amp;lt;b&amp;gt;", "&amp;lt;b&amp;gt;"),
        ] {
            assert_eq!(shown(html), safe, "{html}");
        }
    }

    #[test]
    fn links_commands_and_tokens_can_be_pressed() {
        assert_eq!(shown("<a href=\"https://t.me/x_bot\">x</a>"), "<a href=\"/ann/x_bot\">x</a>");
        assert_eq!(shown("Bot (@x_bot)."), "Bot (<a href=\"/ann/x_bot\">@x_bot</a>).");
        assert_eq!(shown("at t.me/x_bot. Now"), "at <a href=\"/ann/x_bot\">t.me/x_bot</a>. Now");
        assert_eq!(
            shown("/newbot - a bot, 1/2"),
            "<button class=\"command\" form=\"quick\" name=\"text\" value=\"/newbot\">/newbot</button> - a bot, 1/2"
        );
        assert_eq!(shown("mail@x_bot @ann"), "mail@x_bot @ann");
        let token = "123456789:AAabcdefghijabcdefghijabcdefghij123";
        let copy = format!("<code>{token} <button type=\"button\" class=\"copy\" data-copy=\"{token}\">Copy</button></code>");
        assert_eq!(shown(&format!("<code>{token}</code>")), copy);
    }
}
