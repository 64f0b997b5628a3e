//! The library half of `clawnode`: the agent on a Linux host that answers the infra API and runs one isolated OpenClaw
//! gateway for each claw. A small house of its own beside the control plane's.

pub mod api;
pub mod cell;
pub mod chores;
pub mod claw;
pub mod config;
pub mod disk;
pub mod halt;
pub mod host;
pub mod logs;
pub mod openclaw;
pub mod reach;
pub mod runtime;
pub mod spec;
pub mod store;
pub mod wishes;
mod worker;
