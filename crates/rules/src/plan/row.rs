//! One row against every rule, by marks; rule by rule where a value has not been met.

use super::coded::UNSEEN;
use super::graph::{Literal, Part};
use super::leaf::Names;
use super::{Ground, Plan, Runs};
use crate::{Bits, World};

/// What each rule says of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RowVerdicts {
    /// Rules that hold.
    pub yes: Bits,
    /// Rules that are unknown.
    pub unknown: Bits,
}

/// What a row's cells come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    /// Per feature: its class; [`UNSEEN`] for one not met before.
    pub(super) classes: Vec<u8>,
    /// Per stored leaf.
    pub(super) stored: Vec<Option<bool>>,
}

impl Plan {
    /// What every rule says of one row of the own table, read from its cells now; the row need not be coded.
    pub fn row(&self, world: &World<'_>, names: &Names<'_>, row: usize) -> RowVerdicts {
        let read = self.read(world, names, row);
        if read.classes.contains(&UNSEEN) {
            return self.row_by_leaves(&Leafwise::new(
                self,
                &read,
                &self.ground(world, names),
                row,
            ));
        }
        let (yes, unknown) = self.marks.of(self, &read);
        RowVerdicts { yes, unknown }
    }

    /// As [`Plan::row`] where a class has not been met: rule by rule.
    fn row_by_leaves(&self, leaves: &Leafwise<'_>) -> RowVerdicts {
        let mut known = vec![None; self.conjunctions.len()];
        let mut verdicts = RowVerdicts::default();
        for literals in &self.graph.rules {
            let said = leaves.all(literals.iter(), &mut known);
            verdicts.yes.push(said == Some(true));
            verdicts.unknown.push(said.is_none());
        }
        verdicts
    }

    /// Reads the cells of a row.
    pub(super) fn read(&self, world: &World<'_>, names: &Names<'_>, row: usize) -> Read {
        let Some(table) = world.tables.tables.get(self.own) else {
            return Read::default();
        };
        let class = |coded: &super::Coded| {
            table
                .columns
                .get(coded.column)
                .and_then(|column| coded.class(column, row))
                .unwrap_or(UNSEEN)
        };
        let classes = self.coded.iter().map(class).collect();
        let mut stored = Vec::with_capacity(self.stored.len());
        stored.extend(self.flags.iter().map(|flag| flag.says_of(table, row)));
        self.computed.row(table, row, &mut stored);
        self.sized.row(table, row, &mut stored);
        if !self.asked.is_empty() {
            let ground = self.ground(world, names);
            let says = |leaf: &usize| ground.says(row as u32, *leaf);
            stored.extend(self.asked.iter().map(says));
        }
        Read { classes, stored }
    }

    fn ground<'g>(&'g self, world: &'g World<'g>, names: &'g Names<'g>) -> Ground<'g> {
        Ground {
            own: self.own,
            world,
            names,
            leaves: &self.leaves,
            level: self.level,
        }
    }
}

/// What each leaf says of one row.
struct Leafwise<'p> {
    plan: &'p Plan,
    read: &'p Read,
    /// Per feature whose class has not been met: what each of its leaves says.
    asked: Vec<Vec<Option<bool>>>,
}

impl<'p> Leafwise<'p> {
    fn new(plan: &'p Plan, read: &'p Read, ground: &Ground<'_>, row: usize) -> Self {
        let says = |leaf: &usize| ground.says(row as u32, *leaf);
        let unmet = |(coded, class): (&super::Coded, &u8)| match *class {
            UNSEEN => coded.leaves.iter().map(says).collect(),
            _ => Vec::new(),
        };
        let asked = plan.coded.iter().zip(&read.classes).map(unmet).collect();
        Self { plan, read, asked }
    }

    fn leaf(&self, leaf: usize) -> Option<bool> {
        match self.plan.runs.get(leaf)? {
            Runs::Constant(said) => *said,
            Runs::Stored(at) => *self.read.stored.get(*at)?,
            Runs::Coded(feature, place) => match *self.read.classes.get(*feature)? {
                UNSEEN => *self.asked.get(*feature)?.get(*place)?,
                class => {
                    let coded = self.plan.coded.get(*feature)?;
                    coded.says(usize::from(class), *place)
                }
            },
        }
    }

    /// Whether all literals hold; each conjunction is worked out once and kept.
    fn all<'l>(
        &self,
        literals: impl Iterator<Item = &'l Literal>,
        known: &mut [Option<Option<bool>>],
    ) -> Option<bool> {
        let mut all = Some(true);
        for literal in literals {
            let said = match literal.part() {
                Part::Leaf(leaf) => self.leaf(leaf),
                Part::All(n) => match known.get(n).copied().flatten() {
                    Some(said) => said,
                    None => {
                        let below = self.plan.graph.all.get(n).map_or(&[][..], |l| l);
                        let said = self.all(below.iter(), known);
                        if let Some(known) = known.get_mut(n) {
                            *known = Some(said);
                        }
                        said
                    }
                },
            };
            match said.map(|yes| yes != literal.negated()) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all = None,
            }
        }
        all
    }
}
