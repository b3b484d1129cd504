//! Sheets of registers: a file in, decided row by row like any other action; lists and templates out.

mod duties;
mod export;
mod ids;
mod import;
mod index;
mod records;
mod taking;
mod undo;

pub use export::{Blank, Out};
pub(crate) use export::{lasting_keys, title};
pub use import::{How, Imported, Returned, Sent};
pub use undo::{Kept, Undone};
// What a sheet is written as, and what is wrong with one, as the commands show it.
pub use documents::{Fault, Format, Written as Exported};
