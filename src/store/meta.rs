//! A handful of single values: the key check, the sealed pepper, how far a walk through a table has come.

use crate::store::{Result, Tx, statement::statements, tx::values};

statements! {
    FIND = "SELECT value FROM meta WHERE name = $1";
    KEEP_FIRST = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    PUT = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    REPLACE = "UPDATE meta SET value = $2 WHERE name = $1";
}

impl Tx {
    pub async fn find_meta(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        self.find(FIND, values![name]).await?.map(|row| row.bytes("value")).transpose()
    }

    /// Stores `value` unless there already is one; gives the one that stands, so that two first starts agree.
    pub async fn keep_first_meta(&mut self, name: &str, value: Vec<u8>) -> Result<Vec<u8>> {
        self.run(KEEP_FIRST, values![name, value.clone()]).await?;
        Ok(self.find_meta(name).await?.unwrap_or(value))
    }

    pub async fn put_meta(&mut self, name: &str, value: Vec<u8>) -> Result<()> {
        self.run(PUT, values![name, value]).await.map(drop)
    }

    pub async fn replace_meta(&mut self, name: &str, value: Vec<u8>) -> Result<()> {
        self.run(REPLACE, values![name, value]).await.map(drop)
    }
}
