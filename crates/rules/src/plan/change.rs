//! Rows that have changed or come: their codes and stored planes, and nothing else.

use super::kernel::{BLOCK, WORDS};
use super::leaf::Names;
use super::{Plan, Planes};
use crate::World;

impl Plan {
    /// Takes in the cells of these rows as they are now, also of rows after the last one. Numbers of texts and
    /// records mean what they meant: dictionaries only grow.
    /// False where a cell has a value that the plan cannot place, such as a text never met: then the plan is as it
    /// was, and the rules are to be planned anew.
    pub fn change(&mut self, world: &World<'_>, names: &Names<'_>, rows: &[u32]) -> bool {
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let read = self.read(world, names, *row as usize);
            if read.classes.iter().any(Option::is_none) {
                return false;
            }
            all.push((*row as usize, read));
        }
        for (row, read) in all {
            self.rows = self.rows.max(row + 1);
            for (coded, class) in self.coded.iter_mut().zip(read.classes) {
                coded.set(row, class.unwrap_or(0));
            }
            let words = self.rows.div_ceil(BLOCK) * WORDS;
            for (planes, said) in self.stored.iter_mut().zip(read.stored) {
                planes.set(row, said, words);
            }
        }
        true
    }
}

impl Planes {
    fn set(&mut self, row: usize, said: Option<bool>, words: usize) {
        self.yes.resize(words, 0);
        self.known.resize(words, 0);
        for (plane, bit) in [
            (&mut self.yes, said == Some(true)),
            (&mut self.known, said.is_some()),
        ] {
            if let Some(word) = plane.get_mut(row / 64) {
                *word = *word & !(1 << (row % 64)) | u64::from(bit) << (row % 64);
            }
        }
    }
}
