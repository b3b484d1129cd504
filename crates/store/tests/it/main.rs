//! The store on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

mod audit;
mod backup;
mod batches;
mod both;
mod doctor;
mod erasing;
mod files;
mod killing;
mod migrate;
mod open;
mod people;
mod postgres;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod preload;
mod programmes;
mod published;
mod races;
mod random;
mod sample;
mod sealing;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod unsynced;
mod views;
mod writing;
