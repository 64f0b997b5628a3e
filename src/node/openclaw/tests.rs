//! The files and commands of a claw, without a gateway.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    domain::secret::Secret,
    node::{
        cell::{Cell, Paths},
        openclaw::{MARK, OpenClaw, OpenClawError, OpenClawSettings, RenderedFile, VERSION, When},
        spec::{Change, Limits, Spec},
    },
};

const TOKEN: &str = "123456789:AAfakefakefakefakefakefakefakefake1";
const KEY: &str = "sk-CANARY-of-the-model";
const GATEWAY: &str = "CANARY-of-the-gateway";

fn openclaw(dir: &Path, model_url: Option<&str>) -> OpenClaw {
    fs::create_dir_all(dir.join(VERSION)).expect("a folder");
    fs::write(dir.join(VERSION).join(MARK), "").expect("written");
    let model_url = model_url.map(str::to_owned);
    let settings = OpenClawSettings { dir: dir.to_owned(), telegram_api_url: "http://127.0.0.1:8081".into(), model_url };
    OpenClaw::new(settings).expect("an installed OpenClaw")
}

fn spec(change: Change) -> Spec {
    let whole = Change {
        ai_gateway_key: Some(Secret::new(KEY.into())),
        model: Some("vendor/model-1".into()),
        telegram_bot_token: Some(Secret::new(TOKEN.into())),
        telegram_allow_from: Some(vec!["42".into(), "7".into()]),
        ..Change::default()
    };
    let whole = Change {
        ai_gateway_key: change.ai_gateway_key.or(whole.ai_gateway_key),
        model: change.model.or(whole.model),
        telegram_bot_token: change.telegram_bot_token.or(whole.telegram_bot_token),
        telegram_allow_from: change.telegram_allow_from.or(whole.telegram_allow_from),
        ..change
    };
    Spec::new("u1", "claw-1", whole).expect("a specification")
}

fn cell() -> Cell {
    Cell {
        slug: "abc".into(),
        paths: Paths::below(Path::new("/claws/abc")),
        port: 20_001,
        gateway_token: Secret::new(GATEWAY.into()),
        user: None,
        limits: Limits::default(),
    }
}

fn text(file: &RenderedFile) -> String {
    String::from_utf8(file.bytes.expose().clone()).expect("text")
}

fn config_of(files: &[RenderedFile]) -> Value {
    let config = files.iter().find(|file| file.path == cell().paths.config).expect("a configuration");
    assert_eq!(config.when, When::Stopped);
    serde_json::from_str(&text(config)).expect("JSON")
}

#[test]
fn no_secret_stands_in_the_configuration_or_among_the_arguments() {
    let folder = tempfile::tempdir().expect("a folder");
    let openclaw = openclaw(folder.path(), Some("http://127.0.0.1:8080/v1"));
    let (spec, cell) = (spec(Change::default()), cell());
    let files = openclaw.render(&spec, &cell);
    for file in &files {
        assert!(file.path.starts_with(&cell.paths.dir) && file.mode == 0o600, "{}", file.path.display());
        let holds_one = [TOKEN, KEY, GATEWAY].iter().any(|secret| text(file).contains(secret));
        assert_eq!(holds_one, file.path.starts_with(&cell.paths.secrets), "{}", file.path.display());
        let name = file.path.display().to_string();
        assert!(!name.contains("CANARY") && !name.contains("AAfake"), "{name}");
    }
    let program = openclaw.gateway(&spec, &cell);
    assert!(program.args.iter().all(|arg| ![TOKEN, KEY, GATEWAY].iter().any(|secret| arg.contains(secret))));
    assert!(program.args.windows(2).any(|pair| pair == ["--bind", "loopback"]), "{:?}", program.args);
    let token = program.env.iter().find(|(name, _)| name == "OPENCLAW_GATEWAY_TOKEN").expect("the token");
    assert_eq!(token.1.expose(), GATEWAY);
    assert!(!format!("{program:?} {files:?}").contains("CANARY"));
}

#[test]
fn the_configuration_says_what_was_ordered() {
    let folder = tempfile::tempdir().expect("a folder");
    let openclaw = openclaw(folder.path(), Some("http://127.0.0.1:8080/v1"));
    let files = openclaw.render(&spec(Change::default()), &cell());
    let config = config_of(&files);
    let telegram = &config["channels"]["telegram"];
    assert_eq!(telegram["allowFrom"], json!(["42", "7"]));
    assert_eq!((&telegram["dmPolicy"], &telegram["enabled"]), (&json!("allowlist"), &json!(true)));
    assert_eq!(telegram["apiRoot"], "http://127.0.0.1:8081");
    let token = PathBuf::from(telegram["accounts"]["b123456789"]["tokenFile"].as_str().expect("a file"));
    assert!(files.iter().any(|file| file.path == token && text(file).trim() == TOKEN));
    let key = PathBuf::from(config["secrets"]["providers"]["model"]["path"].as_str().expect("a file"));
    let key = files.iter().find(|file| file.path == key).expect("the key's file");
    assert_eq!(serde_json::from_str::<Value>(&text(key)).expect("JSON").pointer("/model/key"), Some(&json!(KEY)));
    assert_eq!(config["agents"]["defaults"]["model"]["primary"], "gateway/vendor/model-1");
    assert_eq!(config["agents"]["defaults"]["heartbeat"]["every"], "0m");
    assert!(config.get("hooks").is_none() && config["gateway"]["bind"] == "loopback");
}

#[test]
fn without_a_service_of_its_own_a_claw_asks_openrouter() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config_of(&openclaw(folder.path(), None).render(&spec(Change::default()), &cell()));
    assert_eq!(config["agents"]["defaults"]["model"]["primary"], "openrouter/vendor/model-1");
    assert!(config["plugins"]["allow"].as_array().expect("a list").contains(&json!("openrouter")));
    assert_eq!(config["models"]["providers"]["openrouter"]["apiKey"]["source"], "file");
}

#[test]
fn a_change_writes_new_secrets_beside_old_ones_and_only_changed_texts() {
    let folder = tempfile::tempdir().expect("a folder");
    let openclaw = openclaw(folder.path(), None);
    let (old, cell) = (spec(Change::default()), cell());
    let names = |files: &[RenderedFile]| files.iter().map(|file| file.path.clone()).collect::<Vec<_>>();
    let before = names(&openclaw.render(&old, &cell));
    let same = openclaw.changed_files(&old, &old, &cell);
    assert!(names(&same).iter().all(|path| before.contains(path) && path.starts_with(&cell.paths.secrets)));
    let new = spec(Change {
        ai_gateway_key: Some(Secret::new("another-key".into())),
        workspace_files: Some(BTreeMap::from([("SOUL.md".to_owned(), "kind".to_owned())])),
        ..Change::default()
    });
    let changed = openclaw.changed_files(&old, &new, &cell);
    let fresh: Vec<PathBuf> = names(&changed).into_iter().filter(|path| !before.contains(path)).collect();
    assert!(matches!(&fresh[..], [key] if key.starts_with(&cell.paths.secrets)), "{fresh:?}");
    let soul = changed.iter().find(|file| file.path.ends_with("SOUL.md")).expect("the changed text");
    assert_eq!((text(soul).as_str(), soul.when), ("kind", When::Always));
    assert_eq!(names(&changed).iter().filter(|path| path.starts_with(&cell.paths.workspace)).count(), 1);
    let written = openclaw.render(&new, &cell);
    let soul = written.iter().find(|file| file.path.ends_with("SOUL.md")).expect("the text");
    assert_eq!(soul.when, When::Missing, "what the claw made of it stays at the next start");
}

#[test]
fn what_is_not_installed_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings =
        OpenClawSettings { dir: folder.path().to_owned(), telegram_api_url: "https://api.telegram.org".into(), model_url: None };
    let Err(OpenClawError::Broken(told)) = OpenClaw::new(settings) else { panic!("nothing is installed") };
    assert!(told.contains("clawnode install"), "{told}");
    let openclaw = openclaw(folder.path(), None);
    for version in ["2026.10.1", "2026.8.30", "junk"] {
        fs::create_dir_all(folder.path().join(version)).expect("a folder");
        if version != "junk" {
            fs::write(folder.path().join(version).join(MARK), "").expect("written");
        }
    }
    assert_eq!(openclaw.versions(), ["2026.10.1", VERSION, "2026.8.30"]);
}
