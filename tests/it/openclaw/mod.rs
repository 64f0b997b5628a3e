//! The node's dealings with OpenClaw, here with the stand-in for a gateway. `tests/openclaw.rs` lives the same life with
//! the real one.

mod answers;
mod claw;
mod faults;
mod life;
mod node;

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use clawhatch::sandbox::gateway;

/// Lays the stand-in out below `dir`.
fn install(dir: &Path) {
    gateway::install(dir, Path::new(env!("CARGO_BIN_EXE_clawhatch"))).expect("a stand-in");
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
    // Claws have users of their own, who have to get through.
    fs::set_permissions(installed.path(), fs::Permissions::from_mode(0o755)).expect("opened");
    install(installed.path());
    println!("{}", node::live(installed.path()).await.told());
}
