//! The product from the street: whole conversations over the real router, the real tree of handlers and a real
//! database, against the stand-ins as HTTP servers. Every test of a world runs on SQLite and on PostgreSQL.

mod hatching;
mod looking;
mod managed;
mod people;
mod settings;
mod wizard;
mod world;
