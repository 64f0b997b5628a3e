//! The HTTP door: health for those who watch us, Telegram's webhook, and metrics on a listener of their own.

mod health;
mod webhook;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, StatusCode, header},
    routing::{get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer, timeout::TimeoutLayer};

use crate::{
    app::{App, inbox::Arrived},
    domain::secret::Secret,
};

/// The largest update we take: Telegram's are far smaller.
const LARGEST_BODY: usize = 1024 * 1024;

/// What the routes share.
#[derive(Clone)]
pub struct Site {
    pub app: Arc<App>,
    /// Telegram proves itself with this; without it there is no webhook.
    pub webhook_secret: Option<Secret<String>>,
    /// Reads the outside of an update.
    pub read: fn(Vec<u8>) -> Option<Arrived>,
    pub draining: Draining,
}

/// Set when we are asked to stop: no more work should be given to us.
#[derive(Clone, Debug, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    pub fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Everything on `LISTEN_ADDR`.
pub fn site(site: Site) -> Router {
    let routes = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/telegram", post(webhook::take))
        .with_state(site);
    let header = |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    routes
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, std::time::Duration::from_secs(20)))
        .layer(CatchPanicLayer::new())
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"))
}

/// Everything on `METRICS_ADDR`, which the world does not reach.
pub fn metrics_site(render: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router {
    Router::new().route("/metrics", get(move || async move { render() }))
}
