//! The first rows of an order, found without bringing the others into it.

use super::order::{Cut, Ended, Order};
use super::scalar::{Scalar, Source};
use super::view::View;
use std::cmp::Ordering;

/// Every so manieth row is looked at first: what comes after the last that a page would have of these is on no page.
const STRIDE: usize = if cfg!(test) { 3 } else { 64 };
/// From so many rows on, two threads look at half of them each.
const SHARED: usize = if cfg!(test) { 24 } else { 32_768 };

/// Rows in any order, and what they are sorted by.
struct Among<'a> {
    order: &'a Order,
    view: &'a View<'a>,
    source: Source<'a>,
    rows: &'a [u32],
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
            view,
            source,
            rows,
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
        places: impl Iterator<Item = usize>,
        end: Option<&Keyed<'_>>,
    ) -> Vec<Keyed<'_>> {
        let keyed = places.filter_map(|nth| {
            let row = *self.rows.get(nth)?;
            let keyed = (self.source.at(nth, row), row);
            let is_past = self.after.as_ref().is_none_or(|(value, id)| {
                let by_value = self.order.by_value(&keyed.0, value);
                let order = by_value.then_with(|| self.view.id(row).cmp(id));
                order.is_gt()
            });
            let is_until = end.is_none_or(|end| self.compare(&keyed, end).is_le());
            (is_past && is_until).then_some(keyed)
        });
        keyed.collect()
    }

    fn compare(&self, (a, row_a): &Keyed<'_>, (b, row_b): &Keyed<'_>) -> Ordering {
        let by_value = self.order.by_value(a, b);
        by_value.then_with(|| self.view.id(*row_a).cmp(self.view.id(*row_b)))
    }
}
