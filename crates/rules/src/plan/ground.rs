//! What the making of a plan reads, and asking the plain engine.

use super::kernel::Level;
use super::leaf::Names;
use crate::{Bound, Frame, NO_ROW, Rule, Table, Value, Verdicts, World, verdicts};

/// The world, the names and the leaves of a plan that is made.
#[derive(Clone, Copy)]
pub(super) struct Ground<'g> {
    /// Position of the rules' own table.
    pub(super) own: usize,
    pub(super) world: &'g World<'g>,
    pub(super) names: &'g Names<'g>,
    pub(super) leaves: &'g [Rule],
    pub(super) level: Level,
}

impl<'g> Ground<'g> {
    pub(super) fn table(&self) -> Option<&'g Table> {
        self.world.tables.tables.get(self.own)
    }

    /// What a leaf that reads no row says.
    pub(super) fn constant(&self, leaf: usize) -> Option<bool> {
        let found = self.verdicts(&[NO_ROW], leaf);
        found
            .yes
            .get(0)
            .then_some(true)
            .or(found.no.get(0).then_some(false))
    }

    /// The verdicts of every row, in order.
    pub(super) fn verdicts(&self, rows: &[u32], leaf: usize) -> Verdicts {
        let frame = Frame {
            len: rows.len(),
            own: Some(rows),
            names: self.names.clone(),
        };
        self.leaves
            .get(leaf)
            .map(|rule| verdicts(rule, self.world, &frame))
            .unwrap_or_default()
    }

    /// What a leaf says of some rows, each with its own values of the names that are bound row by row.
    pub(super) fn says(&self, rows: &[u32], leaf: usize) -> Vec<Option<bool>> {
        let at = |row: &u32| *row as usize;
        let bound: Vec<(&str, Vec<u32>, Vec<Value>)> = self
            .names
            .iter()
            .filter_map(|(name, bound)| match bound {
                Bound::One(_) => None,
                Bound::Rows(all) => {
                    let own = rows
                        .iter()
                        .map(|row| all.get(at(row)).copied().unwrap_or(NO_ROW));
                    Some((*name, own.collect(), Vec::new()))
                }
                Bound::Each(all) => {
                    let own = rows
                        .iter()
                        .map(|row| all.get(at(row)).cloned().unwrap_or(Value::Unknown(None)));
                    Some((*name, Vec::new(), own.collect()))
                }
            })
            .collect();
        let mut names = self.names.clone();
        for (name, own, values) in &bound {
            let bound = if values.is_empty() {
                Bound::Rows(own)
            } else {
                Bound::Each(values)
            };
            names.insert(name, bound);
        }
        let ground = Ground {
            names: &names,
            ..*self
        };
        let found = ground.verdicts(rows, leaf);
        let said = |row| {
            found
                .yes
                .get(row)
                .then_some(true)
                .or(found.no.get(row).then_some(false))
        };
        (0..rows.len()).map(said).collect()
    }
}
