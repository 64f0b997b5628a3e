//! Text with entities, as the Bot API carries it: offsets and lengths in UTF-16 units.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entity {
    #[serde(rename = "type")]
    pub kind: String,
    pub offset: usize,
    pub length: usize,
    /// `url`, `language`, `custom_emoji_id`, `user`: what this kind carries.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rich {
    pub text: String,
    pub entities: Vec<Entity>,
}

impl Rich {
    pub fn plain(text: &str) -> Rich {
        Rich { text: text.to_owned(), entities: Vec::new() }
    }

    /// What a person typed: the commands in it are marked, as Telegram's server does.
    pub fn typed(text: &str) -> Rich {
        let mut entities = Vec::new();
        let mut offset = 0;
        for word in text.split_inclusive(char::is_whitespace) {
            let bare = word.trim_end();
            if let Some(length) = command_length(bare) {
                entities.push(Entity { kind: "bot_command".into(), offset, length, more: Map::new() });
            }
            offset += units(word);
        }
        Rich { text: text.to_owned(), entities }
    }

    /// Without blanks at both ends, as Telegram keeps it.
    pub fn trimmed(self) -> Rich {
        let lead = units(&self.text) - units(self.text.trim_start());
        let text = self.text.trim().to_owned();
        let end = units(&text);
        let fit = |entity: Entity| {
            let from = entity.offset.saturating_sub(lead).min(end);
            let to = (entity.offset + entity.length).saturating_sub(lead).min(end);
            (to > from).then(|| Entity { offset: from, length: to - from, ..entity })
        };
        Rich { text, entities: self.entities.into_iter().filter_map(fit).collect() }
    }

    pub fn entities_json(&self) -> Value {
        json!(self.entities)
    }

    /// The HTML that gives this text again.
    pub fn html(&self) -> String {
        let mut out = String::new();
        let mut open: Vec<(usize, &'static str)> = Vec::new();
        let mut waiting: Vec<&Entity> = self.entities.iter().collect();
        waiting.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
        let mut waiting = waiting.into_iter().peekable();
        let mut at = 0;
        for character in self.text.chars() {
            while open.last().is_some_and(|(end, _)| *end <= at) {
                out.push_str(open.pop().map_or("", |(_, close)| close));
            }
            while let Some(entity) = waiting.next_if(|entity| entity.offset <= at) {
                if let Some((start, close)) = tags(entity) {
                    out.push_str(&start);
                    open.push((entity.offset + entity.length, close));
                }
            }
            match character {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                other => out.push(other),
            }
            at += character.len_utf16();
        }
        while let Some((_, close)) = open.pop() {
            out.push_str(close);
        }
        out
    }
}

/// The tags that make an entity; none for those that Telegram finds by itself.
fn tags(entity: &Entity) -> Option<(String, &'static str)> {
    let quoted = |name: &str| {
        let value = entity.more.get(name).and_then(Value::as_str).unwrap_or_default();
        value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
    };
    Some(match entity.kind.as_str() {
        "bold" => ("<b>".into(), "</b>"),
        "italic" => ("<i>".into(), "</i>"),
        "underline" => ("<u>".into(), "</u>"),
        "strikethrough" => ("<s>".into(), "</s>"),
        "spoiler" => ("<tg-spoiler>".into(), "</tg-spoiler>"),
        "code" => ("<code>".into(), "</code>"),
        "pre" if entity.more.contains_key("language") => {
            (format!("<pre><code class=\"language-{}\">", quoted("language")), "</code></pre>")
        }
        "pre" => ("<pre>".into(), "</pre>"),
        "blockquote" => ("<blockquote>".into(), "</blockquote>"),
        "expandable_blockquote" => ("<blockquote expandable>".into(), "</blockquote>"),
        "text_link" => (format!("<a href=\"{}\">", quoted("url")), "</a>"),
        "custom_emoji" => (format!("<tg-emoji emoji-id=\"{}\">", quoted("custom_emoji_id")), "</tg-emoji>"),
        _ => return None,
    })
}

/// How long `text` is to the Bot API.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The length of the command that `word` starts with: `/name` or `/name@some_bot`.
fn command_length(word: &str) -> Option<usize> {
    let letter = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let rest = word.strip_prefix('/')?;
    let name = rest.chars().take_while(letter).count();
    if !(1..=64).contains(&name) {
        return None;
    }
    let to_bot = rest[name..].strip_prefix('@').map_or(0, |bot| bot.chars().take_while(letter).count());
    Some(1 + name + if to_bot >= 3 { 1 + to_bot } else { 0 })
}
