//! Logic in three values: two planes, *yes* and *no*; neither is unknown.

use super::lane::{Cell, Data, Lane, Planes, combine, length, plane};
use super::{Reason, Run, Scope};
use crate::{Bits, Node};

impl<'a> Lane<'a> {
    /// Where the lane holds, and where it does not; nothing counts as no.
    pub(super) fn yes_no(&self) -> (Bits, Bits) {
        let len = self.len();
        let yes = match &self.data {
            Data::Bool(bits) => combine(bits, &self.known, |a, b| a & b),
            _ => Bits::filled(len, false),
        };
        let known_no = match &self.data {
            Data::Bool(_) => combine(&self.known, &yes, |k, y| k & !y),
            _ => Bits::filled(len, false),
        };
        let no = combine(&known_no, &self.nothing, |a, b| a | b);
        (yes, no)
    }

    /// A lane from its two planes; reasons stay where it is unknown.
    pub(super) fn of_yes_no(yes: Bits, no: &Bits, mut why: Vec<(u32, Reason)>) -> Self {
        let known = combine(&yes, no, |a, b| a | b);
        why.retain(|(row, _)| !known.get(*row as usize));
        Self {
            nothing: Bits::filled(known.len(), false),
            known,
            data: Data::Bool(yes),
            why,
        }
    }

    /// Negation; nothing counts as no, so its negation holds.
    pub(super) fn not(self) -> Self {
        let (yes, no) = self.yes_no();
        Self::of_yes_no(no, &yes, self.why)
    }

    /// Whether there is a value: no where there is nothing, unknown where that is not known.
    pub(super) fn present(self) -> Self {
        Self::of_yes_no(self.known, &self.nothing, self.why)
    }

    /// Whether it is known that there is a value or nothing.
    pub(super) fn is_known(&self) -> Self {
        let yes = combine(&self.known, &self.nothing, |a, b| a | b);
        let no = combine(&Bits::filled(self.len(), true), &yes, |all, y| all & !y);
        Self::of_yes_no(yes, &no, Vec::new())
    }
}

/// Reasons of both sides, the left one first where both have one.
pub(super) fn merge(left: &[(u32, Reason)], right: &[(u32, Reason)]) -> Vec<(u32, Reason)> {
    let mut all = [left, right].concat();
    all.sort_by_key(|(row, _)| *row);
    all.dedup_by_key(|(row, _)| *row);
    all
}

/// Reasons of a lane over `len` rows.
pub(super) fn reasons(lane: &Lane<'_>, len: usize) -> Vec<(u32, Reason)> {
    match lane.why.first() {
        Some((_, reason)) if lane.len() == 1 => (0..len as u32).map(|row| (row, *reason)).collect(),
        _ => lane.why.clone(),
    }
}

/// Puts in the other items at these rows.
fn put<'t, T: Copy + 't>(items: &mut [T], at: &Bits, others: impl IntoIterator<Item = &'t T>) {
    let mut others = others.into_iter();
    for (items, word) in items.chunks_mut(64).zip(at.words()) {
        for (bit, (item, other)) in items.iter_mut().zip(&mut others).enumerate() {
            if word >> bit & 1 == 1 {
                *item = *other;
            }
        }
    }
}

/// The branch of each row, for branches of plain numbers whose unknowns have no reasons: what both say where the
/// condition is open.
fn chosen<T: Copy + Default + PartialEq>(
    (yes, no): (&Bits, &Bits),
    (then, x): (&Lane<'_>, &[T]),
    (otherwise, y): (&Lane<'_>, &[T]),
    len: usize,
) -> (Planes, Vec<T>) {
    let (yes, no) = (plane(yes, len), plane(no, len));
    let of = |a: &Bits, b: &Bits| {
        let (a, b) = (plane(a, len), plane(b, len));
        let a = combine(&a, &yes, |a, yes| a & yes);
        let b = combine(&b, &no, |b, no| b & no);
        combine(&a, &b, |a, b| a | b)
    };
    let mut known = of(&then.known, &otherwise.known);
    let mut nothing = of(&then.nothing, &otherwise.nothing);
    let value =
        |lane: &Lane<'_>, items: &[T], row| items.get(lane.at(row)).copied().unwrap_or_default();
    let mut data = match x {
        [one] => vec![*one; len],
        _ => x.to_vec(),
    };
    match y {
        [one] => put(&mut data, &no, std::iter::repeat(one)),
        _ => put(&mut data, &no, y),
    }
    for row in combine(&yes, &no, |y, n| !(y | n)).ones() {
        let (a, b) = (then.at(row), otherwise.at(row));
        if then.known.get(a) && otherwise.known.get(b) {
            known.set(row, value(then, x, row) == value(otherwise, y, row));
        }
        nothing.set(row, then.nothing.get(a) && otherwise.nothing.get(b));
    }
    let why = Vec::new();
    (
        Planes {
            known,
            nothing,
            why,
        },
        data,
    )
}

impl<'a> Run<'a> {
    /// All of the parts (`all`), or any of them.
    pub(super) fn logic(&self, parts: &'a [Node], scope: &Scope<'a>, all: bool) -> Lane<'a> {
        let (mut yes, mut no) = (Bits::filled(1, all), Bits::filled(1, !all));
        let mut why = Vec::new();
        for part in parts {
            let lane = self.node(part, scope);
            let (part_yes, part_no) = lane.yes_no();
            let len = if yes.len() == 1 {
                part_yes.len()
            } else {
                yes.len()
            };
            let (a, b) = (plane(&yes, len), plane(&part_yes, len));
            let (c, d) = (plane(&no, len), plane(&part_no, len));
            let next = if all {
                (combine(&a, &b, |x, y| x & y), combine(&c, &d, |x, y| x | y))
            } else {
                (combine(&a, &b, |x, y| x | y), combine(&c, &d, |x, y| x & y))
            };
            let before = match why.first() {
                Some((_, reason)) if yes.len() == 1 => {
                    (0..len as u32).map(|row| (row, *reason)).collect()
                }
                _ => why,
            };
            why = merge(&before, &reasons(&lane, len));
            (yes, no) = next;
        }
        Lane::of_yes_no(yes, &no, why)
    }

    /// The branch that the condition tells; where it is unknown, what both branches agree on.
    pub(super) fn conditional(
        &self,
        condition: &Lane<'a>,
        then: &Lane<'a>,
        otherwise: &Lane<'a>,
    ) -> Lane<'a> {
        let len = length(&[condition, then, otherwise]);
        let (yes, no) = condition.yes_no();
        let reasons = [condition, then, otherwise].map(|lane| lane.why.is_empty());
        if reasons == [true; 3] {
            let found = match (&then.data, &otherwise.data) {
                (Data::Int(x), Data::Int(y)) => {
                    let chosen = chosen((&yes, &no), (then, x), (otherwise, y), len);
                    Some((chosen.0, Data::Int(chosen.1)))
                }
                (Data::Double(x), Data::Double(y)) => {
                    let chosen = chosen((&yes, &no), (then, x), (otherwise, y), len);
                    Some((chosen.0, Data::Double(chosen.1)))
                }
                _ => None,
            };
            if let Some((planes, data)) = found {
                return planes.lane(data);
            }
        }
        let mut picks = Vec::with_capacity(len);
        let mut why = Vec::new();
        for row in 0..len {
            let at = condition.at(row);
            let agreed = || {
                let both_nothing =
                    then.nothing.get(then.at(row)) && otherwise.nothing.get(otherwise.at(row));
                both_nothing || self.equal(then, row, otherwise, row) == Cell::Is(true)
            };
            if yes.get(at) || !no.get(at) && agreed() {
                picks.push(Some((0, row)));
            } else if no.get(at) {
                picks.push(Some((1, row)));
            } else {
                picks.push(None);
                why.extend(condition.reason(row).map(|reason| (row as u32, reason)));
            }
        }
        let mut lane = Lane::pick(&[then, otherwise], &picks);
        lane.why = merge(&lane.why, &why);
        lane
    }
}
