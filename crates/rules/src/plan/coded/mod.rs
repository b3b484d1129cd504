//! Class codes: a column's values fall into classes that no leaf over the column tells apart, one byte for each row.
//!
//! What a class means is asked of the plain engine, once for each text, record, day or stretch of numbers, so a
//! leaf may use the whole language. Class 0 is an empty cell.

mod classes;
mod coder;

pub(super) use classes::{Said, Shape, code, shape};
pub(super) use coder::Coder;

use super::kernel::{self, Classes, Level};
use crate::{Cells, Column, NO_ROW, Table};

/// The class of what has not been met.
pub(super) const UNSEEN: u8 = 255;
/// Classes of one feature beside [`UNSEEN`]; with more, its leaves are shared out over several features.
const CLASSES_MAX: usize = 255;

/// How a value finds its class.
#[derive(Clone, Debug)]
enum Keys {
    /// By the number of its text or record.
    Number,
    /// By how many of these it reaches: the first number of each stretch, ascending.
    Cuts(Vec<i64>),
    /// As above, for decimals as numbers that sort alike.
    RealCuts(Vec<i64>),
    /// By the number of days from this one.
    Days(i64),
}

/// The classes of one column for some leaves.
#[derive(Clone, Debug)]
pub(super) struct Coded {
    pub(super) column: usize,
    /// The leaves, by number.
    pub(super) leaves: Vec<usize>,
    keys: Keys,
    /// The class of each key, where it is not the key itself.
    class_of: Vec<u8>,
    /// Whether class 0, an empty cell, has been asked about.
    empty_met: bool,
    /// The class of what is no key: a reference to no record, a decimal that is not finite.
    odd: u8,
    /// What each class says of each leaf, class after class.
    says: Vec<Said>,
    /// The class of each row, padded to whole blocks with empty cells.
    pub(super) codes: Vec<u8>,
    /// Which classes each block holds, where few blocks hold many.
    pub(super) zones: Vec<Classes>,
}

/// A decimal as a number that sorts like it.
fn sortable(x: f64) -> i64 {
    // Zero has two signs and one place.
    let bits = (x + 0.0).to_bits() as i64;
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

fn from_sortable(n: i64) -> f64 {
    f64::from_bits((n ^ ((n >> 63) as u64 >> 1) as i64) as u64)
}

impl Coded {
    fn new(
        column: usize,
        leaves: &[usize],
        keys: Keys,
        (class_of, odd): (Vec<u8>, u8),
        says: Vec<Said>,
    ) -> Self {
        Self {
            column,
            leaves: leaves.to_vec(),
            keys,
            class_of,
            odd,
            empty_met: true,
            says,
            codes: Vec::new(),
            zones: Vec::new(),
        }
    }

    /// The classes that say what is wanted of the leaf at this place.
    pub(super) fn classes_where(&self, place: usize, wanted: impl Fn(Said) -> bool) -> Classes {
        let mut classes = Classes::default();
        for class in 0..self.classes() {
            if wanted(self.says(class, place)) {
                classes.insert(class as u8);
            }
        }
        classes
    }

    /// What a class says of the leaf at this place.
    pub(super) fn says(&self, class: usize, place: usize) -> Said {
        self.says
            .get(class * self.leaves.len() + place)
            .copied()
            .flatten()
    }

    /// Whether every value there can be has its class.
    pub(super) fn is_complete(&self) -> bool {
        matches!(self.keys, Keys::Cuts(_) | Keys::RealCuts(_))
    }

    /// How many classes there are.
    pub(super) fn classes(&self) -> usize {
        self.says.len().checked_div(self.leaves.len()).unwrap_or(0)
    }

    /// Codes every row of the table.
    pub(super) fn fill(&mut self, table: &Table, level: Level) {
        let Some(coder) = Coder::new(self, table, level) else {
            return;
        };
        let rows = table.rows().next_multiple_of(kernel::BLOCK);
        let mut codes = Vec::with_capacity(rows);
        let mut out = [0; 64];
        for word in 0..table.rows().div_ceil(64) {
            coder.word(word, &mut out);
            codes.extend_from_slice(&out);
        }
        codes.resize(rows, 0);
        self.codes = codes;
        self.zone();
    }

    /// Notes which classes each block holds, where that lets blocks be skipped.
    fn zone(&mut self) {
        let clustered = |codes: &[u8]| {
            codes
                .windows(2)
                .filter(|pair| pair.first() != pair.last())
                .count()
                * 16
                <= codes.len()
        };
        let mut sampled = self
            .codes
            .chunks(kernel::BLOCK)
            .step_by(self.codes.len() / kernel::BLOCK / 4 + 1);
        if self.codes.is_empty() || !sampled.all(clustered) {
            return;
        }
        let classes = |codes: &[u8]| {
            let mut classes = Classes::default();
            // Codes that lie together repeat: only where they change is there something to note.
            let mut before = None;
            for code in codes {
                if before != Some(code) {
                    classes.insert(*code);
                }
                before = Some(code);
            }
            classes
        };
        self.zones = self.codes.chunks(kernel::BLOCK).map(classes).collect();
    }

    /// The class of one row; `None` where it has not been met before.
    pub(super) fn class(&self, column: &Column, row: usize) -> Option<u8> {
        if !column.present.get(row) {
            return self.empty_met.then_some(0);
        }
        let rank = |cuts: &[i64], number| 1 + cuts.partition_point(|cut| *cut <= number) as u8;
        let class = match (&column.cells, &self.keys) {
            (Cells::Int(numbers), Keys::Cuts(cuts)) => rank(cuts, *numbers.get(row)?),
            (Cells::Int(numbers), Keys::Days(from)) => *self
                .class_of
                .get(usize::try_from(numbers.get(row)?.checked_sub(*from)?).ok()?)?,
            (Cells::Double(numbers), Keys::RealCuts(cuts)) => match *numbers.get(row)? {
                number if number.is_finite() => rank(cuts, sortable(number)),
                _ => self.odd,
            },
            (Cells::Symbol { codes: numbers, .. } | Cells::Record(numbers), Keys::Number) => {
                match *numbers.get(row)? {
                    NO_ROW => self.odd,
                    number => *self.class_of.get(number as usize)?,
                }
            }
            _ => return None,
        };
        (class != UNSEEN).then_some(class)
    }

    /// Writes the class of a row, and what that means for its block.
    pub(super) fn set(&mut self, row: usize, class: u8) {
        if row >= self.codes.len() {
            self.codes
                .resize((row + 1).next_multiple_of(kernel::BLOCK), 0);
            if !self.zones.is_empty() {
                let mut empty = Classes::default();
                empty.insert(0);
                self.zones.resize(self.codes.len() / kernel::BLOCK, empty);
            }
        }
        if let Some(code) = self.codes.get_mut(row) {
            *code = class;
        }
        if let Some(zone) = self.zones.get_mut(row / kernel::BLOCK) {
            zone.insert(class);
        }
    }
}
