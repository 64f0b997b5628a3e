//! Where on the page somebody is: as whom, in which chat, and what the address asks for besides.

use std::sync::Arc;

use serde::Deserialize;

use crate::{
    domain::time::Time,
    sandbox::{cast::Role, page::links, stage::Stage, telegram::BotAccount},
};

/// What may stand behind the question mark.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// A start payload from a bot's link.
    pub start: Option<String>,
    /// A link for a new bot, to be confirmed.
    pub new: Option<String>,
    /// What was entered for it, and why it would not do.
    pub name: Option<String>,
    pub username: Option<String>,
    pub wrong: Option<String>,
}

#[derive(Clone)]
pub(super) struct Here {
    pub stage: Arc<Stage>,
    pub role: &'static Role,
    pub chat: BotAccount,
    pub asked: Asked,
}

impl Here {
    pub fn find(stage: &Arc<Stage>, person: &str, chat: &str, asked: Asked) -> Option<Here> {
        let chat = stage.telegram.bot_by_username(chat)?;
        Some(Here { stage: Arc::clone(stage), role: Role::named(person)?, chat, asked })
    }

    /// The page's address without its query.
    pub fn path(&self) -> String {
        links::chat_path(self.role.slug, &self.chat.username)
    }

    pub fn is_started(&self) -> bool {
        self.stage.telegram.is_started(self.role.id, self.chat.id)
    }

    pub fn is_blocked(&self) -> bool {
        self.stage.telegram.is_blocked(self.role.id, self.chat.id)
    }
}

/// The hour and minute, UTC.
pub(super) fn clock_face(at: i64) -> String {
    Time(at).timestamp().strftime("%H:%M").to_string()
}

pub(super) fn clock_face_seconds(at: i64) -> String {
    Time(at).timestamp().strftime("%H:%M:%S").to_string()
}

pub(super) fn day(at: i64) -> String {
    Time(at).timestamp().strftime("%A, %-d %B").to_string()
}

/// One of six colours for a round picture.
pub(super) fn hue(id: i64) -> i64 {
    id.rem_euclid(6)
}

pub(super) fn initial(name: &str) -> String {
    name.chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default()
}
