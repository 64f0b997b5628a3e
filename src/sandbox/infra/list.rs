//! `GET /claws`: what this host runs, a page at a time, or one person's claws. It has faults of its own, so that a
//! question for the list never takes the fault that was planned for a call.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{ConnectInfo, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::sandbox::infra::{Shared, faults::ListFault, host::Name, line::Switch, routes::may_enter};

const MOST: usize = 1000;
const USUAL: usize = 100;

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    Query(asked): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let (unlisted, slow, fault) = shared.with(|state, _| {
        state.listed += 1;
        (state.host.rules.unlisted, state.faults.list_slow, state.faults.draw_for_list())
    });
    if let Some(status) = unlisted {
        return answer(status, &json!({ "detail": "Not Found" }));
    }
    if let Err(reply) = may_enter(&shared, &headers) {
        return answer(reply.status, &reply.body);
    }
    sleep(slow).await;
    let limit = asked.get("limit").and_then(|text| text.parse().ok()).unwrap_or(USUAL).clamp(1, MOST);
    let after = asked.get("after").map(|place| read_place(place));
    if after == Some(None) {
        return answer(400, &json!({ "ok": false, "code": "invalid" }));
    }
    let person = asked.get("user_id").map(String::as_str);
    // One person's claws are never paged.
    let limit = if person.is_some() { usize::MAX - 1 } else { limit };
    let (claws, next) = shared.with(|state, _| state.host.list(person, after.flatten().as_ref(), limit));
    let page = |claws: &[Value], next: Option<String>| json!({ "claws": claws, "next": next });
    let place = next.as_ref().map(place);
    match fault {
        None => answer(200, &page(&claws, place)),
        Some(ListFault::Failed(status)) => answer(status, &json!({ "ok": false, "code": "made_to_fail" })),
        Some(ListFault::Short) => answer(200, &page(&claws[..claws.len() / 2], None)),
        Some(ListFault::Empty) => answer(200, &page(&[], None)),
        Some(ListFault::Circle) => answer(200, &page(&claws, Some("round".into()))),
        Some(ListFault::Garbled) => (StatusCode::OK, "<html><body>It works!</body></html>").into_response(),
        Some(ListFault::Bloated) => (StatusCode::OK, Body::from(vec![b' '; 10 * 1024 * 1024])).into_response(),
        Some(ListFault::Hung) => {
            shared.stopped().await;
            switch.cut();
            ().into_response()
        }
        Some(ListFault::Cut) => {
            let text = page(&claws, place).to_string();
            let half = Bytes::from(text[..text.len() / 2].to_owned());
            let broken = futures::stream::iter([Ok(half), Err(std::io::Error::other("cut"))]);
            Body::from_stream(broken.fuse()).into_response()
        }
    }
}

fn answer(status: u16, body: &Value) -> Response {
    (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(body)).into_response()
}

/// A name as a place in the list that means nothing to whoever carries it.
fn place(name: &Name) -> String {
    hex::encode(format!("{}\n{}", name.0, name.1))
}

fn read_place(place: &str) -> Option<Name> {
    // The one place that a circle names.
    if place == "round" {
        return Some((String::new(), String::new()));
    }
    let text = String::from_utf8(hex::decode(place).ok()?).ok()?;
    text.split_once('\n').map(|(user, claw)| (user.to_owned(), claw.to_owned()))
}
