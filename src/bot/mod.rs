//! The Telegram door.

pub mod api;
pub mod incoming;
