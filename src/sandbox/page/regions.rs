//! The page is made of regions, each drawn by itself: first all together, then whichever has changed.

use askama::Template;

use crate::sandbox::page::{
    beside::{Audit, Calls, ClockPart, Log, Outbox, ProgramPart, SwitchesPart},
    chat::{Answer, Chat, Composer, NewBot},
    chats::{Chats, Head, People},
    claws::Claws,
    here::Here,
};

pub(super) const REGIONS: [&str; 16] = [
    "people", "chats", "head", "chat", "composer", "toast", "clock", "product", "log", "node", "node-log", "switches", "claws",
    "outbox", "audit", "calls",
];

/// The HTML inside the region `name`; nothing for a name there is not.
pub(super) fn draw(here: &Here, name: &str) -> Option<String> {
    let drawn = match name {
        "people" => People::of(here).render(),
        "chats" => Chats::of(here).render(),
        "head" => Head::of(here).render(),
        "chat" => Chat::of(here).render(),
        "composer" => Composer::of(here).render(),
        "toast" => Answer::of(here).render(),
        "clock" => ClockPart::of(here).render(),
        "product" => ProgramPart::of(here).render(),
        "log" => Log::of(here).render(),
        "node" => ProgramPart::of_node(here)?.render(),
        "node-log" => Log::of_node(here)?.render(),
        "switches" => SwitchesPart::of(here).render(),
        "claws" => Claws::of(here).render(),
        "outbox" => Outbox::of(here).render(),
        "audit" => Audit::of(here).render(),
        "calls" => Calls::of(here).render(),
        _ => return None,
    };
    Some(drawn.expect("our templates write into a string and call nothing that fails"))
}

/// The whole page.
#[derive(Template)]
#[template(path = "sandbox/page.html")]
pub(super) struct Page {
    here: Here,
    title: String,
    new_bot: Option<String>,
}

impl Page {
    pub fn of(here: Here) -> Page {
        let new_bot = NewBot::of(&here).and_then(|dialog| dialog.render().ok());
        Page { title: format!("{} and {}", here.role.name, here.chat.name), new_bot, here }
    }

    /// Whether a clawnode runs here.
    fn has_node(&self) -> bool {
        self.here.stage.backstage.node().is_some()
    }

    fn part(&self, name: &str) -> String {
        draw(&self.here, name).unwrap_or_default()
    }
}
