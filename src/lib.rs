//! clawhatch: a Telegram-first control plane that sells and runs managed OpenClaw assistants ("claws").
//! `docs/architecture.md` shows the floors this library is built of.
#![forbid(unsafe_code)]

#[cfg(feature = "server")]
pub mod app;
#[cfg(feature = "server")]
pub mod bot;
pub mod domain;
#[cfg(feature = "server")]
pub mod drivers;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
pub mod view;
