//! One rule language: CEL text, checked against typed fields, run over columns in three values, explained.
//!
//! Stages, kept apart: text is bounded and parsed, checked into a typed tree ([`Rule`]), run over columns,
//! explained for one row. Uses nothing else of Heli's and knows no file, clock, network or chance.

mod calendar;
mod candidate;
mod cells;
mod check;
mod constant;
mod cut;
mod day;
mod explain;
mod function;
mod missing;
mod near;
mod node;
mod plan;
mod range;
mod reads;
mod run;
mod schema;
mod search;
mod table;
mod text;
mod wording;
mod words;

pub use calendar::Calendar;
pub use candidate::Wanted;
pub use cells::Cell;
pub use check::{Expected, Options, check, nearest};
pub use constant::constant;
pub use day::{Day, Moment};
pub use explain::{Explained, Read, Step, explain};
pub use function::{Function, uscc_valid};
pub use missing::{Missing, missing};
pub use near::{Change, NearMiss, near};
pub use node::{Comparison, Kind, Node, Operator, Quantifier, Rule, RuleFault};
pub use plan::{Count, Form, Forms, Level, Plan, RowClasses, RowVerdicts, Sets, ahead, among};
pub use range::{
    Bounds, Lane, Ranged, Threshold, range, threshold_value, thresholds, verdict_between,
};
pub use reads::{fields_read, names_read, tables_read};
pub use run::{Bound, Frame, Said, Told, Verdicts, World, several, values, verdicts};
pub use schema::{Empty, Field, Named, Schema, Scope, TableSchema, Type};
pub use table::{Bits, Cells, Column, NO_ROW, Table, Tables, Value};
pub use text::{BYTES_MAX, LEVELS_MAX, is_reserved};
pub use wording::show;
pub use words::Words;
