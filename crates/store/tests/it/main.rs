//! The store on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

mod both;
mod files;
mod migrate;
mod open;
mod postgres;
mod programmes;
mod sample;
mod views;
mod sealing;
mod writing;
