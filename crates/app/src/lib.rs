//! Where a viewer reads: views over facts and standings, with no HTTP and no HTML.

pub mod view;

mod app;
mod check;
mod error;
mod evidence;
mod page;

pub use app::App;
pub use check::{Checked, check};
pub use error::{Error, Thing};
pub use evidence::{SheetFault, build_facts, read_evidence, read_sheet, split_sheets};
// What the faces (commands, pages) pass in and out; see docs/decisions.
pub use {engine, programme, rules};
