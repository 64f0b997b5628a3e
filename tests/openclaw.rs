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

use std::{path::PathBuf, time::Instant};

use clawhatch::node::openclaw::{VERSION, install};

/// The installed OpenClaw.
async fn installed() -> PathBuf {
    let told = std::env::var_os("CLAWHATCH_TEST_OPENCLAW").map(PathBuf::from);
    let ours = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target").join(format!("openclaw-{VERSION}"));
    let dir = told.unwrap_or_else(ours);
    install(&dir).await.expect("an installation; npm brings it");
    dir
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
