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
        let level = self.level;
        match (&self.column.cells, &self.coded.keys) {
            (Cells::Int(numbers), Keys::Cuts(cuts)) => with_whole(numbers, word, |numbers| {
                kernel::ranks(level, numbers, cuts, present, out);
            }),
            (Cells::Double(numbers), Keys::RealCuts(cuts)) => {
                with_whole(numbers, word, |numbers| {
                    let keys = numbers.map(sortable);
                    kernel::ranks(level, &keys, cuts, present, out);
                    for (row, (out, number)) in out.iter_mut().zip(numbers).enumerate() {
                        if !number.is_finite() && present >> row & 1 == 1 {
                            *out = self.coded.odd;
                        }
                    }
                });
            }
            (Cells::Symbol { codes: numbers, .. } | Cells::Record(numbers), Keys::Number) => {
                with_whole(numbers, word, |numbers| match &self.short {
                    Some((table, last)) => {
                        kernel::look_up(level, numbers, table, *last, present, out);
                    }
                    None => self.look_up(numbers, |n| *n as usize, present, out),
                });
            }
            (Cells::Int(numbers), Keys::Days(from)) => with_whole(numbers, word, |numbers| {
                let key = |n: &i64| n.wrapping_sub(*from) as usize;
                self.look_up(numbers, key, present, out);
            }),
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

/// Gives the sixty-four cells of a word; those of a last, shorter stretch are copied out.
fn with_whole<T: Copy + Default>(cells: &[T], word: usize, give: impl FnOnce(&[T; 64])) {
    let rest = cells.get(word * 64..).unwrap_or_default();
    if let Some(whole) = rest.first_chunk() {
        return give(whole);
    }
    let mut copied = [T::default(); 64];
    for (to, from) in copied.iter_mut().zip(rest) {
        *to = *from;
    }
    give(&copied);
}
