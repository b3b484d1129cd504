//! Lives of a record: a withdrawal ends one, and the record that comes again under its id begins the next.

use super::{Facts, NEVER};
use rules::Moment;

impl Facts {
    /// When the life of a record began that was the last to begin by a moment; never where it has none.
    pub(crate) fn first(&self, table: usize, record: u32, at: Moment) -> Moment {
        let later = self.again.get(&(table, record));
        let later = later.and_then(|all| all.iter().rev().find(|began| **began <= at));
        let first = self.first.get(table).and_then(|t| t.get(record as usize));
        later.or(first).copied().unwrap_or(NEVER)
    }

    /// Says when a life of a record began.
    pub(crate) fn begin_life(&mut self, table: usize, record: u32, at: Moment) {
        let first = self.first.get_mut(table);
        let Some(first) = first.and_then(|t| t.get_mut(record as usize)) else {
            return;
        };
        if *first == NEVER {
            *first = at;
            return;
        }
        let later = at.max(*first);
        *first = at.min(*first);
        let again = self.again.entry((table, record)).or_default();
        let place = again.partition_point(|began| *began <= later);
        again.insert(place, later);
    }

    /// Takes the life back that was said to begin at a moment.
    pub(crate) fn take_back_life(&mut self, table: usize, record: u32, at: Moment) {
        let again = self.again.entry((table, record)).or_default();
        if let Some(place) = again.iter().rposition(|began| *began == at) {
            again.remove(place);
        } else if let Some(first) = self.first.get_mut(table)
            && let Some(first) = first.get_mut(record as usize)
        {
            *first = if again.is_empty() {
                NEVER
            } else {
                again.remove(0)
            };
        }
        if again.is_empty() {
            self.again.remove(&(table, record));
        }
    }
}
