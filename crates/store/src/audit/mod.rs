//! The journal examined: against its seals, against itself, and against the tables that follow from it.

mod browse;
mod called;
mod compare;
mod erase;
mod export;
mod note;
mod rebuild;
mod retain;
mod reveal;
mod verify;

pub use browse::Browse;
pub use compare::{Compared, Odd, Row};
pub use retain::{Expired, Retained};
pub use verify::Verified;
