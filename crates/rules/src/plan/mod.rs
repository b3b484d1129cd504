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
mod coded;
mod computed;
mod form;
mod graph;
mod kernel;
mod leaf;
mod row;
mod sets;

pub use form::{Form, Forms};
pub use kernel::{Count, Level};
pub use row::RowVerdicts;
pub use sets::Sets;

use crate::{Bits, Bound, Cells, Column, Frame, NO_ROW, Rule, Table, Value, World, verdicts};
use block::{Group, Source};
use coded::{Coded, Ground, Shape};
use computed::Computed;
use graph::Graph;
use kernel::{BLOCK, Factors};
use leaf::{Leaves, Names, Reads};
use std::collections::BTreeMap;

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
    flags: Vec<Flag>,
    /// Leaves asked of the plain engine.
    asked: Vec<usize>,
    /// Per stored leaf: its planes of yes and of known, in whole blocks.
    stored: Vec<Planes>,
    sources: Vec<Source>,
    /// Planes computed in every block, since many rules read them.
    eager: Vec<u32>,
    conjunctions: Vec<Factors>,
    groups: Vec<Group>,
    row: row::RowTable,
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

/// Planes over all rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Planes {
    yes: Vec<u64>,
    known: Vec<u64>,
}

/// A leaf over a column of flags.
#[derive(Clone, Copy, Debug)]
struct Flag {
    leaf: usize,
    column: usize,
    /// What the leaf says of an empty cell, of no and of yes.
    says: [Option<bool>; 3],
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
        let mut graph = Graph::default();
        let mut leaves = Leaves::default();
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
            flags: Vec::new(),
            asked: Vec::new(),
            stored: Vec::new(),
            sources: Vec::new(),
            eager: Vec::new(),
            conjunctions: Vec::new(),
            groups: Vec::new(),
            row: row::RowTable::default(),
        };
        plan.code(world, names);
        plan.merge();
        plan.lay();
        plan.row = row::RowTable::new(&plan);
        plan
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
        let words: usize = self
            .stored
            .iter()
            .map(|p| p.yes.len() + p.known.len())
            .sum();
        codes + words * 8
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

    /// Sorts the leaves by how they run, and codes the rows.
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
                let said = ground.says(&ground.constant_rows(), number);
                if let Some(runs) = self.runs.get_mut(number) {
                    *runs = Runs::Constant(said.first().copied().flatten());
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
                let says = ground.flag_says(number, column);
                self.flags.push(Flag {
                    leaf: number,
                    column,
                    says,
                });
            } else if let Some((column, cells)) = one
                && let Some(shape) = coded::shape(leaf, cells, reads.elsewhere, world, names)
            {
                let key = (column, matches!(shape, Shape::Each));
                by_column.entry(key).or_default().push((number, shape));
            } else if reads.rowwise || !self.computed.take(number, leaf, table, world, names) {
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
        self.leaves = leaves.clone();
        self.store(table, &ground);
    }

    /// Lays down the planes of flags, reckoned comparisons and leaves that are asked.
    fn store(&mut self, table: &Table, ground: &Ground<'_>) {
        let words = self.rows.div_ceil(BLOCK) * kernel::WORDS;
        let empty = || Planes {
            yes: vec![0; words],
            known: vec![0; words],
        };
        let mut leaves = Vec::new();
        for flag in &self.flags {
            leaves.push(flag.leaf);
            let mut planes = empty();
            for word in 0..self.rows.div_ceil(64) {
                let found = flag.words(table, word);
                planes.put(word, found);
            }
            self.stored.push(planes);
        }
        let first = self.stored.len();
        leaves.extend(&self.computed.leaves);
        self.stored
            .extend(self.computed.leaves.iter().map(|_| empty()));
        let mut registers = self.computed.registers();
        for word in 0..self.rows.div_ceil(64) {
            self.computed
                .run(table, word * 64, self.level, &mut registers, |at, found| {
                    if let Some(planes) = self.stored.get_mut(first + at) {
                        planes.put(word, found);
                    }
                });
        }
        let rows: Vec<u32> = if self.asked.is_empty() {
            Vec::new()
        } else {
            (0..self.rows as u32).collect()
        };
        for leaf in &self.asked {
            leaves.push(*leaf);
            let mut planes = empty();
            let found = ground.verdicts(&rows, *leaf);
            for (word, (yes, no)) in found.yes.words().iter().zip(found.no.words()).enumerate() {
                planes.put(
                    word,
                    computed::Words {
                        yes: *yes,
                        known: yes | no,
                    },
                );
            }
            self.stored.push(planes);
        }
        for (at, leaf) in leaves.into_iter().enumerate() {
            if let Some(runs) = self.runs.get_mut(leaf) {
                *runs = Runs::Stored(at);
            }
        }
    }

    /// Leaves that say the same of every class become one leaf.
    fn merge(&mut self) {
        let mut first = BTreeMap::new();
        let to: Vec<usize> = (0..self.runs.len())
            .map(|leaf| match self.runs.get(leaf) {
                Some(Runs::Coded(feature, place)) => {
                    let says = self.coded.get(*feature).map(|c| {
                        (
                            c.classes_where(*place, |s| s == Some(true)),
                            c.classes_where(*place, |s| s == Some(false)),
                        )
                    });
                    *first.entry((*feature, says)).or_insert(leaf)
                }
                _ => leaf,
            })
            .collect();
        self.graph
            .renumber(|leaf| to.get(leaf).copied().unwrap_or(leaf));
    }
}

impl Planes {
    fn put(&mut self, word: usize, found: computed::Words) {
        if let (Some(yes), Some(known)) = (self.yes.get_mut(word), self.known.get_mut(word)) {
            (*yes, *known) = (found.yes, found.known);
        }
    }
}

impl Flag {
    /// What the leaf says of one row.
    fn says_of(&self, table: &Table, row: usize) -> Option<bool> {
        let column = table.columns.get(self.column)?;
        let Cells::Bool(bits) = &column.cells else {
            return None;
        };
        let [empty, no, yes] = self.says;
        match (column.present.get(row), bits.get(row)) {
            (false, _) => empty,
            (true, false) => no,
            (true, true) => yes,
        }
    }

    /// What the leaf says of the 64 rows from this word on.
    fn words(&self, table: &Table, word: usize) -> computed::Words {
        let Some(column) = table.columns.get(self.column) else {
            return computed::Words::default();
        };
        let Cells::Bool(bits) = &column.cells else {
            return computed::Words::default();
        };
        let of = |bits: &Bits| bits.words().get(word).copied().unwrap_or(0);
        let (present, set) = (of(&column.present), of(bits));
        let cases = [!present, present & !set, present & set];
        let mut found = computed::Words::default();
        for (rows, says) in cases.into_iter().zip(self.says) {
            found.known |= if says.is_some() { rows } else { 0 };
            found.yes |= if says == Some(true) { rows } else { 0 };
        }
        found
    }
}

impl Ground<'_> {
    /// One lane that stands for every row of a leaf that reads none.
    fn constant_rows(&self) -> [u32; 1] {
        [NO_ROW]
    }

    /// The verdicts of every row, in order.
    fn verdicts(&self, rows: &[u32], leaf: usize) -> crate::Verdicts {
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
    fn says(&self, rows: &[u32], leaf: usize) -> Vec<Option<bool>> {
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

    /// What a leaf says of an empty cell of a column of flags, of no and of yes.
    fn flag_says(&self, leaf: usize, column: usize) -> [Option<bool>; 3] {
        let cells = Cells::Bool([false, false, true].into_iter().collect());
        let present = [false, true, true].into_iter().collect();
        let answers = self.answers_of(&[leaf], column, Column { present, cells });
        let said = |row: usize| {
            answers
                .get(row)
                .and_then(|says| says.first())
                .copied()
                .flatten()
        };
        [said(0), said(1), said(2)]
    }
}
