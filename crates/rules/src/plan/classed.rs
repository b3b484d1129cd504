//! Rows in classes: rows of which all rules say the same, told by their codes alone.

use super::coded::Coder;
use super::kernel;
use super::leaf::Names;
use super::marks::Marks;
use super::row::{Read, RowVerdicts};
use super::{Level, Plan};
use crate::{Bits, Rule, World};
use std::collections::HashMap;

/// Combinations of codes that are numbered at a time.
const KEYS_MAX: usize = 1 << 22;

/// All rows of a table in classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowClasses {
    /// The class of each row.
    pub of_row: Vec<u16>,
    /// What the rules say of each class.
    pub says: Vec<RowVerdicts>,
}

/// Which of up to 64 rows, given by their classes, have one that is chosen.
pub fn among(level: Level, classes: &[u16], chosen: &Bits) -> u64 {
    if let Some(classes) = classes.first_chunk() {
        return kernel::among(level, classes, chosen.words());
    }
    let rows = classes.iter().enumerate();
    rows.fold(0, |word, (row, class)| {
        word | u64::from(chosen.get(usize::from(*class))) << row
    })
}

/// A column of digits: the class of a feature, or of a stored leaf unknown, no and yes.
enum Digits<'c> {
    Coded(Coder<'c>, usize),
    Stored(usize),
}

impl Digits<'_> {
    fn radix(&self) -> usize {
        match self {
            Self::Coded(_, classes) => *classes,
            Self::Stored(_) => 3,
        }
    }
}

impl RowClasses {
    /// Reads each column once, and keeps no codes; `None` where rows have more than 65,535 combinations of codes.
    pub fn new(
        own: usize,
        rules: &[&Rule],
        world: &World<'_>,
        names: &Names<'_>,
        level: Level,
    ) -> Option<Self> {
        let mut plan = Plan::sketch(own, rules, world, names, level);
        plan.marks = Marks::new(&plan);
        let mut rest = Vec::new();
        for coded in &plan.coded {
            let coder = Coder::new(coded, world.tables.tables.get(own)?, level)?;
            rest.push(Digits::Coded(coder, coded.classes()));
        }
        rest.extend((0..plan.stored.len()).map(Digits::Stored));
        let mut of_row = vec![0_u16; plan.rows];
        let mut before: Vec<Vec<u8>> = vec![Vec::new()];
        loop {
            let mut keys = before.len();
            let fit = rest.iter().take_while(|digits| {
                keys = keys.saturating_mul(digits.radix());
                keys <= KEYS_MAX
            });
            let fit = fit.count();
            let batch: Vec<_> = rest.drain(..fit).collect();
            if rest.is_empty() {
                let mut says = Says::default();
                let mut name = |digits| says.number(plan.of_digits(digits));
                plan.combine(&mut of_row, &before, &batch, &mut name)?;
                return Some(Self {
                    of_row,
                    says: says.all,
                });
            }
            if fit == 0 {
                return None;
            }
            let mut met: Vec<Vec<u8>> = Vec::new();
            let mut name = |digits| {
                met.push(digits);
                u16::try_from(met.len() - 1).ok()
            };
            plan.combine(&mut of_row, &before, &batch, &mut name)?;
            before = met;
        }
    }
}

/// What was said of some row, each once.
#[derive(Default)]
struct Says {
    all: Vec<RowVerdicts>,
    numbers: HashMap<RowVerdicts, u16>,
}

impl Says {
    fn number(&mut self, verdicts: RowVerdicts) -> Option<u16> {
        let next = u16::try_from(self.all.len()).ok()?;
        Some(
            *self.numbers.entry(verdicts).or_insert_with_key(|verdicts| {
                self.all.push(verdicts.clone());
                next
            }),
        )
    }
}

/// A combination that no row had yet. No number is this, since one stands for each combination met.
const UNMET: u16 = u16::MAX;

impl Plan {
    /// Numbers every row by what it was numbered before and a batch of digits; `name` gives each combination that is
    /// met its number.
    fn combine(
        &self,
        of_row: &mut [u16],
        before: &[Vec<u8>],
        batch: &[Digits<'_>],
        name: &mut dyn FnMut(Vec<u8>) -> Option<u16>,
    ) -> Option<()> {
        let keys: usize = batch.iter().map(Digits::radix).product();
        let mut numbers = vec![UNMET; before.len() * keys];
        for (word, numbered) in of_row.chunks_mut(64).enumerate() {
            let mut key = [0_u32; 64];
            key.iter_mut()
                .zip(&*numbered)
                .for_each(|(key, number)| *key = u32::from(*number));
            for digits in batch {
                self.append_digits(digits, word, &mut key);
            }
            for (row, key) in numbered.iter_mut().zip(key) {
                let number = numbers.get_mut(key as usize)?;
                if *number == UNMET {
                    let found = name(digits_of(key as usize, before, batch));
                    *number = found.filter(|found| *found != UNMET)?;
                }
                *row = *number;
            }
        }
        Some(())
    }

    /// Appends the digits of the 64 rows of a word to their keys.
    fn append_digits(&self, digits: &Digits<'_>, word: usize, key: &mut [u32; 64]) {
        match digits {
            Digits::Coded(coder, classes) => {
                let mut codes = [0; 64];
                coder.word(word, &mut codes);
                kernel::append_codes(self.level, key, &codes, *classes as u32);
            }
            Digits::Stored(leaf) => {
                let (yes, known) = self.stored.words_of(*leaf, word);
                kernel::append_bits(self.level, key, yes, known);
            }
        }
    }

    fn of_digits(&self, mut digits: Vec<u8>) -> RowVerdicts {
        let stored = digits.split_off(self.coded.len().min(digits.len()));
        let said = |digit: u8| (digit > 0).then_some(digit > 1);
        let read = Read {
            classes: digits,
            stored: stored.into_iter().map(said).collect(),
        };
        let (yes, unknown) = self.marks.of(self, &read);
        RowVerdicts { yes, unknown }
    }
}

/// The digits that a key was made of.
fn digits_of(key: usize, before: &[Vec<u8>], batch: &[Digits<'_>]) -> Vec<u8> {
    let mut rest = key;
    let mut own: Vec<u8> = Vec::with_capacity(batch.len());
    for digits in batch.iter().rev() {
        own.push((rest % digits.radix()) as u8);
        rest /= digits.radix();
    }
    let mut all = before.get(rest).cloned().unwrap_or_default();
    all.extend(own.iter().rev());
    all
}

#[cfg(test)]
mod tests {
    use super::{Bits, Level, among};

    #[test]
    fn every_level_chooses_the_same_rows() {
        for (of, step) in [
            (5, 1),
            (64, 3),
            (400, 7),
            (2_048, 5),
            (2_049, 2),
            (65_536, 11),
        ] {
            let is_chosen = |class: usize| class < of && class.is_multiple_of(step);
            let chosen: Bits = (0..of).map(is_chosen).collect();
            for first in [0, 63, of.saturating_sub(70), 2_000, 65_500] {
                let classes: [u16; 64] = std::array::from_fn(|row| (first + row * 37) as u16);
                let expected = classes.map(|class| is_chosen(class.into()));
                for level in Level::all() {
                    for rows in [64, 63, 1] {
                        let found = among(level, classes.get(..rows).unwrap_or_default(), &chosen);
                        let found: Vec<bool> = (0..64).map(|row| found >> row & 1 == 1).collect();
                        let (own, none) = found.split_at(rows);
                        assert_eq!(
                            Some(own),
                            expected.get(..rows),
                            "{level}, {of}, {step}, {first}"
                        );
                        assert!(!none.contains(&true));
                    }
                }
            }
        }
    }
}
