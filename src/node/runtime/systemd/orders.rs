//! The two programs by which systemd is told and asked. They come with it, take the words a unit file has, and each is
//! given a list of arguments, never a line for a shell. A library that speaks D-Bus would bring some twenty crates to say
//! the same.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    process::Stdio,
    time::Duration,
};

use tokio::process::Command;

use crate::{
    domain::secret::Secret,
    node::runtime::{Program, RuntimeError, ToolEnd, becoming::Becoming, hands::to_the_end},
};

const SYSTEMD_RUN: &str = "systemd-run";
const SYSTEMCTL: &str = "systemctl";
/// How long systemd may take over anything that is no program of a claw's.
const ANSWER: Duration = Duration::from_secs(60);

/// Has systemd run a program in a unit: what its arguments say of the unit, then the program as `clawnode become` makes
/// it the claw's.
pub async fn run(
    unit: Vec<OsString>,
    clawnode: &OsStr,
    becoming: &Becoming,
    program: &Program,
    input: Option<&Secret<Vec<u8>>>,
    at_most: Option<Duration>,
) -> Result<ToolEnd, RuntimeError> {
    let words = std::iter::once(clawnode.to_owned())
        .chain(becoming.args(None))
        .chain(std::iter::once(program.program.clone().into_os_string()))
        .chain(program.args.iter().map(OsString::from));
    let mut command = Command::new(SYSTEMD_RUN);
    command.args(unit).args(words.map(|word| literal(&word)));
    end(command, input, at_most.unwrap_or(ANSWER)).await
}

/// Tells or asks systemd something.
pub async fn control(args: &[&str]) -> Result<ToolEnd, RuntimeError> {
    let mut command = Command::new(SYSTEMCTL);
    command.args(["--no-pager", "--no-ask-password", "--quiet"]).args(args);
    end(command, None, ANSWER).await
}

async fn end(mut command: Command, input: Option<&Secret<Vec<u8>>>, at_most: Duration) -> Result<ToolEnd, RuntimeError> {
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    // Times and words are read: no language of the operator's.
    command.env("LC_ALL", "C.UTF-8").env_remove("SYSTEMD_LOG_LEVEL");
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn();
    let mut child = spawned.map_err(|error| RuntimeError::of(&format!("starting {name}"), &error))?;
    let ended = tokio::time::timeout(at_most, to_the_end(&mut child, input)).await;
    ended.map_err(|_| RuntimeError::TooLong(name.clone()))?.map_err(|error| RuntimeError::of(&format!("running {name}"), &error))
}

/// systemd replaces what follows a dollar sign in the arguments of a unit's program.
fn literal(word: &OsStr) -> OsString {
    let mut bytes = Vec::with_capacity(word.len());
    for byte in word.as_bytes() {
        bytes.extend(std::iter::repeat_n(*byte, if *byte == b'$' { 2 } else { 1 }));
    }
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn a_dollar_sign_stays_one() {
        assert_eq!(literal("a$HOME $".as_ref()), "a$$HOME $$");
    }
}
