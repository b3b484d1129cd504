//! Registers: kinds of records with fields, states, moves, checks, clocks and views.

use crate::{PeriodKind, Place};
use rules::{Empty, Rule, Type, Words};

/// A kind of record.
#[derive(Clone, Debug)]
pub struct Register {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// How its records are numbered.
    pub number: Option<String>,
    /// A path to the unit whose record a row is.
    pub unit: Option<Rule>,
    /// The field whose date decides whether a row has happened yet.
    pub date: Option<String>,
    /// The field that a list shows.
    pub title: String,
    /// Fields, `id` not among them; `state` and `recorded_on` are, at the end.
    pub fields: Vec<RegisterField>,
    /// States and moves.
    pub states: Option<States>,
    /// Checks.
    pub checks: Vec<Check>,
    /// Clocks.
    pub clocks: Vec<Clock>,
    /// How lists show it.
    pub view: View,
    /// Its id before it was renamed.
    pub was: Option<String>,
    /// Ids of former fields whose stored values may be given up.
    pub drop: Vec<String>,
    /// Where it is declared.
    pub place: Place,
}

impl Register {
    /// A field by id.
    pub fn field(&self, id: &str) -> Option<&RegisterField> {
        self.fields.iter().find(|f| f.id == id)
    }
}

/// The registers that every programme has: who is excused from a duty, and who reported for a period.
pub const BUILT_IN: [&str; 2] = ["excuse", "filing"];

/// The register that a programme has besides where some measure says `closes`: for which closed duties may be recorded again.
pub const REOPENING: &str = "reopening";

/// How a field is entered and shown, beside its type in rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum FieldKind {
    Text,
    LongText,
    Choice,
    Choices,
    Bool,
    Int,
    Decimal,
    Ratio,
    Money,
    Date,
    Time,
    Period(PeriodKind),
    Unit,
    Division,
    Industry,
    Uscc,
    Person,
    Phone,
    Reference,
    References,
    Files,
}

/// A field of a register.
#[derive(Clone, Debug)]
pub struct RegisterField {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// How it is entered and shown.
    pub kind: FieldKind,
    /// Its type in rules.
    pub ty: Type,
    /// What an empty cell means.
    pub empty: Empty,
    /// The choices' ids and words.
    pub choices: Vec<(String, Words)>,
    /// The register that a reference leads to.
    pub to: Option<String>,
    /// Levels that a unit may have.
    pub levels: Vec<String>,
    /// Must be filled.
    pub required: bool,
    /// No two records share a value.
    pub unique: bool,
    /// Part of the business key.
    pub key: bool,
    /// Masked unless revealed.
    pub sensitive: bool,
    /// A new record starts with the last one's value.
    pub carry: bool,
    /// Nobody can change it once set.
    pub fixed: bool,
    /// How long a sensitive value is kept, as written.
    pub retain: Option<String>,
    /// A unit shown beside a number.
    pub unit_of: Option<String>,
    /// Least and greatest value (money in yuan as written).
    pub range: (Option<f64>, Option<f64>),
    /// Accepted file types.
    pub accept: Vec<String>,
    /// Worked out from other fields.
    pub formula: Option<String>,
    /// Its id before it was renamed.
    pub was: Option<String>,
    /// Where it is declared.
    pub place: Place,
}

impl RegisterField {
    /// Whether its value is kept: neither worked out nor told by the journal.
    pub fn is_kept(&self) -> bool {
        self.formula.is_none() && self.id != "recorded_on"
    }
}

/// States and the moves between them.
#[derive(Clone, Debug)]
pub struct States {
    /// The first state.
    pub start: String,
    /// States that no move needs to leave.
    pub end: Vec<String>,
    /// Every state with its words, in order.
    pub names: Vec<(String, Words)>,
    /// Moves.
    pub moves: Vec<Move>,
}

/// A move from one state to another.
#[derive(Clone, Debug)]
pub struct Move {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// States it leaves.
    pub from: Vec<String>,
    /// State it reaches.
    pub to: String,
    /// Fields that must be filled.
    pub needs: Vec<String>,
    /// When it may be made; unknown refuses.
    pub when: Option<Rule>,
    /// Roles that may make it.
    pub who: Vec<String>,
    /// Where it is declared.
    pub place: Place,
}

/// A check on a record; raised only when it is false.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its id.
    pub id: String,
    /// What must hold.
    pub rule: Rule,
    /// Refuses the record instead of warning.
    pub error: bool,
    /// What to say.
    pub message: Words,
}

/// Where a clock starts or stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// On entering a state.
    State(String),
    /// On the day of a date field.
    Field(String),
}

/// A deadline on each record.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// When it starts.
    pub starts: Mark,
    /// When it stops.
    pub stops: Mark,
    /// Its length (a setting is already put in).
    pub length: crate::model::Span,
    /// States during which it stands still.
    pub pauses: Vec<String>,
    /// The field that names who holds the matter.
    pub charge: Option<String>,
    /// Who settled it.
    pub set_by: Option<String>,
}

/// How lists show a register.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Columns.
    pub list: Vec<String>,
    /// `field` or `field desc`.
    pub sort: Option<String>,
    /// Field for a board.
    pub board: Option<String>,
    /// Date field for a calendar.
    pub calendar: Option<String>,
    /// Unit or division field for a map.
    pub map: Option<String>,
}
