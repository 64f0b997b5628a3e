//! `GET /claws`: what the infra runs, by its own list. The two calls every infra knows do not include it, so an infra
//! that does not know the address is no fault. A list is believed only whole: a page that cannot be read, or does not
//! say whether another follows, is an error, never a shorter list.
//!
//! `{"claws": [{"user_id", "claw_id", "state": "running|starting|stopped", "model"}], "next": "<place>"}`; `next` is null
//! on the last page and is sent back as `after`. With `user_id` the claws of one person are asked for.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Map, Value};

use super::{InfraApi, Letter};
use crate::{
    domain::claw::Trouble,
    drivers::{
        claws::{Listed, ListedState, Page, Part, Survey},
        http::HttpError,
    },
};

/// How long one page may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Claws asked for at once. Each takes some 150 bytes, far below the most we read.
const AT_ONCE: &str = "500";
/// The longest name, and the longest word for the next place.
const MOST_NAME: usize = 128;
const MOST_PLACE: usize = 512;

impl InfraApi {
    pub(super) async fn list(&self, part: Part<'_>) -> Result<Survey, Trouble> {
        let mut url = self.line.url("claws");
        match part {
            Part::First => url.query_pairs_mut().append_pair("limit", AT_ONCE),
            Part::After(place) => url.query_pairs_mut().append_pair("limit", AT_ONCE).append_pair("after", place),
            Part::Of(person) => url.query_pairs_mut().append_pair("user_id", &person.to_string()),
        };
        let letter = Letter { key: None, body: None, timeout: PATIENCE };
        let came = self.line.send(Method::GET, url, letter).await.map_err(trouble)?;
        match came.status {
            200 => {}
            404 | 405 | 501 => return Ok(Survey::NotOffered),
            401 | 403 => return Err(Trouble::LockedOut),
            status @ (429 | 500..) => return Err(Trouble::Overloaded(status)),
            status => return Err(Trouble::BadAnswer(format!("{status} to the question what runs"))),
        }
        let body = came.body.map_err(trouble)?;
        read(&body).map(Survey::Page).map_err(|why| Trouble::BadAnswer(why.to_owned()))
    }
}

/// What stood between us and an answer to a question.
pub(in crate::drivers) fn trouble(error: HttpError) -> Trouble {
    match error {
        HttpError::NotConnected(why) | HttpError::NoClient(why) => Trouble::NoConnection(why),
        HttpError::NoAnswer(why) => Trouble::NoAnswer(why),
        HttpError::TooLong(most) => Trouble::BadAnswer(format!("a page longer than {most} bytes")),
    }
}

/// Never quotes what it read.
fn read(body: &[u8]) -> Result<Page, &'static str> {
    let page: Map<String, Value> = serde_json::from_slice(body).map_err(|_| "a page of the list that is not JSON")?;
    let lines = page.get("claws").and_then(Value::as_array).ok_or("a page of the list without claws")?;
    let claws = lines.iter().map(line).collect::<Option<_>>().ok_or("a line of the list that names no claw")?;
    let next = match page.get("next") {
        Some(Value::Null) => None,
        Some(Value::String(place)) if (1..=MOST_PLACE).contains(&place.len()) => Some(place.clone()),
        Some(_) | None => return Err("a page of the list that does not say whether it is the last"),
    };
    Ok(Page { claws, next })
}

fn line(line: &Value) -> Option<Listed> {
    let name = |field: &str| {
        let text = line.get(field)?.as_str()?;
        (1..=MOST_NAME).contains(&text.len()).then(|| text.to_owned())
    };
    let state = match line.get("state")?.as_str()? {
        "running" | "ready" | "degraded" => ListedState::Running,
        "starting" | "preparing" | "requested" => ListedState::Starting,
        "stopped" | "suspended" | "trash" => ListedState::Stopped,
        _ => ListedState::Other,
    };
    Some(Listed { user_id: name("user_id")?, claw_id: name("claw_id")?, state, model: name("model") })
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::drivers::claws::ListedState;

    #[test]
    fn a_page_is_read_whole_or_not_at_all() {
        let page = read(
            br#"{"claws":[{"user_id":"u","claw_id":"claw-1","state":"running","model":"m","more":1},
            {"user_id":"v","claw_id":"claw-2","state":"dreaming"}],"next":null}"#,
        )
        .expect("a page");
        let read_as: Vec<_> = page.claws.iter().map(|claw| (claw.user_id.as_str(), claw.state, claw.model.as_deref())).collect();
        assert_eq!(read_as, [("u", ListedState::Running, Some("m")), ("v", ListedState::Other, None)]);
        assert_eq!(page.next, None);
        assert_eq!(read(br#"{"claws":[],"next":"c7"}"#).expect("a page").next.as_deref(), Some("c7"));
        for broken in [
            &br#"{"claws":[{"user_id":"u","claw_id":"claw-1","state":"running"}"#[..],
            br#"{"claws":[]}"#,
            br#"{"claws":[],"next":""}"#,
            br#"{"claws":[],"next":7}"#,
            br#"{"next":null}"#,
            br#"{"claws":[{"user_id":"u","claw_id":"claw-1"}],"next":null}"#,
            br#"{"claws":[{"user_id":7,"claw_id":"claw-1","state":"running"}],"next":null}"#,
            br#"{"claws":["u/claw-1"],"next":null}"#,
            b"[]",
            b"",
        ] {
            assert!(read(broken).is_err(), "{}", String::from_utf8_lossy(broken));
        }
    }
}
