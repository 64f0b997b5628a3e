//! The configuration as the stand-in for a gateway keeps it: read from its file, strictly; changed by merge patches under
//! the hash that was read; written back to its file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// What may stand at the top. The real one knows more, and is as strict.
const KNOWN: [&str; 14] = [
    "gateway",
    "secrets",
    "models",
    "agents",
    "session",
    "tools",
    "bindings",
    "channels",
    "plugins",
    "logging",
    "update",
    "telemetry",
    "discovery",
    "meta",
];
/// What is shown in place of a secret.
const HIDDEN: &str = "__OPENCLAW_REDACTED__";

/// A configuration that is accepted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Config(pub Value);

/// Why a patch was not taken.
#[derive(Debug, PartialEq)]
pub(super) enum NotPatched {
    Stale,
    Shrinks(String),
    Invalid(Value),
    NoPatch,
}

impl Config {
    /// The file's content; what is wrong with it otherwise, as `[{path, message}]`. A file that was changed through a
    /// gateway and then by somebody else is not believed: what stood there before the last change comes back.
    pub fn read(file: &Path) -> Result<Config, Value> {
        let backup = backup_of(file);
        let is_touched = |text: String| serde_json::from_str::<Value>(&text).is_ok_and(|value| value["meta"].is_object());
        if backup.exists() && !fs::read_to_string(file).is_ok_and(is_touched) {
            fs::copy(&backup, file).map_err(|error| issue("<root>", &format!("cannot be recovered: {error}")))?;
        }
        let bytes = fs::read(file).map_err(|error| issue("<root>", &format!("cannot be read: {error}")))?;
        let value = serde_json::from_slice(&bytes).map_err(|error| issue("<root>", &format!("JSON5 parse failed: {error}")))?;
        Config::check(value)
    }

    fn check(value: Value) -> Result<Config, Value> {
        let Some(top) = value.as_object() else { return Err(issue("<root>", "expected object")) };
        if let Some(name) = top.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            return Err(issue("", &format!("Unrecognized key: \"{name}\"")));
        }
        if value["gateway"]["mode"] != "local" {
            return Err(issue("gateway.mode", "existing config is missing gateway.mode"));
        }
        let allowed = value["channels"]["telegram"]["allowFrom"].as_array();
        if allowed.is_some_and(|people| !people.iter().all(Value::is_string)) {
            return Err(issue("channels.telegram.allowFrom", "expected string"));
        }
        Ok(Config(value))
    }

    /// Changes with every change of it.
    pub fn hash(&self) -> String {
        format!("hmac-sha256:v1:{}", hex::encode(Sha256::digest(self.0.to_string())))
    }

    /// As `config.get` shows it.
    pub fn shown(&self) -> Value {
        let mut shown = self.0.clone();
        shown["gateway"]["auth"]["token"] = HIDDEN.into();
        if let Some(providers) = shown["secrets"]["providers"].as_object_mut() {
            for provider in providers.values_mut().filter_map(Value::as_object_mut) {
                provider.values_mut().for_each(|value| *value = HIDDEN.into());
            }
        }
        shown
    }

    /// The configuration with a merge patch laid over it, and what changed by it.
    pub fn patched(&self, params: &Value) -> Result<Config, NotPatched> {
        let raw = params["raw"].as_str().and_then(|raw| serde_json::from_str::<Value>(raw).ok());
        let patch = raw.ok_or(NotPatched::NoPatch)?;
        if params["baseHash"].as_str() != Some(&self.hash()) {
            return Err(NotPatched::Stale);
        }
        let named: Vec<&str> = params["replacePaths"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut merged = self.0.clone();
        if let Some(path) = lay_over(&mut merged, &patch, "", &named) {
            return Err(NotPatched::Shrinks(path));
        }
        Config::check(merged).map_err(NotPatched::Invalid)
    }

    /// Writes it to its file, whole or not at all, with its mark, and keeps what stood there.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        let beside = file.with_extension("json.new");
        let mut marked = self.0.clone();
        marked["meta"] = json!({ "lastTouchedVersion": super::VERSION });
        fs::write(&beside, serde_json::to_vec_pretty(&marked)?)?;
        if file.exists() {
            fs::copy(file, backup_of(file))?;
        }
        fs::rename(beside, file)
    }
}

fn backup_of(file: &Path) -> PathBuf {
    file.with_extension("json.bak")
}

fn issue(path: &str, message: &str) -> Value {
    json!([{ "path": path, "message": message }])
}

/// A merge patch: objects are joined, nothing takes out, everything else replaces. The path of a list that would lose
/// something and is not `named`, if there is one.
fn lay_over(under: &mut Value, patch: &Value, path: &str, named: &[&str]) -> Option<String> {
    let Some(patch) = patch.as_object() else {
        let loses = match (&*under, patch) {
            (Value::Array(old), Value::Array(new)) => old.iter().any(|item| !new.contains(item)),
            _ => false,
        };
        if loses && !named.contains(&path) {
            return Some(path.to_owned());
        }
        *under = patch.clone();
        return None;
    };
    if !under.is_object() {
        *under = Value::Object(Map::new());
    }
    let fields = under.as_object_mut()?;
    for (name, value) in patch {
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        if value.is_null() {
            fields.remove(name);
        } else if let Some(lost) = lay_over(fields.entry(name.clone()).or_insert(Value::Null), value, &below, named) {
            return Some(lost);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Config, NotPatched};

    fn config() -> Config {
        let telegram = json!({ "allowFrom": ["1", "2"], "accounts": { "b1": {} } });
        Config(json!({ "gateway": { "mode": "local" }, "channels": { "telegram": telegram } }))
    }

    fn patch(raw: serde_json::Value, named: &[&str]) -> Result<Config, NotPatched> {
        config().patched(&json!({ "raw": raw.to_string(), "baseHash": config().hash(), "replacePaths": named }))
    }

    #[test]
    fn what_somebody_else_wrote_over_a_change_is_not_believed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("openclaw.json");
        let others = |people: &str| {
            let mut config = config().0;
            config["channels"]["telegram"]["allowFrom"] = json!([people]);
            std::fs::write(&file, config.to_string()).expect("written");
            config
        };
        assert!(Config::read(&file).is_err(), "no file, no configuration");
        let first = others("1");
        assert_eq!(Config::read(&file).expect("read").0, first);
        config().write(&file).expect("changed");
        others("9");
        assert_eq!(Config::read(&file).expect("read").0, first, "what stood there before the change");
        std::fs::remove_file(file.with_extension("json.bak")).expect("removed");
        assert_eq!(others("9"), Config::read(&file).expect("read").0, "there is nothing to go back to");
    }

    #[test]
    fn a_patch_is_taken_as_the_real_one_takes_it() {
        let people = json!({ "channels": { "telegram": { "allowFrom": ["2"] } } });
        assert_eq!(patch(people.clone(), &[]), Err(NotPatched::Shrinks("channels.telegram.allowFrom".into())));
        let done = patch(people, &["channels.telegram.allowFrom"]).expect("patched");
        assert_eq!(done.0["channels"]["telegram"]["allowFrom"], json!(["2"]));
        let more = json!({ "channels": { "telegram": { "allowFrom": ["1", "2", "3"], "accounts": { "b1": null, "b2": {} } } } });
        let done = patch(more, &[]).expect("patched");
        assert_eq!(done.0["channels"]["telegram"]["accounts"], json!({ "b2": {} }));
        assert!(matches!(patch(json!({ "nope": 1 }), &[]), Err(NotPatched::Invalid(_))));
        let stale = config().patched(&json!({ "raw": "{}", "baseHash": "x" }));
        assert_eq!(stale, Err(NotPatched::Stale));
        assert_eq!(patch(json!({}), &[]), Ok(config()), "nothing to do");
    }
}
