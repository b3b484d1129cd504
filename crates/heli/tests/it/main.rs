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
mod programme;
mod serving;
