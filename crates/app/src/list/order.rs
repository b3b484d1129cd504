//! The order of a list, the rows of a register kept in it, and the pages cut from it.

use super::scalar::{Scalar, Source};
use super::view::View;
use super::{cursor, fault};
use engine::Objection;
use programme::model::FieldKind;
use std::cmp::Ordering;

/// So many superseded rows are let stand beside as many as there are records.
const SUPERSEDED: usize = if cfg!(test) { 3 } else { 4_096 };

/// The order of a list: by a field, then by id. Records without a value come last in either direction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Order {
    pub(super) field: String,
    pub(super) kind: FieldKind,
    pub(super) descending: bool,
}

/// What a record is sorted by, and its id.
type Key<'p> = (Option<Scalar<'p>>, &'p str);

/// Where the page before ended: what its last record is sorted by, and its id.
pub(super) type Ended = (Option<Scalar<'static>>, String);

/// Rows of a page in order, and where it ends unless it is the last.
pub(super) type Cut = (Vec<u32>, Option<String>);

/// The rows of a register in an order. Superseded ones stay among them until they are many.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    rows: Vec<u32>,
    /// So many of the register's rows were looked at.
    pub(super) seen: usize,
    /// How often records had been withdrawn or erased.
    pub(super) cuts: u64,
}

/// What rows are sorted by.
pub(super) struct Keys<'s> {
    view: &'s View<'s>,
    source: Source<'s>,
}

impl<'s> Keys<'s> {
    /// `None` where the register has no such field, or works it out.
    pub(super) fn stored(view: &'s View<'s>, order: &Order) -> Option<Self> {
        let source = view.source(&order.field, &[])?;
        let stored = !matches!(source, Source::Worked(_));
        stored.then_some(Self { view, source })
    }

    fn of(&self, row: u32) -> Key<'_> {
        (self.source.at(0, row), self.view.id(row))
    }

    /// How a row's key is ordered beside another; ids are looked at where the values are alike.
    fn compare(&self, order: &Order, row: u32, (value, id): &Key<'_>) -> Ordering {
        let by_value = order.by_value(&self.source.at(0, row), value);
        by_value.then_with(|| self.view.id(row).cmp(id))
    }
}

impl Order {
    fn compare(&self, (a, id_a): &Key<'_>, (b, id_b): &Key<'_>) -> Ordering {
        self.by_value(a, b).then_with(|| id_a.cmp(id_b))
    }

    pub(super) fn by_value(&self, a: &Option<Scalar<'_>>, b: &Option<Scalar<'_>>) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if self.descending => b.order(a),
            (Some(a), Some(b)) => a.order(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }

    /// The page that follows `after` among the rows that are shown.
    pub(super) fn walked(
        &self,
        keys: &Keys<'_>,
        sorted: &Sorted,
        is_shown: impl Fn(u32) -> bool,
        after: Option<&Ended>,
        limit: usize,
    ) -> Cut {
        let after = after.map(|(value, id)| (value.clone(), id.as_str()));
        let from = after.map_or(0, |after| {
            let passed = |row: &u32| keys.compare(self, *row, &after).is_le();
            sorted.rows.partition_point(passed)
        });
        let rest = sorted.rows.get(from..).unwrap_or_default();
        let mut shown = rest.iter().copied().filter(|row| is_shown(*row));
        let rows: Vec<u32> = shown.by_ref().take(limit).collect();
        let last = rows.last().filter(|_| shown.next().is_some());
        let next = last.map(|row| {
            let (value, id) = keys.of(*row);
            self.written(value.as_ref(), id)
        });
        (rows, next)
    }

    /// The rows whose value is this one, superseded ones too.
    pub(super) fn equal<'r>(
        &self,
        keys: &Keys<'_>,
        sorted: &'r Sorted,
        value: &Scalar<'_>,
    ) -> &'r [u32] {
        let side = |row: &u32| match keys.source.at(0, *row) {
            Some(own) => own.order(value),
            None => Ordering::Greater,
        };
        let from = sorted.rows.partition_point(|row| side(row).is_lt());
        let rest = sorted.rows.get(from..).unwrap_or_default();
        let len = rest.partition_point(|row| side(row).is_eq());
        rest.get(..len).unwrap_or_default()
    }

    /// The order with at most so many more rows taken in.
    pub(super) fn grown(&self, keys: &Keys<'_>, old: &Sorted, most: usize) -> Sorted {
        let view = keys.view;
        let stamp = view.stamp();
        let none = Sorted {
            cuts: stamp.cuts,
            ..Sorted::default()
        };
        // Of an erased value nobody knows any more where it stood.
        let old = if old.cuts == stamp.cuts { old } else { &none };
        let until = stamp.rows.min(old.seen.saturating_add(most));
        let added = (old.seen..until).filter_map(|row| u32::try_from(row).ok());
        let added = added.filter(|row| view.is_newest(*row));
        let mut added: Vec<(Key<'_>, u32)> = added.map(|row| (keys.of(row), row)).collect();
        added.sort_unstable_by(|(a, _), (b, _)| self.compare(a, b));
        let mut rows = Vec::with_capacity(old.rows.len() + added.len());
        let mut rest = old.rows.as_slice();
        for (key, row) in added {
            let before = gallop(rest, |other| keys.compare(self, *other, &key).is_lt());
            let (passed, left) = rest.split_at(before);
            rows.extend_from_slice(passed);
            rows.push(row);
            rest = left;
        }
        rows.extend_from_slice(rest);
        if rows.len() > 2 * view.records() + SUPERSEDED {
            rows.retain(|row| view.is_newest(*row));
        }
        Sorted {
            rows,
            seen: until,
            cuts: stamp.cuts,
        }
    }

    pub(super) fn written(&self, value: Option<&Scalar<'_>>, id: &str) -> String {
        let value = value.map(Scalar::json);
        cursor::written(&serde_json::json!([self.field, self.descending, value, id]))
    }

    pub(super) fn read(&self, word: &str) -> Result<Ended, Objection> {
        let read = || {
            let parts = cursor::read(word)?;
            let [field, descending, value, id] = parts.as_array()?.as_slice() else {
                return None;
            };
            if field.as_str()? != self.field || descending.as_bool()? != self.descending {
                return None;
            }
            let value = match value {
                serde_json::Value::Null => None,
                value => Some(Scalar::of_json(value, self.kind)?),
            };
            Some((value, id.as_str()?.to_owned()))
        };
        read().ok_or_else(|| {
            fault(
                "after",
                "这个续页标记不属于这样排序的清单；请从第一页开始",
                "this cursor is of no list in this order; begin with the first page",
            )
        })
    }
}

impl Sorted {
    /// How many rows it has, superseded ones among them.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}

/// How many of the first satisfy `holds`, which none does after one that does not: looked for in steps that double, so
/// that short ways cost little.
fn gallop(rows: &[u32], holds: impl Fn(&u32) -> bool) -> usize {
    let (mut from, mut step) = (0, 1);
    while rows.get(from + step - 1).is_some_and(&holds) {
        from += step;
        step *= 2;
    }
    let until = rows.len().min(from + step);
    let rest = rows.get(from..until).unwrap_or_default();
    from + rest.partition_point(holds)
}
