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
    /// PostgreSQL's prepared statements by their names.
    prepared: HashMap<String, String>,
}

impl Ears {
    pub fn new(tongue: Tongue) -> Ears {
        Ears { tongue, asked: String::new(), prepared: HashMap::new() }
    }

    /// In words, what the program asks.
    pub fn asked(&mut self, bytes: &[u8]) -> String {
        let said = match self.tongue {
            Tongue::Http => path_end(bytes),
            Tongue::Postgres => self.statement(bytes),
        };
        if let Some(said) = said {
            self.asked = said;
        }
        self.asked.clone()
    }

    /// In words, what the program is answered.
    pub fn answered(&mut self, _bytes: &[u8]) -> String {
        self.asked.clone()
    }

    /// The statement a chunk runs, if it runs one: a simple query, or one prepared now or before.
    fn statement(&mut self, mut bytes: &[u8]) -> Option<String> {
        let mut ran = None;
        while let [kind, rest @ ..] = bytes {
            let length = usize::try_from(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok()?;
            let body = rest.get(4..length)?;
            let mut words = body.split(|byte| *byte == 0).map(String::from_utf8_lossy);
            match kind {
                b'Q' => ran = words.next().map(|text| shortened(&text)),
                b'P' => {
                    let (name, text) = (words.next()?.into_owned(), words.next()?);
                    let text = shortened(&text);
                    self.prepared.insert(name, text.clone());
                    ran = Some(text);
                }
                b'B' => {
                    let (_portal, name) = (words.next()?, words.next()?);
                    ran = self.prepared.get(&*name).cloned().or(ran);
                }
                _ => {}
            }
            bytes = rest.get(length..)?;
        }
        ran
    }
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
