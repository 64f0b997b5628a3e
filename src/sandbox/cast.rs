//! Who is on stage: two people and an operator, the operator's bot, and the claws, which talk back in their chats.

use std::sync::Arc;

use crate::{
    domain::ids::{BotId, TelegramId},
    sandbox::{
        infra::{HostEvent, HostHook},
        telegram::{BotAccount, Telegram},
    },
};

/// A person one can be on the page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Role {
    pub id: TelegramId,
    pub name: &'static str,
    /// In addresses of the page.
    pub slug: &'static str,
    pub language: &'static str,
    /// What one reads first.
    pub greeting: &'static str,
    /// Said below the name.
    pub what: &'static str,
}

pub(super) const ANN: Role =
    Role { id: TelegramId(1001), name: "Ann", slug: "ann", language: "en", greeting: "You are Ann.", what: "speaks English" };
pub(super) const BORIS: Role = Role {
    id: TelegramId(1002),
    name: "Boris",
    slug: "boris",
    language: "ru",
    greeting: "You are Boris.",
    what: "speaks Russian",
};
pub(super) const OLGA: Role = Role {
    id: TelegramId(9001),
    name: "Olga",
    slug: "olga",
    language: "en",
    greeting: "You are Olga, the operator.",
    what: "the operator",
};
pub(super) const CAST: [&Role; 3] = [&ANN, &BORIS, &OLGA];

impl Role {
    pub fn named(slug: &str) -> Option<&'static Role> {
        CAST.into_iter().find(|role| role.slug == slug)
    }

    pub fn of(id: TelegramId) -> Option<&'static Role> {
        CAST.into_iter().find(|role| role.id == id)
    }
}

/// Brings people and the operator's bot on stage.
pub(super) fn enter(telegram: &Telegram) -> BotAccount {
    for role in CAST {
        telegram.add_person(role.id, role.name, None, Some(role.slug), Some(role.language));
    }
    telegram.add_bot("clawhatch", "clawhatch_bot", true)
}

/// Lets a claw answer in its bot's chat while the infra runs it.
pub(super) fn claws_talk(telegram: Telegram) -> HostHook {
    Arc::new(move |event| match event {
        HostEvent::Up { claw, token } => {
            let people = claw.allow_from.iter().filter_map(|id| id.parse().ok().map(TelegramId)).collect();
            telegram.claw_hears(token.bot, Some(people));
            let russian = owner_speaks_russian(&telegram, token.bot);
            // A dead token opens nothing: the claw runs and hears nobody.
            if telegram.bot_by_token(token.expose()).is_some() {
                telegram.claw_attached(token.bot, Arc::new(move |text| answer(text, russian)));
            }
        }
        HostEvent::Down { claw } => telegram.claw_detached(claw.bot_id),
    })
}

fn owner_speaks_russian(telegram: &Telegram, bot: BotId) -> bool {
    let owner = telegram.bot(bot).and_then(|bot| bot.owner).and_then(Role::of);
    owner.is_some_and(|role| role.language == "ru")
}

/// What a claw says. It answers Russian letters in Russian, and otherwise speaks as its owner does.
fn answer(text: &str, owner_speaks_russian: bool) -> String {
    let letters = |wanted: fn(char) -> bool| text.chars().filter(|c| wanted(*c)).count();
    let (cyrillic, latin) = (letters(|c| matches!(c, 'А'..='я' | 'ё' | 'Ё')), letters(|c| c.is_ascii_alphabetic()));
    let is_start = text.starts_with("/start");
    let russian = if is_start || cyrillic + latin == 0 { owner_speaks_russian } else { cyrillic > latin };
    match (is_start, russian) {
        (true, false) => "Hello, I am awake. I stand in for OpenClaw here: say something, and I will say it back.".into(),
        (true, true) => "Привет, я здесь. Я заменяю OpenClaw: скажите что-нибудь, и я повторю.".into(),
        (false, false) => format!("I am a stand-in for OpenClaw. You said: {text}"),
        (false, true) => format!("Я заменяю здесь OpenClaw. Вы сказали: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn a_claw_answers_in_the_language_it_is_spoken_to() {
        assert!(answer("Hello there", true).ends_with("You said: Hello there"));
        assert!(answer("Привет", false).ends_with("Вы сказали: Привет"));
        assert!(answer("/start", true).starts_with("Привет"));
        assert!(answer("42", false).starts_with("I am"));
    }
}
