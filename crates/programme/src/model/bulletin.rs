//! Bulletins: what a periodic document contains and who signs it.

use crate::PeriodKind;
use rules::Words;

/// A periodic document.
#[derive(Clone, Debug)]
pub struct Bulletin {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// How often.
    pub every: PeriodKind,
    /// The unit that issues it.
    pub issuer: String,
    /// Roles that sign.
    pub signs: Vec<String>,
    /// Sections in order.
    pub sections: Vec<Section>,
}

/// A section of a bulletin.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its title.
    pub title: Words,
    /// Clauses by number.
    pub clauses: Vec<String>,
    /// Measures by id.
    pub measures: Vec<String>,
    /// Rankings by id.
    pub rankings: Vec<String>,
    /// `bars`, `red_list`, `changes`, `table`.
    pub show: Vec<String>,
}
