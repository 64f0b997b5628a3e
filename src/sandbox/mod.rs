//! Stand-ins for the services outside. Each one is the state of its service behind a real HTTP server on this machine;
//! its answers follow from that state.

pub mod infra;
