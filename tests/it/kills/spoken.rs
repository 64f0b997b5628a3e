//! What crosses a wire, in a few words, so that a failure says before what the program died.

use std::collections::HashMap;

/// What is spoken on a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    Http,
    Postgres,
}

/// Listens to one connection.
pub struct Ears {
    tongue: Tongue,
    /// The last thing asked, which an answer is to.
    asked: String,
    /// PostgreSQL's prepared statements by their names, and whether they write.
    prepared: HashMap<String, (String, bool)>,
    /// A transaction is open.
    within: bool,
}

impl Ears {
    pub fn new(tongue: Tongue) -> Ears {
        Ears { tongue, asked: String::new(), prepared: HashMap::new(), within: false }
    }

    /// In words, what the program asks, and whether it makes something stand: a COMMIT, or a write on its own.
    pub fn asked(&mut self, bytes: &[u8]) -> (String, bool) {
        let said = match self.tongue {
            Tongue::Http => path_end(bytes).map(|path| (path, false)),
            Tongue::Postgres => self.statement(bytes),
        };
        let commits = said.as_ref().is_some_and(|(_, commits)| *commits);
        if let Some((said, _)) = said {
            self.asked = said;
        }
        (self.asked.clone(), commits)
    }

    /// In words, what the program is answered.
    pub fn answered(&mut self, bytes: &[u8]) -> String {
        if let (Tongue::Postgres, Some([b'Z', 0, 0, 0, 5, status])) = (self.tongue, bytes.last_chunk()) {
            self.within = *status != b'I';
        }
        self.asked.clone()
    }

    /// The statement a chunk prepares or runs, if it does, and whether that commits.
    fn statement(&mut self, mut bytes: &[u8]) -> Option<(String, bool)> {
        let mut ran = None;
        while let [kind, rest @ ..] = bytes {
            let length = usize::try_from(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok()?;
            let body = rest.get(4..length)?;
            let mut words = body.split(|byte| *byte == 0).map(String::from_utf8_lossy);
            match kind {
                b'Q' => ran = words.next().map(|text| (shortened(&text), *text == *"COMMIT" || (!self.within && writes(&text)))),
                b'P' => {
                    let (name, text) = (words.next()?.into_owned(), words.next()?);
                    ran = Some((shortened(&text), false));
                    self.prepared.insert(name, (shortened(&text), writes(&text)));
                }
                b'B' => {
                    let (_portal, name) = (words.next()?, words.next()?);
                    let prepared = self.prepared.get(&*name).cloned();
                    ran = prepared.map(|(text, writes)| (text, writes && !self.within)).or(ran);
                }
                _ => {}
            }
            bytes = rest.get(length..)?;
        }
        ran
    }
}

/// Whether a statement changes rows.
fn writes(text: &str) -> bool {
    let begins = |word: &str| text.trim_start().starts_with(word);
    let changes = ["INSERT ", "UPDATE ", "DELETE "];
    changes.iter().any(|word| begins(word)) || (begins("WITH ") && changes.iter().any(|word| text.contains(word)))
}

/// The first words of a statement.
fn shortened(text: &str) -> String {
    text.split_whitespace().take(6).collect::<Vec<_>>().join(" ")
}

/// The last part of the path of a request, which never holds a secret.
fn path_end(bytes: &[u8]) -> Option<String> {
    let first = bytes.split(|byte| *byte == b'\r').next()?;
    let line = std::str::from_utf8(first).ok()?;
    let path = line.split(' ').nth(1)?;
    Some(path.rsplit('/').next()?.to_owned())
}
