//! The database: register tables, journal, seals, files; the only crate that knows SQL.
//!
//! One text of SQL serves SQLite and PostgreSQL: `$1` for a value, double quotes for a name, `on conflict` and `returning` as both have them.
//! Where the two differ, [`Dialect`] has the word.

mod cell;
mod db;
mod dialect;
mod error;
mod fixed;
mod lock;
mod row;
mod table;
mod value;

pub use db::{Db, Options, Tx};
pub use dialect::Dialect;
pub use error::{Error, Result, Trouble};
pub use row::Row;
pub use table::{Column, Kind, SYSTEM, Table, Unique, erasable, is_stored, table_name};
pub use value::Value;
