//! The HTTP side of the stand-in for a model: `GET /v1/models` and `POST /v1/chat/completions`, whole or as a stream of
//! events.

use std::{
    io,
    net::TcpListener,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::{Asked, State, answer::Question};

type States = Arc<Mutex<State>>;

pub(super) fn serve(state: States, listener: TcpListener) -> io::Result<JoinHandle<()>> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let routes = Router::new().route("/v1/models", get(models)).route("/v1/chat/completions", post(complete)).with_state(state);
    Ok(tokio::spawn(async move {
        // Serving ends only when the task is stopped.
        let _ended = axum::serve(listener, routes).await;
    }))
}

async fn models(Shared(state): Shared<States>, headers: HeaderMap) -> Response {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    match refusal(&mut state, &headers) {
        Some(status) => refused(status),
        None => Json(json!({ "object": "list", "data": [] })).into_response(),
    }
}

async fn complete(Shared(state): Shared<States>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(question) = serde_json::from_slice::<Question>(&body) else { return refused(400) };
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = refusal(&mut state, &headers).map_or_else(|| Ok(question.answer()), Err);
    state.asked.push(Asked {
        model: question.model.clone(),
        system: question.system(),
        people: question.people(),
        streaming: question.stream,
        answer: answer.clone(),
    });
    let number = state.asked.len();
    let text = match answer {
        Ok(text) => text,
        Err(status) => return refused(status),
    };
    // About four characters are one token; nobody is billed by it.
    let (sent, said) = (body.len().div_ceil(4), text.len().div_ceil(4));
    let usage = json!({ "prompt_tokens": sent, "completion_tokens": said, "total_tokens": sent + said });
    let base = json!({ "id": format!("chatcmpl-{number}"), "created": 0, "model": question.model });
    if question.stream {
        let stream = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
        return (stream, events(&base, &text, &usage)).into_response();
    }
    let message = json!({ "role": "assistant", "content": text });
    let choices = json!([{ "index": 0, "finish_reason": "stop", "message": message }]);
    Json(with(&base, json!({ "object": "chat.completion", "choices": choices, "usage": usage }))).into_response()
}

/// The status a question is refused with, if it is.
fn refusal(state: &mut State, headers: &HeaderMap) -> Option<u16> {
    let key = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if state.keys.as_ref().is_some_and(|keys| !key.is_some_and(|key| keys.iter().any(|known| known == key))) {
        return Some(401);
    }
    let (status, times) = state.failing?;
    state.failing = (times > 1).then_some((status, times - 1));
    Some(status)
}

fn refused(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(json!({ "error": { "message": "refused by the stand-in", "type": "invalid_request_error" } }))).into_response()
}

/// The answer word by word, as a stream of events.
fn events(base: &Value, text: &str, usage: &Value) -> String {
    let chunk = |choices: Value| with(base, json!({ "object": "chat.completion.chunk", "choices": choices }));
    let delta = |delta: Value, end: Value| chunk(json!([{ "index": 0, "delta": delta, "finish_reason": end }]));
    let mut all = vec![delta(json!({ "role": "assistant", "content": "" }), Value::Null)];
    all.extend(text.split_inclusive(' ').map(|word| delta(json!({ "content": word }), Value::Null)));
    all.push(delta(json!({}), json!("stop")));
    all.push(with(&chunk(json!([])), json!({ "usage": usage })));
    let lines: String = all.iter().map(|event| format!("data: {event}\n\n")).collect();
    format!("{lines}data: [DONE]\n\n")
}

/// `base` with more fields.
fn with(base: &Value, more: Value) -> Value {
    let mut all = base.clone();
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    all
}
