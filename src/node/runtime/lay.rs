//! `clawnode lay`: writes a claw's files as the claw's own user. The node is mightier than a claw and must not follow a
//! link a claw has laid; with the claw's own rights there is nothing to win by one. The list comes on standard input.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// One file.
#[derive(Serialize, Deserialize)]
pub struct Lay {
    pub path: PathBuf,
    /// In base64.
    pub bytes: String,
    pub mode: u32,
    /// Leave one that is there already.
    pub keep: bool,
    /// Nothing else may lie in its folder.
    #[serde(default)]
    pub alone: bool,
}

impl Lay {
    /// A file with these bytes.
    pub fn new(path: &Path, bytes: &[u8], mode: u32, keep: bool) -> Lay {
        Lay { path: path.to_owned(), bytes: STANDARD.encode(bytes), mode, keep, alone: false }
    }

    /// The same, where nothing else may lie in its folder.
    pub fn alone(self) -> Lay {
        Lay { alone: true, ..self }
    }
}

/// Everything that is to be there.
#[derive(Default, Serialize, Deserialize)]
pub struct Layout {
    pub folders: Vec<PathBuf>,
    pub files: Vec<Lay>,
}

/// The program: 0 when every file is written, 28 when there is no room, 1 for anything else.
pub fn main() -> ExitCode {
    match lay() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_there = writeln!(io::stderr(), "{error}");
            ExitCode::from(if is_full(&error) { NO_ROOM } else { 1 })
        }
    }
}

/// The exit code that says that the disk is full.
pub const NO_ROOM: u8 = 28;

/// Whether the disk is full.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn lay() -> io::Result<()> {
    let mut text = zeroize::Zeroizing::new(String::new());
    io::stdin().read_to_string(&mut text)?;
    let layout: Layout = serde_json::from_str(&text).map_err(|_| io::Error::other("the list is cut short"))?;
    for folder in &layout.folders {
        fs::create_dir_all(folder)?;
    }
    for file in layout.files {
        if file.keep && fs::symlink_metadata(&file.path).is_ok() {
            continue;
        }
        if file.alone {
            clear_beside(&file.path)?;
        }
        let bytes = STANDARD.decode(&file.bytes).map_err(io::Error::other)?;
        write(&file.path, &bytes, file.mode)?;
    }
    Ok(())
}

/// Removes every other file of its folder.
fn clear_beside(path: &Path) -> io::Result<()> {
    let entries = match path.parent().map(fs::read_dir) {
        Some(Ok(entries)) => entries,
        Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Some(Err(_)) | None => return Ok(()),
    };
    for entry in entries {
        let entry = entry?;
        if entry.path() != path && !entry.file_type()?.is_dir() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// All of it or nothing, and on disk.
fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let Some(folder) = path.parent() else { return Err(io::Error::other("a file without a folder")) };
    fs::create_dir_all(folder)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = folder.join(format!(".{name}.new"));
    if fs::symlink_metadata(&beside).is_ok() {
        fs::remove_file(&beside)?;
    }
    let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(mode).open(&beside)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| fs::rename(&beside, path)) {
        let _left_for_next_time = fs::remove_file(&beside);
        return Err(error);
    }
    Ok(())
}
