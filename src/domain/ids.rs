//! Names of things, each with a type of its own so that one can never be passed for another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Defines an id that is a UUID (version 7 where we make it) kept as text in the database.
macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map($name)
            }
        }
    )* };
}

/// Defines an id that Telegram gives out as a number.
macro_rules! number_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )* };
}

uuid_id! {
    /// A person, under the name only we know. It outlives /delete_my_data; the Telegram id does not.
    PersonId,
    /// A claw: one managed assistant.
    ClawId,
    /// A message waiting to be sent, or sent.
    OutboxId,
    /// One thing a person asked an admin to confirm, or an admin was asked to confirm.
    ConfirmationId,
    /// One thing that is asked of a claw as it runs.
    OperationId,
    /// A device that asked to be let in to a claw.
    DeviceId,
    /// A token that was pasted and is sealed, and belongs to no bot yet.
    PendingTokenId,
    /// A period of time in which a person may have a claw.
    PeriodId,
}

number_id! {
    /// A Telegram user's numeric id: the only identity we trust (a username can change hands).
    TelegramId,
    /// A Telegram chat's numeric id. A private chat has its person's number.
    ChatId,
    /// A message's number inside its chat.
    MessageId,
    /// A bot's numeric id, the part of its token before the colon. It survives a re-issued token.
    BotId,
}

impl TelegramId {
    /// Whether a user may have this number: Telegram's have at most 52 bits (Bot API, `User`).
    pub fn can_be(self) -> bool {
        (1..1 << 52).contains(&self.0)
    }

    /// The private chat with this person.
    pub fn chat(self) -> ChatId {
        ChatId(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_a_number_of_up_to_52_bits_and_a_chat_of_the_same_number() {
        for (number, can_be) in [(1, true), (4242, true), ((1 << 52) - 1, true), (1 << 52, false), (0, false), (-1, false)] {
            assert_eq!(TelegramId(number).can_be(), can_be, "{number}");
        }
        assert_eq!(TelegramId(4242).chat(), ChatId(4242));
    }

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id = ClawId(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string(), "00000000-0000-0000-0000-000000000007");
        assert!("claw".parse::<ClawId>().is_err());
        assert_eq!((BotId(77).to_string(), TelegramId(-5).to_string()), ("77".to_owned(), "-5".to_owned()));
    }
}
