//! The product from the street: whole conversations over the real router, the real tree of handlers and a real
//! database, against the stand-ins as HTTP servers. Every test of a world runs on SQLite and on PostgreSQL. The
//! stand-ins themselves are held to their contracts here too, so that one program holds every test from outside.
#![cfg(feature = "server")]
#![expect(clippy::panic, reason = "a world is part of its test, and fails it with what it shows")]

mod admin;
mod alerts;
mod asked;
mod audit;
mod bad_input;
mod bad_taps;
mod card;
mod changes;
mod clawnode;
mod clocks;
mod cluster;
mod crash;
mod database;
mod each_call;
mod each_step;
mod forget;
mod giving;
mod hatching;
mod infra_certificate;
mod infra_drift;
mod infra_lists;
mod infra_refusals;
mod infra_standin;
mod infra_weather;
mod keys;
mod kills;
mod lane;
mod languages;
mod leaks;
mod leases;
mod line;
mod looking;
mod managed;
mod migrations;
mod node;
mod openclaw;
mod people;
mod places;
mod postgres;
mod process;
mod restored;
mod rows;
mod settings;
mod shown;
mod store;
mod strange;
mod telegram_limits;
mod telegram_standin;
mod telegram_weather;
mod trial;
mod webhook;
mod wizard;
mod world;
