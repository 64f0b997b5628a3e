//! The real OpenClaw, from its installation on: the life of two claws that `tests/it/openclaw` lives with the stand-in,
//! with the program our claws are made of. The stand-in is held to the same answers, so what the fast tests say holds
//! here too.
//!
//! It takes minutes and 860 MB, so it is a program of its own that `cargo test --test openclaw` runs, and `cargo test`
//! does not; `scripts/test.sh` always does. `CLAWHATCH_TEST_OPENCLAW` names the folder of the installation, which is kept
//! between runs and made anew when it is missing.
#![cfg(feature = "server")]
#![expect(clippy::panic, reason = "a bench is part of its test, and fails it with what it shows")]

#[path = "it/openclaw/answers.rs"]
mod answers;
#[path = "it/openclaw/claw.rs"]
mod claw;
#[path = "it/openclaw/life.rs"]
mod life;
#[path = "it/openclaw/node.rs"]
mod node;
#[path = "it/openclaw/product.rs"]
mod product;

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Instant,
};

use clawhatch::node::openclaw::{VERSION, install};

/// The installed OpenClaw.
async fn installed() -> PathBuf {
    let told = std::env::var_os("CLAWHATCH_TEST_OPENCLAW").map(PathBuf::from);
    let name = format!("openclaw-{VERSION}");
    let ours = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target").join(&name);
    // Claws run as users of their own. In a checkout they cannot reach, it is put where everybody can.
    let dir =
        told.unwrap_or_else(|| Some(ours()).filter(|dir| is_open(dir)).unwrap_or_else(|| Path::new("/var/tmp").join(&name)));
    install(&dir).await.expect("an installation; npm brings it");
    dir
}

/// Claws have users of their own, who have to get through this folder.
fn open(folder: &Path) {
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o711)).expect("opened");
}

/// Whether every folder on the way, as far as it is there, lets everybody through.
fn is_open(dir: &Path) -> bool {
    let there = dir.ancestors().skip(1).filter_map(|folder| folder.metadata().ok());
    there.into_iter().all(|folder| folder.permissions().mode() & 0o001 != 0)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_claws_live_beside_each_other_on_the_real_openclaw() {
    let began = Instant::now();
    let dir = installed().await;
    println!("installed in {:.1?}, in {}", began.elapsed(), dir.display());
    let began = Instant::now();
    let measured = life::live(&dir).await;
    println!("lived in {:.0?}: {}", began.elapsed(), measured.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_claws_are_run_by_clawnode_on_the_real_openclaw() {
    let dir = installed().await;
    let began = Instant::now();
    let measured = node::live(&dir).await;
    println!("run in {:.0?}: {}", began.elapsed(), measured.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claw_is_hatched_in_the_chat_and_is_the_real_openclaw() {
    let dir = installed().await;
    let began = Instant::now();
    let measured = product::live(&dir).await;
    println!("played in {:.0?}: {}", began.elapsed(), measured.told());
}
