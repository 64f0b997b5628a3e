//! The stand-in for Telegram is itself held to the Bot API's rules: by raw HTTP calls here, and by a bot written with
//! aiogram and one written with teloxide, which know nothing of this project.
#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

mod accounts;
mod arrival;
mod clients;
mod messages;
mod world;
