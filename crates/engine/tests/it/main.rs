//! What the engine promises, on worked examples and on random evidence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod again;
mod as_of;
mod board;
mod cases;
mod clock;
mod closed;
mod decide;
mod ladder;
mod lake;
mod light;
mod living;
mod order;
mod policy;
mod ranking;
mod rhythm;
mod roll_up;
mod trap;
