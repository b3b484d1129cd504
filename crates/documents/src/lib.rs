//! Sheets in and out: xlsx and CSV to typed rows with faults, and back.
//!
//! The only crate that knows a document format. No clock, network or database: bytes go in, bytes and values come out.

mod ask;
mod entry;
mod fault;
mod folder;
mod grid;
mod head;
mod matched;
mod read;
mod rejected;
mod rows;
mod shown;
mod template;
mod text;
mod value;
mod write;

pub use ask::{Ask, Found, Lookup};
pub use entry::{Entered, Entry};
pub use fault::{Fault, address};
pub use folder::{folded, unzipped, zipped};
pub use grid::Limits;
pub use matched::{Existing, Fate, Find, Matched, Matching, Sought, matched};
pub use read::{Chunk, Row, Sheet, read, read_in_chunks, surveyed};
pub use rejected::{Rejection, is_xlsx, rejected};
pub use shown::{Column, Content, Label};
pub use template::{Blank, template};
pub use text::plain;
pub use write::{Format, List, SHEET_ROWS_MAX, Written, write};
