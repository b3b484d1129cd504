//! Comparisons and membership. With nothing, a comparison is false (`!=` true), whatever the other side is.

use super::Run;
use super::lane::{Cell, Data, Lane, Texts, combine, length, plane};
use super::logic::{merge, reasons};
use crate::{Bits, Comparison};
use std::cmp::Ordering;

impl Comparison {
    pub(crate) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Eq => ordering.is_eq(),
            Self::Ne => ordering.is_ne(),
            Self::Lt => ordering.is_lt(),
            Self::Le => ordering.is_le(),
            Self::Gt => ordering.is_gt(),
            Self::Ge => ordering.is_ge(),
        }
    }

    /// The comparison with its sides exchanged.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            same => same,
        }
    }
}

/// Where the comparison holds, for rows where both sides are known; other rows may say anything.
fn each<T: PartialOrd + Copy>(
    comparison: Comparison,
    (a, b): (&[T], &[T]),
    (at_a, at_b): (impl Fn(usize) -> usize, impl Fn(usize) -> usize),
    len: usize,
) -> Bits {
    if let ([one], true) = (b, a.len() == len) {
        return with_one(comparison, a, *one);
    }
    (0..len)
        .map(|row| match (a.get(at_a(row)), b.get(at_b(row))) {
            (Some(x), Some(y)) => x.partial_cmp(y).is_some_and(|o| comparison.holds(o)),
            _ => false,
        })
        .collect()
}

/// Many values against one, without a branch per row.
fn with_one<T: PartialOrd + Copy>(comparison: Comparison, all: &[T], one: T) -> Bits {
    let all = all.iter();
    match comparison {
        Comparison::Eq => all.map(|x| *x == one).collect(),
        Comparison::Ne => all.map(|x| *x != one).collect(),
        Comparison::Lt => all.map(|x| *x < one).collect(),
        Comparison::Le => all.map(|x| *x <= one).collect(),
        Comparison::Gt => all.map(|x| *x > one).collect(),
        Comparison::Ge => all.map(|x| *x >= one).collect(),
    }
}

impl<'a> Run<'a> {
    /// Compares two lanes of one type, or a reference with texts by id.
    pub(super) fn compare(&self, comparison: Comparison, a: &Lane<'a>, b: &Lane<'a>) -> Lane<'a> {
        let len = length(&[a, b]);
        let at = (|row| a.at(row), |row| b.at(row));
        let mut why = Vec::new();
        let mut known = combine(&plane(&a.known, len), &plane(&b.known, len), |x, y| x & y);
        let holds = match (&a.data, &b.data) {
            (Data::Int(x), Data::Int(y)) => each(comparison, (x, y), at, len),
            (Data::Double(x), Data::Double(y)) => each(comparison, (x, y), at, len),
            (Data::Text(x), Data::Text(y)) if y.codes.len() == 1 => {
                texts(comparison, x, y, at.0, len)
            }
            (Data::Text(x), Data::Text(y)) if x.codes.len() == 1 => {
                texts(comparison.mirrored(), y, x, at.1, len)
            }
            (Data::Text(x), Data::Text(y)) => (0..len)
                .map(|row| comparison.holds(x.get(at.0(row)).cmp(&y.get(at.1(row)))))
                .collect(),
            _ => {
                let mut holds = Bits::filled(len, false);
                for row in 0..len {
                    match self.equal(a, row, b, row) {
                        Cell::Is(same) => holds.set(row, same == (comparison == Comparison::Eq)),
                        Cell::Nothing => {}
                        Cell::Unknown(reason) => {
                            known.set(row, false);
                            why.extend(reason.map(|r| (row as u32, r)));
                        }
                    }
                }
                holds
            }
        };
        let nothing = combine(&plane(&a.nothing, len), &plane(&b.nothing, len), |x, y| {
            x | y
        });
        let yes = combine(&holds, &known, |h, k| h & k);
        let no = combine(&known, &yes, |k, y| k & !y);
        let why = merge(&why, &merge(&reasons(a, len), &reasons(b, len)));
        if comparison == Comparison::Ne {
            Lane::of_yes_no(combine(&yes, &nothing, |x, n| x | n), &no, why)
        } else {
            Lane::of_yes_no(yes, &combine(&no, &nothing, |x, n| x | n), why)
        }
    }

    /// Whether a row of one lane equals a row of another; false with nothing on either side.
    pub(super) fn equal(
        &self,
        a: &Lane<'a>,
        row_a: usize,
        b: &Lane<'a>,
        row_b: usize,
    ) -> Cell<bool> {
        let cell = match (&a.data, &b.data) {
            (Data::Bool(_), Data::Bool(_)) => a.bool(row_a).zip(b.bool(row_b)).map(|(x, y)| x == y),
            (Data::Int(_), Data::Int(_)) => a.int(row_a).zip(b.int(row_b)).map(|(x, y)| x == y),
            (Data::Double(_), Data::Double(_)) => {
                a.double(row_a).zip(b.double(row_b)).map(|(x, y)| x == y)
            }
            (Data::Text(_), Data::Text(_)) => a.text(row_a).zip(b.text(row_b)).map(|(x, y)| x == y),
            (Data::Record(..), Data::Record(..)) => a
                .record(row_a)
                .zip(b.record(row_b))
                .map(|((_, x), (_, y))| x == y),
            (Data::Record(..), Data::Text(_)) => self.equal_id(a, row_a, b, row_b),
            (Data::Text(_), Data::Record(..)) => self.equal_id(b, row_b, a, row_a),
            (Data::List(..), Data::List(..)) => self.equal_lists(a, row_a, b, row_b),
            // Lanes of which nothing is known have no data of the type.
            _ => a
                .cell(row_a, |_| Some(()))
                .zip(b.cell(row_b, |_| Some(())))
                .and(|_| Cell::Unknown(None)),
        };
        match cell {
            Cell::Nothing => Cell::Is(false),
            other => other,
        }
    }

    fn equal_id(
        &self,
        record: &Lane<'a>,
        row: usize,
        text: &Lane<'a>,
        text_row: usize,
    ) -> Cell<bool> {
        record
            .record(row)
            .zip(text.text(text_row))
            .map(|((table, number), id)| {
                if text.len() == 1 {
                    return self.number_of(table, id) == Some(number);
                }
                let own = self
                    .world
                    .tables
                    .tables
                    .get(table)
                    .and_then(|t| t.ids.get(number as usize));
                own.is_some_and(|own| **own == *id)
            })
    }

    fn equal_lists(&self, a: &Lane<'a>, row_a: usize, b: &Lane<'a>, row_b: usize) -> Cell<bool> {
        let both = a.cell(row_a, |_| Some(())).zip(b.cell(row_b, |_| Some(())));
        both.and(|_| {
            let (x, y) = (a.range(row_a), b.range(row_b));
            let (Some(items_a), Some(items_b)) = (a.items(), b.items()) else {
                return Cell::Unknown(None);
            };
            if x.len() != y.len() {
                return Cell::Is(false);
            }
            let mut all = Cell::Is(true);
            for (i, j) in x.zip(y) {
                match self.equal(items_a, i, items_b, j) {
                    Cell::Is(false) => return Cell::Is(false),
                    Cell::Unknown(why) if all == Cell::Is(true) => all = Cell::Unknown(why),
                    _ => {}
                }
            }
            all
        })
    }

    /// Whether the item equals any item of the list.
    pub(super) fn membership(&self, item: &Lane<'a>, list: &Lane<'a>) -> Lane<'a> {
        let Some(items) = list.items() else {
            return Lane::bools(length(&[item, list]), |row| {
                list.cell(row, |_| None::<bool>)
            });
        };
        if list.len() == 1 && list.known.get(0) {
            return self.among(item, items);
        }
        Lane::bools(length(&[item, list]), |row| {
            list_or_empty(list.cell(row, |_| Some(()))).and(|()| {
                let mut any = Cell::Is(false);
                for i in list.range(row) {
                    match self.equal(item, row, items, i) {
                        Cell::Is(true) => return Cell::Is(true),
                        Cell::Unknown(why) if any == Cell::Is(false) => any = Cell::Unknown(why),
                        _ => {}
                    }
                }
                any
            })
        })
    }

    /// Membership in one list for all rows: one comparison of the whole lane for each item.
    fn among(&self, item: &Lane<'a>, items: &Lane<'a>) -> Lane<'a> {
        let len = item.len();
        let (mut yes, mut no) = (Bits::filled(len, false), Bits::filled(len, true));
        let mut why = Vec::new();
        for one in 0..items.len() {
            let lane = self.compare(Comparison::Eq, item, &items.gather([one]));
            let (one_yes, one_no) = lane.yes_no();
            yes = combine(&yes, &one_yes, |x, y| x | y);
            no = combine(&no, &one_no, |x, y| x & y);
            why = merge(&why, &reasons(&lane, len));
        }
        Lane::of_yes_no(yes, &no, why)
    }
}

/// A list that is nothing has no items.
pub(super) fn list_or_empty(list: Cell<()>) -> Cell<()> {
    match list {
        Cell::Nothing => Cell::Is(()),
        other => other,
    }
}

/// Compares texts with one text: each text of the dictionary once, or each row when there are fewer rows.
fn texts(
    comparison: Comparison,
    a: &Texts<'_>,
    one: &Texts<'_>,
    at: impl Fn(usize) -> usize,
    len: usize,
) -> Bits {
    let one = one.get(0);
    if a.dictionary.len() > len {
        return (0..len)
            .map(|row| comparison.holds(a.get(at(row)).cmp(&one)))
            .collect();
    }
    let held: Vec<bool> = a
        .dictionary
        .iter()
        .map(|t| comparison.holds(Some(&**t).cmp(&one)))
        .collect();
    (0..len)
        .map(|row| {
            let code = a.codes.get(at(row)).map_or(usize::MAX, |c| *c as usize);
            held.get(code).copied().unwrap_or(false)
        })
        .collect()
}
