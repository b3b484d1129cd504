//! Tests of the rule language from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub
)]

mod agree;
mod cases;
mod chance;
mod constant;
mod explain;
mod faults;
mod house;
mod missing;
mod near;
mod oracle;
mod paths;
mod plan;
mod properties;
mod range;
mod small;
