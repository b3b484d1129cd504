//! Many rules over one table, planned together: shared leaves, class codes, two planes of bits, blocks that stay
//! in the second cache.
//!
//! A plan is made of checked rules and the columns of their own table. Every part of a rule below and, or and not
//! is a *leaf*, kept once however many rules have it. A leaf over one column is a set of that column's class
//! codes; a comparison of reckoned numbers and a flag are bits laid down once; any other leaf is asked of the
//! plain engine, columnar, when the plan is made ([`Plan::forms`] says which). After that a rule costs a few
//! operations on words of 64 rows. Lanes are the rows of the table, all versions: as of which moment is a set of
//! rows given with each question.

mod block;
mod change;
mod classed;
mod coded;
mod computed;
mod form;
mod graph;
mod ground;
mod kernel;
mod lay;
mod leaf;
mod marks;
mod row;
mod sets;
mod sized;
mod stored;
mod unroll;

pub use classed::{RowClasses, among};
pub use form::{Form, Forms};
pub use kernel::{Count, Level, ahead};
pub use row::RowVerdicts;
pub use sets::Sets;

use crate::{Bound, Cells, Column, Rule, Table, World};
use coded::{Coded, Shape};
use computed::Computed;
use graph::Graph;
use ground::Ground;
use kernel::Factors;
use lay::{Group, Source};
use leaf::{Leaves, Names, Reads};
use marks::Marks;
use sized::Sized;
use std::collections::BTreeMap;
use stored::{Flag, Stored};

/// Rules over one table, with its rows coded.
#[derive(Clone, Debug)]
pub struct Plan {
    own: usize,
    rows: usize,
    level: Level,
    leaves: Vec<Rule>,
    runs: Vec<Runs>,
    graph: Graph,
    coded: Vec<Coded>,
    computed: Computed,
    sized: Sized,
    flags: Vec<Flag>,
    /// Leaves asked of the plain engine.
    asked: Vec<usize>,
    /// Flags, reckoned comparisons, size classes and leaves that are asked, in this order.
    stored: Stored,
    sources: Vec<Source>,
    /// Planes computed in every block, since many rules read them.
    eager: Vec<u32>,
    conjunctions: Vec<Factors>,
    groups: Vec<Group>,
    marks: Marks,
}

/// How a leaf runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runs {
    /// The same for every row.
    Constant(Option<bool>),
    /// By the class code of a feature, at this place among its leaves.
    Coded(usize, usize),
    /// By stored planes.
    Stored(usize),
}

impl Plan {
    /// Plans rules over the table at position `own`, and codes its rows, in the widest instructions at hand.
    /// A name bound row by row has one value for each row of the table.
    pub fn new(
        own: usize,
        rules: &[&Rule],
        world: &World<'_>,
        names: &BTreeMap<&str, Bound<'_>>,
    ) -> Self {
        Self::with_level(own, rules, world, names, Level::best())
    }

    /// As [`Plan::new`], with instructions that the processor has.
    pub fn with_level(
        own: usize,
        rules: &[&Rule],
        world: &World<'_>,
        names: &Names<'_>,
        level: Level,
    ) -> Self {
        let mut plan = Self::sketch(own, rules, world, names, level);
        if let Some(table) = world.tables.tables.get(own) {
            for coded in &mut plan.coded {
                coded.fill(table, level);
            }
        }
        plan.merge();
        plan.lay();
        plan.marks = Marks::new(&plan);
        plan
    }

    /// A plan with its classes made and its stored planes laid down, but no row coded.
    fn sketch(
        own: usize,
        rules: &[&Rule],
        world: &World<'_>,
        names: &Names<'_>,
        level: Level,
    ) -> Self {
        let mut graph = Graph::default();
        let mut leaves = Leaves::new(own, world, names);
        for rule in rules {
            leaves.of(rule);
            graph.add(&rule.root, &mut leaves);
        }
        let leaves = leaves.rules;
        let mut plan = Self {
            own,
            rows: world.tables.tables.get(own).map_or(0, Table::rows),
            level,
            runs: vec![Runs::Constant(None); leaves.len()],
            leaves,
            graph,
            coded: Vec::new(),
            computed: Computed::default(),
            sized: Sized::default(),
            flags: Vec::new(),
            asked: Vec::new(),
            stored: Stored::default(),
            sources: Vec::new(),
            eager: Vec::new(),
            conjunctions: Vec::new(),
            groups: Vec::new(),
            marks: Marks::default(),
        };
        plan.code(world, names);
        plan
    }

    /// Which instructions it runs in.
    pub fn level(&self) -> Level {
        self.level
    }

    /// How many rows the plan covers.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many rules it has.
    pub fn rules(&self) -> usize {
        self.graph.rules.len()
    }

    /// How many distinct leaves the rules have.
    pub fn leaves(&self) -> usize {
        let mut used: Vec<usize> = self.used().collect();
        used.sort_unstable();
        used.dedup();
        used.len()
    }

    /// Bytes that codes and stored planes hold.
    pub fn bytes(&self) -> usize {
        let codes: usize = self.coded.iter().map(|c| c.codes.len()).sum();
        codes + self.stored.bytes()
    }

    fn used(&self) -> impl Iterator<Item = usize> + '_ {
        self.graph
            .all
            .iter()
            .chain(&self.graph.rules)
            .flatten()
            .filter_map(|literal| match literal.part() {
                graph::Part::Leaf(n) => Some(n),
                graph::Part::All(_) => None,
            })
    }

    /// Sorts the leaves by how they run.
    fn code(&mut self, world: &World<'_>, names: &Names<'_>) {
        let Some(table) = world.tables.tables.get(self.own) else {
            return;
        };
        let leaves = std::mem::take(&mut self.leaves);
        let mut by_column: BTreeMap<(usize, bool), Vec<(usize, Shape)>> = BTreeMap::new();
        let ground = Ground {
            own: self.own,
            world,
            names,
            leaves: &leaves,
            level: self.level,
        };
        for (number, leaf) in leaves.iter().enumerate() {
            let reads = Reads::of(&leaf.root, names);
            let one = match reads.columns[..] {
                [column] if !reads.rowwise => {
                    table.columns.get(column).map(|cells| (column, cells))
                }
                _ => None,
            };
            if reads.nothing() {
                if let Some(runs) = self.runs.get_mut(number) {
                    *runs = Runs::Constant(ground.constant(number));
                }
            } else if let Some((
                column,
                Column {
                    cells: Cells::Bool(_),
                    ..
                },
            )) = one
                && !reads.elsewhere
            {
                self.flags.push(Flag::new(&ground, number, column));
            } else if let Some((column, cells)) = one
                && let Some(shape) = coded::shape(leaf, cells, reads.elsewhere, world, names)
            {
                let key = (column, matches!(shape, Shape::Each));
                by_column.entry(key).or_default().push((number, shape));
            } else if reads.rowwise
                || !self.computed.take(number, leaf, table, world, names)
                    && !self.sized.take(number, leaf, table, world, names)
            {
                self.asked.push(number);
            }
        }
        for ((column, _), leaves) in by_column {
            let all: Vec<usize> = leaves.iter().map(|(leaf, _)| *leaf).collect();
            for coded in coded::code(&ground, column, leaves) {
                for (place, leaf) in coded.leaves.iter().enumerate() {
                    if let Some(runs) = self.runs.get_mut(*leaf) {
                        *runs = Runs::Coded(self.coded.len(), place);
                    }
                }
                self.coded.push(coded);
            }
            let left = |leaf: &usize| !matches!(self.runs.get(*leaf), Some(Runs::Coded(..)));
            self.asked.extend(all.into_iter().filter(left));
        }
        self.stored = Stored::new(
            &ground,
            table,
            (&self.flags, &self.computed, &self.sized),
            &self.asked,
        );
        let flags = self.flags.iter().map(|flag| flag.leaf);
        let stored = flags
            .chain(self.computed.leaves.iter().copied())
            .chain(self.sized.leaves.iter().copied())
            .chain(self.asked.iter().copied());
        for (at, leaf) in stored.enumerate() {
            if let Some(runs) = self.runs.get_mut(leaf) {
                *runs = Runs::Stored(at);
            }
        }
        self.leaves = leaves;
    }

    /// Leaves that say the same of every number become one leaf. Not so of texts, records and days: of one that has
    /// not been met yet they may differ.
    fn merge(&mut self) {
        let mut first = BTreeMap::new();
        let to: Vec<usize> = (0..self.runs.len())
            .map(|leaf| match self.runs.get(leaf) {
                Some(Runs::Coded(feature, place)) => {
                    let all = self.coded.get(*feature).filter(|coded| coded.is_complete());
                    let Some(coded) = all else { return leaf };
                    let yes = coded.classes_where(*place, |said| said == Some(true));
                    let no = coded.classes_where(*place, |said| said == Some(false));
                    *first.entry((*feature, yes, no)).or_insert(leaf)
                }
                _ => leaf,
            })
            .collect();
        self.graph
            .renumber(|leaf| to.get(leaf).copied().unwrap_or(leaf));
    }
}
