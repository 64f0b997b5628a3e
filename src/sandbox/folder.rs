//! The sandbox's folder: the database, the keys, the clock's offset, and what real claws know. It lasts as long as the
//! sandbox, unless it was given.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

pub(super) struct Folder {
    path: PathBuf,
    /// Made for this run only.
    passing: bool,
}

impl Folder {
    /// Opens the folder that was given, or makes a new one. Nobody else may look into it; with `crossed`, others may
    /// walk through it to what is theirs.
    pub fn open(given: Option<PathBuf>, crossed: bool) -> io::Result<Folder> {
        let passing = given.is_none();
        let path = given.unwrap_or_else(|| std::env::temp_dir().join(format!("clawhatch-sandbox-{}", &secret()[..12])));
        fs::DirBuilder::new().recursive(!passing).mode(0o700).create(&path)?;
        if crossed {
            let mode = fs::metadata(&path)?.permissions().mode();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode & 0o7777 | 0o011))?;
        }
        Ok(Folder { path: path.canonicalize()?, passing })
    }

    pub fn is_passing(&self) -> bool {
        self.passing
    }

    /// A place in it.
    pub fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A file in it that only we can read, empty at first.
    pub fn private(&self, name: &str) -> io::Result<PathBuf> {
        let file = self.at(name);
        match write_private(&file, "") {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            Ok(()) | Err(_) => Ok(file),
        }
    }

    /// The key kept in this file, or a new one: 64 hex digits behind a name.
    pub fn key(&self, name: &str) -> io::Result<String> {
        let file = self.at(name);
        if let Ok(keys) = fs::read_to_string(&file) {
            return Ok(keys.trim().to_owned());
        }
        let keys = format!("sandbox:{}", secret());
        write_private(&file, &keys)?;
        Ok(keys)
    }

    /// Removes it if it was made for this run only.
    pub fn close(&self) -> io::Result<()> {
        if self.passing { fs::remove_dir_all(&self.path) } else { Ok(()) }
    }
}

fn write_private(file: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?.write_all(text.as_bytes())
}

/// 64 random hex digits.
pub(super) fn secret() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::Folder;

    #[test]
    fn a_given_folder_keeps_its_keys_and_a_passing_one_goes() {
        let given = tempfile::tempdir().expect("a folder");
        let open = |crossed| Folder::open(Some(given.path().join("kept")), crossed).expect("a folder");
        let mode = |folder: &Folder| fs::metadata(folder.at("")).expect("there").permissions().mode() & 0o777;
        let (folder, key) = (open(false), open(false).key("keys").expect("a key"));
        assert_eq!(mode(&folder), 0o700);
        fs::write(folder.private("database").expect("a file"), "rows").expect("written");
        assert_eq!(fs::metadata(folder.at("database")).expect("there").permissions().mode() & 0o777, 0o600);
        folder.close().expect("closed");
        let again = open(true);
        assert_eq!((again.key("keys").expect("a key"), mode(&again)), (key, 0o711));
        assert_eq!(fs::read_to_string(again.private("database").expect("a file")).expect("read"), "rows");

        let passing = Folder::open(None, true).expect("a folder");
        assert!(passing.is_passing() && passing.at("").is_dir());
        passing.close().expect("removed");
        assert!(!passing.at("").exists());
    }
}
