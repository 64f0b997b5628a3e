//! The floors of the house, proved by reading the sources: which module may name which, which outside crates are walled
//! to which floor, and a few habits that keep files findable. `docs/architecture.md` has the same table for people.

use std::{fs, path::Path};

/// Module, what it may name below `crate::`, and the families of outside crates that only it (and its peers here) may
/// name. A family is the crate and everything called after it: `tower` covers `tower_http`.
#[rustfmt::skip]
const FLOORS: &[(&str, &[&str], &[&str])] = &[
    ("domain",  &[],                                                       &[]),
    ("store",   &["domain"],                                               &["sqlx"]),
    ("drivers", &["domain"],                                               &["reqwest", "stripe", "aes_gcm", "russh", "kube"]),
    ("view",    &["domain"],                                               &["askama", "fluent_templates"]),
    ("app",     &["domain", "store", "drivers"],                           &[]),
    ("bot",     &["domain", "app", "view", "drivers::telegram"],           &["teloxide", "dptree"]),
    ("web",     &["domain", "app", "view"],                                &["axum", "tower"]),
    ("worker",  &["domain", "app"],                                        &[]),
    ("cli",     &["domain", "app", "view"],                                &["clap"]),
    ("config",  &["domain"],                                               &[]),
    // `crash_point!` may stand anywhere but on the ground; only the roof names the module.
    ("chaos",   &[],                                                       &["rustix"]),
    ("sandbox", &["domain", "store", "view", "drivers::http", "drivers::clock"], &["axum", "askama"]),
    ("node",    &["domain", "config", "drivers::vault", "drivers::http", "drivers::clock"], &["axum", "tower", "sqlx", "bollard", "rustix"]),
];
/// The roof names everything: it takes the parts and puts them together.
const ROOF: &[&str] = &["main", "lib", "wiring", "bin"];
/// The outside crates of the ground. Every other dependency stops at its door.
const GROUND_CRATES: &[&str] = &["serde", "thiserror", "jiff", "uuid", "zeroize"];
/// The only readers of the environment, besides tests.
const ENVIRONMENT: &[&str] = &["src/config.rs", "src/config/", "src/node/config.rs", "src/main.rs", "src/bin/"];
/// What `std::env` offers that is no setting.
const NO_SETTING: &[&str] = &["current_exe", "temp_dir", "consts"];
/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"];
const MOST_LINES: usize = 500;

/// One file: its path from the project's root, and its text.
struct Source {
    path: String,
    text: String,
}

/// A path as the code names it, `use` trees spread out: `use a::{b, c::d}` names `a::b` and `a::c::d`.
struct Named<'a> {
    line: usize,
    segments: Vec<&'a str>,
}

#[derive(Clone, Copy, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    PathSign,
    Sign(char),
}

/// Comments, strings and character literals blanked, lines kept, so that prose never trips a rule.
fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut code = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        let from = i;
        let after_word = i > 0 && is_word(at(i - 1));
        let hashes = (i + 1..).take_while(|&k| at(k) == '#').count();
        if at(i) == '/' && at(i + 1) == '/' {
            i += chars[i..].iter().take_while(|c| **c != '\n').count();
        } else if at(i) == '/' && at(i + 1) == '*' {
            let mut depth = 0;
            while i < chars.len() {
                match (at(i), at(i + 1)) {
                    ('/', '*') => (depth, i) = (depth + 1, i + 2),
                    ('*', '/') => (depth, i) = (depth - 1, i + 2),
                    _ => i += 1,
                }
                if depth == 0 {
                    break;
                }
            }
        } else if at(i) == 'r' && (!after_word || at(i - 1) == 'b') && at(i + 1 + hashes) == '"' {
            i += hashes + 2;
            while i < chars.len() && !(at(i) == '"' && (1..=hashes).all(|k| at(i + k) == '#')) {
                i += 1;
            }
            i += hashes + 1;
        } else if at(i) == '"' || (at(i) == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'')) {
            let quote = at(i);
            i += 1;
            while i < chars.len() && at(i) != quote {
                i += if at(i) == '\\' { 2 } else { 1 };
            }
            i += 1;
        } else {
            code.push(at(i));
            i += 1;
            continue;
        }
        let skipped = &chars[from..i.min(chars.len())];
        code.extend(std::iter::once(' ').chain(skipped.iter().copied().filter(|c| *c == '\n')));
    }
    code
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn tokens(code: &str) -> Vec<(usize, Token<'_>)> {
    let mut found = Vec::new();
    for (line, text) in code.lines().enumerate() {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (length, token) = if is_word(first) {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                (end, Some(Token::Word(&rest[..end])))
            } else if rest.starts_with("::") {
                (2, Some(Token::PathSign))
            } else {
                (first.len_utf8(), (!first.is_whitespace()).then_some(Token::Sign(first)))
            };
            found.extend(token.map(|token| (line + 1, token)));
            rest = &rest[length..];
        }
    }
    found
}

/// Every path the code names, from its head on.
fn named(code: &str) -> Vec<Named<'_>> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        match tokens[i].1 {
            Token::Word("use") => i = spread(&tokens, i + 1, &[], &mut found),
            Token::Word(_) if matches!(tokens.get(i + 1), Some((_, Token::PathSign))) => {
                i = spread(&tokens, i, &[], &mut found);
            }
            Token::Word(_) | Token::PathSign | Token::Sign(_) => i += 1,
        }
    }
    found
}

/// Reads one path or one tree of paths from `i` on, behind `before`; gives the place after it.
fn spread<'a>(tokens: &[(usize, Token<'a>)], mut i: usize, before: &[&'a str], found: &mut Vec<Named<'a>>) -> usize {
    let mut segments = before.to_vec();
    let line = tokens.get(i).map_or(0, |(line, _)| *line);
    while let Some((_, token)) = tokens.get(i) {
        match token {
            Token::PathSign => i += 1,
            Token::Sign('{') => {
                i += 1;
                while i < tokens.len() && tokens[i].1 != Token::Sign('}') {
                    i = match tokens[i].1 {
                        Token::Word(_) | Token::PathSign | Token::Sign('{' | '*') => spread(tokens, i, &segments, found),
                        Token::Sign(_) => i + 1,
                    };
                    // An alias (`a as b`) names nothing.
                    while matches!(tokens.get(i), Some((_, Token::Word("as")))) {
                        i += 2;
                    }
                }
                return i + 1;
            }
            Token::Sign('*') => {
                segments.push("*");
                i += 1;
                break;
            }
            Token::Word(word) => {
                if *word != "self" || segments.is_empty() {
                    segments.push(word);
                }
                i += 1;
                if !matches!(tokens.get(i), Some((_, Token::PathSign))) {
                    break;
                }
            }
            Token::Sign(_) => {
                i += usize::from(segments.len() == before.len());
                break;
            }
        }
    }
    if segments.len() > before.len() || !before.is_empty() {
        found.push(Named { line, segments });
    }
    i
}

/// All faults of `sources`, one line each. `dependencies` are the outside crates, spelt as the code spells them.
fn faults(sources: &[Source], dependencies: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources.iter().filter(|source| source.path.ends_with(".rs")) {
        habits(source, &mut faults);
        if let Some(inside) = source.path.strip_prefix("src/") {
            floors(source, inside, dependencies, &mut faults);
        }
    }
    migrations(sources, &mut faults);
    faults
}

fn habits(Source { path, text }: &Source, faults: &mut Vec<String>) {
    let lines = text.lines().count();
    if lines > MOST_LINES {
        faults.push(format!("{path}: {lines} lines, at most {MOST_LINES}: part it by subject"));
    }
    if !text.starts_with("//!") {
        faults.push(format!("{path}:1: does not open with a `//!` page that says what it is for"));
    }
    if let Some(name) = path.trim_end_matches(".rs").split('/').find(|part| EMPTY_NAMES.contains(part)) {
        faults.push(format!("{path}: `{name}` says nothing about what is inside: name it after its noun or use case"));
    }
}

fn floors(source: &Source, inside: &str, dependencies: &[String], faults: &mut Vec<String>) {
    let path = &source.path;
    let module = inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs");
    let top_file = !inside.contains('/') || inside.matches('/').count() == 1 && inside.ends_with("/mod.rs");
    let code = code_only(&source.text);
    let names = named(&code);
    let tests_begin = code.find("#[cfg(test)]").map_or(usize::MAX, |at| code[..at].lines().count());
    let is_test = inside.ends_with("/tests.rs") || inside.contains("/tests/");

    for Named { line, segments } in &names {
        let is_setting = match segments[..] {
            ["std", "env"] => true,
            ["std", "env", what, ..] | ["env", what, ..] => !NO_SETTING.contains(&what),
            _ => false,
        };
        let reads_freely = is_test || *line > tests_begin || ENVIRONMENT.iter().any(|place| path.starts_with(place));
        if is_setting && !reads_freely {
            faults.push(format!("{path}:{line}: only config reads the environment"));
        }
    }
    if ROOF.contains(&module) {
        return;
    }
    let Some((_, may, walls)) = FLOORS.iter().find(|(name, ..)| *name == module) else {
        faults.push(format!("{path}: the module `{module}` stands on no floor"));
        return;
    };
    for Named { line, segments } in &names {
        let (head, rest) = (segments[0], &segments[1..]);
        match head {
            "crate" if rest.first() != Some(&module) && !may.iter().any(|allowed| is_below(rest, allowed)) => {
                let name = segments.join("::");
                faults.push(format!("{path}:{line}: `{module}` may not name `{name}` (it may name {may:?})"));
            }
            "super" if rest.first() == Some(&"super") => {
                faults.push(format!("{path}:{line}: name it from `crate::`, not through `super::super`"));
            }
            "super" if top_file && rest.first().is_some_and(|name| FLOORS.iter().any(|(floor, ..)| floor == name)) => {
                faults.push(format!("{path}:{line}: name another floor from `crate::`, not through `super`"));
            }
            _ => {}
        }
        let walled = FLOORS.iter().flat_map(|(.., walls)| *walls).find(|family| is_family(head, family));
        let foreign = module == "domain" && dependencies.iter().any(|name| name == head) && !GROUND_CRATES.contains(&head);
        if walled.is_some_and(|family| !walls.contains(family)) || foreign {
            faults.push(format!("{path}:{line}: `{module}` may not name the crate `{head}`"));
        }
    }
    if module == "domain"
        && let Some((line, _)) = tokens(&code).iter().find(|(_, token)| matches!(token, Token::Word("async" | "await")))
    {
        faults.push(format!("{path}:{line}: the ground waits for nothing: no async here"));
    }
}

fn is_below(path: &[&str], allowed: &str) -> bool {
    let allowed: Vec<&str> = allowed.split("::").collect();
    path.starts_with(&allowed)
}

fn is_family(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// Both dialects have the same migrations, numbered without gaps.
fn migrations(sources: &[Source], faults: &mut Vec<String>) {
    let names = |dialect: &str| -> Vec<&str> {
        let folder = format!("migrations/{dialect}/");
        let mut names: Vec<&str> = sources.iter().filter_map(|source| source.path.strip_prefix(&folder)).collect();
        names.sort_unstable();
        names
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    for (here, there, missing) in [(&sqlite, &postgres, "postgres"), (&postgres, &sqlite, "sqlite")] {
        for name in here.iter().filter(|name| !there.contains(name)) {
            faults.push(format!("migrations/{missing}/{name} is missing: both dialects move together"));
        }
    }
    for (at, name) in sqlite.iter().enumerate() {
        let expected = format!("{:04}_", at + 1);
        if !name.starts_with(&expected) || !name.ends_with(".sql") {
            faults.push(format!("migrations/sqlite/{name}: expected a name like {expected}what_it_adds.sql"));
        }
    }
}

/// The files of the project below `folder`.
fn read(root: &Path, folder: &str, sources: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return };
    for entry in entries {
        let entry = entry.expect("the project's folders can be read");
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(root, &path, sources);
        } else if path.ends_with(".rs") || path.ends_with(".sql") {
            let text = fs::read_to_string(entry.path()).expect("the project's files are UTF-8");
            sources.push(Source { path, text });
        }
    }
}

/// The names under `[dependencies]`, as code spells them.
fn dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let entries = section.take_while(|line| !line.starts_with('['));
    entries.filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim().replace('-', "_")).collect()
}

#[test]
fn every_module_stands_on_its_floor() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for folder in ["src", "tests", "benches", "migrations"] {
        read(root, folder, &mut sources);
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.iter().any(|source| source.path == "src/lib.rs"), "the sources were not found");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("Cargo.toml can be read");
    let dependencies = dependencies(&manifest);
    for name in GROUND_CRATES {
        assert!(dependencies.iter().any(|known| known == name), "{name} is no dependency: take it off the list");
    }
    let faults = faults(&sources, &dependencies);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// The faults of one made-up file.
fn faults_of(path: &str, code: &str) -> Vec<String> {
    let text = if path.ends_with(".rs") { format!("//! Made up.\n{code}\n") } else { code.to_owned() };
    faults(&[Source { path: path.to_owned(), text }], &["serde".to_owned(), "tokio".to_owned(), "sqlx".to_owned()])
}

#[test]
fn each_broken_rule_is_reported() {
    #[rustfmt::skip]
    let broken = [
        ("src/domain/claw.rs", "use crate::store::Db;", "2: `domain` may not name `crate::store::Db`"),
        ("src/domain/claw.rs", "use tokio::time;", "may not name the crate `tokio`"),
        ("src/domain/claw.rs", "pub async fn ask() {}", "no async here"),
        ("src/store/claws.rs", "fn f() { crate::drivers::clock::now() }", "`store` may not name `crate::drivers::clock::now`"),
        ("src/drivers/infra.rs", "use crate::{\n    domain::{ids::ClawId, time},\n    store::{self, Db as Base},\n};", "4: `drivers` may not name `crate::store`"),
        ("src/view/mod.rs", "use super::app::Error;", "not through `super`"),
        ("src/view/mod.rs", "use super::super::app::Error;", "`super::super`"),
        ("src/app/pay.rs", "use sqlx::Row;", "`app` may not name the crate `sqlx`"),
        ("src/app/pay.rs", "use {serde::Serialize, sqlx::Row as _};", "the crate `sqlx`"),
        ("src/app/pay.rs", "use sqlx;", "the crate `sqlx`"),
        ("src/app/pay.rs", "use ::sqlx::Row;", "the crate `sqlx`"),
        ("src/app/pay.rs", "fn f() { let x = 'a'; let _ = ::sqlx::query(\"a\"); }", "the crate `sqlx`"),
        ("src/app/pay.rs", "use crate::view::screen;", "`app` may not name `crate::view::screen`"),
        ("src/app/pay.rs", "use crate::*;", "`app` may not name `crate::*`"),
        ("src/bot/mod.rs", "use crate::web::Page;", "`bot` may not name `crate::web::Page`"),
        ("src/bot/mod.rs", "use crate::drivers::{telegram::Messenger, vault::Vault};", "`bot` may not name `crate::drivers::vault::Vault`"),
        ("src/bot/mod.rs", "use crate::drivers;", "`bot` may not name `crate::drivers`"),
        ("src/bot/mod.rs", "use axum_extra::routing;", "the crate `axum_extra`"),
        ("src/web/mod.rs", "use teloxide::Bot;", "the crate `teloxide`"),
        ("src/web/mod.rs", "use crate::store::Db;", "`web` may not name `crate::store::Db`"),
        ("src/worker/mod.rs", "use crate::bot::api;", "`worker` may not name `crate::bot::api`"),
        ("src/cli/mod.rs", "use crate::store::Db;", "`cli` may not name"),
        ("src/config.rs", "use crate::app::Settings;", "`config` may not name"),
        ("src/sandbox/mod.rs", "use crate::app::tick;", "`sandbox` may not name"),
        ("src/sandbox/mod.rs", "use crate::drivers::vault::Vault;", "`sandbox` may not name"),
        ("src/node/mod.rs", "use crate::store::Db;", "`node` may not name"),
        ("src/web/mod.rs", "use bollard::Docker;", "the crate `bollard`"),
        ("src/billing/mod.rs", "", "stands on no floor"),
        ("src/app/pay.rs", "fn f() { std::env::var(\"A\").ok(); }", "2: only config reads the environment"),
        ("src/wiring.rs", "use std::{env, fs};", "only config reads the environment"),
        ("src/app/utils.rs", "", "`utils` says nothing"),
        ("tests/common/mod.rs", "", "`common` says nothing"),
        ("migrations/sqlite/0001_first.sql", "", "migrations/postgres/0001_first.sql is missing"),
        ("migrations/postgres/0001_first.sql", "", "migrations/sqlite/0001_first.sql is missing"),
        ("migrations/sqlite/0003_third.sql", "", "expected a name like 0001_"),
    ];
    for (path, code, expected) in broken {
        let found = faults_of(path, code);
        let reported = found.iter().any(|fault| fault.contains(expected));
        assert!(reported, "{path}: {code}\nexpected: {expected}\nfound: {found:#?}");
    }
    let long = "\n".repeat(MOST_LINES);
    assert!(faults_of("tests/it/main.rs", &long).iter().any(|fault| fault.contains("502 lines")));
    let bare = Source { path: "src/app/pay.rs".to_owned(), text: "use std::fmt;\n".to_owned() };
    assert!(faults(&[bare], &[]).iter().any(|fault| fault.contains("does not open with")));
}

#[test]
fn what_is_allowed_is_left_alone() {
    #[rustfmt::skip]
    let sound = [
        ("src/domain/claw/step.rs", "use std::time::Duration;\nuse serde::Serialize;\nuse crate::domain::{time::Time, claw::{self, Ask}};"),
        ("src/domain/claw/status.rs", "use super::Reason;\nfn f() { let _ = crate::domain::time::Time(1); }"),
        ("src/app/pay.rs", "// use sqlx::Row;\n/* use crate::web; /* std::env::var */ sqlx::x */\nuse crate::{domain::ids, store::Db, drivers::clock::Clock};"),
        ("src/app/pay.rs", "fn f<'a>(x: &'a str) { let _ = ('\"', '\\'', \"crate::web::Page // sqlx::Row\\\"\", r#\"use \"sqlx::Row\"#); }"),
        ("src/app/pay.rs", "fn f() { r#type::g(); let crate_ = \"a\nsqlx::b\"; }"),
        ("src/bot/api/mod.rs", "use crate::{app, drivers::telegram::{BotAccounts, Messenger}, view::screen};\nuse teloxide::types::Update;"),
        ("src/web/mod.rs", "use axum::Router;\nuse tower_http::trace::TraceLayer;\nuse crate::app;"),
        ("src/sandbox/mod.rs", "use axum::Router;\nuse crate::drivers::{clock, http::client};\nfn f() { std::env::current_exe().ok(); }"),
        ("src/node/config.rs", "fn f() { std::env::var(\"A\").ok(); }"),
        ("src/config.rs", "use std::env;\nuse crate::domain::secret::Secret;"),
        ("src/store/mod.rs", "use sqlx::Row;\n#[cfg(test)]\nmod tests {\n    fn f() { std::env::var(\"A\").ok(); }\n}"),
        ("src/store/tests.rs", "use std::env::var;"),
        ("src/wiring.rs", "use crate::{app, bot, store, web};\nuse sqlx::Row;"),
        ("src/bin/clawnode.rs", "use clawhatch::node;\nfn main() { std::env::args(); }"),
        ("tests/it/world.rs", "use clawhatch::{app, store};\nuse sqlx::Row;"),
    ];
    for (path, code) in sound {
        assert_eq!(faults_of(path, code), Vec::<String>::new(), "{path}: {code}");
    }
}
