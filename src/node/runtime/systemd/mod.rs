//! The runtime `systemd`: each claw is a hardened unit of the host's own systemd, made when it is started. systemd holds
//! it, counts it, limits it, and remembers how it ended; the node keeps nothing of it in files. So claws go on while the
//! node is away, and are met again by their units' names. After a boot of the host no unit is there, and the node starts
//! its claws anew, a few at a time, as it does whenever one is gone.
//!
//! Nobody but the node restarts a claw. The network of the host is fenced by [`fence`](super::fence).

mod orders;
mod unit;

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, chown},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use rustix::process::geteuid;
use tokio::sync::Mutex;

use crate::{
    domain::secret::Secret,
    drivers::clock::Clock,
    node::{
        cell::Cell,
        runtime::{
            Firmness, Owner, Program, Runtime, RuntimeError, Seen, ToolEnd,
            becoming::Becoming,
            fence::{self, Fence},
            hands,
            lay::Layout,
            process,
        },
    },
};
use unit::{Places, Shown};

/// How long a unit that is in the way may take to be gone.
const GONE: Duration = Duration::from_secs(20);
/// How old what systemd said of all units may be: fifty claws are one question a second.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// What systemd itself may take to end a tool whose time is over.
const SLACK: Duration = Duration::from_secs(10);

/// What the runtime is told.
#[derive(Clone, Debug)]
pub struct SystemdSettings {
    /// The program `clawnode`, by its own path.
    pub clawnode: PathBuf,
    pub data: PathBuf,
    pub openclaw: PathBuf,
    pub fence: Fence,
}

/// The runtime.
pub struct SystemdRuntime {
    settings: SystemdSettings,
    shown: Mutex<Option<(Instant, Vec<Shown>)>>,
    /// The rules the kernel was last given.
    fenced: Mutex<Option<String>>,
}

impl SystemdRuntime {
    /// A runtime for these folders. A sentence when they cannot be said to systemd.
    pub fn new(settings: SystemdSettings) -> Result<SystemdRuntime, RuntimeError> {
        if !geteuid().is_root() {
            let why = "the systemd runtime needs root; set CLAWNODE_RUNTIME=process to try claws out without";
            return Err(RuntimeError::Failed(why.into()));
        }
        for path in [&settings.clawnode, &settings.data, &settings.openclaw] {
            if !is_plain(path) {
                let why =
                    format!("{} cannot be part of a unit: use letters, digits, `.`, `-`, `_` and `/` alone", path.display());
                return Err(RuntimeError::Failed(why));
            }
        }
        Ok(SystemdRuntime { settings, shown: Mutex::default(), fenced: Mutex::default() })
    }

    /// What systemd says of this claw's gateway.
    async fn shown(&self, slug: &str) -> Result<Option<Shown>, RuntimeError> {
        let mut shown = self.shown.lock().await;
        let fresh = shown.as_ref().filter(|(at, _)| at.elapsed() < ASK_AGAIN).is_some();
        if !fresh {
            *shown = None;
            let args = ["show", "--timestamp=unix", unit::PROPERTIES, unit::ALL_GATEWAYS];
            let end = orders::control(&args).await?;
            if end.code != Some(0) {
                return Err(failed("systemd does not say how claws are", &end));
            }
            *shown = Some((Instant::now(), unit::read(&end.stdout, Clock::system().now())));
        }
        let name = unit::gateway(slug);
        Ok(shown.as_ref().and_then(|(_, all)| all.iter().find(|one| one.unit == name).cloned()))
    }

    /// What was said before something was done is not true any more. Waits for a question that is under way.
    async fn ask_anew(&self) {
        *self.shown.lock().await = None;
    }

    /// Takes a unit away, with everything in it. Not there is done.
    async fn clear(&self, unit: &str) -> Result<(), RuntimeError> {
        let began = Instant::now();
        while self.is_loaded(unit).await? {
            if began.elapsed() > GONE {
                return Err(RuntimeError::Failed(format!("{unit} does not leave its place")));
            }
            // Each may find that the one before was enough, and the question above is the judge of all of them.
            orders::control(&["kill", "--kill-whom=all", "--signal=KILL", unit]).await?;
            orders::control(&["stop", unit]).await?;
            orders::control(&["reset-failed", unit]).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.ask_anew().await;
        Ok(())
    }

    async fn is_loaded(&self, unit: &str) -> Result<bool, RuntimeError> {
        let end = orders::control(&["show", "--value", "--property=LoadState", unit]).await?;
        match (end.code, end.stdout.trim()) {
            (Some(0), "not-found") => Ok(false),
            (Some(0), _) => Ok(true),
            (_, _) => Err(failed("systemd does not say how a claw is", &end)),
        }
    }

    /// Where what a claw's units need beside its folder is.
    fn folder(&self, cell: &Cell) -> PathBuf {
        self.settings.data.join("run").join(&cell.slug)
    }

    /// Writes an environment for the time systemd takes to read it, and sees that there is a `/tmp`.
    fn environment(&self, cell: &Cell, program: &Program, name: &str) -> Result<Environment, RuntimeError> {
        let text = unit::environment(&program.env)
            .ok_or_else(|| RuntimeError::Failed("the environment of a claw holds more than lines of text".into()))?;
        let (folder, tmp) = (self.folder(cell), self.folder(cell).join("tmp"));
        let file = folder.join(name);
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&tmp);
        let written = made.and_then(|()| {
            chown(&tmp, cell.user, cell.user)?;
            let mut file = fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&file)?;
            file.write_all(text.expose())
        });
        written.map_err(|error| RuntimeError::of("writing a claw's environment", &error))?;
        Ok(Environment { file, tmp })
    }

    /// Runs a program to its end as the claw, in a unit of its own.
    async fn run(
        &self,
        cell: &Cell,
        program: &Program,
        input: Option<&Secret<Vec<u8>>>,
        at_most: Duration,
    ) -> Result<ToolEnd, RuntimeError> {
        let unit = unit::tool(&cell.slug);
        // One that a node before us has left there, or a step that was broken off.
        self.clear(&unit).await?;
        let environment = self.environment(cell, program, "tool.env")?;
        let args = unit::tool_args(cell, at_most.as_secs().max(1), &self.places(&environment));
        let (becoming, clawnode) = (becoming(cell, program, None), self.settings.clawnode.as_os_str());
        let ended = orders::run(args, clawnode, &becoming, program, input, Some(at_most + SLACK)).await;
        drop(environment);
        if ended.is_err() {
            self.clear(&unit).await?;
        }
        ended
    }

    fn places<'a>(&'a self, environment: &'a Environment) -> Places<'a> {
        Places {
            data: &self.settings.data,
            openclaw: &self.settings.openclaw,
            clawnode: &self.settings.clawnode,
            environment: &environment.file,
            tmp: &environment.tmp,
        }
    }
}

/// A file with secrets in it, removed when it was read; and the claw's `/tmp`.
struct Environment {
    file: PathBuf,
    tmp: PathBuf,
}

impl Drop for Environment {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.file) {
            tracing::warn!(%error, "a claw's environment is still in its file, and is replaced at the next start");
        }
    }
}

#[async_trait]
impl Runtime for SystemdRuntime {
    fn name(&self) -> &'static str {
        "systemd"
    }

    fn weakness(&self) -> Option<&str> {
        None
    }

    async fn fence(&self, owners: &[Owner]) -> Result<(), RuntimeError> {
        let rules = fence::rules(&self.settings.fence, owners);
        let mut fenced = self.fenced.lock().await;
        // The kernel is asked too: whoever loads rules of their own may have flushed ours.
        if fenced.as_ref() == Some(&rules) && fence::stands(unit::NFT, &rules).await? {
            return Ok(());
        }
        *fenced = None;
        fence::put_up(unit::NFT, &rules).await?;
        *fenced = Some(rules);
        Ok(())
    }

    async fn lay(&self, cell: &Cell, layout: Layout) -> Result<(), RuntimeError> {
        hands::make_folder(cell).await?;
        let (program, order) = hands::laying(&self.settings.clawnode, cell, &layout);
        hands::laid(self.run(cell, &program, Some(&order), hands::LAYING).await?)
    }

    async fn start(&self, cell: &Cell, start: u32, program: &Program) -> Result<(), RuntimeError> {
        self.ask_anew().await;
        if self.shown(&cell.slug).await?.is_some_and(|shown| shown.start == start) {
            return Ok(());
        }
        self.clear(&unit::gateway(&cell.slug)).await?;
        // Nothing of it runs now, and what an earlier start has left in its `/tmp` is nobody's.
        empty(&self.folder(cell).join("tmp"))?;
        let environment = self.environment(cell, program, "gateway.env")?;
        let args = unit::start_args(cell, start, &self.places(&environment));
        let becoming = becoming(cell, program, Some(cell.paths.log.clone()));
        let end = orders::run(args, self.settings.clawnode.as_os_str(), &becoming, program, None, None).await;
        self.ask_anew().await;
        match end? {
            ToolEnd { code: Some(0), .. } => Ok(()),
            end => Err(failed("systemd did not start the claw", &end)),
        }
    }

    async fn look(&self, cell: &Cell, start: u32) -> Result<Seen, RuntimeError> {
        let Some(shown) = self.shown(&cell.slug).await?.filter(|shown| shown.start == start) else {
            return Ok(Seen::Nothing);
        };
        if shown.left_over {
            orders::control(&["kill", "--kill-whom=all", "--signal=KILL", &shown.unit]).await?;
            self.ask_anew().await;
        }
        Ok(match shown.seen {
            Seen::Ended(ending) if process::heap_was_full(ending.how, &cell.paths.log) => {
                Seen::Ended(super::Ending { how: super::How::OutOfMemory, ..ending })
            }
            seen @ (Seen::Nothing | Seen::Running { .. } | Seen::Ended(_)) => seen,
        })
    }

    async fn stop(&self, cell: &Cell, firmness: Firmness) -> Result<(), RuntimeError> {
        let unit = unit::gateway(&cell.slug);
        match firmness {
            // To the gateway alone: the unit goes on, and remembers how it ended.
            Firmness::Ask => {
                let running = self.shown(&cell.slug).await?.is_some_and(|shown| matches!(shown.seen, Seen::Running { .. }));
                if running {
                    orders::control(&["kill", "--kill-whom=main", "--signal=TERM", &unit]).await?;
                    self.ask_anew().await;
                }
                Ok(())
            }
            Firmness::Kill => self.clear(&unit).await,
        }
    }

    async fn tool(&self, cell: &Cell, program: &Program, at_most: Duration) -> Result<ToolEnd, RuntimeError> {
        self.run(cell, program, None, at_most).await
    }

    async fn forget(&self, cell: &Cell) -> Result<(), RuntimeError> {
        self.clear(&unit::gateway(&cell.slug)).await?;
        self.clear(&unit::tool(&cell.slug)).await?;
        empty(&self.folder(cell))
    }
}

fn becoming(cell: &Cell, program: &Program, log: Option<PathBuf>) -> Becoming {
    Becoming { user: cell.user, pids: cell.limits.pids, dir: program.dir.clone(), log }
}

/// Removes a folder with all that is in it, without following links. Not there is done.
fn empty(folder: &Path) -> Result<(), RuntimeError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(RuntimeError::of("removing what is left of a claw", &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn failed(what: &str, end: &ToolEnd) -> RuntimeError {
    let said: String = end.stderr.trim().chars().take(500).collect();
    RuntimeError::Failed(format!("{what}: {said}"))
}

/// Whether systemd reads this path as it is: no blanks, quotes, colons, percent signs.
fn is_plain(path: &Path) -> bool {
    path.is_absolute()
        && path.to_str().is_some_and(|path| path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-+@".contains(&b)))
}
