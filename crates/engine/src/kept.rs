//! What a rule said of the same numbers before: asked once for all duties that rest on them.

use crate::duty::{Bounds, Held};
use crate::pace::Goal;
use crate::period::Dated;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

/// Answers of one measure's rule at one moment, by everything that the rule reads.
pub(crate) struct Kept {
    /// Whether the rule reads the bearer's row.
    bearer: bool,
    /// Whether it reads the period's days.
    period: bool,
    key: RefCell<Vec<u64>>,
    held: RefCell<Answers<Held>>,
    goals: RefCell<Answers<Rc<[Goal]>>>,
}

type Answers<T> = HashMap<Box<[u64]>, T, BuildHasherDefault<Folded>>;

/// Numbers folded into one: keys are made here of figures, so that nobody can choose them to collide.
#[derive(Default)]
struct Folded(u64);

impl Hasher for Folded {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        for byte in rest {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, n: u64) {
        let folded = u128::from(self.0 ^ n) * 0x9E37_79B9_7F4A_7C15;
        self.0 = (folded >> 64) as u64 ^ folded as u64;
    }
}

impl Kept {
    /// Nothing kept yet, for a rule that reads these names.
    pub(crate) fn new(read: &BTreeSet<String>) -> Self {
        Self {
            bearer: read.contains("bearer"),
            period: read.iter().any(|name| name.starts_with("period.")),
            key: RefCell::default(),
            held: RefCell::default(),
            goals: RefCell::default(),
        }
    }

    /// The verdict on these numbers, asked of `ask` where it is new.
    pub(crate) fn held(
        &self,
        row: u32,
        dated: &Dated,
        tallies: &[Bounds],
        ask: impl FnOnce() -> Option<bool>,
    ) -> Held {
        self.answer(&self.held, (row, dated, tallies), || Held {
            verdict: ask(),
            tallies: tallies.into(),
        })
    }

    /// The goals on these numbers, asked of `ask` where they are new.
    pub(crate) fn goals(
        &self,
        row: u32,
        dated: &Dated,
        tallies: &[Bounds],
        ask: impl FnOnce() -> Vec<Goal>,
    ) -> Rc<[Goal]> {
        self.answer(&self.goals, (row, dated, tallies), || ask().into())
    }

    fn answer<T: Clone>(
        &self,
        answers: &RefCell<Answers<T>>,
        (row, dated, tallies): (u32, &Dated, &[Bounds]),
        ask: impl FnOnce() -> T,
    ) -> T {
        let mut key = self.key.borrow_mut();
        self.write(&mut key, row, dated, tallies);
        if let Some(found) = answers.borrow().get(key.as_slice()) {
            return found.clone();
        }
        let found = ask();
        answers
            .borrow_mut()
            .insert(key.as_slice().into(), found.clone());
        found
    }

    /// Everything the rule may read, as numbers. Invariant: two duties with equal keys get equal answers.
    fn write(&self, key: &mut Vec<u64>, row: u32, dated: &Dated, tallies: &[Bounds]) {
        // No number of a tally is a NaN, so that one can stand for "without bound".
        let end = |end: Option<f64>| end.map_or(u64::MAX, f64::to_bits);
        let (part, whole) = dated.share.unwrap_or((-1, -1));
        key.clear();
        key.extend([part as u64, whole as u64]);
        if self.bearer {
            key.push(row.into());
        }
        if self.period {
            let days = [dated.period.from, dated.period.until, dated.due];
            key.extend(days.map(|day| day.0 as u64));
        }
        for bounds in tallies {
            key.extend([end(bounds.low), end(bounds.high)]);
        }
    }
}
