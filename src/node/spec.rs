//! What a claw is to be: everything the infra API says of one, checked. Kept sealed in the node's database, so that claws
//! come up again while the control plane is away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{bot_token::BotToken, ids::TelegramId, secret::Secret};

/// The longest list of people, the longest name of a model, and so on: bounds that no honest caller meets.
const MOST_PEOPLE: usize = 1000;
const LONGEST_MODEL: usize = 200;
const LONGEST_KEY: usize = 4096;
const MOST_FILES: usize = 16;

/// The specification of one claw.
#[derive(Clone, Debug)]
pub struct Spec {
    pub user_id: String,
    pub claw_id: String,
    pub ai_gateway_key: Secret<String>,
    pub model: String,
    pub bot_token: BotToken,
    /// In the order given, each once. Empty means that the claw answers nobody.
    pub allow_from: Vec<TelegramId>,
    pub limits: Limits,
    /// Texts for the workspace, by file name; what is not given comes from our templates.
    pub workspace_files: BTreeMap<String, String>,
}

/// How much of the host one claw may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub memory_mb: u32,
    /// Thousandths of a processor.
    pub cpu_milli: u32,
    pub pids: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { memory_mb: 2048, cpu_milli: 2000, pids: 512 }
    }
}

/// What is wrong with a specification: a sentence without any of its secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSpec(pub String);

/// A specification as it was sent, or a change of one: what is missing stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub ai_gateway_key: Option<Secret<String>>,
    pub model: Option<String>,
    pub telegram_bot_token: Option<Secret<String>>,
    pub telegram_allow_from: Option<Vec<String>>,
    pub limits: Option<Limits>,
    pub workspace_files: Option<BTreeMap<String, String>>,
}

/// Whether a user's or a claw's name can be one: no dots, no slashes, nothing a path or a shell could misread.
pub fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

impl Spec {
    /// A new specification. Everything but limits and files must be there.
    pub fn new(user_id: &str, claw_id: &str, change: Change) -> Result<Spec, BadSpec> {
        let missing = |what: &str| BadSpec(format!("{what} is missing"));
        for (what, name) in [("user_id", user_id), ("claw_id", claw_id)] {
            if !is_name(name) {
                return Err(BadSpec(format!("{what} must be 1 to 64 letters, digits, _ or -, a letter or digit first")));
            }
        }
        let spec = Spec {
            user_id: user_id.to_owned(),
            claw_id: claw_id.to_owned(),
            ai_gateway_key: key(change.ai_gateway_key.ok_or_else(|| missing("ai_gateway_key"))?)?,
            model: model(change.model.ok_or_else(|| missing("model"))?)?,
            bot_token: token(&change.telegram_bot_token.ok_or_else(|| missing("telegram_bot_token"))?)?,
            allow_from: people(&change.telegram_allow_from.ok_or_else(|| missing("telegram_allow_from"))?)?,
            limits: Limits::default(),
            workspace_files: BTreeMap::new(),
        };
        spec.changed(Change { limits: change.limits, workspace_files: change.workspace_files, ..Change::default() })
    }

    /// The specification with a change made to it.
    pub fn changed(&self, change: Change) -> Result<Spec, BadSpec> {
        let mut spec = self.clone();
        if let Some(text) = change.ai_gateway_key {
            spec.ai_gateway_key = key(text)?;
        }
        if let Some(text) = change.model {
            spec.model = model(text)?;
        }
        if let Some(text) = change.telegram_bot_token {
            spec.bot_token = token(&text)?;
        }
        if let Some(list) = change.telegram_allow_from {
            spec.allow_from = people(&list)?;
        }
        if let Some(limits) = change.limits {
            spec.limits = bounded(limits)?;
        }
        if let Some(files) = change.workspace_files {
            spec.workspace_files = workspace(files)?;
        }
        Ok(spec)
    }

    /// Whether both say the same, secrets included.
    pub fn same(&self, other: &Spec) -> bool {
        self.to_json() == other.to_json()
    }

    /// As it is sealed in the database.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(&Kept {
            user_id: &self.user_id,
            claw_id: &self.claw_id,
            ai_gateway_key: self.ai_gateway_key.expose(),
            model: &self.model,
            telegram_bot_token: self.bot_token.expose(),
            telegram_allow_from: self.allow_from.iter().map(ToString::to_string).collect(),
            limits: self.limits,
            workspace_files: &self.workspace_files,
        })
        .expect("strings and numbers always make JSON")
    }

    /// As it was sealed.
    pub fn from_json(bytes: &[u8]) -> Result<Spec, BadSpec> {
        let kept: KeptOwned = serde_json::from_slice(bytes).map_err(|_| BadSpec("it is not a specification".into()))?;
        let change = Change {
            ai_gateway_key: Some(Secret::new(kept.ai_gateway_key)),
            model: Some(kept.model),
            telegram_bot_token: Some(Secret::new(kept.telegram_bot_token)),
            telegram_allow_from: Some(kept.telegram_allow_from),
            limits: Some(kept.limits),
            workspace_files: Some(kept.workspace_files),
        };
        Spec::new(&kept.user_id, &kept.claw_id, change)
    }
}

#[derive(Serialize)]
struct Kept<'a> {
    user_id: &'a str,
    claw_id: &'a str,
    ai_gateway_key: &'a str,
    model: &'a str,
    telegram_bot_token: &'a str,
    telegram_allow_from: Vec<String>,
    limits: Limits,
    workspace_files: &'a BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct KeptOwned {
    user_id: String,
    claw_id: String,
    ai_gateway_key: String,
    model: String,
    telegram_bot_token: String,
    telegram_allow_from: Vec<String>,
    limits: Limits,
    workspace_files: BTreeMap<String, String>,
}

fn key(text: Secret<String>) -> Result<Secret<String>, BadSpec> {
    let good = (1..=LONGEST_KEY).contains(&text.expose().len()) && text.expose().bytes().all(|b| b.is_ascii_graphic());
    good.then_some(text).ok_or_else(|| BadSpec("ai_gateway_key must be printable characters without blanks".into()))
}

/// `vendor/name` and the like. It becomes part of a configuration, never of a path or a command.
fn model(text: String) -> Result<String, BadSpec> {
    let letter = |b: u8| b.is_ascii_alphanumeric() || b"/-_.:@+".contains(&b);
    let good = (1..=LONGEST_MODEL).contains(&text.len()) && text.bytes().all(letter);
    good.then_some(text).ok_or_else(|| BadSpec("model must be a name such as vendor/model".into()))
}

fn token(text: &Secret<String>) -> Result<BotToken, BadSpec> {
    BotToken::parse(text.expose()).ok_or_else(|| BadSpec("telegram_bot_token is not a bot token".into()))
}

fn people(list: &[String]) -> Result<Vec<TelegramId>, BadSpec> {
    let bad = || BadSpec("telegram_allow_from must be numeric Telegram ids: a username can change hands".into());
    if list.len() > MOST_PEOPLE {
        return Err(BadSpec(format!("telegram_allow_from holds more than {MOST_PEOPLE} people")));
    }
    let mut people = Vec::new();
    for text in list {
        let id = text.parse().map(TelegramId).ok().filter(|id| id.can_be()).ok_or_else(bad)?;
        if !people.contains(&id) {
            people.push(id);
        }
    }
    Ok(people)
}

fn bounded(limits: Limits) -> Result<Limits, BadSpec> {
    let good = (128..=1_048_576).contains(&limits.memory_mb)
        && (50..=1_024_000).contains(&limits.cpu_milli)
        && (16..=65_536).contains(&limits.pids);
    good.then_some(limits).ok_or_else(|| BadSpec("limits: memory_mb from 128, cpu_milli from 50, pids from 16".into()))
}

fn workspace(files: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, BadSpec> {
    let is_file = |name: &str| {
        name.strip_suffix(".md").is_some_and(|stem| {
            (1..=40).contains(&stem.len()) && stem.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        })
    };
    if files.len() > MOST_FILES || !files.keys().all(|name| is_file(name)) {
        return Err(BadSpec(format!("workspace_files must be at most {MOST_FILES} names such as SOUL.md")));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::{Change, Limits, Spec, is_name};
    use crate::domain::secret::Secret;

    const TOKEN: &str = "123456789:AAfakefakefakefakefakefakefakefake1";

    fn whole() -> Change {
        Change {
            ai_gateway_key: Some(Secret::new("sk-CANARY".into())),
            model: Some("anthropic/claude-sonnet-4.6".into()),
            telegram_bot_token: Some(Secret::new(TOKEN.into())),
            telegram_allow_from: Some(vec!["42".into(), "42".into(), "7".into()]),
            ..Change::default()
        }
    }

    #[test]
    fn names_cannot_be_paths() {
        for good in ["u1", "claw-1", "0198f2c4-7a3e-7c1d-9b0a-5d2f1e8c4b6a", "A_b"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", ".", "..", "../x", "a/b", "a\\b", "a b", "-rf", "_x", "a\0", "ü", "%2e%2e", "a.b", &"a".repeat(65)] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn what_is_sealed_is_read_back_the_same() {
        let mut change = whole();
        change.limits = Some(Limits { memory_mb: 512, ..Limits::default() });
        change.workspace_files = Some([("SOUL.md".to_owned(), "kind".to_owned())].into());
        let spec = Spec::new("u1", "claw-1", change).expect("a specification");
        assert_eq!(spec.allow_from.iter().map(|id| id.0).collect::<Vec<_>>(), [42, 7]);
        let again = Spec::from_json(&spec.to_json()).expect("the same");
        assert!(spec.same(&again));
        assert!(!format!("{spec:?}").contains("CANARY"));
    }

    #[test]
    fn each_fault_is_told_without_its_secret() {
        let file = |name: &str| Some([(name.to_owned(), String::new())].into());
        let secret = |text: &str| Some(Secret::new(text.to_owned()));
        let people = |id: &str| Some(vec![id.to_owned()]);
        for (broken, word) in [
            (Change { ai_gateway_key: None, ..whole() }, "ai_gateway_key"),
            (Change { ai_gateway_key: secret("sk CANARY"), ..whole() }, "ai_gateway_key"),
            (Change { model: Some(String::new()), ..whole() }, "model"),
            (Change { model: Some("a\"b".into()), ..whole() }, "model"),
            (Change { telegram_bot_token: secret("1:CANARY"), ..whole() }, "telegram_bot_token"),
            (Change { telegram_allow_from: people("@alice"), ..whole() }, "telegram_allow_from"),
            (Change { telegram_allow_from: people("-5"), ..whole() }, "telegram_allow_from"),
            (Change { workspace_files: file("../x.md"), ..whole() }, "workspace_files"),
            (Change { workspace_files: file("run.sh"), ..whole() }, "workspace_files"),
            (Change { limits: Some(Limits { pids: 1, ..Limits::default() }), ..whole() }, "limits"),
        ] {
            let told = Spec::new("u1", "claw-1", broken).expect_err(word).to_string();
            assert!(told.contains(word) && !told.contains("CANARY"), "{word}: {told}");
        }
    }
}
