//! One row against every rule: each class names the rules that it refutes and those that it leaves unknown.

use super::coded::UNSEEN;
use super::graph::{Literal, Part};
use super::kernel;
use super::leaf::Names;
use super::{Ground, Plan, Runs};
use crate::{Bits, World};

/// What each rule says of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// For each value of each feature the rules that a literal on it refutes, then those that it leaves unknown.
#[derive(Clone, Debug, Default)]
pub(super) struct RowTable {
    words: usize,
    /// Where each feature begins: the coded ones, then the stored leaves.
    starts: Vec<usize>,
    /// For each value `words` of refuted, then `words` of unknown.
    marks: Vec<u64>,
    /// For each value whether it marks any rule.
    marking: Vec<bool>,
    /// Rules not refuted by a constant leaf, and those it leaves unknown.
    alive: Vec<u64>,
    open: Vec<u64>,
    /// Rules with literals on conjunctions, and those literals rule by rule.
    deeper: Vec<u64>,
    deep: Vec<Vec<Literal>>,
}

/// A stored leaf's values: unknown, no, yes.
fn value_of(said: Option<bool>) -> usize {
    said.map_or(0, |yes| 1 + usize::from(yes))
}

impl RowTable {
    pub(super) fn new(plan: &Plan) -> Self {
        let words = plan.rules().div_ceil(64);
        let values = plan
            .coded
            .iter()
            .map(|c| c.classes())
            .chain(std::iter::repeat_n(3, plan.stored.len()));
        let mut starts = Vec::new();
        let mut next = 0;
        for values in values {
            starts.push(next);
            next += values * 2 * words;
        }
        let all = Bits::filled(plan.rules(), true);
        let mut table = Self {
            words,
            starts,
            marks: vec![0; next],
            alive: all.words().to_vec(),
            open: vec![0; words],
            deeper: vec![0; words],
            marking: Vec::new(),
            deep: vec![Vec::new(); plan.rules()],
        };
        for (rule, literals) in plan.graph.rules.iter().enumerate() {
            for literal in literals {
                table.mark(plan, rule, *literal);
            }
        }
        table.marking = table
            .marks
            .chunks((2 * words).max(1))
            .map(|marks| marks.iter().any(|word| *word != 0))
            .collect();
        table
    }

    fn mark(&mut self, plan: &Plan, rule: usize, literal: Literal) {
        let (word, bit) = (rule / 64, 1 << (rule % 64));
        let set = |words: &mut Vec<u64>, at: usize| {
            if let Some(word) = words.get_mut(at) {
                *word |= bit;
            }
        };
        let Part::Leaf(leaf) = literal.part() else {
            if let Some(deep) = self.deep.get_mut(rule) {
                deep.push(literal);
            }
            return set(&mut self.deeper, word);
        };
        let holds = |said: Option<bool>| said.map(|yes| yes != literal.negated());
        let (feature, says): (usize, Vec<Option<bool>>) = match plan.runs.get(leaf) {
            Some(Runs::Coded(feature, place)) => {
                let Some(coded) = plan.coded.get(*feature) else {
                    return;
                };
                (
                    *feature,
                    (0..coded.classes())
                        .map(|class| coded.says(class, *place))
                        .collect(),
                )
            }
            Some(Runs::Stored(at)) => (plan.coded.len() + at, vec![None, Some(false), Some(true)]),
            Some(Runs::Constant(said)) => {
                match holds(*said) {
                    Some(true) => {}
                    Some(false) => {
                        if let Some(word) = self.alive.get_mut(word) {
                            *word &= !bit;
                        }
                    }
                    None => set(&mut self.open, word),
                }
                return;
            }
            None => return,
        };
        let Some(start) = self.starts.get(feature).copied() else {
            return;
        };
        for (value, said) in says.into_iter().enumerate() {
            let at = start + value * 2 * self.words + word;
            match holds(said) {
                Some(true) => {}
                Some(false) => set(&mut self.marks, at),
                None => set(&mut self.marks, at + self.words),
            }
        }
    }

    /// Where the marks of one value of a feature begin; `None` where it marks no rule.
    fn of(&self, feature: usize, value: usize) -> Option<usize> {
        let at = self.starts.get(feature)? + value * 2 * self.words;
        let marks = *self.marking.get(at.checked_div(2 * self.words)?)?;
        marks.then_some(at)
    }
}

impl Plan {
    /// What every rule says of one row of the own table, read from its cells now; the row need not be coded.
    pub fn row(&self, world: &World<'_>, names: &Names<'_>, row: usize) -> RowVerdicts {
        let read = self.read(world, names, row);
        if read.classes.contains(&UNSEEN) {
            return self.row_by_leaves(&Leafwise::new(self, &read, Some((world, names, row))));
        }
        let classes = read.classes.iter().map(|class| usize::from(*class));
        let values = classes.chain(read.stored.iter().map(|said| value_of(*said)));
        let marks: Vec<usize> = values
            .enumerate()
            .filter_map(|(feature, value)| self.row.of(feature, value))
            .collect();
        let mut alive = self.row.alive.clone();
        let mut open = self.row.open.clone();
        kernel::refute(self.level, &self.row.marks, &marks, &mut alive, &mut open);
        let leaves = Leafwise::new(self, &read, None);
        let mut known = vec![None; self.conjunctions.len()];
        for word in 0..self.row.words {
            let (Some(alive), Some(open), Some(deeper)) = (
                alive.get_mut(word),
                open.get_mut(word),
                self.row.deeper.get(word),
            ) else {
                continue;
            };
            let mut rest = *alive & deeper;
            while rest != 0 {
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                let deep = self.row.deep.get(word * 64 + bit as usize);
                match leaves.all(deep.into_iter().flatten(), &mut known) {
                    Some(true) => {}
                    Some(false) => *alive &= !(1 << bit),
                    None => *open |= 1 << bit,
                }
            }
        }
        for (alive, open) in alive.iter_mut().zip(&mut open) {
            (*alive, *open) = (*alive & !*open, *alive & *open);
        }
        RowVerdicts {
            yes: Bits::of(alive, self.rules()),
            unknown: Bits::of(open, self.rules()),
        }
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
        if !self.asked.is_empty() {
            let ground = Ground {
                own: self.own,
                world,
                names,
                leaves: &self.leaves,
                level: self.level,
            };
            stored.extend(
                self.asked
                    .iter()
                    .map(|leaf| ground.says(&[row as u32], *leaf).first().copied().flatten()),
            );
        }
        Read { classes, stored }
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
    fn new(plan: &'p Plan, read: &'p Read, ask: Option<(&World<'_>, &Names<'_>, usize)>) -> Self {
        let asked = ask.map(|(world, names, row)| {
            let ground = Ground {
                own: plan.own,
                world,
                names,
                leaves: &plan.leaves,
                level: plan.level,
            };
            let says = |leaf: &usize| ground.says(&[row as u32], *leaf).first().copied().flatten();
            let unmet = |(coded, class): (&super::Coded, &u8)| match *class {
                UNSEEN => coded.leaves.iter().map(says).collect(),
                _ => Vec::new(),
            };
            plan.coded.iter().zip(&read.classes).map(unmet).collect()
        });
        Self {
            plan,
            read,
            asked: asked.unwrap_or_default(),
        }
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
