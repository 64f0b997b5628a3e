//! Files a claw has made, opened by the node. The node is mightier than a claw, so no part of the path may be a link: a
//! claw could have us read or change what is not its own.

use std::{fs::File, io, os::unix::fs::MetadataExt as _, path::Path};

use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};

/// Opens a file of the claw `owner` below `root`, the folder of all claws: a plain file that has this one name.
pub fn open_inside(root: &Path, file: &Path, owner: Option<u32>, how: OFlags) -> io::Result<File> {
    let inside = file.strip_prefix(root).map_err(|_| io::Error::other("it lies outside the claws' folders"))?;
    let folder = File::open(root)?;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let how = how | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(openat2(&folder, inside, how, Mode::empty(), resolve)?);
    let meta = file.metadata()?;
    let is_own = owner.is_none_or(|user| meta.uid() == user);
    if !meta.is_file() || !is_own || meta.nlink() != 1 {
        return Err(io::Error::other("it is no file of the claw's own"));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink, path::Path};

    use rustix::fs::OFlags;

    use super::open_inside;

    #[test]
    fn only_a_plain_file_of_the_claw_is_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("its place");
        fs::create_dir(root.join("claw")).expect("a claw");
        fs::write(root.join("claw/archive"), "mine").expect("a file");
        fs::write(root.join("secret"), "not mine").expect("a file");
        let open = |file: &Path, owner| open_inside(&root, file, owner, OFlags::RDONLY);
        open(&root.join("claw/archive"), None).expect("its own");
        symlink(root.join("secret"), root.join("claw/link")).expect("a link");
        symlink(&root, root.join("claw/up")).expect("a link");
        fs::hard_link(root.join("secret"), root.join("claw/hard")).expect("a link");
        for bad in ["claw/link", "claw/up/secret", "claw/hard", "claw", "claw/../../etc/passwd"] {
            open(&root.join(bad), None).expect_err(bad);
        }
        open(&root.join("claw/archive"), Some(299_999)).expect_err("somebody else's");
        open(Path::new("/etc/passwd"), None).expect_err("outside");
    }
}
