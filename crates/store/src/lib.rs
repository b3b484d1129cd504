//! The database: register tables, journal, seals, files; the only crate that knows SQL.
//!
//! One text of SQL serves SQLite and PostgreSQL: `$1` for a value, double quotes for a name, `on conflict` and `returning` as both have them.
//! Where the two differ, [`Dialect`] has the word.

pub mod audit;
pub mod backup;
mod batch;
mod catalog;
mod cell;
mod db;
mod ddl;
mod dialect;
pub mod doctor;
mod embedded;
mod erased;
mod error;
pub mod files;
mod fixed;
mod follow;
mod lines;
mod load;
mod lock;
pub mod people;
mod plan;
mod proof;
pub mod published;
mod row;
mod seal;
mod shape;
mod store;
mod table;
mod unchanged;
mod value;
mod view;
pub mod write;

pub use batch::{Batch, Journalled, Kept, Listed as ListedBatch, Sheet, Taken};
pub use db::{Db, Options, Tx};
pub use dialect::Dialect;
pub use error::{Error, Result, Trouble};
pub use follow::{follow, seal_on};
pub use load::{Chunk, Record};
pub use plan::{Does, Plan, Refusal, Step, apply, migrate, plan};
pub use row::{Row, Stored};
pub use seal::{Sealer, Tick};
pub use store::Store;
pub use table::{Column, Kind, SYSTEM, Table, Unique, erasable, is_stored, table_name};
pub use value::Value;
pub use view::view_name;
