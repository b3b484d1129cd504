//! Registers, their lists and their records as pages show them.

use super::{Frame, Rows, Text};
use jiff::civil::{Date, DateTime};
use std::sync::Arc;

/// The registers that the reader may see.
#[derive(Clone, Debug, PartialEq)]
pub struct RegistersPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// Each register.
    pub registers: Vec<RegisterCard>,
}

/// A register with what the reader sees of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RegisterCard {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// How many records the reader sees.
    pub count: usize,
}

/// A page of a register's list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// The register.
    pub register: RegisterCard,
    /// The columns after the record's own number.
    pub columns: Vec<Column>,
    /// The records, in order.
    pub rows: Rows,
    /// Where the page ends; `None` on the last one.
    pub next: Option<String>,
    /// What the list can be narrowed by, the fields of few values first.
    pub filters: Vec<Filter>,
    /// Every field that may be a column: id, name, and whether it is one.
    pub choosable: Vec<(String, Text, bool)>,
    /// Whether the reader may take the list away as a sheet.
    pub may_export: bool,
    /// How else it can be shown.
    pub views: Views,
    /// Whether the reader may add a record.
    pub may_create: bool,
    /// The moves that the reader makes with many records at once: id and name.
    pub moves: Vec<(String, Text)>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The field's id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Whether the list can be sorted by it.
    pub sortable: bool,
    /// Whether its values stand to the right.
    pub is_number: bool,
}

/// A field by which a list is narrowed.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The field's id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// How.
    pub by: Narrow,
}

impl Filter {
    /// Whether a key of an address is what its inputs set.
    pub fn sets(&self, key: &str) -> bool {
        let rest = key.strip_prefix(self.id.as_str());
        rest.is_some_and(|rest| matches!(rest, "" | ".from" | ".to" | ".has"))
    }
}

/// How a list is narrowed by a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Narrow {
    /// One of these values, with their words.
    Choice(Vec<(String, Text)>),
    /// Yes or no.
    Truth,
    /// Words that are in it.
    Words,
    /// From a day to a day.
    Days,
    /// From a number to a number, as people write them: money in yuan or 万元, shares in percent.
    Numbers,
}

/// A record in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Its cells, by column.
    pub cells: Vec<Shown>,
}

/// A value as a page shows it.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// Nobody has said.
    Unknown,
    /// There is none: the field's empty means none.
    Nothing,
    /// Kept from the reader.
    Masked,
    /// Erased for good.
    Erased,
    /// Words.
    Words(Text),
    /// A text as it was entered.
    Said(String),
    /// Yes or no.
    Truth(bool),
    /// A number with the unit that stands beside it.
    Number(f64, Option<String>),
    /// A share of one.
    Share(f64),
    /// Money in fen.
    Fen(i64),
    /// A day.
    Day(Date),
    /// A moment in the programme's zone.
    Moment(DateTime),
    /// A unit: id and name.
    Unit(String, Text),
    /// A record that the reader may open: register, id and title.
    Record(String, String, Text),
    /// A file by its digest.
    File(String),
    /// A picture by its digest.
    Picture(String),
    /// Several of these.
    Several(Vec<Shown>),
}

/// A record.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// The register: id and name.
    pub register: (String, Text),
    /// The record's id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Its version.
    pub version: i64,
    /// Its state.
    pub state: Option<Text>,
    /// Its fields in the register's order.
    pub fields: Vec<FieldShown>,
    /// The moves that the reader may make: name, what is still to be filled, what the condition says now.
    pub moves: Vec<Step>,
    /// Checks that do not hold.
    pub warnings: Vec<Text>,
    /// Records that refer to it, by register and field, where the reader sees any or may add one.
    pub children: Vec<Child>,
    /// Whether the reader may change it.
    pub may_change: bool,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldShown {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// What it holds, as the reader sees it.
    pub value: Shown,
    /// Whether the reader may have shown what is kept from him.
    pub may_reveal: bool,
}

/// A move.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its id.
    pub id: String,
    /// Whether it is made with values that are filled in.
    pub asks: bool,
    /// Its name.
    pub name: Text,
    /// The fields that are still empty.
    pub lacks: Vec<Text>,
    /// What its condition says; `None` where that is not known.
    pub holds: Option<bool>,
}

/// Records of a register that refer to a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    /// The register: id and name.
    pub register: (String, Text),
    /// The field by which they refer.
    pub field: (String, Text),
    /// How many the reader sees.
    pub count: usize,
    /// Whether the reader may add one.
    pub may_add: bool,
}

/// An entry of a record's history.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// Its place in the journal's order; `None` until it has one.
    pub position: Option<i64>,
    /// Its number on arrival.
    pub arrival: i64,
    /// When.
    pub at: DateTime,
    /// Who.
    pub by: String,
    /// What was done.
    pub act: Text,
    /// Why.
    pub why: Option<String>,
    /// The fields that were erased or revealed.
    pub named: Vec<Text>,
    /// Fields that changed.
    pub changes: Vec<FieldChange>,
}

/// A field of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The field's name.
    pub name: Text,
    /// What it held before.
    pub was: Shown,
    /// What it held after.
    pub now: Shown,
    /// What changed word by word, of a long text that has something in common with the one before; else empty.
    pub pieces: Vec<Piece>,
}

/// A piece of a text that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// In both.
    Kept(String),
    /// Only before.
    Gone(String),
    /// Only after.
    Added(String),
    /// So many characters that are in both and not shown.
    Left(usize),
}

/// How a register can be shown besides as a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Views {
    /// By state or choice.
    pub board: bool,
    /// By date.
    pub calendar: bool,
    /// By place.
    pub map: bool,
}
