//! The pages by address, over a small invented province; the API, over a database.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::type_complexity
)]

mod address;
mod api;
mod provider;
mod province;
