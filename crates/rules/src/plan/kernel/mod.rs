//! The inner loops of a plan, and what they work on: planes of bits, sets of classes, conjunctions.

mod level;
mod portable;
mod wide;

pub use level::Level;
pub use wide::ahead;
pub(super) use wide::{
    among, append, append_bits, append_codes, at_least, conjunction, count, look_up, magnitudes,
    members, products, put_in, ranks, take_out,
};

/// Rows of a block: its planes stay in the second cache.
pub(in crate::plan) const BLOCK: usize = 4_096;
/// Words of a plane.
pub(in crate::plan) const WORDS: usize = BLOCK / 64;

/// One bit for each row of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub(in crate::plan) struct Plane(pub(in crate::plan) [u64; WORDS]);

impl Plane {
    pub(in crate::plan) const ZERO: Self = Self([0; WORDS]);
    pub(in crate::plan) const ONES: Self = Self([u64::MAX; WORDS]);
}

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::plan) struct Classes(pub(in crate::plan) [u64; 4]);

impl Classes {
    pub(in crate::plan) fn insert(&mut self, class: u8) {
        if let Some(word) = self.0.get_mut(usize::from(class >> 6)) {
            *word |= 1 << (class & 63);
        }
    }

    pub(in crate::plan) fn contains(&self, class: u8) -> bool {
        self.0
            .get(usize::from(class >> 6))
            .is_some_and(|word| word >> (class & 63) & 1 == 1)
    }

    /// Whether every class here is in the other too.
    pub(in crate::plan) fn within(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(a, b)| a & !b == 0)
    }

    /// The first class and how many follow it, where the set is one stretch.
    fn stretch(&self) -> Option<(u8, u8)> {
        let mut members = (0..=255u8).filter(|class| self.contains(*class));
        let first = members.next()?;
        let last = members.next_back().unwrap_or(first);
        let count: u32 = self.0.iter().map(|w| w.count_ones()).sum();
        (u32::from(last - first) + 1 == count).then_some((first, last - first))
    }
}

/// A set of classes as the loops want it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Test {
    /// Classes `first ..= first + more`.
    Stretch { first: u8, more: u8 },
    /// Any classes of a feature that has so many.
    Any(Classes, usize),
}

impl Test {
    /// The test for some of the classes of a feature that has `of`.
    pub(in crate::plan) fn of(classes: Classes, of: usize) -> Self {
        match classes.stretch() {
            Some((first, more)) => Self::Stretch { first, more },
            None => Self::Any(classes, of),
        }
    }
}

/// The literals of a conjunction, as the numbers of their planes of yes and of known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::plan) struct Factors {
    pub(in crate::plan) plain: Vec<(u32, u32)>,
    pub(in crate::plan) negated: Vec<(u32, u32)>,
}

/// How many rows say yes, and how many are unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The rule holds.
    pub yes: u64,
    /// Neither yes nor no can be told.
    pub unknown: u64,
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Classes, Level, Plane, Test, look_up, members, ranks};

    #[test]
    fn every_level_ranks_the_same() {
        let numbers: [i64; 64] = std::array::from_fn(|row| match row {
            0 => i64::MIN,
            63 => i64::MAX,
            row => row as i64 * 5 - 150,
        });
        let present = 0xF0F1_7FFF_FFFF_FFFE;
        for of in [0, 1, 7, 47, 48, 49, 63, 64, 253] {
            let cuts: Vec<i64> = (0..of).map(|n| n * 3 - 151).chain([i64::MAX]).collect();
            let expected: [u8; 64] = std::array::from_fn(|row| {
                let reached = |cut: &&i64| numbers.get(row).is_some_and(|n| n >= cut);
                (1 + cuts.iter().filter(reached).count()) as u8 * (present >> row & 1) as u8
            });
            for level in Level::all() {
                let mut out = [9; 64];
                ranks(level, &numbers, &cuts, present, &mut out);
                assert_eq!(out, expected, "{level}, {of}");
            }
        }
    }

    #[test]
    fn every_level_looks_up_the_same() {
        let mut table = [0; 256];
        (0_u8..=255)
            .zip(&mut table)
            .for_each(|(n, class)| *class = n.wrapping_mul(91).wrapping_add(7));
        let present = 0xF0F1_7FFF_FFFF_FFFE;
        for first in [0, 40, 100, 190, 250, u32::MAX - 63] {
            let numbers: [u32; 64] = std::array::from_fn(|row| first + row as u32);
            for last in [0, 63, 64, 128, 200, 255] {
                let expected: [u8; 64] = std::array::from_fn(|row| {
                    let place = numbers.map(|n| n.min(u32::from(last)) as usize);
                    let class = place.get(row).and_then(|place| table.get(*place));
                    class.copied().unwrap_or_default() * (present >> row & 1) as u8
                });
                for level in Level::all() {
                    let mut out = [9; 64];
                    look_up(level, &numbers, &table, last, present, &mut out);
                    assert_eq!(out, expected, "{level}, {first}, {last}");
                }
            }
        }
    }

    #[test]
    fn every_level_tells_the_same_members() {
        for of in [5_usize, 64, 65, 128, 200, 255] {
            let codes: [u8; BLOCK] = std::array::from_fn(|row| (row * 37 % of) as u8);
            for step in [1, 2, 3, 7] {
                let mut classes = Classes::default();
                for class in (0..of).step_by(step) {
                    classes.insert(class as u8);
                }
                let expected = codes.map(|code| usize::from(code) % step == 0);
                for level in Level::all() {
                    let mut out = Plane::ZERO;
                    members(level, &codes, &Test::of(classes, of), &mut out);
                    for (row, expected) in expected.iter().enumerate() {
                        let word = out.0.get(row / 64).copied().unwrap_or_default();
                        assert_eq!(
                            word >> (row % 64) & 1 == 1,
                            *expected,
                            "{level}, {of}, {step}"
                        );
                    }
                }
            }
        }
    }
}
