//! What a rule may read: tables with typed fields, and the names in scope.

use std::collections::BTreeMap;

/// The type of a field or of an expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// True or false.
    Bool,
    /// A whole number, 64 bits.
    Int,
    /// A decimal or ratio (a ratio is a fraction: 0.05 is 5 %).
    Double,
    /// Money in fen.
    Money,
    /// A civil day.
    Date,
    /// A civil moment.
    Time,
    /// A span of time in milliseconds.
    Duration,
    /// Any text: also unified social credit codes, telephone numbers, names of persons.
    Text,
    /// One of a closed list of codes.
    Choice(Vec<String>),
    /// A GB/T 4754 code such as `C13` or `C1311`; a prefix contains what it begins.
    Industry,
    /// A record of another table by its id; units are table `unit`, divisions table `division`.
    Reference(String),
    /// A stretch of days such as a week or a half-month, written by its key (`2023-W39`).
    Period,
    /// A file by its digest.
    File,
    /// Several of one type.
    List(Box<Type>),
}

/// What an empty cell means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Empty {
    /// There may be a value; nobody has said.
    #[default]
    Unknown,
    /// There is nothing.
    None,
}

/// One field of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its id, snake_case.
    pub id: String,
    /// Its type.
    pub ty: Type,
    /// What an empty cell means.
    pub empty: Empty,
    /// CEL text over the fields of the same record, for a field that is worked out and has no column.
    pub formula: Option<String>,
}

/// The fields of one table. The position of a field without formula among those is its column in [`crate::Table`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableSchema {
    /// The register's id, or `unit`, `division`.
    pub id: String,
    /// Fields in order. Field `id` (text) need not be listed: every table has it.
    pub fields: Vec<Field>,
    /// The field that leads to the parent in a tree (`under`), for `unit` and `division`.
    pub parent: Option<String>,
}

/// All tables that rules may follow references into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Tables by position; the same positions as in [`crate::Tables`].
    pub tables: Vec<TableSchema>,
}

impl Schema {
    /// Position of a table by id.
    pub fn table(&self, id: &str) -> Option<usize> {
        self.tables.iter().position(|t| t.id == id)
    }
}

/// What a name in scope is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A record of the table with this id: `bearer.levels`.
    Record(String),
    /// A single value: `today`, `held`.
    Value(Type),
    /// Values under one name: `settings.x`, `period.from`.
    Group(BTreeMap<String, Type>),
}

/// The names that an expression may use, beside functions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The table whose fields are read by their bare names.
    pub own: Option<String>,
    /// Further names; an own field hides a name of the same spelling. `today` (a date) is always there.
    pub names: BTreeMap<String, Named>,
}
