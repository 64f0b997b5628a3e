//! Which notices ask for a text. What a person types is taken for an answer only to what their screen asks right now, so
//! it is worked out from that screen, and nobody has to remember to say when a question is over.

use crate::domain::{
    admin::AdminNotice,
    notice::{Change, Notice},
    wizard::{Expecting, Purpose},
};

impl Notice {
    /// What a text typed below it answers. Whoever is asked nothing answers nothing.
    pub fn asks(&self) -> Expecting {
        match self {
            // Whoever is asked about one bot and sends the token of another means that one instead.
            Notice::BotGuide { purpose, .. } | Notice::BotFound { purpose, .. } => Expecting::Token(*purpose),
            Notice::ConfirmChange { claw, change: Change::Bot { .. }, .. } => Expecting::Token(Purpose::Claw(*claw)),
            Notice::AskPerson { purpose, .. } => Expecting::Person(*purpose),
            Notice::AskTitle { claw, .. } => Expecting::Title(*claw),
            Notice::AskZone { .. } => Expecting::Zone,
            Notice::Admin(AdminNotice::AskReason { id, .. }) => Expecting::Reason(*id),
            Notice::Admin(
                AdminNotice::ConfirmProvision { .. }
                | AdminNotice::ConfirmDeprovision { .. }
                | AdminNotice::PickClaw { .. }
                | AdminNotice::Withdrawn
                | AdminNotice::Overtaken
                | AdminNotice::Expired
                | AdminNotice::GrantWaits { .. }
                | AdminNotice::Working { .. }
                | AdminNotice::Finished { .. }
                | AdminNotice::Fleet { .. }
                | AdminNotice::Trace { .. }
                | AdminNotice::Alert { .. }
                | AdminNotice::PersonAsks { .. },
            )
            | Notice::Home { .. }
            | Notice::HowItWorks { .. }
            | Notice::Help { .. }
            | Notice::Languages { .. }
            | Notice::Settings { .. }
            | Notice::Terms { .. }
            | Notice::ChooseBot { .. }
            | Notice::BotKept { .. }
            | Notice::ChooseModel { .. }
            | Notice::People { .. }
            | Notice::Summary { .. }
            | Notice::InLine { .. }
            | Notice::YourTurn { .. }
            | Notice::AdminAsked
            | Notice::Hatching { .. }
            | Notice::Hatched { .. }
            | Notice::Ready { .. }
            | Notice::Stuck { .. }
            | Notice::Late { .. }
            | Notice::Claws { .. }
            | Notice::Card(_)
            | Notice::CardAfter { .. }
            | Notice::ConfirmPause { .. }
            | Notice::ConfirmChange { change: Change::Model { .. } | Change::People { .. }, .. }
            | Notice::ConfirmDelete { .. }
            | Notice::HealedBack { .. }
            | Notice::CameBack { .. }
            | Notice::Ending { .. }
            | Notice::Asleep { .. }
            | Notice::DestroySoon { .. }
            | Notice::Destroyed { .. }
            | Notice::Woken { .. }
            | Notice::Tend(_)
            | Notice::Granted { .. }
            | Notice::ClawTakenAway { .. }
            | Notice::AskForget { .. }
            | Notice::Forgotten { .. }
            | Notice::Refused(_)
            | Notice::Broken { .. }
            | Notice::TooFast
            | Notice::NotUnderstood
            | Notice::PrivateOnly => Expecting::Nothing,
        }
    }
}
