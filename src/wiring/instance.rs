//! An embedded database belongs to one process. A second one is turned away before it can do harm.

use std::{
    fs::{File, TryLockError},
    path::PathBuf,
};

use anyhow::{Context as _, bail};

/// Held while the process lives; the system frees it however the process ends.
#[derive(Debug)]
pub struct Instance {
    _lock: Option<File>,
}

impl Instance {
    /// Takes the lock beside the SQLite file. PostgreSQL needs none: there leases decide.
    pub fn only_one(database_url: &str) -> anyhow::Result<Instance> {
        let Some(path) = sqlite_path(database_url) else { return Ok(Instance { _lock: None }) };
        let lock_path = path.with_extension("lock");
        let lock = File::create(&lock_path).with_context(|| format!("making {}", lock_path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Instance { _lock: Some(lock) }),
            Err(TryLockError::WouldBlock) => {
                bail!("another clawhatch already uses {}. Stop it first, or use PostgreSQL for several replicas.", path.display())
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", lock_path.display())),
        }
    }
}

/// The file behind `sqlite:<path>` or `sqlite://<path>`, if it is one.
fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let path = rest.split('?').next().filter(|path| !path.is_empty() && *path != ":memory:")?;
    Some(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_process_is_turned_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("one.db").display());
        let first = Instance::only_one(&url).expect("the first");
        let second = Instance::only_one(&url).expect_err("the second");
        assert!(second.to_string().contains("another clawhatch already uses"), "{second}");
        drop(first);
        Instance::only_one(&url).expect("after the first has gone");
        Instance::only_one("postgres://localhost/x").expect("no lock for PostgreSQL");
    }
}
