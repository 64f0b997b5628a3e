//! Taking up one stored update: read it, let the tree carry it out, show refusals, and answer the tap. What it queued
//! is sent by the outbox worker, which the commit has woken, so that a slow Telegram never keeps an update waiting.

use std::{ops::ControlFlow, sync::Arc};

use dptree::deps;

use super::{
    Here, Tree,
    api::BotApi,
    incoming::{self, What},
};
use crate::{
    app::{self, App, Error, Event, InboxRow, Tapped},
    domain::{notice::Toast, person::tame_name},
    view,
};

/// The door, with all it needs.
#[derive(Clone)]
pub struct Door {
    app: Arc<App>,
    api: BotApi,
    tree: Tree,
}

/// What is left to do with a tap once it is handled.
struct Waiting {
    callback: String,
}

impl Door {
    pub fn new(app: Arc<App>, api: BotApi) -> Door {
        Door { app, api, tree: super::tree() }
    }

    /// Handles one update to its end. Whatever goes wrong is written down with its row; nothing is lost by an error
    /// or a panic here.
    pub async fn handle(&self, row: InboxRow) {
        let _keeping = self.app.works_on(&row);
        let read = incoming::read(&row.body, Some(&self.app.own.username)).what;
        let (sender, tapped) = who(&read);
        let from = sender.as_ref().map(|sender| sender.id);
        let worker = self.clone();
        let taken = row.clone();
        let done = tokio::spawn(async move { worker.carry_out(taken, read, sender, tapped).await }).await;
        let failed = match done {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error),
            Err(panic) => Some(Error::Internal(anyhow::anyhow!("the handler ended in a panic: {panic}"))),
        };
        if let Some(error) = failed
            && let Err(error) = self.app.update_failed(&row, from, error).await
        {
            tracing::error!(update = %row.id, error = %error, "a failed update could not be written down; its lease will run out");
        }
    }

    async fn carry_out(&self, row: InboxRow, read: What, sender: Option<app::Sender>, tapped: Tapped) -> app::Result<()> {
        let event = Event { id: row.id, fence: row.fence, received: row.received };
        if let What::Checkout { query, .. } = &read {
            // Nothing is sold here yet; Telegram wants an answer within ten seconds all the same.
            let _ = self.api.answer_checkout(query, false, Some("Nothing is sold here yet.".to_owned())).await;
            return self.app.drop_update(&event).await;
        }
        let Some(sender) = sender else { return self.app.drop_update(&event).await };
        let waiting = match &read {
            What::Tap { callback, .. } => Some(Waiting { callback: callback.clone() }),
            _ => None,
        };
        let here = Here { app: Arc::clone(&self.app), event: event.clone(), sender: sender.clone(), tapped };
        let done = match self.tree.dispatch(deps![here, read]).await {
            ControlFlow::Break(Err(Error::Refused(refusal))) => self.app.refuse(&event, &sender, tapped, refusal).await,
            ControlFlow::Break(done) => done,
            ControlFlow::Continue(_) => self.app.drop_update(&event).await.map(|()| None),
        };
        let toast = match done {
            Ok(toast) => toast,
            Err(Error::Stranger) => {
                self.app.drop_update(&event).await?;
                Some(Toast::Stranger)
            }
            Err(error) => {
                self.answer(waiting, Some(Toast::Broken), &sender).await;
                return Err(error);
            }
        };
        crash_point!(waiting.is_some(), "handled-tap-unanswered");
        self.answer(waiting, toast, &sender).await;
        Ok(())
    }

    /// Every tap is answered, or its button would spin for a minute. An answer that fails is not worth a word.
    async fn answer(&self, waiting: Option<Waiting>, toast: Option<Toast>, sender: &app::Sender) {
        let Some(waiting) = waiting else { return };
        let locale = self.app.locale_of(sender).await;
        let text = toast.map(|toast| view::toast(toast, locale));
        let alert = matches!(toast, Some(Toast::NotYours | Toast::Changed | Toast::Expired | Toast::Stranger | Toast::Broken));
        if let Err(error) = self.api.answer_tap(&waiting.callback, text, alert).await {
            tracing::debug!(%error, "a tap was not answered");
        }
    }
}

/// Who did it, for what happens between one person and us, and where.
fn who(what: &What) -> (Option<app::Sender>, Tapped) {
    let (from, tapped) = match what {
        What::Tap { from, message, .. } => (Some(from), message.map_or(Tapped::Typed, Tapped::On)),
        What::Command { from, .. }
        | What::Text { from, .. }
        | What::Forward { from, .. }
        | What::Shared { from, .. }
        | What::Contact { from, .. }
        | What::Reach { from, .. }
        | What::Edited { from, .. }
        | What::Checkout { from, .. }
        | What::ManagedBot { creator: from, .. } => (Some(from), Tapped::Typed),
        What::Elsewhere { from, .. } => (from.as_ref(), Tapped::Typed),
        What::Other { from, .. } => (from.as_ref(), Tapped::Typed),
        What::Unreadable => (None, Tapped::Typed),
    };
    let sender = from.filter(|from| !from.is_bot).map(|from| app::Sender {
        id: from.id,
        name: tame_name(&from.name),
        language: from.language.clone(),
        begins: !matches!(what, What::Tap { .. }),
    });
    (sender, tapped)
}
