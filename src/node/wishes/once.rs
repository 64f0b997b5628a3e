//! Operations whose caller gave them a name take effect once. A repeat is answered as the first was: its caller did not
//! hear that answer.

use sha2::{Digest as _, Sha256};

use super::Refused;
use crate::node::store::Tx;

/// A name the caller gave an operation (`Idempotency-Key`), and what the operation is.
#[derive(Clone, Debug)]
pub struct Once {
    key: String,
    digest: Vec<u8>,
}

impl Once {
    /// The operation under this key that asks for `what` at this place.
    pub fn new(key: &str, place: &str, what: &[u8]) -> Once {
        let digest = Sha256::new().chain_update(place).chain_update([0]).chain_update(what).finalize().to_vec();
        Once { key: key.to_owned(), digest }
    }

    /// Its name.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// What this operation made when it was done before; nothing when it is new, or has no name.
pub(super) async fn done_before(tx: &mut Tx, once: Option<&Once>) -> Result<Option<String>, Refused> {
    let Some(once) = once else { return Ok(None) };
    match tx.operation(&once.key).await? {
        Some(done) if done.body != once.digest => Err(Refused::KeyReused),
        Some(done) => Ok(Some(done.made)),
        None => Ok(None),
    }
}

/// Remembers that it is done, in the transaction that does it.
pub(super) async fn is_done(tx: &mut Tx, once: Option<&Once>, slug: &str, made: &str) -> Result<(), Refused> {
    let Some(once) = once else { return Ok(()) };
    Ok(tx.note_operation(&once.key, &once.digest, slug, made).await?)
}
