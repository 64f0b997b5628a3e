//! clawhatch: a Telegram-first control plane that sells and runs managed OpenClaw assistants ("claws").
//! `docs/architecture.md` shows the floors this library is built of.
#![forbid(unsafe_code)]

pub mod domain;

#[cfg(feature = "server")]
#[macro_use]
pub mod chaos;

#[cfg(feature = "server")]
pub mod app;
#[cfg(feature = "server")]
pub mod bot;
#[cfg(feature = "server")]
pub mod cli;
#[cfg(feature = "server")]
pub mod config;
#[cfg(feature = "server")]
pub mod drivers;
#[cfg(feature = "server")]
pub mod node;
#[cfg(feature = "server")]
pub mod sandbox;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
pub mod view;
#[cfg(feature = "server")]
pub mod web;
#[cfg(feature = "server")]
pub mod wiring;
#[cfg(feature = "server")]
pub mod worker;
