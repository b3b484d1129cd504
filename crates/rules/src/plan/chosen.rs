//! Some of the classes of [`RowClasses`](super::RowClasses), and which rows are of them.

use super::Level;
use super::kernel::{CHOSEN, among};

/// A set of classes, up to 65,536.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Bits of [`CHOSEN`] classes each.
    pages: Vec<[u64; CHOSEN / 64]>,
}

impl Chosen {
    /// Puts a class in.
    pub fn insert(&mut self, class: u16) {
        let (page, within) = (usize::from(class) / CHOSEN, usize::from(class) % CHOSEN);
        if self.pages.len() <= page {
            self.pages.resize(page + 1, [0; CHOSEN / 64]);
        }
        let words = self.pages.get_mut(page).into_iter().flatten();
        words
            .skip(within / 64)
            .take(1)
            .for_each(|word| *word |= 1 << (within % 64));
    }

    /// Whether a class is in it.
    pub fn contains(&self, class: u16) -> bool {
        let within = usize::from(class) % CHOSEN;
        let page = self.pages.get(usize::from(class) / CHOSEN);
        let word = page.and_then(|words| words.get(within / 64));
        word.is_some_and(|word| word >> (within % 64) & 1 == 1)
    }

    /// Which of 64 rows have a class that is in it.
    pub fn rows(&self, level: Level, classes: &[u16; 64]) -> u64 {
        among(level, classes, &self.pages)
    }
}

#[cfg(test)]
mod tests {
    use super::{Chosen, Level};

    #[test]
    fn every_level_chooses_the_same_rows() {
        for (of, step) in [
            (5_u32, 1),
            (64, 3),
            (400, 7),
            (2_048, 5),
            (2_049, 2),
            (65_536, 11),
        ] {
            let mut chosen = Chosen::default();
            for class in (0..of).step_by(step) {
                chosen.insert(class as u16);
            }
            for first in [0, 63, of.saturating_sub(70), 2_000, 65_500] {
                let classes: [u16; 64] =
                    std::array::from_fn(|row| (first + row as u32 * 37) as u16);
                let expected = classes
                    .map(|class| u32::from(class) < of && usize::from(class).is_multiple_of(step));
                assert_eq!(classes.map(|class| chosen.contains(class)), expected);
                for level in Level::all() {
                    let found = chosen.rows(level, &classes);
                    let found: [bool; 64] = std::array::from_fn(|row| found >> row & 1 == 1);
                    assert_eq!(found, expected, "{level}, {of}, {step}, {first}");
                }
            }
        }
    }
}
