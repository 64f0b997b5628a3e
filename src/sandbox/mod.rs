<<<<<<< HEAD
//! Stand-ins for the services outside. Each one is the state of that service behind a real HTTP server on loopback:
//! its answers follow from that state, they are never canned. The integration tests and `clawhatch sandbox` use the same ones.

pub mod telegram;
=======
//! Stand-ins for the services outside. Each one is the state of its service behind a real HTTP server on this machine;
//! its answers follow from that state.

pub mod infra;
>>>>>>> drivers
