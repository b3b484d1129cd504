//! What an application does on a database, on SQLite and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

#[macro_use]
// The store's own tests use all of it.
#[allow(dead_code, unused_imports)]
#[path = "../../../store/tests/it/both.rs"]
mod both;
mod access;
mod act;
mod closed;
mod erased;
mod excuse;
mod filled;
mod lake;
mod list;
mod many;
mod opening;
mod opens;
mod own;
mod past;
mod people;
#[path = "../../../store/tests/it/postgres.rs"]
mod postgres;
mod search;
mod second;
mod sheet;
mod versions;
