//! The sandbox's page: a messenger on the left, the world on the right. Drawn here as HTML; a small script only
//! fetches what has changed and sends forms without leaving the page.

mod acts;
mod beside;
mod chat;
mod chats;
mod claws;
mod door;
mod events;
mod here;
mod links;
mod regions;
mod rich;

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    http::{StatusCode, header::CONTENT_TYPE},
    middleware,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::sandbox::{
    cast::{ANN, Role},
    stage::Stage,
};
use here::{Asked, Here};

const STYLE: &str = include_str!("../../../templates/sandbox/page.css");
const SCRIPT: &str = include_str!("../../../templates/sandbox/page.js");
const MARK: &str = include_str!("../../../templates/sandbox/mark.svg");

pub(super) fn router(stage: Arc<Stage>) -> Router {
    Router::new()
        .route("/", get(begin))
        .route("/page.css", get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)))
        .route("/page.js", get(async || ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)))
        .route("/mark.svg", get(async || ([(CONTENT_TYPE, "image/svg+xml")], MARK)))
        .route("/{person}", get(come))
        .route("/{person}/{chat}", get(show))
        .route("/{person}/{chat}/events", get(events))
        .route("/{person}/{chat}/part/{region}", get(part))
        .route("/{person}/{chat}/{act}", post(acts::act))
        .layer(middleware::from_fn(door::guard))
        .with_state(stage)
}

async fn begin() -> Redirect {
    Redirect::to(&format!("/{}", ANN.slug))
}

/// A person opens the messenger: the product's chat.
async fn come(State(stage): State<Arc<Stage>>, Path(person): Path<String>) -> Response {
    match Role::named(&person) {
        Some(role) => Redirect::to(&links::chat_path(role.slug, &stage.operator_bot.username)).into_response(),
        None => lost(),
    }
}

async fn show(
    State(stage): State<Arc<Stage>>,
    Path((person, chat)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(here) = Here::find(&stage, &person, &chat, asked) else { return lost() };
    match regions::Page::of(here).render() {
        Ok(page) => Html(page).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn events(
    State(stage): State<Arc<Stage>>,
    Path((person, chat)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    Here::find(&stage, &person, &chat, asked).map_or_else(lost, |here| events::stream(here).into_response())
}

async fn part(
    State(stage): State<Arc<Stage>>,
    Path((person, chat, region)): Path<(String, String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    let drawn = Here::find(&stage, &person, &chat, asked).and_then(|here| regions::draw(&here, &region));
    drawn.map_or_else(lost, |drawn| Html(drawn).into_response())
}

fn lost() -> Response {
    (StatusCode::NOT_FOUND, Html("<!doctype html><title>Not here</title><p>Nothing here. <a href=\"/\">Back to Ann</a>"))
        .into_response()
}
