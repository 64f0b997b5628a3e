//! The node's dealings with OpenClaw, here with the stand-in for a gateway. `tests/openclaw.rs` lives the same life with
//! the real one.

mod answers;
mod claw;
mod faults;
mod life;
mod node;
mod product;
mod tethered;

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use clawhatch::sandbox::gateway;

/// Lays the stand-in out below `dir`.
fn install(dir: &Path) {
    gateway::install(dir, Path::new(env!("CARGO_BIN_EXE_clawhatch"))).expect("a stand-in");
}

/// Claws have users of their own, who have to get through this folder.
fn open(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o711)).expect("opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_claws_live_beside_each_other_on_the_stand_in() {
    let installed = tempfile::tempdir().expect("a folder");
    install(installed.path());
    let measured = life::live(installed.path()).await;
    assert!(measured.idle_mb < 100, "the stand-in is light: {}", measured.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_claws_are_run_by_clawnode_on_the_stand_in() {
    let installed = tempfile::tempdir().expect("a folder");
    open(installed.path());
    install(installed.path());
    println!("{}", node::live(installed.path()).await.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claw_is_hatched_in_the_chat_on_the_stand_in() {
    let installed = tempfile::tempdir().expect("a folder");
    open(installed.path());
    install(installed.path());
    println!("{}", product::live(installed.path()).await.told());
}
