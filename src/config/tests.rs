//! Good settings are read, bad ones are all told at once, and nobody's secret is ever shown.

use std::{cell::RefCell, collections::BTreeMap, fs, time::Duration};

use super::{BUILT_IN, Delivery, Fault, LogFormat, NAMES, Settings, read_models};
use crate::domain::ids::TelegramId;

const TOKEN: &str = "123456789:AACANARYCANARYCANARYCANARYCANARYCAN";

type Given = BTreeMap<String, String>;

fn given(more: &[(&str, &str)]) -> Given {
    let least = [
        ("TELEGRAM_BOT_TOKEN", TOKEN),
        ("INFRA_API_URL", "https://infra.example.com"),
        ("INFRA_API_KEY", "infra-CANARY"),
        ("AI_GATEWAY_API_KEY", "gateway-CANARY"),
        ("ENCRYPTION_KEYS", "k1:CANARY"),
    ];
    least.iter().chain(more).map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn read(given: &Given) -> Result<Settings, Vec<Fault>> {
    Settings::from_env(&|name| given.get(name).cloned())
}

fn faults(more: &[(&str, &str)]) -> Vec<&'static str> {
    let found = read(&given(more)).expect_err("a fault");
    for fault in &found {
        let line = fault.to_string();
        assert!(!line.contains("CANARY") && !line.contains('\n'), "{line}");
    }
    found.iter().map(|fault| fault.name).collect()
}

#[test]
fn little_is_needed() {
    let settings = read(&given(&[])).expect("settings");
    assert_eq!(settings.telegram.token.bot.0, 123_456_789);
    assert_eq!(settings.telegram.api_url, "https://api.telegram.org");
    assert!(matches!(settings.telegram.delivery, Delivery::Polling));
    assert_eq!(settings.database_url.expose(), "sqlite:clawhatch.db");
    assert_eq!((settings.listen.port(), settings.metrics.port()), (8080, 9090));
    assert_eq!((settings.trial, settings.max_claws, settings.trials_per_day), (Duration::from_secs(48 * 3600), 100, 50));
    assert_eq!(settings.infra.provision_timeout, Duration::from_secs(120));
    assert_eq!(settings.infra.deprovision_timeout, Duration::from_secs(60));
    assert_eq!((settings.log_format, settings.admins.len(), settings.default_driver.as_str()), (LogFormat::Text, 0, "infra_api"));
    assert_eq!(settings.catalogue.default_model().id, "google/gemini-3-flash");
    let shown = format!("{settings:?}");
    assert!(!shown.contains("CANARY") && !shown.contains("clawhatch.db"), "{shown}");
}

#[test]
fn nothing_given_is_told_in_full() {
    let found = read(&Given::new()).expect_err("faults");
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "TELEGRAM_BOT_TOKEN: it is missing; set TELEGRAM_BOT_TOKEN or TELEGRAM_BOT_TOKEN_FILE to the token @BotFather gave",
            "INFRA_API_URL: it is missing; set it to the infra's https:// address",
            "INFRA_API_KEY: it is missing; set INFRA_API_KEY or INFRA_API_KEY_FILE",
            "AI_GATEWAY_API_KEY: it is missing; set AI_GATEWAY_API_KEY or AI_GATEWAY_API_KEY_FILE",
            "ENCRYPTION_KEYS: it is missing; set ENCRYPTION_KEYS or ENCRYPTION_KEYS_FILE to id:key; `clawhatch keys generate` prints a new key",
        ]
    );
}

#[test]
fn every_wrong_value_is_told_under_its_name() {
    for (name, bad) in [
        ("TELEGRAM_BOT_TOKEN", "CANARY"),
        ("TELEGRAM_API_URL", "http://203.0.113.7"),
        ("TELEGRAM_API_URL", "CANARY"),
        ("TELEGRAM_MODE", "CANARY"),
        ("TELEGRAM_WEBHOOK_SECRET", "CANARY"),
        ("TELEGRAM_WEBHOOK_SECRET", "CANARY with blanks in it"),
        ("PUBLIC_URL", "clawhatch.example.com"),
        ("LISTEN_ADDR", "8080"),
        ("METRICS_ADDR", "CANARY"),
        ("METRICS_ADDR", "127.0.0.1:8080"),
        ("DATABASE_URL", "mysql://CANARY"),
        ("DEFAULT_DRIVER", "CANARY"),
        ("INFRA_API_URL", "http://203.0.113.7"),
        ("INFRA_API_URL", "https://ann:CANARY@infra.example.com"),
        ("INFRA_API_HOST", "203.0.113.7"),
        ("INFRA_API_HOST", "a.example:8443"),
        ("INFRA_API_KEY", "CANARY\nCANARY"),
        ("INFRA_ALLOW_HTTP", "yes"),
        ("INFRA_CA_FILE", "/CANARY/nowhere"),
        ("INFRA_CA_FILE", "Cargo.toml"),
        ("INFRA_PROVISION_TIMEOUT", "0"),
        ("INFRA_DEPROVISION_TIMEOUT", "-1"),
        ("ADMIN_IDS", "4242,@CANARY"),
        ("ADMIN_IDS", "-4242"),
        ("TRIAL_HOURS", "0"),
        ("MAX_CLAWS", "1.5"),
        ("TRIALS_PER_DAY", "CANARY"),
        ("MODELS_FILE", "/CANARY/nowhere"),
        ("MODELS_FILE", "Cargo.toml"),
        ("DEFAULT_MODEL", "CANARY/none"),
        ("LOG_FORMAT", "CANARY"),
        ("SANDBOX_CLOCK_FILE", "/tmp/CANARY"),
    ] {
        assert_eq!(faults(&[(name, bad)]), [name], "{bad}");
    }
    assert_eq!(
        faults(&[("TRIAL_HOURS", "x"), ("LOG_FORMAT", "x"), ("TELEGRAM_BOT_TOKEN", "x")]),
        ["TELEGRAM_BOT_TOKEN", "TRIAL_HOURS", "LOG_FORMAT"]
    );
    let told = Settings::from_env_with(&|name| given(&[]).get(name).cloned(), &|_| Err("entry 1 is wrong".into()));
    assert_eq!(told.expect_err("a fault")[0].to_string(), "ENCRYPTION_KEYS: entry 1 is wrong");
}

#[test]
fn updates_arrive_by_webhook_when_the_world_can_reach_us() {
    let secret = ("TELEGRAM_WEBHOOK_SECRET", "0123456789abcdef_CANARY");
    let public = ("PUBLIC_URL", "https://clawhatch.example.com/");
    let settings = read(&given(&[secret, public])).expect("settings");
    let Delivery::Webhook { secret: read_secret } = &settings.telegram.delivery else { panic!("polling") };
    assert_eq!(
        (read_secret.expose().as_str(), settings.public_url.as_deref()),
        (secret.1, Some("https://clawhatch.example.com"))
    );
    assert!(!format!("{settings:?}").contains("CANARY"));
    let polling = read(&given(&[public, ("TELEGRAM_MODE", "polling")])).expect("settings");
    assert!(matches!(polling.telegram.delivery, Delivery::Polling));
    let stand_in = ("TELEGRAM_API_URL", "http://127.0.0.1:8081");
    assert!(read(&given(&[secret, stand_in, ("TELEGRAM_MODE", "webhook"), ("PUBLIC_URL", "http://127.0.0.1:8080")])).is_ok());
    assert_eq!(faults(&[public]), ["TELEGRAM_WEBHOOK_SECRET"]);
    assert_eq!(faults(&[secret, ("TELEGRAM_MODE", "webhook")]), ["PUBLIC_URL"]);
    assert_eq!(faults(&[secret, ("TELEGRAM_MODE", "webhook"), ("PUBLIC_URL", "http://clawhatch.example.com")]), ["PUBLIC_URL"]);
    assert_eq!(faults(&[secret, ("PUBLIC_URL", "https://clawhatch.example.com:9000")]), ["PUBLIC_URL"]);
}

#[test]
fn a_secret_may_come_from_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        path.to_str().expect("text").to_owned()
    };
    let mut given = given(&[
        ("INFRA_API_KEY_FILE", &path("key", "from-a-file\n")),
        ("DATABASE_URL_FILE", &path("db", "postgres://a:CANARY@b/c\n")),
    ]);
    assert_eq!(read(&given).expect_err("both")[0].name, "INFRA_API_KEY");
    given.remove("INFRA_API_KEY");
    let settings = read(&given).expect("settings");
    assert_eq!(
        (settings.infra.key.expose().as_str(), settings.database_url.expose().as_str()),
        ("from-a-file", "postgres://a:CANARY@b/c")
    );
    for wrong in [
        path("empty", "\n"),
        path("long", &"x".repeat(2_000_000)),
        "/CANARY/nowhere".into(),
        folder.path().to_str().expect("text").into(),
    ] {
        given.insert("INFRA_API_KEY_FILE".into(), wrong);
        let found = read(&given).expect_err("a wrong file");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].name == "INFRA_API_KEY" && !found[0].to_string().contains("CANARY"), "{found:?}");
    }
}

#[test]
fn the_rest_is_read_as_it_is_given() {
    let sandbox = [
        ("TELEGRAM_API_URL", "http://127.0.0.1:8081/"),
        ("INFRA_API_URL", "http://localhost:8082"),
        ("SANDBOX_CLOCK_FILE", "/tmp/clock"),
        ("ADMIN_IDS", "4242, 4343,4242,"),
        ("LOG_FORMAT", "json"),
        ("DEFAULT_MODEL", "openai/gpt-5.2"),
        ("TRIAL_HOURS", " 1 "),
    ];
    let settings = read(&given(&sandbox)).expect("settings");
    assert_eq!(settings.sandbox_clock.as_deref(), Some("/tmp/clock".as_ref()));
    assert_eq!(settings.admins, [TelegramId(4242), TelegramId(4343)]);
    assert_eq!((settings.log_format, settings.trial), (LogFormat::Json, Duration::from_secs(3600)));
    assert_eq!(settings.catalogue.default_model().id, "openai/gpt-5.2");
    let open = read(&given(&[
        ("INFRA_API_URL", "http://10.0.0.7/"),
        ("INFRA_ALLOW_HTTP", "1"),
        ("INFRA_API_HOST", "infra.example.com"),
    ]));
    let open = open.expect("settings").infra;
    assert_eq!((open.url.as_str(), open.host.as_deref(), open.allow_http), ("http://10.0.0.7", Some("infra.example.com"), true));
}

#[test]
fn a_models_file_says_where_it_is_wrong() {
    let model = "[[model]]\nid = \"a/one\"\nname = \"One\"\nprice = 1\nspeed = 2\nquality = 3\n";
    assert_eq!(read_models(BUILT_IN, None).expect("built in").all().len(), 9);
    assert_eq!(read_models(model, Some("a/one")).expect("a list").default_model().name, "One");
    for (text, said) in [
        (String::new(), "no model"),
        (model.replace("price = 1", "price = 4"), "line 4: a badge is 1, 2 or 3"),
        (model.replace("price = 1", "prize = 1"), "line 4: unknown field"),
        (model.replace("speed = 2\n", ""), "missing field `speed`"),
        (format!("{model}{model}"), "twice"),
        ("model = 7".into(), "line 1: "),
        ("[[model]".into(), "line 1: "),
    ] {
        let found = read_models(&text, None).expect_err("a wrong file");
        assert!(found.contains(said) && !found.contains('\n'), "{found}");
    }
}

#[test]
fn every_setting_is_listed_documented_and_read() {
    // Read: exactly the listed names are asked for.
    let asked = RefCell::new(Vec::new());
    let all = given(&[("SANDBOX_CLOCK_FILE", "/tmp/clock")]);
    let _faults = Settings::from_env(&|name| {
        asked.borrow_mut().push(name.to_owned());
        all.get(name).cloned()
    });
    let mut asked = asked.into_inner();
    asked.sort();
    asked.dedup();
    let files = NAMES.iter().filter(|known| known.secret).map(|known| format!("{}_FILE", known.name));
    let mut listed: Vec<String> = NAMES.iter().map(|known| known.name.to_owned()).chain(files).collect();
    listed.sort();
    assert_eq!(asked, listed);

    // Documented: one row each, in order.
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("a file of this repository");
    let page = read("docs/configuration.md");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> = NAMES
        .iter()
        .map(|known| {
            let default = if known.default.is_empty() { String::new() } else { format!("`{}`", known.default) };
            format!("| `{}` | {default} | {} | {} |", known.name, if known.secret { "yes" } else { "" }, known.meaning)
        })
        .collect();
    assert_eq!(rows, expected, "docs/configuration.md must hold these rows:\n{}", expected.join("\n"));

    // And in the example, with the same defaults.
    let example = read(".env.example");
    let lines = example.lines().filter_map(|line| line.trim_start_matches('#').split_once('='));
    let lines: Vec<(&str, &str)> = lines.filter(|(name, _)| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')).collect();
    let expected: Vec<(&str, &str)> = NAMES.iter().map(|known| (known.name, known.default)).collect();
    assert_eq!(lines, expected, ".env.example");
}
