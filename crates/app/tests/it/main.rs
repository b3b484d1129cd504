//! What an application does on a database, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[macro_use]
#[path = "../../../store/tests/it/both.rs"]
mod both;
mod act;
mod filled;
mod lake;
#[path = "../../../store/tests/it/postgres.rs"]
mod postgres;
