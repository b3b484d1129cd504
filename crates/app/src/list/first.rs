//! The first rows of an order, found without bringing the others into it.

use super::order::{Cut, Ended, Order};
use super::scalar::{Scalar, Source};
use super::view::View;
use rules::NO_ROW;
use std::cmp::Ordering;
use std::hint::black_box;

/// Every so manieth row is looked at first: what comes after the last that a page would have of these is on no page.
const STRIDE: usize = if cfg!(test) { 3 } else { 64 };
/// From so many rows on, two threads look at half of them each.
const SHARED: usize = if cfg!(test) { 24 } else { 32_768 };

/// So many rows are looked at together.
const TOGETHER: usize = 64;

/// Rows in any order, and what they are sorted by.
struct Among<'a> {
    order: &'a Order,
    source: Source<'a>,
    rows: &'a [u32],
    /// The record of each row of the register, and ids by record.
    ids: (&'a [u32], &'a [Box<str>]),
    /// Where the page before ended.
    after: Option<(Option<Scalar<'a>>, &'a str)>,
}

/// A row with what it is sorted by.
type Keyed<'a> = (Option<Scalar<'a>>, u32);

impl Order {
    /// The page that follows `after`, picked from rows in any order.
    pub(super) fn picked(
        &self,
        view: &View<'_>,
        rows: &[u32],
        after: Option<&Ended>,
        limit: usize,
    ) -> Cut {
        let Some(source) = view.source(&self.field, rows) else {
            return (Vec::new(), None);
        };
        let among = Among {
            order: self,
            source,
            rows,
            ids: view.ids(),
            after: after.map(|(value, id)| (value.clone(), id.as_str())),
        };
        let mut picked = among.first(limit);
        let more = picked.len() > limit;
        picked.truncate(limit);
        let last = picked.last().filter(|_| more);
        let next = last.map(|(value, row)| self.written(value.as_ref(), view.id(*row)));
        (picked.into_iter().map(|(_, row)| row).collect(), next)
    }
}

impl Among<'_> {
    /// The first rows in order: one more than `limit`, where there are as many.
    fn first(&self, limit: usize) -> Vec<Keyed<'_>> {
        let compare = |a: &Keyed<'_>, b: &Keyed<'_>| self.compare(a, b);
        let some = (0..self.rows.len()).step_by(STRIDE);
        let mut sample = self.until(some, None);
        let end = (sample.len() > limit).then(|| {
            let (_, end, _) = sample.select_nth_unstable_by(limit, compare);
            &*end
        });
        let half = self.rows.len() / 2;
        let (left, right) = (0..half, half..self.rows.len());
        let mut first = if self.rows.len() < SHARED {
            self.until(0..self.rows.len(), end)
        } else {
            std::thread::scope(|scope| {
                let beside = scope.spawn(|| self.until(right.clone(), end));
                let mut all = self.until(left, end);
                let beside = beside.join();
                all.extend(beside.unwrap_or_else(|_| self.until(right.clone(), end)));
                all
            })
        };
        if first.len() > limit.saturating_add(1) {
            first.select_nth_unstable_by(limit, compare);
            first.truncate(limit + 1);
        }
        first.sort_unstable_by(compare);
        first
    }

    /// Those of some rows, by their places, that follow the page before and do not come after `end`.
    fn until(
        &self,
        mut places: impl Iterator<Item = usize>,
        end: Option<&Keyed<'_>>,
    ) -> Vec<Keyed<'_>> {
        let Some((value, end)) = end else {
            return places.filter_map(|nth| self.past(nth)).collect();
        };
        let (end_id, mut kept) = (self.id(*end), Vec::new());
        let mut near = Vec::with_capacity(TOGETHER);
        loop {
            let mut some = places.by_ref().take(TOGETHER).peekable();
            if some.peek().is_none() {
                return kept;
            }
            near.extend(some.filter_map(|nth| {
                let row = *self.rows.get(nth)?;
                let is_alike = self.source.is_alike(row, *end);
                let own = (!is_alike).then(|| self.source.at(nth, row)).flatten();
                Some((nth, row, is_alike, own))
            }));
            // Texts and ids lie far from one another: a look at each before any is compared fetches them side by side.
            let looked_at = near.iter().map(|(_, row, is_alike, own)| match own {
                Some(Scalar::Text(text)) => text.as_bytes().first(),
                None if *is_alike => self.id(*row).as_bytes().first(),
                _ => None,
            });
            black_box(looked_at.flatten().fold(0, |all, byte| all ^ byte));
            let until = near.drain(..).filter(|(_, row, is_alike, own)| {
                let by_value = match is_alike {
                    true => Ordering::Equal,
                    false => self.order.by_value(own, value),
                };
                by_value.then_with(|| self.id(*row).cmp(end_id)).is_le()
            });
            kept.extend(until.filter_map(|(nth, ..)| self.past(nth)));
        }
    }

    /// A row with what it is sorted by, where it follows the page before.
    fn past(&self, nth: usize) -> Option<Keyed<'_>> {
        let row = *self.rows.get(nth)?;
        let value = self.source.at(nth, row);
        let is_past = self.after.as_ref().is_none_or(|(after, id)| {
            let by_value = self.order.by_value(&value, after);
            by_value.then_with(|| self.id(row).cmp(id)).is_gt()
        });
        is_past.then_some((value, row))
    }

    fn compare(&self, (a, row_a): &Keyed<'_>, (b, row_b): &Keyed<'_>) -> Ordering {
        let by_value = match self.source.is_alike(*row_a, *row_b) {
            true => Ordering::Equal,
            false => self.order.by_value(a, b),
        };
        by_value.then_with(|| self.id(*row_a).cmp(self.id(*row_b)))
    }

    fn id(&self, row: u32) -> &str {
        let (record, ids) = self.ids;
        let record = record.get(row as usize).copied().unwrap_or(NO_ROW);
        ids.get(record as usize).map_or("", |id| id)
    }
}
