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
    /// The first value of each feature: the coded ones, then the stored leaves.
    starts: Vec<usize>,
    /// For each value `words` of refuted, then `words` of unknown.
    marks: Vec<u64>,
    /// For each value whether it refutes any item, and whether it leaves any unknown.
    marking: Vec<[bool; 2]>,
    /// Items not refuted by a constant leaf, and those it leaves unknown.
    alive: Vec<u64>,
    open: Vec<u64>,
    /// Items that stand on conjunctions.
    standing: Vec<u64>,
    /// What those stand on, item after item, and where each item's begins and the last one's ends.
    supports: Vec<Support>,
    first_support: Vec<u32>,
}

/// A conjunction that an item stands on.
#[derive(Clone, Copy, Debug)]
struct Support {
    word: u32,
    bit: u32,
    /// All ones where the literal is negated.
    negated: u64,
}

/// A stored leaf's values: unknown, no, yes.
fn value_of(said: Option<bool>) -> usize {
    said.map_or(0, |yes| 1 + usize::from(yes))
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
        let mut values = 0;
        for own in classes.chain(std::iter::repeat_n(3, plan.stored.len())) {
            starts.push(values);
            values += own;
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
            marks: vec![0; values * 2 * words],
            marking: Vec::new(),
            alive: vec![u64::MAX; words],
            open: vec![0; words],
            standing: vec![0; words],
            supports: Vec::new(),
            first_support: Vec::new(),
        };
        let conjunctions = below.iter().filter_map(|n| plan.graph.all.get(*n));
        let gap = rules * 64 - below.len();
        let none = Vec::new();
        let items = conjunctions.chain(std::iter::repeat_n(&none, gap));
        for (item, literals) in items.chain(&plan.graph.rules).enumerate() {
            marks.first_support.push(marks.supports.len() as u32);
            literals
                .iter()
                .for_each(|literal| marks.mark(plan, item, *literal));
        }
        marks.first_support.push(marks.supports.len() as u32);
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
            return self.support(item, literal);
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
            let at = (start + value) * 2 * self.words;
            match said.map(|yes| yes != literal.negated()) {
                Some(true) => {}
                Some(false) => set(&mut self.marks, item, at),
                None => set(&mut self.marks, item, at + self.words),
            }
        }
    }

    /// Notes that an item stands on a conjunction; items come in their order.
    fn support(&mut self, item: usize, literal: Literal) {
        let Part::All(n) = literal.part() else {
            return;
        };
        let below = self.item_of.get(n).copied().unwrap_or_default() as u32;
        set(&mut self.standing, item, 0);
        self.supports.push(Support {
            word: below / 64,
            bit: below % 64,
            negated: u64::from(literal.negated()).wrapping_neg(),
        });
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
        let mut refuted = Vec::with_capacity(self.starts.len());
        let mut unknown = Vec::with_capacity(self.starts.len());
        for (start, value) in self.starts.iter().zip(values) {
            let value = start + value;
            let [refutes, leaves_unknown] = self.marking.get(value).copied().unwrap_or_default();
            let at = value * 2 * self.words;
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
        let mut items: Vec<[u64; 2]> = alive
            .iter()
            .zip(&open)
            .map(|(alive, open)| [*alive, *open])
            .collect();
        for (word, standing) in self.standing.iter().enumerate() {
            // Those before in the same word are done: an item comes after what it stands on.
            let mut rest = items.get(word).map_or(0, |[alive, _]| alive & standing);
            while rest != 0 {
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                let (refuted, unsure) = self.told(word * 64 + bit as usize, &items);
                if let Some([alive, open]) = items.get_mut(word) {
                    *alive &= !(refuted << bit);
                    *open |= unsure << bit;
                }
            }
        }
        let rules = items.get(self.rules..).unwrap_or_default().iter();
        let yes = rules.clone().map(|[alive, open]| alive & !open).collect();
        let unknown = rules.map(|[alive, open]| alive & open).collect();
        (Bits::of(yes, plan.rules()), Bits::of(unknown, plan.rules()))
    }

    /// Whether what an item stands on refutes it, and whether that leaves it unknown: 1 or 0 each.
    fn told(&self, item: usize, items: &[[u64; 2]]) -> (u64, u64) {
        let supports = match self.first_support.get(item..item + 2) {
            Some([from, to]) => self.supports.get(*from as usize..*to as usize),
            _ => None,
        };
        let (mut refuted, mut unsure) = (0, 0);
        for support in supports.unwrap_or_default() {
            let [alive, open] = *items.get(support.word as usize).unwrap_or(&[0; 2]);
            // Said no without a negation, or yes with one.
            refuted |= ((!alive ^ support.negated) & !(alive & open)) >> support.bit;
            unsure |= (alive & open) >> support.bit;
        }
        (refuted & 1, unsure & 1)
    }
}
