//! Entries by bearer: a sorted body and a short tail of what came since.

use std::ops::Range;

/// Entries are put by so many bits of their bearers' numbers first.
const BUCKET_BITS: u32 = 8;
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
    /// Sorts entries by bearer; those of one bearer keep their order.
    pub(super) fn new(bearers: usize, of: &[u32], entries: &[T]) -> Self {
        Self::sorted(bearers, of, entries, None)
    }

    fn sorted(bearers: usize, of: &[u32], entries: &[T], mark: Option<fn(&mut T)>) -> Self {
        let mut counts = vec![0u32; bearers];
        for bearer in of {
            if let Some(n) = counts.get_mut(*bearer as usize) {
                *n += 1;
            }
        }
        let mut room = Room::new(&counts, mark);
        for (bearer, entry) in of.iter().zip(entries) {
            room.put(*bearer, *entry);
        }
        room.filled()
    }

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
        let mut of = Vec::with_capacity(self.len());
        let mut entries = Vec::with_capacity(self.len());
        for bearer in 0..bearers {
            for entry in self.of(bearer) {
                of.push(bearer as u32);
                entries.push(*entry);
            }
        }
        *self = Self::sorted(bearers, &of, &entries, self.mark);
    }
}

/// A ledger while it is filled: as many places for each bearer as were asked for.
#[derive(Debug)]
pub(super) struct Room<T> {
    /// Per bearer where its places begin, and the next free one.
    places: Vec<[u32; 2]>,
    body: Vec<T>,
    mark: Option<fn(&mut T)>,
}

impl<T: Copy + Default> Room<T> {
    /// Room for so many entries of each bearer; `mark` tells an entry that it is its bearer's first.
    pub(super) fn new(counts: &[u32], mark: Option<fn(&mut T)>) -> Self {
        let mut next = 0;
        let places = counts.iter().map(|n| {
            let first = next;
            next += n;
            [first, first]
        });
        Self {
            places: places.collect(),
            body: vec![T::default(); next as usize],
            mark,
        }
    }

    /// Puts an entry in its bearer's next place.
    pub(super) fn put(&mut self, bearer: u32, entry: T) {
        let Some([_, next]) = self.places.get_mut(bearer as usize) else {
            return;
        };
        if let Some(slot) = self.body.get_mut(*next as usize) {
            *slot = entry;
        }
        *next += 1;
    }

    /// Puts many entries, those of near bearers together, so that few pages are written to at a time; entries of
    /// one bearer keep their order. `sorted` is room that is used again.
    pub(super) fn put_all(&mut self, entries: &mut Vec<(u32, T)>, sorted: &mut Vec<(u32, T)>) {
        let shift = self
            .places
            .len()
            .next_power_of_two()
            .trailing_zeros()
            .saturating_sub(BUCKET_BITS);
        let bucket = |bearer: u32| (bearer >> shift) as usize;
        let mut next = [0_u32; (1 << BUCKET_BITS) + 1];
        for (bearer, _) in &*entries {
            if let Some(n) = next.get_mut(bucket(*bearer) + 1) {
                *n += 1;
            }
        }
        let mut sum = 0;
        for n in &mut next {
            sum += *n;
            *n = sum;
        }
        sorted.resize(entries.len(), (0, T::default()));
        for entry in entries.drain(..) {
            if let Some(next) = next.get_mut(bucket(entry.0)) {
                if let Some(slot) = sorted.get_mut(*next as usize) {
                    *slot = entry;
                }
                *next += 1;
            }
        }
        for (bearer, entry) in &*sorted {
            self.put(*bearer, *entry);
        }
    }

    /// The ledger; places that were left free keep the default.
    pub(super) fn filled(mut self) -> Ledger<T> {
        let mut start: Vec<u32> = self.places.iter().map(|[first, _]| *first).collect();
        start.push(self.body.len() as u32);
        if let Some(mark) = self.mark {
            for pair in start.windows(2) {
                let [first, end] = *pair else { continue };
                // Also one whose places were all left free: else it would count as the bearer before it.
                let slot = self.body.get_mut(first as usize);
                slot.filter(|_| first < end).map(mark);
            }
        }
        Ledger {
            start,
            body: self.body,
            newest: Vec::new(),
            tail: Vec::new(),
            mark: self.mark,
        }
    }
}
