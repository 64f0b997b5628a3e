//! The node's dealings with OpenClaw, here with the stand-in for a gateway. `tests/openclaw.rs` lives the same life with
//! the real one.

mod answers;
mod claw;
mod faults;
mod life;

use std::path::Path;

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
