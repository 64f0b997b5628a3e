//! One random key that outlives every rotation of the vault's keys: made once, kept sealed in the database. From it
//! come the marks that remember a trial without remembering a person, and the tags that bind a button to the one
//! person it was drawn for.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::{
    domain::{ids::TelegramId, secret::Secret},
    drivers::vault,
};

/// The most bytes Telegram gives a button (Bot API, `InlineKeyboardButton`).
const BUTTON_BYTES: usize = 64;
/// Bytes of a tag; 16 characters as base64url.
const TAG_BYTES: usize = 12;

/// The pepper, with its working keys.
pub struct Pepper {
    root: Secret<[u8; 32]>,
    marks: Secret<[u8; 32]>,
    taps: Secret<[u8; 32]>,
}

/// Whose button was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TapCheck {
    /// We drew this spelling for this person.
    Ours(String),
    /// Changed, made up, or drawn for somebody else.
    Forged,
}

impl Pepper {
    /// The pepper kept in the database.
    pub fn new(root: Secret<[u8; 32]>) -> Pepper {
        let marks = derive(&root, b"marks");
        let taps = derive(&root, b"taps");
        Pepper { root, marks, taps }
    }

    /// A new one, at the very first start.
    pub fn generate() -> Pepper {
        Pepper::new(Secret::new(vault::random()))
    }

    /// The pepper from the bytes the vault opened; nothing when they are not 32.
    pub fn from_bytes(bytes: &[u8]) -> Option<Pepper> {
        bytes.try_into().ok().map(|root| Pepper::new(Secret::new(root)))
    }

    /// The bytes to seal into the database.
    pub fn expose(&self) -> &[u8; 32] {
        self.root.expose()
    }

    /// A keyed hash of `id`, 64 hex digits: the same for the same kind and id, and no way back to it.
    pub fn mark(&self, kind: &str, id: i64) -> String {
        hex::encode(hash(&self.marks, &[kind.as_bytes(), &id.to_be_bytes()]))
    }

    /// What a button carries: `<spelling>~<tag>`, with a tag of 16 characters made for this person. At most 64 bytes
    /// for a spelling of at most 47.
    pub fn tag_tap(&self, who: TelegramId, spelling: &str) -> String {
        let data = format!("{spelling}~{}", self.tag(who, spelling));
        debug_assert!(data.len() <= BUTTON_BYTES, "{spelling:?} is too long for a button");
        data
    }

    /// Reads what a pressed button carried. Takes as long for a right tag as for a wrong one.
    pub fn read_tap(&self, who: TelegramId, data: &str) -> TapCheck {
        let Some((spelling, tag)) = data.rsplit_once('~').filter(|_| data.len() <= BUTTON_BYTES) else {
            return TapCheck::Forged;
        };
        let expected = self.tag(who, spelling);
        if bool::from(expected.as_bytes().ct_eq(tag.as_bytes())) { TapCheck::Ours(spelling.to_owned()) } else { TapCheck::Forged }
    }

    fn tag(&self, who: TelegramId, spelling: &str) -> String {
        URL_SAFE_NO_PAD.encode(&hash(&self.taps, &[&who.0.to_be_bytes(), spelling.as_bytes()])[..TAG_BYTES])
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper(***)")
    }
}

/// A working key of its own for each use, so that no answer of one use says anything about another.
fn derive(root: &Secret<[u8; 32]>, what: &[u8]) -> Secret<[u8; 32]> {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, root.expose())
        .expand_multi_info(&[b"clawhatch pepper v1 ", what], &mut key)
        .expect("32 bytes are one block of SHA-256");
    Secret::new(key)
}

/// HMAC-SHA256 over parts, each behind its length.
fn hash(key: &Secret<[u8; 32]>, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::{Pepper, TapCheck};
    use crate::domain::{ids::TelegramId, secret::Secret, tap::MOST_BYTES};

    const ANN: TelegramId = TelegramId(4242);
    const BOB: TelegramId = TelegramId(4243);

    #[test]
    fn a_button_holds_for_the_person_it_was_drawn_for() {
        let pepper = Pepper::generate();
        let data = pepper.tag_tap(ANN, "ho");
        assert_eq!(data.len(), "ho".len() + 17);
        assert_eq!(pepper.read_tap(ANN, &data), TapCheck::Ours("ho".into()));
        assert_eq!(pepper.read_tap(BOB, &data), TapCheck::Forged);
        assert_eq!(Pepper::generate().read_tap(ANN, &data), TapCheck::Forged);
        assert_eq!(pepper.tag_tap(ANN, &"x".repeat(MOST_BYTES)).len(), 64);
    }

    #[test]
    fn any_changed_byte_is_a_forgery() {
        let pepper = Pepper::generate();
        let data = pepper.tag_tap(ANN, "pa.0192f0c17f1a7000.1c");
        for at in 0..data.len() {
            for letter in [b'~', b'.', b'a', b'B', b'0', b'_'] {
                let mut changed = data.clone().into_bytes();
                changed[at] = letter;
                let changed = String::from_utf8(changed).expect("ascii");
                if changed != data {
                    assert_eq!(pepper.read_tap(ANN, &changed), TapCheck::Forged, "{changed}");
                }
            }
        }
        for junk in ["", "~", "ho", "ho~", "~~~~", &data[1..], &data[..data.len() - 1], &format!("{data}="), &"~".repeat(500)] {
            assert_eq!(pepper.read_tap(ANN, junk), TapCheck::Forged, "{junk}");
        }
    }

    #[test]
    fn a_mark_is_stable_and_tells_kinds_and_ids_apart() {
        let pepper = Pepper::new(Secret::new([7; 32]));
        let again = Pepper::from_bytes(pepper.expose()).expect("32 bytes");
        assert_eq!(pepper.mark("person", 1), again.mark("person", 1));
        // Worked out independently (RFC 5869, RFC 2104): marks in databases must hold for ever.
        assert_eq!(pepper.mark("person", 1), "d20a9f2692093d081f16ac139b038b022cffe724b7d772f7089feeb201f4640a");
        let marks = [pepper.mark("person", 1), pepper.mark("person", 2), pepper.mark("bot", 1), pepper.mark("person", -1)];
        assert!((1..4).all(|at| !marks[..at].contains(&marks[at])));
        assert!(Pepper::from_bytes(&[0; 31]).is_none());
        assert_eq!(format!("{pepper:?}"), "Pepper(***)");
    }
}
