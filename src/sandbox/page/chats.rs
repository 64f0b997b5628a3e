//! The left side: who one can be, whom one can write to, and the head of the chat.

use askama::Template;

use crate::{
    domain::ids::BotId,
    sandbox::{
        cast::{CAST, Role},
        page::{
            here::{Here, clock_face, hue, initial},
            links,
        },
        telegram::{BOTFATHER, BotAccount},
    },
};

#[derive(Template)]
#[template(path = "sandbox/people.html")]
pub(super) struct People {
    people: Vec<Face>,
}

struct Face {
    href: String,
    name: &'static str,
    what: &'static str,
    initial: String,
    hue: i64,
    current: bool,
    unread: usize,
}

impl People {
    pub fn of(here: &Here) -> People {
        let home = &here.stage.operator_bot.username;
        let face = |role: &&'static Role| Face {
            href: links::chat_path(role.slug, home),
            name: role.name,
            what: role.what,
            initial: initial(role.name),
            hue: hue(role.id.0),
            current: role.id == here.role.id,
            unread: here.stage.telegram.chats_of(role.id).into_iter().map(|bot| here.stage.unread(role.id, bot)).sum(),
        };
        People { people: CAST.iter().map(face).collect() }
    }
}

#[derive(Template)]
#[template(path = "sandbox/chats.html")]
pub(super) struct Chats {
    chats: Vec<Entry>,
    /// Bots of other people, which one could look up by their names.
    others: Vec<(String, String)>,
}

struct Entry {
    href: String,
    name: String,
    initial: String,
    hue: i64,
    last: String,
    time: String,
    unread: usize,
    current: bool,
    awake: bool,
}

impl Chats {
    pub fn of(here: &Here) -> Chats {
        let telegram = &here.stage.telegram;
        let mut ids = vec![here.stage.operator_bot.id, BOTFATHER];
        let own = telegram.bots_of(here.role.id).into_iter().map(|bot| bot.id);
        for id in own.chain(telegram.chats_of(here.role.id)).chain([here.chat.id]) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let others = telegram.bots().into_iter().filter(|bot| !ids.contains(&bot.id));
        Chats {
            others: others.map(|bot| (links::chat_path(here.role.slug, &bot.username), bot.username)).collect(),
            chats: ids.iter().filter_map(|id| telegram.bot(*id)).map(|bot| entry(here, bot)).collect(),
        }
    }
}

fn entry(here: &Here, bot: BotAccount) -> Entry {
    let telegram = &here.stage.telegram;
    let last = telegram.chat(here.role.id, bot.id).pop();
    let nothing = if telegram.is_started(here.role.id, bot.id) { "" } else { "not started yet" };
    let line = |text: &str| text.lines().next().unwrap_or_default().chars().take(60).collect();
    Entry {
        href: links::chat_path(here.role.slug, &bot.username),
        initial: initial(&bot.name),
        hue: hue(bot.id.0 / 1_001),
        last: last.as_ref().map_or_else(|| nothing.to_owned(), |last| line(&last.text)),
        time: last.as_ref().map(|last| clock_face(last.sent_at)).unwrap_or_default(),
        unread: here.stage.unread(here.role.id, bot.id),
        current: bot.id == here.chat.id,
        awake: here.stage.backstage.is_awake(telegram, bot.id),
        name: bot.name,
    }
}

#[derive(Template)]
#[template(path = "sandbox/head.html")]
pub(super) struct Head {
    path: String,
    person: &'static str,
    name: String,
    username: String,
    initial: String,
    hue: i64,
    /// Who answers here.
    what: String,
    awake: bool,
    started: bool,
    blocked: bool,
    can_block: bool,
}

impl Head {
    pub fn of(here: &Here) -> Head {
        let bot = &here.chat;
        let awake = here.stage.backstage.is_awake(&here.stage.telegram, bot.id);
        Head {
            path: here.path(),
            person: here.role.name,
            name: bot.name.clone(),
            username: bot.username.clone(),
            initial: initial(&bot.name),
            hue: hue(bot.id.0 / 1_001),
            what: who_answers(here, bot.id, awake),
            awake,
            started: here.is_started(),
            blocked: here.is_blocked(),
            can_block: bot.id != BOTFATHER,
        }
    }
}

fn who_answers(here: &Here, bot: BotId, awake: bool) -> String {
    if bot == here.stage.operator_bot.id {
        "the product answers here".into()
    } else if bot == BOTFATHER {
        "makes bots".into()
    } else if awake {
        let claws = here.stage.backstage.claws();
        let me = here.role.id.to_string();
        match claws.iter().find(|claw| claw.bot == bot).is_none_or(|claw| claw.people.contains(&me)) {
            true => "a claw is awake here".into(),
            false => format!("a claw is awake here, but does not listen to {}", here.role.name),
        }
    } else {
        "nobody answers here now".into()
    }
}
