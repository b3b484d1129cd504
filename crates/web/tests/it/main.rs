//! The pages by address, over a small invented province.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod address;
mod sample;
