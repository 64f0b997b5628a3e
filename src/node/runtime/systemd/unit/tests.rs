//! A claw's unit against what systemd 252 was seen to say, and against what a claw must not get.

use std::path::Path;

use super::{HARDENED, Places, environment, read, start_args, tool_args};
use crate::{
    domain::{secret::Secret, time::Time},
    node::{
        cell::{Cell, Paths},
        runtime::{Ending, How, Seen},
        spec::Limits,
    },
};

fn cell() -> Cell {
    Cell {
        slug: "4ikv75gzd2hnhtyp".into(),
        paths: Paths::below(Path::new("/var/lib/clawnode/claws/4ikv75gzd2hnhtyp")),
        port: 20_000,
        gateway_token: Secret::new("CANARY".into()),
        user: Some(200_001),
        limits: Limits { memory_mb: 1024, cpu_milli: 1505, pids: 300 },
    }
}

const PLACES: fn() -> Places<'static> = || Places {
    data: Path::new("/var/lib/clawnode"),
    openclaw: Path::new("/opt/clawnode/openclaw"),
    clawnode: Path::new("/usr/local/bin/clawnode"),
    environment: Path::new("/var/lib/clawnode/run/4ikv75gzd2hnhtyp/gateway.env"),
    tmp: Path::new("/var/lib/clawnode/run/4ikv75gzd2hnhtyp/tmp"),
};

fn words(args: &[std::ffi::OsString]) -> Vec<&str> {
    args.iter().map(|arg| arg.to_str().expect("text")).collect()
}

#[test]
fn a_claw_is_limited_hidden_and_told_apart() {
    let args = start_args(&cell(), 7, &PLACES());
    let args = words(&args);
    for wanted in [
        "--unit=clawnode-claw-4ikv75gzd2hnhtyp.service",
        "--description=OpenClaw of claw 4ikv75gzd2hnhtyp, start 7",
        "--service-type=exec",
        "--property=MemoryMax=1024M",
        "--property=TasksMax=300",
        "--property=CPUQuota=151%",
        "--property=Slice=clawnode-claws.slice",
        "--property=TemporaryFileSystem=/var/lib/clawnode:ro,mode=0711",
        "--property=BindPaths=/var/lib/clawnode/claws/4ikv75gzd2hnhtyp",
        "--property=BindPaths=/var/lib/clawnode/run/4ikv75gzd2hnhtyp/tmp:/tmp",
        "--property=EnvironmentFile=/var/lib/clawnode/run/4ikv75gzd2hnhtyp/gateway.env",
        "--property=ProtectSystem=strict",
        "--property=RestartPreventExitStatus=78",
        "--property=RemainAfterExit=yes",
    ] {
        assert!(args.contains(&wanted), "{wanted} is missing: {args:#?}");
    }
    assert_eq!(args.last(), Some(&"--"));
    assert!(!args.concat().contains("CANARY"), "no secret is an argument");
    assert!(args.iter().all(|arg| !arg.starts_with("--property=Environment=")), "whoever asks systemd may read that");
}

#[test]
fn a_task_ends_with_its_time_and_leaves_nothing() {
    let args = tool_args(&cell(), 120, &PLACES());
    let args = words(&args);
    for wanted in [
        "--wait",
        "--pipe",
        "--collect",
        "--property=RuntimeMaxSec=120",
        "--property=NoNewPrivileges=yes",
        "--property=BindPaths=-/var/lib/clawnode/claws/4ikv75gzd2hnhtyp.fresh",
    ] {
        assert!(args.contains(&wanted), "{wanted} is missing: {args:#?}");
    }
    assert!(!args.contains(&"--property=RemainAfterExit=yes"));
}

#[test]
fn what_is_left_behind_at_the_start_is_all_a_claw_ever_had() {
    let of = |name: &str| HARDENED.iter().filter_map(|line| line.strip_prefix(name)?.strip_prefix('=')).collect::<Vec<_>>();
    assert_eq!(of("CapabilityBoundingSet"), ["CAP_SETUID CAP_SETGID CAP_SETPCAP"]);
    assert_eq!((of("AmbientCapabilities"), of("NoNewPrivileges"), of("Restart")), (vec![""], vec!["yes"], vec!["no"]));
}

#[test]
fn an_environment_is_read_as_it_was_meant() {
    let of = |value: &str| environment(&[("NAME".to_owned(), Secret::new(value.to_owned()))]).map(|text| text.expose().clone());
    assert_eq!(of("/a b").as_deref(), Some(&b"NAME=\"/a b\"\n"[..]));
    assert_eq!(
        of(r#"a"b\c$d`e"#).as_deref(),
        Some(
            &br#"NAME="a\"b\\c\$d\`e"
"#[..]
        )
    );
    assert_eq!(of("a\nOTHER=b"), None, "one value must not become two");
}

/// What `systemctl show` of systemd 252 prints of a unit.
fn shown(more: &str) -> String {
    format!("Id=clawnode-claw-a.service\nDescription=OpenClaw of claw a, start 7\n{more}")
}

#[test]
fn each_end_is_told_from_the_others() {
    let (now, at) = (Time(5), Time(1_795_552_984_000));
    let of = |more: &str| {
        let all = read(&shown(more), now);
        assert_eq!((all.len(), all[0].start, all[0].unit.as_str()), (1, 7, "clawnode-claw-a.service"));
        (all[0].seen.clone(), all[0].left_over)
    };
    let ended = |how, at| (Seen::Ended(Ending { how, at }), false);
    let over = "ExecMainExitTimestamp=@1795552984\nMemoryCurrent=[not set]\nTasksCurrent=[not set]";
    let with = |rest: &str| format!("{rest}\n{over}");
    let failed = "ActiveState=failed\nSubState=failed";
    assert_eq!(
        of(
            "Result=success\nExecMainCode=0\nExecMainStatus=0\nActiveState=active\nSubState=running\nMemoryCurrent=73400320\nTasksCurrent=15"
        ),
        (Seen::Running { memory_mb: 70 }, false)
    );
    for (shown, how) in [
        ("Result=exit-code\nExecMainCode=1\nExecMainStatus=78", How::Exited(78)),
        ("Result=signal\nExecMainCode=2\nExecMainStatus=9", How::Killed(9)),
        ("Result=core-dump\nExecMainCode=3\nExecMainStatus=6", How::Killed(6)),
        ("Result=oom-kill\nExecMainCode=2\nExecMainStatus=9", How::OutOfMemory),
    ] {
        assert_eq!(of(&with(&format!("{shown}\n{failed}"))), ended(how, at));
    }
    let well = "Result=success\nExecMainCode=1\nExecMainStatus=0\nActiveState=active\nSubState=exited";
    assert_eq!(of(&with(well)), ended(How::Exited(0), at));
    assert_eq!(of(&format!("{well}\nExecMainExitTimestamp=n/a")), ended(How::Exited(0), now));
    // Something it has started is still there: the place is not free.
    assert_eq!(of(&format!("{well}\nTasksCurrent=1")), (Seen::Running { memory_mb: 0 }, true));
}

#[test]
fn units_of_others_and_none_at_all_are_not_claws() {
    assert_eq!(read("", Time(0)), []);
    assert_eq!(read("Id=clawnode-claw-x.service\nDescription=somebody's own\nActiveState=active\n", Time(0)), []);
    let two = format!("{}\n\n{}", shown("ActiveState=active\nSubState=running"), shown("ActiveState=active\nSubState=running"));
    assert_eq!(read(&two, Time(0)).len(), 2);
}
