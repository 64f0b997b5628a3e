//! Secrets at rest: AES-256-GCM under a ring of keys.
//!
//! Every secret is sealed under a data key of its own, and the data key under the first key of the ring, so that a
//! rotation only wraps 32 bytes anew. Both are bound to the place in the database where the secret stands, and the
//! wrap to the id of the ring's key: moved to another row, table or column, it does not open.
//!
//! ```text
//! 1 | id's length | id | nonce (12) | wrapped data key (32 + 16) | nonce (12) | secret (n + 16)
//! ```
//!
//! Nonces come from the operating system, one for every use. A key of the ring is used once per sealed or re-wrapped
//! secret, far from the 2^32 uses that NIST SP 800-38D (8.3) allows a key with random nonces.

mod ring;
mod stream;

use aes_gcm::{
    Aes256Gcm, Key, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use rand::{TryRng, rngs::SysRng};
use zeroize::Zeroizing;

pub use ring::{KeyRing, KeyRingError, generate_key};
pub use stream::StreamError;

use crate::domain::secret::Secret;

const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;
const WRAPPED: usize = NONCE + 32 + TAG;
/// What the key check value holds.
const CHECK: &[u8] = b"clawhatch key check";

/// Where a sealed secret stands. It opens nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub table: &'static str,
    pub column: &'static str,
    /// Whose it is: the id of the row, person or bot.
    pub owner: String,
}

impl Place {
    /// Where the key check value stands, for [`Vault::rewrap`].
    pub fn of_check() -> Place {
        Place { table: "vault", column: "check", owner: String::new() }
    }
}

/// Why something does not open. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Not something this vault made, or cut short.
    #[error("this is not a sealed secret")]
    Malformed,
    /// The ring has no key of this id.
    #[error("the key {0:?} is not in ENCRYPTION_KEYS")]
    UnknownKey(String),
    /// Another key under the same id, another place, or changed bytes.
    #[error("the secret does not open: the key, its place or its bytes are not those it was sealed with")]
    Closed,
}

/// Seals and opens secrets.
pub struct Vault {
    ring: KeyRing,
}

impl Vault {
    /// A vault whose first key seals.
    pub fn new(ring: KeyRing) -> Vault {
        Vault { ring }
    }

    /// The id of the key that seals.
    pub fn first_key(&self) -> &str {
        self.ring.first().0
    }

    /// Seals `plain` for `place`. Two seals of the same text look different.
    pub fn seal(&self, plain: &[u8], place: &Place) -> Vec<u8> {
        let data_key = Zeroizing::new(random::<32>());
        let mut sealed = self.wrap(&data_key, place);
        sealed.extend(lock(&data_key, &random(), plain, &bound(b"secret", "", place)));
        sealed
    }

    /// Opens what was sealed for `place`. [`VaultError`] when it was not, or the key is not ours.
    pub fn open(&self, sealed: &[u8], place: &Place) -> Result<Secret<Vec<u8>>, VaultError> {
        let parts = Parts::read(sealed)?;
        let data_key = self.unwrap(&parts, place)?;
        unlock(&data_key, parts.secret, &bound(b"secret", "", place)).map(Secret::new)
    }

    /// The same secret under the ring's first key; nothing when it is already. Fails as [`Vault::open`] does.
    pub fn rewrap(&self, sealed: &[u8], place: &Place) -> Result<Option<Vec<u8>>, VaultError> {
        let parts = Parts::read(sealed)?;
        if parts.id == self.first_key() {
            return Ok(None);
        }
        let data_key = self.unwrap(&parts, place)?;
        unlock(&data_key, parts.secret, &bound(b"secret", "", place)).map(Zeroizing::new)?;
        let mut moved = self.wrap(&data_key, place);
        moved.extend_from_slice(parts.secret);
        Ok(Some(moved))
    }

    /// A value to keep in the database from the first start on, by which a later start knows that its keys are right.
    pub fn check_value(&self) -> Vec<u8> {
        self.seal(CHECK, &Place::of_check())
    }

    /// Whether this ring opens the value kept since the first start. An error means: refuse to start.
    pub fn verify_check(&self, kept: &[u8]) -> Result<(), VaultError> {
        let opened = self.open(kept, &Place::of_check())?;
        if opened.expose().as_slice() == CHECK { Ok(()) } else { Err(VaultError::Malformed) }
    }

    fn wrap(&self, data_key: &[u8; 32], place: &Place) -> Vec<u8> {
        let (id, key) = self.ring.first();
        let mut sealed = vec![VERSION, id.len() as u8];
        sealed.extend_from_slice(id.as_bytes());
        sealed.extend(lock(key, &random(), data_key, &bound(b"key", id, place)));
        sealed
    }

    fn unwrap(&self, parts: &Parts<'_>, place: &Place) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let key = self.ring.find(parts.id).ok_or_else(|| VaultError::UnknownKey(parts.id.to_owned()))?;
        let data_key = Zeroizing::new(unlock(key, parts.wrapped, &bound(b"key", parts.id, place))?);
        <[u8; 32]>::try_from(data_key.as_slice()).map(Zeroizing::new).map_err(|_| VaultError::Malformed)
    }
}

/// The id of the key a sealed secret is under; nothing when it is not one.
pub fn key_of(sealed: &[u8]) -> Option<&str> {
    Parts::read(sealed).ok().map(|parts| parts.id)
}

struct Parts<'a> {
    id: &'a str,
    wrapped: &'a [u8],
    secret: &'a [u8],
}

impl Parts<'_> {
    fn read(sealed: &[u8]) -> Result<Parts<'_>, VaultError> {
        let [VERSION, length, rest @ ..] = sealed else { return Err(VaultError::Malformed) };
        let (id, rest) = rest.split_at_checked(usize::from(*length)).ok_or(VaultError::Malformed)?;
        let id = std::str::from_utf8(id).ok().filter(|id| ring::is_id(id)).ok_or(VaultError::Malformed)?;
        let (wrapped, secret) = rest.split_at_checked(WRAPPED).ok_or(VaultError::Malformed)?;
        if secret.len() < NONCE + TAG {
            return Err(VaultError::Malformed);
        }
        Ok(Parts { id, wrapped, secret })
    }
}

/// What a seal is bound to. Each part stands behind its length, so that no two lists of parts read alike.
fn bound(what: &[u8], key_id: &str, place: &Place) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    for part in [what, key_id.as_bytes(), place.table.as_bytes(), place.column.as_bytes(), place.owner.as_bytes()] {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

fn lock(key: &[u8; 32], nonce: &[u8; NONCE], plain: &[u8], bound: &[u8]) -> Vec<u8> {
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key));
    let locked = cipher
        .encrypt(&Nonce::from(*nonce), Payload { msg: plain, aad: bound })
        .expect("AES-GCM takes any text below 64 GiB, and a secret is a few bytes");
    [nonce.as_slice(), &locked].concat()
}

fn unlock(key: &[u8; 32], locked: &[u8], bound: &[u8]) -> Result<Vec<u8>, VaultError> {
    let (nonce, locked) = locked.split_first_chunk::<NONCE>().ok_or(VaultError::Malformed)?;
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key));
    cipher.decrypt(&Nonce::from(*nonce), Payload { msg: locked, aad: bound }).map_err(|_| VaultError::Closed)
}

/// Bytes from the operating system's own source, which a copied process or a restored machine does not repeat.
pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).expect("a running system always gives random bytes");
    bytes
}

#[cfg(test)]
mod tests;
