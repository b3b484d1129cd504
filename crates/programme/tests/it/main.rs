//! What a folder gives: a programme, or faults that a person can mend.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod cases;
mod difference;
mod faults;
mod folder;
mod read;
