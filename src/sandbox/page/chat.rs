//! The chat itself: bubbles, their buttons, the place to write, and what a tap was answered.

use askama::Template;

use crate::{
    domain::ids::TelegramId,
    sandbox::{
        cast::{CAST, Role},
        page::{
            here::{Here, clock_face, day},
            links,
            rich::{self, Place},
        },
        telegram::{BOTFATHER, Key as ReplyKey, Kind, Shown},
    },
};

#[derive(Template)]
#[template(path = "sandbox/chat.html")]
pub(super) struct Chat {
    path: String,
    greeting: &'static str,
    bot: String,
    started: bool,
    /// It is the product's chat, which a newcomer sees first.
    first: bool,
    start: String,
    bubbles: Vec<Bubble>,
}

struct Bubble {
    /// Said above the first message of a day.
    day: Option<String>,
    id: i64,
    mine: bool,
    forwarded: Option<String>,
    html: String,
    time: String,
    edited: bool,
    rows: Vec<Vec<Button>>,
}

struct Button {
    label: String,
    row: usize,
    column: usize,
    does: Does,
}

enum Does {
    Tap,
    Goes(String),
    Leaves(String),
    Copies(String),
    Nothing(String),
}

impl Chat {
    pub fn of(here: &Here) -> Chat {
        here.stage.has_read(here.role.id, here.chat.id);
        let mut before = None;
        let chat = here.stage.telegram.chat(here.role.id, here.chat.id);
        let bubble = |shown: Shown| {
            let today = day(shown.sent_at);
            let new_day = before.as_ref() != Some(&today);
            before = Some(today.clone());
            bubble(here, shown, new_day.then_some(today))
        };
        let bubbles: Vec<Bubble> = chat.into_iter().map(bubble).collect();
        Chat {
            path: here.path(),
            greeting: here.role.greeting,
            bot: here.chat.name.clone(),
            started: here.is_started(),
            first: here.chat.id == here.stage.operator_bot.id,
            start: start_text(here),
            bubbles,
        }
    }
}

fn bubble(here: &Here, shown: Shown, day: Option<String>) -> Bubble {
    let place = Place { slug: here.role.slug, chat: &here.chat.username, commands: shown.from_bot };
    // What was shared or paid has no rich text of its own.
    let html = if shown.html.is_empty() { shared(&shown.text) } else { shown.html };
    let button = |row: usize, column: usize, label: String, kind: Kind| {
        let does = match kind {
            Kind::Tap(_) => Does::Tap,
            Kind::Url(url) => links::local(&url, place.slug, place.chat).map_or(Does::Leaves(url), Does::Goes),
            Kind::Copy(text) => Does::Copies(text),
            Kind::Other(what) => Does::Nothing(what),
        };
        Button { label, row, column, does }
    };
    let row = |(row, buttons): (usize, Vec<(String, Kind)>)| {
        buttons.into_iter().enumerate().map(|(column, (label, kind))| button(row, column, label, kind)).collect()
    };
    Bubble {
        day,
        id: shown.message_id.0,
        mine: !shown.from_bot,
        forwarded: shown.forwarded_from,
        html: rich::safe(&html, &place),
        time: clock_face(shown.sent_at),
        edited: !shown.edited_at.is_empty() && shown.from_bot,
        rows: shown.buttons.into_iter().enumerate().map(row).collect(),
    }
}

/// "(shared: 1002)" with the person's name.
fn shared(text: &str) -> String {
    let id = text.strip_prefix("(shared: ").and_then(|rest| rest.strip_suffix(')')).and_then(|id| id.parse().ok());
    match id.and_then(|id| Role::of(TelegramId(id))) {
        Some(role) => format!("<i>Shared</i> <b>{}</b>", role.name),
        None => text.replace('&', "&amp;").replace('<', "&lt;"),
    }
}

/// What the Start button writes.
fn start_text(here: &Here) -> String {
    match &here.asked.start {
        Some(payload) => format!("/start {payload}"),
        None => "/start".into(),
    }
}

#[derive(Template)]
#[template(path = "sandbox/composer.html")]
pub(super) struct Composer {
    path: String,
    bot: String,
    started: bool,
    blocked: bool,
    /// A link with a payload was opened: Start again.
    restart: Option<String>,
    keyboard: Vec<Vec<Key>>,
    /// Who can be picked or forwarded from.
    people: Vec<(i64, &'static str)>,
    can_forward: bool,
}

struct Key {
    label: String,
    asks: Option<i64>,
}

impl Composer {
    pub fn of(here: &Here) -> Composer {
        let keyboard = here.stage.telegram.reply_keyboard(here.role.id, here.chat.id).unwrap_or_default();
        let key = |key: ReplyKey| Key { label: key.label, asks: key.asks_users };
        Composer {
            path: here.path(),
            bot: here.chat.name.clone(),
            started: here.is_started(),
            blocked: here.is_blocked(),
            restart: here.asked.start.as_ref().map(|_| start_text(here)),
            keyboard: keyboard.rows.into_iter().map(|row| row.into_iter().map(key).collect()).collect(),
            people: CAST.into_iter().filter(|role| role.id != here.role.id).map(|role| (role.id.0, role.name)).collect(),
            can_forward: here.chat.id != BOTFATHER,
        }
    }
}

/// A bubble or a window that answers a tap.
#[derive(Template)]
#[template(path = "sandbox/toast.html")]
pub(super) struct Answer {
    path: String,
    shown: Option<Said>,
}

struct Said {
    number: usize,
    text: String,
    alert: bool,
}

/// How long a bubble stays.
const TOAST_MS: i64 = 6_000;

impl Answer {
    pub fn of(here: &Here) -> Answer {
        let toasts = here.stage.telegram.toasts(here.role.id);
        let (number, now) = (toasts.len(), here.stage.telegram.now());
        let put_away = here.stage.put_away(here.role.id) >= number;
        let newest = toasts.into_iter().next_back().filter(|toast| !put_away && !toast.text.is_empty());
        let current = newest.filter(|toast| toast.alert || (now - toast.at).abs() < TOAST_MS);
        Answer { path: here.path(), shown: current.map(|toast| Said { number, text: toast.text, alert: toast.alert }) }
    }
}

/// The dialog in which a person confirms a new bot.
#[derive(Template)]
#[template(path = "sandbox/new_bot.html")]
pub(super) struct NewBot {
    path: String,
    link: String,
    manager: String,
    name: String,
    username: String,
    wrong: Option<&'static str>,
}

impl NewBot {
    pub fn of(here: &Here) -> Option<NewBot> {
        let link = here.asked.new.clone()?;
        let (manager, username, name) = links::new_bot(&link)?;
        Some(NewBot {
            path: here.path(),
            manager,
            name: here.asked.name.clone().unwrap_or(name),
            username: here.asked.username.clone().unwrap_or(username),
            wrong: here.asked.wrong.as_deref().map(in_words),
            link,
        })
    }
}

fn in_words(wrong: &str) -> &'static str {
    match wrong {
        "USERNAME_INVALID" => "A username has 5 to 32 letters, digits and underscores, and begins with a letter.",
        "USERNAME_SUFFIX_MISSING" => "A bot's username has to end in “bot”.",
        "USERNAME_OCCUPIED" => "This username is taken. Try another.",
        "NAME_INVALID" => "A name has 1 to 64 characters.",
        "BOT_CREATE_LIMIT_EXCEEDED" => "You have as many bots as one account may have: 20.",
        "MANAGER_PERMISSION_MISSING" => "This bot may not run other bots.",
        _ => "This bot cannot be made.",
    }
}
