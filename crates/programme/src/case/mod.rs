//! Worked examples of `cases/*.cases.toml` as data: given these rows, expect this verdict, value or standing.
//!
//! Read here, run by the engine; cells stay the text that a CSV cell would hold, so that a case and a sheet
//! go one way through.

mod read;
mod row;

pub use read::cases;

use crate::{Period, PeriodKind, Place};
use rules::Day;
use std::collections::BTreeMap;

/// The words of the ten standings, in the order in which they are decided.
pub const STANDING_WORDS: [&str; 10] = [
    "excused",
    "upcoming",
    "met",
    "recovered",
    "overdue",
    "missed",
    "behind",
    "due_soon",
    "on_track",
    "unknown",
];

/// One worked example.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What it shows, one sentence.
    pub name: String,
    /// What is worked out and what must come of it.
    pub ask: Ask,
    /// Where it begins.
    pub place: Place,
}

/// The kinds of worked examples.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// A rule on one row.
    Rule(RuleCase),
    /// A rule without a row.
    Value(ValueCase),
    /// A policy for one record.
    Policy(PolicyCase),
    /// The standing of one duty.
    Standing(StandingCase),
    /// A day's period.
    Calendar(CalendarCase),
}

/// One row of evidence: field id and the text of its cell; a field left out is an empty cell.
/// `recorded_at` and `superseded_at` may stand among the cells, as they do in a CSV file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Cells by field id.
    pub cells: BTreeMap<String, String>,
    /// Where it stands.
    pub place: Place,
}

/// Rows by register; rows of one record (one `id`) are its versions.
pub type Rows = BTreeMap<String, Vec<Row>>;

/// A verdict as three values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It cannot be said.
    Unknown,
}

impl Verdict {
    /// The word in a case file.
    pub fn word(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
            Self::Unknown => "unknown",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::True, Self::False, Self::Unknown]
            .into_iter()
            .find(|v| v.word() == word)
    }
}

/// `[[rule]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleCase {
    /// The register whose row it is.
    pub register: String,
    /// CEL text.
    pub rule: String,
    /// Where the text stands.
    pub rule_place: Place,
    /// The row.
    pub row: Row,
    /// Further rows that the rule may reach.
    pub rows: Rows,
    /// The day of evaluation; the campaign's first day when not given.
    pub today: Option<Day>,
    /// What must come out.
    pub expect: Verdict,
}

/// `[[value]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueCase {
    /// CEL text over no record.
    pub rule: String,
    /// Where the text stands.
    pub rule_place: Place,
    /// The day of evaluation; the campaign's first day when not given.
    pub today: Option<Day>,
    /// The value as text (money in yuan, dates ISO); `unknown` for unknown.
    pub expect: String,
}

/// `[[policy]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyCase {
    /// The policy's id.
    pub policy: String,
    /// The day that picks the version, and the day of evaluation.
    pub on: Day,
    /// The record that may qualify.
    pub row: Row,
    /// Further rows that the rules may reach.
    pub rows: Rows,
    /// Whether it qualifies.
    pub expect: Verdict,
    /// Money in fen.
    pub amount_fen: Option<i64>,
    /// The class; `unknown` for unknown.
    pub class: Option<String>,
    /// The points.
    pub score: Option<f64>,
}

/// Both ends of a tally; `None` is open (written `"open"`).
pub type Ends = (Option<f64>, Option<f64>);

/// `[[standing]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct StandingCase {
    /// The measure's id.
    pub measure: String,
    /// The bearer's id.
    pub bearer: String,
    /// The period's key, `once` or `always`.
    pub period: String,
    /// The end of this day is the moment of evaluation.
    pub at: Day,
    /// The evidence.
    pub rows: Rows,
    /// One of [`STANDING_WORDS`]; `None`: there is no such duty.
    pub expect: Option<String>,
    /// Whether it is marked recorded late.
    pub recorded_late: Option<bool>,
    /// Known and possible value of tallies by id (money in yuan).
    pub tallies: BTreeMap<String, Ends>,
    /// When it is due.
    pub due: Option<Day>,
    /// When it is judged.
    pub judged: Option<Day>,
    /// Items that are missing, `register/id.field`, in any order.
    pub missing: Option<Vec<String>>,
}

/// `[[calendar]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarCase {
    /// The rhythm.
    pub rhythm: PeriodKind,
    /// The day.
    pub day: Day,
    /// The period that must hold it.
    pub period: Period,
}
