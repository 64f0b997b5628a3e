//! Operations a caller gave a key (`Idempotency-Key`): each takes effect once. A repeat is answered as the first time;
//! one that comes late, when something else has been wished since, undoes nothing.

use sha2::{Digest as _, Sha256};

use super::Refused;
use crate::node::store::Tx;

/// One operation under its key.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Of the caller, as it came.
    pub key: String,
    /// The key with what it was used for, so that one key on two paths is two operations.
    name: String,
    digest: Vec<u8>,
}

impl Operation {
    /// The operation under this key that asks for this.
    pub fn new(key: &str, body: &[u8]) -> Operation {
        Operation { key: key.to_owned(), name: key.to_owned(), digest: Sha256::digest(body).to_vec() }
    }

    /// The operation under this key that does this to this claw.
    pub fn on(key: &str, what: &str, slug: &str, body: &[u8]) -> Operation {
        Operation { name: format!("{what} {slug} {key}"), ..Operation::new(key, body) }
    }

    /// What it came to, if it was done before.
    pub(super) async fn done(&self, tx: &mut Tx) -> Result<Option<String>, Refused> {
        match tx.operation(&self.name).await? {
            None => Ok(None),
            Some(done) if done.body == self.digest => Ok(Some(done.outcome)),
            Some(_) => Err(Refused::KeyReused),
        }
    }

    /// Writes down what it came to.
    pub(super) async fn note(&self, tx: &mut Tx, slug: &str, outcome: &str) -> Result<(), Refused> {
        Ok(tx.note_operation(&self.name, &self.digest, slug, outcome).await?)
    }
}
