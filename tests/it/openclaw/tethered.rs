//! `clawhatch sandbox --openclaw` as it is typed: it says where it is, and however it ends, its programs and claws end too;
//! and what `clawnode halt` leaves behind comes up again.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use clawhatch::node::runtime::proc::Life;
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use super::{claw::until, install, open, product::told_of};
use crate::{node::House, process::PROGRAM};

const CLAWNODE: &str = env!("CARGO_BIN_EXE_clawnode");

/// Types the command; gives the process and what it says first.
async fn typed(folder: &Path, options: &[&str]) -> (Child, String) {
    let mut child = Command::new(PROGRAM)
        .args(["sandbox", "--openclaw", "--listen", "127.0.0.1:0", "--folder"])
        .arg(folder)
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("clawhatch");
    let mut lines = BufReader::new(child.stdout.take().expect("its words")).lines();
    let said = lines.next_line().await.expect("a line").unwrap_or_default();
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, said)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_the_sandbox_ends_clawnode() {
    let folder = tempfile::tempdir().expect("a folder");
    open(folder.path());
    let (kept, openclaw) = (folder.path().join("kept"), folder.path().join("openclaw"));
    install(&openclaw);
    for signal in [Signal::TERM, Signal::INT, Signal::KILL] {
        let (mut child, said) = typed(&kept, &["--openclaw-dir", &openclaw.display().to_string()]).await;
        assert!(said.contains("http://127.0.0.1:"), "{said}");
        let node = |place: &PathBuf| fs::read_to_string(place.join("cmdline")).is_ok_and(|line| line.starts_with(CLAWNODE));
        until("clawnode runs", async || told_of(&kept).iter().any(node).then_some(())).await;
        let pid = i32::try_from(child.id().expect("it runs")).expect("a small number");
        kill_process(Pid::from_raw(pid).expect("a process"), signal).expect("told");
        child.wait().await.expect("its end");
        // Killed, it ends nobody: clawnode finds out by itself.
        until("clawnode ends", async || (!told_of(&kept).iter().any(node)).then_some(())).await;
        for left in told_of(&kept) {
            assert_eq!(signal, Signal::KILL, "{}", left.display());
            let pid = left.file_name().and_then(|name| name.to_str()?.parse().ok()).and_then(Pid::from_raw);
            let _ended = pid.map(|pid| kill_process(pid, Signal::KILL));
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_in_one_line_with_the_fix() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = folder.path().join("clawnode").display().to_string();
    let (mut child, said) = typed(&folder.path().join("kept"), &["--clawnode", &nowhere]).await;
    assert!(said.contains("there is no program clawnode") && said.contains("--clawnode"), "{said}");
    assert_eq!(child.wait().await.expect("its end").code(), Some(1));
}

async fn halt(house: &House, options: &[&str]) -> Output {
    let mut halt = Command::new(CLAWNODE);
    halt.arg("halt").args(options).env_clear().envs(&house.names).stdin(Stdio::null());
    halt.output().await.expect("clawnode halt")
}

fn is_there(process: i32) -> bool {
    Life::of(process).is_some_and(Life::is_there)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claw_that_was_halted_comes_up_as_if_nothing_had_been() {
    let house = House::new().await;
    let node = house.node().await;
    house.hatches("ann", "claw-1").await;
    for options in [&[][..], &["--now"]] {
        let refused = halt(&house, options).await;
        let said = String::from_utf8_lossy(&refused.stdout).into_owned();
        assert!(!refused.status.success() && said.contains("another clawnode already uses"), "{said}");
    }
    node.dies().await;
    for options in [&[][..], &["--now"]] {
        let gateway = house.gateway_of("ann", "claw-1");
        assert!(is_there(gateway), "a claw outlives its node");
        let halted = halt(&house, options).await;
        assert!(halted.status.success(), "{}", String::from_utf8_lossy(&halted.stdout));
        assert!(!is_there(gateway));
        let again = halt(&house, options).await;
        assert!(String::from_utf8_lossy(&again.stdout).contains("0 of 1"), "nothing runs any more");
        let node = house.node().await;
        let claw = house.is("ann", "claw-1", "ready").await;
        assert_eq!((&claw["restarts"], &claw["reason"]), (&serde_json::json!(0), &serde_json::Value::Null), "{claw}");
        node.dies().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tethered_node_takes_its_claws_along() {
    let house = House::new().await;
    let mut node = Command::new(CLAWNODE)
        .args(["run", "--tethered"])
        .env_clear()
        .envs(&house.names)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("clawnode");
    let tether = node.stdin.take().expect("its standard input");
    until("it answers", async || house.ask("GET", "/healthz", None).await.filter(|(status, _)| *status == 200)).await;
    house.hatches("ann", "claw-1").await;
    let gateway = house.gateway_of("ann", "claw-1");
    assert!(is_there(gateway));
    drop(tether);
    assert!(node.wait().await.expect("its end").success());
    assert!(!is_there(gateway));
}
