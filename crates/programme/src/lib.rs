//! The folder that Heli runs from: its model, its reading, its proof-reading.
//!
//! [`Files`] go in as text; a [`Programme`] and [`Fault`]s come out. Pure: opening files is the caller's.

pub mod case;
pub mod difference;
mod fault;
pub mod model;
mod period;
mod proof;
mod read;
pub mod record;

pub use fault::{ENDINGS, Fault, Files, Place, Severity};
pub use model::Programme;
pub use period::{Period, PeriodKind, Rhythm};
pub use read::{Reading, read};
