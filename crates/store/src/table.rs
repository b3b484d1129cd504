//! What table a register has: names, columns, keys and checks, the same on both databases.
//!
//! `register_<id>` has `_id` (text, primary key), `_version`, `_arrival` (of the last entry), `_created_at` and `_changed_at` (milliseconds of civil time since 1970), all `bigint`.
//! Then comes one column per stored field, named by its id, in the register's order; `number` after them where the register numbers its records and no field has that name.
//! A field with a formula is not stored, nor is `recorded_on`, which follows from `_created_at`.
//!
//! References are foreign keys that are checked at the statement, never at the commit: with a savepoint per action in a group commit, one action's fault must not undo another's.
//! So a record is written after those it refers to, or in the same statement; of two that refer to each other, one is created with the cell empty and changed afterwards.
//! An import that fails to find a reference at first may try that row again after the others.
//! Units, divisions and industries are not tables; the engine checks them.
//!
//! A unique field is a unique index, and so are the fields of the business key together; an empty cell never collides.
//! A record that has ended keeps its key: only the programme could free it, and it has no word for that.

use programme::model::{FieldKind, Register, RegisterField};
use serde::{Deserialize, Serialize};

/// How a column is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Boolean; 0 or 1 on SQLite.
    Bool,
    /// `bigint`: whole numbers, money in fen, times in milliseconds.
    Int,
    /// Double precision.
    Double,
    /// DATE; ISO text on SQLite.
    Date,
    /// Text.
    Text,
    /// A list of texts: `jsonb`; JSON text on SQLite.
    List,
}

/// A column of a register's table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The field's id.
    pub name: String,
    /// How it is stored.
    pub kind: Kind,
    /// The word of the field's type in the programme, such as `money`.
    pub field: String,
    /// NOT NULL; never where the cell can be erased.
    pub required: bool,
    /// The choices it may have, sorted; for a list, each of its items. Empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Least and greatest value as stored: money in fen.
    #[serde(default)]
    pub range: (Option<f64>, Option<f64>),
    /// The register whose record it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The programme no longer has this field; its values stay.
    #[serde(default)]
    pub kept: bool,
    /// Its name before it was renamed, as the programme says.
    #[serde(skip)]
    pub was: Option<String>,
}

/// Columns of which no two records may have the same values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unique {
    /// Names of the columns.
    pub columns: Vec<String>,
}

/// The table of a register.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The register's id.
    pub register: String,
    /// Stored fields, in order.
    pub columns: Vec<Column>,
    /// Unique indexes.
    pub uniques: Vec<Unique>,
    /// The register's id before it was renamed, as the programme says.
    #[serde(skip)]
    pub was: Option<String>,
    /// Columns that the programme gives up.
    #[serde(skip)]
    pub drop: Vec<String>,
}

/// The columns every register's table begins with.
pub const SYSTEM: [&str; 5] = ["_id", "_version", "_arrival", "_created_at", "_changed_at"];

/// The table of a register.
pub fn table_name(register: &str) -> String {
    format!("register_{register}")
}

impl Table {
    /// The table that a register of a programme has.
    pub fn of(register: &Register) -> Self {
        let stored = register.fields.iter().filter(|field| is_stored(field));
        let mut columns: Vec<Column> = stored.clone().map(Column::of).collect();
        let unique = stored.clone().filter(|field| field.unique);
        let mut uniques: Vec<Unique> = unique
            .map(|field| Unique::of([field.id.as_str()]))
            .collect();
        let key: Vec<&str> = stored
            .filter(|field| field.key)
            .map(|field| field.id.as_str())
            .collect();
        if !key.is_empty() {
            uniques.push(Unique::of(key));
        }
        if register.number.is_some() && register.field("number").is_none() {
            columns.push(Column::text("number"));
            uniques.push(Unique::of(["number"]));
        }
        uniques.sort();
        uniques.dedup();
        Self {
            register: register.id.clone(),
            columns,
            uniques,
            was: register.was.clone(),
            drop: register.drop.clone(),
        }
    }

    /// Its name.
    pub fn name(&self) -> String {
        table_name(&self.register)
    }

    /// A column by name, and its place among [`Table::columns`].
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns
            .iter()
            .enumerate()
            .find(|(_, column)| column.name == name)
    }
}

impl Unique {
    fn of<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            columns: columns.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl Column {
    fn of(field: &RegisterField) -> Self {
        let fen = if field.kind == FieldKind::Money {
            100.0
        } else {
            1.0
        };
        let range = (
            field.range.0.map(|n| n * fen),
            field.range.1.map(|n| n * fen),
        );
        // Units and divisions are no tables.
        let table =
            |to: &String| field.kind == FieldKind::Reference && to != "unit" && to != "division";
        let mut choices: Vec<String> = field.choices.iter().map(|(id, _)| id.clone()).collect();
        choices.sort();
        Self {
            kind: Kind::of(field.kind),
            field: word(field.kind),
            required: field.required && !erasable(field),
            choices,
            range,
            to: field.to.clone().filter(table),
            was: field.was.clone(),
            ..Self::text(&field.id)
        }
    }

    fn text(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: Kind::Text,
            field: "text".to_owned(),
            required: false,
            choices: Vec::new(),
            range: (None, None),
            to: None,
            kept: false,
            was: None,
        }
    }
}

impl Kind {
    fn of(kind: FieldKind) -> Self {
        use FieldKind as K;
        match kind {
            K::Bool => Self::Bool,
            K::Int | K::Money | K::Time => Self::Int,
            K::Decimal | K::Ratio => Self::Double,
            K::Date => Self::Date,
            K::Choices | K::References | K::Files => Self::List,
            _ => Self::Text,
        }
    }
}

/// Whether a field has a column.
pub fn is_stored(field: &RegisterField) -> bool {
    field.formula.is_none() && field.id != "recorded_on"
}

/// Whether a field's values enter the journal as salted digests and can be erased (PIPL, art. 47): sensitive fields, persons, long texts and files.
pub fn erasable(field: &RegisterField) -> bool {
    field.sensitive
        || matches!(
            field.kind,
            FieldKind::Person | FieldKind::Phone | FieldKind::LongText | FieldKind::Files
        )
}

/// The word of a field's type in the programme; a period's with its rhythm, because another rhythm's keys mean other things.
fn word(kind: FieldKind) -> String {
    use FieldKind as K;
    let word = match kind {
        K::Text => "text",
        K::LongText => "long_text",
        K::Choice => "choice",
        K::Choices => "choices",
        K::Bool => "bool",
        K::Int => "int",
        K::Decimal => "decimal",
        K::Ratio => "ratio",
        K::Money => "money",
        K::Date => "date",
        K::Time => "time",
        K::Period(rhythm) => return format!("period {}", rhythm.word()),
        K::Unit => "unit",
        K::Division => "division",
        K::Industry => "industry",
        K::Uscc => "uscc",
        K::Person => "person",
        K::Phone => "phone",
        K::Reference => "reference",
        K::References => "references",
        K::Files => "files",
    };
    word.to_owned()
}
