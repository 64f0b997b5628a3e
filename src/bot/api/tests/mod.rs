//! The Bot API calls against a socket of our own: what goes out, and what each answer is taken for.

mod accounts;
mod door;
mod messages;
mod server;
