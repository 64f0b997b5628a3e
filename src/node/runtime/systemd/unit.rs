//! A claw's unit, as words: what it is told when it starts, and what systemd says of it afterwards. Pure, so that all of
//! it is tested without a systemd.

use std::{ffi::OsString, path::Path};

use crate::{
    domain::{secret::Secret, time::Time},
    node::{
        cell::Cell,
        runtime::{Ending, How, Seen},
        spec::Limits,
    },
};

/// The slice all claws are in: `systemctl set-property` limits them together.
const SLICE: &str = "clawnode-claws.slice";
/// What [`Shown`] is read from.
pub const PROPERTIES: &str = "--property=Id,Description,ActiveState,SubState,Result,ExecMainCode,ExecMainStatus,ExecMainExitTimestamp,MemoryCurrent,TasksCurrent";
/// The unit's description ends with the number of the start: it is how a start is known again.
const START: &str = ", start ";
/// `si_code` of a child that exited by itself.
const CLD_EXITED: &str = "1";

/// What a gateway is, and what it is kept to.
pub const HARDENED: &[&str] = &[
    // Root is left behind by `clawnode become` before OpenClaw's first instruction: a unit of a user that has no entry
    // in /etc/passwd is refused. These three are what leaving takes; nothing of them is left to the claw.
    "CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_SETPCAP",
    "AmbientCapabilities=",
    "NoNewPrivileges=yes",
    // No RestrictSUIDSGID: it forbids openat2, by which OpenClaw takes its locks.
    "RestrictRealtime=yes",
    "RestrictNamespaces=yes",
    "LockPersonality=yes",
    "KeyringMode=private",
    "SystemCallArchitectures=native",
    // No MemoryDenyWriteExecute: Node compiles what it runs.
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@keyring",
    "SystemCallErrorNumber=EPERM",
    // Node lists the machine's addresses by netlink.
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "ProtectProc=invisible",
    "PrivateDevices=yes",
    "PrivateIPC=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    // The sockets of the machine's services lie in /run: a database, D-Bus, a container engine. Names are looked up.
    "TemporaryFileSystem=/run:ro",
    "BindReadOnlyPaths=-/run/systemd/resolve -/run/nscd",
    "LimitCORE=0",
    "LimitNOFILE=4096",
    // All of it goes at once, and the end is called one for want of memory.
    "OOMPolicy=kill",
    // The host's own memory runs out: claws first, not what keeps them.
    "OOMScoreAdjust=500",
    "MemorySwapMax=0",
    "UMask=0077",
    // Who restarts is the node alone, by its budget. The other line holds whatever an operator's drop-in says.
    "Restart=no",
    "RestartPreventExitStatus=78",
    // What is over stays to be seen: how a gateway ended is asked of systemd, whoever was there.
    "RemainAfterExit=yes",
    "SuccessExitStatus=143",
    "KillMode=mixed",
    "TimeoutStopSec=30",
    "After=network.target",
    // What systemd tells its services would tell OpenClaw that somebody else restarts it.
    "UnsetEnvironment=INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID NOTIFY_SOCKET MANAGERPID",
];

/// Runs nft in a unit of its own, with the one right it needs and the node does without.
pub const NFT: &[&str] = &[
    "systemd-run",
    "--quiet",
    "--pipe",
    "--wait",
    "--collect",
    "--description=The fence around the claws",
    "--property=CapabilityBoundingSet=CAP_NET_ADMIN",
    "--property=NoNewPrivileges=yes",
    "--property=ProtectSystem=strict",
    "--property=ProtectHome=yes",
    "--property=PrivateTmp=yes",
    "--property=RestrictAddressFamilies=AF_NETLINK AF_UNIX",
    "--property=SystemCallFilter=@system-service",
    "--property=LogLevelMax=notice",
    "--",
    "nft",
];

/// The folders a unit needs of the node's.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// Hidden, but for the claw's own folder.
    pub data: &'a Path,
    /// Shared by all claws, read-only.
    pub openclaw: &'a Path,
    /// The program `clawnode`.
    pub clawnode: &'a Path,
    /// Where the environment was written for this start.
    pub environment: &'a Path,
    /// What the claw has for `/tmp`: the same for its gateway and its tasks, because OpenClaw keeps the locks there by
    /// which they heed each other. It lies where no claw can put a link in its place.
    pub tmp: &'a Path,
}

/// The unit of a claw's gateway.
pub fn gateway(slug: &str) -> String {
    format!("clawnode-claw-{slug}.service")
}

/// The unit of whatever else is run for a claw, one thing at a time.
pub fn tool(slug: &str) -> String {
    format!("clawnode-tool-{slug}.service")
}

/// What all gateways' units are called.
pub const ALL_GATEWAYS: &str = "clawnode-claw-*.service";

/// The arguments of `systemd-run` for a gateway, up to the program.
pub fn start_args(cell: &Cell, start: u32, places: &Places<'_>) -> Vec<OsString> {
    let description = format!("OpenClaw of claw {}{START}{start}", cell.slug);
    let mut args = vec![
        "--quiet".into(),
        format!("--unit={}", gateway(&cell.slug)).into(),
        format!("--description={description}").into(),
        "--service-type=exec".into(),
    ];
    args.extend(properties(cell, places));
    args.push("--".into());
    args
}

/// The same for a program that is run to its end, with what it says for us.
pub fn tool_args(cell: &Cell, seconds: u64, places: &Places<'_>) -> Vec<OsString> {
    let mut args = vec![
        "--quiet".into(),
        "--pipe".into(),
        "--wait".into(),
        "--collect".into(),
        format!("--unit={}", tool(&cell.slug)).into(),
        format!("--description=A task of claw {}", cell.slug).into(),
        "--service-type=exec".into(),
        format!("--property=RuntimeMaxSec={seconds}").into(),
    ];
    let stays = OsString::from("--property=RemainAfterExit=yes");
    args.extend(properties(cell, places).filter(|property| *property != stays));
    // What a backup is unpacked from and to, while one is. And a task that went well is not worth a line in the journal.
    for beside in ["fresh", "archive"] {
        let mut bind = OsString::from("--property=BindPaths=-");
        bind.push(cell.paths.dir.with_extension(beside));
        args.push(bind);
    }
    args.push("--property=LogLevelMax=notice".into());
    args.push("--".into());
    args
}

fn properties<'a>(cell: &'a Cell, places: &'a Places<'_>) -> impl Iterator<Item = OsString> + 'a {
    let Limits { memory_mb, cpu_milli, pids } = cell.limits;
    let path = |name: &str, path: &Path, more: &str| {
        let mut property = OsString::from(format!("--property={name}="));
        property.push(path);
        property.push(more);
        property
    };
    // A percent of one processor, at least.
    let limits = [
        format!("MemoryMax={memory_mb}M"),
        format!("TasksMax={pids}"),
        format!("CPUQuota={}%", cpu_milli.div_ceil(10)),
        format!("Slice={SLICE}"),
    ];
    let limits = limits.into_iter().map(|limit| format!("--property={limit}").into());
    let hardened = HARDENED.iter().map(|property| format!("--property={property}").into());
    let paths = [
        path("EnvironmentFile", places.environment, ""),
        path("TemporaryFileSystem", places.data, ":ro,mode=0711"),
        path("BindPaths", &cell.paths.dir, ""),
        path("BindPaths", places.tmp, ":/tmp"),
        path("BindPaths", places.tmp, ":/var/tmp"),
        path("BindReadOnlyPaths", places.openclaw, ""),
        path("BindReadOnlyPaths", places.clawnode, ""),
    ];
    hardened.chain(limits).chain(paths)
}

/// An environment as systemd reads it from a file. Nothing when a value is not one line of text.
pub fn environment(env: &[(String, Secret<String>)]) -> Option<Secret<Vec<u8>>> {
    let mut text = String::new();
    for (name, value) in env {
        let value = value.expose();
        if value.chars().any(char::is_control) {
            return None;
        }
        text.push_str(name);
        text.push_str("=\"");
        for letter in value.chars() {
            if matches!(letter, '"' | '\\' | '$' | '`') {
                text.push('\\');
            }
            text.push(letter);
        }
        text.push_str("\"\n");
    }
    Some(Secret::new(text.into_bytes()))
}

/// What systemd says of one gateway's unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub unit: String,
    /// Which start of its claw it is.
    pub start: u32,
    pub seen: Seen,
    /// The gateway is over, and something it has started is not.
    pub left_over: bool,
}

/// Reads what `systemctl show` prints of some units. `now` stands for a moment systemd does not know.
pub fn read(text: &str, now: Time) -> Vec<Shown> {
    text.split("\n\n").filter_map(|block| one(block, now)).collect()
}

fn one(block: &str, now: Time) -> Option<Shown> {
    let value = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
    let unit = Some(value("Id")).filter(|unit| !unit.is_empty())?.to_owned();
    let start = value("Description").rsplit_once(START)?.1.parse().ok()?;
    let number = |name: &str| value(name).parse::<u64>().ok();
    let over = value("ActiveState") == "failed" || value("SubState") == "exited" || value("ActiveState") == "inactive";
    let left_over = over && number("TasksCurrent").is_some_and(|tasks| tasks > 0);
    let seen = if over && !left_over {
        let status = value("ExecMainStatus").parse().unwrap_or_default();
        let how = match (value("Result"), value("ExecMainCode")) {
            ("oom-kill", _) => How::OutOfMemory,
            (_, CLD_EXITED) => How::Exited(status),
            _ => How::Killed(status),
        };
        let at = value("ExecMainExitTimestamp").strip_prefix('@').and_then(|seconds| seconds.parse::<i64>().ok());
        Seen::Ended(Ending { how, at: at.map_or(now, |seconds| Time(seconds.saturating_mul(1000))) })
    } else {
        let memory_mb = number("MemoryCurrent").map_or(0, |bytes| u32::try_from(bytes / (1024 * 1024)).unwrap_or(0));
        Seen::Running { memory_mb }
    };
    Some(Shown { unit, start, seen, left_over })
}

#[cfg(test)]
mod tests;
