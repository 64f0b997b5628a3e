//! Reads settings one by one and collects every fault on the way, so that all are told at once.

use std::{fs, path::Path};

use crate::{
    config::{Env, Name},
    domain::secret::Secret,
};

/// The longest file a setting may name, in bytes.
const MOST_BYTES: u64 = 1024 * 1024;

/// One thing that is wrong with the settings: where, and how to mend it, on one line. Never holds a setting's text: a
/// secret may have been put under another's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {sentence}")]
pub struct Fault {
    pub name: &'static str,
    pub sentence: String,
}

/// Reads the settings of one program: those of `names`.
pub(crate) struct Reader<'a> {
    env: Env<'a>,
    names: &'static [Name],
    pub(crate) faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(env: Env<'a>, names: &'static [Name]) -> Reader<'a> {
        Reader { env, names, faults: Vec::new() }
    }

    /// All faults, in the order of the names.
    pub(crate) fn into_faults(mut self) -> Vec<Fault> {
        self.faults.sort_by_key(|fault| self.names.iter().position(|known| known.name == fault.name));
        self.faults
    }

    pub(crate) fn fault(&mut self, name: &'static str, sentence: impl Into<String>) {
        self.faults.push(Fault { name, sentence: sentence.into() });
    }

    /// A setting as it is given, or its default; nothing when there is neither. Empty is not given.
    pub(crate) fn text(&self, name: &'static str) -> Option<String> {
        let default = self.names.iter().find(|known| known.name == name).map_or("", |known| known.default);
        let given = (self.env)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        given.or_else(|| (!default.is_empty()).then(|| default.to_owned()))
    }

    /// A setting read by `read`; a fault with `sentence` when that gives nothing. Nothing when it is not given.
    pub(crate) fn parsed<T>(&mut self, name: &'static str, sentence: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let value = read(&text);
        if value.is_none() {
            self.fault(name, sentence);
        }
        value
    }

    /// A whole number within `range`.
    pub(crate) fn number(&mut self, name: &'static str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let sentence = format!("write a whole number from {} to {}", range.start(), range.end());
        self.parsed(name, &sentence, |text| text.parse().ok().filter(|number| range.contains(number)))
    }

    /// A secret from `name`, or from the file `<name>_FILE`.
    pub(crate) fn secret(&mut self, name: &'static str) -> Option<Secret<String>> {
        let given = (self.env)(name).filter(|text| !text.trim().is_empty()).map(Secret::new);
        let file = (self.env)(&format!("{name}_FILE")).filter(|path| !path.trim().is_empty());
        let value = match (given, file) {
            (Some(_), Some(_)) => {
                self.fault(name, format!("both {name} and {name}_FILE are set; keep one of them"));
                return None;
            }
            (Some(value), None) => value,
            (None, Some(path)) => match read_file(Path::new(path.trim())) {
                Ok(text) if text.expose().trim().is_empty() => {
                    self.fault(name, format!("the file in {name}_FILE is empty"));
                    return None;
                }
                Ok(text) => text,
                Err(why) => {
                    self.fault(name, format!("the file in {name}_FILE {why}"));
                    return None;
                }
            },
            (None, None) => Secret::new(self.text(name)?),
        };
        Some(Secret::new(value.expose().trim().to_owned()))
    }

    /// As [`Reader::secret`], and a fault when it is missing.
    pub(crate) fn required_secret(&mut self, name: &'static str, how: &str) -> Option<Secret<String>> {
        let before = self.faults.len();
        let value = self.secret(name);
        if value.is_none() && self.faults.len() == before {
            self.fault(name, format!("it is missing; set {name} or {name}_FILE{how}"));
        }
        value
    }

    /// The text of the file a setting names. Nothing when the setting is not given or, with a fault, not readable.
    pub(crate) fn file(&mut self, name: &'static str) -> Option<String> {
        let path = self.text(name)?;
        match read_file(Path::new(&path)) {
            Ok(text) => Some(text.expose().clone()),
            Err(why) => {
                self.fault(name, format!("the file {why}"));
                None
            }
        }
    }
}

/// A file's text, or why there is none. The path is not told: somebody may have put a secret in its place.
fn read_file(path: &Path) -> Result<Secret<String>, String> {
    let size = fs::metadata(path).map_err(|error| format!("cannot be read: {}", error.kind()))?.len();
    if size > MOST_BYTES {
        return Err("is longer than 1 MiB".into());
    }
    fs::read_to_string(path).map(Secret::new).map_err(|error| format!("cannot be read: {}", error.kind()))
}
