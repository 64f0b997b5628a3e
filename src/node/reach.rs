//! Files a claw has made, opened by the node. The node is mightier than a claw, so no part of the path may be a link: a
//! claw could have us read or change what is not its own.

use std::{
    fs::File,
    io,
    os::unix::fs::MetadataExt as _,
    path::{Component, Path},
};

use rustix::fs::{Mode, OFlags, openat};

/// Opens a file of the claw `owner` below `root`, the folder of all claws: a plain file that has this one name.
pub fn open_inside(root: &Path, file: &Path, owner: Option<u32>, how: OFlags) -> io::Result<File> {
    let inside = file.strip_prefix(root).map_err(|_| io::Error::other("it lies outside the claws' folders"))?;
    // Step by step: openat2 would do it at once, and a service that may make no set-user-ID files may not call it.
    let mut file = File::open(root)?;
    let mut steps = inside.components().peekable();
    while let Some(step) = steps.next() {
        let Component::Normal(name) = step else { return Err(io::Error::other("its path leads out of the claws' folders")) };
        let how = if steps.peek().is_some() { OFlags::RDONLY | OFlags::DIRECTORY } else { how | OFlags::NONBLOCK };
        file = File::from(openat(&file, name, how | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?);
    }
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
