//! Coding the rows of a column, sixty-four at a time.

use super::{Coded, Keys, UNSEEN, sortable};
use crate::plan::kernel::{self, Level};
use crate::{Cells, Column, Table};

/// A feature with the column it codes.
pub(in crate::plan) struct Coder<'c> {
    coded: &'c Coded,
    column: &'c Column,
    /// The class of each key, and last that of what is no key.
    table: Vec<u8>,
    /// The same and its last place, where it is short.
    short: Option<(Box<[u8; 256]>, u8)>,
    level: Level,
}

impl<'c> Coder<'c> {
    pub(in crate::plan) fn new(coded: &'c Coded, table: &'c Table, level: Level) -> Option<Self> {
        let classes: Vec<u8> = coded.class_of.iter().copied().chain([coded.odd]).collect();
        let mut short = [0; 256];
        short
            .iter_mut()
            .zip(&classes)
            .for_each(|(to, from)| *to = *from);
        let last = u8::try_from(classes.len() - 1).ok();
        Some(Self {
            coded,
            column: table.columns.get(coded.column)?,
            table: classes,
            short: last.map(|last| (Box::new(short), last)),
            level,
        })
    }

    /// The classes of the rows of a word; 0 for those past the last row.
    pub(in crate::plan) fn word(&self, word: usize, out: &mut [u8; 64]) {
        let present = self.column.present.words().get(word).copied();
        let present = present.unwrap_or_default();
        match (&self.column.cells, &self.coded.keys) {
            (Cells::Int(numbers), Keys::Cuts(cuts)) => {
                let numbers = whole(numbers, word);
                kernel::ranks(self.level, numbers.of(), cuts, present, out);
            }
            (Cells::Double(numbers), Keys::RealCuts(cuts)) => {
                let numbers = whole(numbers, word);
                let mut keys = [0; 64];
                keys.iter_mut()
                    .zip(numbers.of())
                    .for_each(|(key, number)| *key = sortable(*number));
                kernel::ranks(self.level, &keys, cuts, present, out);
                for (row, (out, number)) in out.iter_mut().zip(numbers.of()).enumerate() {
                    if !number.is_finite() && present >> row & 1 == 1 {
                        *out = self.coded.odd;
                    }
                }
            }
            (Cells::Symbol { codes: numbers, .. } | Cells::Record(numbers), Keys::Number) => {
                let numbers = whole(numbers, word);
                match &self.short {
                    Some((table, last)) => {
                        kernel::look_up(self.level, numbers.of(), table, *last, present, out);
                    }
                    None => self.look_up(numbers.of(), |n| *n as usize, present, out),
                }
            }
            (Cells::Int(numbers), Keys::Days(from)) => {
                let numbers = whole(numbers, word);
                let key = |n: &i64| n.wrapping_sub(*from) as usize;
                self.look_up(numbers.of(), key, present, out);
            }
            _ => *out = [0; 64],
        }
    }

    fn look_up<T>(
        &self,
        values: &[T; 64],
        key: impl Fn(&T) -> usize,
        present: u64,
        out: &mut [u8; 64],
    ) {
        let last = self.table.len().saturating_sub(1);
        for (row, (out, value)) in out.iter_mut().zip(values).enumerate() {
            let class = self.table.get(key(value).min(last)).copied();
            *out = class.unwrap_or(UNSEEN) & ((present >> row & 1) as u8).wrapping_neg();
        }
    }
}

/// Sixty-four cells; those of a last, shorter stretch are copied out.
enum Whole<'n, T> {
    There(&'n [T; 64]),
    Copied([T; 64]),
}

fn whole<T: Copy + Default>(cells: &[T], word: usize) -> Whole<'_, T> {
    let rest = cells.get(word * 64..).unwrap_or_default();
    match rest.first_chunk() {
        Some(whole) => Whole::There(whole),
        None => {
            let mut copied = [T::default(); 64];
            for (to, from) in copied.iter_mut().zip(rest) {
                *to = *from;
            }
            Whole::Copied(copied)
        }
    }
}

impl<T> Whole<'_, T> {
    fn of(&self) -> &[T; 64] {
        match self {
            Self::There(whole) => whole,
            Self::Copied(copied) => copied,
        }
    }
}
