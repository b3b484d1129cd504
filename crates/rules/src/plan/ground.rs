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
        self.verdicts(&[NO_ROW], leaf).get(0)
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

    /// What a leaf says of one row, with its own values of the names that are bound row by row.
    pub(super) fn says(&self, row: u32, leaf: usize) -> Option<bool> {
        let at = row as usize;
        let bound: Vec<(&str, [u32; 1], Option<Value>)> = self
            .names
            .iter()
            .filter_map(|(name, bound)| match bound {
                Bound::One(_) => None,
                Bound::Rows(all) => Some((*name, [all.get(at).copied().unwrap_or(NO_ROW)], None)),
                Bound::Each(all) => {
                    let own = all.get(at).cloned().unwrap_or(Value::Unknown(None));
                    Some((*name, [NO_ROW], Some(own)))
                }
            })
            .collect();
        let mut names = self.names.clone();
        for (name, row, value) in &bound {
            let bound = value.as_ref().map_or(Bound::Rows(row), |value| {
                Bound::Each(std::slice::from_ref(value))
            });
            names.insert(name, bound);
        }
        let ground = Ground {
            names: &names,
            ..*self
        };
        ground.verdicts(&[row], leaf).get(0)
    }
}
