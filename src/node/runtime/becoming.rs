//! `clawnode become`: the last step before a claw's program. It gives away everything a claw has no need of (its user,
//! its groups, every capability for good, the hope of new privileges), sets the limits, and then is that program. Where it
//! has a keeper it ends with it: a gateway nobody watches would be one nobody can stop. In a unit systemd is that.

use std::{
    ffi::OsString,
    fs, io,
    os::unix::{fs::OpenOptionsExt as _, process::CommandExt as _},
    path::PathBuf,
    process::{Command, ExitCode},
};

use rustix::{
    fs::{Mode, OFlags},
    process::{Pid, Resource, Rlimit, Signal, getppid, setrlimit, setsid, umask},
    thread::{
        CapabilitySet, CapabilitySets, Gid, Uid, clear_ambient_capability_set, remove_capability_from_bounding_set,
        set_capabilities, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
    },
};
use serde::{Deserialize, Serialize};

/// Files a claw may have open.
const OPEN_FILES: u64 = 4096;

/// What is given away and what limits hold. No secret is among it: these are arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Becoming {
    /// The user, and the group of the same number.
    pub user: Option<u32>,
    /// Processes and threads.
    pub pids: u32,
    /// Where it starts.
    pub dir: PathBuf,
    /// Where what it says is added to; without it, what it inherits.
    pub log: Option<PathBuf>,
}

impl Becoming {
    /// As arguments of `clawnode`; the program and its own follow. `keeper` is the process it ends with; in a unit it has
    /// none.
    pub fn args(&self, keeper: Option<u32>) -> Vec<OsString> {
        let number = |number: Option<u32>| number.map_or_else(|| "-".into(), |number| number.to_string().into());
        let log = self.log.clone().map_or_else(|| "-".into(), PathBuf::into_os_string);
        vec![
            "become".into(),
            number(keeper),
            number(self.user),
            self.pids.to_string().into(),
            self.dir.clone().into_os_string(),
            log,
        ]
    }

    fn read(args: &[OsString]) -> Option<(Option<u32>, Becoming, &[OsString])> {
        let [keeper, user, pids, dir, log, program @ ..] = args else { return None };
        let number = |word: &OsString| if word == "-" { Some(None) } else { word.to_str()?.parse().ok().map(Some) };
        let (keeper, user) = (number(keeper)?, number(user)?);
        let becoming =
            Becoming { user, pids: pids.to_str()?.parse().ok()?, dir: dir.into(), log: (log != "-").then(|| log.into()) };
        (!program.is_empty()).then_some((keeper, becoming, program))
    }
}

/// The program, with everything that stands behind `become`. Comes back only when something failed.
pub fn main(args: &[OsString]) -> ExitCode {
    let Some((keeper, becoming, program)) = Becoming::read(args) else {
        return ExitCode::from(64);
    };
    let error = match become_it(keeper, &becoming) {
        Ok(()) => Command::new(&program[0]).args(&program[1..]).exec(),
        Err(error) => error,
    };
    let _nobody_there =
        io::Write::write_fmt(&mut io::stderr(), format_args!("clawnode: the claw's program was not started: {error}\n"));
    ExitCode::from(71)
}

fn become_it(keeper: Option<u32>, becoming: &Becoming) -> io::Result<()> {
    if keeper.is_some() {
        setsid()?;
    }
    let at_most = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::Core, at_most(0))?;
    setrlimit(Resource::Nofile, at_most(OPEN_FILES))?;
    if let Some(user) = becoming.user {
        // Counted by user: without one of its own it would count our own processes too.
        setrlimit(Resource::Nproc, at_most(u64::from(becoming.pids)))?;
        for capability in 0..u64::BITS {
            let capability = CapabilitySet::from_bits_retain(1 << capability);
            if remove_capability_from_bounding_set(capability).is_err() {
                break;
            }
        }
        clear_ambient_capability_set()?;
        let (uid, gid) = (Uid::from_raw(user), Gid::from_raw(user));
        set_thread_groups(&[])?;
        set_thread_res_gid(gid, gid, gid)?;
        set_thread_res_uid(uid, uid, uid)?;
        let none = CapabilitySet::empty();
        set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?;
    }
    set_no_new_privs(true)?;
    umask(Mode::from_raw_mode(0o077));
    if keeper.is_some() {
        // After the change of user, which would undo it.
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        if getppid().map(Pid::as_raw_nonzero).map(|pid| pid.get().unsigned_abs()) != keeper {
            return Err(io::Error::other("its keeper is gone"));
        }
    }
    rustix::process::chdir(&becoming.dir)?;
    if let Some(log) = &becoming.log {
        // As the claw: a link it has put in this place leads only where it may write anyway.
        let flags = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default();
        let log = fs::OpenOptions::new().create(true).append(true).mode(0o600).custom_flags(flags).open(log)?;
        rustix::stdio::dup2_stdout(&log)?;
        rustix::stdio::dup2_stderr(&log)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Becoming;

    #[test]
    fn what_is_told_is_read_back() {
        let claw = Becoming { user: Some(200_001), pids: 512, dir: "/a b".into(), log: Some("/l".into()) };
        let tool = Becoming { user: None, log: None, ..claw.clone() };
        for (keeper, becoming) in [(Some(77), &claw), (Some(77), &tool), (None, &claw)] {
            let mut args = becoming.args(keeper);
            args.push("/bin/true".into());
            let (told, read, program) = Becoming::read(&args[1..]).expect("read");
            assert_eq!((told, &read, program.len()), (keeper, becoming, 1));
            assert!(Becoming::read(&args[1..args.len() - 1]).is_none(), "no program, nothing to become");
        }
    }
}
