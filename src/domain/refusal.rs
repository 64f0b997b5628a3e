//! Every no that a person may read. Each has a sentence and a next step in every language.

use serde::{Deserialize, Serialize};

use crate::domain::incident::IncidentCode;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "refusal", rename_all = "snake_case")]
pub enum Refusal {
    // Tokens and bots.
    #[error("that text is not a bot token")]
    NotAToken,
    #[error("Telegram does not know this token (any more)")]
    TokenDead,
    #[error("that is our own bot's token")]
    OurOwnBot,
    #[error("this bot is connected by somebody else")]
    BotTaken,
    #[error("this bot already hosts another claw of yours")]
    BotBusy,
    #[error("the sealed token has expired; paste it again")]
    TokenForgotten,
    #[error("Telegram did not answer in time; nothing was stored")]
    TelegramSilent,

    // People.
    #[error("that is you: the owner is always let in")]
    PersonIsOwner,
    #[error("this person is already on the list")]
    PersonKnown,
    #[error("a claw listens to at most {most} people")]
    TooManyPeople { most: u32 },
    #[error("usernames can change hands: share the contact, forward a message or send the numeric id")]
    UsernameNotEnough,
    #[error("the forwarded message hides who wrote it")]
    ForwardHidden,
    #[error("bots and channels cannot be let in")]
    NotAPerson,
    #[error("that is not a numeric id")]
    NotANumber,

    // Hatching.
    #[error("the trial of this person was used before")]
    TrialUsed,
    #[error("the trial of this bot was used before")]
    BotTrialUsed,
    #[error("no period gives a right to a claw")]
    NotEntitled,
    #[error("there is already a claw for every right")]
    ClawLimit,
    #[error("an answer is missing")]
    WizardIncomplete,
    #[error("the model is not offered any more")]
    ModelGone,

    // Claws.
    #[error("that is not yours")]
    NotYours,
    #[error("that claw is gone")]
    ClawGone,
    #[error("the undo time is over")]
    TooLateToUndo,
    #[error("the claw has to be awake for that")]
    NotAwake,
    #[error("the claw is busy with something else that was asked")]
    ClawBusy,
    #[error("whoever runs the claw does not answer")]
    InfraSilent,
    #[error("a name has 1 to {most} characters")]
    BadTitle { most: u32 },

    // Settings.
    #[error("no such time zone")]
    UnknownZone,

    // Admins.
    #[error("nobody with that number is known")]
    PersonUnknown,
    #[error("the command is not written like that")]
    BadArguments { usage: String },
    #[error("no model of that name")]
    ModelUnknown { typed: String },
    #[error("no incident {code}")]
    IncidentUnknown { code: IncidentCode },
    #[error("this person has no claw")]
    NoClaw,
}
