//! The journal's page.

use super::{Frame, Past, Text};
use crate::list::Sealed;
use std::sync::Arc;

/// A page of the journal, the newest entry first.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// Its entries.
    pub lines: Vec<JournalLine>,
    /// Where the next page begins.
    pub next: Option<i64>,
    /// The last seal.
    pub sealed: Option<Sealed>,
    /// The registers that may be looked for.
    pub registers: Vec<(String, Text)>,
}

/// An entry with what it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalLine {
    /// Who, when, what and why.
    pub past: Past,
    /// The register: id, empty of one that is gone, and name; `None` of an act on the programme or on tables.
    pub register: Option<(String, Text)>,
    /// The record: id and title; `None` of a batch.
    pub record: Option<(String, Text)>,
    /// The batch it belongs to, by its arrival.
    pub batch: Option<i64>,
}
