//! The hatch wizard and the rest of what lies on a person's desk: where they are, what they have answered, and what
//! the next thing they type is meant for. It is one row, so a restart or a week's pause changes nothing.

use serde::{Deserialize, Serialize};

use crate::domain::{
    claw::{Guest, MOST_PEOPLE},
    ids::{BotId, ClawId, ConfirmationId, TelegramId},
    notice::Offer,
    refusal::Refusal,
    shown::Shown,
};

/// The steps in their order. Terms are skipped once agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WizardStep {
    Terms,
    Bot,
    Model,
    People,
    Summary,
}

impl WizardStep {
    pub fn before(self) -> Option<WizardStep> {
        match self {
            WizardStep::Terms => None,
            WizardStep::Bot => Some(WizardStep::Terms),
            WizardStep::Model => Some(WizardStep::Bot),
            WizardStep::People => Some(WizardStep::Model),
            WizardStep::Summary => Some(WizardStep::People),
        }
    }
}

/// The answers so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wizard {
    pub step: WizardStep,
    pub bot: Option<BotId>,
    pub model: Option<String>,
    pub people: Vec<Guest>,
}

impl Wizard {
    pub fn begin(terms_agreed: bool) -> Wizard {
        let step = if terms_agreed { WizardStep::Bot } else { WizardStep::Terms };
        Wizard { step, bot: None, model: None, people: Vec::new() }
    }

    pub fn agree(mut self) -> Wizard {
        self.step = match self.bot {
            None => WizardStep::Bot,
            Some(_) => WizardStep::Model,
        };
        self
    }

    pub fn use_bot(mut self, bot: BotId, terms_agreed: bool) -> Wizard {
        self.bot = Some(bot);
        self.step = if terms_agreed { WizardStep::Model } else { WizardStep::Terms };
        self
    }

    pub fn pick_model(mut self, model: &str) -> Wizard {
        self.model = Some(model.to_owned());
        self.step = WizardStep::People;
        self
    }

    pub fn people_done(mut self) -> Wizard {
        self.step = WizardStep::Summary;
        self
    }

    /// One step back; nothing when there is no earlier one.
    pub fn back(mut self, terms_agreed: bool) -> Option<Wizard> {
        self.step = self.step.before().filter(|step| !(terms_agreed && *step == WizardStep::Terms))?;
        Some(self)
    }

    /// Whether anything was chosen that would be missed.
    pub fn has_answers(&self) -> bool {
        self.bot.is_some() || self.model.is_some() || !self.people.is_empty()
    }

    /// What its summary shows: which bot, model and people, and for what right.
    pub fn shown(&self, offer: &Offer) -> Shown {
        Shown::of(&(self.bot, &self.model, print_of(&self.people), offer))
    }

    /// The earliest step that still lacks an answer, if that is before `step`. A button of an older screen cannot jump ahead.
    pub fn missing(&self, terms_agreed: bool) -> Option<WizardStep> {
        match (terms_agreed, &self.bot, &self.model) {
            (false, _, _) => Some(WizardStep::Terms),
            (true, None, _) => Some(WizardStep::Bot),
            (true, Some(_), None) => Some(WizardStep::Model),
            (true, Some(_), Some(_)) => None,
        }
    }
}

/// Who is on a list, whatever they are called.
pub fn print_of(people: &[Guest]) -> Shown {
    Shown::of(&people.iter().map(|guest| guest.id).collect::<Vec<_>>())
}

/// Adds `guest` to a list that never holds its owner, nobody twice, and not too many.
pub fn add_guest(people: &mut Vec<Guest>, guest: Guest, owner: TelegramId) -> Result<(), Refusal> {
    if guest.id == owner {
        return Err(Refusal::PersonIsOwner);
    }
    if people.iter().any(|known| known.id == guest.id) {
        return Err(Refusal::PersonKnown);
    }
    if people.len() >= MOST_PEOPLE {
        return Err(Refusal::TooManyPeople { most: MOST_PEOPLE as u32 });
    }
    people.push(guest);
    Ok(())
}

/// What a choice on a screen is for: the claw being hatched, or one that lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Hatch,
    Claw(ClawId),
}

/// What the next text of this person is meant for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expecting {
    #[default]
    Nothing,
    Token(Purpose),
    Person(Purpose),
    Title(ClawId),
    Zone,
    /// An admin's reason for this confirmation.
    Reason(ConfirmationId),
}

impl Expecting {
    /// Whether `no` is what an answer to this question met. Then the question stands, with the no above it, and can be
    /// answered better.
    pub fn is_tried_again_after(&self, no: &Refusal) -> bool {
        match self {
            Expecting::Nothing | Expecting::Reason(_) => false,
            Expecting::Token(_) => matches!(
                no,
                Refusal::NotAToken
                    | Refusal::TokenDead
                    | Refusal::OurOwnBot
                    | Refusal::BotTaken
                    | Refusal::BotBusy
                    | Refusal::TokenForgotten
                    | Refusal::TelegramSilent
            ),
            Expecting::Person(_) => matches!(
                no,
                Refusal::PersonIsOwner
                    | Refusal::UsernameNotEnough
                    | Refusal::ForwardHidden
                    | Refusal::NotAPerson
                    | Refusal::NotANumber
            ),
            Expecting::Title(_) => matches!(no, Refusal::BadTitle { .. }),
            Expecting::Zone => *no == Refusal::UnknownZone,
        }
    }
}

/// Everything that lies on one person's desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Desk {
    pub expecting: Expecting,
    pub wizard: Option<Wizard>,
    /// A list of people being edited for a claw that lives.
    pub people: Option<(ClawId, Vec<Guest>)>,
    /// A bot that was found and not yet confirmed, and what for.
    pub found: Option<(Purpose, BotId)>,
}

#[cfg(test)]
mod tests;
