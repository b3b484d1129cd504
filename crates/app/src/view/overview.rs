//! The whole at a glance.

use super::{ChildLine, Choice, ClauseLink, Counts, Frame, Standing, Summary, Text, UnitLink};
use std::sync::Arc;

/// `/overview`.
#[derive(Debug, Clone, PartialEq)]
pub struct OverviewPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// The figures of the first notice.
    pub summary: Summary,
    /// Levels that can be shown.
    pub levels: Vec<Choice>,
    /// The level that is shown.
    pub level: String,
    /// The places of that level.
    pub areas: Vec<Area>,
    /// From these shares on time a place has the next better colour.
    pub grades: [f64; 3],
    /// The map's width and height.
    pub size: (f64, f64),
    /// Where the map comes from.
    pub source: Text,
    /// The places with the most duties behind, overdue or missed.
    pub worst: Vec<ChildLine>,
    /// Measures of which more is behind, overdue or missed than a week ago.
    pub changed: Vec<Changed>,
}

/// A place of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The unit.
    pub unit: UnitLink,
    /// Its short name.
    pub short: Text,
    /// Its shape as an SVG path; empty where the programme has none.
    pub path: String,
    /// Where its name stands on the map.
    pub middle: (f64, f64),
    /// How its duties stand, and those of all units below.
    pub counts: Counts,
    /// Its colour, by its share on time.
    pub grade: Standing,
}

/// A measure that got worse within a week.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The measure's name.
    pub measure: Text,
    /// Its clause.
    pub clause: ClauseLink,
    /// How many were behind, overdue or missed a week ago.
    pub was: usize,
    /// How many are now.
    pub now: usize,
}
