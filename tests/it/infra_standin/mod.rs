//! The contract with the infra: our driver against the stand-in, over real HTTP and TLS, for every outcome there is;
//! and a client that is not ours against the same stand-in.

mod contract;
mod outside;
mod tls;
mod world;
