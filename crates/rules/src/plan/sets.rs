//! The rows that rules hold for, as words of 64 rows; ids are read out only where someone asks.

use super::kernel::{BLOCK, WORDS};
use crate::Bits;

/// The rows of each rule: where it holds, and where it is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sets {
    rules: usize,
    /// Block after block; empty for one that holds none of the rows.
    blocks: Vec<BlockSets>,
}

/// The sets of all rules in one block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BlockSets {
    /// Where a rule's words begin, plus one; 0 for a rule that the block skips.
    at: Vec<u32>,
    /// For yes, then for unknown: a word that tells which of 64 words are not zero, then those.
    words: Vec<u64>,
}

impl BlockSets {
    /// Forgets everything but the room it had.
    pub(super) fn clear(&mut self, rules: usize) {
        self.at.clear();
        self.at.resize(rules, 0);
        self.words.clear();
    }

    /// Adds a rule's words by `write`.
    pub(super) fn add(&mut self, rule: usize, write: impl FnOnce(&mut Vec<u64>)) {
        if let Some(at) = self.at.get_mut(rule) {
            *at = self.words.len() as u32 + 1;
            write(&mut self.words);
        }
    }

    /// The words of yes, or of unknown, of a rule with their places.
    fn words(&self, rule: usize, unknown: bool) -> impl Iterator<Item = (usize, u64)> + '_ {
        let start = self
            .at
            .get(rule)
            .copied()
            .unwrap_or(0)
            .checked_sub(1)
            .map(|at| at as usize);
        let head = |at: usize| self.words.get(at).copied().unwrap_or(0);
        let start = start.map(|at| {
            if unknown {
                at + 1 + head(at).count_ones() as usize
            } else {
                at
            }
        });
        let mut present = start.map_or(0, head);
        let mut next = start.unwrap_or(0);
        std::iter::from_fn(move || {
            (present != 0).then(|| {
                let place = present.trailing_zeros() as usize;
                present &= present - 1;
                next += 1;
                (place, self.words.get(next).copied().unwrap_or(0))
            })
        })
    }
}

impl Sets {
    /// The blocks, one for each of so many, for writing anew.
    pub(super) fn renew(
        &mut self,
        rules: usize,
        blocks: usize,
    ) -> impl Iterator<Item = &mut BlockSets> {
        self.rules = rules;
        self.blocks.resize(blocks, BlockSets::default());
        self.blocks.iter_mut().for_each(|block| block.clear(rules));
        self.blocks.iter_mut()
    }

    /// How many rules there are.
    pub fn rules(&self) -> usize {
        self.rules
    }

    /// Rows that a rule holds for, ascending.
    pub fn yes(&self, rule: usize) -> impl Iterator<Item = usize> + '_ {
        self.rows(rule, false)
    }

    /// Rows that a rule is unknown for, ascending.
    pub fn unknown(&self, rule: usize) -> impl Iterator<Item = usize> + '_ {
        self.rows(rule, true)
    }

    fn rows(&self, rule: usize, unknown: bool) -> impl Iterator<Item = usize> + '_ {
        self.blocks
            .iter()
            .enumerate()
            .flat_map(move |(block, sets)| {
                sets.words(rule, unknown).flat_map(move |(place, word)| {
                    let mut rest = word;
                    std::iter::from_fn(move || {
                        (rest != 0).then(|| {
                            let bit = rest.trailing_zeros() as usize;
                            rest &= rest - 1;
                            block * BLOCK + place * 64 + bit
                        })
                    })
                })
            })
    }

    /// The rows that a rule holds for, of a table of so many rows.
    pub fn bits(&self, rule: usize, rows: usize) -> Bits {
        let mut bits = Bits::filled(rows, false);
        for (block, sets) in self.blocks.iter().enumerate() {
            for (place, word) in sets.words(rule, false) {
                if let Some(to) = bits.words_mut().get_mut(block * WORDS + place) {
                    *to = word;
                }
            }
        }
        bits
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.blocks
            .iter()
            .map(|sets| sets.words.len() * 8 + sets.at.len() * 4)
            .sum()
    }
}
