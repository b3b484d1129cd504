//! The board: per measure, unit and period how many duties are met, not met or unknown.
//!
//! Evidence is sorted by bearer once; a count walks it in one pass for all measures together, and one new or
//! superseded row changes only the cells it touches. The answers are those of [`crate::evaluate`]'s `in_time`.
//!
//! A measure is *plain*, and on the board, when
//! - it owes one tally against one number (`held >= 10`, `paid <= settings.most`) that is the same for all bearers;
//! - the tally counts rows, sums a field of whole numbers, or is a share of rows;
//! - each row names its bearer (or unit, or place) and its day in fields of its own, and what a `where` or `part`
//!   reads are the row's own fields and settings;
//! - its periods come round by the calendar, or it is owed once, with a due day that is the same for all;
//! - its bearers are units or records without a span of their own.
//!
//! Every other measure is refused with the reason, and evaluated the general way.

mod bearers;
mod build;
mod change;
mod classes;
mod count;
mod course;
mod doubt;
mod gather;
mod ledger;
mod list;
mod plain;
mod roll;
mod source;
mod tree;

pub use change::{Turn, Version};
pub use classes::{Class, Classes, classes};
pub use plain::Refusal;
pub use roll::{Roll, Stand};

use bearers::Bearers;
use course::Course;
use doubt::Doubt;
use ledger::Ledger;
use list::{Action, Hit, Sheet};
use plain::Stored;
use programme::Period;
use rules::{Day, Rule};
use tree::Tree;

/// How many cells a board has room for, and how many days all its calendars together.
const CELLS: usize = 1 << 16;
/// How many actions: two per measure.
const ACTIONS: usize = 1 << 12;

/// Evidence of all plain measures, sorted by bearer.
#[derive(Clone, Debug)]
pub struct Board {
    /// The day before the first day of any period.
    base: Day,
    /// How many days after it any period ends.
    days: usize,
    /// First and last day for which it can be counted.
    covers: (Day, Day),
    courses: Vec<Course>,
    /// How many cells the measures have together.
    cells: usize,
    /// Counts per unit: the cells, then those of [`Course::touched`].
    width: usize,
    /// Per cell what reaches its need.
    needs: Vec<i64>,
    /// [`CELLS`] numbers: for each distinct course of periods the period of each day.
    calendars: Vec<u16>,
    /// [`ACTIONS`] of them.
    actions: Vec<Action>,
    tree: Tree,
    bearers: Bearers,
    /// Per rank and measure, subtrees added up: bearers that owe, and that nobody knows of.
    owed: Vec<[u32; 2]>,
    sheets: Vec<Sheet>,
    /// Per table the date before which a row has not happened.
    dates: Vec<Option<Stored>>,
    hits: Ledger<Hit>,
    doubts: Ledger<Doubt>,
}

impl Board {
    /// The ids of the measures on it; a position here is a measure's number.
    pub fn measures(&self) -> impl Iterator<Item = &str> {
        self.courses.iter().map(|c| c.id.as_str())
    }

    /// A measure's periods in order.
    pub fn periods(&self, measure: usize) -> impl Iterator<Item = &Period> {
        let course = self.courses.get(measure);
        course
            .into_iter()
            .flat_map(|c| &c.windows)
            .map(|w| &w.period)
    }

    /// Whether it can be counted as of the end of a day: from the last change of a bearer's record to the next.
    pub fn covers(&self, at: Day) -> bool {
        self.covers.0 <= at && at <= self.covers.1
    }

    /// How many rows certainly count for some measure, each as often as it does, and how many only may.
    pub fn kept(&self) -> (usize, usize) {
        (self.hits.len(), self.doubts.len())
    }

    /// Sets of rules by the table they are asked of: a new row's [`Class`] is told by these, one for each set.
    pub fn rules(&self) -> impl Iterator<Item = (usize, &[Rule])> {
        self.sheets.iter().map(|s| (s.table, s.rules.as_slice()))
    }
}
