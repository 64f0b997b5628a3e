//! Telegram brings updates here. They are acknowledged with 200 only once they are stored; when they cannot be, 503
//! makes Telegram keep them and come again (core.telegram.org/bots/api, setWebhook).

use axum::{
    body::Bytes,
    extract::{FromRequest as _, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use subtle::ConstantTimeEq as _;

use crate::web::Site;

const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";

pub async fn take(State(site): State<Site>, request: Request) -> Response {
    let Some(secret) = &site.webhook_secret else { return StatusCode::NOT_FOUND.into_response() };
    let shown = request.headers().get(SECRET_HEADER).map(|value| value.as_bytes()).unwrap_or_default();
    // Before anything of the body is read.
    if !bool::from(shown.ct_eq(secret.expose().as_bytes())) {
        metrics::counter!("webhook_refused_total").increment(1);
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let body = match Bytes::from_request(request, &()).await {
        Ok(body) => body,
        Err(unread) => return unread.into_response(),
    };
    // Bytes that are no update would come again for ever if we did not take them.
    let Some(update) = (site.read)(body.to_vec()) else { return StatusCode::OK.into_response() };
    match site.app.accept_one(update).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => {
            tracing::error!(error = %error, "an update could not be stored; Telegram is asked to come again");
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")]).into_response()
        }
    }
}
