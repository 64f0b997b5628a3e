//! The operator's side: commands as they are typed, what is confirmed before it is done, and what is shown.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::{
    claw::{Ailment, Status},
    ids::{ClawId, ConfirmationId, TelegramId},
    incident::{Incident, IncidentCode},
    notice::Right,
    refusal::Refusal,
    shown::Shown,
    time::Time,
};

/// How long a confirmation's button lives.
pub const CONFIRM_WITHIN: Duration = Duration::from_secs(5 * 60);
/// The longest grant, in days.
pub const MOST_DAYS: u32 = 3650;

/// A command only admins have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminCommand {
    Provision { person: TelegramId, model: Option<String>, days: Option<u32> },
    Deprovision(Target),
    Fleet,
    Trace(IncidentCode),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Person(TelegramId),
    Claw(ClawId),
}

impl AdminCommand {
    /// The names, as they stand in menus, refusals and the audit trail.
    pub const NAMES: [&str; 4] = ["provision", "deprovision", "fleet", "trace"];

    /// Reads `/name arguments`; nothing if `name` is no admin command.
    pub fn parse(name: &str, arguments: &str) -> Option<Result<AdminCommand, Refusal>> {
        let words: Vec<&str> = arguments.split_whitespace().collect();
        let wrong = |usage: &str| Err(Refusal::BadArguments { usage: usage.to_owned() });
        let parsed = match name {
            "provision" => parse_provision(&words).map_or_else(|| wrong("/provision <person> [model] [days]"), Ok),
            "deprovision" => match words[..] {
                [target] => parse_target(target)
                    .map_or_else(|| wrong("/deprovision <person | claw>"), |t| Ok(AdminCommand::Deprovision(t))),
                _ => wrong("/deprovision <person | claw>"),
            },
            "fleet" => Ok(AdminCommand::Fleet),
            "trace" => match words[..] {
                [code] => IncidentCode::parse(code).map_or_else(|| wrong("/trace <code>"), |code| Ok(AdminCommand::Trace(code))),
                _ => wrong("/trace <code>"),
            },
            _ => return None,
        };
        Some(parsed)
    }
}

/// `<person> [model] [days]`: the last word is the days if it is a number, what stands between is the model.
fn parse_provision(words: &[&str]) -> Option<AdminCommand> {
    let (person, rest) = words.split_first()?;
    let person = parse_person(person)?;
    let (days, model) = match rest.split_last() {
        Some((last, before)) if last.bytes().all(|b| b.is_ascii_digit()) => {
            let days = last.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days))?;
            (Some(days), before)
        }
        _ => (None, rest),
    };
    let model = (!model.is_empty()).then(|| model.join(" "));
    Some(AdminCommand::Provision { person, model, days })
}

fn parse_person(word: &str) -> Option<TelegramId> {
    word.parse().ok().filter(|id: &i64| *id > 0).map(TelegramId)
}

fn parse_target(word: &str) -> Option<Target> {
    parse_person(word).map(Target::Person).or_else(|| word.parse().ok().map(Target::Claw))
}

/// What a confirmation will do when it is given. The button carries only the confirmation's id, so its arguments
/// cannot be changed on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum AdminAct {
    Provision { person: TelegramId, model: Option<String>, days: u32, reason: Option<String> },
    Deprovision { claw: ClawId, reason: Option<String> },
}

/// Who an admin's card is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLine {
    pub telegram: Option<TelegramId>,
    pub name: Option<String>,
    pub reachable: bool,
}

/// One claw in an admin's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetLine {
    pub claw: ClawId,
    pub handle: String,
    pub person: PersonLine,
    pub bot: String,
    pub model: String,
    pub status: Status,
    pub right: Right,
    pub since: Time,
}

/// The host that runs claws, as admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "node", rename_all = "snake_case")]
pub enum NodeLine {
    Answers {
        name: String,
        version: String,
        openclaw: Vec<String>,
        draining: bool,
        running: u32,
        most: u32,
        memory_free_mb: u64,
        memory_total_mb: u64,
        disk_free_mb: u64,
        disk_total_mb: u64,
    },
    /// It was asked and did not answer.
    Silent,
}

/// What is broken, for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alert", rename_all = "snake_case")]
pub enum Alert {
    /// The infra fails or cannot be reached.
    InfraFailing { why: String },
    /// The infra does not accept our key.
    InfraLockedOut,
    /// The infra has no room.
    InfraFull,
    /// A claw should have been up long ago.
    ClawLate { claw: ClawId, person: PersonLine },
    /// The infra refused a claw in a way only an operator can mend.
    ClawRefused { claw: ClawId, person: PersonLine, why: String },
    /// A claw runs and does not do well, in a way its owner cannot mend for good.
    ClawUnwell { claw: ClawId, person: PersonLine, ailment: Ailment },
    /// A right without a claw was found, or a claw without a right.
    Drift { claw: Option<ClawId>, person: PersonLine, what: String },
    /// A claw that ran is not at the infra any more. It is brought back.
    ClawVanished { claw: ClawId, person: PersonLine },
    /// So many of our claws are not at the infra any more. They are looked for twice and brought back.
    ClawsVanished { count: u32, of: u32 },
    /// A claw of ours runs at the infra though it should not. It is taken down again.
    ClawUnasked { claw: ClawId, person: PersonLine },
    /// A claw runs at the infra that we know nothing of. It is left alone.
    StrangeClaw { user: String, name: String },
    /// The infra keeps a list and does not give it: what happens there by itself is not noticed.
    InfraUnlisted { why: String },
    /// An update that cannot be handled was put aside.
    PoisonUpdate { update: i64 },
    /// A message could not be delivered and was put aside.
    PoisonMessage { chat: i64 },
    /// Someone else polls our bot's token.
    SecondPoller,
    /// Telegram does not accept our bot's token.
    BotTokenDead,
    /// A sealed value does not open.
    Unsealable { what: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "admin", rename_all = "snake_case")]
pub enum AdminNotice {
    AskReason {
        id: ConfirmationId,
        act: AdminAct,
        person: PersonLine,
    },
    ConfirmProvision {
        id: ConfirmationId,
        person: PersonLine,
        /// The connected bot that will be used.
        bot: Option<String>,
        /// A claw that already lives and gets the grant.
        claw: Option<FleetLine>,
        model: String,
        days: u32,
        reason: String,
        before: Right,
        expires: Time,
        #[serde(default)]
        shown: Shown,
    },
    ConfirmDeprovision {
        id: ConfirmationId,
        line: FleetLine,
        reason: String,
        keeps_data: bool,
        expires: Time,
        #[serde(default)]
        shown: Shown,
    },
    /// Several claws fit: one button each.
    PickClaw {
        lines: Vec<FleetLine>,
    },
    Withdrawn,
    /// A newer question came before its reason.
    Overtaken,
    Expired,
    /// The grant stands; no bot yet.
    GrantWaits {
        person: PersonLine,
        days: u32,
    },
    Working {
        act: AdminAct,
        person: PersonLine,
        status: Status,
        since: Time,
    },
    Finished {
        act: AdminAct,
        person: PersonLine,
        status: Status,
        took: Duration,
    },
    Fleet {
        lines: Vec<FleetLine>,
        page: u8,
        pages: u8,
        total: u32,
        counts: Vec<(Status, u32)>,
        in_line: u32,
        capacity: u32,
        trials_today: u32,
        trials_per_day: u32,
        /// The host of claws, where there is one to ask.
        #[serde(default)]
        node: Option<NodeLine>,
    },
    Trace {
        incident: Incident,
        person: Option<PersonLine>,
    },
    Alert {
        alert: Alert,
        since: Time,
        code: Option<IncidentCode>,
        resolved: Option<Duration>,
    },
    /// A person without a right asks for one.
    PersonAsks {
        person: PersonLine,
    },
}

impl AdminNotice {
    /// The print of a card that asks for a yes.
    pub fn shown(&self) -> Option<Shown> {
        let (AdminNotice::ConfirmProvision { shown, .. } | AdminNotice::ConfirmDeprovision { shown, .. }) = self else {
            return None;
        };
        Some(*shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_people_type_them() {
        let provision = |person, model: Option<&str>, days| {
            Some(Ok(AdminCommand::Provision { person: TelegramId(person), model: model.map(str::to_owned), days }))
        };
        for (arguments, expected) in [
            ("4242", provision(4242, None, None)),
            ("4242 sonnet", provision(4242, Some("sonnet"), None)),
            ("4242 sonnet 30", provision(4242, Some("sonnet"), Some(30))),
            ("4242 Claude Sonnet 90", provision(4242, Some("Claude Sonnet"), Some(90))),
            ("4242 90", provision(4242, None, Some(90))),
        ] {
            assert_eq!(AdminCommand::parse("provision", arguments), expected, "{arguments}");
        }
        let claw = ClawId(uuid::Uuid::from_u128(7));
        let code = IncidentCode::from_bits(7);
        for (name, arguments, expected) in [
            ("deprovision", "4242".to_owned(), AdminCommand::Deprovision(Target::Person(TelegramId(4242)))),
            ("deprovision", format!(" {claw} "), AdminCommand::Deprovision(Target::Claw(claw))),
            ("fleet", String::new(), AdminCommand::Fleet),
            ("trace", code.to_string().to_lowercase(), AdminCommand::Trace(code)),
        ] {
            assert_eq!(AdminCommand::parse(name, &arguments), Some(Ok(expected)), "/{name} {arguments}");
        }
        let most = format!("4242 {MOST_DAYS}");
        assert_eq!(AdminCommand::parse("provision", &most), provision(4242, None, Some(MOST_DAYS)), "ten years");
    }

    #[test]
    fn what_asks_for_a_yes_carries_the_print_of_what_it_shows() {
        let shown = Shown::of(&"what is read");
        let line = || PersonLine { telegram: None, name: None, reachable: true };
        let asks = AdminNotice::ConfirmProvision {
            id: ConfirmationId(uuid::Uuid::nil()),
            person: line(),
            bot: None,
            claw: None,
            model: "m".to_owned(),
            days: 30,
            reason: "a friend".to_owned(),
            before: Right::None,
            expires: Time(0) + CONFIRM_WITHIN,
            shown,
        };
        assert_eq!(asks.shown(), Some(shown));
        assert_eq!(AdminNotice::PersonAsks { person: line() }.shown(), None);
        assert_eq!(CONFIRM_WITHIN, 5 * crate::domain::time::MINUTE, "as the card says");
    }

    #[test]
    fn wrong_arguments_are_answered_with_the_usage() {
        for (name, arguments) in [
            ("provision", ""),
            ("provision", "@ann"),
            ("provision", "-5"),
            ("provision", "0"),
            ("provision", "4242 sonnet 0"),
            ("provision", "4242 sonnet 99999"),
            ("deprovision", ""),
            ("deprovision", "4242 now"),
            ("deprovision", "0"),
            ("deprovision", "@ann"),
            ("trace", "nope"),
            ("trace", ""),
        ] {
            let answer = AdminCommand::parse(name, arguments);
            assert!(matches!(answer, Some(Err(Refusal::BadArguments { .. }))), "/{name} {arguments}: {answer:?}");
        }
        assert_eq!(AdminCommand::parse("start", ""), None);
    }
}
