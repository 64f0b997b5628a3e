//! Stand-ins for the services outside. Each one is the state of its service behind a real HTTP server on loopback: its
//! answers follow from that state, it keeps the service's limits and errors, and it can be told to fail.

pub mod infra;
pub mod telegram;
