//! Tests of the rule language from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub
)]

mod cases;
mod constant;
mod explain;
mod faults;
mod house;
mod missing;
mod near;
mod range;
mod small;
