//! Rows in classes: rows of which all rules say the same, told by their codes alone.

use super::Plan;
use super::kernel;
use super::row::{Read, RowVerdicts};
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

/// A column of digits: the class of a feature, or of a stored leaf unknown, no and yes.
#[derive(Clone, Copy)]
enum Digits {
    Coded(usize),
    Stored(usize),
}

impl Plan {
    /// The rows in classes; `None` where they have more than 65,535 combinations of codes.
    pub fn classes(&self) -> Option<RowClasses> {
        let mut of_row = vec![0_u16; self.rows];
        let mut combinations: Vec<Vec<u8>> = vec![Vec::new()];
        let coded = (0..self.coded.len()).map(Digits::Coded);
        let mut rest: Vec<(Digits, usize)> = coded
            .chain((0..self.stored.len()).map(Digits::Stored))
            .map(|digits| (digits, self.radix(digits)))
            .collect();
        while !rest.is_empty() {
            let mut keys = combinations.len();
            let fit = rest.iter().take_while(|(_, radix)| {
                keys = keys.saturating_mul(*radix);
                keys <= KEYS_MAX
            });
            let batch = fit.count();
            if batch == 0 {
                return None;
            }
            let batch: Vec<_> = rest.drain(..batch).collect();
            combinations = self.combine(&mut of_row, combinations, &batch)?;
        }
        let mut numbers = HashMap::new();
        let mut says = Vec::new();
        let class_of: Vec<u16> = combinations
            .into_iter()
            .map(|digits| {
                let verdicts = self.of_digits(digits);
                *numbers.entry(verdicts).or_insert_with_key(|verdicts| {
                    says.push(verdicts.clone());
                    says.len() as u16 - 1
                })
            })
            .collect();
        for class in &mut of_row {
            *class = class_of
                .get(usize::from(*class))
                .copied()
                .unwrap_or_default();
        }
        Some(RowClasses { of_row, says })
    }

    fn radix(&self, digits: Digits) -> usize {
        match digits {
            Digits::Coded(feature) => self.coded.get(feature).map_or(1, |coded| coded.classes()),
            Digits::Stored(_) => 3,
        }
    }

    /// Numbers every row by what it was numbered before and a batch of digits; gives the digits of each number.
    fn combine(
        &self,
        of_row: &mut [u16],
        before: Vec<Vec<u8>>,
        batch: &[(Digits, usize)],
    ) -> Option<Vec<Vec<u8>>> {
        let keys: usize = batch.iter().map(|(_, radix)| radix).product();
        let mut numbers = vec![u16::MAX; before.len() * keys];
        let mut met: Vec<u32> = Vec::new();
        for (word, classes) in of_row.chunks_mut(64).enumerate() {
            let mut key = [0_u32; 64];
            key.iter_mut()
                .zip(&*classes)
                .for_each(|(key, class)| *key = u32::from(*class));
            for (digits, radix) in batch {
                self.append_digits(*digits, *radix as u32, word, &mut key);
            }
            for (class, key) in classes.iter_mut().zip(key) {
                let number = numbers.get_mut(key as usize)?;
                if *number == u16::MAX {
                    *number = u16::try_from(met.len())
                        .ok()
                        .filter(|number| *number < u16::MAX)?;
                    met.push(key);
                }
                *class = *number;
            }
        }
        let digits = |key: u32| {
            let mut rest = key as usize;
            let mut own: Vec<u8> = batch
                .iter()
                .rev()
                .map(|(_, radix)| {
                    let digit = rest % radix;
                    rest /= radix;
                    digit as u8
                })
                .collect();
            own.reverse();
            before
                .get(rest)
                .into_iter()
                .flatten()
                .copied()
                .chain(own)
                .collect()
        };
        Some(met.into_iter().map(digits).collect())
    }

    /// Appends the digits of the 64 rows of a word to their keys.
    fn append_digits(&self, digits: Digits, radix: u32, word: usize, key: &mut [u32; 64]) {
        match digits {
            Digits::Coded(feature) => {
                let codes = self
                    .coded
                    .get(feature)
                    .and_then(|coded| coded.codes.get(word * 64..)?.first_chunk());
                if let Some(codes) = codes {
                    kernel::append_codes(self.level, key, codes, radix);
                }
            }
            Digits::Stored(leaf) => {
                let (yes, known) = self.stored.words_of(leaf, word);
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
