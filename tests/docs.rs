//! What the documents promise is there: the tests that `docs/reliability.md` names as proof, and every file a document
//! links to.
#![expect(clippy::panic, reason = "a page that cannot be read fails the test with its name")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

const RELIABILITY: &str = "docs/reliability.md";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands between single backticks, outside fenced blocks.
fn code_spans(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut spans = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            spans.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    spans
}

/// The files a test's module may stand in: `store::claims::x` is in `tests/it/store/claims.rs`, `domain::claw::tests::x`
/// in the library, `docs::x` in a test program of that name.
fn homes(module: &[&str]) -> Vec<PathBuf> {
    let inner = module.join("/");
    let parent = module[..module.len() - 1].join("/");
    ["tests/it", "src", "tests"]
        .iter()
        .flat_map(|base| {
            let base = root().join(base);
            [
                base.join(format!("{inner}.rs")),
                base.join(&inner).join("mod.rs"),
                base.join(format!("{parent}.rs")),
                base.join(&parent).join("mod.rs"),
            ]
        })
        .filter(|file| file.is_file())
        .collect()
}

/// Whether `span` has the form of a test's name: words of small letters with `::` between them.
fn is_test_name(span: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    span.contains("::") && span.split("::").all(word)
}

fn exists(test: &str) -> bool {
    let mut path: Vec<&str> = test.split("::").collect();
    let Some(name) = path.pop() else { return false };
    // As a function, or as a row of a macro's table.
    let declared = [format!("fn {name}("), format!("\n    {name}: ")];
    homes(&path).iter().any(|file| fs::read_to_string(file).is_ok_and(|text| declared.iter().any(|line| text.contains(line))))
}

/// The rows of every table of a document, as their cells.
fn rows(text: &str) -> Vec<Vec<String>> {
    let is_row = |line: &&str| line.starts_with('|') && !line.starts_with("|-") && !line.starts_with("| -");
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    text.lines().filter(is_row).map(cells).collect()
}

#[test]
fn every_test_that_is_named_as_proof_exists() {
    let text = read(RELIABILITY);
    let named: BTreeSet<String> = code_spans(&text).into_iter().filter(|span| is_test_name(span)).collect();
    assert!(named.len() > 40, "only {} tests are named: is the page read as it is written?", named.len());
    let missing: Vec<_> = named.iter().filter(|test| !exists(test)).collect();
    assert!(missing.is_empty(), "{RELIABILITY} names tests that are not there: {missing:#?}");
}

#[test]
fn every_fault_has_a_test_or_a_reason() {
    let text = read(RELIABILITY);
    let faults: Vec<_> = rows(&text).into_iter().filter(|cells| cells.len() == 3 && cells[0] != "What happens").collect();
    let open = |cells: &&Vec<String>| cells[2].starts_with("Not yet:") || cells[2].starts_with("Not here:");
    for cells in &faults {
        let proved = code_spans(&cells[2]).iter().any(|span| is_test_name(span));
        assert!(proved != open(&cells), "{RELIABILITY}: name a test, or say why not, for: {}", cells[0]);
    }
    let covered = faults.iter().filter(|cells| !open(cells)).count();
    let sentence = format!("{covered} of {} faults", faults.len());
    assert!(text.contains(&sentence), "{RELIABILITY} must say {sentence:?}");
}

#[test]
fn every_link_leads_somewhere() {
    let pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "deploy/README.md"].map(PathBuf::from);
    let docs = fs::read_dir(root().join("docs")).expect("the documents");
    let docs = docs.filter_map(|entry| Some(Path::new("docs").join(entry.ok()?.file_name())));
    let mut dead = Vec::new();
    for page in pages.into_iter().chain(docs).filter(|page| page.extension().is_some_and(|end| end == "md")) {
        let text = fs::read_to_string(root().join(&page)).expect("a page");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            let outside = link.contains("://") || link.starts_with("mailto:");
            if !outside && !file.is_empty() && !root().join(&page).parent().is_some_and(|folder| folder.join(file).exists()) {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere: {dead:#?}");
}
