//! What a sheet promises on its way in and out, over the real registers of the first programme.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod bytes;
mod cells;
mod files;
mod folder;
mod fujian;
mod head;
mod matched;
mod page;
mod peer;
mod rejected;
mod round_trip;
mod template;
mod written;
