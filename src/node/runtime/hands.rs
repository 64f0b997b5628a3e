//! What is done in a claw's place by a runtime's own hands: files are laid out and tools run, always as the claw's user.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
};

use crate::{
    domain::secret::Secret,
    node::{
        cell::Cell,
        runtime::{
            Program, RuntimeError, ToolEnd,
            becoming::Becoming,
            lay::{Layout, NO_ROOM},
            proc::{self, Life},
        },
    },
};

/// The most that is kept of what a tool says.
const MOST_SAID: usize = 1024 * 1024;
/// How long laying files out may take: a disk may be slow.
pub(super) const LAYING: Duration = Duration::from_secs(60);

/// The program `clawnode` itself, by whose hidden commands it is done.
#[derive(Clone, Debug)]
pub struct Hands {
    pub clawnode: PathBuf,
}

impl Hands {
    /// Makes the claw's folder, closed to all others, and lays things out in it.
    pub async fn lay(&self, cell: &Cell, layout: Layout) -> Result<(), RuntimeError> {
        make_folder(cell).await?;
        let (program, order) = laying(&self.clawnode, cell, &layout);
        laid(self.run(cell, &program, Some(&order), LAYING).await?)
    }

    /// Runs a program to its end as the claw, and kills it and all it has started after `at_most`.
    pub async fn run(
        &self,
        cell: &Cell,
        program: &Program,
        input: Option<&Secret<Vec<u8>>>,
        at_most: Duration,
    ) -> Result<ToolEnd, RuntimeError> {
        let becoming = Becoming { user: cell.user, pids: cell.limits.pids, dir: program.dir.clone(), log: None };
        let mut child = Command::new(&self.clawnode)
            .args(becoming.args(Some(std::process::id())))
            .arg(&program.program)
            .args(&program.args)
            .env_clear()
            .envs(program.env.iter().map(|(name, value)| (name, value.expose())))
            .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| RuntimeError::of("starting a tool", &error))?;
        let life = child.id().and_then(|pid| Life::of(i32::try_from(pid).ok()?));
        let ended = tokio::time::timeout(at_most, to_the_end(&mut child, input)).await;
        if ended.is_err()
            && let Some(life) = life
        {
            proc::sweep(Some(life.pid), None);
        }
        let name = program.program.file_name().unwrap_or_default().to_string_lossy();
        ended
            .map_err(|_| RuntimeError::TooLong(name.clone().into_owned()))?
            .map_err(|error| RuntimeError::of(&format!("running {name}"), &error))
    }
}

/// Makes the claw's folder, if it is not there, and makes it the claw's.
pub(super) async fn make_folder(cell: &Cell) -> Result<(), RuntimeError> {
    let place = cell.clone();
    let made = tokio::task::spawn_blocking(move || own_folder(&place)).await;
    made.map_err(|error| RuntimeError::Failed(error.to_string()))?
        .map_err(|error| RuntimeError::of("making the claw's folder", &error))
}

/// The program that lays files out, and what it is told.
pub(super) fn laying(clawnode: &Path, cell: &Cell, layout: &Layout) -> (Program, Secret<Vec<u8>>) {
    let order = Secret::new(serde_json::to_vec(layout).expect("paths of ours and base64 make JSON"));
    let (args, env, dir) = (vec!["lay".into()], Vec::new(), cell.paths.dir.clone());
    (Program { program: clawnode.to_owned(), args, env, dir }, order)
}

/// What came of laying files out.
pub(super) fn laid(end: ToolEnd) -> Result<(), RuntimeError> {
    match end.code {
        Some(0) => Ok(()),
        Some(code) if code == i32::from(NO_ROOM) => Err(RuntimeError::NoRoom(end.stderr)),
        _ => Err(RuntimeError::Failed(format!("laying files out: {}", end.stderr.trim()))),
    }
}

/// Feeds it, listens to it, waits for it.
pub(super) async fn to_the_end(child: &mut Child, input: Option<&Secret<Vec<u8>>>) -> io::Result<ToolEnd> {
    let (mut stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let (Some(stdin), Some(input)) = (&mut stdin, input) {
            // One that ends without having read says why by its code.
            let _not_read = stdin.write_all(input.expose()).await;
        }
        drop(stdin.take());
    };
    let ((), stdout, stderr, status) = tokio::join!(feed, listen(stdout), listen(stderr), child.wait());
    Ok(ToolEnd { code: status?.code(), stdout, stderr })
}

/// What is said, up to the most that is kept; the rest is heard and dropped.
async fn listen(from: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut from) = from else { return String::new() };
    let (mut said, mut piece) = (Vec::new(), vec![0; 8 * 1024]);
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        said.extend_from_slice(&piece[..length.min(MOST_SAID - said.len())]);
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// The folder stands among the node's own, where no claw can lay a link.
fn own_folder(cell: &Cell) -> io::Result<()> {
    let dir = &cell.paths.dir;
    if let Err(error) = fs::create_dir(dir)
        && error.kind() != io::ErrorKind::AlreadyExists
    {
        return Err(error);
    }
    if !fs::symlink_metadata(dir)?.is_dir() {
        return Err(io::Error::other("something else stands in the place of the claw's folder"));
    }
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
    std::os::unix::fs::chown(dir, cell.user, cell.user)
}
