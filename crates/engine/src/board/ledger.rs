//! Entries by bearer: a sorted body and a short tail of what came since.

use rules::ahead;
use std::ops::Range;

/// There are at most so many stretches of bearers, as a power of two.
const STRETCH_BITS: u32 = 8;
/// An entry so many after the newest is asked for ahead.
const SOON: usize = 4;
/// Entries of a part of a stretch.
const PART: usize = 2_048;
/// No further entry.
const END: u32 = u32::MAX;

/// Entries of every bearer.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger<T> {
    /// Entries of bearer `b` are `body[start[b]..start[b + 1]]`.
    start: Vec<u32>,
    body: Vec<T>,
    /// Per bearer its newest entry in the tail; empty while the tail is.
    newest: Vec<u32>,
    /// Each with the one before it of the same bearer.
    tail: Vec<(T, u32)>,
    /// Tells an entry of the body that it is its bearer's first.
    mark: Option<fn(&mut T)>,
}

/// Where an entry stands, until the next is added.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot {
    Body(usize),
    Tail(usize),
}

impl<T: Copy + Default> Ledger<T> {
    /// How many entries.
    pub(super) fn len(&self) -> usize {
        self.body.len() + self.tail.len()
    }

    /// Entries of the body before a bearer's.
    pub(super) fn before(&self, bearer: usize) -> usize {
        self.start
            .get(bearer)
            .map_or(self.body.len(), |n| *n as usize)
    }

    /// A bearer's entries in the body.
    pub(super) fn body(&self, bearer: usize) -> &[T] {
        let (from, to) = (self.before(bearer), self.before(bearer + 1));
        self.body.get(from..to).unwrap_or_default()
    }

    /// A bearer's entries in the tail, newest first.
    pub(super) fn tail(&self, bearer: usize) -> impl Iterator<Item = &T> {
        let mut next = self.newest.get(bearer).copied().unwrap_or(END);
        std::iter::from_fn(move || {
            let (entry, before) = self.tail.get(next as usize)?;
            next = *before;
            Some(entry)
        })
    }

    /// The body's entries of several bearers, by [`Ledger::before`].
    pub(super) fn stretch(&self, of: Range<usize>) -> &[T] {
        self.body.get(of).unwrap_or_default()
    }

    /// Whether a bearer has entries in the tail.
    pub(super) fn has_tail_of(&self, bearer: usize) -> bool {
        self.newest.get(bearer).is_some_and(|n| *n != END)
    }

    /// Whether a bearer has no entry at all.
    pub(super) fn none_of(&self, bearer: usize) -> bool {
        !self.has_tail_of(bearer) && self.before(bearer) == self.before(bearer + 1)
    }

    /// Whether anything stands in the tail.
    pub(super) fn has_tail(&self) -> bool {
        !self.tail.is_empty()
    }

    /// All of a bearer's entries.
    pub(super) fn of(&self, bearer: usize) -> impl Iterator<Item = &T> {
        self.body(bearer).iter().chain(self.tail(bearer))
    }

    /// Adds an entry; the tail is put in order once it is an eighth of the body.
    pub(super) fn push(&mut self, bearer: u32, entry: T) {
        if self.newest.is_empty() {
            self.newest = vec![END; self.start.len().saturating_sub(1)];
        }
        let Some(newest) = self.newest.get_mut(bearer as usize) else {
            return;
        };
        let at = self.tail.len() as u32;
        self.tail.push((entry, *newest));
        *newest = at;
        if self.tail.len() > 1_024 + self.body.len() / 8 {
            self.settle();
        }
    }

    /// Where a bearer's first entry stands for which something holds.
    pub(super) fn find(&self, bearer: u32, holds: impl Fn(&T) -> bool) -> Option<Spot> {
        let bearer = bearer as usize;
        if let Some(at) = self.body(bearer).iter().position(&holds) {
            return Some(Spot::Body(self.before(bearer) + at));
        }
        let mut next = self.newest.get(bearer).copied().unwrap_or(END);
        while let Some((entry, before)) = self.tail.get(next as usize) {
            if holds(entry) {
                return Some(Spot::Tail(next as usize));
            }
            next = *before;
        }
        None
    }

    /// Changes the entry at a spot.
    pub(super) fn change(&mut self, spot: Spot, by: impl FnOnce(&mut T)) {
        let entry = match spot {
            Spot::Body(at) => self.body.get_mut(at),
            Spot::Tail(at) => self.tail.get_mut(at).map(|(entry, _)| entry),
        };
        if let Some(entry) = entry {
            by(entry);
        }
    }

    /// Puts the tail in order.
    fn settle(&mut self) {
        let bearers = self.start.len().saturating_sub(1);
        let mut sorter = Sorter::new(bearers);
        for bearer in 0..bearers {
            for entry in self.of(bearer) {
                sorter.push(bearer as u32, *entry);
            }
        }
        *self = sorter.sorted(self.mark);
    }
}

/// Entries that become a ledger. They are put by stretches of bearers first, so that few pages are written to at a
/// time, and each stretch is then sorted within the cache.
pub(super) struct Sorter<T> {
    bearers: usize,
    /// Bearers with the same number without so many bits are a stretch.
    shift: u32,
    /// Per stretch its newest entries.
    open: Vec<Vec<Put<T>>>,
    /// Per stretch the entries before them, so many to a part.
    full: Vec<Vec<Vec<Put<T>>>>,
}

/// Begins a new part; apart, so that the way of most entries is short.
#[cold]
#[inline(never)]
fn turn<T>(open: &mut Vec<Put<T>>, full: Option<&mut Vec<Vec<Put<T>>>>) {
    let part = std::mem::replace(open, Vec::with_capacity(PART));
    if let Some(full) = full {
        full.push(part);
    }
}

/// An entry on its way, without a gap between it and its bearer's number: what is written is what takes time.
#[derive(Clone, Copy)]
#[repr(C, packed(4))]
struct Put<T> {
    bearer: u32,
    entry: T,
}

impl<T: Copy + Default> Sorter<T> {
    /// Room for entries of so many bearers.
    pub(super) fn new(bearers: usize) -> Self {
        let bits = bearers.next_power_of_two().trailing_zeros();
        let shift = bits.saturating_sub(STRETCH_BITS);
        let stretches = bearers.div_ceil(1 << shift);
        Self {
            bearers,
            shift,
            open: vec![Vec::new(); stretches],
            full: vec![Vec::new(); stretches],
        }
    }

    /// Adds an entry; one of no bearer is left out.
    pub(super) fn push(&mut self, bearer: u32, entry: T) {
        let stretch = (bearer >> self.shift) as usize;
        let Some(open) = self.open.get_mut(stretch) else {
            return;
        };
        if open.len() == open.capacity() {
            turn(open, self.full.get_mut(stretch));
        }
        open.push(Put { bearer, entry });
        // The stretch's next but one line, which is written to before long.
        let soon = open.spare_capacity_mut().get(SOON..=SOON);
        soon.into_iter().for_each(ahead);
    }

    /// The ledger; entries of one bearer keep their order. `mark` tells an entry that it is its bearer's first.
    pub(super) fn sorted(self, mark: Option<fn(&mut T)>) -> Ledger<T> {
        let mut start = Vec::with_capacity(self.bearers + 1);
        let all = |parts: &Vec<Vec<_>>| parts.iter().map(Vec::len).sum::<usize>();
        let entries = self.full.iter().map(all).sum::<usize>() + all(&self.open);
        let mut body = Vec::with_capacity(entries);
        let mut next: Vec<u32> = Vec::new();
        let mut sorted: Vec<T> = Vec::new();
        for (nth, (mut parts, open)) in self.full.into_iter().zip(self.open).enumerate() {
            parts.push(open);
            let first = nth << self.shift;
            let bearers = (self.bearers - first).min(1 << self.shift);
            next.clear();
            next.resize(bearers, 0);
            let of = |bearer: u32| bearer as usize - first;
            for put in parts.iter().flatten() {
                if let Some(n) = next.get_mut(of(put.bearer)) {
                    *n += 1;
                }
            }
            let mut all = 0;
            for n in &mut next {
                start.push(body.len() as u32 + all);
                all += std::mem::replace(n, all);
            }
            sorted.resize(all as usize, T::default());
            for put in parts.iter().flatten() {
                if let Some(next) = next.get_mut(of(put.bearer)) {
                    if let Some(slot) = sorted.get_mut(*next as usize) {
                        *slot = put.entry;
                    }
                    *next += 1;
                }
            }
            if let Some(mark) = mark {
                // Each number is now where the next bearer's begin.
                let mut from = 0;
                for to in &next {
                    let slot = sorted.get_mut(from as usize);
                    slot.filter(|_| from < *to).map(mark);
                    from = *to;
                }
            }
            body.extend_from_slice(&sorted);
        }
        start.push(body.len() as u32);
        Ledger {
            start,
            body,
            newest: Vec::new(),
            tail: Vec::new(),
            mark,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PART, Sorter};

    #[test]
    fn entries_are_sorted_by_bearer_and_keep_their_order() {
        for bearers in [1, 255, 256, 257, 3_000] {
            let entries: Vec<(u32, u64)> = (0..3 * PART as u64)
                .map(|n| ((n * n * 31 % bearers) as u32, n))
                .collect();
            let mut sorter = Sorter::new(bearers as usize);
            for (bearer, entry) in &entries {
                sorter.push(*bearer, *entry);
            }
            let ledger = sorter.sorted(Some(|first: &mut u64| *first += 1 << 32));
            assert_eq!(ledger.len(), entries.len());
            for bearer in 0..bearers as u32 {
                let mine = entries.iter().filter(|(of, _)| *of == bearer);
                let marked = mine
                    .enumerate()
                    .map(|(nth, (_, n))| n + (u64::from(nth == 0) << 32));
                assert!(marked.eq(ledger.body(bearer as usize).iter().copied()));
            }
        }
    }

    #[test]
    fn an_entry_of_no_bearer_is_left_out() {
        let mut sorter = Sorter::new(0);
        sorter.push(3, 1_u64);
        assert_eq!(sorter.sorted(None).len(), 0);
    }
}
