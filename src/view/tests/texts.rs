//! The four languages say the same things: the same texts, with the same things put into them, all of them used.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::domain::locale::Locale;

/// The ids of a language's texts, each with the names of what is put into it, by file.
fn texts(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(locale.code());
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut id = String::new();
        for line in fs::read_to_string(&path).unwrap().lines() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            if !line.starts_with(' ') {
                let (name, _) = line.split_once(" =").unwrap_or_else(|| panic!("{file}: {line}"));
                id = format!("{file}: {name}");
                assert!(found.insert(id.clone(), BTreeSet::new()).is_none(), "{id} stands twice");
            }
            let names = line.split('$').skip(1).map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect());
            found.get_mut(&id).unwrap().extend(names);
        }
    }
    found
}

#[test]
fn every_language_has_the_same_texts_with_the_same_arguments() {
    let english = texts(Locale::En);
    assert!(english.len() > 300, "{} texts", english.len());
    for locale in [Locale::Es, Locale::Ru, Locale::Zh] {
        let other = texts(locale);
        for (id, arguments) in &english {
            assert_eq!(other.get(id), Some(arguments), "{id} in {locale:?}");
        }
        let extra: Vec<_> = other.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(extra.is_empty(), "{extra:?} only in {locale:?}");
    }
}

#[test]
fn no_text_lies_about_unused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/view");
    let code: String = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let unused: Vec<String> =
        texts(Locale::En).into_keys().filter(|id| !code.contains(&format!("\"{}\"", id.split(": ").last().unwrap()))).collect();
    assert!(unused.is_empty(), "{unused:?}");
}
