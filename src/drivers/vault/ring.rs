//! The keys of the vault, as `ENCRYPTION_KEYS` spells them: `id:key,id:key`. The first seals, all open.

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use crate::{domain::secret::Secret, drivers::vault::random};

/// Keys with their ids, at least one.
pub struct KeyRing(Vec<(String, Secret<[u8; 32]>)>);

/// What is wrong with a ring. Tells where, counted from one, and never any text of it: a mistyped line may have a key
/// where an id belongs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    #[error("it is empty; make a key with `clawhatch keys generate`")]
    Empty,
    #[error("entry {0} has no colon; write id:key")]
    NoColon(usize),
    #[error("the id of entry {0} must be 1 to 16 letters, digits, _ or -")]
    BadId(usize),
    #[error("entry {0} repeats an id; every key needs its own")]
    Twice(usize),
    #[error("the key of entry {0} must be exactly 32 bytes, as 64 hex digits or as base64")]
    BadKey(usize),
}

impl KeyRing {
    /// Reads `id:key,id:key`. Blanks around entries are ignored.
    pub fn parse(text: &str) -> Result<KeyRing, KeyRingError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(KeyRingError::Empty);
        }
        let mut keys: Vec<(String, Secret<[u8; 32]>)> = Vec::new();
        for (at, entry) in (1..).zip(text.split(',')) {
            let (id, key) = entry.trim().split_once(':').ok_or(KeyRingError::NoColon(at))?;
            if !is_id(id) {
                return Err(KeyRingError::BadId(at));
            }
            if keys.iter().any(|(earlier, _)| earlier == id) {
                return Err(KeyRingError::Twice(at));
            }
            keys.push((id.to_owned(), Secret::new(read_key(key).ok_or(KeyRingError::BadKey(at))?)));
        }
        Ok(KeyRing(keys))
    }

    /// The ids, the sealing one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(id, _)| id.as_str())
    }

    pub(super) fn first(&self) -> (&str, &[u8; 32]) {
        let (id, key) = self.0.first().expect("a ring is only made with at least one key");
        (id, key.expose())
    }

    pub(super) fn find(&self, id: &str) -> Option<&[u8; 32]> {
        self.0.iter().find(|(held, _)| held == id).map(|(_, key)| key.expose())
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

/// A new key, as it is written into `ENCRYPTION_KEYS`: 64 hex digits from the operating system's random source.
pub fn generate_key() -> String {
    hex::encode(*Zeroizing::new(random::<32>()))
}

pub(super) fn is_id(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn read_key(text: &str) -> Option<[u8; 32]> {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = match text.len() {
        64 => hex::decode(text).ok(),
        43 | 44 => [&STANDARD, &URL_SAFE].iter().find_map(|letters| GeneralPurpose::new(letters, lenient).decode(text).ok()),
        _ => None,
    };
    Zeroizing::new(bytes?).as_slice().try_into().ok()
}
