//! The Telegram door: an update becomes one call of a use case, and what that gives is shown. It remembers nothing; a
//! restart in the middle of a conversation is invisible.

pub mod api;
mod commands;
mod handle;
pub mod incoming;
mod ingress;
mod taps;
mod texts;

use std::sync::Arc;

use crate::{
    app::{self, App, Event, Tapped},
    domain::notice::Toast,
};

pub use handle::Door;
pub use ingress::{arrived, poll, poll_once};

/// What a use case gives back to the door: a small text for a tap, perhaps.
type Handled = app::Result<Option<Toast>>;
type Tree = dptree::Handler<'static, Handled>;

/// Who did something in their private chat, and where.
#[derive(Clone)]
struct Here {
    app: Arc<App>,
    event: Event,
    sender: app::Sender,
    tapped: Tapped,
}

/// The whole of what can be said to us. Each branch takes what it understands; what nobody takes is acknowledged.
fn tree() -> Tree {
    dptree::entry()
        .branch(dptree::filter_map(commands::command).endpoint(commands::obey))
        .branch(dptree::filter_map(taps::tap).endpoint(taps::press))
        .branch(dptree::filter_map(texts::text).endpoint(texts::understand))
        .branch(dptree::filter_map(texts::guest).endpoint(texts::invite))
        .branch(dptree::filter_map(texts::made_bot).endpoint(texts::connect))
        .branch(dptree::filter_map(texts::reach).endpoint(texts::note_reach))
        .branch(dptree::filter_map(texts::outsider).endpoint(texts::stay_private))
}

/// Checks that every branch finds what it asks for. A missing dependency would only show when a person meets it.
pub fn check_tree(deps: &dptree::di::DependencyMap) {
    dptree::type_check(tree().sig(), deps, &[]);
}
