//! Which rules and conjunctions each value of each feature refutes, and which it leaves unknown, as bits.

use super::graph::{Literal, Part};
use super::kernel;
use super::row::Read;
use super::{Plan, Runs};
use crate::Bits;

/// For one row: an *item* is a conjunction that rules stand on, or a rule; conjunctions come first, each after those
/// it stands on, and the rules begin at a whole word.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    /// Words of a bit for each item.
    words: usize,
    /// The first word of the rules.
    rules: usize,
    /// The item of each conjunction.
    item_of: Vec<usize>,
    /// Where each feature begins: the coded ones, then the stored leaves.
    starts: Vec<usize>,
    /// For each value `words` of refuted, then `words` of unknown.
    marks: Vec<u64>,
    /// For each value whether it refutes any item, and whether it leaves any unknown.
    marking: Vec<[bool; 2]>,
    /// Items not refuted by a constant leaf, and those it leaves unknown.
    alive: Vec<u64>,
    open: Vec<u64>,
    /// Items with literals on conjunctions, and those literals item by item.
    deeper: Vec<u64>,
    deep: Vec<Vec<Literal>>,
}

/// A stored leaf's values: unknown, no, yes.
fn value_of(said: Option<bool>) -> usize {
    said.map_or(0, |yes| 1 + usize::from(yes))
}

/// An item's verdict from its bits.
fn said(alive: &[u64], open: &[u64], item: usize) -> Option<bool> {
    let bit = |words: &[u64]| {
        words
            .get(item / 64)
            .is_some_and(|word| word >> (item % 64) & 1 == 1)
    };
    match (bit(alive), bit(open)) {
        (false, _) => Some(false),
        (true, false) => Some(true),
        (true, true) => None,
    }
}

fn set(words: &mut [u64], item: usize, offset: usize) {
    if let Some(word) = words.get_mut(offset + item / 64) {
        *word |= 1 << (item % 64);
    }
}

impl Marks {
    pub(super) fn new(plan: &Plan) -> Self {
        let below = plan.graph.below(plan.graph.rules.iter().flatten());
        let rules = below.len().div_ceil(64);
        let words = rules + plan.rules().div_ceil(64);
        let classes = plan.coded.iter().map(|coded| coded.classes());
        let mut starts = Vec::new();
        let mut next = 0;
        for values in classes.chain(std::iter::repeat_n(3, plan.stored.len())) {
            starts.push(next);
            next += values * 2 * words;
        }
        let mut item_of = vec![0; plan.graph.all.len()];
        for (item, n) in below.iter().enumerate() {
            if let Some(of) = item_of.get_mut(*n) {
                *of = item;
            }
        }
        let mut marks = Self {
            words,
            rules,
            item_of,
            starts,
            marks: vec![0; next],
            marking: Vec::new(),
            alive: vec![u64::MAX; words],
            open: vec![0; words],
            deeper: vec![0; words],
            deep: vec![Vec::new(); words * 64],
        };
        for (item, literals) in below
            .iter()
            .filter_map(|n| plan.graph.all.get(*n))
            .enumerate()
        {
            literals
                .iter()
                .for_each(|literal| marks.mark(plan, item, *literal));
        }
        for (rule, literals) in plan.graph.rules.iter().enumerate() {
            literals
                .iter()
                .for_each(|literal| marks.mark(plan, rules * 64 + rule, *literal));
        }
        let any = |words: &[u64]| words.iter().any(|word| *word != 0);
        let values = marks.marks.chunks((2 * words).max(1));
        let halves = values.map(|marks| marks.split_at(marks.len() / 2));
        marks.marking = halves
            .map(|(refuted, unknown)| [any(refuted), any(unknown)])
            .collect();
        marks
    }

    /// Notes what the values of a literal mean for an item.
    fn mark(&mut self, plan: &Plan, item: usize, literal: Literal) {
        let Part::Leaf(leaf) = literal.part() else {
            if let Some(deep) = self.deep.get_mut(item) {
                deep.push(literal);
            }
            return set(&mut self.deeper, item, 0);
        };
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
            Some(Runs::Constant(said)) => return self.mark_constant(item, literal, *said),
            None => return,
        };
        let Some(start) = self.starts.get(feature).copied() else {
            return;
        };
        for (value, said) in says.into_iter().enumerate() {
            let at = start + value * 2 * self.words;
            match said.map(|yes| yes != literal.negated()) {
                Some(true) => {}
                Some(false) => set(&mut self.marks, item, at),
                None => set(&mut self.marks, item, at + self.words),
            }
        }
    }

    fn mark_constant(&mut self, item: usize, literal: Literal, said: Option<bool>) {
        match said.map(|yes| yes != literal.negated()) {
            Some(true) => {}
            Some(false) => {
                if let Some(word) = self.alive.get_mut(item / 64) {
                    *word &= !(1 << (item % 64));
                }
            }
            None => set(&mut self.open, item, 0),
        }
    }

    /// The rules that hold, and those that are unknown, for a row whose classes have all been met.
    pub(super) fn of(&self, plan: &Plan, read: &Read) -> (Bits, Bits) {
        let classes = read.classes.iter().map(|class| usize::from(*class));
        let values = classes.chain(read.stored.iter().map(|said| value_of(*said)));
        let (mut refuted, mut unknown) = (Vec::new(), Vec::new());
        for (start, value) in self.starts.iter().zip(values) {
            let at = start + value * 2 * self.words;
            let marking = at
                .checked_div(2 * self.words)
                .and_then(|value| self.marking.get(value));
            let [refutes, leaves_unknown] = marking.copied().unwrap_or_default();
            if refutes {
                refuted.push(at);
            }
            if leaves_unknown {
                unknown.push(at + self.words);
            }
        }
        let (mut alive, mut open) = (self.alive.clone(), self.open.clone());
        kernel::take_out(plan.level, &self.marks, &refuted, &mut alive);
        kernel::put_in(plan.level, &self.marks, &unknown, &mut open);
        for word in 0..self.words {
            let both = alive.get(word).zip(self.deeper.get(word));
            let mut rest = both.map_or(0, |(alive, deeper)| alive & deeper);
            while rest != 0 {
                let item = word * 64 + rest.trailing_zeros() as usize;
                rest &= rest - 1;
                self.deepen(item, &mut alive, &mut open);
            }
        }
        let rules = alive.iter().zip(&open).skip(self.rules);
        let yes = rules.clone().map(|(alive, open)| alive & !open).collect();
        let unknown = rules.map(|(alive, open)| alive & open).collect();
        (Bits::of(yes, plan.rules()), Bits::of(unknown, plan.rules()))
    }

    /// Takes in what an item's conjunctions say.
    fn deepen(&self, item: usize, alive: &mut [u64], open: &mut [u64]) {
        for literal in self.deep.get(item).into_iter().flatten() {
            let Part::All(n) = literal.part() else {
                continue;
            };
            let below = self.item_of.get(n).copied().unwrap_or_default();
            match said(alive, open, below).map(|yes| yes != literal.negated()) {
                Some(true) => {}
                Some(false) => {
                    if let Some(word) = alive.get_mut(item / 64) {
                        *word &= !(1 << (item % 64));
                    }
                    return;
                }
                None => set(open, item, 0),
            }
        }
    }
}
