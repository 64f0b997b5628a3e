//! `/healthz`: the process lives. `/readyz`: give it work or not. It says no only for what another replica could do
//! better; the rest of what is wrong stands in the body.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::web::Site;

pub async fn alive() -> &'static str {
    "ok"
}

pub async fn ready(State(site): State<Site>) -> Response {
    let health = site.app.health().await;
    let draining = site.draining.has_begun();
    let ready = health.serves() && !draining;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "draining": draining, "health": health }))).into_response()
}
