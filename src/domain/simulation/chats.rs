//! Telegram: updates it has to hand out, and the chats as their people see them.

use super::{
    history::Weather,
    rows::{Update, Word},
};

/// One message in a chat.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    pub chat: usize,
    pub word: Word,
    /// Whoever sent it learnt of it and wrote that down; any other may be sent again.
    pub known: bool,
}

pub struct Chats {
    pub weather: Weather,
    /// Handed out in this order, until they are known to have been taken.
    pub updates: Vec<Update>,
    pub shown: Vec<Shown>,
}

impl Chats {
    pub fn new() -> Chats {
        Chats { weather: Weather::Fine, updates: Vec::new(), shown: Vec::new() }
    }

    /// Takes a message: what its sender hears, and where it is shown, if it is.
    pub fn take(&mut self, chat: usize, word: Word) -> (Weather, Option<usize>) {
        let shows = match self.weather {
            Weather::Fine | Weather::Mute => true,
            Weather::TooMany | Weather::Deaf | Weather::Away | Weather::Blocked => false,
        };
        if shows {
            self.shown.push(Shown { chat, word, known: false });
        }
        (self.weather, shows.then(|| self.shown.len() - 1))
    }
}
