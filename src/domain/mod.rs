//! The ground floor: values, rules and state machines of the product. Pure: no async, no I/O, no clock, no randomness.
//! `now` is always an argument, so that every rule here can be tried at any hour of any day.

pub mod admin;
mod asked;
pub mod bot_token;
pub mod card;
pub mod catalogue;
pub mod claw;
pub mod device;
pub mod entitlement;
pub mod ids;
pub mod incident;
pub mod locale;
pub mod notice;
pub mod operation;
pub mod person;
pub mod prudence;
pub mod refusal;
pub mod secret;
pub mod shown;
pub mod tap;
pub mod tending;
pub mod time;
pub mod wizard;
pub mod workspace;

#[cfg(test)]
mod simulation;
