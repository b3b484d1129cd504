//! The pages by address, over a small invented province.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::type_complexity)]

mod address;
mod province;
