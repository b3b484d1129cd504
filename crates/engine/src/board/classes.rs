//! Rows by what every filter says of them: the shape that the board reads, and a builder by running each rule.

use crate::moment::AsOf;
use rules::{Rule, verdicts};
use std::collections::HashMap;

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

/// The classes of all rows of a table, version by version; `None` where there are more than 65,536.
pub fn classes(cx: &AsOf<'_>, table: usize, rules: &[&Rule]) -> Option<Classes> {
    let rows = cx.facts.tables().tables.get(table)?.rows();
    let own: Vec<u32> = (0..rows as u32).collect();
    let (world, frame) = (cx.world(), cx.frame(&own));
    let words = rules.len().div_ceil(32);
    // Two bits a rule: 1 it holds, 2 nobody knows.
    let mut keys = vec![0u64; rows * words];
    for (nth, rule) in rules.iter().enumerate() {
        let found = verdicts(rule, &world, &frame);
        let at = nth / 32;
        for (row, key) in keys.chunks_exact_mut(words).enumerate() {
            let said = if found.yes.get(row) {
                1
            } else {
                2 * u64::from(!found.no.get(row))
            };
            if let Some(word) = key.get_mut(at) {
                *word |= said << (nth % 32 * 2);
            }
        }
    }
    number(rows, words, &keys, rules.len())
}

fn number(rows: usize, words: usize, keys: &[u64], rules: usize) -> Option<Classes> {
    let mut found = Classes::default();
    if words == 0 {
        found.of_row = vec![0; rows];
        found.classes.push(Class::default());
        return Some(found);
    }
    let mut numbers: HashMap<&[u64], u16> = HashMap::new();
    for key in keys.chunks_exact(words) {
        let next = numbers.len();
        let class = match numbers.get(key) {
            Some(class) => *class,
            None => {
                let class = u16::try_from(next).ok()?;
                numbers.insert(key, class);
                found.classes.push(Class::of(key, rules));
                class
            }
        };
        found.of_row.push(class);
    }
    Some(found)
}

impl Class {
    fn of(key: &[u64], rules: usize) -> Self {
        let said = |nth: &u16| {
            let nth = usize::from(*nth);
            key.get(nth / 32).map_or(0, |w| w >> (nth % 32 * 2) & 3)
        };
        let all = || 0..rules as u16;
        Self {
            yes: all().filter(|nth| said(nth) == 1).collect(),
            open: all().filter(|nth| said(nth) == 2).collect(),
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
