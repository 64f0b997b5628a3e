//! Words: a notice becomes text and buttons here, in the language of whoever reads it. Pure but for the texts, which
//! are compiled in from `locales/`. Pages of lists are counted from 0.

mod admin;
mod alert;
mod card;
mod choose;
mod confirm;
mod ending;
mod grant;
mod hatch;
mod home;
mod html;
mod menu;
mod page;
mod refusal;
mod settings;
mod tend;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod wizard;

pub use menu::{commands, profile};

use crate::domain::{
    locale::Locale,
    notice::{Notice, Toast},
    tap::Tap,
    time::Time,
};

/// Who reads, and when: what the words depend on.
#[derive(Clone, Copy, Debug)]
pub struct Eyes<'a> {
    pub locale: Locale,
    /// IANA name; UTC, and named so, when not told.
    pub zone: Option<&'a str>,
    pub now: Time,
}

/// A message ready to be sent: HTML of the kind Telegram takes, and buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    pub html: String,
    pub keyboard: Keyboard,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keyboard {
    None,
    Buttons(Vec<Vec<Button>>),
    /// A reply keyboard with one button that opens Telegram's picker of people, and one to cancel.
    PickPeople {
        pick: String,
        cancel: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    Tap { label: String, tap: Tap },
    Url { label: String, url: String },
}

/// The words and buttons of `notice` for `eyes`.
pub fn screen(notice: &Notice, eyes: Eyes<'_>) -> Screen {
    match notice {
        Notice::Home { offer, claws, wizard_open } => home::home(eyes, offer, *claws, *wizard_open),
        Notice::HowItWorks { trial_hours } => home::how_it_works(eyes, *trial_hours),
        Notice::Help { admin } => home::help(eyes, *admin),
        Notice::Languages { current } => settings::languages(eyes, *current),
        Notice::Settings { locale, zone } => settings::settings(eyes, *locale, zone.as_deref()),
        Notice::AskZone { current, refusal } => settings::ask_zone(eyes, current.as_deref(), refusal.as_ref()),

        Notice::Terms { version } => wizard::terms(eyes, *version),
        Notice::ChooseBot { create_url, free, refusal } => {
            wizard::choose_bot(eyes, create_url.as_deref(), free, refusal.as_ref())
        }
        Notice::BotGuide { purpose, refusal } => wizard::bot_guide(eyes, *purpose, refusal.as_ref()),
        Notice::BotKept { bot } => wizard::bot_kept(eyes, bot),
        Notice::BotFound { purpose, bot, foreign_webhook, pasted } => {
            wizard::bot_found(eyes, *purpose, bot, *foreign_webhook, *pasted)
        }
        Notice::ChooseModel { purpose, models, fingerprint, chosen, default, page, pages } => {
            let list = choose::Models { models, fingerprint: *fingerprint, chosen: chosen.as_deref(), default };
            choose::model(eyes, *purpose, &list, *page, *pages)
        }
        Notice::People { purpose, guests, refusal, changed } => {
            choose::people(eyes, *purpose, guests, refusal.as_ref(), *changed)
        }
        Notice::AskPerson { purpose, refusal } => choose::ask_person(eyes, *purpose, refusal.as_ref()),
        Notice::Summary { bot, model, guests, offer, keeps_data, refusal, shown } => {
            let facts = choose::Summary { bot, model, guests: *guests, offer, keeps_data: *keeps_data };
            choose::summary(eyes, &facts, refusal.as_ref(), *shown)
        }
        Notice::InLine { place, reason } => grant::in_line(eyes, *place, *reason),
        Notice::YourTurn { hours } => grant::your_turn(eyes, *hours),
        Notice::AdminAsked => grant::admin_asked(eyes),

        Notice::Hatching { claw, bot, stage, since, slow } => hatch::hatching(eyes, *claw, bot, *stage, *since, *slow),
        Notice::Hatched { claw, bot, took } => hatch::hatched(eyes, *claw, bot, *took),
        Notice::Ready { claw, bot, right } => hatch::ready(eyes, *claw, bot, right),
        Notice::Stuck { claw, bot, reason, code } => hatch::stuck(eyes, *claw, bot, *reason, code),
        Notice::Late { claw, bot, code } => hatch::late(eyes, *claw, bot, code),
        Notice::Claws { claws, offer } => card::claws(eyes, claws, offer),
        Notice::Card(card) => card::card(eyes, card, None),
        Notice::CardAfter { done, card } => card::card(eyes, card, Some(*done)),
        Notice::AskTitle { claw, bot, refusal } => card::ask_title(eyes, *claw, bot, refusal.as_ref()),
        Notice::ConfirmPause { claw, bot, keeps_data, drawn } => confirm::pause(eyes, *claw, bot, *keeps_data, *drawn),
        Notice::ConfirmChange { claw, bot, change, keeps_data, stays_awake, drawn } => {
            confirm::change(eyes, *claw, bot, change, (*keeps_data, *stays_awake), *drawn)
        }
        Notice::ConfirmDelete { claw, bot, drawn } => confirm::delete(eyes, *claw, bot, *drawn),
        Notice::HealedBack { claw, bot, model, code } => hatch::healed_back(eyes, *claw, bot, model, code),

        // The words say how long is left at the moment they are read, which may be later than they were due.
        Notice::Ending { claw, bot, kind, end, keeps_data } => ending::ending(eyes, *claw, bot, *kind, *end, *keeps_data),
        Notice::Asleep { claw, bot, kind, kept_until, keeps_data } => {
            ending::asleep(eyes, *claw, bot, *kind, *kept_until, *keeps_data)
        }
        Notice::DestroySoon { claw, bot, at } => ending::destroy_soon(eyes, *claw, bot, *at),
        Notice::Destroyed { bot, by_owner } => ending::destroyed(eyes, bot, *by_owner),
        Notice::Woken { claw, bot } => ending::woken(eyes, *claw, bot),
        Notice::CameBack { claw, bot, keeps_data } => ending::came_back(eyes, *claw, bot, *keeps_data),

        Notice::Tend(notice) => tend::screen(eyes, notice),

        Notice::Granted { days, claw } => grant::granted(eyes, *days, claw),
        Notice::ClawTakenAway { bot } => grant::taken_away(eyes, bot),

        Notice::AskForget { claws, drawn, shown } => confirm::forget(eyes, *claws, *drawn, *shown),
        Notice::Forgotten { locale } => home::forgotten(Eyes { locale: *locale, ..eyes }),

        Notice::Refused(refused) => refusal::screen(eyes, refused),
        Notice::Broken { code } => home::broken(eyes, code),
        Notice::TooFast => home::too_fast(eyes),
        Notice::NotUnderstood => home::not_understood(eyes),
        Notice::PrivateOnly => home::private_only(eyes),
        Notice::Admin(notice) => admin::screen(eyes, notice),
    }
}

/// Whether a text is what the picker's own key for leaving it sends, in any language: the person may have switched.
pub fn is_cancel(text: &str) -> bool {
    Locale::ALL.into_iter().any(|locale| text::plain(locale, "do-cancel", &[]) == text.trim())
}

/// The small text that answers a tap.
pub fn toast(toast: Toast, locale: Locale) -> String {
    let id = match toast {
        Toast::NotYours => "toast-not-yours",
        Toast::Redrawn => "toast-redrawn",
        Toast::Changed => "toast-changed",
        Toast::Expired => "toast-expired",
        Toast::Stranger => "toast-stranger",
        Toast::AlreadyDone => "toast-already-done",
        Toast::LanguageSet => "toast-language-set",
        Toast::ZoneSet => "toast-zone-set",
        Toast::Removed => "toast-removed",
        Toast::Broken => "toast-broken",
    };
    text::plain(locale, id, &[])
}
