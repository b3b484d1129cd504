//! Units in an order in which every subtree is one stretch, its head first.

use programme::model::Unit;

/// No unit.
pub(super) const NOBODY: u32 = u32::MAX;

/// The reporting tree by rank.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    /// Per unit: its rank.
    pub(super) rank: Vec<u32>,
    /// Per rank: the rank above, which is less; [`NOBODY`] at a head.
    above: Vec<u32>,
}

impl Tree {
    pub(super) fn new(units: &[Unit]) -> Self {
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
        let mut waiting: Vec<(usize, u32)> = Vec::new();
        for (at, unit) in units.iter().enumerate() {
            match unit.parent.and_then(|p| below.get_mut(p)) {
                Some(children) => children.push(at),
                None => waiting.push((at, NOBODY)),
            }
        }
        waiting.reverse();
        let mut tree = Self {
            rank: vec![NOBODY; units.len()],
            above: Vec::with_capacity(units.len()),
        };
        while let Some((unit, above)) = waiting.pop() {
            let rank = tree.above.len() as u32;
            tree.above.push(above);
            if let Some(slot) = tree.rank.get_mut(unit) {
                *slot = rank;
            }
            let children = below.get_mut(unit).map(std::mem::take).unwrap_or_default();
            waiting.extend(children.into_iter().rev().map(|child| (child, rank)));
        }
        tree
    }

    /// How many units are ranked.
    pub(super) fn len(&self) -> usize {
        self.above.len()
    }

    /// The rank of a unit; one past the last for nobody.
    pub(super) fn place(&self, unit: Option<u32>) -> usize {
        let rank = unit.and_then(|u| self.rank.get(u as usize)).copied();
        rank.filter(|r| *r != NOBODY)
            .map_or(self.len(), |r| r as usize)
    }

    /// The rank directly above.
    pub(super) fn above(&self, rank: usize) -> Option<usize> {
        let above = self.above.get(rank).filter(|a| **a != NOBODY);
        above.map(|a| *a as usize)
    }

    /// A rank and all above it, from the bottom.
    pub(super) fn up(&self, rank: usize) -> impl Iterator<Item = usize> + '_ {
        let mut next = (rank < self.len()).then_some(rank);
        std::iter::from_fn(move || {
            let here = next?;
            next = self.above(here);
            Some(here)
        })
    }
}
