//! Policies that firms may claim, and matches between registers.

use crate::Place;
use crate::model::Span;
use rules::{Day, Rule, Words};

/// A benefit or a class with criteria that change over time.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// Register whose records may qualify.
    pub who: String,
    /// The firm is told within.
    pub deliver: Option<Span>,
    /// Paid within, after the claim.
    pub pay: Option<Span>,
    /// Fen by unit id.
    pub budget: Vec<(String, i64)>,
    /// Who settled its numbers.
    pub set_by: Option<String>,
    /// Versions, by date, not overlapping.
    pub versions: Vec<PolicyVersion>,
    /// Where it is declared.
    pub place: Place,
}

/// One version of a policy's criteria.
#[derive(Clone, Debug)]
pub struct PolicyVersion {
    /// First day of application.
    pub from: Day,
    /// Last day; `None` is open.
    pub until: Option<Day>,
    /// The document.
    pub source: Words,
    /// Who qualifies.
    pub eligible: Rule,
    /// How much, money.
    pub amount: Option<Rule>,
    /// Which class, text.
    pub class: Option<Rule>,
    /// Points that add up to `score`.
    pub score: Vec<ScoreItem>,
    /// Where it is declared.
    pub place: Place,
}

/// One line of a table of points.
#[derive(Clone, Debug)]
pub struct ScoreItem {
    /// Its name.
    pub name: Words,
    /// The points.
    pub points: Rule,
    /// The most it can give.
    pub full: f64,
}

/// Two registers and what makes a pair.
#[derive(Clone, Debug)]
pub struct Match {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// Left register.
    pub left: String,
    /// Right register.
    pub right: String,
    /// Whether a pair fits; names `left`, `right`.
    pub rule: Rule,
    /// How well, a number.
    pub score: Option<Rule>,
    /// How many partners a left record takes.
    pub left_capacity: Option<Rule>,
    /// How many partners a right record takes.
    pub right_capacity: Option<Rule>,
    /// Who settled it.
    pub set_by: Option<String>,
}
