//! Entries by bearer: a sorted body and a short tail of what came since.

use rules::ahead;
use std::ops::Range;

/// There are about so many stretches of bearers, as a power of two.
const STRETCH_BITS: u32 = 8;
/// A bearer's number within its stretch has so many bits.
const WITHIN_BITS: u32 = 16;
/// An entry so many after the newest is asked for ahead.
const SOON: usize = 4;
/// Entries for which a stretch has room before it is known how many it gets.
const FIRST: usize = 2_048;
/// No further entry.
const END: u32 = u32::MAX;

/// Entries of every bearer.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger<T> {
    /// Entries of bearer `b` are the ones from `start[b]` up to `start[b + 1]`, counted through all stretches.
    start: Vec<u32>,
    body: Body<T>,
    /// Per bearer its newest entry in the tail; empty while the tail is.
    newest: Vec<u32>,
    /// Each with the one before it of the same bearer.
    tail: Vec<(T, u32)>,
    /// Tells an entry of the body that it is its bearer's first.
    mark: Option<fn(&mut T)>,
}

/// Entries in order, by stretches of bearers.
#[derive(Clone, Debug, Default)]
struct Body<T> {
    /// Bearers with the same number without so many bits are a stretch.
    shift: u32,
    stretches: Vec<Vec<T>>,
}

/// Where an entry stands, until the next is added.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot {
    /// The stretch, and the position in it.
    Body(usize, usize),
    Tail(usize),
}

impl<T: Copy + Default> Ledger<T> {
    /// How many entries.
    pub(super) fn len(&self) -> usize {
        self.start.last().map_or(0, |n| *n as usize) + self.tail.len()
    }

    /// Entries of the body before a bearer's.
    pub(super) fn before(&self, bearer: usize) -> usize {
        let found = self.start.get(bearer).or(self.start.last());
        found.map_or(0, |n| *n as usize)
    }

    /// A bearer's entries in the body.
    pub(super) fn body(&self, bearer: usize) -> &[T] {
        self.part(bearer..bearer + 1)
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

    /// The body's entries of several bearers in turn, as slices.
    pub(super) fn parts(&self, bearers: Range<usize>) -> impl Iterator<Item = &[T]> {
        let shift = self.body.shift;
        let stretches = bearers.start >> shift..bearers.end.div_ceil(1 << shift);
        stretches.map(move |nth| {
            let (first, end) = (nth << shift, (nth + 1) << shift);
            self.part(bearers.start.max(first)..bearers.end.min(end))
        })
    }

    /// The body's entries of bearers of one stretch.
    fn part(&self, bearers: Range<usize>) -> &[T] {
        let nth = bearers.start >> self.body.shift;
        let first = self.before(nth << self.body.shift);
        let of = self.before(bearers.start) - first..self.before(bearers.end) - first;
        let stretch = self.body.stretches.get(nth);
        stretch.and_then(|s| s.get(of)).unwrap_or_default()
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
        if self.tail.len() > 1_024 + (self.len() - self.tail.len()) / 8 {
            self.settle();
        }
    }

    /// Where a bearer's first entry stands for which something holds.
    pub(super) fn find(&self, bearer: u32, holds: impl Fn(&T) -> bool) -> Option<Spot> {
        let bearer = bearer as usize;
        if let Some(at) = self.body(bearer).iter().position(&holds) {
            let nth = bearer >> self.body.shift;
            let first = self.before(nth << self.body.shift);
            return Some(Spot::Body(nth, self.before(bearer) - first + at));
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
            Spot::Body(nth, at) => self.body.stretches.get_mut(nth).and_then(|s| s.get_mut(at)),
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
/// time, and each stretch is then sorted within the cache. What is kept is written once on the way, beside it only
/// its bearers' numbers, since memory that the system hands out anew is what takes time.
pub(super) struct Sorter<T> {
    bearers: usize,
    shift: u32,
    stretches: Vec<Stretch<T>>,
    /// Which part of all that may come was looked at, where that is known.
    looked_at: Option<f64>,
}

/// A stretch's entries as they come.
struct Stretch<T> {
    entries: Vec<T>,
    /// Each entry's bearer, by its number within the stretch.
    of: Vec<u16>,
}

impl<T> Stretch<T> {
    /// Makes room for what the stretch gets if it goes on as it began, else for as much again; apart, so that the way
    /// of most entries is short.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, looked_at: Option<f64>) {
        let len = self.entries.len();
        let foreseen = looked_at.map_or(0.0, |part| len as f64 / part * 1.06);
        let all = if len == 0 {
            FIRST
        } else if foreseen > 0.0 && foreseen < u32::MAX.into() {
            (foreseen as usize).max(len + len / 8)
        } else {
            2 * len
        };
        self.entries.reserve_exact(all - len);
        self.of.reserve_exact(self.entries.capacity() - len);
    }
}

impl<T: Copy + Default> Sorter<T> {
    /// Room for entries of so many bearers.
    pub(super) fn new(bearers: usize) -> Self {
        let bits = bearers.next_power_of_two().trailing_zeros();
        let shift = bits.saturating_sub(STRETCH_BITS).min(WITHIN_BITS);
        let none = || Stretch {
            entries: Vec::new(),
            of: Vec::new(),
        };
        Self {
            bearers,
            shift,
            stretches: std::iter::repeat_with(none)
                .take(bearers.div_ceil(1 << shift))
                .collect(),
            looked_at: None,
        }
    }

    /// Says which part of all was looked at, from 0 to 1, so that room is made for the rest at once.
    pub(super) fn looked_at(&mut self, part: f64) {
        self.looked_at = Some(part);
    }

    /// Adds an entry; one of no bearer is left out.
    pub(super) fn push(&mut self, bearer: u32, entry: T) {
        let Some(stretch) = self.stretches.get_mut((bearer >> self.shift) as usize) else {
            return;
        };
        if stretch.entries.len() == stretch.entries.capacity() {
            stretch.grow(self.looked_at);
        }
        stretch.entries.push(entry);
        stretch.of.push((bearer & ((1 << self.shift) - 1)) as u16);
        // The stretch's next but one line, which is written to before long.
        let soon = stretch.entries.spare_capacity_mut().get(SOON..=SOON);
        soon.into_iter().for_each(ahead);
    }

    /// The ledger; entries of one bearer keep their order. `mark` tells an entry that it is its bearer's first.
    pub(super) fn sorted(self, mark: Option<fn(&mut T)>) -> Ledger<T> {
        let mut start = Vec::with_capacity(self.bearers + 1);
        let mut stretches = Vec::with_capacity(self.stretches.len());
        let mut next: Vec<u32> = Vec::new();
        let mut sorted: Vec<T> = Vec::new();
        let mut before = 0;
        for (nth, Stretch { entries, of }) in self.stretches.into_iter().enumerate() {
            let bearers = (self.bearers - (nth << self.shift)).min(1 << self.shift);
            next.clear();
            next.resize(bearers, 0);
            for bearer in &of {
                if let Some(n) = next.get_mut(usize::from(*bearer)) {
                    *n += 1;
                }
            }
            let mut all = 0;
            for n in &mut next {
                start.push(before + all);
                all += std::mem::replace(n, all);
            }
            before += all;
            if sorted.capacity() < entries.len() {
                sorted = Vec::with_capacity(entries.len());
            }
            // What was there is written over, so that only what is more than it is filled.
            sorted.resize(entries.len(), T::default());
            for (bearer, entry) in of.iter().zip(&entries) {
                if let Some(next) = next.get_mut(usize::from(*bearer)) {
                    if let Some(slot) = sorted.get_mut(*next as usize) {
                        *slot = *entry;
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
            // The room of what came unsorted is where the next stretch is sorted to.
            stretches.push(std::mem::replace(&mut sorted, entries));
        }
        start.push(before);
        Ledger {
            start,
            body: Body {
                shift: self.shift,
                stretches,
            },
            newest: Vec::new(),
            tail: Vec::new(),
            mark,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST, Sorter};

    #[test]
    fn entries_are_sorted_by_bearer_and_keep_their_order() {
        for bearers in [1, 255, 256, 257, 3_000] {
            let entries: Vec<(u32, u64)> = (0..3 * FIRST as u64)
                .map(|n| ((n * n * 31 % bearers) as u32, n))
                .collect();
            let mut sorter = Sorter::new(bearers as usize);
            for (nth, (bearer, entry)) in entries.iter().enumerate() {
                // What is foreseen may be too much or too little, and changes nothing.
                if nth % 1_000 == 999 {
                    sorter.looked_at(nth as f64 / (nth % 7 + 1) as f64 / FIRST as f64);
                }
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
