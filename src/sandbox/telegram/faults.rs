//! What can be made to break, and how often it did. Set at run time with `Telegram::break_things`.

use std::{collections::BTreeMap, time::Duration};

use crate::domain::ids::{BotId, ChatId};

/// The switches. All are off in the beginning. Unless said otherwise they spare getUpdates, which runs all the time and
/// would use them up; name it in `only` to strike it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The next call that names a chat (this one, or any when `None`) is answered 429 with these seconds, and not done.
    pub rate_limit_next: Option<(Option<ChatId>, u32)>,
    /// Every call that names a chat is answered 429 until then (by the stand-in's clock), and not done: Telegram's limit
    /// for the whole bot.
    pub limited_until: Option<i64>,
    /// The same for single chats.
    pub limited_chats: BTreeMap<ChatId, i64>,
    /// So many next calls are answered with `fail_status`, and not done.
    pub fail_next: u32,
    /// The status for `fail_next`; 502 when not set.
    pub fail_status: Option<u16>,
    /// So many next calls are done, but the connection closes without an answer.
    pub lose_answers: u32,
    /// `fail_next`, `lose_answers` and `slow` strike this method only.
    pub only: Option<String>,
    /// Every call waits this long before it is done.
    pub slow: Option<Duration>,
    /// Every call with this bot's token is answered 401, getUpdates too.
    pub token_dead: Option<BotId>,
    /// Every getUpdates is answered 409, as if another program polled with the same token.
    pub conflict: bool,
}

/// How often each fault has struck since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    pub rate_limited: u32,
    pub failed: u32,
    pub answers_lost: u32,
    pub slowed: u32,
    pub token_dead: u32,
    pub conflicts: u32,
    /// 429 because a chat was really written to too fast.
    pub paced: u32,
}

/// How fast one chat may be written to: at most `burst` new messages in any `window`; more is answered 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub burst: usize,
    pub window: Duration,
}

impl Default for Pace {
    /// About one message a second in the long run.
    fn default() -> Pace {
        Pace { burst: 20, window: Duration::from_secs(20) }
    }
}

impl Faults {
    /// Whether the faults that can be aimed strike a call of `method` (in lower case).
    pub(super) fn strikes(&self, method: &str) -> bool {
        match &self.only {
            Some(only) => only.eq_ignore_ascii_case(method),
            None => method != "getupdates",
        }
    }
}
