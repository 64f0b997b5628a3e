//! clawhatch: a Telegram-first control plane that sells and runs managed OpenClaw assistants ("claws").
//! `docs/architecture.md` shows the floors this library is built of.
#![forbid(unsafe_code)]

#[cfg(feature = "server")]
pub mod config;
pub mod domain;
#[cfg(feature = "server")]
pub mod drivers;
#[cfg(feature = "server")]
pub mod sandbox;
#[cfg(feature = "server")]
pub mod view;
