//! How far facts had grown at some time, so that what was worked out of them can be brought up to now.

use super::Living;

/// How far a table has grown. Between two stamps that differ only in `rows`, rows were added and no other changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Rows: versions of records.
    pub rows: usize,
    /// How often a record was withdrawn or erased.
    pub cuts: u64,
}

impl Stamp {
    /// Whether nothing happened until another stamp of the same table but that rows were added.
    pub(crate) fn grew_to(self, later: Self) -> bool {
        self.cuts == later.cuts && self.rows <= later.rows
    }
}

impl Living {
    /// How far a table has grown.
    pub fn stamp(&self, table: usize) -> Stamp {
        Stamp {
            rows: self
                .facts
                .tables()
                .tables
                .get(table)
                .map_or(0, rules::Table::rows),
            cuts: self.cuts.get(table).copied().unwrap_or(0),
        }
    }

    /// How far each table has grown.
    pub fn stamps(&self) -> Vec<Stamp> {
        (0..self.cuts.len())
            .map(|table| self.stamp(table))
            .collect()
    }
}
