//! One unit: what it owes, and how its subtree stands.

use super::{ClauseLink, Counts, DutyLine, Frame, Text, Trend, UnitLink};
use std::sync::Arc;

/// `/units/{id}`.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// The unit.
    pub unit: UnitLink,
    /// What it is, such as 设区市 · 省政府下属.
    pub kind: Text,
    /// The units above it, from the head of the tree down.
    pub above: Vec<UnitLink>,
    /// How its own duties stand, those of its records included.
    pub own: Counts,
    /// How its own duties and those of all units below stand.
    pub subtree: Counts,
    /// How the subtree came to that, week by week.
    pub trend: Option<Trend>,
    /// The units directly below it.
    pub children: Vec<ChildLine>,
    /// Its open items that need somebody to act, most urgent first.
    pub open: Vec<DutyLine>,
    /// Its duties by clause, in the notice's order.
    pub clauses: Vec<UnitClause>,
}

/// A unit directly below.
#[derive(Debug, Clone, PartialEq)]
pub struct ChildLine {
    /// The unit.
    pub unit: UnitLink,
    /// How its subtree stands.
    pub counts: Counts,
    /// How it came to that, week by week; `None` where there are not two weeks yet.
    pub trend: Option<Trend>,
}

/// A unit's duties under one clause.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitClause {
    /// The clause.
    pub clause: ClauseLink,
    /// How all of them stand.
    pub counts: Counts,
    /// The duties shown, those that need attention first, then the latest period first.
    pub duties: Vec<DutyLine>,
    /// How many are not shown.
    pub more: usize,
}
