//! The tests of the executable and of the house itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod access;
mod commands;
mod house;
mod keeping;
#[allow(clippy::disallowed_methods, reason = "PostgreSQL may be on the path")]
#[path = "../../../store/tests/it/postgres.rs"]
mod postgres;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "../../../store/tests/it/preload.rs"]
mod preload;
mod programme;
mod serving;
