//! Rows by what every rule says of them: rows of which all rules say the same are one class.

use crate::moment::AsOf;
use rules::{Bits, Plan, Rule, Verdicts};

/// What the rules over one table say of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Class {
    /// Rules that hold, by position, ascending.
    pub yes: Vec<u16>,
    /// Rules that nobody can decide, by position, ascending.
    pub open: Vec<u16>,
}

/// All rows of a table in classes.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    /// The class of each row.
    pub of_row: Vec<u16>,
    /// Every class.
    pub classes: Vec<Class>,
}

/// Rows looked at together: the bits of a word.
const ROWS: usize = 64;

/// The classes of all rows of a table, version by version; `None` where there are more than 65,536.
pub fn classes(cx: &AsOf<'_>, table: usize, rules: &[&Rule]) -> Option<Classes> {
    let plan = Plan::new(table, rules, &cx.world(), &cx.settings());
    let verdicts = plan.verdicts(&Bits::filled(plan.rows(), true), 1);
    let mut numbers = Numbers::new(rules.len());
    let mut of_row = Vec::with_capacity(plan.rows());
    for first in (0..plan.rows()).step_by(ROWS) {
        numbers.read(&verdicts, first / ROWS);
        for row in 0..ROWS.min(plan.rows() - first) {
            of_row.push(numbers.number(row)?);
        }
    }
    Some(Classes {
        of_row,
        classes: numbers.classes,
    })
}

/// Gives every distinct answer of all rules a number.
struct Numbers {
    rules: usize,
    /// Words of one answer: for each 64 rules those that hold, then those that are open.
    words: usize,
    /// The answers of the rows at hand: for each word of an answer that of each row.
    rows: Vec<[u64; ROWS]>,
    /// The answers met so far, one after another.
    met: Vec<u64>,
    classes: Vec<Class>,
    /// Open addressing by answer: the number of a class, plus one; 0 where free. A power of two, never half full.
    slots: Vec<u32>,
    /// The answer at hand.
    answer: Vec<u64>,
}

impl Numbers {
    fn new(rules: usize) -> Self {
        let words = rules.div_ceil(64) * 2;
        Self {
            rules,
            words,
            rows: vec![[0; ROWS]; words],
            met: Vec::new(),
            classes: Vec::new(),
            slots: vec![0; 1 << 10],
            answer: vec![0; words],
        }
    }

    /// Reads what all rules say of the 64 rows of a word.
    fn read(&mut self, verdicts: &[Verdicts], word: usize) {
        let (yes, open) = self.rows.split_at_mut(self.words / 2);
        for ((rules, yes), open) in verdicts.chunks(64).zip(yes).zip(open) {
            (*yes, *open) = ([0; ROWS], [0; ROWS]);
            let mut any = 0;
            for ((rule, yes), open) in rules.iter().zip(yes.iter_mut()).zip(open.iter_mut()) {
                let at = |bits: &Bits| bits.words().get(word).copied().unwrap_or_default();
                *yes = at(&rule.yes);
                *open = !(*yes | at(&rule.no));
                any |= *open;
            }
            transpose(yes);
            if any != 0 {
                transpose(open);
            }
        }
    }

    /// The number of a row's answer.
    fn number(&mut self, row: usize) -> Option<u16> {
        let mut mixed = 0u64;
        for (word, rows) in self.answer.iter_mut().zip(&self.rows) {
            *word = rows.get(row).copied().unwrap_or_default();
            mixed = (mixed.rotate_left(29) ^ *word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        let mask = self.slots.len() - 1;
        let mut at = (mixed >> 40) as usize & mask;
        loop {
            match self.slots.get(at) {
                Some(0) | None => break,
                Some(number) => {
                    let first = (*number as usize - 1) * self.words;
                    if self.met.get(first..first + self.words) == Some(&self.answer) {
                        return u16::try_from(number - 1).ok();
                    }
                }
            }
            at = (at + 1) & mask;
        }
        self.meet(at)
    }

    /// A new class for the answer at hand, which belongs in a slot.
    fn meet(&mut self, slot: usize) -> Option<u16> {
        let number = u16::try_from(self.classes.len()).ok()?;
        self.classes.push(Class::of(&self.answer, self.rules));
        self.met.extend(&self.answer);
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = u32::from(number) + 1;
        }
        if self.classes.len() * 4 > self.slots.len() {
            self.grow();
        }
        Some(number)
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 4 - 1;
        self.slots = vec![0; mask + 1];
        for (number, answer) in (1u32..).zip(self.met.chunks(self.words.max(1))) {
            let mix = |mixed: u64, word: &u64| {
                (mixed.rotate_left(29) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            };
            let mut at = (answer.iter().fold(0, mix) >> 40) as usize & mask;
            while self.slots.get(at).is_some_and(|slot| *slot != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = self.slots.get_mut(at) {
                *slot = number;
            }
        }
    }
}

/// Turns 64 words of 64 bits round: bit `a` of word `b` becomes bit `b` of word `a`.
fn transpose(words: &mut [u64; 64]) {
    let mut half = 32;
    let mut mask = 0x0000_0000_ffff_ffff_u64;
    while half > 0 {
        for pair in words.chunks_exact_mut(half * 2) {
            let (low, high) = pair.split_at_mut(half);
            for (low, high) in low.iter_mut().zip(high) {
                let moved = (*low >> half ^ *high) & mask;
                *high ^= moved;
                *low ^= moved << half;
            }
        }
        half /= 2;
        mask ^= mask << half;
    }
}

impl Class {
    fn of(answer: &[u64], rules: usize) -> Self {
        let (yes, open) = answer.split_at(answer.len() / 2);
        let set = |words: &[u64]| {
            let holds = |rule: &u16| {
                let word = words.get(usize::from(*rule) / 64);
                word.is_some_and(|w| w >> (rule % 64) & 1 == 1)
            };
            (0..rules as u16).filter(holds).collect()
        };
        Self {
            yes: set(yes),
            open: set(open),
        }
    }

    /// What a rule says: `None` where nobody can decide it.
    pub(super) fn says(&self, rule: u16) -> Option<bool> {
        if self.open.binary_search(&rule).is_ok() {
            None
        } else {
            Some(self.yes.binary_search(&rule).is_ok())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::transpose;

    #[test]
    fn a_block_of_bits_is_turned_round() {
        let mut words = [0u64; 64];
        for (n, word) in (0u64..).zip(&mut words) {
            *word = (n + 3).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        let before = words;
        transpose(&mut words);
        for (a, turned) in words.iter().enumerate() {
            for (b, word) in before.iter().enumerate() {
                assert_eq!(turned >> b & 1, word >> a & 1);
            }
        }
    }
}
