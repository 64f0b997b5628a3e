//! A claw's life in its chat: while it is attached to a bot, it answers what people say there, in the place of a
//! program that would poll with the bot's token.

use std::sync::Arc;

use super::{
    Telegram,
    rich::Rich,
    state::{Author, Content, Room},
};
use crate::domain::ids::{BotId, TelegramId};

/// What a claw says to a text.
pub type ClawAnswer = Arc<dyn Fn(&str) -> String + Send + Sync>;

impl Telegram {
    /// A claw runs behind this bot from now on. It reads what waited for it, as a program that starts to poll does.
    pub fn claw_attached(&self, bot: BotId, answer: ClawAnswer) {
        let waiting = self.with_bot(bot, |bot| {
            bot.claw = Some(answer);
            bot.inbox.pending.drain(..).collect::<Vec<_>>()
        });
        for pending in waiting.into_iter().flatten() {
            let message = &pending.body["message"];
            if let (Some(text), Some(person)) = (message["text"].as_str(), message["from"]["id"].as_i64()) {
                self.let_claw_answer(TelegramId(person), bot, text);
            }
        }
    }

    /// The claw behind this bot answers only these people, as its allow list says; everybody when nothing is said.
    pub fn claw_hears(&self, bot: BotId, only: Option<Vec<TelegramId>>) {
        self.with_bot(bot, |bot| bot.claw_hears = only);
    }

    /// No claw runs behind this bot any more: what people say waits.
    pub fn claw_detached(&self, bot: BotId) {
        self.with_bot(bot, |bot| bot.claw = None);
    }

    /// Whether a claw runs behind this bot now.
    pub fn has_claw(&self, bot: BotId) -> bool {
        self.look(|state| state.bots.get(&bot).is_some_and(|bot| bot.claw.is_some()))
    }

    /// Lets the claw answer a text it may see. The answer is worked out outside the lock, for it may take a while.
    pub(super) fn let_claw_answer(&self, person: TelegramId, bot: BotId, text: &str) {
        let claw =
            self.look(|state| state.bots.get(&bot).filter(|bot| bot.claw_answers(person)).and_then(|bot| bot.claw.clone()));
        let Some(claw) = claw else { return };
        let answer = Rich::plain(&claw(text)).trimmed();
        self.act(|state, now| {
            let room = Room::Private(person, bot);
            if !answer.text.is_empty() && !state.room(room).blocked {
                state.post(room, Author::Bot(bot), Content { rich: answer, ..Content::default() }, now);
            }
        });
    }
}
