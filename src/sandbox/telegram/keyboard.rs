//! Keyboards: the inline one under a message, which must pass Telegram's rules, and the reply keyboard of a chat.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::refused::Refused;

/// What a button under a message does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sends this callback data to the bot.
    Tap(String),
    /// Opens this address, or a Mini App at it.
    Url(String),
    /// Copies this text.
    Copy(String),
    /// Anything else, by the name of its field.
    Other(String),
}

/// The keyboard a chat shows in place of the letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyKeyboard {
    pub rows: Vec<Vec<Key>>,
    pub one_time: bool,
}

/// One key of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub label: String,
    /// It lets the person pick people, under this request id.
    pub asks_users: Option<i64>,
    /// The bot also wants their names.
    pub wants_names: bool,
}

/// A `reply_markup` that has passed the rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Markup {
    #[default]
    Absent,
    /// `None` for an inline keyboard without buttons.
    Inline(Option<Value>),
    Reply(ReplyKeyboard),
    Remove,
    ForceReply,
}

/// Fields of which an inline button carries exactly one.
const ACTIONS: [&str; 10] = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];

pub(super) fn parse(markup: Option<&Value>) -> Result<Markup, Refused> {
    let Some(markup) = markup.filter(|markup| !markup.is_null()) else { return Ok(Markup::Absent) };
    if !markup.is_object() {
        return Err(Refused::bad("object expected as reply markup"));
    }
    if let Some(rows) = markup.get("inline_keyboard") {
        return inline(rows).map(Markup::Inline);
    }
    if let Some(rows) = markup.get("keyboard") {
        let one_time = markup.get("one_time_keyboard").and_then(Value::as_bool).unwrap_or(false);
        return Ok(Markup::Reply(ReplyKeyboard { rows: reply(rows)?, one_time }));
    }
    if markup.get("remove_keyboard").and_then(Value::as_bool) == Some(true) {
        return Ok(Markup::Remove);
    }
    if markup.get("force_reply").and_then(Value::as_bool) == Some(true) {
        return Ok(Markup::ForceReply);
    }
    Ok(Markup::Absent)
}

fn inline(rows: &Value) -> Result<Option<Value>, Refused> {
    let wrong = |what: &str| Refused::bad(format!("can't parse inline keyboard button: {what}"));
    let rows = rows.as_array().ok_or_else(|| Refused::bad("field \"inline_keyboard\" must be of type Array"))?;
    let mut kept: Vec<Value> = Vec::new();
    for row in rows {
        let row = row.as_array().ok_or_else(|| Refused::bad("can't parse inline keyboard: rows must be of type Array"))?;
        for button in row {
            if button.get("text").and_then(Value::as_str).is_none_or(str::is_empty) {
                return Err(wrong("Can't find field \"text\""));
            }
            match ACTIONS.iter().filter(|action| button.get(**action).is_some_and(|value| !value.is_null())).count() {
                0 => return Err(wrong("Text buttons are unallowed in the inline keyboard")),
                1 => check_action(button)?,
                _ => return Err(wrong("Only one action is allowed for a button")),
            }
        }
        if !row.is_empty() {
            kept.push(json!(row));
        }
    }
    if kept.iter().filter_map(Value::as_array).map(Vec::len).sum::<usize>() > 100 {
        return Err(Refused::bad("reply markup is too long"));
    }
    Ok((!kept.is_empty()).then(|| json!({ "inline_keyboard": kept })))
}

fn check_action(button: &Value) -> Result<(), Refused> {
    let text = |field: &str| button.get(field).and_then(Value::as_str);
    if button.get("callback_data").is_some() {
        let length = text("callback_data").map_or(0, str::len);
        if !(1..=64).contains(&length) {
            return Err(Refused::bad("BUTTON_DATA_INVALID"));
        }
    }
    if let Some(url) = text("url") {
        check_url(url)?;
    }
    if let Some(app) = button.get("web_app") {
        let url = app.get("url").and_then(Value::as_str).unwrap_or_default();
        if !url.starts_with("https://") {
            let why = "Only HTTPS links are allowed";
            return Err(Refused::bad(format!("inline keyboard button Web App URL '{url}' is invalid: {why}")));
        }
    }
    if let Some(copy) = button.get("copy_text") {
        let length = copy.get("text").and_then(Value::as_str).map_or(0, |text| text.chars().count());
        if !(1..=256).contains(&length) {
            return Err(Refused::bad("BUTTON_COPY_TEXT_INVALID"));
        }
    }
    Ok(())
}

/// Telegram opens http, https and tg addresses, and those only on public hosts with a name.
fn check_url(text: &str) -> Result<(), Refused> {
    let wrong = |why: &str| Refused::bad(format!("inline keyboard button URL '{text}' is invalid: {why}"));
    let full = if text.contains("://") || text.starts_with("tg:") { text.to_owned() } else { format!("http://{text}") };
    let url = url::Url::parse(&full).map_err(|_| wrong("Wrong HTTP URL"))?;
    match url.scheme() {
        "tg" => Ok(()),
        "http" | "https" => {
            let host = url.host_str().unwrap_or_default();
            let is_number = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
            if is_number || !host.contains('.') { Err(wrong("Wrong HTTP URL")) } else { Ok(()) }
        }
        _ => Err(wrong("Unsupported URL protocol")),
    }
}

fn reply(rows: &Value) -> Result<Vec<Vec<Key>>, Refused> {
    let rows = rows.as_array().ok_or_else(|| Refused::bad("field \"keyboard\" must be of type Array"))?;
    let key = |button: &Value| {
        let label = button.as_str().or_else(|| button.get("text").and_then(Value::as_str)).unwrap_or_default().to_owned();
        if label.is_empty() {
            return Err(Refused::bad("can't parse keyboard button: Can't find field \"text\""));
        }
        let asks = button.get("request_users");
        let asks_users = asks.and_then(|asks| asks.get("request_id")).and_then(Value::as_i64);
        if asks.is_some() && asks_users.is_none() {
            return Err(Refused::bad("can't parse keyboard button: Can't find field \"request_id\""));
        }
        let wants_names = asks.and_then(|asks| asks.get("request_name")).and_then(Value::as_bool).unwrap_or(false);
        Ok(Key { label, asks_users, wants_names })
    };
    rows.iter().filter_map(Value::as_array).map(|row| row.iter().map(key).collect()).collect()
}

/// The buttons of an inline keyboard, row by row.
pub(super) fn buttons(inline: Option<&Value>) -> Vec<Vec<(String, Kind)>> {
    let rows = inline.and_then(|inline| inline.get("inline_keyboard")).and_then(Value::as_array);
    let button = |button: &Value| {
        let text = |path: &str| button.pointer(path).and_then(Value::as_str).map(str::to_owned);
        let kind = text("/callback_data")
            .map(Kind::Tap)
            .or_else(|| text("/url").or_else(|| text("/web_app/url")).or_else(|| text("/login_url/url")).map(Kind::Url))
            .or_else(|| text("/copy_text/text").map(Kind::Copy))
            .unwrap_or_else(|| {
                let other = ACTIONS.iter().find(|action| button.get(**action).is_some());
                Kind::Other(other.map_or_else(String::new, |action| (*action).to_owned()))
            });
        (text("/text").unwrap_or_default(), kind)
    };
    rows.into_iter().flatten().filter_map(Value::as_array).map(|row| row.iter().map(button).collect()).collect()
}
