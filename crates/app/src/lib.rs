//! Where a viewer reads and acts: views over facts and standings, actions with their journal; no HTTP and no HTML.

pub mod keep;
pub mod list;
pub mod sheet;
pub mod view;

mod access;
mod act;
mod admin;
mod app;
mod attached;
mod check;
mod error;
mod evidence;
mod excuse;
mod fill;
mod form;
mod live;
mod open;
mod opening;
mod own;
mod page;
mod past;
pub mod people;
mod retain;
mod reveal;
mod sealing;
mod take;

pub use access::{Deed, GRANTED, Granted, Office, granted, is_official, manages, may};
pub use act::{Edge, Refused, Viewer, Written};
pub use app::App;
pub use attached::{Attached, Handed, Unkept, Upload};
pub use check::{Checked, check};
// A programme's folder as one file; web takes it in, commands too.
pub use documents::{folded, unzipped, zipped};
pub use error::{Error, Thing};
pub use evidence::{SheetFault, build_facts, read_evidence, read_sheet, split_sheets};
pub use excuse::Excusing;
pub use fill::Filled;
pub use form::Given;
pub use open::Opening;
pub use opening::Opened;
pub use reveal::{Revealed, Unrevealed};
pub use sealing::Sealing;
// What is known of an attached file, and what a sweep took away.
pub use store::files::{Stored, Swept};
// What a database holds against an action; web tells it apart to choose a status.
pub use store::write::Refusal;
pub use take::{Chunked, Intake, Source};
// What the faces (commands, pages) pass in and out; see docs/decisions.
pub use {engine, programme, rules};
