//! Planes laid down once: flags, reckoned comparisons, size classes, and leaves outside the fast forms.

use super::Ground;
use super::computed::{Computed, Words};
use super::kernel::{BLOCK, Level, WORDS};
use super::sized::Sized;
use crate::{Bits, Cells, Column, Table};
use std::collections::HashMap;

/// The planes of all stored leaves, in whole blocks; leaves that are known of the same rows share a plane.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored {
    planes: Vec<Vec<u64>>,
    /// Per leaf: its planes of yes and of known.
    of: Vec<(usize, usize)>,
}

/// A leaf over a column of flags.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flag {
    pub(super) leaf: usize,
    column: usize,
    /// What the leaf says of an empty cell, of no and of yes.
    says: [Option<bool>; 3],
}

impl Flag {
    pub(super) fn new(ground: &Ground<'_>, leaf: usize, column: usize) -> Self {
        let cells = Cells::Bool([false, false, true].into_iter().collect());
        let present = [false, true, true].into_iter().collect();
        let answers = ground.answers_of(&[leaf], column, Column { present, cells });
        let mut said = answers.first();
        let mut next = || said.next().flatten();
        Self {
            leaf,
            column,
            says: [next(), next(), next()],
        }
    }

    /// What the leaf says of one row.
    pub(super) fn says_of(&self, table: &Table, row: usize) -> Option<bool> {
        let found = self.words(table, row / 64);
        let bit = 1 << (row % 64);
        (found.known & bit != 0).then_some(found.yes & bit != 0)
    }

    /// What the leaf says of the 64 rows of this word.
    fn words(&self, table: &Table, word: usize) -> Words {
        let Some(Column {
            present,
            cells: Cells::Bool(bits),
        }) = table.columns.get(self.column)
        else {
            return Words::default();
        };
        let of = |bits: &Bits| bits.words().get(word).copied().unwrap_or(0);
        let (present, set) = (of(present), of(bits));
        let cases = [!present, present & !set, present & set];
        let mut found = Words::default();
        for (rows, says) in cases.into_iter().zip(self.says) {
            found.known |= if says.is_some() { rows } else { 0 };
            found.yes |= if says == Some(true) { rows } else { 0 };
        }
        found
    }
}

impl Stored {
    /// Lays down flags, reckoned comparisons, size classes and leaves that are asked of the plain engine, in this order.
    pub(super) fn new(
        ground: &Ground<'_>,
        table: &Table,
        (flags, computed, sized): (&[Flag], &Computed, &Sized),
        asked: &[usize],
    ) -> Self {
        let fast = flags.len() + computed.leaves.len() + sized.leaves.len();
        let leaves = fast + asked.len();
        let size = table.rows().div_ceil(BLOCK) * WORDS;
        let mut stored = Self {
            // Each asked for by itself: what the system gives is zero already.
            planes: (0..leaves * 2).map(|_| vec![0; size]).collect(),
            of: (0..leaves).map(|leaf| (leaf * 2, leaf * 2 + 1)).collect(),
        };
        let words = 0..table.rows().div_ceil(64);
        for (leaf, flag) in flags.iter().enumerate() {
            words
                .clone()
                .for_each(|word| stored.put(leaf, word, flag.words(table, word)));
        }
        stored.reckon(table, flags.len(), computed, ground.level);
        let first = flags.len() + computed.leaves.len();
        sized.run(table, |leaf, word, found| {
            stored.put(first + leaf, word, found)
        });
        let rows: Vec<u32> = if asked.is_empty() {
            Vec::new()
        } else {
            (0..table.rows() as u32).collect()
        };
        for (leaf, asked) in asked.iter().enumerate() {
            let found = ground.verdicts(&rows, *asked);
            for (word, (yes, no)) in found.yes.words().iter().zip(found.no.words()).enumerate() {
                stored.put(
                    fast + leaf,
                    word,
                    Words {
                        yes: *yes,
                        known: yes | no,
                    },
                );
            }
        }
        stored.merge();
        stored
    }

    fn reckon(&mut self, table: &Table, first: usize, computed: &Computed, level: Level) {
        let mut registers = computed.registers();
        for word in 0..table.rows().div_ceil(64) {
            computed.run(table, word * 64, level, &mut registers, |leaf, found| {
                self.put(first + leaf, word, found);
            });
        }
    }

    #[inline]
    fn put(&mut self, leaf: usize, word: usize, found: Words) {
        let (yes, known) = (leaf * 2, leaf * 2 + 1);
        for (plane, bits) in [(yes, found.yes), (known, found.known)] {
            if let Some(to) = self
                .planes
                .get_mut(plane)
                .and_then(|plane| plane.get_mut(word))
            {
                *to = bits;
            }
        }
    }

    /// Keeps of equal planes one.
    fn merge(&mut self) {
        let mut kept: Vec<Vec<u64>> = Vec::new();
        let mut by_digest: HashMap<u64, Vec<usize>> = HashMap::new();
        let to: Vec<usize> = std::mem::take(&mut self.planes)
            .into_iter()
            .map(|plane| {
                let alike = by_digest.entry(digest(&plane)).or_default();
                if let Some(same) = alike
                    .iter()
                    .copied()
                    .find(|at| kept.get(*at) == Some(&plane))
                {
                    return same;
                }
                alike.push(kept.len());
                kept.push(plane);
                kept.len() - 1
            })
            .collect();
        let new = |at: &usize| to.get(*at).copied().unwrap_or(*at);
        self.of
            .iter_mut()
            .for_each(|(yes, known)| (*yes, *known) = (new(yes), new(known)));
        self.planes = kept;
    }

    /// How many leaves.
    pub(super) fn len(&self) -> usize {
        self.of.len()
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.planes.iter().map(|plane| plane.len() * 8).sum()
    }

    /// A leaf's planes of yes and of known, by number.
    pub(super) fn planes_of(&self, leaf: usize) -> (usize, usize) {
        self.of.get(leaf).copied().unwrap_or_default()
    }

    /// What a leaf says of the 64 rows of a word: yes, and known.
    pub(super) fn words_of(&self, leaf: usize, word: usize) -> (u64, u64) {
        let (yes, known) = self.planes_of(leaf);
        let of = |plane: usize| self.planes.get(plane).and_then(|plane| plane.get(word));
        (
            of(yes).copied().unwrap_or(0),
            of(known).copied().unwrap_or(0),
        )
    }

    /// A block of a plane.
    pub(super) fn block(&self, plane: usize, block: usize) -> Option<&[u64; WORDS]> {
        self.planes.get(plane)?.get(block * WORDS..)?.first_chunk()
    }

    /// The bit of each plane for a row of which the leaves say this; `None` where leaves that share a plane differ.
    pub(super) fn bits(&self, says: &[Option<bool>]) -> Option<Vec<bool>> {
        let mut bits: Vec<Option<bool>> = vec![None; self.planes.len()];
        for ((yes, known), said) in self.of.iter().zip(says) {
            for (plane, bit) in [(yes, *said == Some(true)), (known, said.is_some())] {
                if bits
                    .get_mut(*plane)?
                    .replace(bit)
                    .is_some_and(|before| before != bit)
                {
                    return None;
                }
            }
        }
        bits.into_iter().collect()
    }

    /// Writes the bits of a row of a table of so many rows.
    pub(super) fn set(&mut self, row: usize, rows: usize, bits: &[bool]) {
        for (plane, bit) in self.planes.iter_mut().zip(bits) {
            plane.resize(rows.div_ceil(BLOCK) * WORDS, 0);
            if let Some(word) = plane.get_mut(row / 64) {
                *word = *word & !(1 << (row % 64)) | u64::from(*bit) << (row % 64);
            }
        }
    }
}

/// A number that differs where planes do, nearly always; by four strands, since each step waits for the one before.
fn digest(plane: &[u64]) -> u64 {
    let step =
        |digest: u64, word: u64| (digest.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut strands = [0; 4];
    let (fours, rest) = plane.as_chunks::<4>();
    for words in fours {
        for (strand, word) in strands.iter_mut().zip(words) {
            *strand = step(*strand, *word);
        }
    }
    strands
        .into_iter()
        .chain(rest.iter().copied())
        .fold(0, step)
}
