//! What a button means, and its short spelling. A button may carry 64 bytes (Bot API, `InlineKeyboardButton`), of
//! which our tag takes 17; so a tap is spelt in at most 47. The spelling is no secret and gives no right: the tag
//! binds it to one person, and every use case asks again who owns what.

mod tend;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use tend::TendTap;

use crate::domain::{
    ids::{BotId, ClawId, ConfirmationId, TelegramId},
    locale::Locale,
    shown::{Shown, base36},
    time::Time,
    wizard::Purpose,
};

/// The longest spelling of a tap, in bytes.
pub const MOST_BYTES: usize = 47;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tap {
    Home,
    HowItWorks,
    Help,
    Languages,
    SetLanguage(Locale),
    Settings,
    AskZone,
    SetZone(ZoneChoice),

    // The wizard.
    Hatch,
    AgreeToTerms(u32),
    BotStep,
    HaveToken(Purpose),
    UseBot(Purpose, BotId),
    Models {
        purpose: Purpose,
        page: u8,
    },
    PickModel {
        purpose: Purpose,
        index: u8,
        fingerprint: u8,
    },
    AddPerson(Purpose),
    RemovePerson(Purpose, TelegramId),
    PeopleDone(Purpose),
    Start(Shown),
    AskAdmin,
    LeaveLine,
    Back,
    Cancel,

    // A claw.
    Claws,
    Card(ClawId),
    People(ClawId),
    AskPause(ClawId),
    Pause {
        claw: ClawId,
        drawn: Minute,
    },
    Resume(ClawId),
    Rename(ClawId),
    NewToken(ClawId),
    ApplyModel {
        claw: ClawId,
        index: u8,
        fingerprint: u8,
        drawn: Minute,
    },
    ApplyPeople {
        claw: ClawId,
        drawn: Minute,
        shown: Shown,
    },
    ApplyBot {
        claw: ClawId,
        drawn: Minute,
        shown: Shown,
    },
    AskDelete(ClawId),
    Delete {
        claw: ClawId,
        drawn: Minute,
    },
    Undo(ClawId),

    /// A claw that runs.
    Tend(TendTap),

    // One's own data.
    AskForget,
    Forget {
        drawn: Minute,
        shown: Shown,
    },

    // Admins.
    Confirm(ConfirmationId, Shown),
    Withdraw(ConfirmationId),
    Fleet {
        page: u8,
    },
    AdminDeprovision(ClawId),
}

/// Zones offered as buttons; every other is typed.
pub const ZONES: [&str; 12] = [
    "UTC",
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Moscow",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Shanghai",
    "Asia/Tokyo",
];

/// One of [`ZONES`], by place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ZoneChoice(pub u8);

/// When a screen was drawn, to the minute. What costs or destroys is not done from a screen older than ten of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minute(pub i64);

impl Minute {
    pub fn of(now: Time) -> Minute {
        Minute(now.0.div_euclid(60_000))
    }

    pub fn is_fresh(self, now: Time) -> bool {
        (0..=10).contains(&(Minute::of(now).0 - self.0))
    }
}

fn uuid_text(id: Uuid) -> String {
    id.simple().to_string()
}

fn purpose_text(purpose: Purpose) -> String {
    match purpose {
        Purpose::Hatch => "h".to_owned(),
        Purpose::Claw(claw) => uuid_text(claw.0),
    }
}

fn purpose(text: &str) -> Option<Purpose> {
    if text == "h" { Some(Purpose::Hatch) } else { claw(text).map(Purpose::Claw) }
}

fn claw(text: &str) -> Option<ClawId> {
    Uuid::try_parse(text).ok().map(ClawId)
}

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// Reads what [`base36`] wrote: numbers of Telegram's, which have up to 52 bits.
fn long(text: &str) -> Option<i64> {
    i64::from_str_radix(text, 36).ok()
}

/// Minutes are spelt as hexadecimal, which keeps the longest tap within its limit.
fn minute_text(minute: Minute) -> String {
    format!("{:x}", minute.0)
}

fn minute(text: &str) -> Option<Minute> {
    i64::from_str_radix(text, 16).ok().map(Minute)
}

impl Tap {
    /// The spelling, in at most [`MOST_BYTES`] of `A-Z a-z 0-9 . -`.
    pub fn spell(&self) -> String {
        match self {
            Tap::Home => "ho".into(),
            Tap::HowItWorks => "hw".into(),
            Tap::Help => "he".into(),
            Tap::Languages => "ls".into(),
            Tap::SetLanguage(locale) => format!("sl.{}", locale.code()),
            Tap::Settings => "se".into(),
            Tap::AskZone => "az".into(),
            Tap::SetZone(zone) => format!("sz.{}", zone.0),
            Tap::Hatch => "ha".into(),
            Tap::AgreeToTerms(version) => format!("at.{version}"),
            Tap::BotStep => "bs".into(),
            Tap::HaveToken(purpose) => format!("ht.{}", purpose_text(*purpose)),
            Tap::UseBot(to, bot) => format!("ub.{}.{}", purpose_text(*to), base36(bot.0)),
            Tap::Models { purpose, page } => format!("ms.{}.{page}", purpose_text(*purpose)),
            Tap::PickModel { purpose, index, fingerprint } => format!("pm.{}.{index}.{fingerprint}", purpose_text(*purpose)),
            Tap::AddPerson(purpose) => format!("ap.{}", purpose_text(*purpose)),
            Tap::RemovePerson(purpose, id) => format!("rp.{}.{}", purpose_text(*purpose), base36(id.0)),
            Tap::PeopleDone(purpose) => format!("pd.{}", purpose_text(*purpose)),
            Tap::Start(shown) => format!("st.{}", shown.spell()),
            Tap::AskAdmin => "aa".into(),
            Tap::LeaveLine => "ll".into(),
            Tap::Back => "ba".into(),
            Tap::Cancel => "ca".into(),
            Tap::Claws => "cl".into(),
            Tap::Card(claw) => format!("cd.{}", uuid_text(claw.0)),
            Tap::People(claw) => format!("pe.{}", uuid_text(claw.0)),
            Tap::AskPause(claw) => format!("ak.{}", uuid_text(claw.0)),
            Tap::Pause { claw, drawn } => format!("pa.{}.{}", uuid_text(claw.0), minute_text(*drawn)),
            Tap::Resume(claw) => format!("re.{}", uuid_text(claw.0)),
            Tap::Rename(claw) => format!("rn.{}", uuid_text(claw.0)),
            Tap::NewToken(claw) => format!("nt.{}", uuid_text(claw.0)),
            Tap::ApplyModel { claw, index, fingerprint, drawn } => {
                // Two small numbers as one, so that the whole stays short.
                format!("am{:x}.{}.{:x}", u32::from(*index) * 100 + u32::from(*fingerprint), uuid_text(claw.0), drawn.0)
            }
            Tap::ApplyPeople { claw, drawn, shown } => {
                format!("al.{}.{}.{}", uuid_text(claw.0), minute_text(*drawn), shown.spell())
            }
            Tap::ApplyBot { claw, drawn, shown } => {
                format!("ab.{}.{}.{}", uuid_text(claw.0), minute_text(*drawn), shown.spell())
            }
            Tap::AskDelete(claw) => format!("ad.{}", uuid_text(claw.0)),
            Tap::Delete { claw, drawn } => format!("de.{}.{}", uuid_text(claw.0), minute_text(*drawn)),
            Tap::Undo(claw) => format!("un.{}", uuid_text(claw.0)),
            Tap::Tend(tap) => tap.spell(),
            Tap::AskForget => "af".into(),
            Tap::Forget { drawn, shown } => format!("fo.{}.{}", minute_text(*drawn), shown.spell()),
            Tap::Confirm(id, shown) => format!("co.{}.{}", uuid_text(id.0), shown.spell()),
            Tap::Withdraw(id) => format!("wi.{}", uuid_text(id.0)),
            Tap::Fleet { page } => format!("fl.{page}"),
            Tap::AdminDeprovision(claw) => format!("xd.{}", uuid_text(claw.0)),
        }
    }

    /// Reads a spelling back. Nothing for anything we did not spell.
    pub fn read(text: &str) -> Option<Tap> {
        if text.len() > MOST_BYTES {
            return None;
        }
        let mut parts = text.split('.');
        let head = parts.next()?;
        let rest: Vec<&str> = parts.collect();
        if let Some(packed) = head.strip_prefix("am") {
            let packed = u32::from_str_radix(packed, 16).ok()?;
            let [id, drawn] = rest[..] else { return None };
            let (index, fingerprint) = (u8::try_from(packed / 100).ok()?, (packed % 100) as u8);
            return Some(Tap::ApplyModel { claw: claw(id)?, index, fingerprint, drawn: minute(drawn)? });
        }
        let tap = match (head, &rest[..]) {
            ("ho", []) => Tap::Home,
            ("hw", []) => Tap::HowItWorks,
            ("he", []) => Tap::Help,
            ("ls", []) => Tap::Languages,
            ("sl", [code]) => Tap::SetLanguage(Locale::from_code(code)?),
            ("se", []) => Tap::Settings,
            ("az", []) => Tap::AskZone,
            ("sz", [zone]) => Tap::SetZone(ZoneChoice(number(zone).filter(|at| usize::from(*at) < ZONES.len())?)),
            ("ha", []) => Tap::Hatch,
            ("at", [version]) => Tap::AgreeToTerms(number(version)?),
            ("bs", []) => Tap::BotStep,
            ("ht", [to]) => Tap::HaveToken(purpose(to)?),
            ("ub", [to, bot]) => Tap::UseBot(purpose(to)?, BotId(long(bot)?)),
            ("ms", [to, page]) => Tap::Models { purpose: purpose(to)?, page: number(page)? },
            ("pm", [to, index, print]) => {
                Tap::PickModel { purpose: purpose(to)?, index: number(index)?, fingerprint: number(print)? }
            }
            ("ap", [to]) => Tap::AddPerson(purpose(to)?),
            ("rp", [to, id]) => Tap::RemovePerson(purpose(to)?, TelegramId(long(id)?)),
            ("pd", [to]) => Tap::PeopleDone(purpose(to)?),
            ("st", [shown]) => Tap::Start(Shown::read(shown)?),
            ("aa", []) => Tap::AskAdmin,
            ("ll", []) => Tap::LeaveLine,
            ("ba", []) => Tap::Back,
            ("ca", []) => Tap::Cancel,
            ("cl", []) => Tap::Claws,
            ("cd", [id]) => Tap::Card(claw(id)?),
            ("pe", [id]) => Tap::People(claw(id)?),
            ("ak", [id]) => Tap::AskPause(claw(id)?),
            ("pa", [id, drawn]) => Tap::Pause { claw: claw(id)?, drawn: minute(drawn)? },
            ("re", [id]) => Tap::Resume(claw(id)?),
            ("rn", [id]) => Tap::Rename(claw(id)?),
            ("nt", [id]) => Tap::NewToken(claw(id)?),
            ("al", [id, drawn, shown]) => Tap::ApplyPeople { claw: claw(id)?, drawn: minute(drawn)?, shown: Shown::read(shown)? },
            ("ab", [id, drawn, shown]) => Tap::ApplyBot { claw: claw(id)?, drawn: minute(drawn)?, shown: Shown::read(shown)? },
            ("ad", [id]) => Tap::AskDelete(claw(id)?),
            ("de", [id, drawn]) => Tap::Delete { claw: claw(id)?, drawn: minute(drawn)? },
            ("un", [id]) => Tap::Undo(claw(id)?),
            ("af", []) => Tap::AskForget,
            ("fo", [drawn, shown]) => Tap::Forget { drawn: minute(drawn)?, shown: Shown::read(shown)? },
            ("co", [id, shown]) => Tap::Confirm(ConfirmationId(Uuid::try_parse(id).ok()?), Shown::read(shown)?),
            ("wi", [id]) => Tap::Withdraw(ConfirmationId(Uuid::try_parse(id).ok()?)),
            ("fl", [page]) => Tap::Fleet { page: number(page)? },
            ("xd", [id]) => Tap::AdminDeprovision(claw(id)?),
            (head, rest) => return TendTap::read(head, rest).map(Tap::Tend),
        };
        Some(tap)
    }
}

#[cfg(test)]
mod tests;
