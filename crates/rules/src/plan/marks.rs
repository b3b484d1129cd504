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
    /// Per conjunction that items stand on, by its item: where those are.
    consumers: Vec<Consumers>,
    /// Conjunctions with plain consumers, and those with negated ones.
    consumed: Vec<[u64; 2]>,
}

/// Items with a literal on one conjunction, as words with their bits.
#[derive(Clone, Debug, Default)]
struct Consumers {
    plain: Vec<(usize, u64)>,
    negated: Vec<(usize, u64)>,
}

impl Consumers {
    fn add(&mut self, item: usize, negated: bool) {
        let side = if negated {
            &mut self.negated
        } else {
            &mut self.plain
        };
        let bit = 1 << (item % 64);
        match side.iter_mut().find(|(word, _)| *word == item / 64) {
            Some((_, bits)) => *bits |= bit,
            None => side.push((item / 64, bit)),
        }
    }
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
            consumers: vec![Consumers::default(); below.len()],
            consumed: vec![[0; 2]; rules],
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
            return self.consume(item, literal);
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

    /// Notes that an item stands on a conjunction.
    fn consume(&mut self, item: usize, literal: Literal) {
        let Part::All(n) = literal.part() else {
            return;
        };
        let below = self.item_of.get(n).copied().unwrap_or_default();
        if let Some(sides) = self.consumed.get_mut(below / 64) {
            let [plain, negated] = sides;
            let side = if literal.negated() { negated } else { plain };
            *side |= 1 << (below % 64);
        }
        if let Some(consumers) = self.consumers.get_mut(below) {
            consumers.add(item, literal.negated());
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
        let mut refuted = Vec::with_capacity(self.starts.len());
        let mut unknown = Vec::with_capacity(self.starts.len());
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
        for (word, sides) in self.consumed.iter().enumerate() {
            self.pass_on(word, *sides, &mut alive, &mut open);
        }
        let rules = alive.iter().zip(&open).skip(self.rules);
        let yes = rules.clone().map(|(alive, open)| alive & !open).collect();
        let unknown = rules.map(|(alive, open)| alive & open).collect();
        (Bits::of(yes, plan.rules()), Bits::of(unknown, plan.rules()))
    }

    /// Tells the items that stand on the conjunctions of a word what these say, where that matters to them.
    fn pass_on(
        &self,
        word: usize,
        [plain, negated]: [u64; 2],
        alive: &mut [u64],
        open: &mut [u64],
    ) {
        let mut ahead = u64::MAX;
        loop {
            // Read again each time: a conjunction may stand on one before it in the same word.
            let said = alive.get(word).zip(open.get(word));
            let (live, unsure) = said.map_or((0, 0), |(alive, open)| (*alive, alive & open));
            let telling = (plain & (!live | unsure) | negated & live) & ahead;
            if telling == 0 {
                return;
            }
            let at = telling.trailing_zeros();
            ahead = (u64::MAX << at) << 1;
            let Some(consumers) = self.consumers.get(word * 64 + at as usize) else {
                return;
            };
            let is = |words: u64| words >> at & 1 == 1;
            if is(unsure) {
                let all = consumers.plain.iter().chain(&consumers.negated);
                put(all, |word, bits| *word |= bits, open);
            } else if is(live) {
                put(consumers.negated.iter(), |word, bits| *word &= !bits, alive);
            } else {
                put(consumers.plain.iter(), |word, bits| *word &= !bits, alive);
            }
        }
    }
}

fn put<'c>(
    consumers: impl Iterator<Item = &'c (usize, u64)>,
    change: impl Fn(&mut u64, u64),
    words: &mut [u64],
) {
    for (word, bits) in consumers {
        if let Some(word) = words.get_mut(*word) {
            change(word, *bits);
        }
    }
}
