//! Where a viewer reads: views over facts and standings, with no HTTP and no HTML.

pub mod view;

mod error;
mod prepared;

pub use error::{Error, Thing};
pub use prepared::{App, Pages};
