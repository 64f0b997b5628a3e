//! The arguments of a call, in whichever of the four ways the Bot API takes them: query, form, multipart form, JSON.

use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::refused::Refused;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Args(pub Map<String, Value>);

impl Args {
    pub fn read(query: Option<&str>, content_type: &str, body: &[u8]) -> Result<Args, Refused> {
        let mut args = Map::new();
        put_form(&mut args, query.unwrap_or_default().as_bytes());
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            _ if body.is_empty() => {}
            "application/json" => match serde_json::from_slice(body) {
                Ok(Value::Object(fields)) => args.extend(fields),
                Ok(Value::Null) => {}
                Ok(_) | Err(_) => return Err(Refused::bad("can't parse request body as a JSON object")),
            },
            "multipart/form-data" => {
                let boundary = content_type.split(';').find_map(|part| part.trim().strip_prefix("boundary="));
                let boundary = boundary.map(|text| text.trim_matches('"')).filter(|text| !text.is_empty());
                let boundary = boundary.ok_or_else(|| Refused::bad("boundary not found in Content-Type"))?;
                put_parts(&mut args, boundary, body);
            }
            _ => put_form(&mut args, body),
        }
        Ok(Args(args))
    }

    /// A text. A number is taken as its digits.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => Some(matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "1")),
            Value::Number(number) => Some(number.as_i64() == Some(1)),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// An object or a list, which forms carry as JSON text.
    pub fn structure(&self, name: &str) -> Result<Option<Value>, Refused> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(Refused::bad(format!("can't parse {} JSON object", name.replace('_', " ")))),
            },
            Some(value) => Ok(Some(value.clone())),
        }
    }
}

fn put_form(args: &mut Map<String, Value>, body: &[u8]) {
    for (name, value) in form_urlencoded::parse(body) {
        args.insert(name.into_owned(), json!(value));
    }
}

/// Puts the parts of a multipart body that are no files.
fn put_parts(args: &mut Map<String, Value>, boundary: &str, body: &[u8]) {
    let mark = format!("\r\n--{boundary}");
    // The first boundary has no line break before it; with one, all are found alike.
    let body = [b"\r\n", body].concat();
    let mut starts = find_all(&body, mark.as_bytes()).into_iter().peekable();
    while let Some(start) = starts.next() {
        let Some(end) = starts.peek() else { break };
        let part = &body[start + mark.len()..*end];
        let Some(head_end) = find_all(part, b"\r\n\r\n").first().copied() else { continue };
        let head = String::from_utf8_lossy(&part[..head_end]);
        let value = String::from_utf8_lossy(&part[head_end + 4..]);
        let disposition = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"));
        let fields = disposition.unwrap_or_default().split(';').map(str::trim);
        let name = fields.clone().find_map(|field| field.strip_prefix("name=")).map(|name| name.trim_matches('"'));
        let is_file = fields.clone().any(|field| field.starts_with("filename"));
        if let Some(name) = name.filter(|_| !is_file) {
            args.insert(name.to_owned(), json!(value));
        }
    }
}

fn find_all(text: &[u8], wanted: &[u8]) -> Vec<usize> {
    text.windows(wanted.len()).enumerate().filter(|(_, window)| *window == wanted).map(|(at, _)| at).collect()
}
