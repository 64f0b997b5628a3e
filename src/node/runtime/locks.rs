//! The one folder of a claw that lies outside of its own: OpenClaw keeps the locks of its state in `/tmp`, by the number of
//! its user, wherever a temporary folder is said to be. Where claws have users of their own, the node makes it for them
//! and removes it with them: whoever has it first could keep another claw from ever starting.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, chown},
    path::{Path, PathBuf},
};

const SHARED: &str = "/tmp";

fn place(below: &Path, user: u32) -> PathBuf {
    below.join(format!("openclaw-state-locks-{user}"))
}

/// Makes it this user's, whosever it was.
pub(super) fn make(user: u32) -> io::Result<()> {
    make_below(Path::new(SHARED), user)
}

fn make_below(below: &Path, user: u32) -> io::Result<()> {
    let place = place(below, user);
    match fs::symlink_metadata(&place) {
        Ok(there) if there.is_dir() && there.uid() == user => return Ok(()),
        Ok(_) => remove_below(below, user)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    fs::DirBuilder::new().mode(0o700).create(&place)?;
    chown(&place, Some(user), Some(user))
}

/// Removes it with all that is in it.
pub(super) fn remove(user: u32) -> io::Result<()> {
    remove_below(Path::new(SHARED), user)
}

fn remove_below(below: &Path, user: u32) -> io::Result<()> {
    let place = place(below, user);
    let removed = match fs::symlink_metadata(&place) {
        Ok(there) if there.is_dir() => fs::remove_dir_all(&place),
        Ok(_) => fs::remove_file(&place),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    };

    use super::{make_below, place, remove_below};

    #[test]
    fn the_place_is_its_owners_whoever_was_there_before() {
        let folder = tempfile::tempdir().expect("a folder");
        // Giving things away takes root; what is ours we may give to ourselves.
        let us = fs::metadata(folder.path()).expect("there").uid();
        let (users, place) = (if us == 0 { vec![0, 1_234_567] } else { vec![us] }, |user| place(folder.path(), user));
        for user in users {
            let is_theirs = || {
                let there = fs::symlink_metadata(place(user)).expect("there");
                assert!(there.is_dir() && there.uid() == user && there.permissions().mode() & 0o777 == 0o700);
            };
            make_below(folder.path(), user).expect("made");
            is_theirs();
            fs::write(place(user).join("lock"), "").expect("written");
            make_below(folder.path(), user).expect("made again");
            assert!(place(user).join("lock").exists(), "what is its owner's stays");
            remove_below(folder.path(), user).expect("removed");
            remove_below(folder.path(), user).expect("removed twice");
            symlink(folder.path(), place(user)).expect("a trap");
            make_below(folder.path(), user).expect("made in its place");
            is_theirs();
        }
        if us == 0 {
            fs::create_dir(place(77)).expect("somebody else was first");
            make_below(folder.path(), 77).expect("made");
            assert_eq!(fs::metadata(place(77)).expect("there").uid(), 77);
        }
    }
}
