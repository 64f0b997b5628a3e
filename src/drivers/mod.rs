//! Everything outside the process, behind traits and values the use cases can name: the infra that runs claws,
//! Telegram, the clock, the vault of secrets.

pub mod clawnode;
pub mod claws;
pub mod clock;
pub mod http;
pub mod infra_api;
pub mod pepper;
pub mod telegram;
pub mod vault;
