//! The contract with the infra: our driver against the stand-in, over real HTTP and TLS, for every outcome there is;
//! and a client that is not ours against the same stand-in.

#[path = "infra_standin/contract.rs"]
mod contract;
#[path = "infra_standin/outside.rs"]
mod outside;
#[path = "infra_standin/tls.rs"]
mod tls;
#[path = "infra_standin/world.rs"]
mod world;
