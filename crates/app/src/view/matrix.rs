//! The matrix: units × measures, or units × periods of one measure.

use super::{Counts, DutyId, Figure, Frame, Standing, Text, UnitLink};
use std::sync::Arc;

/// What the matrix was asked to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MatrixQuestion {
    /// One measure: the columns are its periods. `None`: the columns are measures.
    pub measure: Option<String>,
    /// Only units of this level, such as `county`. `None`: those at most two levels down, unless only deeper ones owe.
    pub level: Option<String>,
    /// Only rows with a duty that stands so.
    pub standing: Option<Standing>,
    /// Only measures of this part of the notice.
    pub part: Option<String>,
    /// The order of rows.
    pub sort: Sort,
}

/// The order of a matrix's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The order of the reporting tree.
    #[default]
    Tree,
    /// Most duties behind, overdue or missed first.
    Red,
    /// Lowest on-time rate first; units without a rate last.
    OnTime,
}

/// `/duties`.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// What was asked.
    pub question: MatrixQuestion,
    /// The measure whose periods are shown, with its name.
    pub measure: Option<Choice>,
    /// Levels that can be chosen.
    pub levels: Vec<Choice>,
    /// Parts of the notice that can be chosen.
    pub parts: Vec<Choice>,
    /// Measures that can be chosen.
    pub measures: Vec<Choice>,
    /// Measures or periods.
    pub columns: Vec<MatrixColumn>,
    /// Units.
    pub rows: Vec<MatrixRow>,
}

/// Something that a filter offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its id in the address.
    pub id: String,
    /// Its name.
    pub name: Text,
}

/// A measure or a period at the head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixColumn {
    /// The measure's or the period's id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// The clause of a measure; empty for a period.
    pub clause: String,
}

/// One unit's row.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixRow {
    /// The unit.
    pub unit: UnitLink,
    /// Its depth below the home unit, from 0, for indentation.
    pub depth: usize,
    /// One cell per column; `None` where it owes nothing.
    pub cells: Vec<Option<MatrixCell>>,
    /// All duties of the row.
    pub counts: Counts,
}

/// The duties of one unit under one column.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixCell {
    /// How they stand; the cell takes the colour of the worst.
    pub counts: Counts,
    /// The value of a single duty's first tally.
    pub value: Option<Figure>,
    /// Where the cell leads.
    pub target: MatrixTarget,
}

/// Where a cell leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatrixTarget {
    /// The cell is one duty.
    Duty(DutyId),
    /// The cell holds several duties of records: the unit's page, at this clause.
    Unit {
        /// The unit's id.
        unit: String,
        /// The clause's number.
        clause: String,
    },
}

impl MatrixPage {
    /// Keeps the rows that the question's standing asks for and puts them in its order.
    /// Rows must come in the order of the tree.
    pub fn arrange(&mut self) {
        if let Some(standing) = self.question.standing {
            self.rows.retain(|row| row.counts.get(standing) > 0);
        }
        match self.question.sort {
            Sort::Tree => {}
            Sort::Red => self
                .rows
                .sort_by_key(|row| std::cmp::Reverse(row.counts.red())),
            Sort::OnTime => self.rows.sort_by(|a, b| {
                let rate = |row: &MatrixRow| row.counts.on_time().worst().unwrap_or(f64::INFINITY);
                rate(a).total_cmp(&rate(b))
            }),
        }
    }
}
