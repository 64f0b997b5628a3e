//! The node's HTTP door: the two calls every infra knows, our own around them, and the small runtime API of each claw.
//! One list of operations makes both the routes and the document that describes them, so that neither can be ahead.

mod acts;
mod backups;
mod change;
mod claws;
mod door;
mod events;
mod health;
mod inside;
mod openapi;
mod problem;
mod provision;
mod remove;
mod runtime_api;
mod shape;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    middleware,
    routing::MethodRouter,
};
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer, timeout::TimeoutLayer};

pub use openapi::{Lock, Operation, document};

use crate::node::host::Node;

/// What the handlers share.
pub type Shared = Arc<Node>;

/// Longer than the longest wait of any call.
const BESIDE_THE_WAIT: std::time::Duration = std::time::Duration::from_secs(60);

/// Every operation with what carries it out.
fn operations() -> Vec<(Operation, MethodRouter<Shared>)> {
    let lists = [
        provision::operations(),
        remove::operations(),
        claws::operations(),
        acts::operations(),
        change::operations(),
        backups::operations(),
        inside::operations(),
        events::operations(),
        health::operations(),
        runtime_api::operations(),
    ];
    lists.into_iter().flatten().collect()
}

/// Every operation, in the order of the document.
pub fn described() -> Vec<Operation> {
    operations().into_iter().map(|(operation, _)| operation).collect()
}

/// Everything on `CLAWNODE_LISTEN_ADDR`.
pub fn site(node: Shared) -> Router {
    let mut routes = Router::new();
    for (operation, handler) in operations() {
        routes = routes.route(operation.path, handler);
    }
    let patience = node.settings.provision_wait + BESIDE_THE_WAIT;
    let header = |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    routes
        .fallback(problem::no_such_place)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&node), door::let_in))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, patience))
        .layer(CatchPanicLayer::new())
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .with_state(node)
}

/// Everything on `CLAWNODE_METRICS_ADDR`, which the world does not reach.
pub fn metrics_site(node: Shared, render: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router {
    health::metrics(render).with_state(node)
}
